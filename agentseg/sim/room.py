"""The surroundings: counter, wall, stove and sink. The counter top is the plane z = 0, the wall stands at y = 0.32."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from agentseg.sim.mesh import Part, arc, box, join, lathe, prism, rotation, rounded, tube

WALL_Y = 0.32
FRONT_Y = -0.33
SINK_SIZE = (0.44, 0.36, 0.15)
STOVE_SIZE = (0.52, 0.46, 0.012)


@dataclass(frozen=True)
class Room:
    """The fixed layout.

    Attributes:
        sink: x of the basin's centre in metres, or None.
        stove: x of the stove's centre in metres, or None.
        parts: (label, surface) of wall, counter, stove and sink in world space.
        burners: (x, y) of the burners' centres.
        basin: (x0, y0, x1, y1) of the basin, or None.
    """

    sink: float | None
    stove: float | None
    parts: list[tuple[str, Part]]
    burners: list[tuple[float, float]]
    basin: tuple[float, float, float, float] | None


def _sink(x: float, rng: Generator) -> tuple[list[Part], tuple[float, float, float, float]]:
    """A basin with a rim, a drain and a curved tap behind it."""
    w, d, deep = SINK_SIZE
    y = -0.02
    x0, x1, y0, y1 = x - w / 2, x + w / 2, y - d / 2, y + d / 2
    t = 0.012
    parts = [box((w, d, 0.004), (x, y, -deep), "basin")]
    for sx in (-1, 1):
        parts.append(box((0.004, d, deep), (x + sx * w / 2, y, -deep), "basin"))
        parts.append(box((t * 2, d + 4 * t, 0.005), (x + sx * (w / 2 + t), y, 0), "basin"))
    for sy in (-1, 1):
        parts.append(box((w, 0.004, deep), (x, y + sy * d / 2, -deep), "basin"))
        parts.append(box((w, t * 2, 0.005), (x, y + sy * (d / 2 + t), 0), "basin"))
    parts.append(lathe([(0.03, 0.005), (0, 0.0055)], "drain", 14).moved((x, y, -deep)))
    h, reach = rng.uniform(0.2, 0.27), rng.uniform(0.12, 0.16)
    bow = arc(np.pi, 0, 9, (reach / 2, reach / 2))
    path = [(0, 0, 0), (0, 0, h)] + [(0, -(reach / 2 + b[0]), h + b[1]) for b in bow[1:]] + [(0, -reach, h - 0.05)]
    parts.append(tube(path, 0.012, "tap", 9).moved((x, y1 + 0.055, 0)))
    parts.append(lathe([(0.028, 0), (0.026, 0.02), (0.012, 0.03)], "tap", 12).moved((x, y1 + 0.055, 0)))
    lever = tube([(0.0, 0, 0.05), (0.045, -0.01, 0.07)], 0.007, "tap", 6)
    parts.append(lever.moved((x, y1 + 0.055, 0)))
    return parts, (x0, y0, x1, y1)


def _stove(x: float, rng: Generator) -> tuple[list[Part], list[tuple[float, float]]]:
    """A hob with four burners: ceramic rings or gas grates, and knobs along the front."""
    w, d, t = STOVE_SIZE
    y = 0.0
    parts = [prism(rounded(w, d, 0.02), 0, t, "hob").moved((x, y, 0))]
    burners = [(x + sx * w * 0.25, y + 0.03 + sy * d * 0.23) for sx in (-1, 1) for sy in (-1, 1)]
    gas = rng.random() < 0.5
    for bx, by in burners:
        r = rng.uniform(0.075, 0.095)
        if gas:
            parts.append(lathe([(0.04, t), (0.04, t + 0.012), (0, t + 0.014)], "burner", 14).moved((bx, by, 0)))
            for k in range(4):
                bar = box((0.075, 0.01, 0.02), (0.06, 0, t), "burner").moved(
                    turn=rotation("z", k * np.pi / 2 + np.pi / 4)
                )
                parts.append(bar.moved((bx, by, 0)))
        else:
            for ring in (r, r * 0.62, r * 0.3):
                parts.append(lathe([(ring, t + 0.0008), (ring - 0.009, t + 0.0008)], "ring", 24).moved((bx, by, 0)))
    for k in range(4):
        knob = lathe([(0.017, t), (0.015, t + 0.02), (0, t + 0.02)], "knob", 10)
        parts.append(knob.moved((x + (k - 1.5) * 0.07, y - d * 0.44, 0)))
    return parts, burners


def _counter(hole: tuple[float, float, float, float] | None, half: float) -> list[Part]:
    """The slab in up to four pieces around the basin, its front edge, and cabinet doors below."""
    t = 0.04
    y0, y1 = FRONT_Y, WALL_Y
    spans = [(-half, y0, half, y1)]
    if hole is not None:
        a, b, c, d = hole
        spans = [(-half, y0, a, y1), (c, y0, half, y1), (a, y0, c, b), (a, d, c, y1)]
    parts = [box((c - a, d - b, t), ((a + c) / 2, (b + d) / 2, -t), "top") for a, b, c, d in spans]
    parts.append(box((2 * half, 0.02, 0.9), (0, y0 + 0.035, -0.94), "cabinet"))
    for k in range(-3, 4):
        parts.append(box((0.4, 0.01, 0.66), (k * 0.44, y0 + 0.02, -0.76), "cabinet"))
        parts.append(box((0.1, 0.014, 0.012), (k * 0.44, y0 + 0.008, -0.16), "steel"))
    return parts


def _wall(rng: Generator, half: float) -> list[Part]:
    """The wall, a splash-back, and things that hang there: outlets, a rail, a shelf."""
    splash = rng.uniform(0.25, 0.7)
    parts = [box((2 * half, 0.02, 1.8), (0, WALL_Y + 0.02, -0.1), "wall")]
    parts.append(box((2 * half, 0.012, splash), (0, WALL_Y + 0.004, -0.01), "splash"))
    for _ in range(int(rng.integers(0, 3))):
        x, z = rng.uniform(-0.7, 0.7), rng.uniform(0.12, 0.22)
        parts.append(box((0.075, 0.008, 0.075), (x, WALL_Y - 0.006, z), "outlet"))
        parts.append(box((0.03, 0.01, 0.03), (x, WALL_Y - 0.006, z + 0.02), "dark"))
    if rng.random() < 0.35:
        z = rng.uniform(0.34, 0.42)
        rail = tube([(-0.5, WALL_Y - 0.04, z), (0.0, WALL_Y - 0.04, z), (0.5, WALL_Y - 0.04, z)], 0.008, "steel", 6)
        parts.append(rail.moved((rng.uniform(-0.3, 0.3), 0, 0)))
    if rng.random() < 0.3:
        parts.append(
            box(
                (rng.uniform(0.5, 1.0), 0.14, 0.025),
                (rng.uniform(-0.4, 0.4), WALL_Y - 0.07, rng.uniform(0.42, 0.5)),
                "shelf",
            )
        )
    if rng.random() < 0.3:
        x = rng.uniform(-0.5, 0.5)
        parts.append(box((0.5, 0.012, 0.6), (x, WALL_Y + 0.002, 0.3), "outlet"))
        parts.append(box((0.44, 0.012, 0.6), (x, WALL_Y - 0.003, 0.33), "sky"))
    return parts


def build_room(rng: Generator) -> Room:
    """Draws which of stove and sink there are, where, and builds all surfaces.

    Args:
        rng: Source of the draw.

    Returns:
        The room; stove and sink, where both exist, stand on different sides.
    """
    kind = rng.choice(4, p=[0.46, 0.22, 0.2, 0.12])
    side = rng.choice([-1.0, 1.0])
    sink = float(side * rng.uniform(0.4, 0.56)) if kind in (0, 1) else None
    stove = float(-side * rng.uniform(0.4, 0.56)) if kind in (0, 2) else None
    half = 1.7
    parts: list[tuple[str, Part]] = []
    basin: tuple[float, float, float, float] | None = None
    burners: list[tuple[float, float]] = []
    if sink is not None:
        pieces, basin = _sink(sink, rng)
        parts += [("sink", part) for part in join(pieces)]
    if stove is not None:
        pieces, burners = _stove(stove, rng)
        parts += [("stove", part) for part in join(pieces)]
    parts += [("counter", part) for part in join(_counter(basin, half))]
    parts += [("wall", part) for part in join(_wall(rng, half))]
    return Room(sink, stove, parts, burners, basin)
