"""Rewards by name, as recipes write them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from agentseg.errors import InputError
from agentseg.training.rewards.names import import_name
from agentseg.training.rewards.reward import Reward

_ROOM = "agentseg.training.rewards"
REWARDS = {
    "format": f"{_ROOM}.format:well_formed",
    "accuracy": f"{_ROOM}.accuracy:task_accuracy",
    "iou": f"{_ROOM}.accuracy:mask_iou",
    "iou_above": f"{_ROOM}.accuracy:iou_above",
    "counting": f"{_ROOM}.accuracy:counting",
    "detection": f"{_ROOM}.boxes:detection",
    "segzero": f"{_ROOM}.boxes:segzero",
    "visionreasoner": f"{_ROOM}.boxes:visionreasoner",
    "faithfulness": f"{_ROOM}.faithfulness:faithful",
    "brevity": f"{_ROOM}.brevity:brief",
    "non_repeat": f"{_ROOM}.brevity:non_repeat",
    "l1_exact": f"{_ROOM}.brevity:l1_exact",
    "l1_max": f"{_ROOM}.brevity:l1_max",
    "wise": f"{_ROOM}.wise:wise_distill",
    "wise_accuracy": f"{_ROOM}.wise:wise_accuracy",
    "wise_total": f"{_ROOM}.wise:wise_total",
}
"""Rewards that ship, by short name."""


def load_reward(name: str, **options: Any) -> Reward:
    """The reward that a recipe names.

    Args:
        name: A short name of ``REWARDS``, or ``"package.module:name"``: a reward, which is a function of two positional
            arguments (trace, sample), or what makes one from keywords.
        **options: Keywords of what makes it.

    Returns:
        The reward.

    Raises:
        InputError: There is no such name, it takes no or other options, one is missing or of a wrong value, or what it
            makes is no reward.
    """
    found = import_name(REWARDS.get(name, name), REWARDS)
    if _is_reward(found):
        if options:
            raise InputError(f"reward {name!r} takes no options; found {', '.join(options)}")
        return found
    try:
        inspect.signature(found).bind(**options)
    except TypeError as error:
        raise InputError(f"reward {name!r}: {error}; its options are {_options(found)}") from None
    except ValueError:
        raise InputError(f"{name!r} is no reward: its arguments cannot be told") from None
    try:
        made = found(**options)
    except TypeError as error:  # an option of another type
        raise InputError(f"reward {name!r}: {error}") from None
    if not callable(made) or not _is_reward(made):
        raise InputError(f"{name!r} makes {type(made).__name__}, no function of a trace and a sample")
    reward: Reward = made
    return reward


def _is_reward(found: Callable[..., Any]) -> bool:
    """Whether something can be called with a trace and a sample, in this order and with nothing else."""
    try:
        inspect.signature(found).bind(None, None)
    except (TypeError, ValueError):
        return False
    return not isinstance(found, type)


def _options(found: Callable[..., Any]) -> str:
    return ", ".join(inspect.signature(found).parameters) or "none"
