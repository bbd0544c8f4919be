"""Augmentation: what keeps the network from learning this renderer instead of kitchens.

Geometry (mirror, zoom) moves all maps alike; a zoom by s divides the depth by s, because a thing of known size that
looks s times larger is s times nearer. The look (gamma, exposure, contrast, white balance, blur, JPEG, noise) changes
the picture only.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from agentseg.training.perception.shards import VOID, Example

Picture = NDArray[np.uint8]


def augment(example: Example, rng: Generator, strength: float = 1.0) -> Example:
    """Draw a variation of a frame.

    Args:
        example: The frame; not changed.
        rng: Source of chance.
        strength: 0 leaves the frame as it is; 1 is the whole range.

    Returns:
        A frame of the same size.
    """
    if strength <= 0:
        return example
    if rng.random() < 0.5:
        example = Example(*(array[:, ::-1] for array in (example.rgb, example.ids, example.semantic, example.depth)))
    if rng.random() < 0.6 * strength:
        example = zoom(example, float(np.exp(rng.uniform(-0.22, 0.34) * strength)), rng)
    return Example(look(np.ascontiguousarray(example.rgb), rng, strength), example.ids, example.semantic, example.depth)


def zoom(example: Example, factor: float, rng: Generator) -> Example:
    """Scale a frame about a random point and cut or pad it to its size; what is padded is void."""
    height, width = example.ids.shape
    window_h, window_w = height / factor, width / factor
    top = rng.uniform(min(0.0, height - window_h), max(0.0, height - window_h))
    left = rng.uniform(min(0.0, width - window_w), max(0.0, width - window_w))
    box = (left, top, left + window_w, top + window_h)
    rgb = Image.fromarray(np.ascontiguousarray(example.rgb)).transform(
        (width, height), Image.Transform.EXTENT, box, Image.Resampling.BILINEAR
    )
    rows = np.floor(top + (np.arange(height) + 0.5) / factor).astype(np.int64)
    columns = np.floor(left + (np.arange(width) + 0.5) / factor).astype(np.int64)
    outside = ((rows < 0) | (rows >= height))[:, None] | ((columns < 0) | (columns >= width))[None, :]
    grid = np.ix_(rows.clip(0, height - 1), columns.clip(0, width - 1))
    ids, semantic = example.ids[grid], example.semantic[grid]
    depth = example.depth[grid].astype(np.float32) / factor
    ids[outside], semantic[outside], depth[outside] = 0, VOID, 0
    return Example(np.asarray(rgb), ids, semantic, depth)


def look(rgb: Picture, rng: Generator, strength: float = 1.0) -> Picture:
    """Vary exposure, gamma, contrast and white balance, and now and then blur, compress and add noise."""
    if rng.random() < 0.8 * strength:
        rgb = _tables(rng, strength)[np.arange(3), rgb]
    if rng.random() < 0.2 * strength:
        radius = float(rng.uniform(0.3, 1.1))
        rgb = np.asarray(Image.fromarray(rgb).filter(ImageFilter.GaussianBlur(radius)))
    if rng.random() < 0.25 * strength:
        noise = rng.integers(-255, 256, rgb.shape, dtype=np.int16)
        rgb = (rgb + noise * rng.uniform(0.01, 0.08)).clip(0, 255).astype(np.uint8)
    if rng.random() < 0.2 * strength:
        packed = io.BytesIO()
        Image.fromarray(rgb).save(packed, "JPEG", quality=int(rng.integers(35, 90)))
        rgb = np.asarray(Image.open(packed))
    if rng.random() < 0.05 * strength:
        rgb = np.asarray(Image.fromarray(rgb).convert("L").convert("RGB"))
    return rgb


def _tables(rng: Generator, strength: float) -> NDArray[Any]:
    """One look-up table a channel, uint8 (3, 256)."""
    value = np.linspace(0, 1, 256, dtype=np.float32)[None, :]
    gain = np.exp(rng.normal(0, 0.14 * strength) + rng.normal(0, 0.06 * strength, (3, 1)))
    value = (value ** np.exp(rng.normal(0, 0.18 * strength)) * gain).clip(0, 1)
    contrast = np.exp(rng.normal(0, 0.15 * strength))
    value = (value - 0.45) * contrast + 0.45 + rng.normal(0, 0.03 * strength)
    table: NDArray[Any] = (value * 255 + 0.5).clip(0, 255).astype(np.uint8)
    return table
