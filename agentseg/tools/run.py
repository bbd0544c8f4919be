"""Execute a plan on a scene: the fold of its steps, with a record of each."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from agentseg.plan import Plan, Step
from agentseg.timeline import Timeline
from agentseg.tools.looks import LOOKING
from agentseg.tools.scene import Outcome, Scene, Selection
from agentseg.tools.steps import COMPUTING
from agentseg.trace import StepRecord
from agentseg.twin import Instance, Twin

StepFunction: TypeAlias = Callable[..., Outcome]
"""What carries a step out: (scene, selection, arguments) -> outcome."""

STEPS: dict[str, StepFunction] = {**COMPUTING, **LOOKING}
"""The function of every step of the language, by its name in a plan."""

VALUES_SHOWN = 24
"""Measured values of one step that go back to the model at most."""


@dataclass(frozen=True)
class Execution:
    """A plan that has run.

    Attributes:
        plan: The plan.
        records: One record a step, in order; after a failed step none follow.
        selection: The selection at the end.
        number: Size of the selection at the last ``count``, or None where the plan does not count.
        scene: The scene after the plan; its timeline holds what perceiving steps refined.
        changed: Rows that perceiving steps added or changed.
    """

    plan: Plan
    records: tuple[StepRecord, ...]
    selection: Selection
    number: int | None
    scene: Scene
    changed: tuple[Instance, ...]

    @property
    def error(self) -> str:
        """What went wrong in the step that failed, or the empty string."""
        return self.records[-1].error

    @property
    def ambiguous(self) -> bool:
        """Whether any step's winner was ahead by less than its measure's noise."""
        return any(record.ambiguous for record in self.records)

    def results(self) -> str:
        """The results as the model reads them: what each step selected and said, then the rows that changed."""
        lines = [_line(record) for record in self.records]
        if self.changed:
            lines.append(self.scene.twin.to_prompt(ids=[row.id for row in self.changed]))
        return "\n".join(lines)


def execute(plan: Plan, scene: Scene, tools: Mapping[str, StepFunction] = STEPS) -> Execution:
    """Run every step of a plan in order.

    Args:
        plan: A parsed plan.
        scene: Where it starts; not changed.
        tools: Functions by step name; a user's own steps stand beside those of the language.

    Returns:
        The execution. A step that raises ends it: the error is on its record and the selection so far is kept.
    """
    selection: Selection = scene.twin.ids
    number: int | None = None
    changed: dict[int, Instance] = {}
    records: list[StepRecord] = []
    for step in plan.steps:
        before = scene
        record, outcome, scene = _run_step(step, before, selection, tools)
        records.append(record)
        selection = record.selection
        if record.error:
            break
        if outcome.refined:
            known = {row.id: row for row in before.twin.instances}
            changed.update({row.id: row for row in scene.twin.instances if known.get(row.id) != row})
        if step.name == "count":
            number = len(selection)
        if step.store:
            scene, selection = scene.stored(step.store, selection), scene.twin.ids
    return Execution(plan, tuple(records), selection, number, scene, tuple(changed.values()))


def follow(plan: Plan, twin: Twin) -> Selection:
    """Run a plan on the next frame's twin by itself: reason once, execute every frame."""
    return execute(plan, Scene(twin, Timeline([twin]))).selection


def _run_step(
    step: Step, scene: Scene, selection: Selection, tools: Mapping[str, StepFunction]
) -> tuple[StepRecord, Outcome, Scene]:
    started = time.perf_counter()
    try:
        outcome = tools[step.name](scene, selection, **step.args)
        after = _after(scene, outcome)
        record = _record(step, outcome, started)
        ids = set(after.twin.ids)
        known = tuple(key for key in record.selection if key in ids)  # a user's own step may have dropped some
        return record.model_copy(update={"selection": known}), outcome, after
    except Exception as error:  # a perceiver or a user's own step may raise or return anything: it becomes a record
        shown = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        outcome = Outcome(selection)
        return _record(step, outcome, started).model_copy(update={"error": shown}), outcome, scene


def _after(scene: Scene, outcome: Outcome) -> Scene:
    if outcome.timeline is not None:
        scene = replace(scene, timeline=outcome.timeline)
    if outcome.twin is None:
        return scene
    if not outcome.refined:
        return replace(scene, twin=outcome.twin)
    return scene.refined(Twin.model_validate(outcome.twin.model_dump()))  # a row changed by model_copy is checked here


def _record(step: Step, outcome: Outcome, started: float) -> StepRecord:
    return StepRecord(
        step=step.text,
        selection=outcome.selection,
        values={key: round(found, 2) if isinstance(found, float) else found for key, found in _told(outcome)},
        note=outcome.note,
        ambiguous=outcome.ambiguous,
        ms=round((time.perf_counter() - started) * 1000, 3),
    )


def _told(outcome: Outcome) -> Iterator[tuple[int, float | str]]:
    """What was measured and can be told: JSON knows neither NaN nor infinity."""
    for key, found in outcome.values.items():
        if isinstance(found, str) or (found is not None and math.isfinite(found)):
            yield key, found


def _line(record: StepRecord) -> str:
    shown = [
        f"{key}={found:g}" if isinstance(found, float) else f"{key}={found}"
        for key, found in list(record.values.items())[:VALUES_SHOWN]
    ]
    parts = [f"{record.step}: {list(record.selection)}"]
    if shown and not record.step.startswith("filter"):
        parts.append(" ".join(shown))
    if record.ambiguous:
        parts.append("ambiguous")
    if record.note:
        parts.append(record.note)
    if record.error:
        parts.append(f"failed: {record.error}")
    return " | ".join(parts)
