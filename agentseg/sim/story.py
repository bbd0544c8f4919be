"""What happens in a clip, from the 3-D states of its frames."""

from __future__ import annotations

import numpy as np

from agentseg.sim.classes import CLASSES
from agentseg.sim.ground_truth import CLEAR_AREA, GRIPPER, States, Unclear, View, apart
from agentseg.sim.truth import ObjectState, Truth

MOVED = 0.16
"""Displacement from which a thing counts as moved, metres; below a quarter of it, as still."""


class Story:
    """What happens in a clip.

    Args:
        truth: The truth of a clip.
    """

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.last = len(truth.ids) - 1
        self.areas = np.stack([np.bincount(m.ravel(), minlength=256) for m in truth.ids])
        self.labels = truth.labels
        self.clear = [frozenset(s.id for s in View(truth, k).things) for k in range(self.last + 1)]
        """Per frame, ids of what is well seen."""

    def seen(self) -> States:
        """Objects (no gripper, no fixtures) that are clearly seen in some frame, as they are in the last one."""
        return [s for s in self.truth.states[-1] if self._kind(s) and self.areas[:, s.id].max() >= CLEAR_AREA]

    def _kind(self, state: ObjectState) -> bool:
        return state.label in CLASSES and state.label != GRIPPER

    def shown(self, frame: int, state: ObjectState) -> bool:
        """Whether it is in view; Unclear if barely."""
        pixels = int(self.areas[frame, state.id])
        if 0 < pixels < CLEAR_AREA:
            raise Unclear("barely visible")
        return pixels > 0

    def displacement(self, state: ObjectState) -> float:
        """Way from its first to its last place, metres."""
        return apart(self.truth.state(0, state.id), self.truth.state(self.last, state.id))

    def moved(self, state: ObjectState) -> bool | None:
        """Whether it moved; None if hardly, or where nobody could see it."""
        path = [self.truth.state(frame, state.id) for frame in range(self.last + 1)]
        seen = [place for place, clear in zip(path, self.clear, strict=True) if state.id in clear]
        if max(apart(path[0], place) for place in path) < MOVED / 4:
            return False
        return True if seen and max(apart(seen[0], place) for place in seen) > MOVED else None

    def seen_throughout(self, state: ObjectState) -> bool:
        """Whether it is well seen at the beginning and at the end."""
        return state.id in self.clear[0] and state.id in self.clear[-1]

    def carried(self, state: ObjectState) -> bool | None:
        """Whether the gripper holds it and moves it, both well seen; False if the gripper never holds it.

        None if nobody could see it, or if it lies in something that is held.
        """
        path = [self.truth.state(frame, state.id) for frame in range(self.last + 1)]
        if not any(place.held_by for place in path):
            hosts = [place.inside or place.on for place in (path[0], path[-1])]
            return None if any(host and self.ever_held(self.truth.state(0, host)) for host in hosts) else False
        pairs = zip(path, self.clear, strict=True)
        seen = [place for place, clear in pairs if {state.id, place.held_by} <= clear]
        return True if seen and max(apart(seen[0], place) for place in seen) > MOVED else None

    def ever_held(self, state: ObjectState) -> bool:
        """Whether the gripper holds it at any time."""
        return any(self.truth.state(frame, state.id).held_by for frame in range(self.last + 1))
