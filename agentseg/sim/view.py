"""One frame: which triangle is where on the screen, and the light that comes from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agentseg.sim.camera import Camera
from agentseg.sim.mesh import Array
from agentseg.sim.raster import Fragments, Ints, Soup, clip_near, fragments, nearest, planes
from agentseg.sim.shade import Light, ShadowMap, shade, shadow_map
from agentseg.sim.surfaces import Surfaces

Size = tuple[int, int]

CONTACT_TEXELS = 200
"""Side of the map of what stands on the counter, which darkens the counter around it."""


@dataclass(frozen=True)
class Shadows:
    """The two shadow maps of a frame.

    Attributes:
        key: From the key light.
        contact: From straight above, of what touches the counter.
    """

    key: ShadowMap
    contact: ShadowMap


def cast(surfaces: Surfaces, world: Array, light: Light) -> Shadows:
    """Renders the shadow maps of triangles in the world, (m, 3, 9)."""
    casters = world[surfaces.casts][:, :, :3]
    foot = casters[:, :, 2].min(axis=1)
    low = casters[(foot < 0.05) & (foot > -0.01)]
    return Shadows(shadow_map(casters, light.key), shadow_map(low, np.array([0.0, 0.0, 1.0]), CONTACT_TEXELS))


class ScreenView:
    """A frame's triangles on the screen and the pixels that they cover.

    Args:
        surfaces: The triangles.
        world: (m, 3, 9) where they are, from ``to_world``.
        camera: Who looks.
        size: (H, W) in samples.
    """

    def __init__(self, surfaces: Surfaces, world: Array, camera: Camera, size: Size) -> None:
        self.surfaces, self.camera, self.size = surfaces, camera, size
        eye = camera.to_camera(world[:, :, :3])
        self.soup = clip_near(Soup(np.concatenate([eye, world[:, :, 3:]], axis=2), np.arange(len(world))))
        z = self.soup.corners[:, :, 2]
        self.focal = camera.focal(size[1])
        middle = np.array([size[1] / 2, size[0] / 2])
        xy = self.soup.corners[:, :, :2] / z[..., None] * self.focal + middle
        inverse = 1.0 / z
        self.frags: Fragments = fragments(xy, inverse, size)
        # Attributes over z are linear on the screen: normal (3) and object-space position (3).
        self.planes = planes(xy, self.soup.corners[:, :, 3:9] * inverse[..., None]).astype(np.float32)

    def resolve(self) -> tuple[tuple[Ints, Array], tuple[Ints, Array]]:
        """Nearest triangle and closeness (H*W,) of all surfaces, and the same of the opaque ones alone."""
        clear = self.surfaces.clear[self.soup.source]
        front = nearest(self.frags, self.size)
        if not clear.any():
            return front, front
        return front, nearest(self.frags, self.size, ~clear[self.frags.triangle])

    def source(self, triangle: Ints) -> Ints:
        """Index of the scene's triangle behind each resolved one; -1 stays -1."""
        return np.where(triangle >= 0, self.soup.source[np.maximum(triangle, 0)], -1)

    def light(self, front: tuple[Ints, Array], solid: tuple[Ints, Array], light: Light, shadows: Shadows) -> Array:
        """Linear RGB (H*W, 3) with see-through surfaces blended over what is behind them."""
        out = self._shaded(*solid, light, shadows)
        glass = np.flatnonzero((front[0] != solid[0]) & (front[0] >= 0))
        if len(glass):
            only = np.full_like(front[0], -1)
            only[glass] = front[0][glass]
            over = self._shaded(only, front[1], light, shadows)[glass]
            kinds = self.surfaces.material[self.soup.source[only[glass]]]
            alpha = np.array([material.alpha for material in self.surfaces.materials])[kinds][:, None]
            out[glass] = alpha * over + (1 - alpha) * out[glass]
        return out

    def _shaded(self, triangle: Ints, closeness: Array, light: Light, shadows: Shadows) -> Array:
        """Linear RGB (H*W, 3) of a resolved buffer; black where nothing is."""
        out = np.zeros((len(triangle), 3))
        pixel = np.flatnonzero(triangle >= 0)
        material = self.surfaces.material[self.soup.source[triangle[pixel]]]
        order = np.argsort(material, kind="stable")
        pixel, material = pixel[order], material[order]
        points, normals, local = self._hits(pixel, triangle[pixel], closeness)
        lit = shadows.key.lit(points, normals)
        dark = light.contact * (1.0 - shadows.contact.lit(points, normals))
        near = 1.0 - dark * np.clip(1.0 - points[:, 2] * 8, 0, 1)
        for run in np.split(np.arange(len(pixel)), np.flatnonzero(np.diff(material)) + 1):
            if len(run) == 0:
                continue
            look = self.surfaces.materials[material[run[0]]]
            a = slice(run[0], run[-1] + 1)
            colour = shade(points[a], normals[a], self.camera.eye, look.albedo(local[a]), look, light, lit[a])
            out[pixel[a]] = colour * near[a, None]
        return out

    def _hits(self, pixel: Ints, triangle: Ints, closeness: Array) -> tuple[Array, Array, Array]:
        """World position, unit normal facing the eye, and object-space position of the surface at pixels, (n, 3)."""
        height, width = self.size
        z = 1.0 / closeness[pixel]
        x, y = pixel % width + 0.5, pixel // width + 0.5
        ray = np.stack([(x - width / 2) / self.focal, (y - height / 2) / self.focal, np.ones(len(x))], axis=1)
        points = (ray * z[:, None]) @ self.camera.axes() + self.camera.eye
        plane = self.planes[triangle]
        values = (plane[:, 0] * x[:, None] + plane[:, 1] * y[:, None] + plane[:, 2]) * z[:, None]
        normals = values[:, :3] / np.maximum(np.linalg.norm(values[:, :3], axis=1, keepdims=True), 1e-9)
        away = np.einsum("ij,ij->i", normals, self.camera.eye - points) < 0
        return points, np.where(away[:, None], -normals, normals), values[:, 3:6]


def majority(values: Ints, factor: int) -> Ints:
    """Which sample speaks for each pixel: one of the value that most of the pixel's samples have.

    Args:
        values: (H * factor, W * factor) int.
        factor: Samples per pixel and axis.

    Returns:
        (H, W) flat index of a sample.
    """
    h, w = values.shape[0] // factor, values.shape[1] // factor
    cells = values.reshape(h, factor, w, factor).transpose(0, 2, 1, 3).reshape(h, w, factor * factor)
    best = (cells[..., :, None] == cells[..., None, :]).sum(axis=-1).argmax(axis=-1)
    row = np.arange(h)[:, None] * factor + best // factor
    column = np.arange(w)[None, :] * factor + best % factor
    return np.asarray(row * values.shape[1] + column)


def full_areas(view: ScreenView, factor: int) -> dict[int, float]:
    """Pixels that each instance would cover within the frame if nothing stood before it, by id."""
    owner = view.surfaces.id[view.soup.source][view.frags.triangle]
    covered = np.zeros((int(view.surfaces.id.max()) + 1, view.size[0] * view.size[1]), dtype=bool)
    thing = owner > 0  # most fragments are the room's
    covered[owner[thing], view.frags.pixel[thing]] = True
    counts = covered.sum(axis=1)
    return {id: float(counts[id]) / factor**2 for id in range(1, len(counts)) if counts[id]}
