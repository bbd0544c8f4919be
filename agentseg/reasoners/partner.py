"""Two reasoners at one query: whose plan is taken, a small model's or that of ``rules``.

The two err on different queries: the model on words that it never saw, the rules on long sentences. Both plans are
made; the model's is taken where it was sure of every token, or, of a model that does not tell, where the rules passed
words over.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agentseg.reasoners.coverage import unread

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage

SURE = 0.5
"""Chance of the least likely token of a turn from which the model is trusted; chosen on KitchenBench's ``val``, the
kitchen's older queries and 500 lines in the phrasebook's manner that were kept from training."""


def confidence(message: AIMessage) -> float | None:
    """How sure a model was of what it wrote: the chance of its least likely token.

    Args:
        message: With ``response_metadata["logprobs"]`` in OpenAI's form.

    Returns:
        A chance in [0, 1]; None where the model does not tell.
    """
    told = message.response_metadata.get("logprobs")
    tokens = told.get("content") if isinstance(told, dict) else None
    chances = [token["logprob"] for token in tokens or () if isinstance(token.get("logprob"), int | float)]
    return math.exp(min(0.0, min(chances))) if chances else None


def trusts(sure: float | None, query: str, plan: str, labels: Sequence[str]) -> bool:
    """Whether the model's turn is taken rather than the plan of the rules.

    Args:
        sure: The model's confidence; None where it does not tell: it is then trusted where the rules passed words over.
        query: What is asked.
        plan: The plan of the rules.
        labels: Labels of the twin.
    """
    return bool(unread(query, plan, labels)) if sure is None else sure >= SURE
