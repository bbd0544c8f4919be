"""Candidates of automatic masks: where to ask for them, how steady they are, which of them show the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agentseg.masks import Box, Mask
from agentseg.perception.boxes import suppress
from agentseg.perception.vision.settings import Torch, torch_of


class Packed(NamedTuple):
    """A candidate in an eighth of its size: thousands of them wait for the better ones.

    Attributes:
        bits: Its mask, ``np.packbits``.
        box: The mask's box.
        score: Predicted IoU.
    """

    bits: NDArray[np.uint8]
    box: Box
    score: float

    def mask(self, size: tuple[int, int]) -> Mask:
        """The mask, bool (H, W) of ``size``."""
        height, width = size
        return np.unpackbits(self.bits, count=height * width).astype(bool).reshape(size)


def point_grid(side: int) -> NDArray[np.float64]:
    """Points (x, y) in the middles of ``side`` by ``side`` cells of the unit square, row by row, (side ** 2, 2)."""
    middles = (np.arange(side) + 0.5) / side
    x, y = np.meshgrid(middles, middles)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def stability(logits: Torch, offset: float) -> Torch:
    """IoU of the masks cut at ``offset`` above and below zero, (n,) of logits (n, H, W); 0 where both are empty."""
    inner = (logits > offset).flatten(1).sum(dim=1).double()
    outer = (logits > -offset).flatten(1).sum(dim=1).double()
    return torch_of("SAM 2").where(outer > 0, inner / outer.clamp(min=1), 0.0)


def without_twins(boxes: Sequence[Box], scores: NDArray[np.floating], overlap: float) -> list[int]:
    """Places of the masks that stay of those whose boxes overlap (IoU), best first.

    Boxes end at the last pixel here, not after it, as in SAM 2's generator: the overlaps are then the same.
    """
    ends = np.array(boxes, dtype=np.float64).reshape(-1, 4) - (0, 0, 1, 1)
    return suppress(ends, np.asarray(scores), overlap)
