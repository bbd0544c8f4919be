"""Curves of a run as one picture: loss, rewards, lengths over the steps."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

PANELS = (
    ("loss", ("loss", "mean_token_accuracy", "entropy", "kl")),
    ("reward", ("reward", "reward_std", "rewards/")),
    ("tokens written", ("completions/mean_length", "completions/max_length")),
)
"""Titles of the panels and what stands in each; a name with a ``/`` at its end stands for all below it."""


def plot(history: Sequence[Mapping[str, Any]], path: Path) -> bool:
    """Draw the curves of a trainer's ``log_history``.

    Args:
        history: One mapping a logged step, with ``step``.
        path: PNG to write.

    Returns:
        Whether it was drawn: matplotlib (the extra ``report``) may not be installed, or nothing have been logged.
    """
    panels = [(title, lines) for title, wanted in PANELS if (lines := _lines(history, wanted))]
    try:
        from matplotlib.figure import Figure
    except ImportError:
        logger.warning('no curves drawn: pip install "agentseg[report]"')
        return False
    if not panels:
        return False
    figure = Figure(figsize=(7, 2.6 * len(panels)), layout="constrained")
    for place, (title, lines) in enumerate(panels, 1):
        axes = figure.add_subplot(len(panels), 1, place)
        for name, points in lines.items():
            axes.plot(*zip(*points, strict=True), label=name, linewidth=1.2)
        axes.set(title=title, xlabel="step")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=7)
    figure.savefig(path, dpi=110)
    return True


def _lines(history: Sequence[Mapping[str, Any]], wanted: Sequence[str]) -> dict[str, list[tuple[int, float]]]:
    lines: dict[str, list[tuple[int, float]]] = {}
    for point in history:
        for name, value in point.items():
            listed = name in wanted or any(part.endswith("/") and _is_mean(name, part) for part in wanted)
            if listed and isinstance(value, int | float) and value == value:
                lines.setdefault(name, []).append((int(point["step"]), float(value)))
    return lines


def _is_mean(name: str, part: str) -> bool:
    return name.startswith(part) and not name.endswith("/std")
