"""Pictures of cases, small enough to stand in a page: the answer filled, the truth as an outline.

Blue and yellow can be told apart by everybody, and fill against line needs no colour at all.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agentseg.frames import Rgb
from agentseg.masks import Box, Mask

WIDTH = 480
"""Pixels across; twice that of a phone's column at most."""

FILL = np.array((20, 150, 255), dtype=np.float32)
OUTLINE = np.array((255, 214, 10), dtype=np.uint8)
DARK = np.array((16, 16, 20), dtype=np.uint8)
GREY = 128
"""Brightness of a frame that is not at hand."""


def picture(
    rgb: Rgb | None,
    size: tuple[int, int],
    answer: Mask | None,
    truth: Mask | None,
    answer_boxes: Sequence[Box] = (),
    truth_boxes: Sequence[Box] = (),
    hatched: bool = False,
) -> str:
    """Draw a case as a JPEG in a ``data:`` URI.

    Args:
        rgb: The frame, uint8 (H, W, 3), or None where it is not at hand: a grey one stands in.
        size: (H, W) in pixels.
        answer: The answer's mask, bool (H, W), or None for none.
        truth: The true mask, bool (H, W), or None where it is not known.
        answer_boxes: Boxes answered, (x1, y1, x2, y2) in pixels.
        truth_boxes: True boxes.
        hatched: Whether the answer's mask is filled boxes: it is hatched, and its outline dashed.
    """
    from PIL import Image, ImageDraw

    height, width = size
    scale = WIDTH / width
    large = (WIDTH, max(1, round(height * scale)))
    source = np.full((height, width, 3), GREY, np.uint8) if rgb is None else rgb
    out = np.asarray(Image.fromarray(source).resize(large, Image.Resampling.BICUBIC), dtype=np.float32) * 0.8
    if answer is not None and answer.any():
        inside = _large(answer, large)
        drawn_at = np.add.outer(np.arange(large[1]), np.arange(WIDTH)) // 5 % 2 == 0 if hatched else np.True_
        line, filled = _border(inside, 1) & drawn_at, inside & drawn_at
        out[filled] = 0.5 * out[filled] + 0.5 * FILL
        out[line] = 0.2 * DARK + 0.8 * FILL
    image = out.astype(np.uint8)
    if truth is not None and truth.any():
        inside = _large(truth, large)
        image[_border(inside, 3)] = DARK
        image[_border(inside, 2)] = OUTLINE
    drawn = Image.fromarray(image)
    draw = ImageDraw.Draw(drawn)
    for boxes, colour in ((answer_boxes, FILL), (truth_boxes, OUTLINE)):
        for box in boxes:
            x1, y1, x2, y2 = (side * scale for side in box)
            if x2 < x1 or y2 < y1:
                continue
            draw.rectangle((x1 - 1, y1 - 1, x2 + 1, y2 + 1), outline=tuple(DARK.tolist()), width=4)
            draw.rectangle((x1, y1, x2, y2), outline=tuple(int(part) for part in colour), width=2)
    data = io.BytesIO()
    drawn.save(data, "JPEG", quality=76, subsampling=0, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(data.getvalue()).decode("ascii")


def _large(mask: Mask, size: tuple[int, int]) -> Mask:
    from PIL import Image

    return np.asarray(Image.fromarray(mask).resize(size, Image.Resampling.NEAREST), dtype=bool)


def _border(mask: Mask, pixels: int) -> NDArray[np.bool_]:
    """Pixels outside the mask, at most so many away from it, or at its rim where it touches the picture's edge."""
    from PIL import Image, ImageFilter

    grown = Image.fromarray(mask.astype(np.uint8) * 255).filter(ImageFilter.MaxFilter(2 * pixels + 1))
    out = np.asarray(grown, dtype=bool) & ~mask
    rim = np.zeros_like(mask)
    rim[:pixels] = rim[-pixels:] = True
    rim[:, :pixels] = rim[:, -pixels:] = True
    return np.asarray(out | (mask & rim), dtype=bool)
