"""Shapes that hold food and drink: mug, glass, bottle, kettle, pan, pot, plate, bowl, can, carton."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from agentseg.sim.mesh import Part, arc, box, lathe, prism, rotation, tube
from agentseg.sim.model import Finish, Model

_ALL = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "grey", "white")


def _handle(radius: float, low: float, high: float, reach: float, thick: float, slot: str = "body") -> Part:
    """A D-shaped handle in the xz plane that starts and ends at x = radius."""
    bow = arc(-np.pi / 2, np.pi / 2, 9, (reach, (high - low) / 2))
    path = np.column_stack([radius - thick / 2 + bow[:, 0], np.zeros(9), (low + high) / 2 + bow[:, 1]])
    return tube(path, thick, slot, 7)


def mug(rng: Generator) -> Model:
    """A cylinder or a rounded cup with a D-shaped handle, sometimes full of coffee."""
    r, h = rng.uniform(0.040, 0.050), rng.uniform(0.085, 0.112)
    waist = rng.uniform(0.75, 1.0)
    wall = r - 0.005
    profile = [(0, 0), (r * waist, 0), (r * (0.7 + 0.3 * waist), h * 0.3), (r, h * 0.7), (r, h), (wall, h)]
    shell = lathe(profile)
    fill = h * rng.uniform(0.65, 0.85) if rng.random() < 0.4 else 0.008
    inner = "coffee" if fill > 0.02 else "cream"
    inside = lathe([(wall, h), (wall * 0.97, fill)], "cream" if rng.random() < 0.6 else "body")
    floor = lathe([(wall * 0.98, fill), (0, fill)], inner)
    grip = _handle(r, h * 0.2, h * 0.82, 0.032, 0.0065)
    return Model([shell, inside, floor, grip], _ALL, "glossy", grip=h * 0.55)


def glass(rng: Generator) -> Model:
    """A clear tumbler, sometimes with water or juice, or a wine glass."""
    colours = ("white", "blue", "green")
    if rng.random() < 0.25:
        r, h = rng.uniform(0.034, 0.042), rng.uniform(0.17, 0.2)
        stem = [(0, 0), (r * 0.9, 0), (r * 0.9, 0.003), (0.006, 0.01), (0.005, h * 0.45)]
        bowl_ = [(0.005, h * 0.45), (r * 0.8, h * 0.56), (r, h * 0.72), (r * 0.82, h), (r * 0.8, h), (r * 0.9, h * 0.7)]
        lip = lathe([(r * 0.83, h - 0.003), (r * 0.83, h + 0.001), (r * 0.77, h + 0.001)], "rim")
        return Model([lathe(stem, "rim"), lathe(bowl_), lip], colours, "glass", grip=h * 0.7)
    r, h = rng.uniform(0.033, 0.042), rng.uniform(0.11, 0.15)
    low = r * rng.uniform(0.75, 0.98)
    parts = [lathe([(0, 0), (low, 0), (r, h), (r - 0.003, h), (low - 0.002, 0.01), (0, 0.01)])]
    parts.append(lathe([(low - 0.001, 0.002), (low - 0.001, 0.009), (0, 0.01)], "rim"))
    parts.append(lathe([(r + 0.0004, h - 0.005), (r + 0.0004, h + 0.0006), (r - 0.004, h + 0.0006)], "rim"))
    if rng.random() < 0.4:
        level = rng.uniform(0.4, 0.75)
        at = low + (r - low) * level - 0.003
        parts.append(lathe([(0, 0.011), (low - 0.004, 0.011), (at, h * level), (0, h * level)], "drink"))
    return Model(parts, colours, "glass", grip=h * 0.55)


def bottle(rng: Generator) -> Model:
    """A bottle with shoulder, neck, cap and a label band."""
    r, h = rng.uniform(0.032, 0.043), rng.uniform(0.23, 0.31)
    shoulder, neck, nr = h * rng.uniform(0.52, 0.64), h * rng.uniform(0.74, 0.8), rng.uniform(0.011, 0.015)
    slope = [(r, shoulder), (r * 0.92, shoulder + 0.015), (r * 0.6, (shoulder + neck) / 2 + 0.01), (nr * 1.15, neck)]
    body = lathe([(0, 0), (r * 0.94, 0), (r, 0.008), *slope, (nr, neck + 0.01), (nr, h - 0.02), (0, h - 0.02)])
    cap = lathe([(nr * 1.25, h - 0.028), (nr * 1.25, h), (0, h)], "accent")
    parts = [body, cap]
    if rng.random() < 0.7:
        z0, z1 = shoulder * 0.25, shoulder * 0.8
        parts.append(lathe([(r, z0), (r * 1.02, z0), (r * 1.02, z1), (r, z1)], "label"))
    if rng.random() < 0.4:
        return Model(parts, ("green", "brown", "blue", "white"), "glass", grip=shoulder * 0.6)
    colours = ("green", "blue", "red", "yellow", "white", "pink", "purple", "orange", "black")
    return Model(parts, colours, "glossy", grip=shoulder * 0.6)


def kettle(rng: Generator) -> Model:
    """A squat stove kettle with an arched handle, or a tall electric one with a side handle; both have a spout."""
    finish: Finish = "steel" if rng.random() < 0.4 else "glossy"
    paints = ("red", "black", "white", "blue", "green", "yellow", "orange")
    colours = ("grey",) if finish == "steel" else paints
    if rng.random() < 0.55:
        r, h = rng.uniform(0.085, 0.1), rng.uniform(0.11, 0.135)
        profile = [(0, 0), (r * 0.95, 0), (r, 0.02), (r * 0.97, h * 0.45), (r * 0.75, h * 0.8), (r * 0.42, h)]
        lid = lathe([(r * 0.42, h), (r * 0.38, h + 0.008), (0, h + 0.012)], "body")
        knob = lathe([(0.008, h + 0.01), (0.014, h + 0.024), (0, h + 0.032)], "dark")
        spout = [(r * 0.8, 0, h * 0.35), (r * 1.1, 0, h * 0.62), (r * 1.35, 0, h * 0.95), (r * 1.45, 0, h * 1.02)]
        arch = arc(0.12, np.pi - 0.12, 13, (r * 0.78, h * 0.78))
        over = np.column_stack([arch[:, 0], np.zeros(13), h * 0.72 + arch[:, 1]])
        parts = [lathe(profile), lid, knob, tube(spout, (0.02, 0.016, 0.011, 0.01)), tube(over, 0.008, "dark")]
        return Model(parts, colours, finish)
    r, h = rng.uniform(0.066, 0.076), rng.uniform(0.19, 0.225)
    base = lathe([(0, 0), (r * 1.12, 0), (r * 1.12, 0.02), (r, 0.024)], "dark")
    body = lathe([(r, 0.022), (r * 0.98, h * 0.5), (r * 0.74, h)])
    lid = lathe([(r * 0.74, h), (r * 0.6, h + 0.01), (0.012, h + 0.014), (0.012, h + 0.026), (0, h + 0.028)], "dark")
    spout = [(r * 0.68, 0, h * 0.72), (r * 0.95, 0, h * 0.85), (r * 1.3, 0, h * 0.97)]
    grip = _handle(-r * 0.74, h * 0.16, h * 0.94, -0.055, 0.0095, "dark")
    return Model([base, body, lid, tube(spout, (0.026, 0.02, 0.011)), grip], colours, finish)


def pan(rng: Generator) -> Model:
    """A shallow frying pan with one long handle."""
    r, h = rng.uniform(0.11, 0.14), rng.uniform(0.04, 0.05)
    shell = lathe([(0, 0), (r * 0.82, 0), (r, h), (r - 0.005, h), (r * 0.8, 0.006), (r * 0.7, 0.005)], segments=26)
    floor = lathe([(r * 0.8, 0.006), (0, 0.005)], "nonstick", 26)
    grip = [(r * 0.93, 0, h * 0.7), (r * 1.2, 0, h * 0.95), (r * 1.55, 0, h * 1.05), (r * 2.3, 0, h * 1.1)]
    handle = tube(grip, (0.008, 0.009, 0.012, 0.014), "dark")
    colours = ("black", "black", "red", "blue", "grey", "green", "orange")
    return Model([shell, floor, handle], colours, "paint", cavity=(r * 0.72, 0.007))


def pot(rng: Generator) -> Model:
    """A deep pot with two loop handles, sometimes with a lid."""
    r, h = rng.uniform(0.09, 0.115), rng.uniform(0.1, 0.145)
    parts = [
        lathe([(0, 0), (r * 0.96, 0), (r, 0.01), (r, h), (r - 0.004, h), (r - 0.004, 0.008), (0, 0.008)], segments=24)
    ]
    for side in (0.0, np.pi):
        bow = arc(-np.pi / 2, np.pi / 2, 7, (0.035, 0.032))
        loop = np.column_stack([r - 0.003 + bow[:, 0], bow[:, 1], np.full(7, h * 0.8)])
        parts.append(tube(loop, 0.006, "dark" if rng.random() < 0.5 else "steel", 6).moved(turn=rotation("z", side)))
    finish: Finish = "steel" if rng.random() < 0.6 else "glossy"
    colours = ("grey",) if finish == "steel" else ("red", "blue", "green", "white", "black", "orange", "yellow")
    if rng.random() < 0.3:
        parts.append(lathe([(r * 1.02, h), (r * 1.0, h + 0.006), (r * 0.5, h + 0.022), (0, h + 0.026)], segments=24))
        parts.append(lathe([(0.008, h + 0.024), (0.018, h + 0.044), (0, h + 0.048)], "dark", 10))
        return Model(parts, colours, finish)
    return Model(parts, colours, finish, cavity=(r * 0.85, 0.009))


def plate(rng: Generator) -> Model:
    """A flat plate with a raised rim, sometimes with a painted ring."""
    r = rng.uniform(0.1, 0.135)
    parts = [lathe([(0, 0), (r * 0.6, 0), (r, 0.016), (r, 0.019), (r * 0.66, 0.006), (0, 0.006)], segments=28)]
    if rng.random() < 0.5:
        parts.append(lathe([(r * 0.97, 0.0188), (r * 0.9, 0.0168)], "accent", 28))
    return Model(parts, ("white", "white", *_ALL), "glossy", top=(r * 1.1, r * 1.1, 0.006))


def bowl(rng: Generator) -> Model:
    """A round bowl on a foot."""
    r, h = rng.uniform(0.07, 0.1), rng.uniform(0.055, 0.08)
    out = [(r * 0.5, 0.006), (r * 0.76, h * 0.3), (r * 0.93, h * 0.65), (r, h)]
    inner = [(r - 0.005, h), (r * 0.86, h * 0.6), (r * 0.6, h * 0.25), (r * 0.3, h * 0.14), (0, h * 0.12)]
    parts = [lathe([(0, 0), (r * 0.5, 0), *out, (r - 0.005, h)], segments=24)]
    parts.append(lathe(inner, "body" if rng.random() < 0.6 else "cream", 24))
    return Model(parts, _ALL, "glossy", cavity=(r * 0.6, h * 0.16))


def can(rng: Generator) -> Model:
    """A tin can: steel rims and a printed band of the can's colour."""
    r, h = rng.uniform(0.031, 0.041), rng.uniform(0.09, 0.13)
    rim = lathe([(r * 0.9, 0), (r, 0.005), (r, 0.008), (r * 0.98, 0.008)], "steel")
    lid = lathe(
        [(r * 0.98, h - 0.008), (r, h - 0.007), (r, h), (r * 0.93, h), (r * 0.92, h - 0.004), (0, h - 0.004)], "steel"
    )
    print_ = lathe([(r * 0.985, 0.008), (r * 0.985, h - 0.008)], "body")
    stripe = lathe([(r * 0.99, h * 0.4), (r * 0.995, h * 0.41), (r * 0.995, h * 0.6), (r * 0.99, h * 0.61)], "label")
    parts = [rim, print_, lid] + ([stripe] if rng.random() < 0.6 else [])
    return Model(
        parts, ("red", "green", "blue", "yellow", "orange", "purple", "white", "pink"), "glossy", grip=h * 0.55
    )


def carton(rng: Generator) -> Model:
    """A drink carton with a gable top and sometimes a screw cap."""
    w, h = rng.uniform(0.068, 0.085), rng.uniform(0.17, 0.22)
    roof = h * 0.17
    ridge = np.array([(-w / 2, 0.0), (w / 2, 0.0), (0.0, roof)])
    turn = rotation("z", np.pi / 2) @ rotation("x", np.pi / 2)
    gable = prism(ridge, -w / 2, w / 2).moved((0, 0, h), turn)
    fin = box((w, 0.006, 0.02), (0, 0, h + roof - 0.004)).moved(turn=rotation("z", np.pi / 2 * 0))
    gable = gable.moved(turn=rotation("z", np.pi / 2))
    parts = [box((w, w, h)), gable, fin]
    parts.append(box((w * 1.006, w * 1.006, h * 0.28), (0, 0, h * rng.uniform(0.25, 0.5)), "label"))
    if rng.random() < 0.6:
        cap = lathe([(0.013, 0), (0.013, 0.016), (0, 0.016)], "accent", 12)
        parts.append(cap.moved((0, -w * 0.25, h + roof * 0.48), rotation("x", 0.7)))
    colours = ("white", "white", "blue", "green", "red", "orange", "yellow", "pink", "purple")
    return Model(parts, colours, "paint", grip=h * 0.5)
