"""The teacher's reinforcement learning: GRPO with R = R_format + R_accuracy over refined twins.

Source: FastReasonSeg, section on the teacher LLM: Qwen3-8B with LoRA (r 64, alpha 128), 4e-5 with a cosine schedule,
batches of 512 on 8 GPUs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from agentseg.training.rewards import load_reward
from agentseg.training.stages.card import Card
from agentseg.training.stages.common import Progress
from agentseg.training.stages.options import Reward, TeacherOptions
from agentseg.training.stages.rollouts import grpo
from agentseg.training.stages.scored import Scored


def teacher(
    base: str | Path,
    asks: str | Path | Sequence[str | Path],
    out: str | Path,
    options: TeacherOptions | None = None,
    *,
    on_progress: Progress | None = None,
) -> Card:
    """Train a teacher; arguments and errors are those of ``rollouts.grpo``."""
    chosen = options or TeacherOptions()
    return grpo("teacher", base, asks, out, chosen, weighed(chosen.rewards), on_progress=on_progress)


def weighed(rewards: Iterable[Reward]) -> list[tuple[Any, float]]:
    """Rewards as TRL takes them, with their weights; those of weight 0 are left out."""
    return [(Scored(one.name, load_reward(one.name, **one.options)), one.weight) for one in rewards if one.weight]
