"""Small islands and holes of masks, removed (scipy)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agentseg.errors import MissingExtra
from agentseg.masks import Mask


def without_small_regions(mask: Mask, least: int) -> Mask:
    """Fill holes and remove islands below ``least`` pixels (8-connected); the largest island always stays.

    Args:
        mask: bool (H, W).
        least: Pixels.

    Returns:
        A new mask, bool (H, W).

    Raises:
        MissingExtra: scipy is not installed.
    """
    holes, sizes = _regions(~mask)
    small = np.flatnonzero((sizes < least) & (np.arange(len(sizes)) > 0))
    filled = mask | np.isin(holes, small)
    islands, sizes = _regions(filled)
    if len(sizes) < 2:
        return filled
    large = sizes >= least
    large[0] = False
    if not large.any():
        large[1 + int(sizes[1:].argmax())] = True
    kept: Mask = large[islands]
    return kept


def _regions(mask: Mask) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Number of the region of each pixel (0 outside), and the pixels of each."""
    try:
        from scipy import ndimage
    except ImportError:
        raise MissingExtra("removing small regions", "scipy", "vision") from None
    labels, count = ndimage.label(mask, structure=np.ones((3, 3)))
    return labels, np.bincount(labels.ravel(), minlength=count + 1)
