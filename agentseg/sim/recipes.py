"""A recipe turns one kind of question into queries: words that people say, the answer from the scene, a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from numpy.random import Generator

from agentseg.sim.ground_truth import Story, Unclear, View, ids
from agentseg.sim.truth import ObjectState

Kind = str
"""semantic, spatial, temporal, attribute, ordinal, negation, count or no_target."""


@dataclass(frozen=True)
class Found:
    """One way to fill a recipe in.

    Attributes:
        states: The things asked for.
        plan: A plan that finds them.
        words: What fills the blanks of the texts.
        number: The number asked for, or None.
    """

    states: Sequence[ObjectState]
    plan: str
    words: dict[str, str] = field(default_factory=dict)
    number: int | None = None

    @property
    def answer(self) -> tuple[int, ...]:
        """Ids of the things, ascending."""
        return ids(self.states)


@dataclass(frozen=True)
class Recipe:
    """One kind of question.

    Attributes:
        kind: Category.
        texts: What people say, each used once; "1:" before a text wants exactly one thing, "+:" at least two.
        solve: Finds the answer in a view (images) or story (clips); raises Unclear where it is not clear-cut.
        clip: Whether it is about clips.
        empty: Whether the answer must be empty (True), must not be (False), or may be (None).
    """

    kind: Kind
    texts: tuple[str, ...]
    solve: Callable[[View, Story | None, Generator], Found]
    clip: bool = False
    empty: bool | None = False

    def wording(self, found: Found, used: set[str]) -> str | None:
        """The first unused text that fits the number of things, as it stands in ``texts``; None if there is none."""
        if self.empty is not None and (len(found.answer) == 0) != self.empty:
            return None
        for text in self.texts:
            fits = {"1:": len(found.answer) == 1, "+:": len(found.answer) > 1}.get(text[:2], True)
            if fits and text not in used:
                return text
        return None


def spoken(text: str, words: dict[str, str]) -> str:
    """The text without its mark and with its blanks filled."""
    return (text[2:] if text[:2] in ("1:", "+:") else text).format(**words)


def need(condition: bool) -> None:
    """Raises Unclear unless the condition holds."""
    if not condition:
        raise Unclear("not this scene")


def pick(options: Sequence[str], rng: Generator) -> str:
    """One of the options; Unclear if there are none."""
    need(len(options) > 0)
    return options[int(rng.integers(len(options)))]


def plural(label: str) -> str:
    """The plural of a class name."""
    irregular = {"knife": "knives", "glass": "glasses", "toaster": "toasters"}
    return irregular.get(label, label + ("es" if label.endswith(("s", "sh", "ch")) else "s"))
