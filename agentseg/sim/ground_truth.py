"""Who is where, from the 3-D state of a scene: the predicates that the kitchen's queries are graded by.

Nothing here looks at boxes, masks or ``agentseg.relations``: left and right are the projected 3-D centres, before and
behind are distances to the camera, support is what the scene knows. Pixels only decide whether a thing is seen well
enough to be asked about. A question that is not clear-cut raises ``Unclear`` and is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from agentseg.sim.truth import ObjectState, Truth

GRIPPER = "robot gripper"
CLEAR_AREA = 60
"""Pixels of a 320x240 frame from which a thing counts as seen."""
CLEAR_SHARE = 0.3
"""Visible share from which a thing counts as seen."""
WHOLE_SHARE = 0.7
"""Visible share from which people see how large a thing is, if the frame's edge does not cut it."""
CUT_AREA = 250
"""Pixels from which a thing that the frame's edge cuts counts as seen."""
SCREEN_MARGIN = 14.0
"""Least difference of projected centres, px."""
DEPTH_MARGIN = 0.09
"""Least difference of camera distances, metres."""
DISTANCE_MARGIN = 0.05
"""Least difference of distances between things, metres."""
BETWEEN_ROOM = 0.25
"""Least distance of two things that have a between, metres."""

States = list[ObjectState]
Key = Callable[[ObjectState], float]


class Unclear(Exception):
    """People could disagree about the answer, so the question is not asked."""


class View:
    """One frame of a truth as questions see it.

    Args:
        truth: The truth of an image or clip.
        frame: The frame that questions are about.
    """

    def __init__(self, truth: Truth, frame: int = 0) -> None:
        self.truth, self.frame = truth, frame
        area = np.bincount(truth.ids[frame].ravel(), minlength=256)
        self.things: States = []
        self.doubtful: States = []
        picture = truth.ids[frame]
        self.cut = set(np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]]).tolist())
        for state in truth.states[frame]:
            pixels = int(area[state.id])
            if (
                pixels >= (CUT_AREA if state.id in self.cut else CLEAR_AREA)
                and truth.visible_fraction(frame, state.id) >= CLEAR_SHARE
            ):
                self.things.append(state)
            elif pixels > 0:
                self.doubtful.append(state)

    def whole(self, state: ObjectState) -> bool:
        """Whether one sees nearly all of it."""
        return state.id not in self.cut and self.truth.visible_fraction(self.frame, state.id) >= WHOLE_SHARE


def ids(states: Iterable[ObjectState]) -> tuple[int, ...]:
    """Their ids, ascending."""
    return tuple(sorted(state.id for state in states))


def ordered(states: Sequence[ObjectState], key: Key, margin: float) -> States:
    """The states by rising key; Unclear if two neighbours are nearer than the margin."""
    row = sorted(states, key=key)
    if any(key(b) - key(a) < margin for a, b in zip(row, row[1:], strict=False)):
        raise Unclear("a tie")
    return row


def least(states: Sequence[ObjectState], key: Key, margin: float) -> ObjectState:
    """The state with the least key; Unclear with fewer than two to choose from or a runner-up within the margin."""
    if len(states) < 2:
        raise Unclear("nothing to choose from")
    row = sorted(states, key=key)
    if key(row[1]) - key(row[0]) < margin:
        raise Unclear("a tie")
    return row[0]


def where(states: Iterable[ObjectState], holds: Callable[[ObjectState], bool | None]) -> States:
    """The states for which a predicate holds; Unclear if it is None for one of them."""
    out = []
    for state in states:
        verdict = holds(state)
        if verdict is None:
            raise Unclear("a borderline case")
        if verdict:
            out.append(state)
    return out


def screen_x(state: ObjectState) -> float:
    """The x of the projected centre, px; rising to the right."""
    return state.screen[0]


def camera_distance(state: ObjectState) -> float:
    """Distance from the camera to the centre, metres."""
    return state.distance


def apart(a: ObjectState, b: ObjectState) -> float:
    """Distance of two centres, metres."""
    return float(np.linalg.norm(np.subtract(a.centre, b.centre)))


def gap(a: ObjectState, b: ObjectState) -> float:
    """Air between two bounding boxes, metres; 0 where they touch or overlap."""
    away = np.abs(np.subtract(a.centre, b.centre)) - np.add(a.extent, b.extent) / 2
    return float(np.linalg.norm(np.maximum(away, 0.0)))


def nearest(states: Sequence[ObjectState], anchor: ObjectState) -> ObjectState:
    """The state nearest to an anchor; Unclear if another one's surface is as near although its centre is not."""
    best = least(states, near_to(anchor), DISTANCE_MARGIN)
    if any(gap(state, anchor) < gap(best, anchor) + 0.01 for state in states if state.id != best.id):
        raise Unclear("near by surface, far by centre")
    return best


def level(a: ObjectState, b: ObjectState) -> bool:
    """Whether the middle of one lies within the width of the other, so that neither is clearly left of the other."""
    return abs(a.centre[0] - b.centre[0]) < max(a.extent[0], b.extent[0]) / 2


def near_to(anchor: ObjectState) -> Key:
    """Key: distance to an anchor, metres."""
    return lambda state: apart(state, anchor)


def _sided(difference: float, margin: float) -> bool | None:
    return None if abs(difference) < margin else difference > 0


def is_left(anchor: ObjectState) -> Callable[[ObjectState], bool | None]:
    """Predicate: left of the anchor as the camera sees it."""
    return lambda state: _sided(anchor.screen[0] - state.screen[0], SCREEN_MARGIN)


def is_right(anchor: ObjectState) -> Callable[[ObjectState], bool | None]:
    """Predicate: right of the anchor as the camera sees it."""
    return lambda state: _sided(state.screen[0] - anchor.screen[0], SCREEN_MARGIN)


def is_between(a: ObjectState, b: ObjectState) -> Callable[[ObjectState], bool | None]:
    """Predicate: on the way from a to b over the counter, seen from above."""
    start, way = np.array(a.centre[:2]), np.subtract(b.centre[:2], a.centre[:2])
    length = float(np.hypot(*way))

    def holds(state: ObjectState) -> bool | None:
        offset = np.array(state.centre[:2]) - start
        along = float(offset @ way) / length**2
        across = abs(float(offset[0] * way[1] - offset[1] * way[0])) / length**2
        if 0.15 < along < 0.85 and across < 0.2:
            return True
        # off the way on the counter may still look between from where the camera stands
        return False if along < 0.0 or along > 1.0 or across > 0.6 else None

    return holds
