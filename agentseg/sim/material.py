"""Materials: colours and procedural textures in object space, so that nothing swims on a moving object."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentseg.sim.mesh import Array

Rgb = tuple[float, float, float]


def linear(rgb: Rgb | Array) -> Array:
    """Turns sRGB 0..1 into linear light (pure 2.2 gamma)."""
    return np.asarray(np.clip(np.asarray(rgb, dtype=float), 0.0, 1.0) ** 2.2)


@dataclass(frozen=True)
class Material:
    """How a surface looks.

    Attributes:
        base: sRGB of the surface, 0..1.
        second: sRGB of the pattern's other colour.
        pattern: Name in PATTERNS, or "plain".
        scale: Pattern repeats per metre.
        spec: Strength of highlights, 0..1.
        gloss: Exponent of highlights.
        metal: How much it mirrors its surroundings, 0..1.
        alpha: Opacity, 1 = opaque.
        offset: Shift of the pattern, so that equal objects differ.
    """

    base: Rgb
    second: Rgb = (0.5, 0.5, 0.5)
    pattern: str = "plain"
    scale: float = 10.0
    spec: float = 0.15
    gloss: float = 30.0
    metal: float = 0.0
    alpha: float = 1.0
    offset: float = 0.0

    def albedo(self, points: Array) -> Array:
        """Linear RGB (n, 3) at object-space points (n, 3) in metres."""
        base, second = linear(self.base), linear(self.second)
        if self.pattern == "plain":
            return np.broadcast_to(base, points.shape)
        weight = PATTERNS[self.pattern]((points + self.offset) * self.scale)
        return np.asarray(base + np.clip(weight, 0.0, 1.0)[:, None] * (second - base))


@functools.cache
def _noise_tile() -> NDArray[np.float64]:
    """A tileable 256x256 cloud texture in 0..1 (four octaves of smoothed white noise)."""
    rng = np.random.default_rng(7)
    out = np.zeros((256, 256))
    for octave in range(5):
        cells = 8 << octave
        grid = rng.random((cells, cells))
        at = np.arange(256) * cells / 256
        i, f = at.astype(int), at % 1
        f = f * f * (3 - 2 * f)
        j = (i + 1) % cells
        rows = grid[i] * (1 - f)[:, None] + grid[j] * f[:, None]
        out += (rows[:, i] * (1 - f) + rows[:, j] * f) * 0.6**octave
    out -= out.min()
    return np.asarray(out / out.max())


def noise(u: Array, v: Array) -> Array:
    """Cloud noise in 0..1 at (u, v); the tile repeats every 1 unit."""
    tile = _noise_tile()
    return np.asarray(tile[(u * 256).astype(np.int64) & 255, (v * 256).astype(np.int64) & 255])


def _uv(p: Array) -> tuple[Array, Array]:
    """Two coordinates that vary along all three axes."""
    return p[:, 0] + 0.37 * p[:, 2], p[:, 1] + 0.71 * p[:, 2]


def _wood(p: Array) -> Array:
    u, v = _uv(p)
    return 0.5 + 0.5 * np.sin(v * 9.0 + 5.0 * noise(u * 0.12, v * 0.35)) * (0.4 + 0.6 * noise(u * 0.05, v))


def _granite(p: Array) -> Array:
    u, v = _uv(p)
    return np.clip((noise(u, v) - 0.42) * 4.0, 0, 1)


def _marble(p: Array) -> Array:
    u, v = _uv(p)
    return np.clip(1.0 - 7.0 * np.abs(noise(u * 0.2, v * 0.2) - 0.5), 0, 1)


def _cloud(p: Array) -> Array:
    u, v = _uv(p)
    return noise(u, v)


def _tiles(p: Array) -> Array:
    u, v = p[:, 0] % 1.0, p[:, 2] % 1.0
    joint = (u < 0.035) | (v < 0.035)
    return joint * 1.0 + (~joint) * 0.12 * noise(np.floor(p[:, 0]) * 0.37, np.floor(p[:, 2]) * 0.59)


def _bricks(p: Array) -> Array:
    row = np.floor(p[:, 2] * 2)
    u, v = (p[:, 0] + 0.5 * (row % 2)) % 1.0, (p[:, 2] * 2) % 1.0
    joint = (u < 0.03) | (v < 0.06)
    return joint * 1.0 + (~joint) * 0.12 * noise(np.floor(p[:, 0] + 0.5 * (row % 2)) * 0.37, row * 0.59)


def _checks(p: Array) -> Array:
    return (np.floor(p[:, 0]) + np.floor(p[:, 1]) + np.floor(p[:, 2])) % 2


def _stripes(p: Array) -> Array:
    return (p[:, 2] % 1.0 < 0.4).astype(np.float64)


def _print(p: Array) -> Array:
    angle = np.arctan2(p[:, 1], p[:, 0])
    lines = (p[:, 2] % 1.0 < 0.55) & (np.sin(angle * 7 + np.floor(p[:, 2]) * 2.3) > -0.55)
    return 0.8 * lines.astype(np.float64)


def _pits(p: Array) -> Array:
    u, v = _uv(p)
    return np.clip((0.45 - noise(u * 2.3, v * 2.3)) * 5.0, 0, 1)


PATTERNS = {
    "wood": _wood,
    "granite": _granite,
    "marble": _marble,
    "cloud": _cloud,
    "tiles": _tiles,
    "bricks": _bricks,
    "checks": _checks,
    "stripes": _stripes,
    "print": _print,
    "pits": _pits,
}
"""Pattern name -> function of scaled points (n, 3) -> weight (n,) of the second colour, 0..1."""
