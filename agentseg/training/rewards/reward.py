"""What a reward is, and the weighted sum of several."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from agentseg.errors import InputError
from agentseg.sample import Sample
from agentseg.trace import Trace

Reward: TypeAlias = Callable[[Trace, Sample], float | None]
"""A reward reads what happened and what is true, and gives a number, or None where it does not apply."""

ANSWERED = frozenset({"ok", "no_target"})
"""Statuses of a trace that are answers; every other one is a failure with a name."""


def answered(trace: Trace) -> bool:
    """Whether a query ended with an answer; "there is no such thing" is one."""
    return trace.status in ANSWERED


def weighted(rewards: Sequence[Reward], weights: Sequence[float] | None = None) -> Reward:
    """The weighted sum of several rewards; one that does not apply is left out, as in TRL's ``GRPOTrainer``.

    Args:
        rewards: At least one.
        weights: One a reward, finite; by default 1 each.

    Returns:
        A reward: sum of weight * value over those that apply, or None where none does.

    Raises:
        InputError: No reward, another number of weights, or a weight that is not finite.
    """
    shares = [1.0] * len(rewards) if weights is None else [float(weight) for weight in weights]
    if not rewards or len(shares) != len(rewards):
        raise InputError(f"there is one weight a reward, and at least one; found {len(rewards)} and {len(shares)}")
    if not all(math.isfinite(weight) for weight in shares):
        raise InputError(f"weights are finite numbers; found {shares}")
    return partial(_weighted, rewards=tuple(rewards), weights=tuple(shares))


def _weighted(trace: Trace, sample: Sample, *, rewards: tuple[Reward, ...], weights: tuple[float, ...]) -> float | None:
    values = [(weight, reward(trace, sample)) for weight, reward in zip(weights, rewards, strict=True)]
    counted = [weight * value for weight, value in values if value is not None]
    return math.fsum(counted) if counted else None
