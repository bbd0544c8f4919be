"""Shapes for the hand and for food: cutlery, spatula, board, sponge, fruit and the robot gripper."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from agentseg.sim.mesh import Part, box, join, lathe, prism, rotation, rounded, tube
from agentseg.sim.model import Model


def _ball(radius: float, height: float, slot: str = "body", steps: int = 11, segments: int = 16) -> Part:
    """An ellipsoid that stands on z = 0."""
    turn = np.linspace(0, np.pi, steps)
    profile = [(float(radius * np.sin(t)), float(height / 2 * (1 - np.cos(t)))) for t in turn]
    return lathe(profile, slot, segments)


def knife(rng: Generator) -> Model:
    """A chef's knife that lies flat: a pointed steel blade and a dark or wooden handle with rivets."""
    length, width = rng.uniform(0.17, 0.21), rng.uniform(0.036, 0.046)
    grip = rng.uniform(0.115, 0.13)
    edge = [(0, -width / 2), (length * 0.7, -width / 2), (length * 0.9, -width * 0.1)]
    blade = prism([*edge, (length, width * 0.45), (0, width / 2)], 0.006, 0.01, "steel")
    bolster = box((0.012, width * 0.7, 0.014), (0, width * 0.1, 0.001), "steel")
    handle = prism(rounded(grip, width * 0.62, 0.012), 0.0, 0.018, "body").moved((-grip / 2, width * 0.14, 0))
    rivets = [
        lathe([(0.004, 0.0185), (0, 0.019)], "steel", 8).moved((-grip * k, width * 0.14, 0)) for k in (0.25, 0.5, 0.75)
    ]
    colours = ("black", "black", "brown", "red", "blue", "white")
    return Model(join([blade, bolster, handle, *rivets]), colours, "plastic")


def fork(rng: Generator) -> Model:
    """A steel fork: four long tines, a neck and a flat handle."""
    size = rng.uniform(1.05, 1.25)
    handle = prism([(-0.12, -0.01), (0.0, -0.0045), (0.0, 0.0045), (-0.12, 0.01), (-0.127, 0.0)], 0.003, 0.008, "body")
    neck = prism([(0.0, -0.0045), (0.022, -0.0045), (0.022, 0.0045), (0.0, 0.0045)], 0.003, 0.008, "body")
    root = prism(
        [(0.02, -0.005), (0.034, -0.0155), (0.05, -0.0155), (0.05, 0.0155), (0.034, 0.0155), (0.02, 0.005)],
        0.003,
        0.008,
    )
    tines = [box((0.046, 0.0052, 0.005), (0.071, y, 0.004)) for y in (-0.0129, -0.0043, 0.0043, 0.0129)]
    parts = [Part(p.verts * size, p.normals, p.faces, p.slot) for p in (handle, neck, root, *tines)]
    return Model(join(parts), ("grey",), "steel")


def spoon(rng: Generator) -> Model:
    """A steel or wooden spoon: a hollow oval and a tapering handle."""
    size = rng.uniform(1.05, 1.25)
    stretch = np.diag([1.5, 1.0, 1.0])
    half = [(float(0.0215 * np.sin(t)), float(0.0135 - 0.009 * np.cos(t))) for t in np.linspace(np.pi / 2, 0, 5)]
    hollow = lathe([(0.0225, 0.0145), *half], "hollow", 16)
    shell = lathe([(0, 0), (0.011, 0.002), (0.018, 0.006), (0.022, 0.0135), (0.0225, 0.0145)], "body", 16)
    parts = [Part(p.verts @ stretch, p.normals, p.faces, p.slot) for p in (shell, hollow)]
    path = [(-0.031, 0, 0.014), (-0.06, 0, 0.014), (-0.1, 0, 0.011), (-0.165, 0, 0.008)]
    parts.append(tube(path, (0.0042, 0.0042, 0.0056, 0.0078), "body", 8))
    parts = [Part(p.verts * size, p.normals, p.faces, p.slot) for p in parts]
    if rng.random() < 0.3:
        return Model(parts, ("brown",), "wood")
    return Model(parts, ("grey",), "steel")


def spatula(rng: Generator) -> Model:
    """A turner: a slotted blade, bent up to a long handle."""
    w = rng.uniform(0.065, 0.08)
    bars = [box((0.085, w * 0.14, 0.005), (0.05, y * w, 0.004)) for y in (-0.43, -0.145, 0.145, 0.43)]
    ends = [box((0.022, w, 0.005), (x, 0, 0.004)) for x in (0.008, 0.096)]
    neck = tube([(0.0, 0, 0.006), (-0.03, 0, 0.02), (-0.07, 0, 0.03)], 0.006, "body", 6)
    grip = tube([(-0.07, 0, 0.03), (-0.1, 0, 0.031), (-0.22, 0, 0.022)], (0.008, 0.012, 0.012), "grip", 8)
    return Model(
        join([*bars, *ends, neck, grip]), ("black", "red", "green", "blue", "orange", "grey", "pink"), "plastic"
    )


def board(rng: Generator) -> Model:
    """A cutting board with rounded corners and a handle hole; wood or coloured plastic."""
    w, d, t = rng.uniform(0.3, 0.38), rng.uniform(0.2, 0.26), rng.uniform(0.014, 0.022)
    parts = [prism(rounded(w, d, 0.025), 0, t)]
    parts.append(prism(rounded(0.014, d * 0.35, 0.007), t, t + 0.0006, "dark").moved((w / 2 - 0.024, 0, 0)))
    wood = rng.random() < 0.65
    colours = ("brown",) if wood else ("white", "green", "blue", "red", "yellow")
    return Model(parts, colours, "wood" if wood else "plastic", top=(w * 0.8, d * 0.8, t))


def sponge(rng: Generator) -> Model:
    """A porous block with a rough scouring layer."""
    w, d = rng.uniform(0.1, 0.12), rng.uniform(0.065, 0.08)
    parts = [prism(rounded(w, d, 0.01, 3), 0.009, 0.036), prism(rounded(w, d, 0.01, 3), 0, 0.009, "scour")]
    return Model(parts, ("yellow", "yellow", "blue", "pink", "green", "orange"), "cloth", grip=0.018)


def apple(rng: Generator) -> Model:
    """A dimpled sphere with a stem and a leaf."""
    r = rng.uniform(0.037, 0.044)
    shape = [(0, 0.006), (0.35, 0.0), (0.7, 0.22), (0.94, 0.65), (1.0, 1.05), (0.92, 1.45), (0.65, 1.75)]
    shape += [(0.35, 1.82), (0.12, 1.72), (0, 1.6)]
    parts = [lathe([(x * r, z * r) for x, z in shape], "body", 18)]
    parts.append(tube([(0, 0, r * 1.6), (0.002, 0, r * 1.85), (0.007, 0, r * 2.12)], 0.0028, "stem", 5))
    if rng.random() < 0.5:
        leaf = prism([(0, 0), (0.012, -0.007), (0.028, 0), (0.012, 0.007)], 0, 0.002, "leaf")
        parts.append(leaf.moved((0.003, 0, r * 1.98), rotation("y", -0.4)))
    return Model(parts, ("red", "red", "green", "green", "yellow"), "fruit", grip=r)


def banana(rng: Generator) -> Model:
    """A bent tube with dark tips that lies on its side; sometimes a pair."""
    reach = rng.uniform(0.078, 0.092)
    turn = np.linspace(-1.05, 1.05, 11)
    path = np.column_stack(
        [reach * 1.15 * np.sin(turn), reach * 1.15 * np.cos(turn) - reach * 0.85, np.full(11, 0.018)]
    )
    path[:, 2] += np.linspace(0, 0.012, 11)
    radii = (0.006, 0.011, 0.0155, 0.018, 0.019, 0.019, 0.019, 0.018, 0.015, 0.0085, 0.006)
    parts = [tube(path, radii, "body", 7)]
    parts.append(tube([path[0] * 1.0, path[0] + (path[0] - path[1]) * 0.25], 0.0065, "stem", 6))
    parts.append(tube([path[-1], path[-1] + (path[-1] - path[-2]) * 0.7], 0.0058, "stem", 6))
    return Model(parts, ("yellow",), "fruit", grip=0.018)


def orange(rng: Generator) -> Model:
    """A pitted sphere with a green navel."""
    r = rng.uniform(0.036, 0.043)
    navel = lathe([(0.005, r * 1.955), (0, r * 1.97)], "leaf", 7)
    return Model([_ball(r, r * 1.95, steps=13, segments=18), navel], ("orange",), "fruit", grip=r)


def gripper(opening: float, shade: str) -> Model:
    """A parallel-jaw gripper that points down: its finger tips are at z = 0, the arm goes up.

    Args:
        opening: Distance between the fingers, metres.
        shade: Colour name of the housing.
    """
    parts = []
    for side in (-1.0, 1.0):
        x = side * (opening / 2 + 0.007)
        parts.append(box((0.014, 0.026, 0.075), (x, 0, 0.0), "dark"))
        parts.append(box((0.022, 0.03, 0.03), (x, 0, 0.07), "steel"))
        parts.append(box((0.006, 0.02, 0.03), (side * (opening / 2 + 0.002), 0, 0.0), "rubber"))
    parts.append(prism(rounded(0.15, 0.06, 0.015), 0.098, 0.155, "body"))
    parts.append(box((0.12, 0.062, 0.012), (0, 0, 0.118), "accent"))
    parts.append(
        lathe([(0.035, 0.155), (0.035, 0.19), (0.045, 0.19), (0.045, 0.225), (0.034, 0.225), (0.034, 0.26)], "steel")
    )
    parts.append(lathe([(0.04, 0.25), (0.04, 1.2), (0, 1.2)], "body"))
    parts.append(lathe([(0.052, 0.36), (0.052, 0.44), (0.04, 0.44)], "dark"))
    return Model(join(parts), (shade,), "plastic")
