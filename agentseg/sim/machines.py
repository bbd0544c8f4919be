"""Shapes of appliances: toaster, microwave, coffee maker, paper towel, soap dispenser."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from agentseg.sim.mesh import arc, box, join, lathe, prism, rotation, rounded, tube
from agentseg.sim.model import Model

_MACHINE = ("black", "white", "red", "grey", "blue", "green", "yellow", "pink", "orange")


def toaster(rng: Generator) -> Model:
    """A rounded box with two slots on top, a lever and a dial; sometimes toast looks out."""
    w, d, h = rng.uniform(0.26, 0.3), rng.uniform(0.16, 0.19), rng.uniform(0.175, 0.2)
    profile = rounded(d, h, 0.045, 5)
    turn = rotation("z", np.pi / 2) @ rotation("x", np.pi / 2)
    parts = [
        prism(profile, -w / 2, w / 2).moved((0, 0, h / 2 + 0.008), turn),
        box((w * 0.9, d * 0.8, 0.012), slot="dark"),
    ]
    toast = rng.random() < 0.4
    for side in (-1, 1):
        y = side * d * 0.17
        parts.append(box((w * 0.74, 0.03, 0.003), (0, y, h + 0.007), "black"))
        parts.append(box((w * 0.78, 0.036, 0.002), (0, y, h + 0.0065), "steel"))
        if toast:
            parts.append(box((w * 0.42, 0.016, 0.03), (w * 0.0, y, h + 0.008), "toast"))
    parts.append(box((0.02, 0.03, 0.018), (w / 2 + 0.01, 0, h * 0.62), "dark"))
    parts.append(box((0.003, 0.01, h * 0.5), (w / 2, 0, h * 0.3), "black"))
    dial = lathe([(0.014, 0), (0.013, 0.01), (0, 0.01)], "dark", 12)
    parts.append(dial.moved((w * 0.3, -d / 2, h * 0.3), rotation("x", np.pi / 2)))
    for side in (-1, 1):
        parts.append(box((0.008, d * 0.9, h * 0.8), (side * w * 0.47, 0, 0.02), "dark"))
    steel = rng.random() < 0.35
    return Model(join(parts), ("grey",) if steel else _MACHINE, "steel" if steel else "glossy")


def microwave(rng: Generator) -> Model:
    """A box with a dark window, a keypad with a display, and a door handle."""
    w, d, h = rng.uniform(0.42, 0.48), rng.uniform(0.28, 0.33), rng.uniform(0.24, 0.28)
    front = -d / 2
    door = w * 0.72
    left = -w / 2 + door / 2
    parts = [box((w, d, h), (0, 0, 0.012)), box((w * 0.9, d * 0.9, 0.012), slot="dark")]
    parts.append(box((door - 0.01, 0.012, h - 0.015), (left, front - 0.004, 0.02), "frame"))
    parts.append(box((door * 0.76, 0.006, h * 0.6), (left - door * 0.04, front - 0.01, 0.02 + h * 0.19), "window"))
    parts.append(box((0.012, 0.02, h * 0.7), (left + door * 0.43, front - 0.02, 0.02 + h * 0.13), "steel"))
    pad = w / 2 - (w - door) / 2
    parts.append(box((w - door - 0.02, 0.008, h - 0.03), (pad, front, 0.026), "frame"))
    parts.append(box((w - door - 0.04, 0.004, 0.028), (pad, front - 0.004, h * 0.84), "display"))
    for row in range(4):
        for col in (-1, 0, 1):
            at = (pad + col * (w - door) * 0.24, front - 0.004, h * (0.22 + 0.14 * row))
            parts.append(box(((w - door) * 0.16, 0.006, h * 0.08), at, "button"))
    return Model(join(parts), ("white", "black", "grey", "red"), "glossy", top=(w * 0.8, d * 0.8, h + 0.012))


def coffee_maker(rng: Generator) -> Model:
    """A drip machine: base, column and head around a glass pot of coffee."""
    w, d, h = rng.uniform(0.19, 0.22), rng.uniform(0.2, 0.23), rng.uniform(0.3, 0.35)
    parts = [prism(rounded(w, d, 0.02), 0, 0.04), box((w * 0.95, d * 0.36, h * 0.9), (0, d * 0.3, 0.02))]
    parts.append(prism(rounded(w, d, 0.03), h * 0.7, h))
    parts.append(prism(rounded(w * 0.9, d * 0.9, 0.03), h, h + 0.012, "dark"))
    r = w * 0.36
    z = 0.045
    jug = lathe([(0, 0), (r, 0), (r * 1.06, 0.04), (r * 0.95, 0.09), (r * 0.7, 0.12)], "glassy").moved(
        (0, -d * 0.12, z)
    )
    band = lathe([(r * 0.72, 0.118), (r * 0.74, 0.14), (0, 0.142)], "dark").moved((0, -d * 0.12, z))
    coffee = lathe([(r * 1.02, 0.004), (r * 1.075, 0.04), (r * 1.0, 0.075)], "coffee").moved((0, -d * 0.12, z))
    bow = arc(-np.pi / 2, np.pi / 2, 7, (0.04, 0.045))
    grip = np.column_stack([np.zeros(7), -d * 0.12 - r * 0.85 - bow[:, 0], z + 0.07 + bow[:, 1]])
    parts += [jug, band, coffee, tube(grip, 0.008, "dark", 6)]
    parts.append(box((w * 0.3, 0.006, 0.016), (0, -d / 2, h * 0.82), "display"))
    parts.append(lathe([(r * 1.1, 0.04), (r * 1.1, 0.044), (0, 0.044)], "steel").moved((0, -d * 0.12, 0)))
    return Model(join(parts), ("black", "black", "white", "red", "grey", "blue"), "glossy")


def paper_towel(rng: Generator) -> Model:
    """A white roll on a stand with a knob on top and a loose sheet."""
    r, h = rng.uniform(0.055, 0.068), rng.uniform(0.22, 0.26)
    roll = lathe([(0.02, 0.014), (r, 0.014), (r, h), (0.02, h)], "body", 22)
    core = lathe([(0.02, h + 0.0005), (0.012, h + 0.0005)], "core", 14)
    base = lathe([(0, 0), (r * 1.15, 0), (r * 1.15, 0.012), (0, 0.012)], "stand", 22)
    rod = lathe([(0.007, 0.01), (0.007, h + 0.035), (0.013, h + 0.04), (0.013, h + 0.055), (0, h + 0.06)], "stand", 10)
    parts = [roll, core, base, rod]
    if rng.random() < 0.6:
        parts.append(box((0.05, 0.003, h * 0.93), (r * 0.5, -r * 0.97, 0.016)).moved(turn=rotation("z", 0.25)))
    return Model(parts, ("white",), "cloth")


def soap(rng: Generator) -> Model:
    """A pump bottle: round or square body, collar, pump head with a nozzle."""
    r, h = rng.uniform(0.032, 0.038), rng.uniform(0.12, 0.155)
    if rng.random() < 0.5:
        parts = [lathe([(0, 0), (r, 0), (r, h * 0.85), (r * 0.7, h * 0.97), (0.012, h)])]
    else:
        parts = [
            prism(rounded(r * 2, r * 1.6, 0.012), 0, h * 0.92),
            prism(rounded(r * 1.4, r * 1.1, 0.01), h * 0.92, h),
        ]
    parts.append(lathe([(0.015, h), (0.015, h + 0.014), (0.006, h + 0.016), (0.006, h + 0.04)], "pump", 12))
    parts.append(lathe([(0.016, h + 0.038), (0.016, h + 0.052), (0, h + 0.054)], "pump", 12))
    parts.append(
        tube([(0, 0, h + 0.046), (0, -0.035, h + 0.046), (0, -0.05, h + 0.036)], (0.008, 0.007, 0.005), "pump", 7)
    )
    if rng.random() < 0.5:
        parts.append(box((r * 1.2, 0.002, h * 0.35), (0, -r * 0.99, h * 0.3), "label"))
    return Model(
        join(parts), ("white", "blue", "green", "pink", "purple", "orange", "yellow", "black"), "plastic", grip=h * 0.5
    )
