"""What a shape gives the scene: its surfaces, the colours it comes in, and where other things can rest in or on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agentseg.sim.mesh import Part

Finish = Literal["paint", "glossy", "steel", "wood", "fruit", "cloth", "glass", "plastic"]


@dataclass(frozen=True)
class Model:
    """One object before it has a place and a colour.

    Attributes:
        parts: Its surfaces, base centre at the origin, z up, metres.
        colours: Colour names it may have; the slot "body" is painted with one of them.
        finish: How the body reflects light.
        cavity: (radius, floor height) of the room inside, metres; None without one.
        top: (width, depth, height) of the surface on top, metres; None without one.
        grip: Height above the base where fingers close on it, metres; None if it cannot be held.
    """

    parts: list[Part]
    colours: tuple[str, ...]
    finish: Finish = "paint"
    cavity: tuple[float, float] | None = None
    top: tuple[float, float, float] | None = None
    grip: float | None = None
