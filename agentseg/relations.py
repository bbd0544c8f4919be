"""The relations of the plan language, each defined once, in words and numbers.

A relation is a function (instance, anchor, twin) -> bool over boxes and depths. "Grid" is percent of the frame's
width or height. These are definitions for perceived twins; the truth of KitchenBench comes from the 3-D state of the
scene and does not use them, and the agreement of the two is published.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from agentseg.geometry import centre, contact, covered, depth_step, gap
from agentseg.twin import Instance, Twin

Relation = Callable[[Instance, Instance, Twin], bool]

GRID_MARGIN = 1.0
"""Centres nearer than this on the grid are level: neither is left of, above or beyond the other."""
DEPTH_MARGIN = 0.02
"""Depths nearer than this, in metres, are level."""
SAME_PLACE = 0.16
"""Largest step in depth, in metres, of two things of which one carries or contains the other."""
WIDE_PLACE = 0.3
"""The same for an anchor that is much wider than what it carries, or a surface."""
IN_HAND = 0.27
"""Largest step in depth, in metres, of a thing and the hand that holds it."""
NEXT_TO_GAP = 6.0
"""Largest gap of two neighbours, on the grid."""
NEXT_TO_DEPTH = 0.25
"""Largest step in depth of two neighbours, in metres."""

CONTAINERS = frozenset((
    "bowl", "pan", "pot", "mug", "cup", "glass", "sink", "basket", "box", "bag", "bin", "bucket", "jar",
    "vase", "drawer",
))  # fmt: skip
"""Last words of names of open things, which hold others inside; anything else carries them on top."""
SURFACES = frozenset((
    "stove", "board", "plate", "tray", "table", "counter", "shelf", "desk", "bed", "bench", "couch", "sofa",
    "chair", "floor", "mat", "rug",
))  # fmt: skip
"""Last words of names of things that are wide and flat, however much of them is in the picture."""
HOLDERS = frozenset(("gripper", "hand", "arm", "person", "robot", "man", "woman", "child"))
"""Words in the names of those who hold."""
MOUNTS = frozenset((
    "horse", "pony", "donkey", "camel", "elephant", "bicycle", "bike", "motorcycle", "scooter", "skateboard",
    "surfboard",
))  # fmt: skip
"""Last words of names of what people ride: a rider's feet hang beside it, not upon it."""


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


def _last_word(instance: Instance) -> str:
    return instance.name.split()[-1]


def inside(a: Instance, b: Instance, twin: Twin) -> bool:
    """Its foot stands on an open container (``CONTAINERS``), a third of its box lies in the anchor's, at one depth."""
    return (
        _last_word(b) in CONTAINERS
        and not _holder(a)
        and _width(a) < 1.1 * _width(b)
        and covered(a, b) > 0.35
        and _near_in_depth(a, b, SAME_PLACE)
        and _stands_on(a, b, twin, 0.3)
    )


def on(a: Instance, b: Instance, twin: Twin) -> bool:
    """Its foot stands on the anchor, its middle over it, at one depth; the anchor is flat and no open container.

    Of a surface (``SURFACES``) that the frame cuts off, any size is wide enough and any part of the foot. On a mount
    (``MOUNTS``) is who sits astride.
    """
    if _last_word(b) in MOUNTS:
        return _rides(a, b, twin)
    if _last_word(b) in CONTAINERS or _holder(a) or _holder(b) or gap(a, b, twin) > 1:
        return False
    flat = _last_word(b) in SURFACES
    cut = flat and _is_cut(b, twin)
    shaped = flat or b.box[3] - b.box[1] < 1.1 * _width(b)
    placed = cut or (_width(a) < 1.1 * _width(b) and b.box[0] <= centre(a)[0] <= b.box[2])
    limit = WIDE_PLACE if flat or _width(a) < 0.6 * _width(b) else SAME_PLACE
    return shaped and placed and _near_in_depth(a, b, limit) and _stands_on(a, b, twin, 0.2 if flat else 0.5)


def _rides(a: Instance, b: Instance, twin: Twin) -> bool:
    """A holder's middle is over the mount's box, higher than its middle, and their boxes overlap, at one depth."""
    astride = b.box[0] <= centre(a)[0] <= b.box[2] and covered(a, b) > 0.1
    return _holder(a) and astride and above(a, b, twin) and _near_in_depth(a, b, WIDE_PLACE)


def _is_cut(instance: Instance, twin: Twin) -> bool:
    """Whether the frame's border cuts it off."""
    height, width = twin.size
    x1, y1, x2, y2 = instance.box
    return x1 <= 1 or y1 <= 1 or x2 >= width - 1 or y2 >= height - 1


def _stands_on(a: Instance, b: Instance, twin: Twin, least: float) -> bool:
    """Whether enough of its foot stands on the anchor, and more than of the anchor's on it: never both ways."""
    share = contact(a, b, twin)
    return share >= least and share > contact(b, a, twin)


def _width(instance: Instance) -> float:
    return instance.box[2] - instance.box[0]


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
    """The anchor is one who holds (``HOLDERS``); a quarter of its box lies in the anchor's, low and central, in reach.

    The step in depth may be large, because the mean depth of an arm is that of its nearer end.
    """
    if not _holder(b) or _holder(a) or covered(a, b) < 0.25 or not _near_in_depth(a, b, IN_HAND):
        return False
    left, top, right, bottom = b.box
    off_centre = abs(centre(a)[0] - (left + right) / 2) / max(right - left, 1.0)
    return off_centre <= 0.3 and a.box[1] > top + 0.3 * (bottom - top) and _width(a) < 1.1 * _width(b)


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
