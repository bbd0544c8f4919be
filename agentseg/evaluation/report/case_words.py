"""What a case says beside its picture: what was answered, what was wanted, and whose fault it is."""

from __future__ import annotations

from agentseg.evaluation.prediction import Prediction
from agentseg.evaluation.report.data import Point, Run
from agentseg.evaluation.report.numbers import plural
from agentseg.masks import area
from agentseg.sample import Sample


def blame_of(run: Run, point: Point) -> str:
    """Whether the same system gets it right on the true twin; empty where it was not asked."""
    true = run.side("true")
    other = true.points.get(point.id) if true is not None and run.first is not true else None
    if other is None:
        return ""
    if point.right:
        return "right, too" if other.right else "wrong"
    return "right: perception is at fault" if other.right else "wrong, too: reasoning is at fault"


def said_of(said: Prediction) -> str:
    """A number or boxes that were answered; masks speak for themselves, unless they are only filled boxes."""
    if said.number is not None:
        return f"answered {said.number}"
    if said.boxes is not None:
        return f"answered {plural(len(said.boxes), 'box', 'boxes')}"
    return "mask source: box, hatched" if said.boxed else ""


def wanted_of(sample: Sample | None) -> str:
    """The truth where a picture does not show it, as far as it is known."""
    if sample is None:
        return ""
    if sample.number is not None and sample.task == "count":
        return f"truth: {sample.number}"
    if sample.task == "detect":
        return f"truth: {plural(sum(map(len, sample.boxes.values())), 'box', 'boxes')}"
    if sample.targets and not any(area(rle) for rle in sample.targets.values()):
        return "truth: there is no such thing"
    return ""
