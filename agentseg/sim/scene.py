"""A scene: the room and the objects, each with a pose and what supports it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from agentseg.sim.material import Material
from agentseg.sim.mesh import Array
from agentseg.sim.model import Model
from agentseg.sim.room import Room


@dataclass(frozen=True)
class Pose:
    """Where an object is at one time.

    Attributes:
        at: (3,) world position of its base centre, metres.
        turn: (3, 3) rotation.
        on: Id of the thing or fixture it rests on; None on the counter top, inside something or in the air.
        inside: Id of the thing or fixture it is in, or None.
        held_by: Id of the gripper that holds it, or None.
    """

    at: Array
    turn: Array
    on: int | None = None
    inside: int | None = None
    held_by: int | None = None


@dataclass
class Item:
    """One object.

    Attributes:
        id: Positive, unique in the scene.
        label: Its class.
        colour: Name of its colour.
        model: Its shape.
        materials: Slot -> material.
        pose: Where it is in the first frame.
    """

    id: int
    label: str
    colour: str
    model: Model
    materials: dict[str, Material]
    pose: Pose
    bounds: tuple[Array, Array] = field(init=False)

    def __post_init__(self) -> None:
        low = np.min([part.verts.min(axis=0) for part in self.model.parts], axis=0)
        high = np.max([part.verts.max(axis=0) for part in self.model.parts], axis=0)
        self.bounds = (low, high)

    def world_bounds(self, pose: Pose) -> tuple[Array, Array]:
        """Lower and upper corner (3,), world metres, of the object in a pose."""
        low, high = self.bounds
        corners = np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])
        world = corners @ pose.turn.T + pose.at
        return world.min(axis=0), world.max(axis=0)


@dataclass
class Scene:
    """Everything there is before a camera looks at it.

    Attributes:
        room: The surroundings.
        room_materials: Slot -> material of the room.
        items: The objects, ids 1..N in order.
        fixtures: Label -> id of stove and sink, where there is one; ids follow the items'.
    """

    room: Room
    room_materials: dict[str, Material]
    items: list[Item]
    fixtures: dict[str, int]

    def item(self, id: int) -> Item:
        """The object with an id.

        Raises:
            KeyError: There is none.
        """
        for item in self.items:
            if item.id == id:
                return item
        raise KeyError(f"no item {id}; this scene has {[item.id for item in self.items]}")
