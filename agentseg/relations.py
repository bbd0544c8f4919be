"""The relations of the plan language, each defined once, in words and numbers.

A relation is a function (instance, anchor, twin) -> bool over boxes and depths. "Grid" is percent of the frame's
width or height. These are definitions for perceived twins; the truth of KitchenBench comes from the 3-D state of the
scene and does not use them, and the agreement of the two is published.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from agentseg.geometry import centre, covered, depth_step, gap
from agentseg.twin import Instance, Twin

Relation = Callable[[Instance, Instance, Twin], bool]

GRID_MARGIN = 1.0
"""Centres nearer than this on the grid are level: neither is left of, above or beyond the other."""
DEPTH_MARGIN = 0.02
"""Depths nearer than this, in metres, are level."""
SAME_PLACE = 0.2
"""Largest step in depth, in metres, of two things of which one carries, holds or contains the other."""
NEXT_TO_GAP = 6.0
"""Largest gap of two neighbours, on the grid."""
NEXT_TO_DEPTH = 0.25
"""Largest step in depth of two neighbours, in metres."""

CONTAINERS = frozenset(
    (
        "bowl", "pan", "pot", "mug", "cup", "glass", "sink", "basket", "box", "bag", "bin", "bucket", "jar", "vase",
        "drawer", "carton", "can", "kettle", "microwave", "oven",
    )
)  # fmt: skip
"""Names of things that hold others inside; anything else carries them on top."""
HOLDERS = frozenset(("gripper", "hand", "arm", "person", "robot", "man", "woman", "child"))
"""Words in the names of those who hold."""


def left_of(a: Instance, b: Instance, twin: Twin) -> bool:
    """Its centre is at least 1 grid left of the anchor's, as the camera sees it."""
    return centre(b)[0] - centre(a)[0] > GRID_MARGIN / 100 * twin.size[1]


def above(a: Instance, b: Instance, twin: Twin) -> bool:
    """Its centre is at least 1 grid higher in the picture than the anchor's."""
    return centre(b)[1] - centre(a)[1] > GRID_MARGIN / 100 * twin.size[0]


def behind(a: Instance, b: Instance, twin: Twin) -> bool:
    """Its mean depth is at least 2 cm more than the anchor's; never without both depths."""
    step = depth_step(a, b)
    return step is not None and step > DEPTH_MARGIN


def _near_in_depth(a: Instance, b: Instance, limit: float) -> bool:
    step = depth_step(a, b)
    return step is None or abs(step) <= limit


def _carried(a: Instance, b: Instance) -> bool:
    """The foot of ``a`` stands within the box of ``b``, not below it, at the same depth, and ``a`` is smaller."""
    x1, y1, x2, y2 = a.box
    left, top, right, bottom = b.box
    slack = 0.1 * (bottom - top) + 1
    foot_in = left <= (x1 + x2) / 2 <= right and top - slack <= y2 <= bottom + slack
    smaller = (x2 - x1) < (right - left)
    higher = (y1 + y2) / 2 <= (top + bottom) / 2 + slack
    return foot_in and smaller and (higher or covered(a, b) > 0.9) and _near_in_depth(a, b, SAME_PLACE)


def inside(a: Instance, b: Instance, twin: Twin) -> bool:
    """It is carried by a container (``CONTAINERS``): its foot in the anchor's box, half of its own box in it too."""
    return b.name.split()[-1] in CONTAINERS and _carried(a, b) and covered(a, b) >= 0.4


def on(a: Instance, b: Instance, twin: Twin) -> bool:
    """It is carried by a thing that is no container: its foot in the anchor's box, at the same place in depth."""
    return b.name.split()[-1] not in CONTAINERS and _carried(a, b) and not _holder(a) and not _holder(b)


def next_to(a: Instance, b: Instance, twin: Twin) -> bool:
    """At most 6 grid of gap in the picture and 25 cm in depth."""
    return gap(a, b, twin) <= NEXT_TO_GAP and _near_in_depth(a, b, NEXT_TO_DEPTH)


def overlapping(a: Instance, b: Instance, twin: Twin) -> bool:
    """Their boxes share area."""
    return covered(a, b) > 0


def occluded_by(a: Instance, b: Instance, twin: Twin) -> bool:
    """A nearer anchor's box covers at least a twentieth of its box."""
    return covered(a, b) >= 0.05 and behind(a, b, twin)


def _holder(instance: Instance) -> bool:
    return any(word in HOLDERS for word in instance.name.split())


def held_by(a: Instance, b: Instance, twin: Twin) -> bool:
    """The anchor is one who holds (``HOLDERS``), their boxes touch, at the same place in depth."""
    return _holder(b) and not _holder(a) and gap(a, b, twin) <= 1 and _near_in_depth(a, b, SAME_PLACE)


def between(a: Instance, first: Instance, second: Instance, twin: Twin) -> bool:
    """Its centre lies along the line from one anchor's centre to the other's, off it by at most 0.35 of its length."""
    (px, py), (ax, ay), (bx, by) = centre(a), centre(first), centre(second)
    length = math.dist((ax, ay), (bx, by))
    if length == 0:
        return False
    along = ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length**2
    across = abs((px - ax) * (by - ay) - (py - ay) * (bx - ax)) / length
    return 0.05 < along < 0.95 and across <= 0.35 * length


def _reverse(relation: Relation) -> Relation:
    return lambda a, b, twin: relation(b, a, twin)


RELATION_TABLE: dict[str, Relation] = {
    "left_of": left_of,
    "right_of": _reverse(left_of),
    "above": above,
    "below": _reverse(above),
    "in_front_of": _reverse(behind),
    "behind": behind,
    "on": on,
    "under": _reverse(on),
    "inside": inside,
    "contains": _reverse(inside),
    "next_to": next_to,
    "overlapping": overlapping,
    "occluded_by": occluded_by,
    "held_by": held_by,
    "holding": _reverse(held_by),
}
"""Every relation with one anchor, by its name in a plan; ``between`` takes two."""
