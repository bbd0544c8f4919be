"""Which channel wins at each pixel of an enlarged map, without enlarging it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def winners(evidence: Floats) -> NDArray[np.int64]:
    """Channel with the most evidence at every pixel of the bilinear enlargement to double size.

    Where the four cells about a pixel have one winner it wins there too (interpolation is a convex combination), so
    only the pixels at edges are computed: the whole enlargement would cost four times as much.

    Args:
        evidence: (C, H, W).

    Returns:
        (2H, 2W) channel indices, cell centres kept (as ``align_corners=False``).
    """
    channels, height, width = evidence.shape
    best = evidence.argmax(axis=0)
    rows = np.ascontiguousarray(evidence.reshape(channels, -1).T)
    out = np.empty((2 * height, 2 * width), dtype=np.int64)
    y, x = np.arange(height), np.arange(width)
    for a in (0, 1):
        for b in (0, 1):
            beside_y = (y + 2 * a - 1).clip(0, height - 1)
            beside_x = (x + 2 * b - 1).clip(0, width - 1)
            same = (best == best[beside_y]) & (best == best[:, beside_x]) & (best == best[np.ix_(beside_y, beside_x)])
            part = best.copy()
            at_y, at_x = np.nonzero(~same)
            near_y, near_x = beside_y[at_y], beside_x[at_x]
            mixed = 0.5625 * rows[at_y * width + at_x] + 0.0625 * rows[near_y * width + near_x]
            mixed += 0.1875 * (rows[near_y * width + at_x] + rows[at_y * width + near_x])
            part[at_y, at_x] = mixed.argmax(axis=1)
            out[a::2, b::2] = part
    return out
