"""Traces: one JSON line for everything that happened to one query. Training and evaluation read nothing else.

A trace carries the versions of the plan language and of the prompt. A reader refuses another version instead of
guessing, because a model trained on a mixture is hard to notice and harder to mend.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from agentseg.errors import InputError
from agentseg.frames import Frame
from agentseg.masks import RLE
from agentseg.plan import PLAN_VERSION
from agentseg.prompt import PROMPT_VERSION
from agentseg.twin import Twin

TRACE_VERSION = 1
_OPENING = b'{"trace_version":'

Status = Literal["ok", "no_target", "format_error", "budget_exhausted", "tool_error"]
"""How a query ended. ``no_target`` is an answer: there is no such thing. The other three are failures with a name."""


class StepRecord(BaseModel):
    """What one step of a plan did.

    Attributes:
        step: The step's text.
        selection: Ids after it.
        values: What it measured, by id.
        note: What a reader should know.
        ambiguous: Whether its winner was ahead by less than the measure's noise.
        error: What went wrong, or empty.
        ms: Wall time in milliseconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: str
    selection: tuple[int, ...]
    values: dict[int, float | str] = {}
    note: str = ""
    ambiguous: bool = False
    error: str = ""
    ms: float = 0.0


class Event(BaseModel):
    """One thing that happened, in order.

    Attributes:
        node: The graph's node: build_twin, reason, refine or answer.
        ms: Wall time in milliseconds.
        text: What the model wrote (reason), or one line on what happened.
        plan: The plan that ran (refine).
        steps: A record for each of its steps.
        error: What was wrong with the model's text or with a step.
        prompt_tokens: Tokens read, where the model reports them.
        output_tokens: Tokens written, where the model reports them.
        by: Who wrote it, where a partner stands by: ``model`` or ``rules`` (reason).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    node: Literal["build_twin", "reason", "refine", "answer"]
    ms: float = 0.0
    text: str = ""
    plan: str = ""
    steps: tuple[StepRecord, ...] = ()
    error: str = ""
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    by: str = ""


class Trace(BaseModel):
    """One query over one picture or clip, from pixels to masks.

    Attributes:
        trace_id: Hash of query, media, reasoner, versions and seed: the same run has the same id.
        query: The words asked.
        media: Hash of the pixels.
        reasoner: The model as configured, without any address or key.
        seed: Sampling seed.
        status: How it ended.
        answer: Ids of the answer.
        number: The number that a counting plan answers, or None.
        masks: Union of the answer's masks by frame.
        twins: What was perceived and refined, by frame.
        dialogue: Every message to and from the model, in order, as (role, text).
        events: What happened, in order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    trace_version: int = TRACE_VERSION
    plan_version: int = PLAN_VERSION
    prompt_version: int = PROMPT_VERSION
    trace_id: str
    query: str
    media: str
    reasoner: str
    seed: int = 0
    status: Status
    answer: tuple[int, ...]
    number: int | None = None
    masks: dict[int, RLE] = {}
    twins: tuple[Twin, ...] = ()
    dialogue: tuple[tuple[str, str], ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes that ran, in order."""
        return tuple(event.node for event in self.events)

    @property
    def executed_plans(self) -> tuple[str, ...]:
        """The plans that ran, in order."""
        return tuple(event.plan for event in self.events if event.plan)


def media_hash(frames: Iterable[Frame]) -> str:
    """SHA-256 of the pixels and sizes of frames, as hex."""
    digest = hashlib.sha256()
    for frame in frames:
        digest.update(repr(frame.size).encode())
        digest.update(np.ascontiguousarray(frame.rgb).data)
    return digest.hexdigest()


def trace_id(query: str, media: str, reasoner: str, seed: int = 0, attempt: int = 0) -> str:
    """Deterministic id of a run: 16 hex digits."""
    parts = json.dumps([query, media, reasoner, seed, attempt, TRACE_VERSION, PLAN_VERSION, PROMPT_VERSION])
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def trace_line(trace: Trace) -> bytes:
    """A trace as its line of a file, with the line break."""
    line = json.dumps(trace.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":")) + "\n"
    return line.encode("utf8", "replace")  # a lone surrogate, as a model may write, fits no file


def append_trace(path: str | Path, trace: Trace) -> None:
    """Append one line and bring it to the disk, so that a crash loses at most the line that is being written.

    What a crash left of a line is cut off first, so that it cannot spoil the new one. Processes that append to the
    same file wait for each other (not on Windows, nor on file systems without ``flock``).

    Raises:
        InputError: The file cannot be written.
    """
    line = trace_line(trace)
    try:
        with Path(path).open("ab+") as file:
            _lock(file)  # until it is closed
            _mend(file)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise InputError(f"the trace cannot be written to {str(path)!r}: {error.strerror or error}") from None


def _lock(file: BinaryIO) -> None:
    if sys.platform != "win32":
        import fcntl

        with contextlib.suppress(OSError):  # a network file system without locks: write as one process would
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)


def _mend(file: BinaryIO) -> None:
    """Bring the end of a file to the start of a line: cut half a trace off, end any other line."""
    end = file.seek(0, os.SEEK_END)
    tail = b""
    while end > 0 and b"\n" not in tail:
        start = max(0, end - 65536)
        file.seek(start)
        tail, end = file.read(end - start) + tail, start
    tail = tail.rpartition(b"\n")[2]
    if not tail:
        return
    size = file.seek(0, os.SEEK_END)
    if _is_whole(tail) or not tail.startswith(_OPENING[: len(tail)]):
        file.write(b"\n")
    else:
        file.truncate(size - len(tail))


def _is_whole(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def read_traces(path: str | Path) -> Iterator[Trace]:
    """Read a file of traces line by line; a last line that a crash cut short is left out.

    Raises:
        InputError: The file is missing, a line is no trace, or it has another version.
    """
    try:
        with Path(path).open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    data = json.loads(line)
                except (ValueError, RecursionError):
                    if not line.endswith(b"\n"):
                        return
                    raise InputError(f"{str(path)!r}, line {number}: not JSON") from None
                yield checked_trace(data, f"{str(path)!r}, line {number}")
    except OSError as error:
        raise InputError(f"no traces at {str(path)!r}: {error.strerror or error}") from None


def checked_trace(data: Any, where: str) -> Trace:
    """A trace from what JSON gave.

    Args:
        data: One line of a file, decoded.
        where: What it is called in messages.

    Raises:
        InputError: It is no trace, or one of another version.
    """
    if not isinstance(data, dict):
        raise InputError(f"{where}: a trace is a JSON object; found {type(data).__name__}")
    wanted = {"trace_version": TRACE_VERSION, "plan_version": PLAN_VERSION, "prompt_version": PROMPT_VERSION}
    for key, version in wanted.items():
        found = data.get(key)
        if found != version:
            written = f"{key} {str(found)[:40]!r} was written" if key in data else f"no {key} was written"
            raise InputError(f"{where}: {written}, {version} is read: record the traces again")
    try:
        return Trace.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"{where}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
