"""A frame under the second light: as ``view.ScreenView``, with lamps for its light and other glass."""

from __future__ import annotations

import numpy as np

from agentseg.sim.mesh import Array
from agentseg.sim.raster import Ints
from agentseg.sim.shade_lamps import Lamps, LampShadow, lamp_shadow, reflect
from agentseg.sim.view import ScreenView


class LampView(ScreenView):
    """A frame's triangles on the screen, lit by lamps."""

    def lamplight(self, front: tuple[Ints, Array], solid: tuple[Ints, Array], lamps: Lamps, world: Array) -> Array:
        """Linear RGB (H*W, 3), see-through surfaces over what is behind them, the less so the more they turn away.

        Args:
            front: Nearest triangle and closeness of all surfaces, from ``resolve``.
            solid: The same of the opaque ones.
            lamps: The scene's light.
            world: (m, 3, 9) all triangles, from ``to_world``.
        """
        casters = world[self.surfaces.casts][:, :, :3]
        shadows = [lamp_shadow(casters, lamp) for lamp in lamps.lamps]
        out = np.zeros((len(front[0]), 3))
        pixel = np.flatnonzero(solid[0] >= 0)
        out[pixel] = self._lit(pixel, solid, lamps, shadows)[0]
        glass = np.flatnonzero((front[0] != solid[0]) & (front[0] >= 0))
        over, facing = self._lit(glass, front, lamps, shadows)
        kinds = self.surfaces.material[self.source(front[0][glass])]
        alpha = np.array([material.alpha for material in self.surfaces.materials])[kinds]
        alpha = (alpha + (1 - alpha) * (1 - facing) ** 3)[:, None]
        out[glass] = alpha * over + (1 - alpha) * out[glass]
        return out

    def _lit(
        self, pixel: Ints, seen: tuple[Ints, Array], lamps: Lamps, shadows: list[LampShadow]
    ) -> tuple[Array, Array]:
        """Linear RGB (n, 3) of what is seen at pixels (n,), and how much it faces the eye, 0..1."""
        colour, facing = np.zeros((len(pixel), 3)), np.ones(len(pixel))
        material = self.surfaces.material[self.source(seen[0][pixel])]
        for kind in np.unique(material):
            at = np.flatnonzero(material == kind)
            look = self.surfaces.materials[kind]
            points, normals, local = self._hits(pixel[at], seen[0][pixel[at]], seen[1])
            lit = np.stack([shadow.lit(points, normals) for shadow in shadows])
            colour[at] = reflect(points, normals, self.camera.eye, look.albedo(local), look, lamps, lit)
            view = self.camera.eye - points
            facing[at] = np.clip(np.einsum("ij,ij->i", normals, view) / np.linalg.norm(view, axis=1), 0, 1)
        return colour, facing
