"""The light tracker behind the interface that a stream wants of every tracker."""

from __future__ import annotations

from typing import Protocol

from agentseg.frames import Frame
from agentseg.perception.online.identities import Identities
from agentseg.perception.tracker import Tracker, TrackerConfig
from agentseg.twin import Twin


class StreamTracker(Protocol):
    """What a stream wants of a tracker.

    A tracker that follows pixels by itself says so by an attribute ``video = True``; then the stream perceives on
    keyframes only. A frame of another size than the last is the tracker's to handle: ids go on rising.
    """

    def update(self, frame: Frame, detections: Twin | None) -> Twin:
        """Take in a frame.

        Args:
            frame: The new frame; its index is above all before.
            detections: What perception found in it, with ids of its own, or None between keyframes.

        Returns:
            The frame's twin with ids over time: they rise and are not used again. ``last_seen`` is the frame's index
            of what the frame shows, and older of what is only held in memory.
        """
        ...


class LightTracker:
    """Ids over time from boxes, and from masks where one thing goes under two ids; held as it was between keyframes.

    Args:
        config: Numbers of the tracker; None takes the defaults, and puts together what an occluder cuts to pieces.
    """

    video = False

    def __init__(self, config: TrackerConfig | None = None) -> None:
        self._tracker = Tracker(config or TrackerConfig(most_cost=1.1, label_cost=0.45, steady_cost=0.5, whole=0.15))
        self._same = Identities()
        self._tracked: Twin | None = None
        self._last: Twin | None = None

    def update(self, frame: Frame, detections: Twin | None) -> Twin:
        """Take in a frame; see ``StreamTracker``.

        A frame of another size than the last one keeps its ids: the known boxes are scaled to it.
        """
        if self._last is not None and self._last.size != frame.size:
            self._tracker.rescale(self._last.size, frame.size)
            self._same.forget_places()
            self._last = self._tracked = None
        if detections is None:
            held = self._last or Twin(size=frame.size)
            return held.model_copy(update={"frame": frame.index})
        previous = self._tracked or Twin(frame=frame.index, size=frame.size)
        self._tracked = self._tracker.update(previous, detections)
        self._last = self._same.join(self._tracked)
        return self._last
