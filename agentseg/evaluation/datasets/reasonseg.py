"""ReasonSeg (LISA): an implicit query over a photo, with polygons of the target and of pixels to ignore.

Layout: ``{train,val,test}/X.jpg`` and ``X.json`` with ``shapes`` [{``label``, ``points`` [[x, y], ...]}], ``text``
[str, ...] and ``is_sentence``; UTF-8, some files cp1252. 239, 200 and 779 pictures.

A shape with the label "flag" is left out, one with "ignore" in its label is ignored, any other is the target. The
largest is painted first, so that a small one lies on top. As the reference does, only ``text[0]`` is asked; all texts
are in ``extra``. ``category`` is ``long`` where ``is_sentence`` is set, else ``short``.

Departures:
    * Polygons are filled by Pillow, not OpenCV (see ``polygons``).
    * A picture without shapes (two test files are said to be) is a sample without a target, so that it stays in the
      denominator.

Source: Lai et al., LISA, CVPR 2024, and the layout of its public release.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agentseg.errors import InputError
from agentseg.evaluation.datasets.entry import Entry, base
from agentseg.evaluation.datasets.fields import checked, field
from agentseg.evaluation.datasets.folder import Folder, readable
from agentseg.evaluation.datasets.polygons import coordinate, fill_polygon
from agentseg.masks import Mask, encode
from agentseg.sample import Sample

IGNORE = 255
"""Label of pixels that leave both sums."""

Shape = tuple[str, list[tuple[float, float]]]


def reasonseg(folder: Folder, split: str, dataset: str = "reasonseg") -> Iterator[Entry]:
    """Entries of ReasonSeg by file name.

    Args:
        folder: Holds ``train``, ``val`` and ``test``.
        split: One of them.
        dataset: Name that samples carry.

    Raises:
        InputError: There is no such split; a sample: its JSON is missing or a field is broken.
    """
    for picture in folder.files(split, ".jpg", strict=False):
        yield Entry(readable(picture.stem), partial(_sample, folder, picture, split, dataset))


def label_map(shapes: list[Shape], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Paint shapes, the largest first: 0 background, 1 target, ``IGNORE``; uint8 (H, W).

    Args:
        shapes: (label, points) without those of the label "flag".
        size: (H, W).
    """
    masks: list[tuple[int, Mask]] = []
    for label, points in shapes:
        masks.append((IGNORE if "ignore" in label.lower() else 1, fill_polygon(points, size)))
    out = np.zeros(size, dtype=np.uint8)
    # of equal areas the later one is painted first, as in the reference, which turns an ascending order round
    for value, mask in reversed(sorted(masks, key=lambda pair: int(pair[1].sum()))):
        out[mask] = value
    return out


def _sample(folder: Folder, picture: Path, split: str, dataset: str) -> Sample:
    folder.path(folder.name(picture), split)
    path = folder.path(folder.name(picture.with_suffix(".json")), repr(folder.name(picture)))
    record = folder.json(path)
    where = repr(folder.name(path))
    texts = [checked(text, str, f"{where}: text[{i}]") for i, text in enumerate(field(record, "text", list, where))]
    if not texts:
        raise InputError(f"{where}: field 'text' has at least one text; found []")
    size = folder.size(picture)
    shapes = _shapes(record, where)
    labels = label_map(shapes, size)
    ignored = labels == IGNORE
    return Sample(
        **base(folder, split, dataset),
        id=picture.stem,
        query=texts[0].strip(),
        media=(folder.name(picture),),
        size=size,
        targets={0: encode(labels == 1)},
        ignore={0: encode(ignored)} if ignored.any() else {},
        category="long" if _is_sentence(record, where) else "short",
        extra={"texts": list(texts), "shapes": len(shapes)},
    )


def _shapes(record: Any, where: str) -> list[Shape]:
    out: list[Shape] = []
    for i, shape in enumerate(field(record, "shapes", list, where)):
        place = f"{where}: shapes[{i}]"
        label = field(shape, "label", str, place)
        if label.lower() == "flag":
            continue
        points = []
        for j, pair in enumerate(field(shape, "points", list, place)):
            at = f"{place}.points[{j}]"
            if len(checked(pair, list, at)) != 2:
                raise InputError(f"{at} is [x, y]; found {len(pair)} numbers")
            points.append((coordinate(pair[0], at), coordinate(pair[1], at)))
        out.append((label, points))
    return out


def _is_sentence(record: dict[str, Any], where: str) -> bool:
    found = record.get("is_sentence")
    return bool(found) if type(found) is int and found in (0, 1) else field(record, "is_sentence", bool, where)
