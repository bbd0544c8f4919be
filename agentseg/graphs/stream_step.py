"""What a stream gives for each frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from agentseg.masks import RLE, Mask, decode
from agentseg.perception.online import TwinDiff
from agentseg.twin import Instance, Twin

StreamStatus = Literal[
    "ok", "no_target", "waiting", "format_error", "budget_exhausted", "tool_error", "reasoner_error",
    "perception_error", "bad_frame", "stalled",
]  # fmt: skip
"""``ok`` and ``no_target`` are answers. ``waiting``: nothing was seen yet, so nothing was asked. The next four: the
model or its plan failed, as in a trace, or could not be reached. The last three are faults of one frame: perception or
the tracker failed on it, it is no picture, or none came in time."""

ANSWERS = ("ok", "no_target")
"""Statuses that are an answer."""


@dataclass(frozen=True)
class StreamStep:
    """One frame of a stream, answered.

    Attributes:
        frame: Index of the frame; of a stalled source, that of the frame that did not come.
        status: How it went.
        answer: Ids of the answer; empty where the status is no answer. Those above 500,000,000 are of rows that the
            plan found itself (``stream_finds``).
        number: What a counting plan counted, or None.
        mask: The answer's mask as RLE, empty where the frame does not show it; None where there is no answer.
        twin: What was seen: instances that were confirmed, and for a few frames those that perception just lost
            (``last_seen`` tells); None on a faulty frame.
        diff: What changed since the twin before.
        key: Why perception ran: ``first``, ``schedule`` or a trigger; empty where the tracker ran alone.
        asked: Why the model was asked on this frame; empty where the plan ran without it.
        calls: Calls of the model on this frame.
        plan: Text of the plan that answered, or empty.
        ambiguous: Whether the plan's winner was ahead by less than the noise of its measure.
        ms: Milliseconds by stage: perceive, track, plan, reason, and total.
        error: What went wrong or should be known, in one line; empty where all is well.
        time_s: Time of the frame since the stream's start in seconds, or None.
    """

    frame: int
    status: StreamStatus
    answer: tuple[int, ...] = ()
    number: int | None = None
    mask: RLE | None = None
    twin: Twin | None = None
    diff: TwinDiff = field(default_factory=TwinDiff)
    key: str = ""
    asked: str = ""
    calls: int = 0
    plan: str = ""
    ambiguous: bool = False
    ms: Mapping[str, float] = field(default_factory=dict)
    error: str = ""
    time_s: float | None = None

    @property
    def pixels(self) -> Mask | None:
        """The answer's mask, bool (H, W); None where there is no answer."""
        return None if self.mask is None else decode(self.mask)

    @property
    def boxed(self) -> Mask | None:
        """The part of the answer's mask that only stands for filled boxes, bool (H, W); None where there is none."""
        if self.twin is None or self.mask is None:
            return None
        ids = [row.id for row in self.twin.instances if row.id in self.answer and row.mask_source == "box"]
        return self.twin.union(ids) if ids else None

    def to_json(self, masks: bool = False) -> dict[str, Any]:
        """The step as plain JSON, without the twin.

        Args:
            masks: Add the mask (RLE).
        """
        known = {} if self.twin is None else {row.id: row for row in self.twin.instances}
        rows = [known[key] for key in self.answer if key in known]
        line: dict[str, Any] = {
            "frame": self.frame,
            "status": self.status,
            "answer": [_told(row) for row in rows],
            "number": self.number,
            "plan": self.plan,
            "asked": self.asked,
            "calls": self.calls,
            "key": self.key,
            "ambiguous": self.ambiguous,
            "diff": self.diff.to_json(),
            "ms": {stage: round(ms, 1) for stage, ms in self.ms.items()},
            "error": self.error,
        }
        return {**line, "mask": self.mask} if masks else line


def _told(row: Instance) -> dict[str, Any]:
    box = [round(side) for side in row.box]
    return {"id": row.id, "label": row.name, "box": box, "mask_source": row.mask_source}
