"""The measures of the plan language: what can be ranked, compared and described of one instance.

Units: ``x``, ``y``, ``width``, ``height`` in percent of the frame's width or height; ``area`` in percent of the
frame; ``distance``, ``displacement`` and ``approach`` in percent of the frame's width; ``speed`` the same per frame;
``depth`` from 0 (the nearest instance of the twin) to 100 (the farthest); ``real_size`` in centimetres; ``score`` in
percent; ``first_seen`` and ``last_seen`` are frames. A measure that was not taken is None.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from agentseg.geometry import FOCAL_WIDTHS, distance
from agentseg.masks import area
from agentseg.plan_syntax import By
from agentseg.relations import RELATION_TABLE
from agentseg.timeline import Timeline
from agentseg.twin import Instance, Twin, clean_label

Value = float | str | None

NOISE: dict[str, float] = {
    "x": 0.5, "y": 0.5, "width": 0.5, "height": 0.5, "area": 0.05, "depth": 1.0, "distance": 1.0, "real_size": 0.3,
    "speed": 0.1, "displacement": 1.0, "approach": 1.0, "score": 1.0,
}  # fmt: skip
"""A winner by less than this is marked ambiguous; other measures are exact."""


def measure(by: By, instance: Instance, twin: Twin, timeline: Timeline, anchors: Sequence[Instance] = ()) -> Value:
    """Measure one instance.

    Args:
        by: The measure, with anchor and relation where it takes them.
        instance: An instance of ``twin``.
        twin: The twin that the plan stands on.
        timeline: The twins over time, for the measures of motion.
        anchors: What the anchor of ``by`` stands for in this twin; the instance itself is never its own anchor.

    Returns:
        A number in the unit above, a word for ``label`` and ``colour``, or None where it was not measured.
    """
    others = [anchor for anchor in anchors if anchor.id != instance.id]
    match by.measure:
        case "distance":
            return min((distance(instance, other, twin) for other in others), default=None)
        case "approach":
            gains = (approach(instance, other, timeline) for other in others)
            return max((gain for gain in gains if gain is not None), default=None)
        case "count":
            holds = RELATION_TABLE[by.relation]
            return float(sum(holds(instance, other, twin) for other in others))
        case "speed" | "displacement":
            return _motion(by.measure, instance, timeline)
        case _:
            return _PLAIN[by.measure](instance, twin)


def _pixels(instance: Instance, twin: Twin) -> float:
    if instance.id in twin.masks:
        return float(area(twin.masks[instance.id]))
    x1, y1, x2, y2 = instance.box
    return (x2 - x1) * (y2 - y1)


def _depth_on_grid(instance: Instance, twin: Twin) -> float | None:
    known = [other.depth_mean for other in twin.instances if other.depth_mean is not None]
    if instance.depth_mean is None:
        return None
    nearest, farthest = min(known), max(known)
    return 100 * (instance.depth_mean - nearest) / (farthest - nearest) if farthest > nearest else 0.0


def _real_size(instance: Instance, twin: Twin) -> float | None:
    if instance.depth_mean is None:
        return None
    return 100 * math.sqrt(_pixels(instance, twin)) * instance.depth_mean / (FOCAL_WIDTHS * twin.size[1])


def _colour(instance: Instance) -> str | None:
    colour = instance.attributes.get("colour")
    return clean_label(colour) if colour else None  # a perceiver's word goes to the model: data, as a label is


_PLAIN: dict[str, Callable[[Instance, Twin], Value]] = {
    "x": lambda row, twin: 50 * (row.box[0] + row.box[2]) / twin.size[1],
    "y": lambda row, twin: 50 * (row.box[1] + row.box[3]) / twin.size[0],
    "width": lambda row, twin: 100 * (row.box[2] - row.box[0]) / twin.size[1],
    "height": lambda row, twin: 100 * (row.box[3] - row.box[1]) / twin.size[0],
    "area": lambda row, twin: 100 * _pixels(row, twin) / (twin.size[0] * twin.size[1]),
    "depth": _depth_on_grid,
    "real_size": _real_size,
    "score": lambda row, twin: 100 * row.score,
    "first_seen": lambda row, twin: float(row.first_seen),
    "last_seen": lambda row, twin: float(row.last_seen),
    "label": lambda row, twin: row.name,
    "colour": lambda row, twin: _colour(row),
}


def _motion(name: str, instance: Instance, timeline: Timeline) -> float | None:
    """Length of the summed moves (displacement) or of the path per frame (speed), without the camera's motion."""
    if len(timeline) < 2:
        return None
    moves = [(frames, frame[instance.id]) for frames, frame in timeline.moves() if instance.id in frame]
    if not moves:
        return 0.0
    width = timeline.last.size[1]
    if name == "speed":
        return 100 * sum(math.hypot(*move) for _, move in moves) / sum(frames for frames, _ in moves) / width
    return 100 * math.hypot(sum(dx for _, (dx, _) in moves), sum(dy for _, (_, dy) in moves)) / width


def approach(instance: Instance, anchor: Instance, timeline: Timeline) -> float | None:
    """How much nearer the instance came to the anchor from the first to the last frame that shows both."""
    both = [twin for twin in timeline if twin.get(instance.id) and twin.get(anchor.id)]
    if len(both) < 2:
        return None
    gaps = []
    for twin in (both[0], both[-1]):
        here, there = twin.get(instance.id), twin.get(anchor.id)
        if here is None or there is None:
            return None
        gaps.append(distance(here, there, twin))
    return gaps[0] - gaps[1]
