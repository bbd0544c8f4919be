"""The digital twin: what is in one frame, as a compact record of instances (FastReasonSeg, section "Digital twin").

The paper's record per instance is mask, depth statistics (mean and variance over the mask) and label. Ours adds the
box, a score, attributes such as colour, and when the instance was first and last seen.

Departures:
    * The language model reads a projection (``Twin.to_prompt``), not the record: columns once, integer rows on a
      0-100 grid, no masks, at most 30 tokens an instance instead of the hundreds of pretty JSON.
    * Labels are data from a detector: what a model reads of them is cut to ``[a-z0-9 ]{1,24}``.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from agentseg.frames import Frame
from agentseg.masks import RLE, Box, Mask, decode, union

COLUMNS = ("id", "label", "colour", "x1", "y1", "x2", "y2", "rank")
"""What the model sees by default: the box on the grid and ``rank``, the order in depth (0 = nearest)."""

CLIP_COLUMNS = (*COLUMNS, "first", "last")
"""What the model sees of a clip: also the frames in which an instance was first and last seen."""

ALL_COLUMNS = (*CLIP_COLUMNS, "score", "area", "depth", "parent")


MAX_ID = 1_000_000_000
"""Largest id of an instance."""
MAX_PIXEL = 1e8
"""Largest coordinate of a box in pixels, either sign; with it no area overflows."""
MAX_DEPTH = 1e9
"""Largest depth in metres."""


@lru_cache(maxsize=4096)
def clean_label(text: str) -> str:
    """Reduce a label to lower-case words of ``[a-z0-9 ]``, 24 characters at most; ``unknown`` if none stay.

    Accents go ("Café au lait" is ``cafe au lait``); other letters are no labels.
    """
    text = text[:200]
    if not text.isascii():
        text = re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFKD", text))
    words = re.sub(r"[^a-z0-9]+", " ", text.lower()).split()
    return " ".join(words)[:24].strip() or "unknown"


class Instance(BaseModel):
    """One thing of a frame.

    Attributes:
        id: Positive, unique in its twin, stable over the frames of a clip.
        label: What a detector called it, as it came; ``name`` is the form that models and plans use.
        score: Confidence, 0-1.
        box: (x1, y1, x2, y2) in pixels, x2 and y2 exclusive, x1 <= x2 and y1 <= y2.
        depth_mean: Mean distance over the mask in metres, greater is farther; None where it was not measured.
        depth_var: Variance of the distance over the mask, in square metres; None where it was not measured.
        attributes: Further words, e.g. ``{"colour": "red"}``.
        mask_source: Who drew the mask; ``"box"`` marks a filled box that only stands for one.
        first_seen: Index of the frame in which the instance was first seen.
        last_seen: Index of the frame in which it was last seen.
        parent: Id of the instance that this one is a part of, or None.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: int = Field(ge=1, le=MAX_ID)
    label: str
    score: float = Field(default=1.0, ge=0, le=1)
    box: Box
    depth_mean: float | None = None
    depth_var: float | None = None
    attributes: dict[str, str] = Field(default_factory=dict)
    mask_source: Literal["segmenter", "box", "truth"] = "segmenter"
    first_seen: int = 0
    last_seen: int = 0
    parent: int | None = None

    @field_validator("depth_mean", "depth_var")
    @classmethod
    def _finite_depth(cls, value: float | None) -> float | None:
        if value is not None and not 0 <= value <= MAX_DEPTH:
            raise ValueError(
                f"a depth is finite, from 0 to {MAX_DEPTH:g}, or None where it was not measured; found {value}"
            )
        return value

    @field_validator("box")
    @classmethod
    def _ordered_box(cls, value: Box) -> Box:
        x1, y1, x2, y2 = value
        if not (all(abs(side) <= MAX_PIXEL for side in value) and x1 <= x2 and y1 <= y2):
            raise ValueError(f"a box is (x1, y1, x2, y2), finite pixels with x1 <= x2 and y1 <= y2; found {value}")
        return value

    @property
    def name(self) -> str:
        """The label as models and plans write it."""
        return clean_label(self.label)


class Twin(BaseModel):
    """The instances of one frame and their masks.

    Attributes:
        frame: Index of the frame.
        size: (H, W) of the frame in pixels.
        instances: The instances; ids are unique.
        masks: COCO RLE of ``size`` by instance id; an instance without one has no pixels in this frame.

    Raises:
        pydantic.ValidationError: The size is not positive, an id occurs twice, or a mask has no instance or another
            size.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    frame: int = 0
    size: tuple[int, int]
    instances: tuple[Instance, ...] = ()
    masks: dict[int, RLE] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if min(self.size) < 1:
            raise ValueError(f"a size is (H, W) of at least 1 pixel; found {self.size}")
        ids = [instance.id for instance in self.instances]
        if len(set(ids)) != len(ids):
            raise ValueError(f"instance ids are unique; found {ids}")
        for key, rle in self.masks.items():
            if key not in ids:
                raise ValueError(f"a mask belongs to an instance; found mask {key}, instances {ids}")
            if tuple(rle["size"]) != self.size:
                found = tuple(rle["size"])
                raise ValueError(f"masks have the frame's size {self.size}; found {found} for instance {key}")
        return self

    @property
    def ids(self) -> tuple[int, ...]:
        """Ids of the instances, in their order."""
        return tuple(instance.id for instance in self.instances)

    @property
    def labels(self) -> tuple[str, ...]:
        """The different names of the instances, sorted."""
        return tuple(sorted({instance.name for instance in self.instances}))

    def get(self, instance_id: int) -> Instance | None:
        """Return the instance with this id, or None."""
        return next((instance for instance in self.instances if instance.id == instance_id), None)

    def mask(self, instance_id: int) -> Mask:
        """Decode the mask of one instance, bool (H, W); empty where the instance has none in this frame."""
        return union([self.masks[instance_id]] if instance_id in self.masks else [], self.size)

    def union(self, ids: Iterable[int]) -> Mask:
        """Union of the masks of ``ids``, bool (H, W); ids that this twin does not know have no pixels here."""
        out = union((), self.size)
        for key in ids:
            if key in self.masks:
                out |= decode(self.masks[key])
        return out

    def replace(self, instances: Iterable[Instance], masks: Mapping[int, RLE] | None = None) -> Twin:
        """Return this twin with other instances; masks default to those that the instances still have."""
        rows = tuple(instances)
        kept = {row.id for row in rows}
        source = self.masks if masks is None else masks
        masked = {key: rle for key, rle in source.items() if key in kept}
        return Twin(frame=self.frame, size=self.size, instances=rows, masks=masked)

    def to_prompt(self, columns: Sequence[str] | None = None, grid: int = 100, ids: Iterable[int] | None = None) -> str:
        """Render the compact view that a language model reads.

        Args:
            columns: Out of ``ALL_COLUMNS``; by default those of ``COLUMNS`` that this twin can fill.
            grid: Boxes, areas and scores are integers from 0 to ``grid``.
            ids: Only these instances (the changed rows of a result); None for all.

        Returns:
            One line of JSON: ``{"cols":["id","label",...],"rows":[[1,"mug",...],...]}``; -1 stands for a value that was
            not measured.

        Raises:
            ValueError: There is no such column.
        """
        chosen = tuple(columns) if columns is not None else self.columns()
        for column in chosen:
            if column not in _CELLS:
                raise ValueError(f"no column {column!r}; there are {', '.join(ALL_COLUMNS)}")
        wanted = None if ids is None else set(ids)
        order = sorted((i.depth_mean, i.id) for i in self.instances if i.depth_mean is not None)
        ranks = {key: place for place, (_, key) in enumerate(order)}
        rows = [
            [
                ranks.get(instance.id, -1) if column == "rank" else _CELLS[column](instance, self, grid)
                for column in chosen
            ]
            for instance in self.instances
            if wanted is None or instance.id in wanted
        ]
        return json.dumps({"cols": chosen, "rows": rows}, separators=(",", ":"))

    def columns(self) -> tuple[str, ...]:
        """The columns of ``COLUMNS`` that say something here: no colour or rank where none was measured."""
        unfilled = set()
        if not any("colour" in instance.attributes for instance in self.instances):
            unfilled.add("colour")
        if all(instance.depth_mean is None for instance in self.instances):
            unfilled.add("rank")
        return tuple(column for column in COLUMNS if column not in unfilled)


Perceiver: TypeAlias = Callable[[Frame, Twin], Twin]
"""A perceiver reads a frame and the twin so far, and returns a twin that knows more."""


def _on_grid(share: float, grid: int) -> int:
    return min(grid, max(0, round(share * grid)))


def _area(row: Instance, twin: Twin) -> float:
    x1, y1, x2, y2 = row.box
    return (x2 - x1) * (y2 - y1) / (twin.size[0] * twin.size[1])


_CELLS: dict[str, Callable[[Instance, Twin, int], int | str]] = {
    "id": lambda row, twin, grid: row.id,
    "label": lambda row, twin, grid: row.name,
    "colour": lambda row, twin, grid: clean_label(row.attributes.get("colour", "")),
    "x1": lambda row, twin, grid: _on_grid(row.box[0] / twin.size[1], grid),
    "y1": lambda row, twin, grid: _on_grid(row.box[1] / twin.size[0], grid),
    "x2": lambda row, twin, grid: _on_grid(row.box[2] / twin.size[1], grid),
    "y2": lambda row, twin, grid: _on_grid(row.box[3] / twin.size[0], grid),
    "rank": lambda row, twin, grid: -1,  # the order in depth is known of the whole twin only
    "first": lambda row, twin, grid: row.first_seen,
    "last": lambda row, twin, grid: row.last_seen,
    "score": lambda row, twin, grid: _on_grid(row.score, grid),
    "area": lambda row, twin, grid: _on_grid(_area(row, twin), grid),
    "depth": lambda row, twin, grid: -1 if row.depth_mean is None else round(row.depth_mean * 100),  # centimetres
    "parent": lambda row, twin, grid: -1 if row.parent is None else row.parent,
}
