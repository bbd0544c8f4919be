"""Average precision of boxes at one IoU, as VisionReasoner measures detection.

Source: COCO's bbox evaluation (pycocotools, whose figures these equal): per label, detections of all images by falling
score, each matched to the free true box of highest IoU if that reaches the threshold; precision made monotone and read
at 101 recalls; mean over the labels that have true boxes. VisionReasoner (Liu et al., 2025) asks one image for one
label at a time; its model gives no scores, and its evaluation takes a box's share of the image's area as its score.

Departures:
    - Only images and labels that were asked about count; COCO's file may hold more.
    - No crowd regions and no split by size.
    - A failure gives no boxes, its true boxes stay in the recall, and it is counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentseg.masks import Box

Floats = NDArray[np.float64]
MOST = 100
"""Detections of an image and label that are looked at, best first (COCO)."""
RECALLS = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True)
class Detection:
    """One image asked for one label; there is one such sample for an image and a label.

    Args:
        predicted: Boxes (x1, y1, x2, y2), px, x2 and y2 exclusive. None: a failure.
        truth: True boxes, same form.
        size: (H, W) of the image, px.
        label: What was asked for; average precision is taken per label.
        scores: One a box, greater = surer; without them a box's share of the image's area (VisionReasoner).
    """

    predicted: tuple[Box, ...] | None
    truth: tuple[Box, ...]
    size: tuple[int, int]
    label: str = ""
    scores: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        found = 0 if self.predicted is None else len(self.predicted)
        if self.scores is not None and len(self.scores) != found:
            raise ValueError(f"there is a score a box; found {len(self.scores)} scores and {found} boxes")


@dataclass(frozen=True)
class DetectionScore:
    """``ap`` = mean over labels of the average precision in [0, 1] (None without true boxes), and it by label."""

    ap: float | None
    by_label: dict[str, float]
    threshold: float
    count: int
    failures: int


def detection_score(rows: Iterable[Detection], *, threshold: float = 0.5) -> DetectionScore:
    """Mean average precision over labels.

    Args:
        rows: Samples, failures among them; equal scores are taken in this order.
        threshold: IoU from which a box matches, in (0, 1].

    Returns:
        A label without true boxes has no average precision; its false boxes count for no other label (COCO).

    Raises:
        ValueError: The threshold is not in (0, 1].
    """
    if not 0 < threshold <= 1:
        raise ValueError(f"an IoU threshold lies in (0, 1]; found {threshold}")
    by_label: dict[str, list[Detection]] = {}
    found = list(rows)
    for row in found:
        by_label.setdefault(row.label, []).append(row)
    precisions = {
        label: _average(samples, threshold)
        for label, samples in sorted(by_label.items())
        if any(sample.truth for sample in samples)
    }
    return DetectionScore(
        ap=sum(precisions.values()) / len(precisions) if precisions else None,
        by_label=precisions,
        threshold=threshold,
        count=len(found),
        failures=sum(row.predicted is None for row in found),
    )


def box_ious(first: Floats, second: Floats) -> Floats:
    """IoU of every pair of boxes (N, 4) and (M, 4), xyxy in px: (N, M) in [0, 1]; 0 where a union has no area."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0.0, None), axis=2)
    joint = _areas(first)[:, None] + _areas(second)[None, :] - shared
    out: Floats = np.divide(shared, joint, out=np.zeros_like(shared), where=joint > 0)
    return out


def _average(samples: list[Detection], threshold: float) -> float:
    scores, hits = zip(*(_matched(sample, threshold) for sample in samples), strict=True)
    order = np.argsort(-np.concatenate(scores), kind="stable")
    right = np.concatenate(hits)[order]
    true = np.cumsum(right)
    wanted = sum(len(sample.truth) for sample in samples)
    precision = true / np.arange(1, right.size + 1)
    monotone = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(true / wanted, RECALLS, side="left")
    # Recalls that are never reached have precision 0.
    return float(np.sum(monotone[places[places < right.size]])) / RECALLS.size


def _matched(sample: Detection, threshold: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Scores by falling order and, for each, whether its box takes a true one."""
    boxes = np.array(sample.predicted or (), dtype=float).reshape(-1, 4)
    truth = np.array(sample.truth, dtype=float).reshape(-1, 4)
    scores = _areas(boxes) / (sample.size[0] * sample.size[1]) if sample.scores is None else np.array(sample.scores)
    order = np.argsort(-scores, kind="stable")[:MOST]
    ious = box_ious(boxes[order], truth)
    hits = np.zeros(order.size, dtype=bool)
    for place in range(order.size if len(truth) else 0):
        # Of equal IoUs COCO takes the last.
        best = ious.shape[1] - 1 - int(np.argmax(ious[place, ::-1]))
        if ious[place, best] >= min(threshold, 1 - 1e-10):
            hits[place] = True
            ious[:, best] = -1.0
    return scores[order].astype(float), hits


def _areas(boxes: Floats) -> Floats:
    out: Floats = np.prod(np.clip(boxes[:, 2:] - boxes[:, :2], 0.0, None), axis=1)
    return out
