"""What the offline kitchen contains: the classes, the fixed surroundings and the named colours."""

from __future__ import annotations

from typing import Final

CLASSES: Final[tuple[str, ...]] = (
    "mug", "glass", "bottle", "kettle", "pan", "pot", "plate", "bowl", "knife", "fork", "spoon", "spatula", "apple",
    "banana", "orange", "toaster", "microwave", "cutting board", "sponge", "can", "carton", "paper towel",
    "coffee maker", "soap dispenser", "robot gripper",
)  # fmt: skip
"""The 25 thing classes; the position is the semantic id 0..24."""

STUFF: Final[tuple[str, ...]] = ("wall", "counter", "stove", "sink")
"""The surroundings; semantic ids 25..28."""

VOID: Final[int] = 255
"""Semantic id of pixels that belong to nothing (below and beside the kitchen)."""

FIXTURES: Final[tuple[str, ...]] = ("stove", "sink")
"""Stuff that also becomes twin instances, so that queries can anchor on it."""

PALETTE: Final[dict[str, tuple[float, float, float]]] = {
    "red": (0.78, 0.09, 0.08),
    "orange": (0.94, 0.45, 0.06),
    "yellow": (0.95, 0.80, 0.12),
    "green": (0.16, 0.55, 0.20),
    "blue": (0.12, 0.29, 0.76),
    "purple": (0.45, 0.17, 0.62),
    "pink": (0.95, 0.52, 0.67),
    "brown": (0.43, 0.26, 0.13),
    "black": (0.09, 0.09, 0.10),
    "grey": (0.55, 0.56, 0.58),
    "white": (0.92, 0.92, 0.90),
}
"""sRGB (0..1) of the eleven colour names a twin may carry."""


def semantic_id(label: str) -> int:
    """The semantic id of a label: 0..24 for a thing, 25..28 for stuff.

    Args:
        label: One of CLASSES or STUFF.

    Returns:
        The id used in ``Truth.semantic``.

    Raises:
        ValueError: The label is in neither list.
    """
    return (CLASSES + STUFF).index(label)
