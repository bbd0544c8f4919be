"""Light: a key light with a shadow map, a fill light, hemispheric ambience, highlights and fake mirrors.

The shading model itself is randomised from scene to scene (wrap, ambience, exposure, gamma, highlights), because a
network that trains on one shader learns the shader.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from agentseg.sim.material import Material, linear
from agentseg.sim.mesh import Array
from agentseg.sim.raster import fragments, nearest

SHADOW_SIZE = 320
"""Side of the shadow map in texels; it spans 2.0 m, so a texel is about 6 mm."""


@dataclass(frozen=True)
class Light:
    """The light of one scene; directions point from the scene to the light, intensities are relative.

    Attributes:
        key: Unit direction of the key light.
        fill: Unit direction of the fill light.
        strength: Key intensity.
        fill_strength: Fill intensity.
        sky: Linear RGB ambience from above.
        ground: Linear RGB ambience from below.
        colour: Linear RGB of the key light.
        wrap: 0 = Lambert, 0.5 = half-Lambert.
        spec: Factor on all highlights.
        shadow: How dark shadows are, 0..1.
        contact: How dark things make the counter near them, 0..1.
    """

    key: Array
    fill: Array
    strength: float
    fill_strength: float
    sky: Array
    ground: Array
    colour: Array
    wrap: float
    spec: float
    shadow: float
    contact: float


def _direction(azimuth: float, elevation: float) -> Array:
    c = np.cos(elevation)
    return np.array([c * np.cos(azimuth), c * np.sin(azimuth), np.sin(elevation)])


def draw_light(rng: Generator) -> Light:
    """Draws the light of a scene: key from above and before the wall, any side."""
    warm = rng.uniform(-0.12, 0.16)
    ambient = rng.uniform(0.28, 0.62)
    return Light(
        key=_direction(rng.uniform(np.pi * 1.05, np.pi * 1.95), rng.uniform(0.6, 1.35)),
        fill=_direction(rng.uniform(np.pi, 2 * np.pi), rng.uniform(0.2, 0.9)),
        strength=rng.uniform(0.5, 1.05),
        fill_strength=rng.uniform(0.0, 0.35),
        sky=ambient * np.array([1.0 + rng.normal(0, 0.03), 1.0, 1.0 + rng.normal(0, 0.05)]),
        ground=ambient * rng.uniform(0.35, 0.75) * np.array([1.0, 0.97, 0.93]),
        colour=np.array([1.0 + warm, 1.0, 1.0 - warm]),
        wrap=float(rng.choice([0.0, 0.0, 0.25, 0.5])),
        spec=rng.uniform(0.2, 1.4),
        shadow=rng.uniform(0.45, 1.0),
        contact=rng.uniform(0.2, 0.6),
    )


@dataclass(frozen=True)
class ShadowMap:
    """Heights along the light's direction, seen from the light.

    Attributes:
        axes: (3, 3) rows: the map's x, y and the direction to the light.
        height: (S, S) float, metres along the light direction; -inf where nothing casts.
        span: Width of the map, metres.
    """

    axes: Array
    height: Array
    span: float = 2.0

    def _texel(self, points: Array) -> tuple[Array, Array]:
        at = points @ self.axes.T
        return (at[:, :2] / self.span + 0.5) * len(self.height), at[:, 2]

    def lit(self, points: Array, normals: Array, bias: float = 0.006) -> Array:
        """How much of the light reaches world points (n, 3), 0..1, from four taps."""
        texel, height = self._texel(points + normals * 0.004)
        top = len(self.height) - 1
        out = np.zeros(len(points))
        for dx, dy in ((-0.7, -0.3), (0.3, -0.7), (0.7, 0.3), (-0.3, 0.7)):
            i = np.clip((texel[:, 1] + dy).astype(np.int64), 0, top)
            j = np.clip((texel[:, 0] + dx).astype(np.int64), 0, top)
            out += self.height[i, j] <= height + bias
        return out / 4.0


def shadow_map(corners: Array, direction: Array, size: int = SHADOW_SIZE, span: float = 2.0) -> ShadowMap:
    """Renders casters (m, 3, 3), world metres, from a light's direction."""
    side = np.cross(direction, (0.0, 1.0, 0.0) if abs(direction[1]) < 0.9 else (1.0, 0.0, 0.0))
    side /= np.linalg.norm(side)
    axes = np.stack([side, np.cross(direction, side), direction])
    at = corners @ axes.T
    xy = (at[..., :2] / span + 0.5) * size
    _, closeness = nearest(fragments(xy, at[..., 2] + 10.0, (size, size)), (size, size))
    height = np.where(closeness > 0, closeness - 10.0, -np.inf).reshape(size, size)
    return ShadowMap(axes, height, span)


def _environment(direction: Array) -> NDArray[np.float64]:
    """Brightness of a fake room in unit directions (n, 3): bright windows, dark horizon band, grey counter."""
    up = direction[:, 2]
    window = np.clip(np.sin(np.arctan2(direction[:, 1], direction[:, 0]) * 3.0) * 3.0, 0, 1)
    return np.where(up > 0.05, 0.45 + 0.55 * window * np.clip(up * 3, 0, 1), 0.18 + 0.25 * np.clip(-up, 0, 1))


def shade(
    points: Array, normals: Array, eye: Array, albedo: Array, material: Material, light: Light, lit: Array
) -> Array:
    """Linear RGB of surface points of one material.

    Args:
        points: (n, 3) world metres.
        normals: (n, 3) unit normals that face the eye.
        eye: (3,) camera position, world metres.
        albedo: (n, 3) linear RGB.
        material: What they are made of.
        light: The scene's light.
        lit: (n,) share of the key light that arrives.

    Returns:
        (n, 3) linear RGB, not clipped.
    """
    view = eye - points
    view /= np.linalg.norm(view, axis=1, keepdims=True)
    key = np.clip((normals @ light.key + light.wrap) / (1 + light.wrap), 0, 1) * (1 - light.shadow * (1 - lit))
    fill = np.clip(normals @ light.fill, 0, 1) * light.fill_strength
    up = (normals[:, 2:3] + 1) / 2
    out = albedo * (
        light.sky * up + light.ground * (1 - up) + (light.strength * key)[:, None] * light.colour + fill[:, None]
    )
    if material.spec > 0.01:
        half = view + light.key
        half /= np.linalg.norm(half, axis=1, keepdims=True)
        shine = np.clip(np.einsum("ij,ij->i", normals, half), 0, 1) ** material.gloss
        out = out + (light.spec * material.spec * shine * lit)[:, None] * light.colour
    if material.metal > 0.01:
        facing = np.einsum("ij,ij->i", normals, view)
        mirror = 2 * facing[:, None] * normals - view
        rim = material.metal * (0.75 + 0.25 * (1 - np.clip(facing, 0, 1)) ** 2)
        seen = _environment(mirror)[:, None] * (0.35 + 0.65 * linear(material.base)) * 0.9
        out = out * (1 - rim[:, None]) + rim[:, None] * seen * (0.5 + light.sky)
    return np.asarray(out)
