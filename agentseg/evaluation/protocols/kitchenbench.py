"""The protocol ``kitchenbench``: masks, numbers and boxes, with one figure over all of them."""

from __future__ import annotations

from math import fsum

from pydantic import JsonValue

from agentseg.evaluation.average_precision import AveragePrecision
from agentseg.evaluation.figures import Ratio
from agentseg.evaluation.metrics import region_and_boundary
from agentseg.evaluation.prediction import Prediction
from agentseg.evaluation.protocols.answers import count_scores, detect_scores
from agentseg.evaluation.protocols.base import Protocol, answers, fits, targets, voids
from agentseg.masks import area
from agentseg.sample import Sample

RIGHT = 0.5
"""Overlap from which a mask is right."""


def _measure(sample: Sample, prediction: Prediction) -> dict[str, JsonValue]:
    if sample.task == "count":
        scores = count_scores(sample, prediction)
        return {**scores, "right": scores["exact"]}
    if sample.task == "segment":
        return _segment(sample, prediction)
    scores = detect_scores(sample, prediction)
    found = _found(bool(scores["wanted"]), answered=bool(scores["boxes"]), failed=bool(scores["failed"]))
    return {**scores, **found, "right": scores["all_right"]}


def _segment(sample: Sample, prediction: Prediction) -> dict[str, JsonValue]:
    if not fits(sample, prediction):
        found = _found(any(area(rle) for rle in sample.targets.values()), answered=False, failed=True)
        return {"j": 0.0, "f": 0.0, "jf": 0.0, "hit": 0, "right": 0, **found, "failed": 1}
    js: list[float] = []
    fs: list[float] = []
    seen: list[float] = []  # J of the frames in which there is something to be right about
    wanted = answered = False
    for answer, target, void in zip(answers(sample, prediction), targets(sample), voids(sample), strict=True):
        there, given = bool((target & ~void).any()), bool((answer & ~void).any())
        j, f = region_and_boundary(answer, target, void)
        wanted, answered = wanted or there, answered or given
        js.append(j)
        fs.append(f)
        if there or given:
            seen.append(j)
    right = int(not seen or fsum(seen) / len(seen) >= RIGHT)
    j, f = fsum(js) / len(js), fsum(fs) / len(fs)
    found = _found(wanted, answered=answered, failed=False)
    return {"j": j, "f": f, "jf": (j + f) / 2, "hit": right, "right": right, **found, "failed": 0}


def _found(wanted: bool, *, answered: bool, failed: bool) -> dict[str, JsonValue]:
    """Whether something was answered where there is something (``t_acc``), and nothing where not (``n_acc``)."""
    return {"t_acc": int(answered)} if wanted else {"n_acc": int(not answered and not failed)}


KITCHENBENCH = Protocol(
    "kitchenbench",
    "Right is the fraction of all samples that are right: masks with a mean J of at least .5 over the frames in which "
    "target or answer have any pixel (an empty target wants an empty answer), numbers that are exact, boxes that are "
    "all found with none left over. J (overlap) and F (boundary) are means over all frames of a sample, where two "
    "empty masks agree. N-acc is the fraction of samples without a target that were answered by nothing, T-acc that of "
    "the others answered by anything. A failure is wrong everywhere.",
    _measure,
    (
        Ratio("right", "right"),
        Ratio("J", "j"),
        Ratio("F", "f"),
        Ratio("JF", "jf"),
        Ratio("hit", "hit"),
        Ratio("count exact", "exact"),
        AveragePrecision("AP50"),
        Ratio("all right", "all_right"),
        Ratio("N-acc", "n_acc"),
        Ratio("T-acc", "t_acc"),
    ),
    {"right": 0},
)
