"""Counting: how often the number is exactly right, and how far off it is where it is not.

Source: VisionReasoner (Liu et al., 2025), counting on Pixmo-Count and CountBench: exact match.

Departures:
    - A failure is wrong. VisionReasoner's evaluation enters the number 1 for it, which is right wherever 1 is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Count:
    """One sample: the answered number (None: a failure) and the true one, both at least 0."""

    predicted: int | None
    truth: int

    def __post_init__(self) -> None:
        for value in (self.predicted, self.truth):
            if value is not None and value < 0:
                raise ValueError(f"a count is a whole number from 0 on; found {value}")


@dataclass(frozen=True)
class CountScore:
    """Figures over ``count`` samples, of which ``failures`` had no answer.

    ``accuracy`` and ``within_one`` are fractions of **all** samples; ``error`` is the mean absolute error of the
    answered ones, for a failure has no number: read it beside ``failures``. None where no sample counts.
    """

    accuracy: float | None
    within_one: float | None
    error: float | None
    count: int
    failures: int


def counting_score(rows: Iterable[Count]) -> CountScore:
    """Accuracy of counting over a data set; rows are read once."""
    found = list(rows)
    errors = [abs(row.predicted - row.truth) for row in found if row.predicted is not None]
    return CountScore(
        accuracy=errors.count(0) / len(found) if found else None,
        within_one=sum(error <= 1 for error in errors) / len(found) if found else None,
        error=sum(errors) / len(errors) if errors else None,
        count=len(found),
        failures=len(found) - len(errors),
    )
