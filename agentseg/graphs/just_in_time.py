"""Perception that waits for its question: the plan decides which perceivers run, and on which instances.

With ``perception_mode = "just_in_time"`` only the perceivers that find instances look at a frame at first. The reasoner
plans over what they say. Then each step of the plan, before it runs, has measured what it reads and the twin lacks:
depth for ``rank depth``, outlines for ``relate on``, colours for ``filter colour``, of the instances concerned alone.
Outlines of the answer are drawn at the end. What nobody asks for is not computed.

Source: just-in-time digital twins, where a planner chooses the perception tools that a query needs.

Departures:
    * The order of the steps is the plan's own, so a later step pays only for what an earlier one left.
    * ``rank depth`` measures the selection alone; whether its winner is ``ambiguous`` is judged on their range.
    * Which perceivers can wait is what they say themselves (``provides``); one that does not say runs at first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from agentseg.errors import AgentSegError, PerceptionError
from agentseg.frames import FrameStore
from agentseg.graphs.needs import COLOUR, DEPTH, MASKS, Need, needs
from agentseg.perception.capabilities import ScoresLabels, provides
from agentseg.timeline import Timeline
from agentseg.tools.looks import LOOKING
from agentseg.tools.measuring import fill_in, lacks, taken
from agentseg.tools.run import STEPS, StepFunction
from agentseg.tools.scene import Outcome, Scene, Selection
from agentseg.twin import Perceiver, Twin

BY_THEMSELVES = frozenset({"segment_again", "measure_depth", "describe_colours"})
"""Ready-made steps that measure what they want; before any other step of a user's own everything is measured."""

WORDS = {MASKS: "outlined", DEPTH: "measured in depth", COLOUR: "seen in colour"}


def lookers(perceivers: Sequence[Perceiver]) -> tuple[Perceiver, ...]:
    """The perceivers that look at a frame at first: those that find instances; all where none says so."""
    return tuple(one for one in perceivers if "instances" in provides(one)) or tuple(perceivers)


def measuring_steps(steps: Mapping[str, StepFunction], perceivers: Sequence[Perceiver]) -> dict[str, StepFunction]:
    """Steps that first measure what they read.

    Args:
        steps: Functions by name: those of the language and the user's own.
        perceivers: All perceivers of the run.
    """
    return {name: _Measuring(name, function, tuple(perceivers)) for name, function in steps.items()}


def outlined(
    twins: Iterable[Twin], ids: Iterable[int], frames: FrameStore, perceivers: Sequence[Perceiver]
) -> Timeline:
    """Draw the outlines that an answer lacks, in every frame that shows it.

    Args:
        twins: The twins over time.
        ids: The answer.
        frames: Pixels; a frame that is not kept stays as it is.
        perceivers: All perceivers of the run.

    Raises:
        PerceptionError: A perceiver failed.
    """
    chosen = set(ids)
    out = Timeline()
    for twin in twins:
        frame = frames.at(twin.frame) if chosen.intersection(twin.ids) else None
        try:
            out.append(twin if frame is None else fill_in(twin, frame, chosen, MASKS, perceivers))
        except AgentSegError:
            raise
        except Exception as error:  # the graph's boundary: a user's perceiver may raise anything
            raise PerceptionError(f"frame {twin.frame}: a perceiver failed: {type(error).__name__}: {error}") from error
    return out


class _Measuring:
    """A step and what it reads."""

    def __init__(self, name: str, function: StepFunction, perceivers: tuple[Perceiver, ...]) -> None:
        self.name, self.function, self.perceivers = name, function, perceivers

    def __call__(self, scene: Scene, selection: Selection, **args: Any) -> Outcome:
        if self.name in LOOKING:
            first = {id(one) for one in lookers(self.perceivers)}
            able = [one for one in self.perceivers if id(one) in first or isinstance(one, ScoresLabels)]
            return self.function(replace(scene, perceivers=tuple(able)), selection, **args)
        scene = replace(scene, perceivers=self.perceivers)
        ready, said = measured(scene, self._needs(scene, selection, args))
        outcome = self.function(ready, selection, **args)
        if not said:
            return outcome
        note = "; ".join(part for part in (outcome.note, *said) if part)
        timeline = outcome.timeline or ready.timeline
        if outcome.twin is not None:
            return replace(outcome, note=note, timeline=timeline)
        return replace(outcome, twin=ready.twin, refined=True, note=note, timeline=timeline)

    def _needs(self, scene: Scene, selection: Selection, args: Mapping[str, Any]) -> list[Need]:
        if self.name in STEPS:
            return needs(self.name, args, scene, selection)
        parts = () if self.name in BY_THEMSELVES else (MASKS, DEPTH, COLOUR)
        return [Need(part, selection) for part in parts]


def measured(scene: Scene, wanted: Iterable[Need]) -> tuple[Scene, list[str]]:
    """Measure what a twin lacks.

    Args:
        scene: Its pixels and perceivers are used.
        wanted: What is to be there.

    Returns:
        The scene with it, as far as a perceiver provides it and pixels are kept; and what was done, in words.
    """
    said: dict[str, list[int]] = {}
    for need in wanted:
        for frame, ids in _by_frame(scene, need).items():
            before = scene
            scene = _measured_at(scene, frame, ids, need.part)
            for part in WORDS:
                said.setdefault(part, []).extend(_new(before, scene, frame, ids, part))
    return scene, [f"{list(dict.fromkeys(ids))} {WORDS[part]}" for part, ids in said.items() if ids]


def _by_frame(scene: Scene, need: Need) -> dict[int, list[int]]:
    """The instances that may lack it, by the frame to look at: the current one, or where each was last seen."""
    found: dict[int, list[int]] = {}
    now = scene.twin.frame
    for row in scene.rows(need.ids):
        if need.frame is None and not lacks(row, scene.twin, need.part):
            continue
        frame = need.frame
        if frame is None:
            frame = now if scene.shows(row.id) else max((at for at, _ in scene.timeline.track(row.id)), default=now)
        found.setdefault(frame, []).append(row.id)
    return found


def _measured_at(scene: Scene, frame: int, ids: Sequence[int], part: str) -> Scene:
    pixels = None if scene.frames is None else scene.frames.at(frame)
    twin = next((twin for twin in scene.timeline if twin.frame == frame), None)
    if pixels is None or twin is None:
        return scene
    filled = fill_in(twin, pixels, ids, part, scene.perceivers)
    if filled is twin:
        return scene
    timeline = Timeline(filled if each.frame == frame else each for each in scene.timeline)
    current = scene.twin
    seen = [key for key in ids if frame == current.frame or not scene.shows(key)]
    for each in WORDS:
        current = taken(current, filled, [key for key in seen if _lacks(current, key, each)], each)
    return replace(scene, twin=current, timeline=timeline)


def _lacks(twin: Twin, key: int, part: str) -> bool:
    row = twin.get(key)
    return row is not None and lacks(row, twin, part)


def _new(before: Scene, after: Scene, frame: int, ids: Iterable[int], part: str) -> list[int]:
    """Instances that lacked a part in a frame's twin and have it now."""
    if before is after:
        return []
    old, new = before.timeline.at(frame), after.timeline.at(frame)
    return [key for key in ids if _lacks(old, key, part) and not _lacks(new, key, part)]
