"""What a step of a plan works on, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from agentseg.errors import ToolError
from agentseg.frames import FrameStore
from agentseg.measures import Value
from agentseg.timeline import Timeline
from agentseg.twin import Instance, Perceiver, Twin

Selection: TypeAlias = tuple[int, ...]
"""Ordered ids of instances of one twin."""


@dataclass(frozen=True)
class Scene:
    """The twin that a plan stands on, its past, and the means to look again.

    Attributes:
        twin: The current twin: of a still picture its own, of a clip the summary of all frames, after ``at`` that of
            one frame.
        timeline: The twins over time.
        names: Selections stored by ``a = step``.
        frames: Pixels, for the steps that perceive; None where there are none.
        perceivers: Perceivers in order, for the steps that perceive.
    """

    twin: Twin
    timeline: Timeline = field(default_factory=Timeline)
    names: Mapping[str, Selection] = field(default_factory=dict)
    frames: FrameStore | None = None
    perceivers: tuple[Perceiver, ...] = ()

    @classmethod
    def of(cls, twins: Timeline, frames: FrameStore | None = None, perceivers: tuple[Perceiver, ...] = ()) -> Scene:
        """Stand on everything that a timeline has seen."""
        return cls(twins.summary(), twins, {}, frames, perceivers)

    def rows(self, selection: Selection) -> list[Instance]:
        """The instances of a selection, in its order; ids that this twin does not know are left out."""
        known = {instance.id: instance for instance in self.twin.instances}
        return [known[key] for key in selection if key in known]

    def resolve(self, anchor: str, selection: Selection = ()) -> list[Instance]:
        """What an anchor stands for: an id, a stored name, ``all``, ``self`` (the selection) or a label."""
        if anchor.isdigit():
            return self.rows((int(anchor),))
        if anchor == "all":
            return list(self.twin.instances)
        if anchor == "self":
            return self.rows(selection)
        if len(anchor) == 1 and anchor in "abcdef":
            return self.rows(self.names.get(anchor, ()))
        return [instance for instance in self.twin.instances if carries(instance, anchor)]

    def stored(self, name: str, selection: Selection) -> Scene:
        """This scene with a selection kept under a name."""
        return replace(self, names={**self.names, name: selection})

    def refined(self, twin: Twin) -> Scene:
        """This scene with rows of its twin added or changed by a step that perceived.

        Raises:
            ToolError: It is the twin of another frame or size.
        """
        before, masks = self.twin, twin.masks
        if (twin.frame, twin.size) != (before.frame, before.size):
            raise ToolError(
                f"a step refines the twin of frame {before.frame}, {before.size}; found frame {twin.frame}, {twin.size}"
            )
        changed = tuple(
            row for row in twin.instances if before.get(row.id) != row or before.masks.get(row.id) != masks.get(row.id)
        )
        return replace(self, twin=twin, timeline=self.timeline.revised(twin.frame, changed, masks))

    @property
    def next_id(self) -> int:
        """An id that no instance has, at any time."""
        return max((*self.twin.ids, *(key for twin in self.timeline for key in twin.ids)), default=0) + 1

    def shows(self, instance_id: int) -> bool:
        """Whether the current frame shows an instance; the summary of a clip also holds those that have left."""
        twin = next((twin for twin in self.timeline if twin.frame == self.twin.frame), self.twin)
        return instance_id in twin.ids


@dataclass(frozen=True)
class Outcome:
    """What one step yields.

    Attributes:
        selection: The selection for the next step.
        twin: The twin that the next step stands on, or None where it stays.
        refined: Whether ``twin`` is the current twin with rows added or changed (and not another frame's).
        values: What was measured, by instance id.
        note: What a reader should know: a label that nothing carries, a measure that was not taken.
        ambiguous: Whether the winner is ahead by less than the noise of the measure.
        timeline: The twins over time where the step measured in other frames too; None where they stay.
    """

    selection: Selection
    twin: Twin | None = None
    refined: bool = False
    values: Mapping[int, Value] = field(default_factory=dict)
    note: str = ""
    ambiguous: bool = False
    timeline: Timeline | None = None


def carries(instance: Instance, label: str) -> bool:
    """Whether an instance goes by a label: its whole name, or the name's last words (a "coffee mug" is a "mug")."""
    return instance.name == label or instance.name.endswith(f" {label}")
