"""Plots of what answers cost: reasoning tokens against accuracy, and time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from agentseg.evaluation.metrics import mean_interval
from agentseg.evaluation.report.data import Run
from agentseg.evaluation.report.drawing import Plot, colour, duration, intervals, per_cent_axis, short
from agentseg.evaluation.report.svg import INK, MARKERS, PAPER, SOFT, canvas, inline

MOST_NAMES = 3
PERCENTILES = ("p50", "p90", "p95", "p99")


def tokens(runs: Sequence[Run]) -> Plot | None:
    """Reasoning tokens against accuracy: the mean of each system, and its thirds from terse to wordy."""
    words, most = [], 0.0
    with canvas(3.6) as (figure, (axes,)):
        for place, run in enumerate(runs):
            pairs = sorted((p.tokens, float(p.right)) for p in run.first.points.values() if p.tokens is not None)
            if not pairs or pairs[-1][0] == 0:
                continue
            cost, score = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
            thirds = np.array_split(np.arange(len(pairs)), 3) if len(pairs) >= 30 else []
            own, marker = colour(place), MARKERS[place % len(MARKERS)]
            x, y = [cost[part].mean() for part in thirds], [100 * score[part].mean() for part in thirds]
            axes.plot(x, y, color=own, marker=marker, markersize=3.5, linewidth=0.9, alpha=0.75)
            interval = mean_interval(score.tolist())
            figures = {"value": interval.value, "low": interval.low, "high": interval.high}
            intervals(axes, [cost.mean()], [figures], place)
            words.append(f"{run.name}: {cost.mean():.0f} tokens, {100 * interval.value:.1f}% right.")
            at = (cost.mean(), 100 * interval.high)
            label: Any = {"textcoords": "offset points", "ha": "center", "color": own, "weight": "bold"}
            if len(runs) <= MOST_NAMES:  # more would cover each other: the markers tell
                axes.annotate(short(run.name), at, (0, 5), **label)
            most = max(most, cost.mean(), *x)
        if not words:
            return None
        axes.set_xlim(0, 1.25 * most)
        axes.set_xlabel("reasoning tokens a query (mean)")
        per_cent_axis(axes, "right")
        svg = inline(figure, "tokens")
    note = "Large marker: all samples of a system. The thin line joins its tersest, middle and wordiest third."
    return Plot("tokens", "Does thinking longer help?", note, svg, " ".join(words))


def latency(runs: Sequence[Run]) -> Plot | None:
    """Percentiles of the time of a query on a logarithmic axis, a row a system and twin."""
    rows = [(place, run, name, spread) for place, run in enumerate(runs) for name, spread in whole_times(run)]
    if not rows:
        return None
    words = []
    with canvas(0.75 + 0.54 * len(rows)) as (figure, (axes,)):
        for at, (place, run, name, spread) in enumerate(rows):
            x, hollow = [max(spread[key], 1e-3) for key in PERCENTILES if key in spread], "true" in name
            own = colour(place)
            axes.plot([x[0], x[-1]], [at, at], color=own, linewidth=1.6)
            axes.plot(x[1:], [at] * len(x[1:]), "|", color=own, markersize=9, markeredgewidth=1.6)
            face = PAPER if hollow else own
            marker = MARKERS[place % len(MARKERS)]
            axes.plot(x[0], at, marker, color=own, markerfacecolor=face, markersize=7.5, markeredgewidth=1.5)
            known = short(run.name)
            who = f"{known}, {name.split()[0]} twins" if len(run.sides) > 1 else known
            axes.annotate(who, (x[0], at), (0, 8), textcoords="offset points", color=INK, annotation_clip=False)
            axes.annotate(duration(x[-1]), (x[-1], at), (6, -4), textcoords="offset points", color=SOFT)
            axes.annotate(duration(x[0]), (x[0], at), (-8, -4), textcoords="offset points", color=SOFT, ha="right")
            words.append(f"{who}: half within {duration(x[0])}, 99% within {duration(x[-1])}.")
        axes.set_xscale("log")
        axes.margins(x=0.3)
        axes.set_xticks(_ticks(*axes.get_xlim()))
        axes.set_xticks([], minor=True)
        axes.set_ylim(len(rows) - 0.6, -0.75)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_formatter(lambda value, _: duration(value))
        axes.grid(axis="x")
        axes.set_xlabel("time a query (logarithmic)")
        svg = inline(figure, "latency")
    note = "Marker: half of the queries are faster. Ticks: 90%, 95% and 99% are."
    return Plot("latency", "How long it takes", note, svg, " ".join(words))


def whole_times(run: Run) -> list[tuple[str, dict[str, float]]]:
    """The times of whole queries among all times of a run: those called total, or all of them."""
    total = [(name, spread) for name, spread in run.times.items() if name.split()[-1] == "total_ms"]
    return total or list(run.times.items())


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers on a logarithmic axis: 1, 2 and 5 of each decade, or decades alone where those are too many."""
    found = [
        (first, 10.0**power) for power in range(-3, 8) for first in (1, 2, 5) if low <= first * 10.0**power <= high
    ]
    return [first * decade for first, decade in found if len(found) <= 4 or first == 1]
