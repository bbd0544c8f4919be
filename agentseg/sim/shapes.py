"""The table from class name to the function that builds its shape."""

from __future__ import annotations

from collections.abc import Callable

from numpy.random import Generator

from agentseg.sim import machines, utensils, vessels
from agentseg.sim.model import Model

SHAPES: dict[str, Callable[[Generator], Model]] = {
    "mug": vessels.mug,
    "glass": vessels.glass,
    "bottle": vessels.bottle,
    "kettle": vessels.kettle,
    "pan": vessels.pan,
    "pot": vessels.pot,
    "plate": vessels.plate,
    "bowl": vessels.bowl,
    "knife": utensils.knife,
    "fork": utensils.fork,
    "spoon": utensils.spoon,
    "spatula": utensils.spatula,
    "apple": utensils.apple,
    "banana": utensils.banana,
    "orange": utensils.orange,
    "toaster": machines.toaster,
    "microwave": machines.microwave,
    "cutting board": utensils.board,
    "sponge": utensils.sponge,
    "can": vessels.can,
    "carton": vessels.carton,
    "paper towel": machines.paper_towel,
    "coffee maker": machines.coffee_maker,
    "soap dispenser": machines.soap,
}
"""Class name -> shape builder; the robot gripper is built by ``utensils.gripper`` around what it holds."""
