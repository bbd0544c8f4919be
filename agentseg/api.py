"""``segment``: a picture or clip and a query in, masks out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from langchain_core.language_models import BaseChatModel

from agentseg.errors import InputError
from agentseg.frames import Frame
from agentseg.graphs import Context, Progress, SegState, run_query, trace_of
from agentseg.masks import Mask, decode
from agentseg.plan import Plan, parse_plan
from agentseg.timeline import Timeline
from agentseg.tools.run import follow
from agentseg.trace import Status, Trace, append_trace, media_hash
from agentseg.twin import Perceiver, Twin


@dataclass(frozen=True)
class Result:
    """The answer to one query.

    Attributes:
        status: ``ok``, ``no_target`` (there is no such thing), or the name of a failure.
        answer: Ids of the instances that are the answer.
        number: What a counting query counted, or None.
        analysis: The model's rationale.
        plan: The plan that gave the answer, or None where the model named the ids itself.
        frames: The frames looked at.
        timeline: What was perceived in them.
        trace: Everything that happened, ready for ``append_trace``.
    """

    status: Status
    answer: tuple[int, ...]
    number: int | None
    analysis: str
    plan: Plan | None
    frames: tuple[Frame, ...]
    timeline: Timeline
    trace: Trace

    @property
    def masks(self) -> dict[int, Mask]:
        """The answer's mask by frame index, bool (H, W); empty masks where there is no answer."""
        rles = self.trace.masks
        return {
            twin.frame: decode(rles[twin.frame]) if twin.frame in rles else twin.union(()) for twin in self.timeline
        }

    @property
    def mask(self) -> Mask:
        """The answer's mask in the newest frame: of a picture, the mask."""
        return self.masks[self.timeline.last.frame]

    @property
    def mask_sources(self) -> dict[int, Literal["segmenter", "box", "truth"]]:
        """Who drew the mask of each instance of the answer; ``"box"`` where a filled box only stands for one."""
        known = {row.id: row.mask_source for row in self.timeline.summary().instances}
        return {key: known[key] for key in self.answer if key in known}

    @property
    def boxed(self) -> dict[int, Mask]:
        """The part of the answer's mask that is filled boxes alone, by frame index, where there is such a part."""
        found: dict[int, Mask] = {}
        for twin in self.timeline:
            rows = [row for row in twin.instances if row.id in self.answer]
            boxes = [row.id for row in rows if row.mask_source == "box"]
            if boxes:
                drawn = twin.union(row.id for row in rows if row.mask_source != "box")
                found[twin.frame] = twin.union(boxes) & ~drawn
        return found

    def follow(self, twin: Twin) -> tuple[int, ...]:
        """Answer the same query on another frame's twin, without the model.

        A plan that only computes on the twin is run again. Ids that something else decided (a plan over time, a step
        that looks at pixels, a step of the user's own, or the model itself) hold as long as the twin knows them.
        """
        if self.plan is None or not self.plan.computes:
            return tuple(key for key in self.answer if key in twin.ids)
        return follow(self.plan, twin)


def segment(
    source: Any,
    query: str,
    config: Any = None,
    *,
    reasoner: str | BaseChatModel | None = None,
    perceivers: Sequence[Perceiver] | None = None,
    tools: Sequence[Any] = (),
    on_progress: Progress | None = None,
    record: str | Path | None = None,
) -> Result:
    """Segment what a query asks for.

    Args:
        source: A path, folder, array, PIL picture, ``Frame``, an iterable of these, or a ready ``Context``.
        query: Words, 1 to 500 characters; they may ask for a use, a place, an order, a number or a change over time.
        config: A shipped profile (``config.PROFILES``), a TOML file, or a ``Config``.
        reasoner: A chat model or a reasoner string such as ``ollama:qwen3:0.6b``, in place of the configured one.
        perceivers: Perceivers in place of the configured ones.
        tools: Functions that become further steps for plans (``agentseg.as_tool``).
        on_progress: Called with each event: ``{"stage": "build_twin", "frame": 3, "of": 24, ...}`` for a frame, then
            one for each node.
        record: File of traces that gets one more line, whatever the status; programs that share it wait for each other.

    Returns:
        The result; malformed text and failed tools are statuses, not errors.

    Raises:
        InputError: The source, query or configuration cannot be used, or the trace cannot be written.
        PerceptionError: No frame, or a perceiver failed.
        ReasonerError: The model could not be reached.
    """
    if isinstance(source, Context):
        context = source
    else:
        context = Context.open(source, config, reasoner=reasoner, perceivers=perceivers, tools=tools)
    if not len(context.frames):
        raise InputError("the source has no frame: give a picture, a folder of pictures or an iterable of frames")
    result = _result(run_query(query, context, on_progress=on_progress), context)
    if record is not None:
        append_trace(record, result.trace)
    return result


def _result(state: SegState, context: Context) -> Result:
    """Bring the graph's final state into the form that callers use."""
    if state.status is None:
        raise InputError("the graph has not finished: resume it before reading its result")
    trace = make_trace(state, context)
    plan = parse_plan(state.plan, context.custom) if state.plan and state.status in ("ok", "no_target") else None
    named = state.events[-2].node == "reason" if len(state.events) > 1 else False
    return Result(
        status=state.status,
        answer=state.answer,
        number=state.number,
        analysis=state.analysis,
        plan=None if named else plan,
        frames=tuple(context.frames),
        timeline=state.timeline,
        trace=trace,
    )


def make_trace(state: SegState, context: Context) -> Trace:
    """The trace of a finished run of the graph, for those who run the graph themselves."""
    options = context.config.reasoner
    return trace_of(state, options.model, options.seed, media=state.media or media_hash(context.frames))
