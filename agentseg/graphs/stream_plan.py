"""One plan on every frame's twin: what a stream runs where ``segment`` would ask the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agentseg.frames import Frame, FrameStore
from agentseg.graphs.context import Context
from agentseg.graphs.stream_finds import PlanFinds
from agentseg.plan import Plan, Step
from agentseg.plan_syntax import SYNTAX, By
from agentseg.timeline import Timeline
from agentseg.tools.run import execute
from agentseg.tools.scene import Scene
from agentseg.twin import Twin


@dataclass(frozen=True)
class Found:
    """What a plan found on a frame.

    Attributes:
        answer: Ids.
        number: What it counted, or None.
        twin: The frame's twin, with what a perceiving plan added.
        ambiguous: Whether its winner was ahead by less than the noise.
        error: What failed, or empty.
    """

    answer: tuple[int, ...]
    number: int | None
    twin: Twin
    ambiguous: bool = False
    error: str = ""


class Follower:
    """Runs a plan, or keeps ids that the model named itself.

    A plan of the scope ``now`` runs on the frame's twin. A plan over time (``clip``) runs on the ring of twins, so that
    its past reaches as far as the ring; ids that it found hold where it finds nothing new. A plan that looks at pixels
    runs on keyframes; what it found there holds between them.

    Args:
        plan: The plan, or None.
        ids: Ids that the model named, where there is no plan.
        last: Frame that was the newest when the plan was written: a plan that names it means "now".
    """

    def __init__(self, plan: Plan | None, ids: Sequence[int] = (), last: int = 0) -> None:
        self.plan, self._held, self._last = plan, tuple(ids), last

    def run(
        self, context: Context, frame: Frame, view: Twin, timeline: Timeline, finds: PlanFinds, key: bool = True
    ) -> Found:
        """Answer a frame.

        Args:
            context: Perceivers and steps.
            frame: The frame's pixels, for plans that look at them.
            view: Its twin.
            timeline: The ring of twins; its newest is this frame's.
            finds: What plans of this stream found by themselves.
            key: Whether it is a keyframe.
        """
        if self.plan is None or (self.plan.perceives and not key):
            twin = view if self.plan is None else finds.held(view)
            return Found(self._known(twin), None, twin)
        past = self.plan.scope == "clip"
        plan = rebased(self.plan, self._last, frame.index) if past else self.plan
        own = any(step.name not in SYNTAX for step in plan.steps)
        pixels = FrameStore([frame]) if plan.perceives or own or context.waits else None
        scene = Scene.of(timeline if past else Timeline([view]), pixels, context.perceivers)
        done = execute(plan, scene, context.steps)
        twin, names = finds.take(_shown(done.scene.timeline, view) if done.changed else view, view.ids)
        if done.error:
            return Found((), None, twin, error=done.error)
        answer = tuple(names.get(key, key) for key in done.selection)
        if past or self.plan.perceives:
            answer = answer or self._known(twin)
            self._held = answer
        return Found(answer, done.number, twin, done.ambiguous)

    def _known(self, twin: Twin) -> tuple[int, ...]:
        return tuple(key for key in self._held if key in twin.ids)


def rebased(plan: Plan, then: int, now: int) -> Plan:
    """A plan over time, moved to a later frame.

    A model that was shown frames 0 to ``then`` may write "not seen any more" as ``filter last_seen lt THEN``, or stand
    ``at THEN``. Of a stream both mean its newest frame.

    Args:
        plan: The plan.
        then: The newest frame when it was written.
        now: The newest frame.
    """
    return plan.model_copy(update={"steps": tuple(_rebased(step, then, now) for step in plan.steps)})


def _rebased(step: Step, then: int, now: int) -> Step:
    args = step.args
    if step.name == "filter" and By.parse(str(args["by"])).measure == "last_seen" and args["value"] == then:
        return step.model_copy(update={"args": {**args, "value": now}})
    if step.name == "at" and args["time"] == str(then):
        return step.model_copy(update={"args": {"time": "last"}})
    return step


def _shown(timeline: Timeline, view: Twin) -> Twin:
    """The frame's twin after a plan that refined it, with rows that were only held."""
    fresh = timeline.last
    missing = [row for row in view.instances if row.id not in fresh.ids]
    held = {row.id: view.masks[row.id] for row in missing if row.id in view.masks}
    return fresh.replace([*fresh.instances, *missing], {**held, **fresh.masks})
