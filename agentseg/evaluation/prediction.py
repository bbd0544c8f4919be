"""What a system answered for a sample, and the line that a run keeps of it.

A prediction says nothing about the truth; a row is a prediction with its scores, one line of ``rows.jsonl``. Both are
frozen and JSON-able, and a summary is made from rows alone. Times stay out of them, so that a run that was repeated
has the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from agentseg.errors import InputError
from agentseg.masks import RLE, Box
from agentseg.sample import Sample, Task
from agentseg.trace import Status

Outcome = Status | Literal["error"]
"""How a query ended; ``error`` is a run that gave no answer at all (an exception, a missing or broken file)."""

TwinKind = Literal["perceived", "true", "files"]
"""Where the answer's twin came from: a perceiver, the simulator's truth, or another system's files (no twin)."""

_BREAKS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}
"""Characters that some readers take for the end of a line, as JSON escapes them."""

FARTHEST = 10**9
"""Greatest number, token count or coordinate of an answer; sums of such are still finite."""


class Prediction(BaseModel):
    """A system's answer to one sample.

    Attributes:
        status: How it ended. ``ok`` and ``no_target`` are answers, all others are failures.
        masks: Foreground by position in the sample, as COCO RLE of the frame's size; a position that is missing has an
            empty mask.
        number: The number answered (``count``), or None.
        boxes: The boxes answered (x1, y1, x2, y2 in px, ``detect``) of position 0, or None.
        scores: Confidence of each box in [0, 1], as many as boxes, or None.
        answer: Ids of the answer in its twin.
        analysis: The model's rationale.
        plan: The plan that answered.
        reasoning_tokens: Tokens of the rationale, where they are known.
        output_tokens: All tokens that the model wrote, where they are known.
        error: What went wrong, or empty.
        boxed: Whether filled boxes stand for some of the masks (``mask_source="box"``).

    Raises:
        pydantic.ValidationError: Scores without as many boxes, a negative position or number, a float that is not
            finite, or a number or coordinate above ``FARTHEST``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    status: Outcome
    masks: dict[int, RLE] = Field(default_factory=dict)
    number: int | None = Field(default=None, ge=0, le=FARTHEST)
    boxes: tuple[Box, ...] | None = None
    scores: tuple[float, ...] | None = None
    answer: tuple[int, ...] = ()
    analysis: str = ""
    plan: str = ""
    reasoning_tokens: int | None = Field(default=None, ge=0, le=FARTHEST)
    output_tokens: int | None = Field(default=None, ge=0, le=FARTHEST)
    error: str = ""
    boxed: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.scores is not None and len(self.scores) != len(self.boxes or ()):
            found = f"{len(self.scores)} scores, {len(self.boxes or ())} boxes"
            raise ValueError(f"every box has one score; found {found}")
        if any(abs(side) > FARTHEST for box in self.boxes or () for side in box):
            raise ValueError(f"a box lies within {FARTHEST} px of the frame; found one beyond")
        if any(position < 0 for position in self.masks):
            raise ValueError(f"masks are by position from 0; found {min(self.masks)}")
        return self

    @property
    def failed(self) -> bool:
        """Whether there is no answer: it counts as wrong and stays in every denominator."""
        return self.status not in ("ok", "no_target")

    @classmethod
    def failure(cls, error: str) -> Prediction:
        """A prediction of status ``error`` that says what went wrong."""
        return cls(status="error", error=error)


class Row(BaseModel):
    """One line of ``rows.jsonl``: a sample, what was answered, and its scores.

    Attributes:
        id: The sample's id.
        twin: Where the answer's twin came from; (id, twin) is unique in a run.
        task: The sample's task.
        level: Its level, or None.
        category: Its category, or empty.
        split: Its split.
        query: The words asked.
        prediction: The answer.
        scores: What the protocol measured, by name: all that a summary needs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    id: str
    twin: TwinKind
    task: Task
    level: int | None = None
    category: str = ""
    split: str
    query: str
    prediction: Prediction
    scores: dict[str, JsonValue] = Field(default_factory=dict)

    @classmethod
    def of(cls, sample: Sample, twin: TwinKind, prediction: Prediction, scores: dict[str, JsonValue]) -> Row:
        """The row of a sample: its facts, what was answered, and what the protocol measured."""
        return cls(
            id=sample.id,
            twin=twin,
            task=sample.task,
            level=sample.level,
            category=sample.category,
            split=sample.split,
            query=sample.query,
            prediction=prediction,
            scores=scores,
        )

    @property
    def key(self) -> tuple[str, str]:
        """(id, twin): what rows are sorted by and recognised by on resume."""
        return (self.id, self.twin)

    @property
    def line(self) -> str:
        """The row as a line of JSON with sorted keys and its line break; ``Row.model_validate_json`` reads it."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        # A lone surrogate, as a model may write, fits no file.
        return text.encode("utf8", "replace").decode("utf8").translate(_BREAKS) + "\n"


def read_rows(path: str | Path) -> Iterator[Row]:
    """Read ``rows.jsonl`` line by line; half a last line, as a crash leaves it, is left out.

    Raises:
        InputError: The file is missing, or a line is no row; the message names it.
    """
    try:
        with Path(path).open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    return
                try:
                    yield Row.model_validate_json(line)
                except ValidationError as error:
                    first = error.errors()[0]
                    place = ".".join(map(str, first["loc"])) or "the line"
                    raise InputError(f"{str(path)!r}, line {number}: {place}: {first['msg']}") from None
    except OSError as error:
        raise InputError(f"no rows at {str(path)!r}: {error.strerror or error}") from None
