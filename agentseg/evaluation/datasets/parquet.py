"""The parquet forms of Seg-Zero: evaluation sets (``ReasonSeg_val``, ``refcoco_*``) and its training set.

Layout: ``{split}*.parquet`` in ``data`` or the root, as Hugging Face exports them; ``image`` is {``bytes``, ``path``}.

* Evaluation, columns ``image``, ``mask`` (list of list of bool), ``text``, ``image_id``, ``ann_id``, ``img_height``,
  ``img_width``: task ``segment``. The conversion made ignored pixels part of the target, so that scores are those of
  the protocol ``segzero`` and not comparable with ``lisa``.
* Training, columns ``image``, ``problem``, ``solution``: a JSON string [{``bbox_2d``, ``point_2d``}] on the picture
  stretched to 840 x 840: task ``detect``; boxes come in pixels of the stored picture, points in ``extra``.

Rows are read a few at a time; the columns of pictures only when frames are opened. Needs the extra ``data``.

Source: Liu et al., Seg-Zero, 2025, and its public data.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from agentseg.errors import InputError
from agentseg.evaluation.datasets.arrow_rows import image_bytes, pyarrow_parquet, rows
from agentseg.evaluation.datasets.entry import Entry, base
from agentseg.evaluation.datasets.fields import checked, field
from agentseg.evaluation.datasets.folder import Folder, parse
from agentseg.evaluation.datasets.polygons import coordinate
from agentseg.masks import Box, Mask, encode
from agentseg.sample import Sample

GRID = 840
"""Side of the square that coordinates of the training set refer to."""


def parquet(folder: Folder, split: str, dataset: str = "parquet") -> Iterator[Entry]:
    """Entries by file and row; ids are ``{image_id}_{ann_id}_{row}`` or ``{id}_{row}``, ``row`` counted over all files.

    Args:
        folder: Holds ``data/{split}*.parquet`` or ``{split}*.parquet``.
        split: ``test`` of the evaluation sets, ``train`` of the training set.
        dataset: Name that samples carry.

    Raises:
        MissingExtra: pyarrow is not installed.
        InputError: There is no such file, it is broken, or has other columns; a sample: a field is broken.
    """
    pyarrow_parquet()
    place = "data" if (folder.root / "data").is_dir() else ""
    paths = [path for path in folder.files(place, ".parquet") if path.name.startswith(split)]
    if not paths:
        raise InputError(f"{str(folder.root)!r}: no file {split}*.parquet in {place or 'it'}")
    count = 0
    for path in paths:
        for row, record in enumerate(rows(folder, path)):
            where = f"{folder.name(path)!r}, row {row}"
            parts = (record.get("image_id"), record.get("ann_id")) if "mask" in record else (record.get("id"),)
            key = "_".join([*(_plain(part) for part in parts if part is not None), str(count)])
            shared = base(folder, split, dataset) | {"id": key, "media": (f"parquet:{folder.name(path)}#{row}",)}
            make = _evaluation if "mask" in record else _training
            yield Entry(key, partial(make, folder, record, shared, where))
            count += 1


def _evaluation(folder: Folder, record: dict[str, Any], shared: dict[str, Any], where: str) -> Sample:
    mask = _mask(record["mask"], where)
    for side, found in zip(("img_height", "img_width"), mask.shape, strict=True):
        if field(record, side, int, where, found) != found:
            raise InputError(f"{where}: field 'mask' has the {side} {record[side]}; found {found}")
    return Sample(
        **shared,
        query=field(record, "text", str, where).strip(),
        size=(mask.shape[0], mask.shape[1]),
        targets={0: encode(mask)},
        extra={"ignore": "part of the target"},
    )


def _mask(value: Any, where: str) -> Mask:
    lines = None if value is None else value.values  # the arrow list of rows of this mask
    if lines is None or len(lines) == 0 or not hasattr(lines, "flatten"):
        raise InputError(f"{where}: field 'mask' is a list of rows of true or false; found {type(value).__name__}")
    widths = np.asarray(lines.value_lengths())
    flat = np.asarray(lines.flatten().to_numpy(zero_copy_only=False))
    if len(set(widths.tolist())) != 1 or flat.size == 0 or flat.dtype.kind not in "biu":
        raise InputError(f"{where}: field 'mask' has rows of one length of true or false; found {flat.dtype}")
    return flat.reshape(len(lines), -1).astype(bool)


def _training(folder: Folder, record: dict[str, Any], shared: dict[str, Any], where: str) -> Sample:
    """Boxes and points of the training set."""
    text = field(record, "solution", str, where)
    name, _, row = shared["media"][0].removeprefix("parquet:").rpartition("#")
    size = folder.size(io.BytesIO(image_bytes(folder, name, int(row))), f"{where}: field 'image'")
    scale = (size[1] / GRID, size[0] / GRID)
    boxes, points = [], []
    things = checked(parse(text, f"{where}: field 'solution'"), list, f"{where}: field 'solution'")
    for i, thing in enumerate(things):
        at = f"{where}: solution[{i}]"
        x1, y1, x2, y2 = _numbers(thing, "bbox_2d", 4, at)
        boxes.append((x1 * scale[0], y1 * scale[1], x2 * scale[0], y2 * scale[1]))
        x, y = _numbers(thing, "point_2d", 2, at)
        points.append([x * scale[0], y * scale[1]])
    truth: dict[int, tuple[Box, ...]] = {0: tuple(boxes)}
    query = field(record, "problem", str, where).strip()
    return Sample(**shared, task="detect", query=query, size=size, boxes=truth, extra={"points": list(points)})


def _numbers(record: Any, name: str, count: int, where: str) -> list[float]:
    found = field(record, name, list, where)
    if len(found) != count:
        raise InputError(f"{where}: field {name!r} is {count} numbers; found {len(found)}")
    return [coordinate(value, f"{where}: field {name!r}") for value in found]


def _plain(part: Any) -> str:
    """Part of an id, in characters that every file system takes."""
    return re.sub(r"[^A-Za-z0-9.-]+", "-", str(part))[:120].strip(".") or "x"
