"""``SegmentationStream``: a query answered on every frame of a source that need not end.

The model is asked once; it writes a plan. Each frame becomes a twin (perceive, track, confirm) and the plan runs on it
without the model. Everything kept is bounded: a ring of twins, a ring of sightings a thing, a queue of two frames.

Source: FastReasonSeg names the online construction of twins as its open limit; this is one. What goes wrong with a
frame is a status on that frame, and the stream goes on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, closing, contextmanager
from contextvars import copy_context
from functools import partial
from typing import Any

from langchain_core.language_models import BaseChatModel

from agentseg.errors import AgentSegError, InputError, PerceptionError
from agentseg.frames import Frame, as_frames
from agentseg.graphs.context import Context
from agentseg.graphs.perceiving import checked, perceive_frame
from agentseg.graphs.stream_asking import Asking
from agentseg.graphs.stream_compile import Compiled, compile_query
from agentseg.graphs.stream_finds import PlanFinds
from agentseg.graphs.stream_labels import missing
from agentseg.graphs.stream_memory import StreamMemory, release
from agentseg.graphs.stream_options import StreamOptions
from agentseg.graphs.stream_plan import Follower, Found
from agentseg.graphs.stream_reader import read_ahead
from agentseg.graphs.stream_source import Fault, read_async, read_source
from agentseg.graphs.stream_step import StreamStatus, StreamStep
from agentseg.masks import merge
from agentseg.perception.online import KeyframeOptions, Keyframes, StreamTracker, TwinDiff, diff_twins
from agentseg.perception.pipeline import load_tracker
from agentseg.prompt import query_text
from agentseg.twin import Perceiver, Twin


class SegmentationStream:
    """Answers one query on frame after frame.

    Args:
        query: Words, as for ``segment``.
        config: A profile's name, a TOML file, or a ``Config``.
        reasoner: A chat model or a reasoner string in place of the configured one.
        perceivers: Perceivers in place of the configured ones.
        tracker: An object with ``update(frame, detections) -> Twin`` (``StreamTracker``); None takes the light
            tracker, or no tracker where the configuration's ``track`` is false.
        tools: Functions that become further steps for plans.
        options: Numbers of the stream.

    Attributes:
        context: What was made of the arguments.
        memory: The ring of twins and the history of each thing.
        frame: The newest frame that was a picture, or None.
        calls: Calls of the model so far.
        asked: (frame, reason) of each time that the model was asked.

    Raises:
        InputError: The query, the configuration, a perceiver, a tool or the reasoner cannot be used.
    """

    def __init__(
        self,
        query: str,
        config: Any = None,
        *,
        reasoner: str | BaseChatModel | None = None,
        perceivers: Sequence[Perceiver] | None = None,
        tracker: StreamTracker | None = None,
        tools: Sequence[Any] = (),
        options: StreamOptions | None = None,
    ) -> None:
        query_text(query)  # a query that cannot be used is refused here, not on the first frame
        self.query, self.options = query, options or StreamOptions()
        self.context = Context.open((), config, reasoner=reasoner, perceivers=perceivers, tools=tools)
        self.context = self.context.for_query(query)
        chosen = self.context.config
        self.tracker = tracker or (load_tracker(chosen.stream_tracker, chosen.vision) if chosen.track else None)
        every = self.options.every or (10 if getattr(self.tracker, "video", False) else 1)
        self._keys = Keyframes(KeyframeOptions(every=every))
        confirm = chosen.confirm if self.tracker is not None else 1
        self.memory = StreamMemory(chosen.limits.history or self.options.history, confirm, self.options.coast)
        self._asking = Asking(query, self.options)
        self._compiled = Compiled(Follower(None), "waiting")
        self._finds = PlanFinds()
        self.frame: Frame | None = None
        self.calls = 0
        self._next = 0

    @property
    def plan(self) -> str:
        """Text of the plan that runs, or empty."""
        plan = self._compiled.follower.plan
        return plan.text if plan else ""

    @property
    def asked(self) -> tuple[tuple[int, str], ...]:
        """(Frame, reason) of each time that the model was asked."""
        return tuple(self._asking.asked)

    def run(self, source: Any) -> Iterator[StreamStep]:
        """Answer every frame of a source; a second source goes on where the first one ended.

        Args:
            source: A folder, picture, video file, camera number or address, array, or an iterable of frames, which may
                be endless; see ``stream_source.read_source``.

        Yields:
            A step a frame, and one for each part of the source that is no frame, or did not come in time.

        Raises:
            InputError: The source cannot be opened.
            MissingExtra: PyAV is not installed, and the source needs it.
        """
        items = read_source(source)
        if self.options.stall_s is not None or self.options.latest:
            items = read_ahead(items, self.options.stall_s, self.options.latest)
        with closing(items):  # type: ignore[type-var]  # both are generators
            for item in items:
                yield self._fault(item) if isinstance(item, Fault) else self.push(item, item.time_s)

    async def arun(self, source: Any) -> AsyncIterator[StreamStep]:
        """As ``run``, with the work of each frame in a thread.

        The source may also be an asynchronous iterable, which is asked for a frame when the last one is answered:
        ``latest`` means nothing then.
        """
        if hasattr(source, "__aiter__"):
            async with aclosing(read_async(source, self.options.stall_s)) as items:
                async for item in items:
                    yield self._fault(item) if isinstance(item, Fault) else await asyncio.to_thread(self.push, item)
            return
        steps = self.run(source)
        worker = ThreadPoolExecutor(1, "agentseg-stream")
        try:
            work = partial(copy_context().run, partial(next, steps, None))  # with the context, as ``to_thread`` has it
            while (step := await asyncio.wrap_future(worker.submit(work))) is not None:
                yield step
        finally:  # where the caller was cancelled, behind the frame that is still worked on
            worker.submit(steps.close)  # type: ignore[attr-defined]
            worker.shutdown(wait=False)

    def push(self, picture: Any, time_s: float | None = None) -> StreamStep:
        """Answer one frame.

        Args:
            picture: One frame: anything that ``as_frames`` takes for one picture. It gets the stream's next index.
            time_s: Time of the frame since the stream's start, seconds; None for the frame's own.
        """
        index = self._next
        try:
            rgb = next(as_frames(picture), None)
        except InputError as error:
            return self._fault(Fault(str(error)))
        if rgb is None:
            return self._fault(Fault(f"a frame is one picture; found an empty {type(picture).__name__}"))
        self._next = index + 1
        self.frame = Frame(rgb.rgb, index, rgb.time_s if time_s is None else time_s)
        return self._answer(self.frame)

    def _fault(self, fault: Fault, status: StreamStatus = "bad_frame") -> StreamStep:
        frame = self._next
        if fault.stalled:
            return StreamStep(frame, "stalled", error=fault.error)
        self._next += 1
        return StreamStep(frame, status, error=fault.error)

    def _answer(self, frame: Frame) -> StreamStep:
        started, ms = time.perf_counter(), dict[str, float]()
        before, note = self.memory.view, self.memory.fit(frame)
        if note:
            self._keys.reset()  # nothing that was found holds here: look at once
        key = self._keys.why(frame.index)
        try:
            return self._answered(frame, key, self._see(frame, key, ms), (before, note), (started, ms))
        except AgentSegError as error:  # a perceiver may raise more kinds than its own, and write masks that are none
            text = str(error)
        release(text)  # here, where the error and the frames of its traceback are gone
        return StreamStep(frame.index, "perception_error", error=text, key=key, ms=ms, time_s=frame.time_s)

    def _see(self, frame: Frame, key: str, ms: dict[str, float]) -> Twin:
        """From pixels to the frame's twin: perceive, track, confirm."""
        detections = None
        if key:
            with _timed(ms, "perceive"):
                detections = perceive_frame(self.context, frame)
        with _timed(ms, "track"):
            tracked = detections if self.tracker is None else self._tracked(self.tracker, frame, detections)
            tracked = tracked or Twin(frame=frame.index, size=frame.size)
            self._keys.watch(tracked, detections, self.memory.tracked)
            return self.memory.add(tracked)

    def _tracked(self, tracker: StreamTracker, frame: Frame, detections: Twin | None) -> Twin:
        try:
            found: object = tracker.update(frame, detections)
        except Exception as error:  # a user's own tracker may raise anything
            raise PerceptionError(f"frame {frame.index}: the tracker failed: {type(error).__name__}: {error}") from None
        return checked(found, frame, "the tracker")

    def _answered(
        self, frame: Frame, key: str, view: Twin, past: tuple[Twin | None, str], clock: tuple[float, dict[str, float]]
    ) -> StreamStep:
        (before, note), (started, ms) = past, clock
        with _timed(ms, "plan"):
            found = self._follow(frame, view, key)
        compiled = self._compiled
        why = self._asking.why(frame.index, view.labels, compiled.follower.plan, not compiled.works)
        calls = 0
        if why:
            with _timed(ms, "reason"):
                calls = self._ask(frame, view, why)
                found = self._follow(frame, view, key)
        status, error = self._status(found)
        answered = status in ("ok", "no_target")
        ms["total"] = 1000 * (time.perf_counter() - started)
        chosen = set(found.answer)
        rles = (rle for row, rle in found.twin.masks.items() if row in chosen)
        return StreamStep(
            frame=frame.index,
            status=status,
            answer=found.answer if answered else (),
            number=found.number,
            mask=merge(rles, found.twin.size) if answered else None,
            twin=found.twin,
            diff=diff_twins(before, view) if before is not None else TwinDiff(added=view.ids),
            key=key,
            asked=why,
            calls=calls,
            plan=self.plan,
            ambiguous=found.ambiguous,
            ms=ms,
            error=error or note,
            time_s=frame.time_s,
        )

    def _follow(self, frame: Frame, view: Twin, key: str) -> Found:
        found = self._compiled.follower.run(self.context, frame, view, self.memory.timeline, self._finds, bool(key))
        plan = self._compiled.follower.plan
        if plan is not None and self._compiled.works:
            # what has not happened yet, and what is not there yet, is no fault of the plan
            waits = plan.scope == "clip" or missing(view.labels, self.query, plan)
            self._asking.watch(empty=not (found.answer or waits), ambiguous=found.ambiguous)
        return found

    def _ask(self, frame: Frame, view: Twin, why: str) -> int:
        """Have the query compiled anew; what does not work does not replace what does. Returns the calls made."""
        old = self._compiled
        new = compile_query(self.query, self.context, frame, self.memory.timeline, why)
        if new.works or not old.works:
            self._compiled = new
        changed = new.works and (not old.works or new.text != old.text)
        self._asking.note(frame.index, why, view.labels, changed)
        self.calls += new.calls
        return new.calls

    def _status(self, found: Found) -> tuple[StreamStatus, str]:
        compiled = self._compiled
        if not compiled.works:
            return compiled.status, compiled.error
        if found.error:
            return "tool_error", found.error
        return ("ok" if found.answer else "no_target"), ""


@contextmanager
def _timed(ms: dict[str, float], stage: str) -> Iterator[None]:
    started = time.perf_counter()
    try:
        yield
    finally:
        ms[stage] = ms.get(stage, 0.0) + 1000 * (time.perf_counter() - started)
