"""What a stage has cost: seconds of CPU, over all the calls that it took."""

from __future__ import annotations

import json
import time
from pathlib import Path

from agentseg.training.stages.card import write_text

SPENT = "spent.json"
EVERY = 10.0
"""Seconds of CPU between two notes: what a kill can leave uncounted."""


class Spent:
    """Counts for one stage, and keeps what was counted before.

    Args:
        folder: Of the stage.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._before = spent(folder)
        self._start = self._noted = time.process_time()

    def note(self, *, now: bool = True) -> None:
        """Write it down; without ``now`` only where the last note is some seconds old."""
        at = time.process_time()
        if (now or at - self._noted > EVERY) and self._folder.is_dir():
            write_text(self._folder / SPENT, json.dumps({"cpu_s": round(self._before + at - self._start, 2)}) + "\n")
            self._noted = at


def spent(folder: Path) -> float:
    """Seconds of CPU that a stage has cost so far; 0 where nothing is noted."""
    try:
        return float(json.loads((folder / SPENT).read_text(encoding="utf8"))["cpu_s"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0.0
