"""What the report's plots share: how systems, twins, intervals and times look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agentseg.evaluation.report.data import Run, Side
from agentseg.evaluation.report.svg import MARKERS, PAPER, SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Plot:
    """A plot in a page: its name, heading, a line on how to read it, the SVG, and the same in words."""

    name: str
    title: str
    note: str
    svg: str
    alt: str


def intervals(
    axes: Axes, x: Sequence[float], figures: Sequence[dict[str, Any]], place: int, hollow: bool = False
) -> None:
    """Draw figures ({value, low, high}) with their intervals, in per cent; hollow for true twins."""
    y = [100 * figure["value"] for figure in figures]
    below = [100 * max(0.0, figure["value"] - figure.get("low", figure["value"])) for figure in figures]
    above = [100 * max(0.0, figure.get("high", figure["value"]) - figure["value"]) for figure in figures]
    own, face = colour(place), PAPER if hollow else colour(place)
    axes.errorbar(
        x, y, [below, above], color=own, markerfacecolor=face, markeredgewidth=1.5, markersize=6.5, elinewidth=1.5,
        fmt=MARKERS[place % len(MARKERS)],
    )  # fmt: skip


def per_cent_axis(axes: Axes, name: str) -> None:
    """An axis from 0 to 100 for a figure of this name."""
    axes.set_ylim(0, 104)
    axes.set_yticks(range(0, 101, 20))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    axes.set_ylabel(f"{name}, %")
    axes.grid(axis="y")


def title(run: Run, side: Side, runs: Sequence[Run]) -> str:
    """A run's name, with the kind of twin where there are several."""
    return f"{run.name}, {side.twin} twins" if any(len(other.sides) > 1 for other in runs) else run.name


def colour(place: int) -> str:
    """Stand-in for the colour of a system."""
    return SERIES[place % len(SERIES)]


def short(name: str, most: int = 22) -> str:
    """A run's name as it fits into a plot."""
    return name if len(name) <= most else name[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"


def slug(name: str) -> str:
    """A name as it can stand in an id."""
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name.lower())


def duration(value: float) -> str:
    """A time in ms as people say it: ``218 ms``, ``1.2 s``."""
    if value >= 1000:
        return f"{value / 1000:.3g} s"
    return f"{value:.3g} ms"
