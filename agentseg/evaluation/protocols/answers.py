"""Protocols of numbers and boxes: ``count`` and ``detect`` (``metrics.counts``, ``metrics.detection``)."""

from __future__ import annotations

from pydantic import JsonValue

from agentseg.evaluation.average_precision import AveragePrecision, box_scores
from agentseg.evaluation.figures import Ratio
from agentseg.evaluation.prediction import Prediction
from agentseg.evaluation.protocols.base import Protocol
from agentseg.masks import Box
from agentseg.sample import Sample


def count_scores(sample: Sample, prediction: Prediction) -> dict[str, JsonValue]:
    """``exact`` and ``within_one`` (0 or 1), ``error`` where a number was answered, ``failed``.

    ``no_target`` without a number is the number 0.
    """
    number = 0 if prediction.status == "no_target" and prediction.number is None else prediction.number
    if prediction.failed or number is None or sample.number is None:
        return {"exact": 0, "within_one": 0, "failed": 1}
    error = abs(number - sample.number)
    return {"exact": int(error == 0), "within_one": int(error <= 1), "error": error, "failed": 0}


def detect_scores(sample: Sample, prediction: Prediction) -> dict[str, JsonValue]:
    """What ``box_scores`` gives for position 0, with ``label`` (of ``extra``) and ``failed``.

    ``no_target`` without boxes is an answer without boxes.
    """
    boxes: tuple[Box, ...] | None = prediction.boxes
    if prediction.status == "no_target" and boxes is None:
        boxes = ()
    failed = prediction.failed or boxes is None
    truth, size = sample.boxes.get(0, ()), sample.size or (1, 1)
    scores = box_scores(None, truth, size) if failed else box_scores(boxes, truth, size, prediction.scores)
    label = sample.extra.get("label", "")
    return {**scores, "label": label if isinstance(label, str) else "", "failed": int(failed)}


COUNT = Protocol(
    "count",
    "Accuracy is the fraction of samples whose number is exactly right; error is the mean absolute error of those "
    "that were answered with a number. A failure is wrong, and has no error.",
    count_scores,
    (Ratio("accuracy", "exact"), Ratio("within one", "within_one"), Ratio("error", "error")),
    {"exact": 0, "within_one": 0},
)

DETECT = Protocol(
    "detect",
    "AP50 is the average precision of boxes at an IoU of .5 over all pictures, a mean over the labels where samples "
    "have labels; without scores a box's share of the picture stands for one, as in VisionReasoner. All right is the "
    "fraction of samples where every true box is found and no other is answered. A failure has no boxes.",
    detect_scores,
    (AveragePrecision("AP50"), Ratio("all right", "all_right")),
    {"all_right": 0},
)
