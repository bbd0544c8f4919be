"""Prompts of SAM 2: a box, points, a mask or several of them, checked and scaled to the model's square."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from agentseg.errors import InputError
from agentseg.masks import Box, Mask
from agentseg.perception.vision.sam_pixels import clip_box, scaled
from agentseg.perception.vision.settings import Torch, torch_of

BOX_CORNERS = (2, 3)
"""Labels of a box's two corners among the points of the video model."""


@dataclass(frozen=True)
class Prompt:
    """What one mask is asked by.

    Attributes:
        box: (x1, y1, x2, y2) in pixels of the frame.
        points: (x, y) in pixels of the frame.
        inside: For each point whether it lies on the thing; None: all do.
        mask: bool (H, W) of the frame.
    """

    box: Box | None = None
    points: tuple[tuple[float, float], ...] = ()
    inside: tuple[bool, ...] | None = None
    mask: Mask | None = None

    @property
    def labels(self) -> NDArray[np.int64]:
        """1 for each point on the thing, 0 for each beside it, (n,)."""
        return np.array([int(flag) for flag in self.inside or [True] * len(self.points)], dtype=np.int64)


def checked(prompt: Prompt, size: tuple[int, int]) -> Prompt:
    """Return a prompt that fits a frame of ``size`` (H, W), its box clipped to it.

    Raises:
        InputError: There is none, a box has no area in the frame, a mask is empty or of another size, a point is not
            finite, or the flags do not fit the points.
    """
    box, mask = prompt.box, prompt.mask
    if box is None and not prompt.points and mask is None:
        raise InputError("SAM 2 needs a prompt: a box, points or a mask")
    if prompt.inside is not None and len(prompt.inside) != len(prompt.points):
        raise InputError(f"a flag belongs to each point; found {len(prompt.inside)} for {len(prompt.points)} points")
    if any(len(point) != 2 or not np.isfinite(point).all() for point in prompt.points):
        raise InputError(f"a point is (x, y), finite pixels; found {prompt.points}")
    if mask is not None and mask.shape != size:
        raise InputError(f"a mask prompt has the frame's size {size}; found {mask.shape}")
    if mask is not None and not mask.any():
        raise InputError("a mask prompt has at least one pixel; found none")
    if box is None:
        return prompt
    clipped = clip_box(box, size) if np.isfinite(box).all() else None
    if clipped is None:
        raise InputError(f"a box (x1, y1, x2, y2) has an area in its frame {size} (H, W); found {box}")
    return replace(prompt, box=clipped)


def video_mask(mask: Mask, side: int) -> Torch:
    """A mask as the video model reads it: (1, 1, side, side), 0 or 1; what is below a pixel there keeps one."""
    torch = torch_of("SAM 2")
    given = torch.from_numpy(np.array(mask, dtype=np.float32))[None, None]
    if mask.shape == (side, side):
        return given
    small = torch.nn.functional.interpolate(
        given, size=(side, side), mode="bilinear", align_corners=False, antialias=True
    )
    return (small >= min(0.5, float(small.max()))).float()


def video_points(prompt: Prompt, size: tuple[int, int], side: int) -> dict[str, Torch]:
    """A box's corners and points as the video model reads them.

    Args:
        prompt: A checked one, with a box or points.
        size: (H, W) of the frame.
        side: Side of the model's square.

    Returns:
        ``point_coords`` (1, 1, n, 2) in pixels of the square and ``point_labels`` (1, 1, n).
    """
    torch = torch_of("SAM 2")
    places, labels = list(prompt.points), prompt.labels.tolist()
    if prompt.box is not None:
        places = [prompt.box[:2], prompt.box[2:], *places]
        labels = [*BOX_CORNERS, *labels]
    return {
        "point_coords": torch.from_numpy(scaled(places, size, side))[None, None],
        "point_labels": torch.tensor(labels, dtype=torch.int32)[None, None],
    }
