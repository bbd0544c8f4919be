"""Pictures as detectors and depth models want them, without torchvision: sizes and kernels of their own processors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]
Rgb = NDArray[np.uint8]

CLIP = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
"""Mean and deviation of a channel, 0-1, of models that began as CLIP (OWLv2)."""
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""The same for those that began on ImageNet (Grounding DINO, Depth Anything)."""


def normalised(picture: NDArray[np.generic], scale: tuple[Sequence[float], Sequence[float]]) -> Floats:
    """Bring a picture to channels first, mean 0 and deviation 1.

    Args:
        picture: uint8 (0-255) or float32 (0-1), (H, W, 3).
        scale: Mean and deviation of each channel, for values 0-1.

    Returns:
        (3, H, W) float32.
    """
    mean, deviation = (np.asarray(part, dtype=np.float32) for part in scale)
    unit = np.float32(255 if picture.dtype == np.uint8 else 1)
    out: Floats = ((picture.astype(np.float32) / unit - mean) / deviation).transpose(2, 0, 1)
    return np.ascontiguousarray(out)


def resized(rgb: Rgb, size: tuple[int, int], kernel: Image.Resampling) -> Rgb:
    """Scale a picture, uint8 (H, W, 3), to ``size`` (H, W) with one of Pillow's kernels."""
    height, width = size
    return np.asarray(Image.fromarray(np.ascontiguousarray(rgb)).resize((width, height), kernel))


def padded_square(rgb: Rgb, side: int) -> Floats:
    """Pad a picture with black at its right and foot to a square, and scale that, as OWLv2's processor does.

    The processor blurs with a Gaussian and samples linearly (scipy). Both are weighted sums along rows and columns;
    they are taken in one go here, over the picture's own pixels only, in a third of the time.

    Args:
        rgb: uint8, (H, W, 3).
        side: Side of the square in pixels.

    Returns:
        (side, side, 3) float32, values 0-1.
    """
    height, width = rgb.shape[:2]
    tall = _along(rgb.reshape(height, width * 3), max(height, width), side)
    turned = np.ascontiguousarray(tall.reshape(side, width, 3).transpose(1, 0, 2)).reshape(width, side * 3)
    square = _along(turned, max(height, width), side)
    out: Floats = (square.reshape(side, side, 3) / np.float32(255)).transpose(1, 0, 2)
    return np.ascontiguousarray(out)


def _along(rows: NDArray[np.generic], whole: int, side: int) -> Floats:
    """Blur and sample the rows of (n, m), black below up to ``whole`` rows, to (side, m)."""
    taps, weights = _kernel(whole, side)
    weights = np.where(taps < len(rows), weights, 0).astype(np.float32)
    taps = np.minimum(taps, len(rows) - 1)
    out = np.zeros((side, rows.shape[1]), np.float32)
    for place in range(taps.shape[1]):
        used = np.flatnonzero(weights[:, place])
        out[used] += weights[used, place, None] * rows[taps[used, place]]
    return out


def _kernel(whole: int, side: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Rows that each output row sums, (side, k), and their weights: a Gaussian times linear interpolation.

    The Gaussian's deviation is half of what the scale is above 1, cut at four deviations; past an end, rows come back
    as in a mirror (scipy's ``mirror``).
    """
    factor = whole / side
    sigma = max(0.0, (factor - 1) / 2)
    reach = int(4 * sigma + 0.5)
    steps = np.arange(-reach, reach + 1)
    gauss = np.exp(-0.5 * (steps / sigma) ** 2) if sigma > 0 else np.ones(1)
    gauss /= gauss.sum()
    centre = (np.arange(side) + 0.5) * factor - 0.5
    below = np.floor(centre)
    part = (centre - below)[:, None]
    near = below[:, None].astype(np.int64)
    # a blurred row past an end is its mirror's, so the two ends of the interpolation are mirrored first
    taps = [_mirrored(_mirrored(near + step, whole) + steps, whole) for step in (0, 1)]
    return np.concatenate(taps, axis=1), np.concatenate([(1 - part) * gauss, part * gauss], axis=1)


def _mirrored(places: NDArray[np.int64], whole: int) -> NDArray[np.int64]:
    period = max(1, 2 * (whole - 1))
    places = places % period
    return np.minimum(places, period - places) if whole > 1 else np.zeros_like(places)
