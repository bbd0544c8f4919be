"""Fills the blanks of a sentence from a description tree."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from agentseg.sim.kitchenbench.describe import SELECTIVE, USES, aimed, anchor, content, phrase, said_of
from agentseg.sim.kitchenbench.description import (
    Anything,
    Between,
    Coloured,
    Description,
    Holding,
    Kind,
    Nearest,
    Related,
    Toward,
    Use,
)
from agentseg.sim.kitchenbench.phrases import Article, Fixed, Mod, Noun, Phrase, noun_phrase, posed
from agentseg.sim.kitchenbench.predicates import Modifier
from agentseg.sim.kitchenbench.sentences import ASK_USE, ASK_USE_THAT
from agentseg.sim.kitchenbench.words import Row, Rows, Speaker, agree, owned
from agentseg.sim.kitchenbench.words_aims import AIMS, ASK_AIM, ASK_AIM_THAT
from agentseg.sim.kitchenbench.words_kinds import ROLES
from agentseg.sim.kitchenbench.words_relations import BETWEEN, SIDES

_BLANK = re.compile(r"\{(\w+)\}")
_ARTICLES: dict[str, Article] = {"the": "the", "a": "a", "all": "all", "bare": "", "that": "that"}
SPLIT = {"wh", "base", "bases", "pred", "place", "one", "some"}
"""Blanks that want a root that says something of a base."""
_PLACES = (
    "behind", "in ", "inside", "on ", "left", "to the", "right", "between", "before", "beyond", "at the", "within",
    "further", "farther",
)  # fmt: skip


def for_number(table: Rows, many: bool) -> Rows:
    """The rows for one thing or for several, without their marks."""
    wrong = "1:" if many else "+:"
    fit = (row for row in table if not row.text.startswith(wrong) and (many or "{all}" not in row.text))
    return tuple(Row(re.sub(r"^[1+]:", "", row.text), row.held) for row in fit)


def blanks(text: str) -> set[str]:
    """Names of the blanks in a sentence."""
    return set(_BLANK.findall(text))


@dataclass
class Split:
    """A tree whose root says something of its base.

    Attributes:
        base: The base.
        mod: What is said of it.
        tree: The root.
    """

    base: Phrase
    mod: Mod
    tree: Modifier


@dataclass
class Asked:
    """What a sentence asks for.

    Attributes:
        tree: The description without a time.
        many: Whether it means more than one thing.
        when: Words for the time, or "".
        speaker: Draws.
    """

    tree: Description
    many: bool
    when: str
    speaker: Speaker

    def splits(self) -> bool:
        """Whether the root says something of a base that can be the subject of a question."""
        return isinstance(self.tree, Modifier) and _open(self.tree.base)

    def place(self) -> bool:
        """Whether the root is a place that can stand in front."""
        here = isinstance(self.tree, Between) or (isinstance(self.tree, Related) and not self.tree.no)
        return here and self.splits() and not self.when and isinstance(self.tree.base, Kind)  # type: ignore[union-attr]

    def fill(self, text: str) -> str:
        """The sentence with its blanks filled and its number agreed."""
        wanted, values = blanks(text), dict[str, str]()
        plural = self.many
        if wanted & _ARTICLES.keys():
            made = self._timed(self._phrase())
            for name in sorted(wanted & _ARTICLES.keys()):
                values[name], plural = noun_phrase(made, _ARTICLES[name], self.many, self.speaker)
        if wanted & SPLIT:
            values |= self._split(wanted)
        return _BLANK.sub(lambda match: values[match[1]], agree(text, plural))

    def _phrase(self) -> Phrase:
        roles = ROLES.get(self.tree.label, ()) if isinstance(self.tree, Kind) and not self.many else ()
        if roles and self.speaker.usable(roles) and self.speaker.chance(0.12):
            role = self.speaker.pick(roles)
            return Fixed(role, role)
        return phrase(self.tree, self.speaker, self.many)

    def _timed(self, made: Phrase) -> Phrase:
        if not self.when:
            return made
        if isinstance(made, Fixed):
            return replace(made, definite=f"{made.definite} {self.when}", indefinite=f"{made.indefinite} {self.when}")
        return replace(made, tail=f"{made.tail} {self.when}".strip())

    def _split(self, wanted: set[str]) -> dict[str, str]:
        assert isinstance(self.tree, Modifier)
        speaker, many = self.speaker, self.many
        base = phrase(self.tree.base, speaker, many)
        mod = said_of(self.tree, speaker)
        out = {"pred": self._pred(base, mod, many)}
        out["base"] = noun_phrase(base, "", False, speaker)[0]
        out["bases"] = noun_phrase(base, "", True, speaker)[0]
        if "place" in wanted:
            out["place"] = _place(self.tree, speaker, base.pose)
            out["one"] = noun_phrase(base, "a", False, speaker)[0]
            out["some"] = noun_phrase(base, "a", True, speaker)[0]
        if "wh" in wanted:
            out["wh"] = self._clause(base, mod)
        return out

    def _pred(self, base: Phrase, mod: Mod, many: bool) -> str:
        pred = posed(agree(mod.pred, many, self.speaker.past), base.pose, many, self.speaker.past)
        return f"{pred} {self.when}".strip()

    def _clause(self, base: Phrase, mod: Mod) -> str:
        """A question: "which mug is behind the toaster"."""
        speaker, many = self.speaker, self.many
        if isinstance(base, Fixed):
            return f"which of {base.definite} {self._pred(base, mod, many)}"
        if base.vague and not base.pre and not base.said and not base.core and speaker.chance(0.6):
            return f"what {self._pred(base, mod, False)}"
        if speaker.chance(0.25) and not base.vague:
            them = noun_phrase(base, "the", True, speaker)[0]
            return f"which of {them} {self._pred(base, mod, many)}"
        noun = noun_phrase(base, "", many, speaker)[0]
        return f"{speaker.one(('which', 'which', 'what'))} {noun} {self._pred(base, mod, many)}"

    def asked(self, table: Rows) -> str:
        """A question in which the thing is the object: "which mug is the robot holding?"."""
        assert isinstance(self.tree, Modifier)
        speaker, tree = self.speaker, self.tree
        text = speaker.pick(table)
        base = phrase(tree.base, speaker, self.many)
        noun = noun_phrase(base, "", self.many, speaker)[0]
        plain = isinstance(base, Noun) and base.vague and not (base.pre or base.core or base.said)
        values = {
            "s": "what" if plain and speaker.chance(0.7) else f"{speaker.one(('which', 'what'))} {noun}",
            "base": noun,
        }
        if "place" in blanks(text):
            values["place"] = _place(tree, speaker, base.pose)
        if "a" in blanks(text) and isinstance(tree, Related | Nearest | Toward):
            values["a"] = anchor(tree.anchor, speaker)
        if isinstance(tree, Holding):
            values["b"] = content(tree.content, speaker)
        if isinstance(tree, Coloured):
            values["c"] = tree.colour
        text = _BLANK.sub(lambda match: values[match[1]], agree(text, self.many and values["s"] != "what"))
        return f"{text.removesuffix('?')} {self.when}?" if self.when else text

    def ask_use(self) -> str:
        """A question for the use, which is the tree or its base: "what can I drink from?"."""
        tree, speaker = self.tree, self.speaker
        base = tree.base if isinstance(tree, Modifier) else tree
        assert isinstance(base, Use)
        aims, said = AIMS.get(base.use, ()), isinstance(tree, Modifier)
        by_aim = bool(aims) and (speaker.chance(0.5) or not USES[base.use].gap)
        table = (ASK_AIM_THAT if said else ASK_AIM) if by_aim else (ASK_USE_THAT if said else ASK_USE)
        text = speaker.pick(for_number(table, self.many))
        if by_aim:
            return self.fill(aimed(text, speaker.pick(aims)))
        return self.fill(owned(text, "{g}", speaker.pick(USES[base.use].gap)))

    def asks_use(self) -> bool:
        """Whether "what can I drink from that ..." fits."""
        if isinstance(self.tree, Modifier):
            fits = isinstance(self.tree, Nearest | Related | Between)
            return fits and isinstance(self.tree.base, Use) and self.tree.base.use in USES
        return isinstance(self.tree, Use) and self.tree.use in USES


def _open(tree: Description) -> bool:
    """Whether a phrase is one noun, of several things, with at most one thing said of it."""
    if isinstance(tree, SELECTIVE):
        return False
    depth = 0
    while isinstance(tree, Modifier):
        tree, depth = tree.base, depth + 1
    return depth < 2 and isinstance(tree, Kind | Anything | Use) or hasattr(tree, "name")


def _place(tree: Description, speaker: Speaker, pose: str) -> str:
    """Where a relation says that something is: "behind the toaster"."""
    if isinstance(tree, Between):
        words = {"a": anchor(tree.first, speaker), "b": anchor(tree.second, speaker)}
        table = BETWEEN.post
    else:
        assert isinstance(tree, Related)
        words = {"a": anchor(tree.anchor, speaker, tree.relation not in ("on", "inside"))}
        table = SIDES[tree.relation].post
    fit = tuple(row for row in table if row.text.startswith(_PLACES) and "[" not in row.text)
    text = speaker.pick(fit) if speaker.usable(fit) else (fit or table)[0].text
    return posed(_BLANK.sub(lambda match: words.get(match[1], match[0]), text), pose, False, False)
