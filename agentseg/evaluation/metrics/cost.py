"""What an answer costs: tokens of reasoning, latency, and answers that never came.

Source: WISE (2025) reports the mean number of reasoning tokens beside accuracy; VISA, LISA and FastReasonSeg report
milliseconds a frame. A mean hides the slow tenth that a robot waits for, so percentiles stand beside it.

Departures:
    - Failures keep their tokens and their time in the figures: they were paid for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sized
from dataclasses import dataclass
from math import fsum

import numpy as np

ANSWERED = frozenset({"ok", "no_target"})
"""Statuses of a trace that are answers; every other one is a failure with a name."""


@dataclass(frozen=True)
class Spread:
    """Distribution of a cost, in its own unit (tokens, ms); None without a measured sample.

    ``count`` samples were measured, ``missing`` were not (other systems' files may hold no times).
    """

    count: int
    missing: int
    mean: float | None = None
    p50: float | None = None
    p90: float | None = None
    p95: float | None = None
    p99: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Tally:
    """``count`` samples, of which ``failures`` had no answer, and those by status (most frequent first)."""

    count: int
    failures: int
    by_status: dict[str, int]

    @property
    def failure_rate(self) -> float | None:
        """Failures over all samples, in [0, 1]; None without samples."""
        return self.failures / self.count if self.count else None


def spread(values: Iterable[float | None]) -> Spread:
    """Mean, percentiles (linear between ranks) and maximum of a cost.

    Args:
        values: One a sample, at least 0, failures among them; None where it was not measured.

    Raises:
        ValueError: A value is negative or not finite.
    """
    found = list(values)
    measured = [value for value in found if value is not None]
    for value in measured:
        if not (np.isfinite(value) and value >= 0):
            raise ValueError(f"a cost is a finite number from 0 on; found {value}")
    missing = len(found) - len(measured)
    if not measured:
        return Spread(0, missing)
    p50, p90, p95, p99 = (float(rank) for rank in np.percentile(np.array(measured, dtype=float), [50, 90, 95, 99]))
    return Spread(len(measured), missing, fsum(measured) / len(measured), p50, p90, p95, p99, float(max(measured)))


def reasoning_tokens(rationales: Iterable[str], tokenize: Callable[[str], Sized]) -> int:
    """Tokens that a model wrote as its reasoning for one sample, over all its turns.

    Args:
        rationales: The rationale of each turn, without plan and answer.
        tokenize: The model's own tokenizer, without special tokens; words are no tokens.
    """
    return sum(len(tokenize(text)) for text in rationales)


def tally(statuses: Iterable[str]) -> Tally:
    """Count answers and failures.

    Args:
        statuses: One a sample, as traces have them; anything but ``ok`` and ``no_target`` is a failure.
    """
    counts = Counter(statuses)
    failures = {status: number for status, number in counts.items() if status not in ANSWERED}
    ranked = dict(sorted(failures.items(), key=lambda item: (-item[1], item[0])))
    return Tally(counts.total(), sum(ranked.values()), ranked)
