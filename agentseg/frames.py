"""Frames: the pixels that perceivers read, from whatever a user has at hand.

Pixels live here and in the graph's runtime context only; the twin, the messages and the checkpoints carry none.
"""

from __future__ import annotations

import re
import struct
import warnings
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from agentseg.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

Rgb = NDArray[np.uint8]

MAX_PIXELS = 64_000_000
"""Largest picture that is decoded (64 Mpx: an 8k photo); above it a file is refused as a decompression bomb."""

MAX_CLIP_PIXELS = 512_000_000
"""Most pixels that one animated file may hold in all its frames (1.5 GB once decoded); above it the file is refused."""

PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")

_BROKEN = (
    ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, OSError, RuntimeError, SyntaxError, TypeError,
    ValueError, struct.error, zlib.error,
)  # fmt: skip
"""What Pillow's readers raise on files with flipped bytes (found by trying)."""


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of a camera; two frames are equal only where they are the same object.

    Args:
        rgb: uint8, (H, W, 3), values 0-255, H and W at least 1.
        index: Number of the frame in its clip, from 0.
        time_s: Time since the clip's start in seconds, or None.

    Raises:
        InputError: The array has another shape or type.
    """

    rgb: Rgb
    index: int = 0
    time_s: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.rgb, np.ndarray):
            raise InputError(f"a frame is a uint8 array (H, W, 3); found {type(self.rgb).__name__}")
        shape, kind = self.rgb.shape, self.rgb.dtype
        if len(shape) != 3 or shape[2] != 3 or 0 in shape or kind != np.uint8:
            raise InputError(f"a frame is a uint8 array (H, W, 3); found shape {shape}, {kind}")

    @property
    def size(self) -> tuple[int, int]:
        """(H, W) in pixels."""
        return (self.rgb.shape[0], self.rgb.shape[1])


def as_frames(source: Any) -> Iterator[Frame]:
    """Yield frames from an array, a PIL picture, a path, a folder of pictures, or any iterable of these.

    Args:
        source: uint8 or float (0-1) array (H, W, 3), (H, W, 4) or grey (H, W), or a stack (T, H, W, 3);
            ``PIL.Image``; path of a picture (an animated one gives all its frames) or of a folder (its pictures by
            name, frame_2 before frame_10); a ``Frame``; or an iterable of any of them, which is read lazily, so an
            endless camera works.

    Raises:
        InputError: The file is missing, no picture, too large, or the source has another type.
    """
    for index, rgb in enumerate(_arrays(source)):
        if isinstance(rgb, Frame):
            yield rgb if rgb.index == index else Frame(rgb.rgb, index, rgb.time_s)
        else:
            yield Frame(rgb, index)


def _arrays(source: Any) -> Iterator[Rgb | Frame]:
    if isinstance(source, Frame):
        yield source
    elif isinstance(source, np.ndarray):
        yield from (map(_as_rgb, source) if source.ndim == 4 else [_as_rgb(source)])
    elif source == "" and isinstance(source, str):
        raise InputError("the path of the source is empty: name a picture or a folder of pictures")
    elif isinstance(source, str | Path):
        yield from _from_path(Path(source))
    elif hasattr(source, "convert") and hasattr(source, "size"):
        yield _from_given(source)
    elif isinstance(source, Iterable):
        for part in source:
            yield from _arrays(part)
    else:
        found = type(source).__name__
        raise InputError(f"frames come from an array, picture, path, folder or iterable of these; found {found}")


def _from_path(path: Path) -> Iterator[Rgb]:
    for file in picture_files(path):
        yield from _open(file)


def picture_files(path: Path) -> list[Path]:
    """A picture, or the pictures of a folder by name, frame_2 before frame_10.

    Raises:
        InputError: There is no such file, it cannot be read, or the folder has no picture.
    """
    try:
        return _pictures(path)
    except OSError as error:  # a name that is too long, a folder that may not be read
        raise InputError(f"{str(path)[:200]!r} cannot be read: {error.strerror or error}") from None


def _pictures(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise InputError(f"no file {str(path)[:200]!r}: check the path")
    files = [child for child in path.iterdir() if child.suffix.lower() in PICTURES and child.is_file()]
    if not files:
        raise InputError(f"no picture in folder {str(path)!r}; looked for {', '.join(PICTURES)}")
    return sorted(files, key=_natural)


def _natural(path: Path) -> tuple[list[str | int], str]:
    """Order by name, its numbers by value: text and numbers alternate, so that like meets like."""
    parts = re.split(r"([0-9]+)", path.name)
    return [int(part) if place % 2 else part for place, part in enumerate(parts)], path.name


def _open(path: Path) -> Iterator[Rgb]:
    from PIL import Image, ImageSequence, UnidentifiedImageError

    name, most = repr(str(path)), f"at most {MAX_PIXELS:,} pixels are read: scale it down"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we refuse earlier than Pillow warns
            opened = Image.open(path)
        with opened as image:
            if image.width * image.height > MAX_PIXELS:
                raise InputError(f"{name} has {image.width}x{image.height} pixels; {most}")
            stills = getattr(image, "n_frames", 1)
            if image.width * image.height * stills > MAX_CLIP_PIXELS:
                found = f"{stills} frames of {image.width}x{image.height}"
                raise InputError(f"{name} has {found}; at most {MAX_CLIP_PIXELS:,} pixels in all are read: shorten it")
            for still in ImageSequence.Iterator(image):
                yield _from_image(still)
    except UnidentifiedImageError:
        raise InputError(f"{name} is not a picture that Pillow reads ({', '.join(PICTURES)})") from None
    except Image.DecompressionBombError:
        raise InputError(f"{name} is too large to decode; {most}") from None
    except _BROKEN as error:
        reason = " ".join(f"{error or type(error).__name__}".split())[:200]
        raise InputError(f"{name} cannot be read as a picture: {reason}") from None


def _from_given(image: Image) -> Rgb:
    """As ``_from_image``, of a picture that somebody opened: Pillow reads its pixels only now."""
    try:
        return _from_image(image)
    except _BROKEN as error:
        reason = " ".join(f"{error or type(error).__name__}".split())[:200]
        raise InputError(f"a picture cannot be read: {reason}") from None


def _from_image(image: Image) -> Rgb:
    from PIL import ImageOps

    if image.width * image.height > MAX_PIXELS:
        found = f"{image.width}x{image.height}"
        raise InputError(f"a picture has {found} pixels; at most {MAX_PIXELS:,} are read: scale it down")
    image = ImageOps.exif_transpose(image)
    if image.mode == "F" or image.mode.startswith("I"):
        return _from_deep(np.asarray(image))
    return np.asarray(image.convert("RGB"), dtype=np.uint8)


def _from_deep(grey: NDArray[Any]) -> Rgb:
    """Bring a grey picture of 16 bits (0-65535) or floats (0-1) to uint8 (H, W, 3); Pillow would cut it off at 255."""
    most = 1 if np.issubdtype(grey.dtype, np.floating) else 65535
    least, largest = grey.min(), grey.max()
    if not (least >= 0 and largest <= most):  # so that NaN is refused too
        raise InputError(
            f"a grey picture of {grey.dtype} holds 0 to {most}; found {least} to {largest}: save it as 8 bit"
        )
    eight = (grey.astype(np.float32) * (255 / most) + 0.5).astype(np.uint8)
    return np.repeat(eight[:, :, None], 3, axis=2)


def _as_rgb(array: NDArray[Any]) -> Rgb:
    """Bring an array of the documented kinds to uint8 (H, W, 3); floats are 0-1."""
    if array.ndim == 2:
        array = np.repeat(array[:, :, None], 3, axis=2)
    if array.ndim != 3 or array.shape[2] not in (3, 4) or 0 in array.shape:
        raise InputError(f"a picture array is (H, W, 3), (H, W, 4) or (H, W); found shape {array.shape}")
    array = array[:, :, :3]
    if array.dtype == np.uint8:
        return np.array(array, order="C")  # a copy: a camera writes its next picture into the same buffer
    if not np.issubdtype(array.dtype, np.floating):
        raise InputError(f"a picture array is uint8 (0-255) or float (0-1); found {array.dtype}")
    if not np.isfinite(array).all() or array.min() < 0 or array.max() > 1:
        raise InputError("a float picture holds finite values from 0 to 1; found others: divide by 255 or pass uint8")
    return (array * 255 + 0.5).astype(np.uint8)


class FrameStore:
    """Frames by handle (``"f0"``, ``"f1"``, ...), bounded: the home of pixels outside the graph's state.

    Args:
        capacity: Frames kept; the oldest leaves first. None keeps all.
    """

    def __init__(self, frames: Iterable[Frame] = (), capacity: int | None = None) -> None:
        if capacity is not None and capacity < 1:
            raise InputError(f"a frame store keeps at least 1 frame; found capacity {capacity}")
        self._capacity = capacity
        self._frames: dict[str, Frame] = {}
        self._next = 0
        for frame in frames:
            self.add(frame)

    def __len__(self) -> int:
        return len(self._frames)

    def __iter__(self) -> Iterator[Frame]:
        return iter(tuple(self._frames.values()))

    def add(self, frame: Frame) -> str:
        """Keep a frame and return its handle."""
        handle = f"f{self._next}"
        self._next += 1
        self._frames[handle] = frame
        if self._capacity is not None and len(self._frames) > self._capacity:
            del self._frames[next(iter(self._frames))]
        return handle

    def get(self, handle: str) -> Frame:
        """Return the frame of a handle.

        Raises:
            InputError: No such handle, or its frame has left the store.
        """
        try:
            return self._frames[handle]
        except KeyError:
            raise InputError(f"no frame {handle!r}; this store has {list(self._frames)[-8:]}") from None

    def at(self, index: int) -> Frame | None:
        """Return the frame with this index in its clip, or None where it is not kept."""
        return next((frame for frame in self._frames.values() if frame.index == index), None)
