"""Triangle meshes from four builders: lathe, tube, prism and box.

Units are metres, z points up, an object stands on z = 0. A ``Part`` is one surface with one paint slot ("body",
"steel", ...); the scene decides which material fills a slot.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """One triangle surface.

    Attributes:
        verts: (n, 3) metres, object space.
        normals: (n, 3) unit vertex normals.
        faces: (m, 3) int indices into verts.
        slot: Paint slot.
    """

    verts: Array
    normals: Array
    faces: NDArray[np.int64]
    slot: str

    def moved(self, by: ArrayLike = (0.0, 0.0, 0.0), turn: Array | None = None) -> Part:
        """The part turned by a 3x3 rotation about the origin, then shifted by a vector in metres."""
        turn = np.eye(3) if turn is None else turn
        return replace(self, verts=self.verts @ turn.T + np.asarray(by, dtype=float), normals=self.normals @ turn.T)


def rotation(axis: str, angle: float) -> Array:
    """The 3x3 rotation by ``angle`` radians about "x", "y" or "z" (right-handed)."""
    c, s = np.cos(angle), np.sin(angle)
    if axis == "x":
        return np.array([[1, 0, 0], [0, c, -s], [0, s, c]], dtype=float)
    if axis == "y":
        return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], dtype=float)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]], dtype=float)


def _cross(a: Array, b: Array) -> Array:
    """Row-wise cross product; ``np.cross`` spends most of its time on axis handling for arrays this small."""
    x, y, z = a[:, 0], a[:, 1], a[:, 2]
    u, v, w = b[:, 0], b[:, 1], b[:, 2]
    return np.stack([y * w - z * v, z * u - x * w, x * v - y * u], axis=1)


def _surface(verts: Array, faces: NDArray[np.int64], slot: str) -> Part:
    """A part whose vertex normals are the area-weighted mean of the normals of the faces around them."""
    a, b, c = (verts[faces[:, k]] for k in range(3))
    face_normals = _cross(b - a, c - a)
    corner = faces.T.ravel()
    weights = np.concatenate([face_normals] * 3)
    normals = np.stack([np.bincount(corner, weights[:, k], len(verts)) for k in range(3)], axis=1)
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return Part(verts, normals / np.maximum(length, 1e-12), faces, slot)


def join(parts: Sequence[Part]) -> list[Part]:
    """Merges the parts that share a slot, so that a scene has few surfaces."""
    out = []
    for slot in dict.fromkeys(part.slot for part in parts):
        group = [part for part in parts if part.slot == slot]
        starts = np.cumsum([0] + [len(part.verts) for part in group])
        faces = np.concatenate([part.faces + start for part, start in zip(group, starts, strict=False)])
        out.append(
            Part(np.concatenate([p.verts for p in group]), np.concatenate([p.normals for p in group]), faces, slot)
        )
    return out


@lru_cache(maxsize=256)
def _grid_faces(rows: int, cols: int) -> NDArray[np.int64]:
    """Two triangles per cell of a (rows, cols) vertex grid that closes on itself along the columns."""
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(cols), indexing="ij")
    a, b = i * cols + j, i * cols + (j + 1) % cols
    c, d = a + cols, b + cols
    return np.concatenate([np.stack([a, b, d], -1).reshape(-1, 3), np.stack([a, d, c], -1).reshape(-1, 3)])


def _smooth_runs(points: Array, crease: float = 0.7) -> list[Array]:
    """Splits a polyline where it bends by more than ``crease`` radians, so that edges stay sharp."""
    runs, start = [], 0
    step = np.diff(points, axis=0)
    heading = np.arctan2(step[:, 1], step[:, 0])
    for k in range(1, len(points) - 1):
        bend = abs((heading[k] - heading[k - 1] + np.pi) % (2 * np.pi) - np.pi)
        if bend > crease:
            runs.append(points[start : k + 1])
            start = k
    runs.append(points[start:])
    return runs


def lathe(profile: Sequence[tuple[float, float]], slot: str = "body", segments: int = 20) -> Part:
    """Turns a profile about the z axis.

    Args:
        profile: (radius, z) points in metres, in order; bends over 40 degrees stay sharp.
        slot: Paint slot.
        segments: Number of sides.

    Returns:
        The surface of revolution.
    """
    turn = np.arange(segments) * 2 * np.pi / segments
    pieces = []
    for run in _smooth_runs(np.asarray(profile, dtype=float)):
        r, z = run[:, 0], run[:, 1]
        ring = np.stack([np.outer(r, np.cos(turn)), np.outer(r, np.sin(turn)), np.repeat(z[:, None], segments, 1)], -1)
        pieces.append(_surface(ring.reshape(-1, 3), _grid_faces(len(run), segments), slot))
    return join(pieces)[0]


def tube(path: ArrayLike, radius: float | Sequence[float], slot: str = "body", segments: int = 8) -> Part:
    """Sweeps a circle along a path and closes both ends.

    Args:
        path: (n, 3) points in metres.
        radius: One radius, or one for each point, metres.
        slot: Paint slot.
        segments: Number of sides.

    Returns:
        The swept surface.
    """
    line = np.asarray(path, dtype=float)
    radii = np.broadcast_to(np.asarray(radius, dtype=float), (len(line),))
    tangent = np.gradient(line, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-12)
    side = np.cross(tangent[0], (0.0, 0.0, 1.0) if abs(tangent[0][2]) < 0.9 else (1.0, 0.0, 0.0))
    turn = np.arange(segments) * 2 * np.pi / segments
    rings = []
    for point, along, size in zip(line, tangent, radii, strict=True):
        side = side - along * (side @ along)
        side = side / max(float(np.sqrt(side @ side)), 1e-12)
        up = _cross(along[None], side[None])[0]
        rings.append(point + size * (np.outer(np.cos(turn), side) + np.outer(np.sin(turn), up)))
    ends = [np.repeat(line[:1], segments, 0), *rings, np.repeat(line[-1:], segments, 0)]
    return _surface(np.concatenate(ends), _grid_faces(len(ends), segments), slot)


def prism(outline: ArrayLike, z0: float, z1: float, slot: str = "body") -> Part:
    """Extrudes a convex outline from z0 to z1.

    Args:
        outline: (n, 2) corners in metres, counter-clockwise; bends over 40 degrees stay sharp.
        z0: Lower height, metres.
        z1: Upper height, metres.
        slot: Paint slot.

    Returns:
        The sides and both lids.
    """
    ring = np.asarray(outline, dtype=float)
    n = len(ring)
    low, high = (np.column_stack([ring, np.full(n, z)]) for z in (z0, z1))
    fan = np.stack([np.zeros(n - 2, int), np.arange(1, n - 1), np.arange(2, n)], -1)
    pieces = [_surface(low, fan[:, ::-1], slot), _surface(high, fan, slot)]
    for run in _smooth_runs(np.concatenate([ring, ring[:1]])):
        wall = np.concatenate([np.column_stack([run, np.full(len(run), z)]) for z in (z0, z1)])
        k = np.arange(len(run) - 1)
        m = len(run)
        faces = np.concatenate([np.stack([k, k + 1, k + 1 + m], -1), np.stack([k, k + 1 + m, k + m], -1)])
        pieces.append(_surface(wall, faces, slot))
    return join(pieces)[0]


def _unit_box() -> tuple[Array, Array, NDArray[np.int64]]:
    """Corners, normals and faces of the box [-1/2, 1/2]^2 x [0, 1] with sharp edges."""
    verts, normals = [], []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            normal = np.zeros(3)
            normal[axis] = sign
            for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
                corner = np.zeros(3)
                corner[axis], corner[(axis + 1) % 3], corner[(axis + 2) % 3] = sign, u, v
                verts.append(corner / 2 + np.array([0, 0, 0.5]))
                normals.append(normal)
    start = np.arange(6)[:, None, None] * 4
    faces = (start + np.array([[0, 1, 2], [0, 2, 3]])).reshape(-1, 3)
    return np.array(verts), np.array(normals), faces


_BOX = _unit_box()


def box(size: Sequence[float], at: Sequence[float] = (0.0, 0.0, 0.0), slot: str = "body") -> Part:
    """A box of (x, y, z) size in metres whose base centre is ``at``."""
    verts, normals, faces = _BOX
    return Part(verts * np.asarray(size) + np.asarray(at), normals, faces, slot)


def rounded(width: float, depth: float, radius: float, steps: int = 4) -> Array:
    """Corners of a rectangle with rounded corners, counter-clockwise, centred at 0, (n, 2) metres."""
    radius = min(radius, width / 2, depth / 2)
    turn = np.linspace(0, np.pi / 2, steps)
    corners = []
    for k, (sx, sy) in enumerate([(1, 1), (-1, 1), (-1, -1), (1, -1)]):
        angle = turn + k * np.pi / 2
        centre = (sx * (width / 2 - radius), sy * (depth / 2 - radius))
        corners.append(np.column_stack([centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle)]))
    return np.concatenate(corners)


def arc(start: float, stop: float, steps: int, radii: tuple[float, float] = (1.0, 1.0)) -> Array:
    """Points of an elliptic arc between two angles (radians), (steps, 2)."""
    turn = np.linspace(start, stop, steps)
    return np.column_stack([radii[0] * np.cos(turn), radii[1] * np.sin(turn)])
