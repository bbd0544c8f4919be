"""Queries of relations that KitchenBench leaves out, because people disagree where "next to" or "above" ends.

What is said and what is planned do not depend on where the border lies, so a student can learn them all the same: a
query about one place becomes a query about another.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from agentseg.sim.kitchenbench.description import Description, Nearest, Related, Relation

BEYOND: tuple[Relation, ...] = ("next_to", "next_to", "next_to", "above", "below", "occluded_by")
"""Relations by how often they are said."""
_PLACES = ("left_of", "right_of", "behind", "in_front_of", "on", "inside")


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
        return replace(tree, relation=BEYOND[int(rng.integers(len(BEYOND)))])
    for field in fields(tree):
        part = getattr(tree, field.name)
        found = beyond(part, rng) if is_dataclass(part) else None  # type: ignore[arg-type]
        if found is not None:
            parts: dict[str, Any] = {field.name: found}
            return replace(tree, **parts)
    return None
