"""What a sample must have to be scored by a protocol, as one table; errors name the protocols that do fit."""

from __future__ import annotations

from typing import NamedTuple

from agentseg.evaluation.metrics.clips import SUBSETS
from agentseg.sample import Sample, Task


class Needs(NamedTuple):
    """What a protocol is made for.

    Attributes:
        tasks: Tasks that it scores.
        least: Frames with truth that there are at least.
        most: And at most; None: any number.
        categories: Categories that a sample must be of; empty: any.
    """

    tasks: tuple[Task, ...]
    least: int = 1
    most: int | None = None
    categories: tuple[str, ...] = ()


NEEDS: dict[str, Needs] = {
    "kitchenbench": Needs(("segment", "count", "detect")),
    "lisa": Needs(("segment",), most=1),
    "segzero": Needs(("segment",), most=1),
    "davis": Needs(("segment",), least=3),
    "revos": Needs(("segment",), categories=SUBSETS),
    "mevis": Needs(("segment",)),
    "grefcoco": Needs(("segment",), most=1),
    "count": Needs(("count",)),
    "detect": Needs(("detect",)),
}
"""By the protocol's name."""


def misfit(name: str, sample: Sample) -> str:
    """Why a protocol cannot score a sample, in one line that names those that can; empty where it can."""
    reason = _reason(NEEDS[name], sample)
    if not reason:
        return ""
    others = [other for other, needs in NEEDS.items() if not _reason(needs, sample)]
    advice = f"use {' or '.join(others)}" if others else "no protocol can score it"
    return f"protocol {name!r} {reason} (sample {sample.id[:80]!r} of {sample.dataset}): {advice}"


def _reason(needs: Needs, sample: Sample) -> str:
    if sample.task not in needs.tasks:
        return f"scores the task {' or '.join(needs.tasks)}; found {sample.task}"
    if sample.task == "count":
        return "" if sample.number is not None else "needs the true number; found none"
    if sample.task == "detect":
        return "" if 0 in sample.boxes and sample.size else "needs true boxes and the size of frame 0; found none"
    frames = len(sample.targets)
    if not frames:
        return "needs true masks; found none (a hidden split has no truth)"
    if frames < needs.least:
        return f"scores clips of {needs.least} annotated frames or more; found {frames}"
    if needs.most is not None and (len(sample.indices) > needs.most or frames > needs.most):
        return f"scores single pictures; found a clip of {len(sample.indices)} frames"
    if needs.categories and sample.category not in needs.categories:
        return f"needs the category {' or '.join(needs.categories)}; found {sample.category!r}"
    return ""
