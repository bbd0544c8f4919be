"""From the frames of a context to their twins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from agentseg.config import explain
from agentseg.errors import AgentSegError, PerceptionError
from agentseg.frames import Frame
from agentseg.graphs.context import Context
from agentseg.perception import perceive
from agentseg.timeline import Timeline
from agentseg.twin import Twin


def perceive_all(context: Context, write: Callable[[dict[str, Any]], None] | None = None) -> Timeline:
    """The fold over frames: perceive, track, keep.

    Args:
        context: Its frames, at least one, and its perceivers.
        write: Called after each frame: ``{"stage": "build_twin", "frame": 3, "of": 24, "instances": 7}``.

    Raises:
        PerceptionError: A perceiver failed, or made something that is no twin of the frame.
    """
    twins = Timeline(capacity=context.config.limits.history)
    tracker = context.tracker() if len(context.frames) > 1 else None
    previous: Twin | None = None
    for place, frame in enumerate(context.frames, 1):
        twin = perceive_frame(context, frame)
        if tracker is not None:
            twin = tracker.update(previous or Twin(frame=frame.index, size=frame.size), twin)
        twins.append(twin)
        previous = twin
        if write is not None:
            count = len(twin.instances)
            write({"stage": "build_twin", "frame": place, "of": len(context.frames), "instances": count})
    return twins.without_brief(min(context.config.confirm, len(twins) // 2)) if tracker is not None else twins


def perceive_frame(context: Context, frame: Frame) -> Twin:
    """One frame's twin; whatever a perceiver of a user does wrong is one clear line.

    Args:
        context: Its perceivers.
        frame: The frame.

    Raises:
        PerceptionError: A perceiver failed, or made something that is no twin of the frame.
    """
    where = f"frame {frame.index}"
    try:
        found: object = perceive(context.lookers, frame, Twin(frame=frame.index, size=frame.size))
    except AgentSegError:
        raise
    except ValidationError as error:
        raise PerceptionError(f"{where}: a perceiver made an impossible twin: {explain(error)}") from None
    except Exception as error:  # the graph's boundary: a user's perceiver may raise anything
        raise PerceptionError(f"{where}: a perceiver failed: {type(error).__name__}: {error}") from error
    return checked(found, frame, "a perceiver")


def checked(found: object, frame: Frame, who: str) -> Twin:
    """Make sure that what code of a user's own returned is a twin of a frame.

    Args:
        found: What it returned.
        frame: The frame.
        who: Who returned it, as a message calls it.

    Raises:
        PerceptionError: It is no twin, an impossible one, or that of another frame or size.
    """
    where = f"frame {frame.index}"
    if not isinstance(found, Twin):
        raise PerceptionError(f"{where}: {who} returns a Twin; found {type(found).__name__}")
    try:
        twin = Twin.model_validate(found.model_dump())  # a row changed by model_copy has not been checked yet
    except ValidationError as error:
        raise PerceptionError(f"{where}: {who} made an impossible twin: {explain(error)}") from None
    if (twin.frame, twin.size) != (frame.index, frame.size):
        found_at, wanted = (twin.frame, twin.size), (frame.index, frame.size)
        raise PerceptionError(f"{where}: a twin has its frame's index and size {wanted}; found {found_at}")
    return twin
