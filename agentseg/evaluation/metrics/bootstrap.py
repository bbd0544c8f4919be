"""Confidence intervals by the percentile bootstrap, seeded.

Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentile interval); queries of one
image or clip are not independent, so whole groups can be drawn (Cameron, Gelbach and Miller, 2008).

The same values in the same order, seed and number of resamples give the same interval, on every run.

Departures:
    - No bias correction (BCa): with the hundreds of samples of a benchmark the difference is below what is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
RESAMPLES = 2000
LEVEL = 0.95
CHUNK = 1_000_000
"""Indices drawn at a time, which bounds the memory whatever the number of samples."""


@dataclass(frozen=True)
class Interval:
    """A figure of the sample with the bounds of its confidence interval."""

    value: float
    low: float
    high: float


def mean_interval(
    values: Sequence[float],
    *,
    groups: Sequence[Hashable] | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Interval of a mean (gIoU, J, an accuracy with 0 and 1 as values, ...).

    Args:
        values: One a sample, failures among them.
        groups: What a sample belongs to (its image or clip), one a sample; groups are then drawn in place of samples.
        level: Confidence, in (0, 1).
        resamples: Number of resamples, at least 1.
        seed: Of the generator.

    Raises:
        ValueError: No values, lengths that differ, or a level or a number outside its range.
    """
    return ratio_interval(values, [1.0] * len(values), groups=groups, level=level, resamples=resamples, seed=seed)


def ratio_interval(
    numerators: Sequence[float],
    denominators: Sequence[float],
    *,
    groups: Sequence[Hashable] | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Interval of a ratio of sums (cIoU: intersections over unions); 0 where the denominators add up to 0.

    Arguments and errors as in ``mean_interval``.
    """
    over, under = np.asarray(numerators, dtype=float), np.asarray(denominators, dtype=float)
    if over.shape != under.shape:
        raise ValueError(f"there is a denominator a numerator; found {under.size} and {over.size}")
    if groups is not None:
        over, under = _grouped(over, groups), _grouped(under, groups)

    def ratio(rows: Indices) -> Floats:
        below = under[rows].sum(axis=-1)
        out: Floats = np.divide(over[rows].sum(axis=-1), below, out=np.zeros_like(below), where=below != 0)
        return out

    return _interval(ratio, over.size, level, resamples, seed)


def paired_interval(
    first: Sequence[float],
    second: Sequence[float],
    *,
    groups: Sequence[Hashable] | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Interval of the mean difference ``first - second`` of two systems on the same samples, in the same order.

    An interval without 0 is a difference; it is far narrower than two intervals side by side suggest. Arguments and
    errors as in ``mean_interval``.
    """
    if len(first) != len(second):
        raise ValueError(f"two systems are compared on the same samples; found {len(first)} and {len(second)}")
    difference = np.asarray(first, dtype=float) - np.asarray(second, dtype=float)
    return mean_interval(difference.tolist(), groups=groups, level=level, resamples=resamples, seed=seed)


def macro_interval(
    strata: Sequence[Sequence[float]], *, level: float = LEVEL, resamples: int = RESAMPLES, seed: int = 0
) -> Interval:
    """Interval of the mean of the strata's means (ReVOS overall); each stratum is resampled by itself.

    Args:
        strata: Values of each subset, none of them empty.
        level: Confidence, in (0, 1).
        resamples: Number of resamples, at least 1.
        seed: Of the generator.

    Raises:
        ValueError: A stratum is empty, or a level or a number is outside its range.
    """
    if not strata:
        raise ValueError("no strata: nothing to resample")
    drawn = [_draws(_means(values), len(values), resamples, seed + place) for place, values in enumerate(strata)]
    value = float(np.mean([np.mean(values) for values in strata]))
    return Interval(value, *_bounds(np.mean(drawn, axis=0), level))


def statistic_interval(
    statistic: Callable[[Indices], float],
    count: int,
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Interval of any statistic of ``count`` samples, e.g. a percentile.

    Args:
        statistic: Takes indices (count,) of samples, repeats among them, and gives the figure.
        count: Number of samples, at least 1.
        level: Confidence, in (0, 1).
        resamples: Number of resamples, at least 1; the statistic is called once for each.
        seed: Of the generator.

    Raises:
        ValueError: No samples, or a level or a number is outside its range.
    """

    def by_row(rows: Indices) -> Floats:
        return np.array([statistic(row) for row in np.atleast_2d(rows)], dtype=float)

    return _interval(by_row, count, level, resamples, seed)


def _means(values: Sequence[float]) -> Callable[[Indices], Floats]:
    array = np.asarray(values, dtype=float)
    return lambda rows: np.asarray(array[rows].mean(axis=-1), dtype=float)


def _interval(statistic: Callable[[Indices], Floats], count: int, level: float, resamples: int, seed: int) -> Interval:
    drawn = _draws(statistic, count, resamples, seed)
    value = float(statistic(np.arange(count)[None])[0])
    return Interval(value, *_bounds(drawn, level))


def _draws(statistic: Callable[[Indices], Floats], count: int, resamples: int, seed: int) -> Floats:
    if count < 1:
        raise ValueError("no samples: nothing to resample")
    if resamples < 1:
        raise ValueError(f"there is at least one resample; found {resamples}")
    random = np.random.default_rng(seed)
    size = max(1, CHUNK // count)
    parts = [
        statistic(random.integers(0, count, size=(min(size, resamples - start), count)))
        for start in range(0, resamples, size)
    ]
    return np.concatenate(parts)


def _bounds(drawn: Floats, level: float) -> tuple[float, float]:
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1; found {level}")
    low, high = np.percentile(drawn, [50 * (1 - level), 50 * (1 + level)])
    return float(low), float(high)


def _grouped(values: Floats, groups: Sequence[Hashable]) -> Floats:
    """Sums by group, groups in the order in which they first occur."""
    if len(groups) != values.size:
        raise ValueError(f"there is a group a sample; found {len(groups)} groups and {values.size} samples")
    places = {group: place for place, group in enumerate(dict.fromkeys(groups))}
    return np.bincount([places[group] for group in groups], weights=values, minlength=len(places)).astype(float)
