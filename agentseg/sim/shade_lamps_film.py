"""The camera of the second light: what lies between ``shade_lamps`` and the picture.

Unlike ``camera.Sensor``: the lens blurs linear light, noise grows with the light and comes before the tone curve, white
balance is half right, exposure is metered, the curve is filmic (Narkowicz 2015) and then sRGB's own; no JPEG.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from agentseg.sim.mesh import Array


@dataclass(frozen=True)
class Film:
    """What happens between light and pixel, drawn once a scene.

    Attributes:
        grey: Where the meter puts the picture's middle, linear, before the tone curve.
        adapted: How much of the light's tint is balanced away, 0..1.
        blur: Standard deviation of the lens blur, px.
        shot: Variance of the noise for each unit of linear light.
        read: Standard deviation of the noise in the dark, linear light.
    """

    grey: float
    adapted: float
    blur: float
    shot: float
    read: float

    def develop(self, linear: Array, tint: Array, factor: int, rng: Generator) -> NDArray[np.uint8]:
        """Turns linear light into a picture.

        Args:
            linear: (H * s, W * s, 3) linear RGB.
            tint: (3,) colour of the light in all, mean 1.
            factor: s, samples per pixel and axis.
            rng: Source of the noise.

        Returns:
            (H, W, 3) uint8 RGB.
        """
        h, w = linear.shape[0] // factor, linear.shape[1] // factor
        light = linear.reshape(h, factor, w, factor, 3).mean(axis=(1, 3)) / tint**self.adapted
        light = light * self.grey / max(float(np.exp(np.log(light.mean(axis=2) + 1e-3).mean())), 1e-6)
        light = blurred(np.clip(light, 0, 16), self.blur)
        light = np.maximum(light + rng.normal(size=light.shape) * np.sqrt(self.shot * light + self.read**2), 0)
        # A colour filter array mixes the noise of neighbours.
        return np.asarray(np.round(255 * srgb(filmic(blurred(light, 0.4)))).astype(np.uint8))


def draw_film(rng: Generator) -> Film:
    """Draws the film of a scene."""
    return Film(
        grey=float(0.2 * np.exp(rng.normal(0, 0.2))),
        adapted=float(rng.uniform(0.5, 0.9)),
        blur=float(rng.uniform(0.4, 0.8)),
        shot=float(rng.uniform(0.0003, 0.002)),
        read=float(rng.uniform(0.001, 0.006)),
    )


def blurred(picture: Array, sigma: float) -> Array:
    """A picture (H, W, 3) under a Gaussian of ``sigma`` px, at most 1; edges repeat."""
    weight = np.exp(-0.5 * (np.arange(-2, 3) / sigma) ** 2)
    weight /= weight.sum()
    for axis in (0, 1):
        pad = [(2, 2) if k == axis else (0, 0) for k in range(3)]
        rows = np.moveaxis(np.pad(picture, pad, mode="edge"), axis, 0)
        count = picture.shape[axis]
        picture = np.moveaxis(np.asarray(sum(weight[k] * rows[k : k + count] for k in range(5))), 0, axis)
    return picture


def filmic(light: Array) -> Array:
    """Linear light >= 0 on a filmic curve, 0..1 (Narkowicz's fit of the ACES curve)."""
    return np.asarray(np.clip(light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14), 0, 1))


def srgb(light: Array) -> Array:
    """Linear 0..1 as sRGB 0..1, with its straight foot (IEC 61966-2-1)."""
    return np.asarray(np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055))
