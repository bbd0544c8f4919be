"""The report's plots, each 360 px wide and with words that say what it shows.

Filled markers stand for perceived twins (or another system's files), hollow ones for true twins. Shares are in per
cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from agentseg.evaluation.report.data import OVERLAPS, Run, Side
from agentseg.evaluation.report.drawing import Plot, colour, intervals, per_cent_axis, short, slug, title
from agentseg.evaluation.report.plots_cost import latency, tokens
from agentseg.evaluation.report.svg import INK, LINE, canvas, inline

BINS = 10
MOST_GROUPS = 5


def plots(runs: Sequence[Run], figures: Sequence[str]) -> list[Plot]:
    """All plots that these runs have something for.

    Args:
        runs: The systems, in the order of their colours.
        figures: Names of the figures to plot by level.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    groups = [by_group(runs, name, by) for by in ("level", "category") for name in figures[: 2 if by == "level" else 1]]
    made = (*groups, histogram(runs), tokens(runs), latency(runs))
    return [plot for plot in made if plot is not None]


def by_group(runs: Sequence[Run], main: str, by: str) -> Plot | None:
    """A figure with its interval at each level or category; None where there are none, or too many for a phone."""
    groups = sorted({group for run in runs for side in run.sides for group in side.groups(by)}, key=_number)
    lines = [(place, run, side) for place, run in enumerate(runs) for side in run.sides]
    if not 2 <= len(groups) <= MOST_GROUPS:
        return None
    words, step, name = [], 0.7 / len(lines), f"{by}-{slug(main)}"
    with canvas(3.6) as (figure, (axes,)):
        for rank, (place, run, side) in enumerate(lines):
            found = [(at, side.groups(by).get(group, {}).get(main)) for at, group in enumerate(groups)]
            figures = [(at, value) for at, value in found if value and value.get("value") is not None]
            x = [at + step * (rank - (len(lines) - 1) / 2) for at, _ in figures]
            intervals(axes, x, [value for _, value in figures], place, hollow=side.twin == "true")
            said = ", ".join(f"{by} {groups[at]}: {100 * value['value']:.1f}" for at, value in figures)
            words.append(f"{title(run, side, runs)}: {said}.")
        axes.set_xticks(range(len(groups)), [f"level {group}" if by == "level" else group for group in groups])
        axes.set_xlim(-0.5, len(groups) - 0.5)
        axes.tick_params(axis="x", length=0)
        for edge in range(1, len(groups)):
            axes.axvline(edge - 0.5, color=LINE, linewidth=0.7)
        per_cent_axis(axes, main)
        svg = inline(figure, name)
    heading = f"Harder questions: {main}" if by == "level" else f"Kinds of questions: {main}"
    return Plot(name, heading, f"By {by}, with 95% intervals.", svg, " ".join(words))


def histogram(runs: Sequence[Run]) -> Plot | None:
    """How overlaps are spread, a row of bars a system; None where rows hold no overlap."""
    shown = [(place, run) for place, run in enumerate(runs) if _overlaps(run.first)]
    if not shown:
        return None
    words, edges, most = [], np.linspace(0, 1, BINS + 1), 0.0
    with canvas(0.6 + (1.3 if len(shown) < 4 else 0.95) * len(shown), len(shown)) as (figure, rows):
        for (place, run), axes in zip(shown, rows, strict=True):
            for side in run.sides:
                share = _shares(_overlaps(side), edges)
                if side is run.first:
                    axes.bar(edges[:-1] + 0.05, share, 0.088, color=colour(place), alpha=0.85, linewidth=0)
                else:
                    axes.stairs(share, edges, color=INK, linewidth=1.2)
                words.append(f"{title(run, side, runs)}: {share[0]:.0f}% below .1, {share[-1]:.0f}% from .9 on.")
            label: Any = {"transform": axes.transAxes, "ha": "center", "va": "top", "color": INK, "weight": "bold"}
            axes.text(0.5, 0.97, short(run.name), **label)
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0f}%")
            axes.grid(axis="y")
            axes.set_xlim(0, 1)
            most = max(most, axes.get_ylim()[1])
        for axes in rows:
            axes.set_ylim(0, most)
            axes.locator_params(axis="y", nbins=3)
        rows[-1].set_xlabel("overlap with the truth (IoU) of a sample")
        svg = inline(figure, "histogram")
    note = "Share of samples by overlap: bars on the left are misses, bars on the right are hits."
    if any(len(run.sides) > 1 for run in runs):
        note += " The line is the same system on true twins."
    return Plot("histogram", "Hit or miss", note, svg, " ".join(words))


def _shares(values: Sequence[float], edges: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, Any]:
    counts, _ = np.histogram(values, edges)
    return 100 * counts / max(1, len(values))


def _overlaps(side: Side) -> list[float]:
    """Overlap of each sample that has masks; 0 for a failure."""
    found = [
        next((point.scores[key] for key in OVERLAPS if key in point.scores), None) for point in side.points.values()
    ]
    return [value for value in found if value is not None]


def _number(level: str) -> tuple[float, str]:
    return (float(level), level) if level.replace(".", "", 1).isdigit() else (float("inf"), level)
