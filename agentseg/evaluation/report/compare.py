"""Systems against each other, and each against itself on true twins: what perception costs, and what reasoning does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any

from agentseg.evaluation.metrics import paired_interval
from agentseg.evaluation.report.data import Run, Side, score_of
from agentseg.evaluation.report.numbers import EN_DASH, figure, per_cent


@dataclass(frozen=True)
class Split:
    """Where a system's points go, in per cent that add up to 100: right, lost to perception, lost to reasoning."""

    place: int
    name: str
    right: float
    perception: float
    reasoning: float
    gained: bool


def difference(run: Run, name: str) -> dict[str, Any] | None:
    """True minus perceived twin: what perception costs; with a paired interval where the figure is a mean over rows."""
    perceived, true = run.side("perceived"), run.side("true")
    one, other = (side.figure(name) if side else None for side in (perceived, true))
    if perceived is None or true is None or one is None or other is None:
        return None
    value = other["value"] - one["value"]
    pairs = paired(true, perceived, score_of(str(run.asked.get("protocol")), name))
    if pairs is None or not isclose(pairs["value"], value, abs_tol=1e-9):
        return {"value": value}
    return pairs


def paired(first: Side, second: Side, score: str | None) -> dict[str, Any] | None:
    """The mean of a score on one side minus that on the other, over the samples that both have, with its interval."""
    if score is None:
        return None
    keys = sorted(key for key in first.points if key in second.points)
    pairs = [(first.points[key], second.points[key]) for key in keys]
    pairs = [pair for pair in pairs if all(score in point.scores for point in pair)]
    if not pairs:
        return None
    one, other = ([pair[at].scores[score] for pair in pairs] for at in (0, 1))
    found = paired_interval(one, other, groups=[point.media for point, _ in pairs])
    return {"value": found.value, "low": found.low, "high": found.high, "count": len(pairs)}


def splits(runs: Sequence[Run], name: str) -> list[Split]:
    """Where the points of each run with both twins go."""
    out = []
    for place, run in enumerate(runs):
        sides = [run.side(twin) for twin in ("perceived", "true")]
        figures = [side.figure(name) if side else None for side in sides]
        if figures[0] is None or figures[1] is None:
            continue
        seen, known = 100 * figures[0]["value"], 100 * figures[1]["value"]
        lost = max(0.0, known - seen)
        out.append(Split(place, run.name, seen, lost, 100 - seen - lost, known < seen))
    return out


def lead(runs: Sequence[Run], name: str) -> list[str]:
    """What the figures say first, in sentences that claim no more than the intervals allow."""
    ranked = [(run, run.first.figure(name)) for run in runs if run.first.figure(name)]
    ranked.sort(key=lambda pair: -(pair[1] or {})["value"])
    out = []
    for run, found in ranked[:1]:
        value, interval = figure(found, name)
        bounds = f" (95% interval {interval})" if interval else ""
        whole = f"{value}% of the samples right" if name == "right" else f"{name} {value}"
        out.append(f"{run.name} {'gets' if name == 'right' else 'reaches'} {whole}{bounds}.")
    if len(ranked) > 1:
        out.append(_ahead(ranked[0][0], ranked[1][0], name))
    for run, found in ranked[:1]:
        lost = difference(run, name)
        true = run.side("true")
        known = true.figure(name) if true else None
        if lost and known and found:
            value, interval = figure(lost, name, sign=lost["value"] < 0 or lost.get("low", 0) < 0)
            bounds = f" ({interval.replace(EN_DASH, ' to ')})" if interval else ""
            out.append(
                f"On true twins it would reach {per_cent(known['value'])}: perception costs it {value} points{bounds}, "
                f"reasoning the remaining {per_cent(1 - known['value'])}."
            )
    return out


def _ahead(first: Run, second: Run, name: str) -> str:
    gap = paired(first.first, second.first, score_of(str(first.asked.get("protocol")), name))
    if gap is None:
        return f"{second.name} comes second."
    value, interval = figure(gap, name, sign=gap["low"] <= 0)
    if gap["low"] > 0:
        interval = interval.replace(EN_DASH, " to ")
        return f"That is {value} points ({interval}) ahead of {second.name} on the same {gap['count']:,} samples."
    return f"Its lead over {second.name} is too close to call: {value} points ({interval})."
