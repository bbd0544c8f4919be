"""What the report's tables say, as text that is ready for a page: every cell is a figure with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agentseg.evaluation.report.compare import difference
from agentseg.evaluation.report.data import Run
from agentseg.evaluation.report.numbers import figure, per_cent

TWINS = {"perceived": "perceived twin", "true": "true twin", "files": "files"}
"""Headings of the kinds of twins."""


@dataclass(frozen=True)
class Cell:
    """A number, its interval, whether it is its column's best; and for a bar its share, system and kind of twin."""

    text: str
    interval: str = ""
    best: bool = False
    share: float | None = None
    place: int = 0
    hollow: bool = False


@dataclass(frozen=True)
class Line:
    """A row of a table: the system's place (None for none), the words that head it, and its cells."""

    place: int | None
    heads: tuple[str, ...]
    cells: list[Cell]


@dataclass(frozen=True)
class Table:
    """Headings and rows; ``groups`` are headings above several columns (text, columns), ``words`` says: no numbers."""

    heads: tuple[str, ...]
    columns: list[str]
    lines: list[Line]
    groups: list[tuple[str, int]]
    words: bool = False


def headline(runs: Sequence[Run], names: Sequence[str]) -> Table:
    """One row a run: for each figure on what the system itself sees, on true twins, and the difference of the two."""
    kinds = _kinds(runs)
    both = any(run.side("perceived") and run.side("true") for run in runs)
    columns = [" or ".join(TWINS[twin] for twin in twins) for twins in kinds] + (["difference"] if both else [])
    lines = []
    for place, run in enumerate(runs):
        cells = []
        for name in names:
            for twins in kinds:
                found = _value(run, twins, name)
                values = [one["value"] for one in (_value(other, twins, name) for other in runs) if one]
                best = found is not None and len(values) > 1 and found["value"] == max(values)
                cells.append(Cell(*figure(found, name), best=best))
            if both:
                cells.append(Cell(*figure(difference(run, name), name, sign=True)))
        tally = run.first.summary
        cells += [Cell(f"{tally['count']:,}"), Cell(f"{tally['failures']:,}")]
        lines.append(Line(place, (run.name,), cells))
    many = len(columns) > 1
    heads = [column if many else name for name in names for column in columns] + ["samples", "failures"]
    groups = [(name, len(columns)) for name in names] + [("", 2)] if many else []
    return Table(("system",), heads, lines, groups)


def all_figures(runs: Sequence[Run], names: Sequence[str]) -> Table:
    """Every figure of the protocol, a row a run and twin."""
    lines = [
        Line(place, (run.name, TWINS[side.twin]), [Cell(*figure(side.figure(name), name)) for name in names])
        for place, run in enumerate(runs)
        for side in run.sides
    ]
    return Table(("system", "answers on"), list(names), lines, [])


def outcomes(runs: Sequence[Run]) -> Table:
    """How queries ended, a row a run and twin, a column a status: answers first, then failures by frequency."""
    sides = [(place, run, side) for place, run in enumerate(runs) for side in run.sides]
    sums: dict[str, int] = {}
    for _, _, side in sides:
        for status, number in side.summary.get("by_status", {}).items():
            sums[status] = sums.get(status, 0) + number
    answered = [status for status in ("ok", "no_target") if status in sums]
    failed = sorted((status for status in sums if status not in answered), key=lambda status: (-sums[status], status))
    lines = []
    for place, run, side in sides:
        found, total = side.summary.get("by_status", {}), max(1, side.summary["count"])
        numbers = [found.get(status, 0) for status in answered + failed] + [side.summary["failures"]]
        cells = [Cell(f"{number:,}" if number else "·") for number in numbers]
        cells[-1] = Cell(f"{numbers[-1]:,}", f"{per_cent(numbers[-1] / total)}%")
        lines.append(Line(place, (run.name, TWINS[side.twin]), cells))
    return Table(("system", "answers on"), [*answered, *failed, "all failures"], lines, [])


def breakdown(runs: Sequence[Run], name: str) -> Table | None:
    """A figure by category and level (or whichever of them there is), a column a run and twin; None without either."""
    part = next((by for by in ("category x level", "level", "category") if runs[0].first.groups(by)), None)
    if part is None:
        return None
    sides = [(place, run, side) for place, run in enumerate(runs) for side in run.sides]
    keys = sorted({key for _, _, side in sides for key in side.groups(part)})
    lines = []
    for key in keys:
        found = [side.groups(part).get(key, {}).get(name) for _, _, side in sides]
        if not any(one and one.get("value") is not None for one in found):
            continue
        number = max(one["count"] for one in found if one)
        cells = [Cell(f"{number:,}")]
        for (place, _, side), one in zip(sides, found, strict=True):
            share = one["value"] if one and one.get("value") is not None else None
            cells.append(Cell(*figure(one, name), share=share, place=place, hollow=side.twin == "true"))
        lines.append(Line(None, _heads(key, part), cells))
    heads = ("category", "level") if part == "category x level" else (part,)
    several = any(len(run.sides) > 1 for run in runs)
    groups = [("", 1)] + [(run.name, len(run.sides)) for run in runs] if several else []
    columns = ["samples"] + [TWINS[side.twin] if several else run.name for _, run, side in sides]
    return Table(heads, columns, lines, groups) if lines else None


def times(runs: Sequence[Run]) -> Table | None:
    """Percentiles of all times that were taken, in ms; None without any."""
    columns = ["p50", "p90", "p95", "p99", "maximum"]
    lines = [
        Line(place, (run.name, name), [Cell(_ms(spread.get(column))) for column in columns])
        for place, run in enumerate(runs)
        for name, spread in run.times.items()
    ]
    return Table(("system", "what"), columns, lines, []) if lines else None


def _kinds(runs: Sequence[Run]) -> list[list[str]]:
    """What has a column of its own: perceived twins together with other systems' files, and true twins."""
    there = [
        [twin for twin in twins if any(run.side(twin) for run in runs)] for twins in (["perceived", "files"], ["true"])
    ]
    return [twins for twins in there if twins]


def _value(run: Run, twins: Sequence[str], name: str) -> dict[str, Any] | None:
    side = next((side for side in run.sides if side.twin in twins), None)
    return side.figure(name) if side else None


def _heads(key: str, part: str) -> tuple[str, ...]:
    if part != "category x level":
        return (key,)
    category, _, level = key.rpartition(" x ")
    return (category, level)


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"
