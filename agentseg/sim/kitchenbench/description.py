"""What a query means, as a tree: the one value from which KitchenBench makes truth, plan and words.

    "the fork nearest to what toasts bread"  ->  Nearest(Kind("fork"), Use("toasting"))

``meaning`` finds the things in the 3-D state of a scene, ``plans`` writes the plan that asks for them, ``wording`` says
it. The three know nothing of each other, so that truth never passes through the plan language.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal

Relation = Literal[
    "left_of", "right_of", "in_front_of", "behind", "on", "inside", "held_by",
    "next_to", "above", "below", "occluded_by",
]  # fmt: skip
"""Those from ``next_to`` on have no truth (people disagree where they end): samples never have them."""
Measure = Literal["x", "depth", "height", "size"]
"""``x`` across the picture (greater: right), ``depth`` from the camera, ``height`` and ``size`` of the thing itself."""
When = Literal["first", "last"]
Category = Literal["semantic", "spatial", "temporal"]


@dataclass(frozen=True)
class Kind:
    """Things of a class: "the mugs"."""

    label: str


@dataclass(frozen=True)
class Group:
    """Things of a family of classes (``GROUPS``): "the fruit"."""

    name: str


@dataclass(frozen=True)
class Use:
    """Things that serve a use (``agentseg.affordances``): "something to drink from"."""

    use: str


@dataclass(frozen=True)
class Anything:
    """Every thing but the stove, the sink and the robot."""


@dataclass(frozen=True)
class Coloured:
    """Those of a colour: "the red mugs"; ``no`` turns it round: "the mugs that are not red"."""

    base: Description
    colour: str
    no: bool = False


@dataclass(frozen=True)
class Alike:
    """Those of the same colour as the anchor, without the anchor itself."""

    base: Description
    anchor: Description


@dataclass(frozen=True)
class Related:
    """Those in a relation to the one anchor: "the mugs behind the toaster"; ``no``: those that are not."""

    base: Description
    relation: Relation
    anchor: Description
    no: bool = False


@dataclass(frozen=True)
class Between:
    """Those between two anchors on the counter."""

    base: Description
    first: Description
    second: Description


@dataclass(frozen=True)
class Nearest:
    """The one nearest to the anchor, or farthest from it."""

    base: Description
    anchor: Description
    far: bool = False


@dataclass(frozen=True)
class Extreme:
    """The one with the least or greatest measure: "the leftmost mug", "the tallest thing"."""

    base: Description
    measure: Measure
    most: bool


@dataclass(frozen=True)
class Nth:
    """The n-th from the left or the right (n from 1): "the second mug from the left"."""

    base: Description
    side: Literal["left", "right"]
    n: int


@dataclass(frozen=True)
class Holding:
    """Vessels and surfaces in or on which such a thing is: "the bowl with the apple in it"."""

    base: Description
    content: Description
    how: Literal["on", "inside"]


@dataclass(frozen=True)
class Empty:
    """Vessels with nothing in them."""

    base: Description


@dataclass(frozen=True)
class But:
    """Those that are not among the others: "all cutlery but the forks"."""

    base: Description
    others: Description


@dataclass(frozen=True)
class Both:
    """Two descriptions together: "the kettle and whatever is on the plate"."""

    first: Description
    second: Description


@dataclass(frozen=True)
class OrElse:
    """The first; where there is none, the second: "a glass, or else a mug"."""

    first: Description
    second: Description


@dataclass(frozen=True)
class Moved:
    """Clips: those that changed their place; ``no``: those that stayed."""

    base: Description
    no: bool = False


@dataclass(frozen=True)
class MovedMost:
    """Clips: the one that travelled farthest from where it was."""

    base: Description


@dataclass(frozen=True)
class Appeared:
    """Clips: those that were not in view at first and came."""

    base: Description


@dataclass(frozen=True)
class Vanished:
    """Clips: those that are no longer in view at the end."""

    base: Description


@dataclass(frozen=True)
class Toward:
    """Clips: those that came nearer to the anchor."""

    base: Description
    anchor: Description


@dataclass(frozen=True)
class Carried:
    """Clips: those that the robot held and moved; ``no``: that moved without being held."""

    base: Description
    no: bool = False


@dataclass(frozen=True)
class At:
    """Clips: the description as of the first or last frame; stands at the root only."""

    base: Description
    when: When


Description = (
    Kind | Group | Use | Anything | Coloured | Alike | Related | Between | Nearest | Extreme | Nth | Holding | Empty
    | But | Both | OrElse | Moved | MovedMost | Appeared | Vanished | Toward | Carried | At
)  # fmt: skip
TEMPORAL = (Moved, MovedMost, Appeared, Vanished, Toward, Carried, At)
SPATIAL = (Related, Between, Nearest, Nth, Holding, Empty)

GROUPS: dict[str, tuple[str, ...]] = {
    "fruit": ("apple", "banana", "orange"),
    "cutlery": ("knife", "fork", "spoon"),
    "crockery": ("plate", "bowl", "mug"),
    "cookware": ("pan", "pot", "kettle"),
    "appliances": ("toaster", "microwave", "coffee maker"),
    "drinking vessels": ("mug", "glass"),
}
"""Families of classes that people name by one word."""


def walk(tree: Description) -> Iterator[Description]:
    """The tree and all its parts, from the root down."""
    yield tree
    for part in fields(tree):
        value = getattr(tree, part.name)
        if not isinstance(value, (str, bool, int)):
            yield from walk(value)


def category(tree: Description) -> Category:
    """``temporal`` where time decides, else ``spatial`` where a place does, else ``semantic`` (use, kind, looks)."""
    parts = list(walk(tree))
    if any(isinstance(part, TEMPORAL) for part in parts):
        return "temporal"
    placed = any(
        isinstance(part, SPATIAL) or (isinstance(part, Extreme) and part.measure in ("x", "depth")) for part in parts
    )
    return "spatial" if placed else "semantic"


def hops(tree: Description) -> int:
    """Inferences between what the words name and what they mean.

    A use, a relation, a comparison and a change are one hop each; kinds, groups, colours, unions and exclusions are
    none, and neither is the time that ``At`` names.
    """
    free = (Kind, Group, Anything, Coloured, But, Both, OrElse, At)
    return sum(not isinstance(part, free) for part in walk(tree))


def level(tree: Description) -> int:
    """Depth of reasoning, 1 to 3: the hops, where none counts as one and more than three count as three."""
    return min(max(hops(tree), 1), 3)
