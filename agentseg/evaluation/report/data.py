"""Runs as a report reads them: what was asked, the summaries, the times, and the few facts of each row that plots need.

Of ``rows.jsonl`` only numbers are kept, and where each line starts; the few rows that are shown are read once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, ValidationError

from agentseg.config import explain
from agentseg.errors import InputError
from agentseg.evaluation.asked import Asked
from agentseg.evaluation.figures import Ratio
from agentseg.evaluation.prediction import Row
from agentseg.evaluation.protocols import PROTOCOLS
from agentseg.evaluation.report.plain import clipped
from agentseg.evaluation.report.run_files import names_of, read_json, rows, spreads

GRADES = ("j", "iou", "exact", "all_right", "right")
"""Scores of a row, of which the first that there is tells how good an answer is, in [0, 1]."""

RIGHT = 0.5
"""Grade from which an answer is right where the protocol does not say it: J >= .5."""

OVERLAPS = ("j", "iou")
"""Scores that are overlaps of masks."""


@dataclass(frozen=True)
class Point:
    """What is kept of a row.

    Attributes:
        id: The sample.
        status: How the query ended; ``no_answer`` for an answer of the wrong kind, such as no number.
        failed: Whether it counts as no answer.
        media: The picture or clip, which intervals are drawn by.
        kind: (category, level, task) of the sample.
        scores: The row's numbers by name; a truth value is 0 or 1.
        tokens: Tokens of the rationale, where they are known.
        start: Where the row's line starts in the file, in bytes.
    """

    id: str
    status: str
    failed: bool
    media: str
    kind: tuple[str, int | None, str]
    scores: dict[str, float]
    tokens: int | None
    start: int

    @property
    def grade(self) -> float:
        """How good the answer is, in [0, 1]; 0 for a failure."""
        if self.failed:
            return 0.0
        return next((self.scores[name] for name in GRADES if name in self.scores), 0.0)

    @property
    def right(self) -> bool:
        """Whether it counts as right: as the protocol says, or from half the grade on."""
        return bool(self.scores.get("right", self.grade >= RIGHT))


@dataclass(frozen=True)
class Side:
    """A run under one kind of twin: its summary, as the protocol made it, and its points by id."""

    twin: str
    summary: dict[str, Any]
    points: dict[str, Point]

    def figure(self, name: str) -> dict[str, Any] | None:
        """A figure with its interval ({value, low, high, count}), or None."""
        found = self.summary.get("figures", {}).get(name)
        return found if found and found.get("value") is not None else None

    def groups(self, by: str) -> dict[str, dict[str, Any]]:
        """Figures by level, category, task or ``category x level``; empty where the dataset has no such thing."""
        found = self.summary.get("by", {}).get(by, {})
        return {clipped(name): group["figures"] for name, group in found.items()}


@dataclass(frozen=True)
class Run:
    """A finished run.

    Attributes:
        name: The folder's name, with its parents' as far as two runs need them to be told apart.
        folder: Where it is.
        asked: ``run.json``, with the protocol's statement.
        sides: One for each kind of twin, the one a robot would have first.
        order: Names of the figures, the most telling one first.
        times: Percentiles of times in ms by what was timed.
    """

    name: str
    folder: Path
    asked: dict[str, Any]
    sides: tuple[Side, ...]
    order: tuple[str, ...]
    times: dict[str, dict[str, float]]

    @property
    def first(self) -> Side:
        """The side that the run is ranked by: perceived twins or files, else the true twins."""
        return self.sides[0]

    def side(self, twin: str) -> Side | None:
        """The side of a kind of twin, where the run has it."""
        return next((side for side in self.sides if side.twin == twin), None)

    def row(self, point: Point) -> Row:
        """Read a row once more, whole."""
        with (self.folder / "rows.jsonl").open("rb") as lines:
            lines.seek(point.start)
            return Row.model_validate_json(lines.readline())


def read_runs(folders: Sequence[Path]) -> tuple[Run, ...]:
    """Read the runs of one report.

    Args:
        folders: At least one folder of a finished run.

    Raises:
        InputError: No folder, one without a finished run, a broken file, or runs of other datasets, splits or protocols
            than the first one.
    """
    if not folders:
        raise InputError("a report is made of at least 1 run; found none")
    runs = tuple(_run(folder, name) for folder, name in zip(folders, names_of(folders), strict=True))
    for key in ("dataset", "split", "protocol"):
        found = sorted({str(run.asked.get(key)) for run in runs})
        if len(found) > 1:
            raise InputError(f"a report is about one {key}; found {', '.join(found)}: write one report for each")
    return runs


def figure_names(runs: Sequence[Run]) -> list[str]:
    """The figures that any of these runs has a value for, the most telling one first."""
    names = dict.fromkeys(name for run in runs for name in run.order)
    return [name for name in names if any(side.figure(name) for run in runs for side in run.sides)]


def score_of(protocol: str, figure: str) -> str | None:
    """The score of a row whose mean over all rows is a figure; None where the figure is no such mean."""
    found = PROTOCOLS.get(protocol)
    known = {one.name: one for one in found.figures} if found else {}
    one = known.get(figure)
    plain = isinstance(one, Ratio) and one.under is None and one.where is None
    return one.over if isinstance(one, Ratio) and plain else None


def _run(folder: Path, name: str) -> Run:
    asked, summary = _asked(folder), read_json(folder, "summary.json")
    points: dict[str, dict[str, Point]] = {}
    for row, start in rows(folder / "rows.jsonl"):
        points.setdefault(row.twin, {})[row.id] = _point(row, start)
    found = {twin: _summary(summary, twin) for twin in sorted(points, key=_rank)}
    sides = tuple(Side(twin, found[twin], points[twin]) for twin in found)
    if not sides:
        raise InputError(f"run {str(folder)!r} has no rows: nothing to report")
    _check_counts(folder, summary, points)
    timing = read_json(folder, "timing.json") if (folder / "timing.json").is_file() else {}
    head = {key: sides[0].summary.get(key) for key in ("protocol", "statement", "interval")}
    order = tuple(sides[0].summary.get("order") or sides[0].summary["figures"])
    return Run(name, folder, {**asked, **head}, sides, order, dict(spreads(timing)))


class _Asked(Asked):
    """``run.json`` as any version wrote it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    versions: dict[str, str | int] = {}


def _asked(folder: Path) -> dict[str, Any]:
    """What the run was asked for."""
    found = read_json(folder, "run.json")
    try:
        return _Asked(**found).model_dump(mode="json")
    except ValidationError as error:
        raise InputError(f"{str(folder / 'run.json')!r} is of no run: {clipped(explain(error))}") from None


def _check_counts(folder: Path, summary: dict[str, Any], points: dict[str, dict[str, Point]]) -> None:
    """Find out whether the summary is of the rows that are there."""
    for twin in {*_twins(summary), *points}:
        said, found = _summary(summary, twin).get("count"), len(points.get(twin, ()))
        if said != found:
            raise InputError(
                f"{str(folder)!r} is no finished run (summary.json is of {said} {twin} rows, rows.jsonl has {found}): "
                "finish it with --resume"
            )


def _twins(summary: dict[str, Any]) -> dict[Any, Any]:
    """The summaries by kind of twin: as a run's file has them, or as a protocol itself gives them."""
    found = summary.get("twins") or {summary.get("twin"): summary, **summary.get("others", {})}
    return found if isinstance(found, dict) else {}


def _rank(twin: str) -> int:
    return ("perceived", "files", "true").index(twin)


def _summary(summary: dict[str, Any], twin: str) -> dict[str, Any]:
    """The summary of one kind of twin."""
    found = _twins(summary).get(twin)
    if not isinstance(found, dict) or "figures" not in found:
        raise InputError(f"summary.json says nothing of {twin} twins, but rows.jsonl has such rows: use eval --resume")
    return {**summary, **found}


def _point(row: Row, start: int) -> Point:
    said = row.prediction
    failed = bool(row.scores.get("failed", said.failed))
    status = "no_answer" if failed and not said.failed else said.status
    return Point(
        id=row.id,
        status=status,
        failed=failed,
        media=str(row.scores.get("media", row.id)),
        kind=(row.category, row.level, row.task),
        scores={name: float(value) for name, value in row.scores.items() if isinstance(value, bool | int | float)},
        tokens=said.reasoning_tokens,
        start=start,
    )
