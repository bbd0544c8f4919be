"""The classes that a description can be about."""

from __future__ import annotations

from typing import assert_never

from agentseg.affordances import labels_for
from agentseg.sim.classes import CLASSES
from agentseg.sim.ground_truth import GRIPPER
from agentseg.sim.kitchenbench import description as d

Head = d.Kind | d.Group | d.Use | d.Anything

VESSELS = ("bowl", "pan", "pot", "mug", "glass")
"""Classes that are empty when nothing is in them, as one can see."""
FLAT = ("plate", "cutting board")
"""Classes that are empty when nothing is on them."""


def labels(tree: Head) -> tuple[str, ...]:
    """The classes that a head stands for."""
    match tree:
        case d.Kind(label):
            return (label,)
        case d.Group(name):
            return d.GROUPS[name]
        case d.Use(use):
            return labels_for(use)
        case d.Anything():
            return tuple(label for label in CLASSES if label != GRIPPER)
        case _:
            assert_never(tree)


def heads(tree: d.Description) -> tuple[Head, ...]:
    """What the things of a description are, whatever is said about them."""
    match tree:
        case d.Kind() | d.Group() | d.Use() | d.Anything():
            return (tree,)
        case d.Both(first, second) | d.OrElse(first, second):
            return (*heads(first), *heads(second))
        case _:
            return heads(tree.base)


def possible(tree: d.Description) -> frozenset[str]:
    """The classes of which the things of a description can be."""
    return frozenset(label for head in heads(tree) for label in labels(head))
