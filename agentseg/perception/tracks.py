"""What a tracker remembers of one thing, and how like a later sighting is to it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from agentseg.masks import Box
from agentseg.twin import Instance

STEADY = 0.95
"""Factor on older frames, each frame, in a track's steadiness."""


@dataclass(frozen=True)
class TrackerConfig:
    """Numbers of the tracker.

    Attributes:
        most_cost: A pair that costs more is not made; costs run from 0 (same place, same label) to about 2.
        label_cost: Cost of another label than the track's.
        reach: Farthest jump of a centre between frames, in diagonals of the box; grows while a track is lost.
        patience: Frames that a lost track waits to be seen again, whatever its label.
        memory: Factor on older votes for a label, each frame.
        return_patience: Frames after which a thing that is gone is forgotten; until then one of its label and colour
            that is new near its place is taken for it.
        return_reach: How far from its place a thing that was gone may come back, in diagonals of its box.
        return_size: Least ratio of the two boxes' diagonals.
        return_cost: A pair that costs more is not made; another colour costs a half.
        steady_cost: Cost of a track that is hardly ever seen, against one that nearly always is: a detector's double
            of a thing comes and goes, and does not take the thing's place.
        whole: Steadiness (0 to 1) of a track from which new finds in its place are pieces of it, and join it; None
            leaves pieces as they are.
    """

    most_cost: float = 0.8
    label_cost: float = 0.35
    reach: float = 0.7
    patience: int = 8
    memory: float = 0.9
    return_patience: int = 150
    return_reach: float = 1.5
    return_size: float = 0.5
    return_cost: float = 0.8
    steady_cost: float = 0.0
    whole: float | None = None


@dataclass
class Track:
    """What is remembered of one thing.

    Attributes:
        id: Its id.
        box: Where it was last seen, px; while it is not seen, moved along with the camera.
        frame: Index of the frame in which it was last seen.
        first: Index of the frame in which it was first seen.
        velocity: Motion of its centre, px a frame (x, y).
        votes: Weight of each label so far.
        colour: The colour that it was last seen in, or empty.
        steady: Share of the last frames that showed it, 0 to 1; in a clip's first frames, of those that there were.
    """

    id: int
    box: Box
    frame: int
    first: int
    velocity: tuple[float, float] = (0.0, 0.0)
    votes: dict[str, float] = field(default_factory=dict)
    colour: str = ""
    steady: float = 0.0

    @property
    def label(self) -> str:
        """The label with the most votes."""
        return max(self.votes, key=lambda name: self.votes[name])

    def at(self, frame: int) -> Box:
        """Where the box should be in a frame, its motion going on (for three frames at most: then it waits)."""
        steps = min(frame - self.frame, 3)
        return shifted(self.box, self.velocity[0] * steps, self.velocity[1] * steps)

    def see(self, instance: Instance, frame: int, memory: float, past: int = 0) -> None:
        """Take in a sighting, ``past`` frames after the clip's first one."""
        before = self.steady * (1 - STEADY ** max(0, past - (frame - self.frame) + 1)) if frame > self.frame else 0.0
        self.steady = (1 - STEADY + before * STEADY ** max(1, frame - self.frame)) / (1 - STEADY ** (past + 1))
        gap = max(1, frame - self.frame)
        (old_x, old_y), (new_x, new_y) = centre(self.box), centre(instance.box)
        seen = ((new_x - old_x) / gap, (new_y - old_y) / gap)
        self.velocity = (0.5 * self.velocity[0] + 0.5 * seen[0], 0.5 * self.velocity[1] + 0.5 * seen[1])
        self.box, self.frame = instance.box, frame
        self.votes = {name: weight * memory for name, weight in self.votes.items()}
        self.votes[instance.label] = self.votes.get(instance.label, 0.0) + max(instance.score, 0.05)
        self.colour = instance.attributes.get("colour", self.colour)

    def cost(self, row: Instance, frame: int, config: TrackerConfig) -> float:
        """Half what the boxes do not share, half the way between the centres, plus the label; inf out of reach."""
        expected = self.at(frame)
        away = _away(expected, row.box, self.box)
        if away > config.reach * min(frame - self.frame, 3):
            return float("inf")
        other = config.label_cost if row.label != self.label else 0.0
        other += config.steady_cost * (1 - self.steady)
        return 0.5 * (1 - box_iou(expected, row.box)) + 0.5 * min(1.0, away) + other

    def return_cost(self, row: Instance, config: TrackerConfig) -> float:
        """How unlike a new thing is to this one that is gone, from 0; inf for another label, size or neighbourhood."""
        small, large = sorted((_diagonal(self.box), _diagonal(row.box)))
        away = _away(self.box, row.box, self.box)
        if row.label != self.label or small < config.return_size * large or away > config.return_reach:
            return float("inf")
        return away / config.return_reach + 0.5 * (row.attributes.get("colour", self.colour) != self.colour)


def shifted(box: Box, dx: float, dy: float) -> Box:
    """A box moved by (dx, dy) px."""
    return (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy)


def centre(box: Box) -> tuple[float, float]:
    """Centre (x, y) of a box, px."""
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)


def _away(expected: Box, found: Box, size: Box) -> float:
    """Way between the centres, in diagonals of the larger box."""
    (x, y), (u, v) = centre(expected), centre(found)
    return float(np.hypot(x - u, y - v)) / max(1.0, _diagonal(size), _diagonal(found))


def _diagonal(box: Box) -> float:
    return float(np.hypot(box[2] - box[0], box[3] - box[1]))


def box_iou(a: Box, b: Box) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    total = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    return shared / total
