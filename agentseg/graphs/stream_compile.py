"""Ask the model what a stream's query means: one run of the graph over the twins at hand, for the plan in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agentseg.errors import AgentSegError, FormatError
from agentseg.frames import Frame, FrameStore
from agentseg.graphs.context import Context
from agentseg.graphs.run import run_query
from agentseg.graphs.state import SegState
from agentseg.graphs.stream_plan import Follower
from agentseg.graphs.stream_step import StreamStatus
from agentseg.plan import Plan, parse_plan
from agentseg.timeline import Timeline
from agentseg.trace import media_hash


@dataclass(frozen=True)
class Compiled:
    """What the model made of a query.

    Attributes:
        follower: Its plan, or the ids that it named.
        status: ``ok`` where there is something to go by, or how it failed.
        calls: Calls of the model.
        error: What went wrong, in one line, or empty.
    """

    follower: Follower
    status: StreamStatus
    calls: int = 0
    error: str = ""

    @property
    def works(self) -> bool:
        """Whether there is a plan, or ids, to go by."""
        return self.status == "ok"

    @property
    def text(self) -> str:
        """Text of the plan, or empty."""
        return self.follower.plan.text if self.follower.plan else ""


def compile_query(query: str, context: Context, frame: Frame, timeline: Timeline, why: str) -> Compiled:
    """Ask the model.

    Args:
        query: The words asked.
        context: Model, perceivers and steps; its frames are not read.
        frame: The newest frame, for plans that look at pixels.
        timeline: The twins at hand, at least one; the newest is the frame's.
        why: The reason for asking. A plan that found nothing or nothing clear may be improved over its results, as
            often as the configuration's ``limits.refine`` says; else the model has to write one that answers at once,
            because what it finds on this one frame is the least of a stream's interests.
    """
    revised = why.startswith(("nothing", "ambiguous"))
    config = context.config
    if not revised:
        config = config.model_copy(update={"limits": config.limits.model_copy(update={"refine": 0})})
    last, twins = frame.index, list(timeline)
    if len(twins) == 1:  # one twin reads as a still picture, and a still has no past to ask about: show it twice
        last += 1
        twins.append(twins[0].model_copy(update={"frame": last}))
    asked = replace(context, config=config, frames=FrameStore([Frame(frame.rgb, last, frame.time_s)]))
    try:
        state = run_query(query, asked, twins=twins, media=media_hash(asked.frames))
    except AgentSegError as error:
        return Compiled(Follower(None), "reasoner_error", calls=1, error=str(error))
    except Exception as error:  # a user's own model may raise anything
        text = " ".join(f"the reasoner failed: {type(error).__name__}: {error}".split())[:300]
        return Compiled(Follower(None), "reasoner_error", calls=1, error=text)
    named = [key for key in state.answer if any(key in twin.ids for twin in timeline)]  # others are its plan's own
    calls = sum(event.node == "reason" for event in state.events)
    plan = _plan(state, context)
    if plan is not None:
        return Compiled(Follower(plan, named, last), "ok", calls)
    if state.status in ("ok", "no_target"):
        return Compiled(Follower(None, named, last), "ok", calls)
    errors = [event.error for event in state.events if event.error]
    text = errors[-1] if errors else "the model wrote no plan that ends with 'answer'"
    return Compiled(Follower(None), state.status or "format_error", calls, text)


def _plan(state: SegState, context: Context) -> Plan | None:
    """The plan to go by: the last one, unless the model named ids in its stead.

    A model that says "there is none" after a plan that found nothing has not taken the plan back: it holds as soon as
    something comes that it finds.
    """
    if not state.plan or state.status not in ("ok", "no_target", "tool_error"):  # a step may fail on one frame alone
        return None
    named = len(state.events) > 1 and state.events[-2].node == "reason"
    if named and state.answer:
        return None
    try:
        plan = parse_plan(state.plan, context.custom)
    except FormatError:
        return None
    return plan if plan.answers else None
