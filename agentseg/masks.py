"""Binary masks and their COCO run-length form.

A mask is a bool array (H, W). Its stored form is the compressed RLE of COCO: runs of alternating background and
foreground down the columns (column-major), differences coded six bits to a character, so that files interchange with
pycocotools byte for byte. Everything here is numpy; pycocotools is the oracle of the tests, not a dependency.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypedDict

from agentseg.errors import InputError

Mask = NDArray[np.bool_]
Box = tuple[float, float, float, float]


MAX_BITS = 60
"""Longest run of an RLE in bits, so that a broken string does not grow into one huge number."""


class RLE(TypedDict):
    """COCO run-length encoding: ``size`` is [H, W], ``counts`` the compressed runs."""

    size: list[int]
    counts: str


def encode(mask: Mask) -> RLE:
    """Encode a mask as COCO compressed RLE.

    Args:
        mask: Foreground, bool (or 0/1 integers), (H, W).

    Returns:
        The RLE; ``pycocotools.mask.decode`` reads it, and its ``encode`` gives the same string.

    Raises:
        InputError: The array is not two-dimensional.
    """
    if mask.ndim != 2:
        raise InputError(f"a mask is a 2-d array (H, W); found shape {mask.shape}")
    height, width = mask.shape
    flat = np.asarray(mask, dtype=bool).ravel(order="F")
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs = np.diff(np.concatenate(([0], edges, [flat.size])))
    if flat.size and flat[0]:
        runs = np.concatenate(([0], runs))
    return RLE(size=[height, width], counts=_compress(runs.tolist()))


def decode(rle: RLE) -> Mask:
    """Decode COCO RLE to a bool array (H, W).

    Args:
        rle: Compressed counts (str or bytes) or COCO's uncompressed list of runs.

    Raises:
        InputError: The runs do not add up to H * W, or this is no RLE.
    """
    height, width = _size(rle)
    runs = _runs(rle)
    if any(run < 0 for run in runs) or sum(runs) != height * width:
        raise InputError(f"RLE runs do not fill a {height}x{width} mask; found {len(runs)} runs with sum {sum(runs)}")
    values = np.arange(len(runs)) % 2 == 1
    return np.repeat(values, runs).reshape((height, width), order="F")


def area(rle: RLE) -> int:
    """Count the foreground pixels of an RLE without decoding it to pixels."""
    return sum(_runs(rle)[1::2])


def iou(first: Mask, second: Mask) -> float:
    """Intersection over union of two masks of the same (H, W), in [0, 1]; two empty masks agree: 1.0.

    Raises:
        ValueError: The shapes differ.
    """
    if first.shape != second.shape:
        raise ValueError(f"masks of one frame have one shape; found {first.shape} and {second.shape}")
    joint = int(np.count_nonzero(first | second))
    return 1.0 if joint == 0 else int(np.count_nonzero(first & second)) / joint


def union(rles: Iterable[RLE], size: tuple[int, int]) -> Mask:
    """Union of encoded masks as a bool array of ``size`` (H, W); no masks give an empty one."""
    out = np.zeros(size, dtype=bool)
    for rle in rles:
        out |= decode(rle)
    return out


def merge(rles: Iterable[RLE], size: tuple[int, int]) -> RLE:
    """Union of encoded masks as an RLE, run by run: ``encode(union(rles, size))`` without a pixel.

    Raises:
        InputError: A mask has another size than ``size`` (H, W).
    """
    height, width = size
    steps: list[tuple[int, int]] = []
    for rle in rles:
        if _size(rle) != (height, width):
            raise InputError(f"masks of a union have one size; found {rle['size']} and {[height, width]}")
        place = 0
        for index, run in enumerate(_runs(rle)):
            if index % 2:
                steps += [(place, -1), (place + run, 1)]
            place += run
    runs, since, depth = [], 0, 0
    for place, step in sorted(steps):
        if (depth == 0) != (depth - step == 0) and (place > since or (place == 0 and depth == 0)):
            runs.append(place - since)
            since = place
        depth -= step
    if since < height * width or not runs:
        runs.append(height * width - since)
    return RLE(size=[height, width], counts=_compress(runs))


def box_of(mask: Mask) -> Box:
    """Tight box (x1, y1, x2, y2) in pixels, x2 and y2 exclusive; an empty mask gives (0, 0, 0, 0)."""
    rows = np.flatnonzero(mask.any(axis=1))
    if rows.size == 0:
        return (0.0, 0.0, 0.0, 0.0)
    columns = np.flatnonzero(mask.any(axis=0))
    return (float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))


def box_mask(box: Box, size: tuple[int, int]) -> Mask:
    """Filled box (x1, y1, x2, y2 in pixels, clipped to the frame) as a mask of ``size`` (H, W)."""
    out = np.zeros(size, dtype=bool)
    x1, y1, x2, y2 = (max(0, round(side)) for side in box)
    out[y1:y2, x1:x2] = True
    return out


def _size(rle: Mapping[str, Any]) -> tuple[int, int]:
    size = rle.get("size")
    if not isinstance(size, list | tuple) or len(size) != 2 or not all(_is_count(side) for side in size):
        raise InputError(f"RLE has a size [H, W] of two whole numbers; found {str(size)[:60]}")
    return (int(size[0]), int(size[1]))


def _runs(rle: Mapping[str, Any]) -> list[int]:
    counts = rle.get("counts")
    if isinstance(counts, bytes):
        counts = counts.decode("ascii", errors="replace")
    if isinstance(counts, str):
        return _decompress(counts)
    if isinstance(counts, list | tuple) and all(_is_count(run) for run in counts):
        return [int(run) for run in counts]
    raise InputError(f"RLE has counts, a string or a list of whole numbers; found {str(counts)[:60]}")


def _is_count(value: object) -> bool:
    return isinstance(value, int | np.integer) and bool(value >= 0)


def _compress(runs: list[int]) -> str:
    """COCO's string: from the fourth run on the difference to the run two before, five bits a character, sign-extended.

    The first three runs stand as they are.
    """
    out: list[int] = []
    for place, run in enumerate(runs):
        value = run - runs[place - 2] if place > 2 else run
        while True:
            bits = value & 0x1F
            value >>= 5
            more = value != (-1 if bits & 0x10 else 0)
            out.append((bits | 0x20 if more else bits) + 48)
            if not more:
                break
    return bytes(out).decode("ascii")


def _decompress(text: str) -> list[int]:
    runs: list[int] = []
    value = shift = 0
    for character in text:
        code = ord(character) - 48
        if not 0 <= code < 64:
            raise InputError(f"RLE counts hold characters '0' to 'o'; found {character!r}")
        value |= (code & 0x1F) << shift
        shift += 5
        if shift > MAX_BITS:
            raise InputError(f"a run of an RLE has at most {MAX_BITS} bits; these counts go on")
        if not code & 0x20:
            if code & 0x10:
                value -= 1 << shift
            runs.append(value + runs[-2] if len(runs) > 2 else value)
            value = shift = 0
    if shift:
        raise InputError("RLE counts end in the middle of a run")
    return runs
