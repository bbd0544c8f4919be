"""The four nodes of the graph: build_twin, reason, refine, answer. Each reads the state and returns what changed."""

from __future__ import annotations

import time
from typing import Any

from langgraph.config import get_stream_writer

from agentseg.errors import FormatError, PerceptionError
from agentseg.graphs.asking import ask, checked
from agentseg.graphs.context import Context
from agentseg.graphs.just_in_time import outlined
from agentseg.graphs.perceiving import perceive_all
from agentseg.graphs.state import SegState, dump_twins
from agentseg.masks import merge
from agentseg.plan import parse_plan
from agentseg.prompt import correction_text, query_text, results_text, system_text, twin_text
from agentseg.tools.run import Execution, execute
from agentseg.trace import Event, media_hash

Update = dict[str, Any]


def build_twin(state: SegState, context: Context) -> Update:
    """Perceive every frame and open the dialogue; the same pixels as last time are not perceived again."""
    started = time.perf_counter()
    opening = query_text(state.query)
    media = media_hash(context.frames)
    if len(context.frames) and media != state.media:
        twins = perceive_all(context.for_query(state.query), get_stream_writer())
    elif state.twins:
        twins = state.timeline
    else:
        raise PerceptionError("no frame to look at: give a picture in the context or twins in the state")
    options = context.config.reasoner
    seen = twin_text(twins, context.config.limits.prompt_instances, options.prompt)
    system = system_text(options.codec, tuple(tool.form for tool in context.tools), options.prompt)
    count = len(twins.summary().instances)
    event = Event(node="build_twin", ms=_since(started), text=f"{len(twins)} frames, {count} instances")
    # a second query on a thread starts clean; the first one is, and each channel written costs time
    fresh = SegState(query=state.query).model_dump(mode="json") if state.events else {}
    return {
        **fresh,
        "media": media,
        "twins": dump_twins(twins),
        "dialogue": [("system", system), ("human", f"{seen}\n{opening}")],
        "events": [event.model_dump(mode="json")],
    }


def reason(state: SegState, context: Context) -> Update:
    """Ask the model for a turn: a plan to run, or the answer."""
    started = time.perf_counter()
    limits = context.config.limits
    twin = state.timeline.summary()
    said = ask(state, context, twin)
    text, error = said.text, ""
    try:
        turn = checked(said, context, twin)
    except FormatError as problem:
        turn, error = None, str(problem)
    event = Event(
        node="reason",
        ms=_since(started),
        text=text,
        error=error,
        prompt_tokens=said.usage.get("input_tokens"),
        output_tokens=said.usage.get("output_tokens"),
        by=said.by,
    )
    update: Update = {"events": state.with_event(event), "dialogue": state.with_messages(("ai", text))}
    if turn is None:
        return update | _correct(state, text, error, limits.corrections)
    update["analysis"] = turn.analysis
    if turn.plan is not None:
        return update | {"pending": turn.plan.text}
    return update | {"answer": turn.answer, "status": "ok" if turn.answer else "no_target"}


def refine(state: SegState, context: Context) -> Update:
    """Run the pending plan; its selection is the answer, or its results go back to the model."""
    started = time.perf_counter()
    plan = parse_plan(state.pending, context.custom)
    done = execute(plan, context.scene(state.timeline), context.steps)
    event = Event(node="refine", ms=_since(started), plan=plan.text, steps=done.records, error=done.error)
    update: Update = {"pending": "", "plan": plan.text, "events": state.with_event(event), "number": done.number}
    if done.changed:
        update["twins"] = dump_twins(done.scene.timeline)
    if plan.answers and not done.error and (done.selection or done.number is not None):
        return update | {"answer": done.selection, "status": "ok" if done.selection else "no_target"}
    left = context.config.limits.refine - state.returned
    if left > 0:
        back = results_text(done.results(), left - 1)
        return update | {"returned": state.returned + 1, "dialogue": state.with_messages(("human", back))}
    return update | {"answer": (), "status": _spent(done)}


def answer(state: SegState, context: Context) -> Update:
    """Turn the ids into one mask a frame; an id that a frame does not show has no pixels there.

    Just in time, the outlines of the answer that nobody has drawn yet are drawn here.
    """
    started = time.perf_counter()
    chosen, twins, update = set(state.answer), state.twins, Update()
    if chosen and context.waits and len(context.frames):
        drawn = outlined(twins, chosen, context.frames, context.perceivers)
        twins, update = tuple(drawn), {"twins": dump_twins(drawn)}
    masks = {
        twin.frame: merge((rle for key, rle in twin.masks.items() if key in chosen), twin.size)
        for twin in (twins if chosen else ())
    }
    boxed = {row.id for twin in twins for row in twin.instances if row.mask_source == "box"} & chosen
    marked = f"; filled boxes in place of masks: {sorted(boxed)}" if boxed else ""
    event = Event(node="answer", ms=_since(started), text=f"{state.status}: {list(state.answer)}{marked}")
    return update | {"masks": masks, "events": state.with_event(event)}


def route(update: Update) -> str:
    """Where to go after what reason or refine has changed."""
    if update.get("status") is not None:
        return "answer"
    return "refine" if update.get("pending") else "reason"


def _correct(state: SegState, text: str, error: str, limit: int) -> Update:
    if state.corrections >= limit:
        return {"status": "format_error", "answer": ()}
    messages = state.with_messages(("ai", text), ("human", correction_text(error)))
    return {"corrections": state.corrections + 1, "dialogue": messages}


def _spent(done: Execution) -> str:
    """Status of a plan whose results cannot go back any more."""
    if done.error:
        return "tool_error"
    return "no_target" if done.plan.answers else "budget_exhausted"


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)
