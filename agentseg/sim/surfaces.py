"""All triangles of a scene as arrays, and where they are in the world at one time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentseg.sim.classes import FIXTURES, semantic_id
from agentseg.sim.material import Material
from agentseg.sim.mesh import Array, Part
from agentseg.sim.raster import Ints
from agentseg.sim.scene import Pose, Scene


@dataclass(frozen=True)
class Surfaces:
    """All triangles of a scene in object space, with what they belong to.

    Attributes:
        corners: (m, 3, 6) object-space position and normal of the corners.
        owner: (m,) what moves them: 0 = the room, k = the k-th item.
        id: (m,) instance id, 0 for wall and counter.
        semantic: (m,) class.
        material: (m,) index into materials.
        clear: (m,) bool, see-through.
        casts: (m,) bool, throws shadows.
        materials: The materials.
    """

    corners: Array
    owner: Ints
    id: Ints
    semantic: Ints
    material: Ints
    clear: NDArray[np.bool_]
    casts: NDArray[np.bool_]
    materials: list[Material]


def collect(scene: Scene) -> Surfaces:
    """Gathers the triangles of the room and of all items."""
    rows: list[tuple[Part, int, int, int, Material, bool]] = []
    for label, part in scene.room.parts:
        material = scene.room_materials[part.slot]
        rows.append((part, 0, scene.fixtures.get(label, 0), semantic_id(label), material, label in FIXTURES))
    for k, item in enumerate(scene.items, start=1):
        for part in item.model.parts:
            material = item.materials[part.slot]
            rows.append((part, k, item.id, semantic_id(item.label), material, material.alpha == 1.0))
    sizes = [len(row[0].faces) for row in rows]

    def spread(values: list[int]) -> Ints:
        return np.repeat(np.array(values, dtype=np.int64), sizes)

    return Surfaces(
        corners=np.concatenate([np.concatenate([p.verts[p.faces], p.normals[p.faces]], axis=2) for p, *_ in rows]),
        owner=spread([row[1] for row in rows]),
        id=spread([row[2] for row in rows]),
        semantic=spread([row[3] for row in rows]),
        material=spread(list(range(len(rows)))),
        clear=spread([int(row[4].alpha < 1.0) for row in rows]).astype(bool),
        casts=spread([int(row[5]) for row in rows]).astype(bool),
        materials=[row[4] for row in rows],
    )


def to_points(surfaces: Surfaces, poses: list[Pose]) -> Array:
    """The corners at one time, (m, 3, 3) world position; arguments as for ``to_world``."""
    turns, shifts = _motion(surfaces, poses)
    return np.asarray(np.einsum("mij,mkj->mki", turns, surfaces.corners[:, :, :3]) + shifts[:, None, :])


def to_world(surfaces: Surfaces, poses: list[Pose]) -> Array:
    """The triangles at one time.

    Args:
        surfaces: The triangles.
        poses: One pose for each item.

    Returns:
        (m, 3, 9): world position, world normal and object-space position of every corner; textures use the last, so
        that they do not swim on what moves.
    """
    turns, _ = _motion(surfaces, poses)
    normal = np.einsum("mij,mkj->mki", turns, surfaces.corners[:, :, 3:])
    return np.concatenate([to_points(surfaces, poses), normal, surfaces.corners[:, :, :3]], axis=2)


def _motion(surfaces: Surfaces, poses: list[Pose]) -> tuple[Array, Array]:
    """Rotation (m, 3, 3) and shift (m, 3) of each triangle."""
    turns = np.stack([np.eye(3)] + [pose.turn for pose in poses])[surfaces.owner]
    return turns, np.stack([np.zeros(3)] + [pose.at for pose in poses])[surfaces.owner]
