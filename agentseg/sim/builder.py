"""Collects the items of one scene: free places, supports, colours."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from agentseg.sim.mesh import Array, rotation
from agentseg.sim.model import Model
from agentseg.sim.occupancy import Occupancy
from agentseg.sim.paint import object_materials, room_materials
from agentseg.sim.room import build_room
from agentseg.sim.scene import Item, Pose, Scene
from agentseg.sim.shapes import SHAPES


class Builder:
    """Collects the items of one scene.

    Args:
        rng: Source of every draw.
    """

    def __init__(self, rng: Generator) -> None:
        self.rng = rng
        self.scene = Scene(build_room(rng), room_materials(rng), [], {})
        self.grid = Occupancy.around(self.scene.room)
        # Fixtures get their ids when all items are in; until then these stand for them.
        self.fixture = {"sink": -1, "stove": -2}

    def make(self, label: str, model: Model | None = None) -> Item:
        """A new item at the origin, not yet in the scene."""
        model = model or SHAPES[label](self.rng)
        colour = str(self.rng.choice(model.colours))
        materials = object_materials(model, colour, self.rng)
        return Item(len(self.scene.items) + 1, label, colour, model, materials, Pose(np.zeros(3), np.eye(3)))

    def add(self, item: Item, at: Array, yaw: float, **support: int | None) -> Item:
        """Puts an item into the scene."""
        item.id = len(self.scene.items) + 1
        item.pose = Pose(np.asarray(at, dtype=float), rotation("z", yaw), **support)
        self.scene.items.append(item)
        return item

    def yaw(self, label: str) -> float:
        """A heading that suits the class: appliances face the camera, the rest any way."""
        if label in ("microwave", "toaster", "coffee maker", "soap dispenser"):
            return float(self.rng.normal(0, 0.22))
        if label == "cutting board":
            return float(self.rng.normal(0, 0.5))
        return float(self.rng.uniform(-np.pi, np.pi))

    def stand(self, label: str, x: tuple[float, float], y: tuple[float, float], tries: int = 30) -> Item | None:
        """Stands an item on a free place of the counter top; None if none was found."""
        item = self.make(label)
        for _ in range(tries):
            yaw = self.yaw(label)
            at = np.array([self.rng.uniform(*x), self.rng.uniform(*y), 0.0])
            if self.grid.take(item.bounds, at, yaw):
                return self.add(item, at, yaw)
        return None

    def rest(self, label: str, host: Item, spread: float, height: float, *, inside: bool) -> Item:
        """Lays an item on or in another one."""
        item = self.make(label)
        low = item.bounds[0][2]
        shift = self.rng.uniform(-1, 1, 2) * spread
        at = host.pose.at + host.pose.turn @ np.array([shift[0], shift[1], height - low])
        key = "inside" if inside else "on"
        return self.add(item, at, self.yaw(label), **{key: host.id})


def grasp(item: Item) -> tuple[float, float]:
    """How the gripper holds an item that is turned by 90 degrees to it, so that a mug's handle is between the fingers.

    Args:
        item: What is held.

    Returns:
        Opening between the fingers and height of their tips above the item's base, metres.
    """
    top = float(item.bounds[1][2])
    width = 0.04 if item.label == "banana" else 2 * float(np.abs(item.model.parts[0].verts[:, 1]).max())
    return float(np.clip(width, 0.03, 0.11)), max(min(item.model.grip or 0.0, top - 0.02), top - 0.06)
