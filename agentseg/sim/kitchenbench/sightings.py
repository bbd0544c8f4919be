"""What a scene offers to questions: things by label, and in clips which of them move, come, go and are carried.

This only steers the drawing of queries towards what a scene shows; the answers come from ``meaning``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from agentseg.affordances import USES
from agentseg.sim.classes import CLASSES, FIXTURES
from agentseg.sim.ground_truth import GRIPPER, States, View, apart
from agentseg.sim.kitchenbench.description import GROUPS, Anything, Group, Kind, Use
from agentseg.sim.story import MOVED
from agentseg.sim.truth import ObjectState, Truth

Head = Kind | Group | Use | Anything
"""A description of one word."""
KITCHEN_USES = {
    use: tuple(label for label in labels if label in (*CLASSES, *FIXTURES))
    for use, labels in USES.items()
    if use != "grasping" and any(label in (*CLASSES, *FIXTURES) for label in labels)
}
"""Uses that something in the kitchen serves, with the labels that do; nobody asks for the robot by its use."""


@dataclass(frozen=True)
class Sightings:
    """What can be asked about.

    Attributes:
        by_label: Clearly visible things and fixtures by label; labels that a barely visible thing carries are left out.
        hidden: Labels of which nothing at all is visible.
        calm: No object is barely visible, so that "everything" is clear-cut.
        states: Those of all things by id, for supports.
        view: The frame; of a clip, the last one.
    """

    by_label: dict[str, States]
    hidden: tuple[str, ...]
    calm: bool
    states: dict[int, ObjectState]
    view: View

    _known: dict[Head, States] = field(default_factory=dict, compare=False)

    def objects(self) -> States:
        """All clearly visible things but the gripper and the fixtures."""
        return [s for label, group in self.by_label.items() if label not in (*FIXTURES, GRIPPER) for s in group]

    def members(self, head: Head) -> States:
        """The clearly visible things that a head means."""
        if head not in self._known:
            self._known[head] = self._members(head)
        return self._known[head]

    def _members(self, head: Head) -> States:
        match head:
            case Kind(label):
                labels: tuple[str, ...] = (label,)
            case Group(name):
                labels = GROUPS[name]
            case Use(use):
                labels = KITCHEN_USES[use]
            case Anything():
                return self.objects()
        return [state for label in labels for state in self.by_label.get(label, [])]

    @cached_property
    def uses(self) -> list[str]:
        """Uses that no barely visible thing serves."""
        return [use for use, labels in KITCHEN_USES.items() if self._clear(labels)]

    @cached_property
    def groups(self) -> list[str]:
        """Families to which no barely visible thing belongs."""
        return [name for name, labels in GROUPS.items() if self._clear(labels)]

    def _clear(self, labels: tuple[str, ...]) -> bool:
        return all(label in self.by_label or label in self.hidden or label in FIXTURES for label in labels)


@dataclass(frozen=True)
class Changes:
    """What happens in a clip, as ids."""

    moved: frozenset[int] = frozenset()
    came: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()
    carried: frozenset[int] = frozenset()


def sightings(view: View) -> Sightings:
    """What one frame shows."""
    doubtful = {state.label for state in view.doubtful}
    by_label = {
        label: [s for s in view.things if s.label == label]
        for label in (*CLASSES, *FIXTURES)
        if label not in doubtful and any(s.label == label for s in view.things)
    }
    seen = doubtful | {state.label for state in view.things}
    states = {state.id: state for state in view.truth.states[view.frame]}
    hidden = tuple(label for label in CLASSES if label not in seen and label != GRIPPER)
    return Sightings(by_label, hidden, not doubtful - {*FIXTURES, GRIPPER}, states, view)


def seen_at_all(first: Sightings, last: Sightings, truth: Truth) -> Sightings:
    """What the first and the last frame of a clip show together; hidden is what no frame shows."""
    labels = [label for label in (*CLASSES, *FIXTURES) if label in {*first.by_label, *last.by_label}]
    together = {label: _joined(first.by_label.get(label, []), last.by_label.get(label, [])) for label in labels}
    shown = {truth.labels[id] for ids in truth.ids for id in np.unique(ids).tolist() if id}
    hidden = tuple(label for label in CLASSES if label not in shown and label != GRIPPER)
    return Sightings(together, hidden, first.calm and last.calm, last.states, last.view)


def _joined(first: States, last: States) -> States:
    ids = {state.id for state in last}
    return [*last, *(state for state in first if state.id not in ids)]


def changes(truth: Truth) -> Changes:
    """What happens in a clip."""
    start, end = ({s.id: s for s in truth.states[frame]} for frame in (0, -1))
    at_first, at_last = (set(np.unique(truth.ids[frame]).tolist()) - {0} for frame in (0, -1))
    things = [id for id, state in end.items() if state.label not in (*FIXTURES, GRIPPER)]
    moved = frozenset(id for id in things if apart(start[id], end[id]) > MOVED)
    carried = frozenset(s.id for states in truth.states for s in states if s.held_by is not None) & moved
    return Changes(
        moved,
        frozenset(id for id in things if id in at_last - at_first),
        frozenset(id for id in things if id in at_first - at_last),
        carried,
    )
