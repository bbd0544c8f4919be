"""Rewards of short rationales: a plain one, L1's two, and VisionReasoner's against repetition.

L1 (Aggarwal and Welleck, "L1: Controlling How Long A Reasoning Model Thinks With Reinforcement Learning", 2025; the
baselines of WISE): with n tokens written and n* wanted, L1-Exact is 1[right] - alpha * |n* - n|, and L1-Max is
1[right] * clip(alpha * (n* - n) + delta, 0, 1), with alpha = 0.0003 and delta = 0.5 for chains of 100 to 4000 tokens.

Its released code differs: L1-Exact has alpha = 1/3000, and L1-Max falls by 1/1000 a token, from .5 at n* (it clips
(n* - n) / 500 to [-1, 1] and brings that to [0, 1]), where the paper's alpha is .0003.

Departures:
    - L1 tells the model n* in its prompt and draws it anew for each sample; here it is fixed, as in WISE's baselines.
    - n counts the rationale's tokens (all turns), as WISE counts them, not those of plan and answer.
    - Rationales of some ten tokens want a larger alpha: about 1 / n* for an effect like the paper's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import partial

from agentseg.errors import InputError
from agentseg.sample import Sample
from agentseg.trace import Trace
from agentseg.training.rewards.accuracy import succeeded
from agentseg.training.rewards.chain import rationale, rationale_tokens
from agentseg.training.rewards.names import function_of
from agentseg.training.rewards.reward import Reward, answered

Tokens = Callable[[str], int]
"""Counts the tokens of a text; give the model's own tokenizer where figures are compared with others'."""

ALPHA = 0.0003
DELTA = 0.5


def words(text: str) -> int:
    """Count words and marks: a stand-in for a tokenizer."""
    return len(re.findall(r"\w+|[^\w\s]", text))


def brief(*, limit: int = 64, tokens: Tokens | str = words) -> Reward:
    """Make a plain reward of brevity: 1 - n / limit for a rationale of n tokens, 0 from the limit on.

    Args:
        limit: Tokens from which a rationale is worth nothing.
        tokens: Counts them; a function or its name, ``"package.module:name"``.

    Returns:
        A reward in [0, 1); 0 for a failure and for an empty rationale: to say nothing is not to be brief.

    Raises:
        InputError: The limit is below 1, or the function cannot be found.
    """
    return partial(_brief, limit=_at_least_one("limit", limit), tokens=function_of(tokens))


def l1_exact(*, target: int, alpha: float = ALPHA, tokens: Tokens | str = words, with_success: bool = True) -> Reward:
    """Make L1-Exact: 1[right] - alpha * |target - n|.

    Args:
        target: Tokens wanted, n*.
        alpha: What a token too many or too few costs, at least 0.
        tokens: As in ``brief``.
        with_success: False leaves 1[right] out, where the accuracy is a reward of its own (WISE's baseline).

    Returns:
        A reward of at most 1, without a lower bound; right is ``accuracy.succeeded``.

    Raises:
        InputError: The target is below 1 or alpha negative.
    """
    return partial(
        _l1_exact,
        target=_at_least_one("target", target),
        alpha=_not_negative("alpha", alpha),
        tokens=function_of(tokens),
        with_success=with_success,
    )


def l1_max(
    *,
    target: int,
    alpha: float = ALPHA,
    delta: float = DELTA,
    tokens: Tokens | str = words,
    with_success: bool = True,
) -> Reward:
    """Make L1-Max: 1[right] * clip(alpha * (target - n) + delta, 0, 1).

    Args:
        target: Most tokens wanted, n*.
        alpha: What a token costs, at least 0.
        delta: What a right answer of just n* tokens earns, at least 0.
        tokens: As in ``brief``.
        with_success: False leaves 1[right] out, as in ``l1_exact``.

    Returns:
        A reward in [0, 1].

    Raises:
        InputError: The target is below 1, or alpha or delta negative.
    """
    return partial(
        _l1_max,
        target=_at_least_one("target", target),
        alpha=_not_negative("alpha", alpha),
        delta=_not_negative("delta", delta),
        tokens=function_of(tokens),
        with_success=with_success,
    )


def non_repeat(trace: Trace, sample: Sample) -> float | None:
    """1, or 0 where two sentences of the rationale have stood there before (VisionReasoner).

    Sentences end with ``.`` or a line break, and count a second time each time they come again.
    """
    sentences = [part.strip() for part in re.split(r"[.\n]", rationale(trace)) if part.strip()]
    return float(len(sentences) - len(set(sentences)) < 2)


def _brief(trace: Trace, sample: Sample, *, limit: int, tokens: Tokens) -> float | None:
    found = rationale_tokens(trace, tokens)
    return max(0.0, 1 - found / limit) if answered(trace) and found > 0 else 0.0


def _l1_exact(
    trace: Trace, sample: Sample, *, target: int, alpha: float, tokens: Tokens, with_success: bool
) -> float | None:
    right = float(succeeded(trace, sample)) if with_success else 0.0
    return right - alpha * abs(target - rationale_tokens(trace, tokens))


def _l1_max(
    trace: Trace, sample: Sample, *, target: int, alpha: float, delta: float, tokens: Tokens, with_success: bool
) -> float | None:
    if with_success and not succeeded(trace, sample):
        return 0.0
    return min(1.0, max(0.0, alpha * (target - rationale_tokens(trace, tokens)) + delta))


def _at_least_one(name: str, value: int) -> int:
    if value < 1:
        raise InputError(f"{name} is a number of tokens, at least 1; found {value}")
    return int(value)


def _not_negative(name: str, value: float) -> float:
    if not 0 <= value < math.inf:
        raise InputError(f"{name} is a finite number, at least 0; found {value}")
    return float(value)
