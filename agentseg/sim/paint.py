"""Which material fills which paint slot of an object or of the room."""

from __future__ import annotations

import colorsys

import numpy as np
from numpy.random import Generator

from agentseg.sim.classes import PALETTE
from agentseg.sim.material import Material, Rgb
from agentseg.sim.model import Model

_FIXED: dict[str, Material] = {
    "steel": Material((0.62, 0.63, 0.65), spec=0.5, gloss=40, metal=0.6),
    "dark": Material((0.11, 0.11, 0.12), spec=0.2),
    "black": Material((0.03, 0.03, 0.03), spec=0.05),
    "rubber": Material((0.2, 0.2, 0.21), spec=0.02),
    "cream": Material((0.9, 0.88, 0.83), spec=0.3),
    "coffee": Material((0.2, 0.1, 0.05), spec=0.4, gloss=60),
    "glassy": Material((0.35, 0.33, 0.32), spec=0.7, gloss=60, metal=0.25, alpha=0.55),
    "rim": Material((0.84, 0.91, 0.93), spec=0.8, gloss=60, metal=0.2, alpha=0.85),
    "nonstick": Material((0.13, 0.13, 0.14), (0.2, 0.2, 0.2), "cloud", 20, spec=0.25),
    "hollow": Material((0.5, 0.5, 0.53), spec=0.6, gloss=30, metal=0.5),
    "scour": Material((0.13, 0.36, 0.18), (0.05, 0.2, 0.1), "pits", 25, spec=0.0),
    "stem": Material((0.3, 0.2, 0.1), spec=0.02),
    "leaf": Material((0.25, 0.5, 0.15), spec=0.1),
    "toast": Material((0.78, 0.55, 0.3), (0.5, 0.3, 0.12), "cloud", 20, spec=0.0),
    "window": Material((0.06, 0.07, 0.08), spec=0.6, gloss=60, metal=0.12),
    "frame": Material((0.16, 0.16, 0.18), spec=0.3),
    "display": Material((0.15, 0.75, 0.5), (0.05, 0.2, 0.15), "stripes", 90, spec=0.1),
    "button": Material((0.72, 0.73, 0.75), spec=0.1),
    "core": Material((0.6, 0.45, 0.3), spec=0.0),
    "drain": Material((0.2, 0.2, 0.21), spec=0.3),
    "knob": Material((0.75, 0.75, 0.77), spec=0.4, metal=0.3),
    "burner": Material((0.07, 0.07, 0.075), spec=0.15),
    "ring": Material((0.45, 0.44, 0.43), spec=0.1),
    "outlet": Material((0.9, 0.9, 0.88), spec=0.2),
    "shelf": Material((0.55, 0.4, 0.25), (0.4, 0.27, 0.15), "wood", 8, spec=0.1),
    "sky": Material((0.75, 0.85, 0.95), (0.95, 0.97, 1.0), "cloud", 1.2, spec=0.0),
    "tap": Material((0.72, 0.73, 0.75), spec=0.7, gloss=60, metal=0.75),
}


def shade_of(name: str, rng: Generator) -> Rgb:
    """A shade of a named colour, near enough that a person would still give it that name."""
    h, s, v = colorsys.rgb_to_hsv(*PALETTE[name])
    if name in ("black", "grey", "white"):
        v = float(np.clip(v * rng.uniform(0.92, 1.06), 0.0, 1.0))
        return colorsys.hsv_to_rgb(float(rng.random()), float(rng.uniform(0, 0.05)), v)
    hue = (h + float(rng.normal(0, 0.008))) % 1.0
    return colorsys.hsv_to_rgb(
        hue, float(np.clip(s * rng.uniform(0.88, 1.06), 0, 1)), float(np.clip(v * rng.uniform(0.88, 1.08), 0, 1))
    )


def _body(model: Model, rgb: Rgb, rng: Generator) -> Material:
    """The material of the painted surface, by finish."""
    dim: Rgb = (rgb[0] * 0.75, rgb[1] * 0.75, rgb[2] * 0.75)
    pale: Rgb = (rgb[0] * 0.5 + 0.5, rgb[1] * 0.5 + 0.5, rgb[2] * 0.5 + 0.5)
    offset = float(rng.uniform(0, 3))
    if model.finish == "steel":
        return Material(
            rgb,
            dim,
            "cloud",
            6,
            spec=0.6,
            gloss=float(rng.uniform(25, 60)),
            metal=float(rng.uniform(0.5, 0.75)),
            offset=offset,
        )
    if model.finish == "glass":
        tint = (pale[0] * 0.72, pale[1] * 0.8, pale[2] * 0.82) if min(rgb) > 0.8 else rgb
        return Material(tint, spec=1.0, gloss=70, metal=0.4, alpha=float(rng.uniform(0.38, 0.6)))
    if model.finish == "wood":
        light: Rgb = (min(rgb[0] * 1.55, 1), min(rgb[1] * 1.6, 1), min(rgb[2] * 1.5, 1))
        return Material(light, rgb, "wood", float(rng.uniform(8, 14)), spec=0.08, offset=offset)
    if model.finish == "fruit":
        warm: Rgb = (min(rgb[0] * 1.1 + 0.08, 1), min(rgb[1] * 1.05 + 0.1, 1), rgb[2])
        return Material(rgb, warm, "cloud", 12, spec=0.25, gloss=25, offset=offset)
    if model.finish == "cloth" and model.grip is None:
        soft: Rgb = (rgb[0] * 0.9, rgb[1] * 0.9, rgb[2] * 0.92)
        return Material(rgb, soft, "cloud", 12, spec=0.0, offset=offset)
    if model.finish == "cloth":
        return Material(rgb, dim, "pits", 14, spec=0.0, offset=offset)
    pattern = "plain"
    if model.finish == "glossy" and rng.random() < 0.12:
        pattern = "stripes"
        return Material(rgb, pale, pattern, float(rng.uniform(30, 60)), spec=0.4, gloss=40)
    return Material(rgb, dim, pattern, spec=float(rng.uniform(0.1, 0.5)), gloss=float(rng.uniform(15, 60)))


_DRINKS: tuple[Rgb, ...] = ((0.8, 0.9, 0.95), (0.95, 0.6, 0.1), (0.5, 0.25, 0.1), (0.6, 0.05, 0.12))
"""Water, orange juice, tea, red wine."""


def object_materials(model: Model, colour: str, rng: Generator) -> dict[str, Material]:
    """One material for each slot of a model.

    Args:
        model: The shape.
        colour: Name of the body's colour.
        rng: Source of shade and texture.

    Returns:
        Slot -> material.
    """
    rgb = shade_of(colour, rng)
    out = {}
    for slot in dict.fromkeys(part.slot for part in model.parts):
        if slot == "body":
            out[slot] = _body(model, rgb, rng)
        elif slot in ("accent", "pump", "grip", "stand"):
            name = rng.choice(
                [
                    "white",
                    "black",
                    "grey",
                    "white" if slot == "pump" else "red",
                    "brown" if slot == "stand" else "black",
                ]
            )
            out[slot] = Material(shade_of(str(name), rng), spec=0.25)
        elif slot == "label":
            light = rng.random() < 0.7
            back: Rgb = (0.92, 0.9, 0.85) if light else (0.2, 0.2, 0.25)
            out[slot] = Material(
                back, rgb if light else (0.9, 0.85, 0.6), "print", float(rng.uniform(40, 80)), spec=0.1
            )
        elif slot == "drink":
            out[slot] = Material(_DRINKS[int(rng.integers(4))], spec=0.2, alpha=0.8)
        else:
            out[slot] = _FIXED[slot]
    return out


def _grey(rng: Generator, low: float, high: float, tint: float = 0.08) -> Rgb:
    """A colour near grey of a brightness between low and high."""
    return colorsys.hsv_to_rgb(float(rng.random()), float(rng.uniform(0, tint)), float(rng.uniform(low, high)))


_TIMBER: tuple[tuple[Rgb, Rgb], ...] = (
    ((0.75, 0.55, 0.35), (0.6, 0.4, 0.22)),
    ((0.5, 0.33, 0.2), (0.36, 0.22, 0.12)),
    ((0.85, 0.7, 0.5), (0.72, 0.55, 0.36)),
)


def _counter_top(rng: Generator) -> Material:
    kind = int(rng.integers(5))
    offset, spec = float(rng.uniform(0, 5)), float(rng.uniform(0.05, 0.4))
    if kind == 0:
        base, dark = _TIMBER[int(rng.integers(3))]
        return Material(base, dark, "wood", float(rng.uniform(6, 12)), spec=spec, offset=offset)
    if kind == 1:
        return Material(
            _grey(rng, 0.12, 0.4), _grey(rng, 0.3, 0.6), "granite", float(rng.uniform(3, 7)), spec=spec, offset=offset
        )
    if kind == 2:
        return Material(
            _grey(rng, 0.8, 0.95), _grey(rng, 0.55, 0.75), "marble", float(rng.uniform(2, 5)), spec=spec, offset=offset
        )
    if kind == 3:
        return Material(
            _grey(rng, 0.55, 0.9, 0.15),
            _grey(rng, 0.4, 0.7, 0.1),
            "granite",
            float(rng.uniform(4, 8)),
            spec=spec,
            offset=offset,
        )
    colour = colorsys.hsv_to_rgb(float(rng.random()), float(rng.uniform(0.05, 0.35)), float(rng.uniform(0.35, 0.9)))
    return Material(colour, _grey(rng, 0.5, 0.9), "plain", spec=spec)


def _splash(rng: Generator) -> Material:
    kind = ("tiles", "bricks", "plain", "cloud")[int(rng.integers(4))]
    wild = colorsys.hsv_to_rgb(float(rng.random()), float(rng.uniform(0.1, 0.5)), float(rng.uniform(0.4, 0.95)))
    base = wild if rng.random() < 0.45 else _grey(rng, 0.6, 0.96)
    joint = _grey(rng, 0.45, 0.95)
    return Material(base, joint, kind, float(rng.uniform(5, 14)) if kind != "cloud" else 3.0, spec=0.3, offset=0.003)


def room_materials(rng: Generator) -> dict[str, Material]:
    """One material for each slot of the room, drawn anew for each scene.

    Args:
        rng: Source of the draw.

    Returns:
        Slot -> material.
    """
    wall = colorsys.hsv_to_rgb(float(rng.random()), float(rng.uniform(0, 0.35)), float(rng.uniform(0.55, 0.97)))
    cabinet = colorsys.hsv_to_rgb(float(rng.random()), float(rng.uniform(0, 0.5)), float(rng.uniform(0.25, 0.9)))
    dim: Rgb = (wall[0] * 0.93, wall[1] * 0.93, wall[2] * 0.93)
    steel = rng.random() < 0.75
    basin = (
        Material(_grey(rng, 0.55, 0.72, 0.03), _grey(rng, 0.5, 0.65, 0.03), "cloud", 4, spec=0.5, metal=0.45)
        if steel
        else Material(_grey(rng, 0.85, 0.95), spec=0.4)
    )
    hob = (
        Material((0.07, 0.07, 0.08), spec=0.6, gloss=60, metal=0.1)
        if rng.random() < 0.7
        else Material((0.6, 0.61, 0.63), (0.55, 0.55, 0.57), "cloud", 5, spec=0.5, metal=0.45)
    )
    return _FIXED | {
        "top": _counter_top(rng),
        "splash": _splash(rng),
        "wall": Material(wall, dim, "cloud", 2.0, spec=0.02),
        "cabinet": Material(cabinet, spec=0.15),
        "basin": basin,
        "hob": hob,
    }
