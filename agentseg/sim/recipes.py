"""A recipe turns one kind of question into queries: words that people say, the answer from the scene, a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from numpy.random import Generator

from agentseg.sim.ground_truth import Unclear, View, ids
from agentseg.sim.queries import Category
from agentseg.sim.story import Story
from agentseg.sim.truth import ObjectState

COMMON = (
    "mug", "glass", "bottle", "plate", "bowl", "knife", "fork", "spoon", "apple", "orange", "banana", "sponge", "can",
    "carton", "spatula", "kettle", "pot", "pan",
)  # fmt: skip
"""Classes of which a scene may show several."""
ROWS = (
    "mug", "glass", "bottle", "plate", "bowl", "apple", "orange", "sponge", "can", "carton", "spoon", "fork", "knife",
    "banana",
)  # fmt: skip
"""Classes that people count off from left to right."""
PAINTED = (
    "mug", "bottle", "plate", "bowl", "spatula", "apple", "sponge", "can", "carton", "toaster", "kettle", "pot",
    "soap dispenser",
)  # fmt: skip
"""Classes with one obvious colour."""
MIXED = ("knife", "fork", "spoon", "glass", "microwave", "coffee maker", "pan", "cutting board", "bottle")
"""Classes of which no single colour is obvious at a glance."""
VIVID = ("red", "orange", "yellow", "green", "blue", "purple", "pink")
"""Colours that nobody takes for another one, or for steel, paint or shadow."""
THINGS = "a = find stove, sink, robot gripper; except a"
"""Plan text that keeps everything but the fixtures and the robot."""


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


Solve = Callable[[View, Story | None, Generator], Found]
"""Finds the answer in a view (images) or a story (clips); raises Unclear where it is not clear-cut."""


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

    kind: Category
    texts: tuple[str, ...]
    solve: Solve
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


def coloured(view: View, colour: str) -> list[ObjectState]:
    """Things of a colour; Unclear if one of them has other colours on it too."""
    found = [state for state in view.objects() if state.colour == colour]
    if any(state.label in MIXED for state in found):
        raise Unclear("mixed colours")
    return found
