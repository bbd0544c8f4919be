"""Average precision of boxes from rows: the figure that needs all boxes of a run side by side.

A row holds, for each answered box, its score and whether it takes a true one, the number of true boxes, and the label
asked for. The value is that of ``metrics.detection_score``; here a box can also count several times, as resampling
wants.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import JsonValue

from agentseg.evaluation.figures import Bound, Floats, Indices, Scores
from agentseg.evaluation.metrics.detection import MOST, RECALLS, box_ious
from agentseg.masks import Box

THRESHOLD = 0.5
"""IoU from which a box takes a true one."""


def box_scores(
    boxes: Sequence[Box] | None, truth: Sequence[Box], size: tuple[int, int], scores: Sequence[float] | None = None
) -> dict[str, JsonValue]:
    """What a row holds of one sample's boxes.

    Args:
        boxes: Those answered, (x1, y1, x2, y2) in px. None: a failure.
        truth: The true ones.
        size: (H, W) of the picture in px.
        scores: One a box, greater = surer; without them a box's share of the picture's area (VisionReasoner).

    Returns:
        ``boxes`` [[score, 1.0 if it takes a true box else 0.0], ...], surest first; ``wanted``, the number of true
        boxes; ``all_right``, 1 where every true box is taken and no box is left over.
    """
    found = np.array(boxes or (), dtype=float).reshape(-1, 4)
    sides = np.clip(found[:, 2:] - found[:, :2], 0.0, None)
    sure = np.prod(sides, axis=1) / (size[0] * size[1]) if scores is None else np.array(scores, dtype=float)
    order = np.argsort(-sure, kind="stable")[:MOST]
    ious = box_ious(found[order], np.array(truth, dtype=float).reshape(-1, 4))
    hits = np.zeros(order.size)
    for place in range(order.size if len(truth) else 0):
        best = ious.shape[1] - 1 - int(np.argmax(ious[place, ::-1]))  # of equal IoUs the last, as COCO does
        if ious[place, best] >= THRESHOLD:
            hits[place] = 1.0
            ious[:, best] = -1.0
    right = boxes is not None and len(boxes) == len(truth) == int(hits.sum())
    pairs: list[JsonValue] = [list(pair) for pair in zip(sure[order].tolist(), hits.tolist(), strict=True)]
    return {"boxes": pairs, "wanted": len(truth), "all_right": int(right)}


@dataclass(frozen=True)
class AveragePrecision:
    """AP at IoU .5: mean over the labels that have true boxes."""

    name: str

    def bind(self, rows: Sequence[Scores], units: Indices, count: int) -> Bound:
        """See ``Figure``; rows without ``wanted`` do not count."""
        by_label: dict[str, list[int]] = {}
        for place, row in enumerate(rows):
            if "wanted" in row:
                by_label.setdefault(str(row.get("label", "")), []).append(place)
        labels = [_label(rows, units, places, count) for _, places in sorted(by_label.items())]
        labels = [label for label in labels if label.wanted.any()]
        used = sum(map(len, by_label.values()))
        if not labels:
            return Bound(None, used)
        bound = _AveragePrecision(None, used, tuple(labels))
        value = float(bound.resampled(np.ones((1, count)))[0])
        return _AveragePrecision(value, used, tuple(labels))


@dataclass(frozen=True)
class _Label:
    """Boxes of a label, surest first: the unit and the hit of each, and true boxes by unit."""

    units: Indices
    hits: Floats
    wanted: Floats

    def precision(self, weights: Floats) -> Floats:
        drawn = weights[:, self.units]
        true = np.cumsum(drawn * self.hits, axis=1)
        seen = np.cumsum(drawn, axis=1)
        wanted = weights @ self.wanted
        precision = np.divide(true, seen, out=np.zeros_like(true), where=seen > 0)
        monotone = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        out = np.full(len(weights), np.nan)
        for place in np.flatnonzero(wanted):
            at = np.searchsorted(true[place] / wanted[place], RECALLS, side="left")
            # Recalls that are never reached have precision 0.
            out[place] = float(np.sum(monotone[place, at[at < self.hits.size]])) / RECALLS.size
        return out


@dataclass(frozen=True)
class _AveragePrecision(Bound):
    labels: tuple[_Label, ...]

    def resampled(self, weights: Floats) -> Floats:
        values = np.array([label.precision(weights) for label in self.labels])
        known = ~np.isnan(values)
        total, missing = known.sum(axis=0), np.full(len(weights), np.nan)
        out: Floats = np.divide(np.where(known, values, 0.0).sum(axis=0), total, out=missing, where=total > 0)
        return out


def _label(rows: Sequence[Scores], units: Indices, places: list[int], count: int) -> _Label:
    wanted = np.zeros(count)
    found: list[tuple[float, float, int]] = []
    for place in places:
        number, boxes = rows[place].get("wanted"), rows[place].get("boxes")
        wanted[units[place]] += float(number) if isinstance(number, int) else 0.0
        for box in boxes if isinstance(boxes, list) else []:
            if isinstance(box, list) and len(box) == 2:
                found.append((_float(box[0]), _float(box[1]), int(units[place])))
    found.sort(key=lambda box: -box[0])  # stable: equal scores stay in the order of the rows
    columns = np.array(found, dtype=float).reshape(-1, 3)
    return _Label(columns[:, 2].astype(np.intp), columns[:, 1], wanted)


def _float(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
