"""A span rasteriser in numpy: which triangle is nearest at each pixel.

Every triangle is cut into rows and every row into pixels with array operations over all triangles at once, so only
covered pixels are touched. One 64-bit key (closeness, triangle) per pixel and ``maximum.at`` make the z-buffer.
Triangles that cross the near plane are clipped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

NEAR = 0.05
"""Distance of the near plane, metres."""


@dataclass(frozen=True)
class Soup:
    """Triangles in camera space, each with its own three corners.

    Attributes:
        corners: (m, 3, k): camera x, y, z (metres, z forward) and further attributes per corner.
        source: (m,) int, what each triangle came from; clipping keeps it.
    """

    corners: Array
    source: Ints


def clip_near(soup: Soup, near: float = NEAR) -> Soup:
    """Cuts the triangles at z = near and drops what lies before it.

    Args:
        soup: Triangles in camera space.
        near: Distance of the plane, metres.

    Returns:
        Triangles with every z >= near; one that crosses becomes one or two, attributes interpolated.
    """
    front = soup.corners[:, :, 2] >= near
    whole = front.all(axis=1)
    pieces, sources = [soup.corners[whole]], [soup.source[whole]]
    for k in np.flatnonzero(front.any(axis=1) & ~whole):
        polygon = []
        for j in range(3):
            a, b = soup.corners[k, j], soup.corners[k, (j + 1) % 3]
            if a[2] >= near:
                polygon.append(a)
            if (a[2] >= near) != (b[2] >= near):
                polygon.append(a + (b - a) * ((near - a[2]) / (b[2] - a[2])))
        for j in range(1, len(polygon) - 1):
            pieces.append(np.stack([polygon[0], polygon[j], polygon[j + 1]])[None])
            sources.append(soup.source[k : k + 1])
    return Soup(np.concatenate(pieces), np.concatenate(sources))


@dataclass(frozen=True)
class Fragments:
    """All covered (pixel, triangle) pairs.

    Attributes:
        pixel: (n,) int, flat pixel index (row-major).
        triangle: (n,) int.
        key: (n,) uint64, closeness in the high half, triangle in the low one.
    """

    pixel: Ints
    triangle: Ints
    key: NDArray[np.uint64]


def _expand(counts: Ints) -> tuple[Ints, Ints]:
    """For counts (n,): the owner of each of sum(counts) slots, and the slot's place within its owner."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)


def planes(xy: Array, values: Array) -> Array:
    """Coefficients (m, 3, k) such that (x, y, 1) @ c gives ``values`` at the corners.

    Args:
        xy: (m, 3, 2) screen corners, px.
        values: (m, 3, k) values at the corners, linear on the screen.

    Returns:
        The plane of each triangle and value; zero area gives the mean of the corners.
    """
    e1, e2 = xy[:, 1] - xy[:, 0], xy[:, 2] - xy[:, 0]
    det = e1[:, 0] * e2[:, 1] - e1[:, 1] * e2[:, 0]
    flat = np.abs(det) < 1e-9
    inv = np.where(flat, 0.0, 1.0 / np.where(flat, 1.0, det))[:, None]
    d1, d2 = values[:, 1] - values[:, 0], values[:, 2] - values[:, 0]
    gx = (d1 * e2[:, 1:2] - d2 * e1[:, 1:2]) * inv
    gy = (d2 * e1[:, 0:1] - d1 * e2[:, 0:1]) * inv
    base = values[:, 0] - gx * xy[:, 0, 0:1] - gy * xy[:, 0, 1:2]
    return np.stack([gx, gy, np.where(flat[:, None], values.mean(axis=1), base)], axis=1)


def fragments(xy: Array, closeness: Array, size: tuple[int, int]) -> Fragments:
    """Covers the pixels whose centre lies in a triangle.

    Args:
        xy: (m, 3, 2) screen corners, px.
        closeness: (m, 3) > 0 at the corners, linear on the screen (1/z for a perspective camera).
        size: (H, W).

    Returns:
        Every covered pair, in triangle order.
    """
    height, width = size
    x, y = xy[..., 0], xy[..., 1]
    top = np.clip(np.ceil(y.min(axis=1) - 0.5), 0, height).astype(np.int64)
    bottom = np.clip(np.ceil(y.max(axis=1) - 0.5), 0, height).astype(np.int64)
    tri, offset = _expand(np.maximum(bottom - top, 0))
    row = top[tri] + offset
    centre = row + 0.5
    left, right = np.full(len(tri), np.inf), np.full(len(tri), -np.inf)
    for a, b in ((0, 1), (1, 2), (2, 0)):
        ya, yb, xa, xb = y[tri, a], y[tri, b], x[tri, a], x[tri, b]
        crosses = (ya <= centre) != (yb <= centre)
        cut = xa + (centre - ya) * (xb - xa) / np.where(crosses, yb - ya, 1.0)
        left = np.where(crosses, np.minimum(left, cut), left)
        right = np.where(crosses, np.maximum(right, cut), right)
    ok = right >= left
    tri, row, left, right = tri[ok], row[ok], left[ok], right[ok]
    x0 = np.clip(np.ceil(left - 0.5), 0, width).astype(np.int64)
    x1 = np.clip(np.ceil(right - 0.5), 0, width).astype(np.int64)
    counts = np.maximum(x1 - x0, 0)
    # What a span's pixels share is worked out once a span and then repeated.
    pixel = np.arange(int(counts.sum())) + np.repeat(row * width + x0 - (np.cumsum(counts) - counts), counts)
    plane = planes(xy, closeness[..., None])[..., 0]
    at_span = plane[tri, 1] * (row + 0.5) + plane[tri, 2]
    middle = pixel - np.repeat(row * width - 0.5, counts)
    near = (np.repeat(plane[tri, 0], counts) * middle + np.repeat(at_span, counts)).astype(np.float32)
    low, high = (end.astype(np.float32)[tri] for end in (closeness.min(axis=1), closeness.max(axis=1)))
    near = np.clip(near, np.repeat(low, counts), np.repeat(high, counts))
    triangle = np.repeat(tri, counts)
    key = (near.view(np.uint32).astype(np.uint64) << np.uint64(32)) | triangle.astype(np.uint64)
    return Fragments(pixel, triangle, key)


def nearest(frags: Fragments, size: tuple[int, int], keep: NDArray[np.bool_] | None = None) -> tuple[Ints, Array]:
    """Resolves fragments to one triangle per pixel.

    Args:
        frags: The fragments.
        size: (H, W).
        keep: (n,) bool, which fragments to use; all by default.

    Returns:
        (H*W,) triangle index, -1 where nothing is, and (H*W,) closeness, 0 where nothing is.
    """
    buffer = np.zeros(size[0] * size[1], dtype=np.uint64)
    pixel, key = (frags.pixel, frags.key) if keep is None else (frags.pixel[keep], frags.key[keep])
    np.maximum.at(buffer, pixel, key)
    triangle = (buffer & np.uint64(0xFFFFFFFF)).astype(np.int64)
    closeness = (buffer >> np.uint64(32)).astype(np.uint32).view(np.float32).astype(np.float64)
    return np.where(buffer == 0, -1, triangle), closeness
