"""KitchenBench as files, in the layout of ReVOS, for systems that read those: a still is a clip of one frame.

    DIR/meta_expressions_{split}_.json    {videos: {SEED: {frames, expressions: {index: {exp, anno_id, level, ...}}}}}
    DIR/mask_dict.json                    {anno_id: [RLE or null per frame]}
    DIR/JPEGImages/SEED/00000.jpg ...

The layout has no numbers and no boxes, so queries for those are left out, or written with the masks of what is counted
or boxed and the fields ``task`` and ``number``, which readers of the layout pass over. The files of the expressions are
written last, so that a folder that has them is whole.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np

from agentseg.errors import InputError
from agentseg.frames import Frame
from agentseg.masks import encode
from agentseg.sim.kitchenbench.human import human_queries
from agentseg.sim.kitchenbench.maker import BenchQuery
from agentseg.sim.kitchenbench.samples import all_queries, rendered
from agentseg.sim.kitchenbench.splits import split_of
from agentseg.sim.truth import Truth

JPEG_QUALITY = 95
MASKS, PICTURES = "mask_dict.json", "JPEGImages"
EXPORT_LIMIT = 100_000
"""Most samples of one export."""


@dataclass(frozen=True)
class Exported:
    """What an export wrote.

    Attributes:
        clips: Number of scenes.
        expressions: Number of queries.
        left_out: Queries by task that the layout has no place for.
    """

    clips: int
    expressions: int
    left_out: dict[str, int]


def check_split(split: str, limit: int | None = None) -> None:
    """Find out whether a split can be written, before a folder is made for it.

    Raises:
        InputError: There is no such split, or one without an end has no limit.
    """
    if split == "human":
        next(human_queries(), None)  # its file may be missing
    elif split_of(split).size is None and limit is None:
        raise InputError(f"the split {split!r} does not end: name a limit of at most {EXPORT_LIMIT}")


def export(
    split: str,
    folder: Path,
    *,
    limit: int | None = None,
    everything: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Exported:
    """Write a split as files.

    Args:
        split: Name of the split.
        folder: Exists; holds no export and no ``JPEGImages`` yet. What an error leaves half done is removed.
        limit: Only the first so many samples, the left out ones included; None for all of a split that ends.
        everything: Write queries for numbers and boxes too.
        on_progress: Called with the number of samples so far.

    Raises:
        InputError: There is no such split, a split without an end has no limit, or a file exists or cannot be written.
    """
    meta = folder / f"meta_expressions_{split}_.json"
    check_split(split, limit)
    for path in (meta, folder / MASKS, folder / PICTURES):
        if path.exists():
            raise InputError(f"{str(path)!r} exists: name a new folder")
    parts = [folder / f".{name}.part" for name in (MASKS, meta.name)]
    try:
        with parts[0].open("w", encoding="utf8") as masks:
            writer = _Writer(folder, masks, everything)
            writer.write(islice(all_queries(split), limit), on_progress or (lambda done: None))
        parts[1].write_text(json.dumps({"videos": writer.videos}), encoding="utf8")
        parts[0].replace(folder / MASKS)
        parts[1].replace(meta)
    except BaseException as error:
        for path in (*parts, folder / MASKS):
            with suppress(OSError):
                path.unlink()
        shutil.rmtree(folder / PICTURES, ignore_errors=True)
        if isinstance(error, OSError):
            reason = error.strerror or error
            raise InputError(f"the folder {str(folder)[:200]!r} cannot be written: {reason}") from None
        raise
    return Exported(len(writer.videos), writer.expressions, dict(writer.left_out))


class _Writer:
    """Writes scene by scene; masks go to their file as they come, so that memory stays flat."""

    def __init__(self, folder: Path, masks: IO[str], everything: bool) -> None:
        self.folder, self.masks, self.everything = folder, masks, everything
        self.videos: dict[str, Any] = {}
        self.left_out: Counter[str] = Counter()
        self.expressions = 0
        self.annotations: dict[tuple[int, int], int] = {}

    def write(self, asked: Iterable[BenchQuery], on_progress: Callable[[int], None]) -> None:
        self.masks.write("{")
        for done, query in enumerate(asked, start=1):
            if query.task == "segment" or self.everything:
                self._expression(query)
            else:
                self.left_out[query.task] += 1
            on_progress(done)
        self.masks.write("}")

    def _expression(self, query: BenchQuery) -> None:
        frames, truth = rendered(query.seed, query.frames)
        video = self.videos.get(str(query.seed)) or self._video(query, frames)
        video["expressions"][str(query.index)] = {
            "exp": query.text,
            "obj_id": list(query.answer),
            "anno_id": [self._annotation(query.seed, id, truth) for id in query.answer],
            "type_id": 1,
            "level": query.level,
            "category": query.category,
            **({} if query.task == "segment" else {"task": query.task, "number": query.number}),
        }
        self.expressions += 1

    def _video(self, query: BenchQuery, frames: list[Frame]) -> dict[str, Any]:
        from PIL import Image

        place = self.folder / PICTURES / str(query.seed)
        place.mkdir(parents=True, exist_ok=True)
        names = [f"{index:05d}" for index in range(len(frames))]
        for name, frame in zip(names, frames, strict=True):
            Image.fromarray(frame.rgb).save(place / f"{name}.jpg", quality=JPEG_QUALITY)
        height, width = frames[0].size
        video = {"frames": names, "height": height, "width": width, "expressions": {}}
        self.videos[str(query.seed)] = video
        return video

    def _annotation(self, seed: int, id: int, truth: Truth) -> int:
        """The number of a thing's masks, which are written when it is first asked for."""
        if (seed, id) not in self.annotations:
            number = self.annotations[seed, id] = len(self.annotations)
            rows = [encode(ids == id) if np.any(ids == id) else None for ids in truth.ids]
            self.masks.write(f'{", " if number else ""}"{number}": {json.dumps(rows)}\n')
        return self.annotations[seed, id]
