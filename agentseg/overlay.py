"""Pictures of what was found: masks laid over frames, outlined and named, as PNG or animated WebP.

A filled box that stands for a mask (``mask_source="box"``) is hatched, its outline dashed, and the word "box" says so.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agentseg.errors import InputError
from agentseg.frames import Frame, Rgb
from agentseg.masks import Mask
from agentseg.twin import Instance, Twin

PALETTE = np.array(
    [
        (230, 60, 60), (60, 140, 255), (70, 200, 90), (250, 190, 40), (180, 90, 230), (30, 205, 205),
        (255, 130, 40), (240, 110, 180), (150, 200, 40), (110, 110, 240), (200, 140, 90), (120, 160, 160),
    ],
    dtype=np.uint8,
)  # fmt: skip
"""Colours of instances, by id."""

ANSWER = np.array((40, 235, 90), dtype=np.uint8)
"""Colour of an answer."""

LEGEND = "hatched: box, not an outline"
"""What a picture says of filled boxes that stand for masks."""


def draw_answer(frame: Frame, mask: Mask, title: str = "", boxed: Mask | None = None) -> Rgb:
    """Lay the answer's mask over a frame: the rest dimmed, the answer tinted and outlined.

    Args:
        frame: The picture; a small one is enlarged by a whole number until its larger side has 640 pixels.
        mask: The answer, bool, of the frame's size.
        title: One line above the picture, such as the query; empty for none.
        boxed: The part of the mask that is only filled boxes, of the same size: it is hatched, and a legend says "box".
            None where there is no such part.

    Returns:
        uint8 (H', W', 3).

    Raises:
        InputError: A mask has another size.
    """
    for given in (mask, mask if boxed is None else boxed):
        if given.shape != frame.size:
            raise InputError(f"a mask has its frame's size {frame.size}; found {given.shape}")
    times = _times(frame)
    large, out = _enlarged(mask, times), _enlarged(frame.rgb, times)
    hatched = None if boxed is None or not boxed.any() else _enlarged(boxed, times)
    line = _outline(large)
    for rows in _bands(out):
        if hatched is not None:
            gaps = hatched[rows] & ~_stripes(out, rows)
            large[rows] &= ~gaps
            line[rows] &= ~gaps
        shift = np.where(large[rows, :, None], 0.45 * ANSWER.astype(np.float32), np.float32(20))
        out[rows] = 0.55 * out[rows].astype(np.float32) + shift
    out[line] = (255, 255, 255)
    if hatched is not None:
        out = _named(out, [(LEGEND, (0.01 * out.shape[1], 0.94 * out.shape[0]))])
    return _titled(out, title)


def draw_twin(frame: Frame, twin: Twin, title: str = "") -> Rgb:
    """Lay every instance of a twin over its frame, each in its colour with its id and label; "box" marks a filled box.

    Args:
        frame: The picture; a small one is enlarged by a whole number until its larger side has 640 pixels.
        twin: Its twin, of the same size.
        title: One line above the picture; empty for none.

    Returns:
        uint8 (H', W', 3).

    Raises:
        InputError: The twin has another size.
    """
    if twin.size != frame.size:
        raise InputError(f"a twin has its frame's size {frame.size}; found {twin.size}")
    times = _times(frame)
    out = _enlarged(frame.rgb, times)
    for instance in twin.instances:
        mask = _enlarged(twin.mask(instance.id), times)
        colour, line = PALETTE[instance.id % len(PALETTE)], _outline(mask)
        for rows in _bands(out):
            if instance.mask_source == "box":
                mask[rows] &= _stripes(out, rows)
                line[rows] &= _stripes(out, rows)
            if mask[rows].any():
                inside = out[rows][mask[rows]].astype(np.float32)
                out[rows][mask[rows]] = (0.55 * inside + 0.45 * colour.astype(np.float32)).astype(np.uint8)
        out[line] = colour
    names = [(_name_of(row), (row.box[0] * times, row.box[1] * times)) for row in twin.instances]
    return _titled(_named(out, names), title)


def save_png(path: str | Path, rgb: Rgb) -> Path:
    """Write a picture; the file appears whole or not at all.

    Raises:
        InputError: The file cannot be written.
    """
    return _write(Path(path), [rgb], "PNG")


def save_webp(path: str | Path, pictures: Sequence[Rgb], frames_per_second: float = 8.0) -> Path:
    """Write pictures of one size as an animated WebP that loops; the file appears whole or not at all.

    Raises:
        InputError: There is no picture, or the file cannot be written.
    """
    if not pictures:
        raise InputError("an animation needs at least 1 picture; found 0")
    return _write(Path(path), pictures, "WEBP", duration=round(1000 / frames_per_second))


def _times(frame: Frame, least_side: int = 640) -> int:
    """By how much to enlarge: the larger side then has 640 to 1278 pixels, or what it had where that is more."""
    return max(1, -(-least_side // max(frame.size)))


def _bands(rgb: Rgb, pixels: int = 1 << 20) -> Iterator[slice]:
    """Rows in bands of about 1 Mpx, so that arithmetic on a large picture needs little memory beside it."""
    step = max(1, pixels // rgb.shape[1])
    return (slice(top, top + step) for top in range(0, rgb.shape[0], step))


def _stripes(rgb: Rgb, rows: slice) -> Mask:
    """Slanted stripes over some rows of a picture, every other one True, about 50 of them across."""
    step = max(3, rgb.shape[1] // 100)
    down = np.arange(rgb.shape[0], dtype=np.int32)[rows, None]
    stripes: Mask = (down + np.arange(rgb.shape[1], dtype=np.int32)) // step % 2 == 0
    return stripes


def _name_of(row: Instance) -> str:
    return f"{row.id} {row.name}{' (box)' if row.mask_source == 'box' else ''}"


def _enlarged(array: NDArray[Any], times: int) -> NDArray[Any]:
    """A copy, each pixel repeated in both directions."""
    if times == 1:
        return array.copy()
    return np.repeat(np.repeat(array, times, axis=0), times, axis=1)


def _outline(mask: Mask) -> NDArray[np.bool_]:
    """Pixels of the mask with a neighbour outside it."""
    inner = mask.copy()
    inner[1:] &= mask[:-1]
    inner[:-1] &= mask[1:]
    inner[:, 1:] &= mask[:, :-1]
    inner[:, :-1] &= mask[:, 1:]
    return mask & ~inner


def _named(rgb: Rgb, names: Iterable[tuple[str, tuple[float, float]]]) -> Rgb:
    from PIL import Image, ImageDraw, ImageFont

    image = Image.fromarray(rgb)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size=max(9, rgb.shape[0] // 26))
    for text, (x1, y1) in names:
        left, top, right, bottom = draw.textbbox((x1 + 1, y1 + 1), text, font=font)
        draw.rectangle((left - 1, top - 1, right + 1, bottom + 1), fill=(0, 0, 0))
        draw.text((x1 + 1, y1 + 1), text, fill=(255, 255, 255), font=font)
    return np.asarray(image, dtype=np.uint8)


def _titled(rgb: Rgb, title: str) -> Rgb:
    if not title:
        return rgb
    from PIL import Image, ImageDraw, ImageFont

    size = max(11, rgb.shape[1] // 34)
    font = ImageFont.load_default(size=size)
    canvas = Image.new("RGB", (rgb.shape[1], rgb.shape[0] + size + 8), (20, 20, 24))
    canvas.paste(Image.fromarray(rgb), (0, size + 8))
    ImageDraw.Draw(canvas).text((5, 3), title, fill=(245, 245, 245), font=font)
    return np.asarray(canvas, dtype=np.uint8)


def _write(path: Path, pictures: Sequence[Rgb], kind: str, duration: int | None = None) -> Path:
    from PIL import Image

    first, *rest = (Image.fromarray(rgb) for rgb in pictures)
    options = (
        {"save_all": True, "append_images": rest, "duration": duration, "loop": 0, "quality": 80} if duration else {}
    )
    partial = path.with_name(f".{path.name}.part")
    try:
        first.save(partial, format=kind, **options)
        partial.replace(path)
    except (OSError, RuntimeError, ValueError) as error:  # the last two: a side longer than the format allows
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{str(path)[:200]!r} cannot be written: {reason}") from None
    return path
