"""A light tracker: ids that stay with their things over the frames of a clip, from boxes alone.

Each frame's instances are assigned to the tracks known so far at the least total cost (overlap with where the track
should be by now, distance of the centres, another label). Ids only rise; a track that is not seen waits for a few
frames and may come back; labels are voted over time, so that one frame's mistake does not rename a thing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from agentseg.frames import Frame
from agentseg.masks import Box
from agentseg.perception.association import assign
from agentseg.twin import Instance, Twin


@dataclass(frozen=True)
class TrackerConfig:
    """Numbers of the tracker.

    Attributes:
        most_cost: A pair that costs more is not made; costs run from 0 (same place, same label) to about 2.
        label_cost: Cost of another label than the track's.
        reach: Farthest jump of a centre between frames, in diagonals of the box; grows while a track is lost.
        patience: Frames that a lost track waits to be seen again.
        memory: Factor on older votes for a label, each frame.
    """

    most_cost: float = 0.8
    label_cost: float = 0.35
    reach: float = 0.7
    patience: int = 8
    memory: float = 0.9


@dataclass
class Track:
    """What is remembered of one thing.

    Attributes:
        id: Its id.
        box: Where it was last seen, px.
        frame: Index of the frame in which it was last seen.
        first: Index of the frame in which it was first seen.
        velocity: Motion of its centre, px a frame (x, y).
        votes: Weight of each label so far.
    """

    id: int
    box: Box
    frame: int
    first: int
    velocity: tuple[float, float] = (0.0, 0.0)
    votes: dict[str, float] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The label with the most votes."""
        return max(self.votes, key=lambda name: self.votes[name])

    def at(self, frame: int) -> Box:
        """Where the box should be in a frame, its motion going on (for three frames at most: then it waits)."""
        steps = min(frame - self.frame, 3)
        dx, dy = self.velocity[0] * steps, self.velocity[1] * steps
        x1, y1, x2, y2 = self.box
        return (x1 + dx, y1 + dy, x2 + dx, y2 + dy)

    def see(self, instance: Instance, frame: int, memory: float) -> None:
        """Take in a sighting."""
        gap = max(1, frame - self.frame)
        (old_x, old_y), (new_x, new_y) = _centre(self.box), _centre(instance.box)
        seen = ((new_x - old_x) / gap, (new_y - old_y) / gap)
        self.velocity = (0.5 * self.velocity[0] + 0.5 * seen[0], 0.5 * self.velocity[1] + 0.5 * seen[1])
        self.box, self.frame = instance.box, frame
        self.votes = {name: weight * memory for name, weight in self.votes.items()}
        self.votes[instance.label] = self.votes.get(instance.label, 0.0) + max(instance.score, 0.05)


class Tracker:
    """Keeps ids over the frames of one clip; make a new one for the next clip.

    Called with a frame and its twin it is a perceiver itself: the last of a chain.

    Args:
        config: Numbers; None takes the defaults.
    """

    def __init__(self, config: TrackerConfig | None = None) -> None:
        self.config = config or TrackerConfig()
        self._reset()

    def _reset(self) -> None:
        self._tracks: dict[int, Track] = {}
        self._next = 1
        self._last: Twin | None = None

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        """Rename the twin's instances to their ids over time; a frame index that does not rise begins a new clip."""
        if self._last is not None and twin.frame <= self._last.frame:
            self._reset()
        return self.update(self._last or Twin(frame=frame.index, size=frame.size), twin)

    def update(self, previous: Twin, current: Twin) -> Twin:
        """Give the instances of a frame the ids of the things that they are.

        Args:
            previous: The twin of the frame before, as this tracker returned it, or an empty one at the start.
                Instances that the tracker does not know are taken up as tracks.
            current: The twin of the new frame, with ids of its own.

        Returns:
            ``current`` with ids over time, voted labels, ``first_seen`` and ``last_seen``; no id is used twice.
        """
        for row in previous.instances:
            self._take_up(row, previous.frame)
        frame, rows = current.frame, current.instances
        alive = [track for track in self._tracks.values() if frame - track.frame <= self.config.patience + 1]
        self._tracks = {track.id: track for track in alive}
        known = [track for track in alive if track.frame < frame]
        cost = np.array([[self._cost(track, row, frame) for row in rows] for track in known], dtype=np.float64)
        pairs = assign(cost.reshape(len(known), len(rows)), self.config.most_cost)
        owner = {column: known[row] for row, column in pairs}
        names: dict[int, int] = {}
        renamed, masks = [], {}
        for place, row in enumerate(rows):
            track = owner.get(place) or self._begin(row, frame)
            track.see(row, frame, self.config.memory)
            names[row.id] = track.id
            fields = {"id": track.id, "label": track.label, "first_seen": track.first, "last_seen": frame}
            renamed.append(row.model_copy(update=fields))
            if row.id in current.masks:
                masks[track.id] = current.masks[row.id]
        renamed = [_with_parent(row, names) for row in renamed]
        self._last = Twin(frame=frame, size=current.size, instances=tuple(renamed), masks=masks)
        return self._last

    def _take_up(self, row: Instance, frame: int) -> None:
        if row.id in self._tracks:
            return
        self._tracks[row.id] = Track(row.id, row.box, frame, row.first_seen, votes={row.label: max(row.score, 0.05)})
        self._next = max(self._next, row.id + 1)

    def _begin(self, row: Instance, frame: int) -> Track:
        track = Track(self._next, row.box, frame, frame)
        self._tracks[track.id] = track
        self._next += 1
        return track

    def _cost(self, track: Track, row: Instance, frame: int) -> float:
        """Half what the boxes do not share, half the way between the centres, plus the label; inf out of reach."""
        expected = track.at(frame)
        (x, y), (u, v) = _centre(expected), _centre(row.box)
        diagonal = max(1.0, _diagonal(track.box), _diagonal(row.box))
        away = float(np.hypot(x - u, y - v)) / diagonal
        if away > self.config.reach * min(frame - track.frame, 3):
            return float("inf")
        other = self.config.label_cost if row.label != track.label else 0.0
        return 0.5 * (1 - _box_iou(expected, row.box)) + 0.5 * min(1.0, away) + other


def _with_parent(row: Instance, names: dict[int, int]) -> Instance:
    return row if row.parent is None else row.model_copy(update={"parent": names.get(row.parent)})


def _centre(box: Box) -> tuple[float, float]:
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def _diagonal(box: Box) -> float:
    return float(np.hypot(box[2] - box[0], box[3] - box[1]))


def _box_iou(a: Box, b: Box) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    total = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    return shared / total
