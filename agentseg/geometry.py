"""Where instances stand: points and distances from boxes and depths, with one stated camera model.

A twin holds boxes in pixels and depths in metres, and no camera. Distances in space therefore assume a pinhole camera
whose focal length is 0.9 frame widths (58 degrees across), as a phone or a robot's camera has; ratios of distances
depend on it weakly.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from agentseg.masks import Mask, decode
from agentseg.twin import Instance, Twin

FOCAL_WIDTHS = 0.9
"""Assumed focal length in frame widths."""
FOOT_GAP = 3
"""Pixels under a foot that are looked at: the outlines of two masks may leave a gap."""
NEAREST = 1e-3
"""Smallest depth of an anchor, in metres, at which a distance in space can be put on its scale."""


def centre(instance: Instance) -> tuple[float, float]:
    """Centre of the box in pixels, (x, y)."""
    x1, y1, x2, y2 = instance.box
    return ((x1 + x2) / 2, (y1 + y2) / 2)


def point(instance: Instance, twin: Twin) -> tuple[float, float, float] | None:
    """Centre of the instance in metres in the camera's frame (right, down, forward); None without a depth."""
    if instance.depth_mean is None:
        return None
    height, width = twin.size
    x, y = centre(instance)
    scale = instance.depth_mean / (FOCAL_WIDTHS * width)
    return ((x - width / 2) * scale, (y - height / 2) * scale, instance.depth_mean)


def distance(instance: Instance, anchor: Instance, twin: Twin) -> float:
    """Distance of two instances in percent of the frame's width, as seen at the anchor's depth.

    With both depths measured it is the distance in space, put on the anchor's scale (so that the order among several
    instances is the order in metres); else the distance of the box centres in the picture.
    """
    here, there = point(instance, twin), point(anchor, twin)
    if here is not None and there is not None and there[2] >= NEAREST:
        return 100 * FOCAL_WIDTHS * math.dist(here, there) / there[2]
    return 100 * math.dist(centre(instance), centre(anchor)) / twin.size[1]


def gap(instance: Instance, anchor: Instance, twin: Twin) -> float:
    """Empty space between two boxes in the picture, in percent of the frame's width; 0 where they touch."""
    a, b = instance.box, anchor.box
    across = max(0.0, max(a[0], b[0]) - min(a[2], b[2]))
    down = max(0.0, max(a[1], b[1]) - min(a[3], b[3]))
    return 100 * math.hypot(across, down) / twin.size[1]


def covered(instance: Instance, anchor: Instance) -> float:
    """Share of the instance's box that lies in the anchor's box, 0-1."""
    a, b = instance.box, anchor.box
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    area = (a[2] - a[0]) * (a[3] - a[1])
    return max(0.0, across) * max(0.0, down) / area if area > 0 else 0.0


def contact(instance: Instance, anchor: Instance, twin: Twin) -> float:
    """Share of the instance's foot that stands on the anchor, 0-1: what lies right under its lower edge.

    The foot is the lower edge of the mask in the lowest third of its height. Without masks it is the middle of the
    box's lower side, and it stands on the anchor where that lies in the anchor's box.
    """
    here, there = twin.masks.get(instance.id), twin.masks.get(anchor.id)
    if here is None or there is None:
        middle, foot = (instance.box[0] + instance.box[2]) / 2, instance.box[3]
        left, top, right, bottom = anchor.box
        return float(left <= middle <= right and top <= foot <= bottom + 1)
    columns, rows = _foot(here["counts"], *twin.size)
    if columns.size == 0:
        return 0.0
    under = _pixels(there["counts"], *twin.size)
    deep = np.minimum(rows[:, None] + np.arange(1, FOOT_GAP + 1), twin.size[0] - 1)
    return float(under[deep, columns[:, None]].any(axis=1).mean())


@lru_cache(maxsize=256)
def _pixels(counts: str, height: int, width: int) -> Mask:
    return decode({"size": [height, width], "counts": counts})


@lru_cache(maxsize=256)
def _foot(counts: str, height: int, width: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    mask = _pixels(counts, height, width)
    columns = np.flatnonzero(mask.any(axis=0))
    if columns.size == 0:
        return columns, columns
    lowest = height - 1 - np.argmax(mask[::-1, columns], axis=0)
    tall = lowest.max() + 1 - np.flatnonzero(mask.any(axis=1))[0]
    low = lowest >= lowest.max() - max(2.0, 0.3 * tall)
    return columns[low], lowest[low]


def depth_step(instance: Instance, anchor: Instance) -> float | None:
    """How much farther the instance is than the anchor, in metres; None where a depth is missing."""
    if instance.depth_mean is None or anchor.depth_mean is None:
        return None
    return instance.depth_mean - anchor.depth_mean
