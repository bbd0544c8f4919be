"""Queries that KitchenBench does not have, and that a student learns from its own all the same.

It leaves out relations of which people disagree where they end ("next to", "above"): what is said and planned does not
depend on that, so a query about one place becomes a query about another. And it knows the uses of its own things alone:
with another verb in its place a query teaches that a use which was never met is written as it is said.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from agentseg.sim.kitchenbench.description import Between, Description, Kind, Nearest, Related, Relation, Use, walk
from agentseg.sim.kitchenbench.sightings import KITCHEN_USES
from agentseg.sim.kitchenbench.splits import HELD_LABELS
from agentseg.sim.kitchenbench.words_uses_elsewhere import ELSEWHERE
from agentseg.training.student.stand_ins import FIXED

BEYOND: tuple[Relation, ...] = ("next_to", "next_to", "next_to", "above", "below", "occluded_by")
"""Relations by how often they are said."""
_PLACES = ("left_of", "right_of", "behind", "in_front_of", "on", "inside")
_UNKNOWN = tuple(ELSEWHERE)
_MET = tuple(use for use, labels in KITCHEN_USES.items() if not {*labels} <= {*HELD_LABELS})
_BETWEEN = 0.5
"""Share of the places that become one between two things: the benchmark's own are few."""


def beyond(tree: Description, rng: np.random.Generator) -> Description | None:
    """The same description with one place turned into a relation of ``BEYOND``.

    Args:
        tree: A description.
        rng: Decides which relation.

    Returns:
        None where it has no place that can be turned.
    """
    if isinstance(tree, Nearest) and not tree.far:
        return Related(tree.base, "next_to", tree.anchor)
    if isinstance(tree, Related) and tree.relation in _PLACES and not tree.no:
        if rng.random() < _BETWEEN:
            return Between(tree.base, *_two(tree.anchor, rng))
        return replace(tree, relation=BEYOND[int(rng.integers(len(BEYOND)))])
    for field in fields(tree):
        part = getattr(tree, field.name)
        found = beyond(part, rng) if is_dataclass(part) else None  # type: ignore[arg-type]
        if found is not None:
            parts: dict[str, Any] = {field.name: found}
            return replace(tree, **parts)
    return None


def _two(anchor: Description, rng: np.random.Generator) -> tuple[Description, Description]:
    """An anchor and another, which is a use of the kitchen or of elsewhere, in either order."""
    uses = _MET if rng.random() < 0.5 else _UNKNOWN
    other = Use(uses[int(rng.integers(len(uses)))])
    return (anchor, other) if rng.random() < 0.5 else (other, anchor)


def elsewhere(tree: Description, rng: np.random.Generator) -> Description | None:
    """The same description with one use, or kind, turned into a use that no kitchen of the benchmark serves.

    Args:
        tree: A description.
        rng: Decides what is turned, and into what.

    Returns:
        None where it has neither.
    """
    parts: list[Description] = [part for part in walk(tree) if isinstance(part, Use)]
    parts = parts or [part for part in walk(tree) if isinstance(part, Kind) and part.label not in FIXED]
    parts = sorted({*parts}, key=str)
    if not parts:
        return None
    other = Use(_UNKNOWN[int(rng.integers(len(_UNKNOWN)))])
    return _swapped(tree, parts[int(rng.integers(len(parts)))], other)


def _swapped(tree: Description, old: Description, new: Description) -> Description:
    if tree == old:
        return new
    parts: dict[str, Any] = {}
    for field in fields(tree):
        part: Any = getattr(tree, field.name)
        if is_dataclass(part):
            parts[field.name] = _swapped(part, old, new)  # type: ignore[arg-type]
    return replace(tree, **parts)
