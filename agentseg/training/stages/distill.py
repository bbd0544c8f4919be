"""Distillation by reinforcement: R_total = R_format + R_accuracy + gamma * R_reasoning, gamma .5.

Source: FastReasonSeg, section on distillation: after supervised fine-tuning the student is rewarded for the quality of
its reasoning too, which an LLM judges against the teacher's chain for logic, completeness and accuracy.

Departures:
    - R_reasoning is deterministic by default: half is whether a chain is true of the twin (``rewards.faithful``), half
      whether it is like the teacher's (``scored.LikeTeacher``). ``reasoning = ["judge"]`` is the paper's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agentseg.training.rewards import load_reward
from agentseg.training.stages.card import Card
from agentseg.training.stages.common import Progress
from agentseg.training.stages.options import DistillOptions
from agentseg.training.stages.rollouts import grpo
from agentseg.training.stages.scored import Judged, LikeTeacher, Scored
from agentseg.training.stages.teacher import weighed


def distill(
    base: str | Path,
    asks: str | Path | Sequence[str | Path],
    out: str | Path,
    options: DistillOptions | None = None,
    *,
    on_progress: Progress | None = None,
) -> Card:
    """Distil into a student; arguments and errors are those of ``rollouts.grpo``.

    Asks should carry the teacher's traces: rewards that compare with them are left out where there is none.
    """
    chosen = options or DistillOptions()
    return grpo(
        "distill", base, asks, out, chosen, [*weighed(chosen.rewards), *reasoning(chosen)], on_progress=on_progress
    )


def reasoning(options: DistillOptions) -> list[tuple[Any, float]]:
    """The parts of R_reasoning with their shares of gamma."""
    if not options.gamma:
        return []
    share = options.gamma / len(options.reasoning)
    return [(_part(name, options), share) for name in options.reasoning]


def _part(name: str, options: DistillOptions) -> Any:
    if name == "judge":
        assert options.judge is not None, "options were validated"
        return Judged(options.judge)
    return LikeTeacher() if name == "chain" else Scored(name, load_reward(name))
