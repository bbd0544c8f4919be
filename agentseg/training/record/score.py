"""What training needs to know of a trace beside the trace: a line of ``scores.jsonl``."""

from __future__ import annotations

import json

from pydantic import BaseModel, ConfigDict, Field

from agentseg.evaluation.prediction import TwinKind
from agentseg.sample import Sample, Task
from agentseg.trace import Status, Trace
from agentseg.training.rewards import task_accuracy


class Score(BaseModel):
    """A trace's sample, and how right it was.

    Attributes:
        trace_id: The trace's.
        id: The sample's; with ``attempt``, unique in a recording.
        attempt: From 0.
        dataset: The sample's dataset.
        split: Its split.
        twin: What the graph reasoned over.
        task: The sample's task.
        level: Its level, or None.
        category: Its category, or empty.
        media: Hash of the pixels: divide by it, never by lines, or a picture is in both parts.
        licence: The sample's licence.
        status: How the trace ended.
        accuracy: In [0, 1]: a mask's mean IoU, 1 for the exact number, F1 of boxes at an IoU of .5. None where the
            sample has no truth.
        truth: Ids of the true answer in the true twin, where they are known; a perceived twin has others.
        revision: Which weights answered, where that is known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    trace_id: str
    id: str
    attempt: int = Field(ge=0)
    dataset: str
    split: str
    twin: TwinKind
    task: Task
    level: int | None = None
    category: str = ""
    media: str
    licence: str = "unstated"
    status: Status
    accuracy: float | None = Field(default=None, ge=0, le=1)
    truth: tuple[int, ...] | None = None
    revision: str = ""

    @property
    def line(self) -> bytes:
        """The score as a line of ASCII JSON with its line break."""
        return (json.dumps(self.model_dump(mode="json"), separators=(",", ":")) + "\n").encode("ascii")


def score_of(trace: Trace, sample: Sample, attempt: int, twin: TwinKind, revision: str) -> Score:
    """The score of a trace.

    Raises:
        InputError: The sample's truth is no mask.
    """
    return Score(
        trace_id=trace.trace_id,
        id=sample.id,
        attempt=attempt,
        dataset=sample.dataset,
        split=sample.split,
        twin=twin,
        task=sample.task,
        level=sample.level,
        category=sample.category,
        media=trace.media,
        licence=sample.licence,
        status=trace.status,
        accuracy=task_accuracy(trace, sample),
        truth=_truth(sample),
        revision=revision,
    )


def _truth(sample: Sample) -> tuple[int, ...] | None:
    ids = sample.extra.get("answer")
    if not isinstance(ids, list):
        return None
    known = tuple(key for key in ids if type(key) is int)
    return known if len(known) == len(ids) else None
