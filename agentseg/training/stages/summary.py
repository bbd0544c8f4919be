"""The figures of a run that its card carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

TAIL = 10
"""Logged points that a last figure is the mean of."""


def summarise(history: Sequence[dict[str, Any]], steps: int) -> dict[str, float]:
    """First and last values of what was logged: loss, rewards, lengths; a last one is the mean of the last points."""
    found = {"steps": float(steps)}
    points = [point for point in history if "loss" in point]
    for name in sorted({name for point in points for name in point}):
        values = [point[name] for point in points if isinstance(point.get(name), int | float)]
        if not _tells(name) or not values:
            continue
        tail = values[-TAIL:]
        found[f"{name} at first"], found[f"{name} at last"] = float(values[0]), float(sum(tail) / len(tail))
    return found


def _tells(name: str) -> bool:
    return name in ("loss", "mean_token_accuracy", "reward", "completions/mean_length", "entropy") or (
        name.startswith("rewards/") and name.endswith("/mean")
    )
