"""When to look with the whole perception: on a schedule, and when what is tracked gives reason to doubt it.

Between keyframes a video tracker carries the masks alone, which costs a fraction of a detector's time. It drifts, loses
things and cannot find new ones; the triggers bring the next keyframe forward.
"""

from __future__ import annotations

from dataclasses import dataclass

from agentseg.errors import InputError
from agentseg.masks import area, box_mask, decode
from agentseg.twin import Instance, Twin


@dataclass(frozen=True)
class KeyframeOptions:
    """When a frame becomes a keyframe.

    Attributes:
        every: Frames from one keyframe to the next where nothing happens; 1 makes every frame one.
        score_drop: Fall of an instance's score since the last keyframe that calls for one, 0-1.
        area_jump: Factor by which an instance's area may change from one frame to the next.
        uncovered: Share of a detection's box that the tracked masks have to cover; what is covered less is new, and
            the next keyframe comes sooner, to see it again.
        soon: Frames from a keyframe until a trigger may call for the next, so that triggers cannot make every frame
            a keyframe.
    """

    every: int = 1
    score_drop: float = 0.3
    area_jump: float = 1.7
    uncovered: float = 0.3
    soon: int = 3

    def __post_init__(self) -> None:
        if min(self.every, self.soon) < 1:
            raise InputError(f"keyframes come every 1 frame or more; found every={self.every}, soon={self.soon}")


class Keyframes:
    """Says of each frame whether it is a keyframe, and why.

    Args:
        options: The numbers; None takes the defaults.
    """

    def __init__(self, options: KeyframeOptions | None = None) -> None:
        self.options = options or KeyframeOptions()
        self.reset()

    def reset(self) -> None:
        """Begin anew: the next frame is a keyframe."""
        self._key: int | None = None
        self._called = ""
        self._scores: dict[int, float] = {}
        self._areas: dict[int, float] = {}

    def why(self, frame: int) -> str:
        """Why this frame is to be perceived: ``first``, ``schedule``, a trigger; empty where the tracker will do."""
        if self._key is None:
            return "first"
        since = frame - self._key
        if since >= self.options.every:
            return "schedule"
        return self._called if since >= self.options.soon else ""

    def watch(self, twin: Twin, detections: Twin | None = None, before: Twin | None = None) -> None:
        """Take note of a frame.

        Args:
            twin: What is tracked in it.
            detections: What perception found in it, of a keyframe; None between keyframes.
            before: What was tracked in the frame before it, to tell which detections no mask covers.
        """
        if detections is not None:
            self._key, self._called = twin.frame, ""
        if self.options.every == 1:
            return  # every frame is a keyframe anyway
        if detections is not None:
            self._scores = {row.id: row.score for row in twin.instances}
            if before is not None and before.size == detections.size and self._uncovered(detections, before):
                self._called = "uncovered"
        areas = {row.id: _area(row, twin) for row in twin.instances}
        if detections is None:
            self._called = self._called or self._trigger(twin, areas)
        self._areas = areas

    def _trigger(self, twin: Twin, areas: dict[int, float]) -> str:
        drops = (self._scores.get(row.id, row.score) - row.score for row in twin.instances)
        if max(drops, default=0.0) > self.options.score_drop:
            return "score"
        if set(self._areas) - set(areas):
            return "lost"
        jump = self.options.area_jump
        for key, now in areas.items():
            old = self._areas.get(key, now)
            if now > jump * old or old > jump * now:
                return "area"
        return ""

    def _uncovered(self, detections: Twin, tracked: Twin) -> bool:
        covered = tracked.union(tracked.ids)
        for row in detections.instances:
            shape = box_mask(row.box, detections.size)
            if row.id in detections.masks:
                shape = decode(detections.masks[row.id])
            pixels = int(shape.sum())
            if pixels and int((covered & shape).sum()) < self.options.uncovered * pixels:
                return True
        return False


def _area(row: Instance, twin: Twin) -> float:
    if row.id in twin.masks:
        return float(area(twin.masks[row.id]))
    x1, y1, x2, y2 = row.box
    return (x2 - x1) * (y2 - y1)
