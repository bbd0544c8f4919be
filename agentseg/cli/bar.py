"""A bar of progress for people, on stderr: one line that moves on a terminal, else a line every tenth of the way."""

from __future__ import annotations

import sys
from collections import deque

from agentseg.cli.progress import say

WIDTH = 24
"""Signs of the bar."""
SECONDS = 0.1
"""Least time between two pictures of a moving bar."""
RECENT = 50
"""Steps that the rate is a mean over, so that it follows what happens now."""
LINE_EVERY = 100
"""Steps a line where nobody knows how many there are."""


class Bar:
    """How far a long piece of work is, with its rate and the time that is left.

    Args:
        total: Steps in all, or None where nobody knows.
        unit: What a step is, in the plural.
        quiet: Show nothing.
    """

    def __init__(self, total: int | None, unit: str = "samples", quiet: bool = False) -> None:
        self._total, self._unit, self._quiet = total, unit, quiet
        self._moving = sys.stderr is not None and sys.stderr.isatty()
        self._times: deque[tuple[float, int]] = deque(maxlen=RECENT + 1)
        self._shown = -1.0
        self._lines = 0
        self._width = 0

    def show(self, done: int, seconds: float, words: str = "") -> None:
        """Show a step.

        Args:
            done: Steps so far.
            seconds: Since the start.
            words: What else is to be said, such as the number of failures.
        """
        self._times.append((seconds, done))
        if self._quiet or not self._due(done, seconds):
            return
        parts = [self._place(done), *self._speed(done), *([words] if words else [])]
        line = "  " + ", ".join(parts)
        if not self._moving:
            say(line)
            return
        end = "\n" if done == self._total else ""
        say(f"\r{line:<{self._width}}", end)
        self._width = len(line)

    def close(self) -> None:
        """Leave the moving line as it is and begin a new one."""
        if self._moving and self._width and not self._quiet:
            say("")
            self._width = 0

    def _due(self, done: int, seconds: float) -> bool:
        if self._moving:
            due = done == self._total or seconds - self._shown >= SECONDS or self._shown < 0
            self._shown = seconds if due else self._shown
            return due
        lines = 10 * done // self._total if self._total else done // LINE_EVERY
        due, self._lines = lines > self._lines, max(lines, self._lines)
        return due

    def _place(self, done: int) -> str:
        if not self._total:
            return f"{done} {self._unit}"
        share = min(1.0, done / self._total)
        return f"[{'#' * int(WIDTH * share):<{WIDTH}}] {done}/{self._total} {self._unit}"

    def _speed(self, done: int) -> list[str]:
        (since, before), (now, _) = self._times[0], self._times[-1]
        if done <= before or now <= since:
            return []
        rate = (done - before) / (now - since)
        shown = f"{rate:.1f}/s" if rate >= 1 else f"{1 / rate:.1f} s each"
        return [shown, f"{clock((self._total - done) / rate)} left"] if self._total and done < self._total else [shown]


def clock(seconds: float) -> str:
    """A duration as ``m:ss`` or ``h:mm:ss``."""
    whole = round(seconds)
    minutes, left = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"
