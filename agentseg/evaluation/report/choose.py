"""Which cases a report shows: the worst and the best of each run, and those where systems differ most.

Many samples tie at 0 or 1, so kinds of cases take turns: the kinds that fail most often come first, and no single scene
or category fills the page. The choice depends on the rows alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import chain, zip_longest
from zlib import crc32

from agentseg.evaluation.report.data import Point, Run, Side

GOOD = 0.9
"""Grade from which an answer can stand among the best ones."""

APART = 0.2
"""Grades that differ by less are no difference worth a picture."""


def worst(run: Run, number: int) -> list[str]:
    """Ids of the run's worst answers, failing kinds in turn, the most frequent first."""
    wrong = [point for point in run.first.points.values() if not point.right]
    turns = _turns(wrong, lambda point: (point.status, point.kind), lambda point: point.grade)
    return [point.id for point in turns[:number]]


def best(run: Run, number: int) -> list[str]:
    """Ids of the run's best answers that found something, the deepest questions first."""
    right = [point for point in run.first.points.values() if point.right]
    found = [point for point in right if point.status == "ok"] or right
    good = [point for point in found if point.grade >= GOOD]
    found = good if len(good) >= number else found
    turns = _turns(found, lambda point: point.kind, lambda point: -point.grade)
    return [point.id for point in sorted(turns[: 3 * number], key=lambda point: -(point.kind[1] or 0))[:number]]


def apart(sides: Sequence[Side], number: int) -> list[str]:
    """Ids of the samples on which the sides' grades lie farthest apart, each side in turn the better one."""
    if len(sides) < 2:
        return []
    common = [point for key, point in sides[0].points.items() if all(key in side.points for side in sides[1:])]
    grades = {point.id: [side.points[point.id].grade for side in sides] for point in common}
    gap = {key: max(found) - min(found) for key, found in grades.items()}
    differing = [point for point in common if gap[point.id] >= APART]
    turns = _turns(differing, lambda p: grades[p.id].index(max(grades[p.id])), lambda p: -gap[p.id])
    return [point.id for point in turns[:number]]


def _turns(points: Iterable[Point], kind: Callable[[Point], Hashable], rank: Callable[[Point], float]) -> list[Point]:
    """One of each kind, then the next of each: kinds by size, points by rank, ties in an order that mixes scenes."""
    kinds: dict[Hashable, list[Point]] = {}
    for point in sorted(points, key=lambda point: (rank(point), crc32(point.id.encode()), point.id)):
        kinds.setdefault(kind(point), []).append(point)
    columns = sorted(kinds.values(), key=len, reverse=True)
    return [point for point in chain.from_iterable(zip_longest(*columns)) if point is not None]
