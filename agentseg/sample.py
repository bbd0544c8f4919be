"""A sample: one query over one picture or clip, with its truth, as data. Datasets write it, runs read it.

A sample is frozen and JSON-able, and holds no pixels: ``media`` names files below ``root``, which
``agentseg.evaluation.datasets.open_frames`` opens when they are needed. Truth is in COCO run-length form.

Frames are counted by their position in the sample, 0 to T - 1, as ``agentseg.frames.as_frames`` counts them;
``indices`` says which frame of the source's clip each one is.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from agentseg.masks import RLE, Box

Task = Literal["segment", "count", "detect"]
"""What is asked for: masks, a number, or boxes."""


class Sample(BaseModel):
    """One query over one picture or clip, with its truth.

    Attributes:
        id: Unique in its dataset and split, the same on every run; parts are divided by ``/`` and it can serve as a
            relative path for what a run writes.
        dataset: Name of the dataset, as ``open_dataset`` takes it.
        split: Its split.
        task: What is asked for.
        query: The words asked; empty where the dataset has none (SA-V).
        root: Folder that ``media`` is relative to.
        media: One path per frame, relative to ``root``; or one handle for all frames, ``scheme:rest``, such as
            ``video:a.mp4`` or ``parquet:test.parquet#3``.
        indices: Frame of the source's clip by position; one of a picture is (0,).
        size: (H, W) in pixels, or None where it is known only from the pixels.
        targets: Truth by position, as COCO RLE of ``size``. A mask without foreground says that there is no target in
            this frame; a position that is missing has no truth and is not scored.
        ignore: Pixels that no protocol with an ignore label counts, by position; missing where there are none.
        boxes: Truth boxes (x1, y1, x2, y2) in pixels by position, for ``detect``.
        number: The true number, for ``count``.
        level: Depth of reasoning, from 1, or None where the dataset has no levels.
        category: Kind of question, e.g. ``short``, ``reasoning``, ``temporal``; empty where there are no kinds.
        licence: Terms as far as they are known; the publisher's page decides.
        extra: What else the dataset says, JSON only.

    Raises:
        pydantic.ValidationError: A mask has another size or position than the sample, or the id is no plain name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1, max_length=400)
    dataset: str
    split: str
    task: Task = "segment"
    query: str
    root: str = ""
    media: tuple[str, ...] = Field(min_length=1)
    indices: tuple[int, ...] = Field(default=(0,), min_length=1)
    size: tuple[int, int] | None = None
    targets: dict[int, RLE] = Field(default_factory=dict)
    ignore: dict[int, RLE] = Field(default_factory=dict)
    boxes: dict[int, tuple[Box, ...]] = Field(default_factory=dict)
    number: int | None = Field(default=None, ge=0)
    level: int | None = Field(default=None, ge=1)
    category: str = ""
    licence: str = "unstated"
    extra: dict[str, JsonValue] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not is_plain_name(self.id):
            raise ValueError(f"an id is a plain relative name without '..'; found {self.id[:80]!r}")
        if len(self.media) not in (1, len(self.indices)):
            raise ValueError(f"media is one handle or one path per frame; found {len(self.media)}, {len(self.indices)}")
        if (self.targets or self.ignore) and self.size is None:
            raise ValueError("a sample with masks has a size (H, W); found None")
        for name, masks in (("targets", self.targets), ("ignore", self.ignore)):
            for position, rle in masks.items():
                if tuple(rle["size"]) != self.size:
                    raise ValueError(f"{name}[{position}] has size {rle['size']}; the sample has {self.size}")
        for position in (*self.targets, *self.ignore, *self.boxes):
            if not 0 <= position < len(self.indices):
                raise ValueError(f"truth is of positions 0 to {len(self.indices) - 1}; found {position}")
        return self


def is_plain_name(name: str) -> bool:
    """Whether a name is a relative path that cannot lead out of a folder, on any system.

    Args:
        name: Parts divided by ``/``; no empty part, ``.`` or ``..``, no backslash, drive or control character.
    """
    if not name or "\\" in name or not name.isprintable() or name[1:2] == ":":
        return False
    return all(part not in ("", ".", "..") for part in name.split("/"))
