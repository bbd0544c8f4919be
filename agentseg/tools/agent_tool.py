"""One tool for other agents: typed arguments in, compact JSON and an artifact out, a clear line where it fails.

The content goes to the agent's model, so it holds ids, cleaned names, boxes and handles, never masks or a label as a
detector wrote it. The artifact goes to the agent's program: COCO RLE masks by frame and id.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool, ToolException
from langgraph.errors import GraphBubbleUp
from pydantic import BaseModel, ConfigDict, ValidationError

from agentseg.config import explain
from agentseg.errors import AgentSegError, InputError
from agentseg.timeline import Timeline
from agentseg.twin import Instance, Twin, clean_label

logger = logging.getLogger(__name__)

Reply = tuple[dict[str, Any], dict[str, Any]]
"""(content, artifact), both plain JSON values."""

MOST_ROWS = 60
"""Instances that one message lists at most, the best by score."""
UNSURE = 0.5
"""A detection with a lower score is marked ambiguous."""
SAME_BOX = 0.8
"""Two boxes of different names that overlap more than this (IoU) are two readings of one thing: both are ambiguous."""


class ToolArgs(BaseModel):
    """Arguments of a tool; an argument that it does not have is an error with a clear line."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)


def agent_tool(name: str, about: str, args: type[ToolArgs], function: Callable[..., Reply]) -> BaseTool:
    """Make a LangChain tool.

    Args:
        name: The tool's name.
        about: What the agent's model is told of it.
        args: The typed arguments, each with a description.
        function: Called with the arguments by name; what it raises becomes an error message with one line, so that
            an agent can mend its call and go on.
    """

    def run(**given: Any) -> tuple[str, dict[str, Any]]:
        try:
            content, artifact = function(**given)
        except AgentSegError as error:
            raise ToolException(_line(str(error))) from error
        except GraphBubbleUp:  # an interrupt inside a user's own step is LangGraph's business
            raise
        except Exception as error:  # the tool's boundary: a perceiver or a user's own step may raise anything
            logger.exception("tool %s failed", name)
            raise ToolException(_line(f"{name} failed: {type(error).__name__}: {error}")) from error
        return json.dumps(content, separators=(",", ":")), artifact

    return StructuredTool(
        name=name,
        description=about,
        args_schema=args,
        func=run,
        response_format="content_and_artifact",
        handle_tool_error=True,
        handle_validation_error=lambda error: _bad_arguments(name, error),
    )


def check_ids(ids: Iterable[int], twin: Twin) -> tuple[int, ...]:
    """Check that a twin has these ids.

    Raises:
        InputError: It has not; the message lists those that it has.
    """
    wanted = tuple(dict.fromkeys(ids))
    unknown = [key for key in wanted if key not in twin.ids]
    if unknown:
        raise InputError(f"no instance {unknown[0]}; this twin has {list(twin.ids)[:MOST_ROWS]}")
    return wanted


def rows_of(twin: Twin, ids: Iterable[int] | None = None, clip: bool = False) -> dict[str, Any]:
    """The instances of a twin as a message lists them.

    Args:
        twin: The twin.
        ids: Only these; None for all.
        clip: Whether to say in which frames each was first and last seen.

    Returns:
        ``{"instances": [{"id", "label", "box" (x1, y1, x2, y2 in pixels), "score" (0-1), "depth" (metres), ...}]}`` and
        ``"left_out"``, a number, where there are more than ``MOST_ROWS``.
    """
    wanted = None if ids is None else set(ids)
    rows = [row for row in twin.instances if wanted is None or row.id in wanted]
    best = {row.id for row in sorted(rows, key=lambda row: -row.score)[:MOST_ROWS]}
    listed = {"instances": [_row(row, twin, clip) for row in rows if row.id in best]}
    return listed | ({"left_out": len(rows) - len(best)} if len(rows) > len(best) else {})


def masks_of(twins: Timeline | Iterable[Twin], ids: Iterable[int]) -> list[dict[str, Any]]:
    """Masks by frame and id: ``[{"frame": "f0", "id": 3, "rle": {"size": [H, W], "counts": "..."}}]``.

    One that is only a filled box also has ``"mask_source": "box"``.
    """
    wanted = tuple(ids)
    return [
        {"frame": f"f{twin.frame}", "id": key, "rle": dict(twin.masks[key]), **_source(twin, key)}
        for twin in twins
        for key in wanted
        if key in twin.masks
    ]


def _source(twin: Twin, key: int) -> dict[str, str]:
    row = twin.get(key)
    return {"mask_source": "box"} if row is not None and row.mask_source == "box" else {}


def _row(row: Instance, twin: Twin, clip: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": row.id,
        "label": row.name,
        "box": [round(side) for side in row.box],
        "score": round(row.score, 2),
    }
    if row.depth_mean is not None:
        shown["depth"] = round(row.depth_mean, 2)
    if "colour" in row.attributes:
        shown["colour"] = clean_label(row.attributes["colour"])
    if row.parent is not None:
        shown["part_of"] = row.parent
    if row.mask_source == "box":
        shown["mask_source"] = "box"  # a filled box stands for the mask
    if clip:
        shown |= {"first_seen": f"f{row.first_seen}", "last_seen": f"f{row.last_seen}"}
    rivals = (other for other in twin.instances if other.name != row.name)
    if row.score < UNSURE or any(_overlap(row, other) > SAME_BOX for other in rivals):
        shown["ambiguous"] = True
    return shown


def _overlap(first: Instance, second: Instance) -> float:
    """Intersection over union of two boxes."""
    left, top = max(first.box[0], second.box[0]), max(first.box[1], second.box[1])
    right, bottom = min(first.box[2], second.box[2]), min(first.box[3], second.box[3])
    joint = max(0.0, right - left) * max(0.0, bottom - top)
    both = sum((row.box[2] - row.box[0]) * (row.box[3] - row.box[1]) for row in (first, second)) - joint
    return joint / both if both > 0 else 0.0


def _bad_arguments(name: str, error: Any) -> str:
    return _line(f"{name}: {explain(error)}" if isinstance(error, ValidationError) else f"{name}: {error}")


def _line(text: str) -> str:
    return " ".join(text.split())[:400]
