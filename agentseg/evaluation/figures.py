"""Figures of a summary: what each one is of the rows' scores, and its value on resampled rows.

A figure is bound to the scores of some rows once and then asked for every resample. A resample is a matrix of weights:
how often each unit (the queries of one picture or clip) was drawn. Sums under weights are exact, whatever the order in
which they are added: what is not a whole number is rounded to 2^-30 for the resamples (never for the value), so that
bounds have the same bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Scores = Mapping[str, JsonValue]
FINE = 2.0**30
"""Steps of one: sums of eight million rounded fractions are still exact in 64-bit floats."""


@dataclass(frozen=True)
class Bound:
    """A figure on certain rows: its value (None where nothing counts), and how many rows count."""

    value: float | None
    count: int

    def resampled(self, weights: Floats) -> Floats:
        """Values under weights (R, units): (R,), nan where nothing that counts was drawn."""
        return np.full(len(weights), np.nan)


class Figure(Protocol):
    """What a protocol reports; ``bind`` gives it for the rows of a summary or of a part of it."""

    @property
    def name(self) -> str:
        """As reports print it."""
        ...

    def bind(self, rows: Sequence[Scores], units: Indices, count: int) -> Bound:
        """The figure over rows.

        Args:
            rows: Scores, one a row, in the order of the rows' keys.
            units: Unit of each row, 0 to count - 1, (N,).
            count: Number of units.
        """
        ...


@dataclass(frozen=True)
class Ratio:
    """A ratio of sums over the rows that have both scores; a mean where there is no ``under``.

    Attributes:
        name: As reports print it.
        over: Score that is summed above.
        under: Score that is summed below; None: the number of rows.
        plus: Added below (LISA's constants).
        nothing: Value where the rows' denominators add up to 0.
        where: (score, value) that a row must have to count.
    """

    name: str
    over: str
    under: str | None = None
    plus: float = 0.0
    nothing: float | None = None
    where: tuple[str, str] | None = None

    def bind(self, rows: Sequence[Scores], units: Indices, count: int) -> Bound:
        """See ``Figure``."""
        pairs = [(self._number(row, self.over), self._number(row, self.under)) for row in rows]
        kept = [(above, below) for above, below in pairs if above is not None and below is not None]
        above, below = fsum(one for one, _ in kept), fsum(one for _, one in kept)
        if not kept:
            return Bound(None, 0)
        value = above / (below + self.plus) if below + self.plus else self.nothing
        filled = np.array([(0.0, 0.0) if one is None or other is None else (one, other) for one, other in pairs])
        sums = [np.bincount(units, np.round(column * FINE) / FINE, count).astype(float) for column in filled.T]
        return _Ratio(value, len(kept), sums[0], sums[1], self)

    def _number(self, row: Scores, name: str | None) -> float | None:
        if self.where is not None and row.get(self.where[0]) != self.where[1]:
            return None
        value = 1.0 if name is None else row.get(name)
        return float(value) if isinstance(value, int | float) else None


@dataclass(frozen=True)
class _Ratio(Bound):
    over: Floats
    under: Floats
    figure: Ratio

    def resampled(self, weights: Floats) -> Floats:
        above, below = weights @ self.over, weights @ self.under + self.figure.plus
        nothing = np.nan if self.figure.nothing is None else self.figure.nothing
        return np.divide(above, below, out=np.full_like(above, nothing), where=below != 0)


@dataclass(frozen=True)
class Macro:
    """The mean of other figures (ReVOS overall): None, or nan in a resample, where one of them is."""

    name: str
    parts: tuple[Figure, ...]

    def bind(self, rows: Sequence[Scores], units: Indices, count: int) -> Bound:
        """See ``Figure``."""
        parts = [part.bind(rows, units, count) for part in self.parts]
        values = [part.value for part in parts if part.value is not None]
        value = fsum(values) / len(values) if len(values) == len(parts) else None
        return _Macro(value, sum(part.count for part in parts), tuple(parts))


@dataclass(frozen=True)
class _Macro(Bound):
    parts: tuple[Bound, ...] = field(default=())

    def resampled(self, weights: Floats) -> Floats:
        out: Floats = np.mean([part.resampled(weights) for part in self.parts], axis=0)
        return out
