"""The summary of a run: figures with intervals, by level, category and task, from rows alone.

Rows are read once and in any order; of each only its scores are kept. They are sorted by id, so that the same rows
give the same bytes. A row that failed counts in every denominator; a figure that has no rows is None. Intervals are
percentile bootstraps (``metrics.bootstrap``) that draw whole pictures or clips, because queries about one of them are
not independent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from agentseg.errors import InputError
from agentseg.evaluation.figures import FINE, Bound, Figure, Floats, Indices, Scores
from agentseg.evaluation.metrics.bootstrap import LEVEL, RESAMPLES
from agentseg.evaluation.metrics.cost import spread
from agentseg.evaluation.prediction import Row

SEED = 0
TWINS = ("perceived", "true", "files")
"""Order of twins: the first that a run has stands at the top of its summary."""
AT_ONCE = 131_072
"""Weights in memory at a time: what fits the processor's cache."""


@dataclass(frozen=True)
class _Kept:
    """What is kept of a row."""

    id: str
    twin: str
    level: int | None
    category: str
    task: str
    status: str
    reasoning_tokens: int | None
    output_tokens: int | None
    scores: Scores

    @property
    def failed(self) -> bool:
        return self.status not in ("ok", "no_target")


_PARTS: dict[str, Callable[[_Kept], str | None]] = {
    "level": lambda row: None if row.level is None else str(row.level),
    "category": lambda row: row.category or None,
    "task": lambda row: row.task,
    "category x level": lambda row: f"{row.category} x {row.level}" if row.category and row.level else None,
}


def summarise(rows: Iterable[Row], figures: Sequence[Figure], unscored: Scores) -> dict[str, Any]:
    """Fold rows into figures.

    Args:
        rows: Of one run and protocol, in any order; read once, and nothing but scores is kept of them.
        figures: What is reported.
        unscored: Scores of a row that has none, because its sample could not be read.

    Returns:
        ``twin``, ``count``, ``failures``, ``by_status``, ``figures`` {name: ``value``, ``low``, ``high``, ``count``},
        ``by`` {part: {value: ``count``, ``failures``, ``figures``}}, ``reasoning_tokens`` and ``output_tokens``; of the
        first of ``TWINS`` that there is, with the other ones under ``others``. Values are None without rows.

    Raises:
        InputError: A row (id, twin) comes twice.
    """
    by_twin: dict[str, list[_Kept]] = {}
    for row in rows:
        by_twin.setdefault(row.twin, []).append(_kept(row, unscored))
    parts = {twin: _of_twin(twin, by_twin[twin], figures) for twin in TWINS if twin in by_twin}
    first, *others = (parts or {"": _of_twin("", [], figures)}).items()
    return {**first[1], "others": dict(others)}


def interval_note() -> dict[str, Any]:
    """How the intervals were made, for the summary's file."""
    return {"level": LEVEL, "resamples": RESAMPLES, "seed": SEED, "unit": "picture or clip"}


def _kept(row: Row, unscored: Scores) -> _Kept:
    scores = row.scores or {**unscored, "failed": 1}
    answer = row.prediction
    # An answer of the wrong kind (no number where one was asked for) is a failure that has no status of its own.
    status = "no_answer" if scores.get("failed") and not answer.failed else answer.status
    return _Kept(
        row.id,
        row.twin,
        row.level,
        row.category,
        row.task,
        status,
        answer.reasoning_tokens,
        answer.output_tokens,
        scores,
    )


def _of_twin(twin: str, rows: list[_Kept], figures: Sequence[Figure]) -> dict[str, Any]:
    rows.sort(key=lambda row: row.id)
    for one, other in zip(rows, rows[1:], strict=False):
        if one.id == other.id:
            raise InputError(f"sample {one.id!r} has two rows of the {twin} twin: a run has one a sample and twin")
    return {
        "twin": twin,
        **_part(rows, figures),
        "by_status": dict(sorted(Counter(row.status for row in rows).items())),
        "by": {name: _split(rows, key, figures) for name, key in _PARTS.items()},
        "reasoning_tokens": asdict(spread(row.reasoning_tokens for row in rows)),
        "output_tokens": asdict(spread(row.output_tokens for row in rows)),
    }


def _split(rows: list[_Kept], key: Callable[[_Kept], str | None], figures: Sequence[Figure]) -> dict[str, Any]:
    found: dict[str, list[_Kept]] = {}
    for row in rows:
        name = key(row)
        if name is not None:
            found.setdefault(name, []).append(row)
    return {name: _part(found[name], figures) for name in sorted(found)}


def _part(rows: list[_Kept], figures: Sequence[Figure]) -> dict[str, Any]:
    places: dict[object, int] = {}
    units = [places.setdefault(row.scores.get("media", ("", row.id)), len(places)) for row in rows]
    scores, index = [row.scores for row in rows], np.array(units, dtype=np.intp)
    bound = {figure.name: figure.bind(scores, index, len(places)) for figure in figures}
    return {
        "count": len(rows),
        "failures": sum(row.failed for row in rows),
        "figures": _intervals(bound, len(places)),
    }


def _intervals(bound: dict[str, Bound], units: int) -> dict[str, dict[str, float | int | None]]:
    known = {name: figure for name, figure in bound.items() if figure.value is not None}
    drawn: dict[str, list[Floats]] = {name: [] for name in known}
    for weights in _draws(units) if known else ():
        for name, figure in known.items():
            drawn[name].append(figure.resampled(weights))
    out: dict[str, dict[str, float | int | None]] = {}
    for name, figure in bound.items():
        low = high = None
        if figure.value is not None:
            values = np.concatenate(drawn[name])
            values = values[~np.isnan(values)]
            ends = (float(end) for end in np.percentile(values, [50 * (1 - LEVEL), 50 * (1 + LEVEL)]))
            # Resamples know the value but for its rounding.
            low, high = (figure.value if abs(end - figure.value) < 2 / FINE else end for end in ends)
        out[name] = {"value": figure.value, "low": low, "high": high, "count": figure.count}
    return out


def _draws(units: int) -> Iterator[Floats]:
    """How often each unit is drawn, by resample, (R, units) at a time; the draws of ``metrics.bootstrap``."""
    random = np.random.default_rng(SEED)
    size = max(1, AT_ONCE // units)
    for start in range(0, RESAMPLES, size):
        count = min(size, RESAMPLES - start)
        places: Indices = random.integers(0, units, size=(count, units))
        places += np.arange(count)[:, None] * units
        yield np.bincount(places.ravel(), minlength=count * units).reshape(count, units).astype(float)
