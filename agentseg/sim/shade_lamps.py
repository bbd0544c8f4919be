"""A second light for the same kitchens: two bare lamps in a dim room, by another reflection model.

No network is trained on it. It is there to ask whether a perceiver learned things or learned ``shade``, so it shares
no formula with that file: point lamps that fade with distance for directional lights, Oren-Nayar and GGX for Lambert
and Blinn-Phong, Fresnel for fake mirrors, hard shadows for soft ones, two colour temperatures, hardly any ambience.
Its camera is in ``shade_lamps_film``. Shapes, places and materials' colours are those of the scene.

Sources: Oren and Nayar 1994 in Fujii's form; Walter and others 2007 (GGX) with Schlick's Fresnel term.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from agentseg.sim.material import Material, linear
from agentseg.sim.mesh import Array
from agentseg.sim.raster import Soup, clip_near, fragments, nearest

SHADOW_SIZE = 1200
"""Side of a lamp's shadow map in texels; one tap each, so that the edge is hard."""

BRIGHTEST = 8.0
"""Highlights are cut here, in units of a white wall in full light."""

_KELVIN = np.array([2700.0, 3000.0, 4000.0, 5000.0, 6500.0])
_GLOW = np.array([[1.0, 0.4, 0.1], [1.0, 0.46, 0.15], [1.0, 0.64, 0.37], [1.0, 0.78, 0.62], [1.0, 0.95, 0.98]])
"""Linear RGB of a black body at these temperatures, red = 1."""


@dataclass(frozen=True)
class Lamp:
    """A point lamp.

    Attributes:
        at: (3,) world position, metres.
        power: (3,) linear RGB that falls on a surface 1 m away that faces it.
        reach: Tangent of the half angle of its shadow map, which looks straight down.
    """

    at: Array
    power: Array
    reach: float


@dataclass(frozen=True)
class Lamps:
    """The light of one scene.

    Attributes:
        lamps: A warm lamp above the counter and a cooler one before the wall.
        ambient: (3,) linear RGB that comes from everywhere.
    """

    lamps: tuple[Lamp, ...]
    ambient: Array

    @property
    def tint(self) -> Array:
        """(3,) colour of the light in all, mean 1: what a camera balances."""
        total = np.asarray(np.sum([lamp.power / lamp.at[2] ** 2 for lamp in self.lamps], axis=0))
        return np.asarray(total / total.mean())


def glow(kelvin: float) -> Array:
    """(3,) linear RGB of a black body, mean 1; 2700 K to 6500 K."""
    rgb = np.array([np.interp(1 / kelvin, 1 / _KELVIN[::-1], _GLOW[::-1, k]) for k in range(3)])
    return np.asarray(rgb / rgb.mean())


def draw_lamps(rng: Generator) -> Lamps:
    """Draws the lamps of a scene; on the counter below it the warm one gives about 1, the cool one a half."""
    high, low = rng.uniform(1.0, 1.6), rng.uniform(0.55, 0.75)
    pendant = np.array([rng.uniform(-0.7, 0.7), rng.uniform(-0.45, 0.05), high])
    strip = np.array([rng.uniform(-0.6, 0.6), 0.1, low])
    warm, cool = glow(rng.uniform(2700, 3400)), glow(rng.uniform(4000, 6500))
    return Lamps(
        (
            Lamp(pendant, rng.uniform(0.8, 1.2) * high**2 * warm, 1.3 / (high - 0.35)),
            Lamp(strip, rng.uniform(0.3, 0.7) * low**2 * cool, 3.0),
        ),
        rng.uniform(0.06, 0.14) * glow(4000),
    )


@dataclass(frozen=True)
class LampShadow:
    """What a lamp sees first.

    Attributes:
        lamp: The lamp.
        closeness: (S, S) 1 / metres straight down from the lamp to what is nearest; 0 where nothing casts.
    """

    lamp: Lamp
    closeness: Array

    def lit(self, points: Array, normals: Array) -> NDArray[np.bool_]:
        """Which of the world points (n, 3) the lamp reaches; those outside its map, or above it, are lit."""
        size = len(self.closeness)
        away = points + normals * 0.004 - self.lamp.at
        down = np.maximum(-away[:, 2], 1e-6)
        texel = np.floor((away[:, :2] / (down * self.lamp.reach)[:, None] + 1) * size / 2)
        inside = ((texel >= 0) & (texel < size)).all(axis=1) & (away[:, 2] < 0)
        column, row = np.where(inside[:, None], texel, 0).astype(np.int64).T
        return np.asarray(~inside | (self.closeness[row, column] * (down - 0.008) <= 1.0))


def lamp_shadow(corners: Array, lamp: Lamp, size: int = SHADOW_SIZE) -> LampShadow:
    """Renders casters (m, 3, 3), world metres, from a lamp that looks straight down."""
    away = (corners - lamp.at) * np.array([1.0, 1.0, -1.0])
    seen = clip_near(Soup(away, np.arange(len(away)))).corners
    xy = (seen[..., :2] / (seen[..., 2:] * lamp.reach) + 1) * size / 2
    _, closeness = nearest(fragments(xy, 1.0 / seen[..., 2], (size, size)), (size, size))
    return LampShadow(lamp, np.maximum(closeness, 0.0).reshape(size, size))


def _room(direction: Array, lamps: Lamps) -> Array:
    """Linear RGB (n, 3) of a dim room in unit directions: a pale ceiling, dark walls, a lit counter."""
    up = direction[:, 2:3]
    ceiling, counter = np.clip(up * 1.6 - 0.3, 0, 1) * 0.35, np.clip(-up * 1.4, 0, 1) * 0.28
    return np.asarray((0.07 + ceiling + counter) * lamps.tint)


def reflect(
    points: Array, normals: Array, eye: Array, albedo: Array, material: Material, lamps: Lamps, lit: NDArray[np.bool_]
) -> Array:
    """Linear RGB of surface points of one material.

    Args:
        points: (n, 3) world metres.
        normals: (n, 3) unit normals that face the eye.
        eye: (3,) camera position, world metres.
        albedo: (n, 3) linear RGB.
        material: What they are made of.
        lamps: The scene's light.
        lit: (lamps, n) bool, which lamp reaches which point.

    Returns:
        (n, 3) linear RGB, not clipped.
    """
    view = _unit(eye - points)
    nv = np.clip(_dot(normals, view), 1e-3, 1)
    bare = 1 - material.metal
    # Reflectance head on and at grazing angles: a few percent and much for paint and glass, its colour for metal.
    mirrors = bare * 0.08 * material.spec + material.metal * linear(material.base), min(1.0, 2 * material.spec)
    out = albedo * bare * lamps.ambient
    for lamp, reached in zip(lamps.lamps, lit, strict=True):
        to_lamp = lamp.at - points
        light = _unit(to_lamp)
        nl = np.clip(_dot(normals, light), 0, 1)
        falling = (reached * nl / np.maximum((to_lamp**2).sum(axis=1), 0.01))[:, None] * lamp.power
        diffuse = albedo * bare * _oren_nayar(nl, nv, _dot(light, view), 0.45 * (1 - material.spec))[:, None]
        out = out + falling * (diffuse + _ggx(normals, light, view, (nl, nv), mirrors, material.gloss))
    return np.asarray(out + _fresnel(nv, *mirrors) * _room(2 * nv[:, None] * normals - view, lamps))


def _fresnel(cosine: Array, head_on: Array, edge: float) -> Array:
    """Share of the light (n, 3) that is mirrored at angles of these cosines (n,), after Schlick."""
    return np.asarray(head_on + np.maximum(edge - head_on, 0) * ((1 - cosine) ** 5)[:, None])


def _oren_nayar(nl: Array, nv: Array, lv: Array, sigma: float) -> Array:
    """Factor on Lambert's reflection of a surface of roughness ``sigma``, 0..1."""
    s = lv - nl * nv
    sideways = s / np.where(s > 0, np.maximum(nl, nv), 1.0)
    return np.asarray((1 + sigma * sideways) / (1 + (0.5 - 2 / (3 * np.pi)) * sigma))


def _ggx(
    normals: Array,
    light: Array,
    view: Array,
    cosines: tuple[Array, Array],
    mirrors: tuple[Array, float],
    gloss: float,
) -> Array:
    """Highlights (n, 3) by microfacets; ``gloss`` is the Blinn-Phong exponent of about the same width."""
    nl, nv = cosines
    half = _unit(light + view)
    nh, vh = np.clip(_dot(normals, half), 0, 1), np.clip(_dot(view, half), 0, 1)
    rough = 2 / (gloss + 2)  # alpha squared
    spread = rough / (nh * nh * (rough - 1) + 1) ** 2  # pi times the distribution of facets
    hidden = nl * np.sqrt(nv * nv * (1 - rough) + rough) + nv * np.sqrt(nl * nl * (1 - rough) + rough)
    shine = (0.5 * spread / np.maximum(hidden, 1e-3))[:, None] * _fresnel(vh, *mirrors)
    return np.asarray(np.minimum(shine, BRIGHTEST))


def _unit(vectors: Array) -> Array:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))


def _dot(a: Array, b: Array) -> Array:
    return np.asarray(np.einsum("ij,ij->i", a, b))
