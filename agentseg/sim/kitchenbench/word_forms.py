"""The forms that wordings come in: of what is said of a thing, and of what it is for."""

from __future__ import annotations

from dataclasses import dataclass

from agentseg.sim.kitchenbench.words import Rows, rows


@dataclass(frozen=True)
class Said:
    """The forms of one idea.

    Attributes:
        post: After the noun: "behind {a}"; also makes a predicate with "is", or "has" in place of "with".
        pred: As a predicate: "[stands|stand|stood] behind {a}".
        pre: Before the noun: "leftmost"; what follows the noun stands after "...": "second ... from the left".
    """

    post: Rows = ()
    pred: Rows = ()
    pre: Rows = ()


def said(post: str = "", pred: str = "", pre: str = "") -> Said:
    """Forms from blocks of text."""
    return Said(rows(post), rows(pred), rows(pre))


@dataclass(frozen=True)
class UseWords:
    """How people speak of what a thing is for.

    Attributes:
        gap: What is done with it, to follow "to" and "can": "drink from".
        verb: What it does, as a predicate: "[cuts|cut] bread"; also "[is|are] good for drinking".
        noun: Nouns for it, singular and plural: "snack|snacks".
        need: Whole sentences that ask for it: "I'm thirsty, what can I drink from?".
        why: Situations that explain a request but do not name the thing: "I'm thirsty".
    """

    gap: Rows = ()
    verb: Rows = ()
    noun: Rows = ()
    need: Rows = ()
    why: Rows = ()

    @property
    def total(self) -> int:
        """Number of wordings, situations aside."""
        return len(self.gap) + len(self.verb) + len(self.noun) + len(self.need)


def use(gap: str = "", verb: str = "", noun: str = "", need: str = "", why: str = "") -> UseWords:
    """Wordings from blocks of text, one wording a line or separated by `` / ``."""
    return UseWords(rows(gap), rows(verb), rows(noun), rows(need), rows(why))
