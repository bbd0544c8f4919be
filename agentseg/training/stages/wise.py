"""WISE: think twice, once to learn and once for speed. Concise rationale, answer, detailed explanation, in this order.

Source: WISE (2025): R = R_format + R_acc, and R_distill = S(C, D) * (1 - |C| / |D|) only where the base task succeeded;
2,000 samples of RefCOCOg, batches of 16, AdamW with weight decay .01; from its code n = 8, T = 1, 1e-6, KL 5e-3.
At inference the detailed explanation is not asked for, and a brevity prompt is added to the query (WISE-S).

Departures:
    - Trained on digital twins: a turn's plan or ids stand for the box and points of the paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from agentseg.training.stages.card import Card
from agentseg.training.stages.common import Progress
from agentseg.training.stages.options import Reward, WiseOptions
from agentseg.training.stages.rollouts import grpo
from agentseg.training.stages.teacher import weighed

BREVITY = "one sentence"
"""What WISE-S adds to the query (paper)."""
BREVITY_CODE = "within 10 words, the shorter the better, one word is best"
"""What its code adds; the paper finds the harsher prompt worse."""

_NAMES = {"analysis": "a concise rationale", "answer": "the plan or the answer", "why": "the detailed explanation"}


def wise(
    base: str | Path,
    asks: str | Path | Sequence[str | Path],
    out: str | Path,
    options: WiseOptions | None = None,
    *,
    on_progress: Progress | None = None,
) -> Card:
    """Train with WISE's hierarchical reward; arguments and errors are those of ``rollouts.grpo``.

    Where the rules have no suffix of their own, ``asking_for_detail`` is added to the system text.
    """
    chosen = options or WiseOptions()
    if not chosen.rules.suffix:
        rules = chosen.rules.model_copy(update={"suffix": asking_for_detail(chosen.order)})
        chosen = chosen.model_copy(update={"rules": rules})
    return grpo("wise", base, asks, out, chosen, weighed(hierarchical(chosen)), on_progress=on_progress)


def hierarchical(options: WiseOptions) -> tuple[Reward, ...]:
    """WISE's rewards, or those that the options name in their place."""
    if options.rewards:
        return options.rewards
    return (
        Reward(name="format", options={"order": list(options.order)}),
        Reward(name="wise_accuracy", options={"iou": options.iou}),
        Reward(name="wise", options={"similarity": options.similarity, "condition": options.condition}),
    )


def asking_for_detail(order: Sequence[str] = ("analysis", "answer", "why")) -> str:
    """The line of the system text that asks for a turn's parts in an order; ``why`` is a key of the turn's JSON."""
    return f"write {', then '.join(_NAMES[part] for part in order)} as " + ", ".join(f'"{part}"' for part in order)


def briefly(query: str, words: str = BREVITY) -> str:
    """A query with the brevity prompt of WISE-S."""
    return f"{query} ({words})"
