"""The colour word of a thing: one of the eleven basic colour terms (Berlin and Kay 1969), by votes of its pixels.

Pixels are named in CIE L*a*b*, with lightness taken relative to the frame's bright parts so that a dim picture does not
turn white into grey. The word with the most votes wins; neutral pixels vote less, because handles, lids, glints and
shadows are neutral on things of any colour.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agentseg.errors import InputError
from agentseg.masks import Mask, box_of

Floats = NDArray[np.float32]

COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "grey", "white")
"""The words, in the order of ``name_pixels``."""

_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]],
    dtype=np.float32,
)  # sRGB primaries, IEC 61966-2-1
_WHITE = np.array([0.95047, 1.0, 1.08883], dtype=np.float32)  # D65

_NEUTRAL_CHROMA = 11.0
_NEUTRAL_VOTE = 0.35
_BLACK, _BRIGHT = 30.0, 70.0
_HUES = np.array([19.0, 45.0, 76.0, 115.0, 195.0, 306.0, 335.0])  # upper ends, degrees, of the words below
_AFTER = np.array([6, 0, 1, 2, 3, 4, 5, 6])  # pink, red, orange, yellow, green, blue, purple, pink


def dominant_colour(rgb: NDArray[np.uint8], mask: Mask, bright: float | None = None) -> str:
    """Name the colour of a thing.

    Args:
        rgb: The frame, uint8 (H, W, 3), sRGB.
        mask: The thing's pixels, bool (H, W); the outermost are left out where enough stay.
        bright: ``brightness`` of the frame, where it is known already.

    Returns:
        One of ``COLOURS``; ``"grey"`` for an empty mask.

    Raises:
        InputError: Frame and mask differ in size.
    """
    if rgb.shape[:2] != mask.shape:
        raise InputError(f"a mask has its frame's size; found mask {mask.shape}, frame {rgb.shape[:2]}")
    x1, y1, x2, y2 = (int(side) for side in box_of(mask))
    if x2 <= x1:
        return "grey"
    part = mask[y1:y2, x1:x2]
    inner = _erode(part)
    pixels = rgb[y1:y2, x1:x2][inner if np.count_nonzero(inner) >= 12 else part]
    if len(pixels) > 1000:
        pixels = pixels[:: len(pixels) // 500]
    return COLOURS[int(np.argmax(colour_votes(pixels, brightness(rgb) if bright is None else bright)))]


def colour_votes(pixels: NDArray[np.uint8], bright: float = 100.0) -> Floats:
    """Share of votes (11,) for each of ``COLOURS`` among pixels (N, 3)."""
    votes = np.bincount(name_pixels(lab(pixels), bright), minlength=len(COLOURS)).astype(np.float32)
    votes[8:] *= _NEUTRAL_VOTE
    share: Floats = votes / max(float(votes.sum()), 1e-6)
    return share


def brightness(rgb: NDArray[np.uint8]) -> float:
    """L* of the frame's bright parts (its 97th percentile), 40 to 100."""
    step = max(1, min(rgb.shape[:2]) // 48)
    light = lab(rgb[::step, ::step].reshape(-1, 3))[:, 0]
    return float(np.clip(np.percentile(light, 97), 40.0, 100.0))


def name_pixels(values: Floats, bright: float = 100.0) -> NDArray[np.int64]:
    """Index into ``COLOURS`` of each L*a*b* pixel (N, 3), seen beside parts as bright as L* ``bright``."""
    light = values[:, 0] * (95.0 / bright)
    chroma = np.hypot(values[:, 1], values[:, 2])
    hue = np.degrees(np.arctan2(values[:, 2], values[:, 1])) % 360
    word = _AFTER[np.searchsorted(_HUES, hue)]
    word = np.where((word == 0) & (light > 66) & (chroma < 45), 6, word)  # a light red is pink
    word = np.where((hue > 42) & (hue < 92) & (light < 62) & (chroma < 45), 7, word)  # a dark orange is brown
    neutral = (chroma < _NEUTRAL_CHROMA) | (light < 14)
    grey = np.where(light < _BLACK, 8, np.where(light > _BRIGHT, 10, 9))
    named: NDArray[np.int64] = np.where(neutral, grey, word).astype(np.int64)
    return named


def lab(pixels: NDArray[np.uint8]) -> Floats:
    """CIE L*a*b* (D65) of sRGB pixels (N, 3)."""
    value = pixels.astype(np.float32) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ.T / _WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    out: Floats = np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)
    return out.astype(np.float32)


def _erode(mask: Mask) -> Mask:
    inner = np.zeros_like(mask)
    inner[1:-1, 1:-1] = mask[1:-1, 1:-1] & mask[:-2, 1:-1] & mask[2:, 1:-1] & mask[1:-1, :-2] & mask[1:-1, 2:]
    return inner
