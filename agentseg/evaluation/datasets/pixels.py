"""Opening the pixels of a sample, one frame at a time.

``media`` of a sample is one path per frame, or a handle ``scheme:rest`` for all of them: ``video:NAME`` (decoded by
PyAV, extra ``video``; only the frames in ``indices``), ``parquet:NAME#ROW`` (extra ``data``) and
``kitchen:SEED?frames=T`` (rendered). Others can be passed.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path

import numpy as np

from agentseg.errors import InputError, MissingExtra
from agentseg.evaluation.datasets.arrow_rows import image_bytes
from agentseg.evaluation.datasets.folder import Folder
from agentseg.evaluation.datasets.kitchenbench import kitchen_pixels
from agentseg.frames import Frame, Rgb, as_frames
from agentseg.sample import Sample

Opener = Callable[[Sample, str], Iterator[Rgb]]
"""Reads the frames of a handle: (sample, what stands after ``scheme:``) to uint8 (H, W, 3) in the sample's order."""


def open_frames(sample: Sample, openers: Mapping[str, Opener] | None = None) -> Iterator[Frame]:
    """Yield the frames of a sample, each with its position as ``index``.

    Args:
        sample: Whose ``root`` exists on this machine; nothing outside it is opened.
        openers: Further schemes by name.

    Raises:
        InputError: A file is missing, broken, outside the root, there are fewer frames than ``indices``, or a frame has
            another size than the sample.
        MissingExtra: The package that a scheme needs is not installed.
    """
    scheme, _, rest = sample.media[0].partition(":")
    known = {**OPENERS, **(openers or {})}
    rest = rest if scheme.isidentifier() else ""
    if rest and scheme not in known:
        raise InputError(f"sample {sample.id!r}: media {sample.media[0][:80]!r}; schemes are {', '.join(known)}")
    pictures = known[scheme](sample, rest) if rest else _pictures(sample)
    count = 0
    for rgb in islice(pictures, len(sample.indices)):
        frame = Frame(rgb, count)
        if sample.size is not None and frame.size != sample.size:
            raise InputError(f"sample {sample.id!r}: frame {count} has size {sample.size}; found {frame.size}")
        yield frame
        count += 1
    if count < len(sample.indices):
        raise InputError(f"sample {sample.id!r}: {len(sample.indices)} frames are named; found {count}")


def _pictures(sample: Sample) -> Iterator[Rgb]:
    folder = Folder(sample.root)
    for name in sample.media:
        yield next(as_frames(_file(folder, name, sample))).rgb


def _row(sample: Sample, rest: str) -> Iterator[Rgb]:
    from PIL import Image, UnidentifiedImageError

    name, _, row = rest.rpartition("#")
    if not row.isdecimal():
        raise InputError(f"sample {sample.id!r}: media is 'parquet:NAME#ROW'; found {rest[:80]!r}")
    data = image_bytes(Folder(sample.root), name, int(row))
    try:
        with Image.open(io.BytesIO(data)) as image:
            yield next(as_frames(image)).rgb
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"{name!r}, row {row}: field 'image' is no picture: {str(error)[:100]}") from None


def _video(sample: Sample, rest: str) -> Iterator[Rgb]:
    try:
        import av
    except ImportError:
        raise MissingExtra("reading videos", "av", "video") from None
    path = _file(Folder(sample.root), rest, sample)
    wanted = set(sample.indices)
    try:
        with av.open(str(path)) as clip:
            for index, picture in enumerate(clip.decode(video=0)):
                if index in wanted:
                    yield np.asarray(picture.to_ndarray(format="rgb24"), dtype=np.uint8)
                if index >= max(wanted):
                    return
    except (av.error.FFmpegError, IndexError) as error:
        raise InputError(f"{rest!r} cannot be read as a video: {str(error)[:120]}") from None


def _file(folder: Folder, name: str, sample: Sample) -> Path:
    path = folder.path(name, f"sample {sample.id!r}: media")
    if not path.is_file():
        raise InputError(f"sample {sample.id!r}: no file {name!r} in {str(folder.root)!r}")
    return path


OPENERS: dict[str, Opener] = {"video": _video, "parquet": _row, "kitchen": kitchen_pixels}
"""What reads each scheme."""
