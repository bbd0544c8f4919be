"""Rewards of boxes and points: Seg-Zero's thresholds, VisionReasoner's matching, and F1 of detections.

Seg-Zero (Liu et al., 2025): 1 each for a box IoU above .5, a mean L1 distance of the box's sides below 10 px, and a
right point. VisionReasoner (Liu et al., 2025) adds the three up for every pair of an answered and a true object, a
point being right within 30 px and inside of the answered box, takes the assignment of largest sum (Hungarian), and
divides by the larger number of objects. WISE trains with the same; its code gives the IoU itself in place of 0 or 1.

Departures:
    - Our models answer with instances, not with coordinates: a box is the instance's or that of the answer's mask, a
      point is the pixel of the mask nearest to its centre, or the box's centre where truth has boxes only.
    - Seg-Zero's first point reward (two points, mean distance below 100 px) is VisionReasoner's here.
    - Distances are in pixels of the frame; the papers' are on a square of 840 px: ``side=840``.
    - x2 and y2 are exclusive, where the papers' code adds a pixel to both sides.
    - An empty answer to an empty truth has full marks; the papers have no such samples.
    - A clip's value is the mean over its frames with truth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from math import fsum
from typing import Literal

import numpy as np

from agentseg.errors import InputError
from agentseg.evaluation.metrics.detection import box_ious
from agentseg.masks import Box, Mask, box_of, decode
from agentseg.sample import Sample
from agentseg.trace import Trace
from agentseg.training.rewards.accuracy import THRESHOLD, answer_mask, checked
from agentseg.training.rewards.assignment import Floats, assign
from agentseg.training.rewards.reward import Reward, answered
from agentseg.twin import MAX_PIXEL

BOX_L1 = 10.0
"""Mean distance of a box's four sides, in px, below which it is right (Seg-Zero)."""
POINT = 30.0
"""Distance of a point, in px, below which it is right (VisionReasoner)."""
MOST = 120
"""Objects of a frame that are looked at (VisionReasoner)."""

Form = Literal["binary", "continuous"]
"""IoU as 1 above .5 and 0 else (the papers), or as it is (WISE's code)."""

Objects = tuple[Floats, Floats]
"""Boxes (N, 4) and points (N, 2), px."""


def segzero(*, iou: Form = "binary", side: float | None = None) -> Reward:
    """Make Seg-Zero's accuracy: box IoU + box L1 + point, of the whole answer against the whole target.

    Args:
        iou: ``continuous`` for WISE's code.
        side: Length in px of the square that distances are measured on (840 in the papers); None for the frame's own.

    Returns:
        A reward in [0, 3]; a failure is 0; None where the sample has no masks.

    Raises:
        InputError: There is no such form, or the side is not positive.
    """
    return partial(_segzero, iou=_form(iou), side=_side(side))


def visionreasoner(*, iou: Form = "binary", side: float | None = None) -> Reward:
    """Make VisionReasoner's accuracy: the best matching of answered and true objects.

    Objects are the sample's boxes; where it has masks only, the target of each frame is one object, as the answer is.

    Args:
        iou: ``continuous`` for WISE's code.
        side: As in ``segzero``.

    Returns:
        A reward in [0, 3]; a failure is 0; None where the sample has neither boxes nor masks.

    Raises:
        InputError: There is no such form, or the side is not positive.
    """
    return partial(_visionreasoner, iou=_form(iou), side=_side(side))


def detection(*, threshold: float = THRESHOLD) -> Reward:
    """Make F1 of the answered boxes: 2 hits / (answered + true), in [0, 1]; a hit is a matched pair above an IoU.

    Returns:
        A reward; no boxes for none: 1; a failure: 0; None where the sample has no boxes.

    Raises:
        InputError: The threshold is outside [0, 1).
    """
    return partial(box_f1, threshold=checked(threshold))


def box_f1(trace: Trace, sample: Sample, *, threshold: float = THRESHOLD) -> float | None:
    """See ``detection``."""
    if not sample.boxes:
        return None
    return _mean(trace, sample.boxes, lambda frame: _f1(trace, sample, frame, threshold))


def pair_scores(found: Objects, truth: Objects, iou: Form = "binary") -> Floats:
    """What each pair of an answered and a true object earns, (M, N) in [0, 3]: box IoU + box L1 + point."""
    (boxes, points), (true_boxes, true_points) = found, truth
    overlap = box_ious(boxes, true_boxes)
    sides = np.abs(boxes[:, None] - true_boxes[None]).mean(axis=2)
    distance = np.hypot(*np.moveaxis(points[:, None] - true_points[None], 2, 0))
    inside = np.all((points >= boxes[:, :2]) & (points <= boxes[:, 2:]), axis=1, keepdims=True)
    first = overlap if iou == "continuous" else overlap > THRESHOLD
    out: Floats = first.astype(float) + (sides < BOX_L1) + ((distance < POINT) & inside)
    return out


def _segzero(trace: Trace, sample: Sample, *, iou: Form, side: float | None) -> float | None:
    if not sample.targets:
        return None
    return _mean(trace, sample.targets, lambda frame: _matched(*_wholes(trace, sample, frame), iou, side, sample.size))


def _visionreasoner(trace: Trace, sample: Sample, *, iou: Form, side: float | None) -> float | None:
    if not sample.boxes:
        return _segzero(trace, sample, iou=iou, side=side)

    def one(frame: int) -> float:
        found, truth = _boxed(_answer_boxes(trace, frame)), _boxed(sample.boxes[frame])
        return _matched(found, truth, iou, side, sample.size or _frame_size(trace, frame))

    return _mean(trace, sample.boxes, one)


def _matched(found: Objects, truth: Objects, iou: Form, side: float | None, size: tuple[int, int] | None) -> float:
    """The assignment's sum over the larger number of objects, in [0, 3]."""
    most = max(len(found[0]), len(truth[0]))
    if most == 0:
        return 3.0
    gain = pair_scores(_scaled(found, side, size), _scaled(truth, side, size), iou)
    return fsum(float(gain[pair]) for pair in assign(gain)) / most


def _f1(trace: Trace, sample: Sample, frame: int, threshold: float) -> float:
    found, truth = _boxed(_answer_boxes(trace, frame))[0], _boxed(sample.boxes[frame])[0]
    if len(found) + len(truth) == 0:
        return 1.0
    hits = (box_ious(found, truth) > threshold).astype(float)
    return 2 * fsum(float(hits[pair]) for pair in assign(hits)) / (len(found) + len(truth))


def _mean(trace: Trace, truth: Iterable[int], one: Callable[[int], float]) -> float:
    if not answered(trace):
        return 0.0
    frames = sorted(truth)
    return fsum(one(frame) for frame in frames) / len(frames)


def _wholes(trace: Trace, sample: Sample, frame: int) -> tuple[Objects, Objects]:
    """The answer and the target of a frame as one object each, or none where they are empty."""
    target = decode(sample.targets[frame])
    size = (target.shape[0], target.shape[1])
    found = answer_mask(trace, frame, size)
    if found is None:  # a mask of another picture: an object that is nowhere
        return (np.full((1, 4), -1e9), np.full((1, 2), -1e9)), _whole(target)
    return _whole(found), _whole(target)


def _whole(mask: Mask) -> Objects:
    if not mask.any():
        return np.zeros((0, 4)), np.zeros((0, 2))
    rows, columns = np.nonzero(mask)
    nearest = int(np.argmin((rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2))
    return np.array([box_of(mask)]), np.array([[columns[nearest] + 0.5, rows[nearest] + 0.5]])


def _boxed(boxes: tuple[Box, ...]) -> Objects:
    given = np.array(boxes[:MOST], dtype=float).reshape(-1, 4)
    kept: Floats = np.clip(np.nan_to_num(given), -MAX_PIXEL, MAX_PIXEL)  # what a data set's file holds may be no number
    return kept, (kept[:, :2] + kept[:, 2:]) / 2


def _answer_boxes(trace: Trace, frame: int) -> tuple[Box, ...]:
    """Boxes of the answer's instances that the frame's twin shows."""
    chosen = set(trace.answer)
    twins = (twin for twin in trace.twins if twin.frame == frame)
    return tuple(row.box for twin in twins for row in twin.instances if row.id in chosen and row.id in twin.masks)


def _frame_size(trace: Trace, frame: int) -> tuple[int, int] | None:
    return next((twin.size for twin in trace.twins if twin.frame == frame), None)


def _scaled(objects: Objects, side: float | None, size: tuple[int, int] | None) -> Objects:
    if side is None or size is None:
        return objects
    scale = np.array([side / size[1], side / size[0]])
    return objects[0] * np.tile(scale, 2), objects[1] * scale


def _form(iou: Form) -> Form:
    if iou not in ("binary", "continuous"):
        raise InputError(f"the forms of an IoU are 'binary' and 'continuous'; found {iou!r}")
    return iou


def _side(side: float | None) -> float | None:
    if side is not None and not side > 0:
        raise InputError(f"the side of a square is a positive number of px; found {side}")
    return side
