"""From a detector's many boxes to the few that stand for things: threshold, doubles, best so many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from agentseg.errors import PerceptionError
from agentseg.frames import Frame
from agentseg.masks import Box
from agentseg.perception.boxes import Detection, add_boxes, suppress
from agentseg.twin import Instance, Twin, clean_label

Floats = NDArray[np.floating]

SAME_BOX = 0.9
"""Two boxes that overlap more than this (IoU) show one thing, whatever they are called."""
SAME_THING = 0.5
"""A detector's box speaks for a given one that it overlaps by as much (IoU)."""
CANDIDATES = 1000
"""Best boxes that are compared with each other; the rest of several thousand has no chance."""
SMALLEST = 1.0
"""Least side of a box in the frame, px."""
UNKNOWN = "unknown"
"""The label of what looks like a thing but like none of the vocabulary."""


def named(
    boxes: Floats, scores: Floats, words: Sequence[str], size: tuple[int, int], least: float, nms: float, most: int
) -> list[Detection]:
    """Choose the boxes that a word fits.

    Args:
        boxes: (n, 4), x1, y1, x2, y2 in pixels of the frame; parts outside it are cut off.
        scores: (n, len(words)), 0-1; each box goes by its best word.
        words: The labels.
        size: (H, W) of the frame.
        least: Least score.
        nms: Of two boxes of one label that overlap more (IoU), the better stays; across labels ``SAME_BOX`` decides.
        most: Most detections.

    Returns:
        Detections, best first; boxes inside the frame, at least ``SMALLEST`` wide and tall.
    """
    if scores.size == 0:
        return []
    label = scores.argmax(axis=1)
    best = np.nan_to_num(scores[np.arange(len(scores)), label])
    inside = cut(boxes, size)
    places = _best(best, (best >= least) & visible(inside))
    places = places[suppress(inside[places], best[places], nms, label[places])]
    places = places[suppress(inside[places], best[places], max(nms, SAME_BOX))][:most]
    return [Detection(words[label[one]], float(best[one]), _box(inside[one])) for one in places]


def unnamed(
    boxes: Floats,
    objectness: Floats,
    taken: Iterable[Box],
    size: tuple[int, int],
    least: float,
    nms: float,
    most: int,
) -> list[Detection]:
    """Choose the boxes that look like a thing where no named one is.

    Args:
        boxes: (n, 4), x1, y1, x2, y2 in pixels of the frame.
        objectness: (n,), 0-1.
        taken: Boxes of the things that have names; what overlaps one more than ``nms`` (IoU) is that thing.
        size: (H, W) of the frame.
        least: Least objectness.
        nms: Overlap (IoU) that makes two boxes one.
        most: Most detections.

    Returns:
        Detections with the label ``UNKNOWN``, best first.
    """
    if most == 0:
        return []
    inside, score = cut(boxes, size), np.nan_to_num(objectness)
    places = _best(score, (score >= least) & visible(inside))
    known = np.array(list(taken), dtype=np.float64).reshape(-1, 4)
    if len(known):
        places = places[overlaps(inside[places], known).max(axis=1) <= nms]
    places = places[suppress(inside[places], score[places], nms)][:most]
    return [Detection(UNKNOWN, float(score[one]), _box(inside[one])) for one in places]


def unseen(detections: Iterable[Detection], rows: Iterable[Instance], nms: float) -> list[Detection]:
    """The detections that no instance of the same name shows already (box IoU above ``nms``)."""
    known: dict[str, list[Box]] = {}
    for row in rows:
        known.setdefault(row.name, []).append(row.box)
    return [
        one
        for one in detections
        if (name := clean_label(one.label)) not in known
        or overlaps(np.array([one.box]), np.array(known[name])).max() <= nms
    ]


def joined(frame: Frame, twin: Twin, found: Iterable[Detection], nms: float) -> Twin:
    """Add detections to a twin as filled boxes, without those that it shows already.

    Raises:
        PerceptionError: The twin is of another frame size.
    """
    if twin.size != frame.size:
        raise PerceptionError(f"a twin and its frame have one size; found twin {twin.size}, frame {frame.size}")
    return add_boxes(twin, unseen(found, twin.instances, nms), overlap=1.0)


def label_scores(boxes: Floats, scores: Floats, box: Box, labels: Sequence[str]) -> dict[str, float]:
    """Score labels for what a box shows, by what a detector says of the boxes that overlap it.

    Args:
        boxes: (n, 4) of the detector, n at least 1, pixels of the frame.
        scores: (n, len(labels)), 0-1.
        box: The box, in the same pixels.
        labels: The labels.

    Returns:
        Label -> its best score among the boxes whose IoU with the box is at least ``SAME_THING``, or of the box that
        overlaps it most.
    """
    shared = overlaps(boxes, np.array([box]))[:, 0]
    best = np.nan_to_num(scores[shared >= min(SAME_THING, float(shared.max()))]).max(axis=0)
    return {label: float(score) for label, score in zip(labels, best, strict=True)}


def overlaps(first: Floats, second: Floats) -> NDArray[np.float64]:
    """IoU of every box of (n, 4) with every one of (m, 4), (n, m); boxes without area overlap nothing."""
    a, b = first[:, None].astype(np.float64), second[None].astype(np.float64)
    sides = (np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])).clip(0)
    joint = sides[..., 0] * sides[..., 1]
    total = (a[..., 2:] - a[..., :2]).prod(axis=-1) + (b[..., 2:] - b[..., :2]).prod(axis=-1) - joint
    shared: NDArray[np.float64] = np.where(total > 0, joint / np.maximum(total, 1e-12), 0.0)
    return shared


def cut(boxes: Floats, size: tuple[int, int]) -> NDArray[np.float64]:
    """Boxes (n, 4) cut to a frame of ``size`` (H, W); one that is not finite becomes a box without area."""
    height, width = size
    limits = np.array([width, height, width, height], dtype=np.float64)
    whole = np.where(np.isfinite(boxes).all(axis=1, keepdims=True), boxes, 0.0)
    return whole.astype(np.float64).clip(0, limits)


def visible(boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which boxes (n, 4) are at least ``SMALLEST`` wide and tall and hold a pixel once rounded, (n,)."""
    whole = boxes.round()
    sides = np.minimum(boxes[:, 2:] - boxes[:, :2], whole[:, 2:] - whole[:, :2]).min(axis=1)
    return np.asarray(sides >= SMALLEST)


def _best(scores: Floats, allowed: NDArray[np.bool_]) -> NDArray[np.int64]:
    places = np.flatnonzero(allowed)
    return places[np.argsort(-scores[places], kind="stable")[:CANDIDATES]]


def _box(row: NDArray[np.float64]) -> Box:
    x1, y1, x2, y2 = (float(side) for side in row)
    return (x1, y1, x2, y2)
