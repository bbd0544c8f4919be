"""Letterbox: a picture of any size in the network's fixed size, its shape kept, and masks the way back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from agentseg.masks import Mask

Rgb = NDArray[np.uint8]


class Letterbox:
    """The scale and place of a frame inside the network's input.

    Args:
        frame: (H, W) of the frame, px.
        inside: (H, W) of the network's input, px.
    """

    def __init__(self, frame: tuple[int, int], inside: tuple[int, int]) -> None:
        self.frame, self.inside = frame, inside
        scale = min(inside[0] / frame[0], inside[1] / frame[1])
        self.height = min(inside[0], max(1, round(frame[0] * scale)))
        self.width = min(inside[1], max(1, round(frame[1] * scale)))
        self.top, self.left = (inside[0] - self.height) // 2, (inside[1] - self.width) // 2

    def shrink(self, rgb: Rgb) -> Rgb:
        """Fit a picture, uint8 (H, W, 3), into the input; what it leaves free is black."""
        if self.frame == self.inside:
            return np.ascontiguousarray(rgb)
        picture = np.zeros((*self.inside, 3), np.uint8)
        small = Image.fromarray(np.ascontiguousarray(rgb)).resize((self.width, self.height), Image.Resampling.BILINEAR)
        picture[self.top : self.top + self.height, self.left : self.left + self.width] = np.asarray(small)
        return picture

    def enlarge(self, mask: Mask) -> Mask:
        """Bring a mask of the input, bool, back to the frame's size."""
        if self.frame == self.inside:
            return mask
        part = mask[self.top : self.top + self.height, self.left : self.left + self.width]
        grey = Image.fromarray(part.astype(np.uint8) * 255)
        large = np.asarray(grey.resize((self.frame[1], self.frame[0]), Image.Resampling.BILINEAR))
        smooth: Mask = large >= 128
        return smooth
