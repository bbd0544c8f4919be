"""Targets: from a frame's truth to what each head should say.

The supervision is at full resolution although the heads are at strides 2 and 4: every batch draws which pixel of each
2x2 (4x4) block it asks about, so a three-pixel-wide fork handle is never lost to a fixed subsampling.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from agentseg.training.perception.net import OFFSET_UNIT
from agentseg.training.perception.shards import Example

Floats = NDArray[np.float32]
FINE, CELL = 2, 4
"""Strides of the semantic head and of the other heads, px."""


@dataclass(frozen=True)
class Targets:
    """What the heads should say about one frame.

    Attributes:
        semantic: uint8 (H/2, W/2) at the drawn phase, 255 = no loss.
        weight: float32 (H/2, W/2), more on small instances.
        heat: float32 (things, H/4, W/4), 1 at a centre.
        offset: float32 (2, H/4, W/4) in units of 32 px.
        thing: float32 (H/4, W/4), weight of the offset loss; 0 off instances.
        log_depth: float32 (H/4, W/4); NaN = no loss.
    """

    semantic: NDArray[np.uint8]
    weight: Floats
    heat: Floats
    offset: Floats
    thing: Floats
    log_depth: Floats


def make_targets(example: Example, phase: tuple[int, int], cell: tuple[int, int], things: int = 25) -> Targets:
    """Compute the targets of a frame.

    Args:
        example: Frame and truth.
        phase: (row, column) of the asked pixel in each 2x2 block.
        cell: The same in each 4x4 block.
        things: Thing classes; instances of further classes (fixtures) get no centre.

    Returns:
        The targets.
    """
    ids, semantic = example.ids, example.semantic
    rows, columns, areas, classes = instances(ids, semantic, things)
    fine_ids = ids[phase[0] :: FINE, phase[1] :: FINE]
    small = np.sqrt(500.0 / np.maximum(areas, 30)).clip(1.0, 3.0).astype(np.float32)
    small[classes < 0] = 1.0
    here = ids[cell[0] :: CELL, cell[1] :: CELL]
    y = (np.arange(here.shape[0]) * CELL + cell[0])[:, None]
    x = (np.arange(here.shape[1]) * CELL + cell[1])[None, :]
    offset = np.stack([rows[here] - y, columns[here] - x]).astype(np.float32) / OFFSET_UNIT
    is_thing = classes >= 0
    depth = example.depth[cell[0] :: CELL, cell[1] :: CELL].astype(np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_depth = np.where(depth > 0.05, np.log(depth), np.nan).astype(np.float32)
    return Targets(
        semantic=np.ascontiguousarray(semantic[phase[0] :: FINE, phase[1] :: FINE]),
        weight=small[fine_ids],
        heat=heatmap(rows, columns, areas, classes, (here.shape[0], here.shape[1]), things),
        offset=offset,
        thing=np.where(is_thing, small, 0.0).astype(np.float32)[here],
        log_depth=log_depth,
    )


def instances(
    ids: NDArray[np.uint8], semantic: NDArray[np.uint8], things: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Centroid row, centroid column, area and class of ids 0..255; class -1 for no instance and for fixtures."""
    flat = ids.ravel()
    areas = np.bincount(flat, minlength=256)
    height, width = ids.shape
    safe = np.maximum(areas, 1)
    y = np.bincount(flat, weights=np.repeat(np.arange(height), width), minlength=256) / safe
    x = np.bincount(flat, weights=np.tile(np.arange(width), height), minlength=256) / safe
    classes = np.full(256, -1, np.int64)
    classes[flat] = semantic.ravel()  # one class an instance, so any pixel will do
    classes[0] = -1
    classes[classes >= things] = -1
    return y, x, areas, classes


def heatmap(
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
    areas: NDArray[np.int64],
    classes: NDArray[np.int64],
    size: tuple[int, int],
    things: int,
) -> Floats:
    """Draw a Gaussian at each centre, wider for larger instances (sigma 0.8 to 2 cells); 1 at the centre's cell."""
    heat = np.zeros((things, *size), np.float32)
    for key in np.flatnonzero((areas >= 20) & (classes >= 0)):
        y, x = (rows[key] + 0.5) / CELL - 0.5, (columns[key] + 0.5) / CELL - 0.5
        sigma = float(np.clip(np.sqrt(areas[key]) / 40, 0.8, 2.0))
        reach = int(np.ceil(3 * sigma))
        cy, cx = round(y), round(x)
        cy, cx = min(max(cy, 0), size[0] - 1), min(max(cx, 0), size[1] - 1)
        y1, y2 = max(0, cy - reach), min(size[0], cy + reach + 1)
        x1, x2 = max(0, cx - reach), min(size[1], cx + reach + 1)
        dy, dx = np.arange(y1, y2)[:, None] - y, np.arange(x1, x2)[None, :] - x
        bump = np.exp(-(dy**2 + dx**2) / (2 * sigma**2)).astype(np.float32)
        patch = heat[classes[key], y1:y2, x1:x2]
        np.maximum(patch, bump, out=patch)
        heat[classes[key], cy, cx] = 1.0
    return heat


def draw_phase(rng: Generator) -> tuple[tuple[int, int], tuple[int, int]]:
    """Draw which pixel of each 2x2 and of each 4x4 block a batch asks about."""
    a, b, c, d = (int(v) for v in rng.integers(0, (FINE, FINE, CELL, CELL)))
    return (a, b), (c, d)
