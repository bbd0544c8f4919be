"""Boundaries of two masks and their dilation by a disk, on 64 pixels a word.

A boundary F of one 480x854 frame dilates two boundary maps by a disk of radius 8. Here both maps lie in one array of
64-bit words, rows padded with as many zero bits as the disk reaches. A shift along x is then a shift of bits over the
flat array (what leaves a row falls into padding), a shift along y a slice of rows; the disk is built from its widest
row outwards, because its rows are runs that only grow. No image library is needed, and it is faster than one.
"""

from __future__ import annotations

from math import isqrt

import numpy as np
from numpy.typing import NDArray

from agentseg.masks import Mask

Words = NDArray[np.uint64]
WORD = 64


def boundaries(predicted: Mask, truth: Mask, reach: int) -> Words:
    """Boundary maps of two masks, packed.

    A pixel is boundary where the mask differs between it and its east, south or south-east neighbour; in the last row
    only east counts, in the last column only south, in the corner none (DAVIS's ``seg2bmap``). That is the same as
    repeating the last row and column once, which is how it is done here.

    Args:
        predicted: Foreground, bool, (H, W), H and W at least 1.
        truth: Foreground, bool, same (H, W).
        reach: Zero bits behind each row, at least 1 and at least the radius of a later ``dilate``, px.

    Returns:
        uint64 (2, H, words): predicted, truth; pixel x is bit x % 64 of word x // 64.
    """
    height, width = truth.shape
    words = (width + reach + WORD - 1) // WORD
    canvas = np.zeros((2, height + 1, words * WORD), dtype=bool)
    canvas[0, :height, :width] = predicted
    canvas[1, :height, :width] = truth
    canvas[:, :height, width] = canvas[:, :height, width - 1]
    canvas[:, height] = canvas[:, height - 1]
    bits = np.packbits(canvas, axis=-1, bitorder="little").view("<u8")
    east = bits >> np.uint64(1)
    east.reshape(-1)[:-1] |= bits.reshape(-1)[1:] << np.uint64(WORD - 1)
    here = bits[:, :-1]
    edge = (here ^ east[:, :-1]) | (here ^ bits[:, 1:]) | (here ^ east[:, 1:])
    inside = np.packbits(np.arange(words * WORD) < width, bitorder="little").view("<u8")
    found: Words = edge & inside
    return found


def dilate(maps: Words, radius: int) -> Words:
    """Dilation by the disk x^2 + y^2 <= radius^2.

    Args:
        maps: What ``boundaries`` gives, uint64 (N, H, words), with at least ``radius`` zero bits behind each row.
        radius: px, at least 0.

    Returns:
        Same shape. Bits behind a row are not meaningful: combine it with ``&``.
    """
    height = maps.shape[1]
    out = np.zeros_like(maps)
    # A run that grows over a row's beginning lives on in the padding of the row before, and grows back from there; the
    # first row gets words in front for that.
    front = -(-radius // WORD)
    run, half = np.concatenate((np.zeros(front, dtype=maps.dtype), maps.reshape(-1))), 0
    for offset in range(radius, -1, -1):
        wanted = isqrt(radius * radius - offset * offset)
        while half < wanted:
            # [-half, half] with its two copies moved by step has no gap while step <= 2 half + 1
            step = min(wanted - half, 2 * half + 1, WORD - 1)
            run, half = _widen(run, step), half + step
        if offset < height:
            rows = run[front:].reshape(maps.shape)
            out[:, offset:] |= rows[:, : height - offset]
            out[:, : height - offset] |= rows[:, offset:]
    return out


def count(words: Words) -> int:
    """Number of set bits."""
    packed = np.ascontiguousarray(words).view(np.uint8)
    return int(np.count_nonzero(np.unpackbits(packed)))


def _widen(flat: Words, step: int) -> Words:
    """Or of flat maps and their copies ``step`` (1..63) pixels to both sides; rows leak into padding only."""
    near, far = np.uint64(step), np.uint64(WORD - step)
    out: Words = flat | (flat << near) | (flat >> near)
    out[1:] |= flat[:-1] >> far
    out[:-1] |= flat[1:] << far
    return out
