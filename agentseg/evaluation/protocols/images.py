"""Protocols of single pictures: ``lisa``, ``segzero`` and ``grefcoco`` (``metrics.overlap``, ``metrics.grefcoco``)."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from agentseg.evaluation.figures import Ratio
from agentseg.evaluation.metrics import grounding, mask_overlap
from agentseg.evaluation.metrics.grefcoco import PRECISION_AT
from agentseg.evaluation.metrics.overlap import IGNORE
from agentseg.evaluation.metrics.overlap import Protocol as Overlaps
from agentseg.evaluation.prediction import Prediction
from agentseg.evaluation.protocols.base import Protocol, answers, fits, targets, voids
from agentseg.masks import Mask
from agentseg.sample import Sample


def _overlap(protocol: Overlaps, sample: Sample, prediction: Prediction) -> dict[str, JsonValue]:
    row = mask_overlap(_answer(sample, prediction), _truth(sample), protocol=protocol)
    return {"intersection": row.intersection, "union": row.union, "iou": row.iou, "failed": int(row.failed)}


def _grounding(sample: Sample, prediction: Prediction) -> dict[str, JsonValue]:
    row = grounding(_answer(sample, prediction), next(targets(sample)))
    scores: dict[str, JsonValue] = {"intersection": row.intersection, "union": row.union, "iou": row.iou}
    if row.targeted:
        scores |= {"t_acc": int(row.answered)} | {_at(k): int(row.iou >= k) for k in PRECISION_AT}
    else:
        scores |= {"n_acc": int(not row.answered and not row.failed)}
    return {**scores, "failed": int(row.failed)}


def _answer(sample: Sample, prediction: Prediction) -> Mask | None:
    return next(answers(sample, prediction)) if fits(sample, prediction) else None


def _truth(sample: Sample) -> Mask | NDArray[np.uint8]:
    target = next(targets(sample))
    if not sample.ignore:
        return target
    labels = target.astype(np.uint8)
    labels[next(voids(sample))] = IGNORE
    return labels


def _at(k: float) -> str:
    return f"Pr@{k:g}"


_NO_OVERLAP = {"intersection": 0, "union": 0, "iou": 0.0}

LISA = Protocol(
    "lisa",
    "gIoU is the mean IoU of the samples, cIoU the sum of intersections over the sum of unions, as in LISA's "
    "validation: pixels that annotators left undecided count for neither side, and an empty answer on an empty target "
    "has IoU 1. A failure has IoU 0. Not comparable with segzero.",
    partial(_overlap, "lisa"),
    (Ratio("gIoU", "iou", plus=1e-5), Ratio("cIoU", "intersection", "union", plus=1e-10)),
    _NO_OVERLAP,
)

SEGZERO = Protocol(
    "segzero",
    "gIoU is the mean IoU of the samples, cIoU the sum of intersections over the sum of unions, as in Seg-Zero and "
    "VisionReasoner: undecided pixels count as target, and an empty union has IoU 0. A failure has IoU 0 and the "
    "target as its union. Not comparable with lisa.",
    partial(_overlap, "segzero"),
    (Ratio("gIoU", "iou"), Ratio("cIoU", "intersection", "union", nothing=0.0)),
    _NO_OVERLAP,
)

GREFCOCO = Protocol(
    "grefcoco",
    "gIoU and cIoU over all samples, with several targets, one or none, as in gRefCOCO: without a target an empty "
    "answer has IoU 1 and any other 0. N-acc is the fraction of samples without a target that were answered by none, "
    "T-acc that of targeted ones answered by any mask, Pr@k that of targeted ones with IoU of at least k.",
    _grounding,
    (
        Ratio("gIoU", "iou"),
        Ratio("cIoU", "intersection", "union"),
        Ratio("N-acc", "n_acc"),
        Ratio("T-acc", "t_acc"),
        *(Ratio(_at(k), _at(k)) for k in PRECISION_AT),
    ),
    _NO_OVERLAP,
)
