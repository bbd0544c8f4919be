"""SA-V (SAM 2): masklets of clips, without words; used for tracking and as the clips of other benchmarks.

Layouts:
    * train: ``{video}.mp4`` with ``{video}_manual.json`` and/or ``{video}_auto.json``, in the root or any folder below:
      ``masklet[frame][object]`` RLE, ``masklet_id`` [...], ``video_id``, ``video_height``, ``video_width``. Every 4th
      frame of the 24 fps video is annotated, so that ``indices`` are 0, 4, 8, ...
    * val, test: ``JPEGImages_24fps/{video}/{frame}.jpg`` and ``Annotations_6fps/{video}/{object}/{frame}.png`` (not 0 =
      object), in the root or in ``sav_{split}``.

Every object is a sample with an empty query; ``category`` is ``manual`` or ``auto``. Frames of val and test without a
PNG of the object have no truth.

Source: Ravi et al., SAM 2, 2024; CC BY 4.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from agentseg.errors import InputError
from agentseg.evaluation.datasets.entry import Entry, base
from agentseg.evaluation.datasets.fields import checked, field, rle_of
from agentseg.evaluation.datasets.folder import Folder
from agentseg.masks import RLE, encode
from agentseg.sample import Sample

STRIDE = 4
"""Frames of the video from one annotated frame to the next (24 fps, 6 fps annotated)."""


def sav(folder: Folder, split: str, dataset: str = "sav") -> Iterator[Entry]:
    """Entries by video and object; ids are ``{video}/{kind}/{object}`` (train) or ``{video}/{object}``.

    Args:
        folder: Holds the split.
        split: ``train``, ``val`` or ``test``.
        dataset: Name that samples carry.

    Raises:
        InputError: There is nothing of the split; a sample: a field or picture is broken.
    """
    if split == "train":
        yield from _train(folder, dataset)
        return
    annotations = folder.first((f"sav_{split}/Annotations_6fps", "Annotations_6fps"), f"annotations of split {split!r}")
    for video in sorted(path for path in annotations.iterdir() if path.is_dir()):
        for thing in sorted(path for path in video.iterdir() if path.is_dir()):
            make = partial(_from_pictures, folder, split, dataset, thing)
            yield Entry(f"{video.name}/{thing.name}", make)


def _train(folder: Folder, dataset: str) -> Iterator[Entry]:
    paths = sorted(path for kind in ("manual", "auto") for path in folder.root.rglob(f"*_{kind}.json"))
    if not paths:
        raise InputError(f"{str(folder.root)!r}: no file VIDEO_manual.json or VIDEO_auto.json of split 'train'")
    for path in paths:
        name = folder.name(folder.path(folder.name(path), "file"))
        video, _, kind = path.stem.rpartition("_")
        record = folder.json(path)
        rows = [checked(row, list, f"{name!r}: masklet[{i}]") for i, row in enumerate(_masklet(record, name))]
        things = field(record, "masklet_id", list, repr(name), list(range(len(rows[0]) if rows else 0)))
        for number, thing in enumerate(things):
            make = partial(_from_video, folder, dataset, name, record, rows, number, f"{video}/{kind}/{thing}")
            yield Entry(f"{video}/{kind}/{thing}", make)


def _masklet(record: Any, name: str) -> list[Any]:
    rows = field(record, "masklet", list, repr(name))
    if not rows:
        raise InputError(f"{name!r}: field 'masklet' has at least one frame; found []")
    return rows


def _from_video(folder: Folder, dataset: str, name: str, record: Any, rows: list[Any], number: int, key: str) -> Sample:
    where = repr(name)
    size = tuple(int(field(record, f"video_{side}", float, where)) for side in ("height", "width"))
    targets: dict[int, RLE] = {}
    for position, row in enumerate(rows):
        at = f"{where}: masklet[{position}][{number}]"
        if number >= len(row):
            raise InputError(f"{at} is missing; this frame has {len(row)} objects")
        targets[position] = rle_of(row[number], at, (size[0], size[1]))
    video, kind, _ = key.split("/")
    clip = folder.path(f"{Path(name).parent.as_posix()}/{video}.mp4".removeprefix("./"), where)
    if not clip.is_file():
        raise InputError(f"{where}: no video {folder.name(clip)!r} beside it")
    return Sample(
        **base(folder, "train", dataset),
        id=key,
        query="",
        media=(f"video:{folder.name(clip)}",),
        indices=tuple(position * STRIDE for position in range(len(rows))),
        size=(size[0], size[1]),
        targets=targets,
        category=kind,
        licence="CC BY 4.0",
    )


def _from_pictures(folder: Folder, split: str, dataset: str, thing: Path) -> Sample:
    video = thing.parent.name
    frames = list(folder.files(f"{folder.name(thing.parent.parent.parent / 'JPEGImages_24fps' / video)}", ".jpg"))
    places = {path.stem: position for position, path in enumerate(frames)}
    if not frames:
        raise InputError(f"{folder.name(thing)!r}: no frames of video {video!r} in 'JPEGImages_24fps'")
    size = folder.size(frames[0])
    targets: dict[int, RLE] = {}
    for path in folder.files(folder.name(thing), ".png"):
        if path.stem not in places:
            raise InputError(f"{folder.name(path)!r}: its video has no frame {path.stem!r}")
        targets[places[path.stem]] = _png(folder, path, size)
    return Sample(
        **base(folder, split, dataset),
        id=f"{video}/{thing.name}",
        query="",
        media=tuple(folder.name(path) for path in frames),
        indices=tuple(range(len(frames))),
        size=size,
        targets=targets,
        category="manual",
        licence="CC BY 4.0",
        extra={"frames": [path.stem for path in frames]},
    )


def _png(folder: Folder, path: Path, size: tuple[int, int]) -> RLE:
    from PIL import Image

    found = folder.size(path)
    if found != size:
        raise InputError(f"{folder.name(path)!r} has the size {size} of its frame; found {found}")
    try:
        with Image.open(path) as image:
            values = np.asarray(image)
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(f"{folder.name(path)!r} cannot be read as a picture: {str(error)[:100]}") from None
    return encode(np.logical_or.reduce(np.atleast_3d(values) != 0, axis=2))
