"""When a stream asks its model: once at the start, and again for reasons that are written down and budgeted."""

from __future__ import annotations

from collections.abc import Iterable

from agentseg.graphs.stream_labels import matters
from agentseg.graphs.stream_options import StreamOptions
from agentseg.plan import Plan


class Asking:
    """Counts what speaks for asking, and says when it is enough.

    Args:
        query: The words asked.
        options: Patience and budget.

    Attributes:
        asked: (frame, reason) of every time.
    """

    def __init__(self, query: str, options: StreamOptions) -> None:
        self.query, self.options = query, options
        self.asked: list[tuple[int, str]] = []
        self._labels: set[str] = set()
        self._empty = self._doubtful = 0
        self._patience = 1

    def why(self, frame: int, labels: Iterable[str], plan: Plan | None, failed: bool = False) -> str:
        """The reason to ask on this frame, or the empty string.

        Args:
            frame: Index of the frame.
            labels: Names in its twin.
            plan: The plan that runs, or None.
            failed: Whether the model has not given anything to go by yet.
        """
        if len(self.asked) >= self.options.asks:
            return ""
        if not self.asked:
            return "first" if list(labels) else ""
        since = frame - self.asked[-1][0]
        if self.options.ask_every is not None and since >= self.options.ask_every:
            return "schedule"
        if failed:
            return "no plan yet" if since >= self.options.patience * self._patience else ""
        unknown = set(labels) - self._labels
        new = matters(unknown, self.query, plan)
        if new:
            return f"new labels: {', '.join(new[:4])}"
        self._labels |= unknown  # judged once for this plan
        if self._empty >= self.options.patience * self._patience:
            return f"nothing found for {self._empty} frames"
        if self._doubtful >= self.options.doubt * self._patience:
            return f"ambiguous for {self._doubtful} frames"
        return ""

    def watch(self, empty: bool, ambiguous: bool) -> None:
        """Take note of what the plan found on a frame; one good frame does not outweigh many bad ones."""
        self._empty = self._empty + 1 if empty else max(0, self._empty - 3)
        self._doubtful = self._doubtful + 1 if ambiguous else max(0, self._doubtful - 3)

    def note(self, frame: int, reason: str, labels: Iterable[str], changed: bool) -> None:
        """Write down that the model was asked.

        Args:
            frame: Index of the frame.
            reason: Why.
            labels: Names that it was shown.
            changed: Whether it gave another plan; where it did not, the next time has to wait twice as long.
        """
        again = bool(self.asked)
        self.asked.append((frame, reason))
        self._labels.update(labels)
        self._empty = self._doubtful = 0
        self._patience = 1 if changed or not again else 2 * self._patience
