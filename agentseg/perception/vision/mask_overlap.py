"""How much a detection and a followed mask share: by masks where both have one, by boxes where one is only a box."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from agentseg.masks import Box, Mask
from agentseg.twin import Instance


class Overlap(NamedTuple):
    """What a detection shares with a mask.

    Attributes:
        iou: Intersection over union, 0-1.
        inside: Share of the detection that lies in the other, 0-1.
    """

    iou: float
    inside: float


NOTHING = Overlap(0.0, 0.0)


def overlaps(row: Instance, own: Mask, other: Mask, other_box: Box) -> Overlap:
    """Compare a detection with a followed object.

    Args:
        row: The detection; with ``mask_source="box"`` the boxes are compared.
        own: Its mask, bool (H, W).
        other: The object's mask, bool (H, W).
        other_box: The box of ``other``.
    """
    shared = _cut(row.box, other_box)
    if shared is None:
        return NOTHING
    x1, y1, x2, y2 = shared
    if row.mask_source == "box" or not own.any():
        joint, first, second = (x2 - x1) * (y2 - y1), _area(row.box), _area(other_box)
    else:
        part = (slice(int(y1), int(np.ceil(y2))), slice(int(x1), int(np.ceil(x2))))
        joint = float(np.count_nonzero(own[part] & other[part]))
        first, second = float(np.count_nonzero(own)), float(np.count_nonzero(other))
    return Overlap(joint / max(first + second - joint, 1e-9), joint / max(first, 1e-9))


def area_of(row: Instance, mask: Mask, size: tuple[int, int]) -> float:
    """Pixels that a detection has in its frame of ``size`` (H, W): its mask's, or its box's where it has no mask."""
    if row.mask_source != "box":
        return float(np.count_nonzero(mask))
    inside = _cut(row.box, (0.0, 0.0, float(size[1]), float(size[0])))
    return 0.0 if inside is None else _area(inside)


def centre_way(first: Box, second: Box) -> float:
    """Way between the centres of two boxes, in diagonals of the larger one (a pixel at least)."""
    across = (first[0] + first[2] - second[0] - second[2]) / 2
    down = (first[1] + first[3] - second[1] - second[3]) / 2
    diagonal = max(np.hypot(box[2] - box[0], box[3] - box[1]) for box in (first, second))
    return float(np.hypot(across, down) / max(1.0, diagonal))


def _cut(first: Box, second: Box) -> Box | None:
    x1, y1 = max(first[0], second[0]), max(first[1], second[1])
    x2, y2 = min(first[2], second[2]), min(first[3], second[3])
    return (max(x1, 0.0), max(y1, 0.0), x2, y2) if x2 > x1 and y2 > y1 else None


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
