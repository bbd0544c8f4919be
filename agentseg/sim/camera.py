"""The kitchen camera: its pose, and what lens and sensor do to the picture."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from agentseg.sim.mesh import Array


@dataclass(frozen=True)
class Camera:
    """A pinhole camera.

    Attributes:
        eye: (3,) world position, metres.
        target: (3,) world point in the picture's centre.
        fov: Horizontal field of view, radians.
    """

    eye: Array
    target: Array
    fov: float

    def axes(self) -> Array:
        """(3, 3) rows: right, down, forward in world space."""
        forward = self.target - self.eye
        forward = forward / np.linalg.norm(forward)
        right = np.cross(forward, (0.0, 0.0, 1.0))
        right /= np.linalg.norm(right)
        return np.stack([right, np.cross(forward, right), forward])

    def to_camera(self, points: Array) -> Array:
        """World points (..., 3) in camera space: x right, y down, z forward, metres."""
        return (points - self.eye) @ self.axes().T

    def focal(self, width: int) -> float:
        """Focal length in pixels of a picture ``width`` wide."""
        return float(width / 2 / np.tan(self.fov / 2))

    def project(self, points: Array, size: tuple[int, int]) -> tuple[Array, Array]:
        """Screen points (..., 2) in px and depth (...,) in metres of world points; depth <= 0 is behind the eye."""
        at = self.to_camera(points)
        z = np.where(np.abs(at[..., 2]) < 1e-6, 1e-6, at[..., 2])
        xy = at[..., :2] / z[..., None] * self.focal(size[1]) + np.array([size[1] / 2, size[0] / 2])
        return xy, at[..., 2]

    def orbited(self, azimuth: float, shift: float, rise: float) -> Camera:
        """The camera turned about its target by ``azimuth`` radians and shifted sideways and up by metres."""
        c, s = np.cos(azimuth), np.sin(azimuth)
        arm = self.eye - self.target
        arm = np.array([c * arm[0] - s * arm[1], s * arm[0] + c * arm[1], arm[2] + rise])
        move = np.array([shift, 0.0, 0.0])
        return Camera(self.target + arm + move, self.target + move, self.fov)


def draw_camera(rng: Generator) -> Camera:
    """Draws a camera before the counter that looks down at it."""
    target = np.array([rng.normal(0, 0.05), rng.uniform(-0.05, 0.05), rng.uniform(0.0, 0.06)])
    elevation, azimuth = rng.uniform(0.36, 0.85), rng.normal(0, 0.22)
    distance = rng.uniform(0.85, 1.12)
    arm = np.array([np.sin(azimuth) * np.cos(elevation), -np.cos(azimuth) * np.cos(elevation), np.sin(elevation)])
    return Camera(target + distance * arm, target, float(rng.uniform(0.92, 1.08)))


@dataclass(frozen=True)
class Sensor:
    """What happens between light and pixel, drawn once a scene.

    Attributes:
        exposure: Factor on linear light.
        balance: (3,) white balance factors.
        gamma: Exponent's denominator, about 2.2.
        contrast: Strength of the tone curve, 0..1.
        saturation: Factor on chroma.
        blur: Radius of the lens blur, px of the final picture.
        noise: Standard deviation of the noise, 0..255 scale.
        quality: JPEG quality, or 0 for none.
        vignette: Darkening of the corners, 0..1.
    """

    exposure: float
    balance: Array
    gamma: float
    contrast: float
    saturation: float
    blur: float
    noise: float
    quality: int
    vignette: float

    def develop(self, linear: Array, factor: int, rng: Generator) -> NDArray[np.uint8]:
        """Turns linear light (H*s, W*s, 3) into a picture (H, W, 3), averaging s x s samples.

        Args:
            linear: Linear RGB.
            factor: s, samples per pixel and axis.
            rng: Source of the noise.

        Returns:
            uint8 RGB.
        """
        if factor > 1:
            h, w = linear.shape[0] // factor, linear.shape[1] // factor
            linear = np.clip(linear, 0, 3).reshape(h, factor, w, factor, 3).mean(axis=(1, 3))
        out = np.clip(linear.astype(np.float32) * (self.exposure * self.balance).astype(np.float32), 0, None)
        # A soft shoulder keeps highlights from clipping to flat white.
        out = np.where(out > 0.8, 0.8 + 0.2 * (1 - np.exp(-(out - 0.8) / 0.2)), out)
        out = np.power(out, np.float32(1 / self.gamma))
        out = out + self.contrast * (out * out * (3 - 2 * out) - out)
        grey = out.mean(axis=2, keepdims=True)
        out = grey + self.saturation * (out - grey)
        h, w = out.shape[:2]
        y, x = np.linspace(-1, 1, h, dtype=np.float32)[:, None], np.linspace(-1, 1, w, dtype=np.float32)
        out = out * (1 - self.vignette * (x * x + y * y)[..., None] / 2) * 255
        if self.noise > 0:
            out = out + rng.normal(0, self.noise, out.shape).astype(np.float32)
        return self._compress(np.clip(out, 0, 255).astype(np.uint8))

    def _compress(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if self.blur <= 0.25 and self.quality == 0:
            return rgb
        from PIL import Image, ImageFilter

        picture = Image.fromarray(rgb)
        if self.blur > 0.25:
            picture = picture.filter(ImageFilter.GaussianBlur(self.blur))
        if self.quality:
            buffer = io.BytesIO()
            picture.save(buffer, "JPEG", quality=self.quality)
            picture = Image.open(buffer)
        return np.asarray(picture)


def draw_sensor(rng: Generator) -> Sensor:
    """Draws a sensor: most are mild, some are poor."""
    return Sensor(
        exposure=float(np.exp(rng.normal(0.0, 0.16))),
        balance=np.array([np.exp(rng.normal(0, 0.035)), 1.0, np.exp(rng.normal(0, 0.045))]),
        gamma=float(rng.uniform(2.0, 2.4)),
        contrast=float(rng.uniform(0.0, 0.5)),
        saturation=float(rng.uniform(0.88, 1.15)),
        blur=float(rng.uniform(0.3, 0.8)) if rng.random() < 0.4 else 0.0,
        noise=float(rng.uniform(0.5, 5.0)),
        quality=int(rng.integers(55, 96)) if rng.random() < 0.5 else 0,
        vignette=float(rng.uniform(0, 0.25)),
    )
