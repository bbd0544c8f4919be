"""WISE's rewards: a short rationale C that says what the detailed explanation D says, where the answer was right.

WISE (2025), "Hierarchical Reward Objective": R = R_format + R_acc + 1[the base task succeeded] * R_distill, with
R_distill = S(C, D) * (1 - |C| / |D|): S is the cosine of sentence embeddings, lengths are in tokens. The policy writes
C, the answer and D in this order; ``protocol.Turn`` has them as ``analysis``, plan or answer, and ``why``.

Paper and code differ; both are here:
    - The paper's R_acc is binary (IoU above .5), its code's is the IoU itself: ``wise_accuracy(iou="continuous")``.
    - The code cuts 1 - |C| / |D| at 0, the paper does not say: ``floor``.

Departures:
    - Success is ``accuracy.succeeded`` (an IoU above .5 for masks and boxes, exact for numbers) of a query that ended
      with an answer; the code asks for the box's IoU.
    - Lengths are those of the words, where the code's include the tags; several turns' rationales are one C.
    - S is cut to [0, 1], and an empty C earns nothing: it would be the most concise of all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

from agentseg.errors import InputError
from agentseg.sample import Sample
from agentseg.trace import Trace
from agentseg.training.rewards.accuracy import THRESHOLD, checked, succeeded
from agentseg.training.rewards.boxes import Form, segzero
from agentseg.training.rewards.brevity import Tokens, words
from agentseg.training.rewards.chain import detail, rationale
from agentseg.training.rewards.format import FIELDS, well_formed
from agentseg.training.rewards.names import function_of
from agentseg.training.rewards.reward import Reward, answered, weighted

Similarity = Callable[[str, str], float]
"""How alike two texts are, 1 for the same; the user's, such as the cosine of a sentence encoder."""

Condition = Literal["success", "always"]


def wise_distill(
    *,
    similarity: Similarity | str,
    condition: Condition = "success",
    threshold: float = THRESHOLD,
    tokens: Tokens | str = words,
    floor: bool = True,
) -> Reward:
    """Make R_distill.

    Args:
        similarity: A function of two texts, or its name: ``"ngram"`` (no model) or ``"package.module:name"``.
        condition: ``success``: 0 where the task failed (the paper). ``always``: its ablation.
        threshold: Accuracy above which a task succeeded, in [0, 1).
        tokens: Counts tokens, as in ``brevity.brief``.
        floor: Whether a C longer than its D earns 0 (the code) or less than 0.

    Returns:
        A reward in [0, 1] (without ``floor`` at most 1, without a lower bound). 0 without a D: a policy that leaves it
        out shall not escape.

    Raises:
        InputError: There is no such condition or function, or the threshold is outside [0, 1).
    """
    if condition not in ("success", "always"):
        raise InputError(f"conditions are 'success' and 'always'; found {condition!r}")
    return partial(
        _wise,
        similarity=function_of(similarity),
        threshold=checked(threshold) if condition == "success" else None,
        tokens=function_of(tokens),
        floor=floor,
    )


def wise_accuracy(*, iou: Form = "binary", side: float | None = None) -> Reward:
    """Make R_acc: ``boxes.segzero``, in [0, 3]; ``iou="continuous"`` is the code's."""
    return segzero(iou=iou, side=side)


def wise_total(
    *,
    similarity: Similarity | str,
    iou: Form = "binary",
    side: float | None = None,
    order: Sequence[str] = FIELDS,
    condition: Condition = "success",
    tokens: Tokens | str = words,
) -> Reward:
    """Make the whole hierarchical reward, R_format + R_acc + R_distill, in [0, 5].

    Args:
        similarity: As in ``wise_distill``.
        iou: As in ``wise_accuracy``.
        side: As in ``boxes.segzero``.
        order: As in ``format.well_formed``; ``("why", "analysis", "answer")`` is the paper's other order.
        condition: As in ``wise_distill``.
        tokens: As in ``wise_distill``.

    Raises:
        InputError: As the parts.
    """
    distill = wise_distill(similarity=similarity, condition=condition, tokens=tokens)
    return weighted([well_formed(order=order), wise_accuracy(iou=iou, side=side), distill])


def conciseness(concise: int, detailed: int, floor: bool = True) -> float:
    """The fractional reduction of length, 1 - |C| / |D|, of two numbers of tokens; 0 where D is empty."""
    if detailed <= 0:
        return 0.0
    value = 1 - concise / detailed
    return max(0.0, value) if floor else value


def _wise(
    trace: Trace,
    sample: Sample,
    *,
    similarity: Similarity,
    threshold: float | None,
    tokens: Tokens,
    floor: bool,
) -> float | None:
    short, long = rationale(trace).strip(), detail(trace)
    if not answered(trace) or not short or not long:
        return 0.0
    if threshold is not None and not succeeded(trace, sample, threshold):
        return 0.0
    alike = similarity(short, long)
    if not math.isfinite(alike):
        return 0.0
    return min(1.0, max(0.0, alike)) * conciseness(tokens(short), tokens(long), floor)
