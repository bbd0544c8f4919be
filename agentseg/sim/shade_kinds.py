"""The ways to shade a kitchen: the light that everything was trained on, and one that nothing was trained on.

Both take the same triangles from the same camera, so the truth about a seed is the same whatever the shading.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from agentseg.errors import InputError
from agentseg.sim.camera import Camera, draw_sensor
from agentseg.sim.mesh import Array
from agentseg.sim.raster import Ints
from agentseg.sim.shade import draw_light
from agentseg.sim.shade_lamps import draw_lamps
from agentseg.sim.shade_lamps_film import draw_film
from agentseg.sim.shade_lamps_view import LampView
from agentseg.sim.surfaces import Surfaces
from agentseg.sim.view import ScreenView, Size, cast

Shading = Literal["key", "lamps"]
"""``key``: a key light, soft shadows, Blinn-Phong (``shade``); ``lamps``: another light, reflection and film."""

Painted = tuple[ScreenView, tuple[Ints, Array], NDArray[np.uint8]]
"""A frame's triangles on the screen, the nearest one and its closeness at each sample, and the picture."""

Painter = Callable[[Surfaces, Array, Camera, Size, int], Painted]
"""Paints a frame: triangles, where they are in the world (m, 3, 9), who looks, (H, W) in px, samples a pixel's side."""


def painter(shading: Shading, seed: int) -> Painter:
    """The painter of a scene; its noise goes on from frame to frame.

    Args:
        shading: Which light.
        seed: The scene's.

    Raises:
        InputError: There is no such shading.
    """
    if shading not in get_args(Shading):
        raise InputError(f"no shading {shading!r}; there are {', '.join(get_args(Shading))}")
    return _by_lamps(seed) if shading == "lamps" else _by_key_light(seed)


def _by_key_light(seed: int) -> Painter:
    sensor, light = draw_sensor(np.random.default_rng([seed, 2])), draw_light(np.random.default_rng([seed, 3]))
    noise = np.random.default_rng([seed, 5])

    def paint(surfaces: Surfaces, world: Array, eye: Camera, size: Size, factor: int) -> Painted:
        view = ScreenView(surfaces, world, eye, (size[0] * factor, size[1] * factor))
        front, solid = view.resolve()
        linear = view.light(front, solid, light, cast(surfaces, world, light))
        return view, front, sensor.develop(linear.reshape(*view.size, 3), factor, noise)

    return paint


def _by_lamps(seed: int) -> Painter:
    lamps, film = draw_lamps(np.random.default_rng([seed, 8])), draw_film(np.random.default_rng([seed, 9]))
    noise = np.random.default_rng([seed, 10])

    def paint(surfaces: Surfaces, world: Array, eye: Camera, size: Size, factor: int) -> Painted:
        view = LampView(surfaces, world, eye, (size[0] * factor, size[1] * factor))
        front, solid = view.resolve()
        linear = view.lamplight(front, solid, lamps, world)
        return view, front, film.develop(linear.reshape(*view.size, 3), lamps.tint, factor, noise)

    return paint
