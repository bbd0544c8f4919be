"""The four nodes of the graph: build_twin, reason, refine, answer. Each reads the state and returns what changed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langgraph.config import get_stream_writer

from agentseg.errors import FormatError, PerceptionError
from agentseg.graphs.context import Context
from agentseg.graphs.perceiving import perceive_all
from agentseg.graphs.state import SegState, dump_twins
from agentseg.masks import merge
from agentseg.pattern import plan_pattern
from agentseg.plan import parse_plan
from agentseg.prompt import correction_text, query_text, results_text, system_text, twin_text
from agentseg.protocol import MAX_TEXT, Turn, parse, turn_schema
from agentseg.reasoners import call, was_cut
from agentseg.tools.run import Execution, execute
from agentseg.trace import Event, media_hash
from agentseg.twin import Twin

Update = dict[str, Any]


def build_twin(state: SegState, context: Context) -> Update:
    """Perceive every frame and open the dialogue; the same pixels as last time are not perceived again."""
    started = time.perf_counter()
    opening = query_text(state.query)
    media = media_hash(context.frames)
    if len(context.frames) and media != state.media:
        twins = perceive_all(context, get_stream_writer())
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
    options, limits = context.config.reasoner, context.config.limits
    twin = state.timeline.summary()
    schema = _schema(state, context, twin) if options.codec == "json" else None
    message = call(context.reasoner, _messages(state), schema, options.max_tokens)
    text, error = _text(message), ""
    try:
        turn = _checked(text, message, context, twin, options.max_tokens)
    except FormatError as problem:
        turn, error = None, str(problem)
    usage: Mapping[str, Any] = message.usage_metadata or {}
    event = Event(
        node="reason",
        ms=_since(started),
        text=text,
        error=error,
        prompt_tokens=usage.get("input_tokens"),
        output_tokens=usage.get("output_tokens"),
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
    """Turn the ids into one mask a frame; an id that a frame does not show has no pixels there."""
    started = time.perf_counter()
    chosen = set(state.answer)
    masks = {
        twin.frame: merge((rle for key, rle in twin.masks.items() if key in chosen), twin.size)
        for twin in (state.twins if chosen else ())
    }
    event = Event(node="answer", ms=_since(started), text=f"{state.status}: {list(state.answer)}")
    return {"masks": masks, "events": state.with_event(event)}


def route(update: Update) -> str:
    """Where to go after what reason or refine has changed."""
    if update.get("status") is not None:
        return "answer"
    return "refine" if update.get("pending") else "reason"


def _schema(state: SegState, context: Context, twin: Twin) -> dict[str, Any]:
    """What the next turn may be; once the budget is spent, only a turn that ends the dialogue."""
    final = state.returned >= context.config.limits.refine
    return turn_schema(plan_pattern(twin, state.query, context.custom, final), twin.ids)


def _messages(state: SegState) -> list[BaseMessage]:
    kinds: dict[str, type[BaseMessage]] = {"system": SystemMessage, "human": HumanMessage, "ai": AIMessage}
    return [kinds[role](content=text) for role, text in state.dialogue]


def _text(message: AIMessage) -> str:
    """The text of a reply, whichever blocks it came in, as any file can hold it; what is far too long is cut."""
    return str(message.text)[: MAX_TEXT + 1].encode("utf8", "replace").decode("utf8")


def _checked(text: str, message: AIMessage, context: Context, twin: Twin, max_tokens: int) -> Turn:
    if was_cut(message):
        raise FormatError(f"the turn was cut at {max_tokens} tokens: be brief")
    turn = parse(text, context.custom)
    unknown = [key for key in turn.answer or () if key not in twin.ids]
    if unknown:
        raise FormatError(f"no instance {unknown[0]}; this twin has {list(twin.ids)}")
    return turn


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
