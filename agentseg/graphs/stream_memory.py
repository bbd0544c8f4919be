"""What a stream remembers: a ring of twins, what was seen of each thing, and what to show of the newest frame."""

from __future__ import annotations

import gc
import sys

from agentseg.frames import Frame
from agentseg.perception.online import History
from agentseg.timeline import Timeline
from agentseg.twin import Instance, Twin


class StreamMemory:
    """The past of a stream, bounded.

    Args:
        capacity: Twins in the ring, and sightings kept of a thing.
        confirm: Frames that have to show a thing before it counts; a detector's flicker never does.
        coast: Frames for which a confirmed thing that is not seen is held where it was.

    Attributes:
        timeline: The ring of twins, with confirmed rows alone.
        history: First and last sightings, paths and speeds by id.
        view: The newest twin as plans see it: confirmed rows, and held ones; None before the first frame.
        tracked: The newest twin as the tracker gave it, or None.
    """

    def __init__(self, capacity: int, confirm: int, coast: int) -> None:
        self.capacity, self.confirm, self.coast = capacity, confirm, coast
        self.history = History(capacity)
        self._begin()

    def _begin(self) -> None:
        self.timeline = Timeline(capacity=self.capacity)
        self.view: Twin | None = None
        self.tracked: Twin | None = None
        self._seen = 0
        self._held: dict[int, tuple[Instance, Twin]] = {}

    def fit(self, frame: Frame) -> str:
        """Make room for a frame of another size than those before: pixels of the past mean nothing in it.

        Returns:
            What happened, in one line; empty where the size is the old one.
        """
        old = None if self.view is None else self.view.size
        if old in (None, frame.size):
            return ""
        self._begin()
        self.history.clear_paths()
        return f"frames changed their size (H, W) from {old} to {frame.size}: places and paths begin anew"

    def add(self, tracked: Twin) -> Twin:
        """Take in the newest tracked twin; returns the view of it."""
        self.tracked = tracked
        self._seen += any(row.last_seen >= tracked.frame for row in tracked.instances)  # not of a twin that is held
        self.history.add(tracked)
        least = min(self.confirm, self._seen)
        confirmed = [row for row in tracked.instances if self.history.seen(row.id) >= least]
        sure = tracked if len(confirmed) == len(tracked.instances) else tracked.replace(confirmed)
        self.timeline.append(sure)
        self.view = self._with_held(sure)
        return self.view

    def _with_held(self, sure: Twin) -> Twin:
        for row in sure.instances:
            self._held[row.id] = (row, sure)
        oldest = sure.frame - self.coast
        self._held = {key: kept for key, kept in self._held.items() if kept[0].last_seen >= oldest}
        missing = [(row, twin) for key, (row, twin) in self._held.items() if key not in sure.ids]
        if not missing:
            return sure
        masks = {row.id: twin.masks[row.id] for row, twin in missing if row.id in twin.masks}
        return sure.replace([*sure.instances, *(row for row, _ in missing)], {**sure.masks, **masks})


def release(error: str) -> None:
    """Give memory back after a frame that failed for want of it, so that the next frame has a chance.

    Args:
        error: What failed; anything but a want of memory is left alone.
    """
    if "memory" not in error.lower():
        return
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
