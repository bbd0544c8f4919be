"""Renders kitchen scenes: RGB frames for everybody, truth for those who grade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentseg.frames import Frame
from agentseg.sim.camera import Camera, draw_camera, draw_sensor
from agentseg.sim.classes import FIXTURES, VOID, semantic_id
from agentseg.sim.layout import draw_scene
from agentseg.sim.material import Material
from agentseg.sim.mesh import Array
from agentseg.sim.motion import Motion, draw_motion
from agentseg.sim.raster import Fragments, Soup, clip_near, fragments, nearest, planes
from agentseg.sim.room import SINK_SIZE, STOVE_SIZE
from agentseg.sim.scene import Pose, Scene
from agentseg.sim.shade import Light, ShadowMap, draw_light, shade, shadow_map
from agentseg.sim.truth import ObjectState, Truth, Vec

FRAME_SECONDS = 0.1
"""Time between the frames of a clip."""


@dataclass(frozen=True)
class _Surfaces:
    """All triangles of a scene in object space, with what they belong to.

    Attributes:
        corners: (m, 3, 6) object-space position and normal of the corners.
        owner: (m,) index of the owner: 0 = room, k = item k.
        id: (m,) instance id, 0 for wall and counter.
        semantic: (m,) class.
        material: (m,) index into materials.
        clear: (m,) bool, see-through.
        casts: (m,) bool, throws shadows.
    """

    corners: Array
    owner: NDArray[np.int64]
    id: NDArray[np.int64]
    semantic: NDArray[np.int64]
    material: NDArray[np.int64]
    clear: NDArray[np.bool_]
    casts: NDArray[np.bool_]
    materials: list[Material]


def _collect(scene: Scene) -> _Surfaces:
    rows: list[tuple[Array, int, int, int, Material, bool]] = []
    for label, part in scene.room.parts:
        corners = np.concatenate([part.verts[part.faces], part.normals[part.faces]], axis=2)
        material = scene.room_materials[part.slot]
        rows.append((corners, 0, scene.fixtures.get(label, 0), semantic_id(label), material, label in FIXTURES))
    for k, item in enumerate(scene.items, start=1):
        for part in item.model.parts:
            corners = np.concatenate([part.verts[part.faces], part.normals[part.faces]], axis=2)
            material = item.materials[part.slot]
            rows.append((corners, k, item.id, semantic_id(item.label), material, material.alpha == 1.0))
    sizes = [len(row[0]) for row in rows]

    def spread(values: list[int]) -> NDArray[np.int64]:
        return np.repeat(np.array(values, dtype=np.int64), sizes)

    return _Surfaces(
        corners=np.concatenate([row[0] for row in rows]),
        owner=spread([row[1] for row in rows]),
        id=spread([row[2] for row in rows]),
        semantic=spread([row[3] for row in rows]),
        material=spread(list(range(len(rows)))),
        clear=spread([int(row[4].alpha < 1.0) for row in rows]).astype(bool),
        casts=spread([int(row[5]) for row in rows]).astype(bool),
        materials=[row[4] for row in rows],
    )


def _to_world(surfaces: _Surfaces, poses: list[Pose]) -> Array:
    """(m, 3, 9): world position, world normal, object-space position of every corner."""
    turns = np.stack([np.eye(3)] + [pose.turn for pose in poses])[surfaces.owner]
    shifts = np.stack([np.zeros(3)] + [pose.at for pose in poses])[surfaces.owner]
    local = surfaces.corners[:, :, :3]
    world = np.einsum("mij,mkj->mki", turns, local) + shifts[:, None, :]
    normal = np.einsum("mij,mkj->mki", turns, surfaces.corners[:, :, 3:])
    return np.concatenate([world, normal, local], axis=2)


class _View:
    """One frame's geometry: triangles on the screen and the fragments they cover."""

    def __init__(self, surfaces: _Surfaces, world: Array, camera: Camera, size: tuple[int, int]) -> None:
        self.surfaces, self.camera, self.size = surfaces, camera, size
        eye = camera.to_camera(world[:, :, :3])
        soup = clip_near(Soup(np.concatenate([eye, world[:, :, 3:]], axis=2), np.arange(len(world))))
        self.soup = soup
        z = soup.corners[:, :, 2]
        focal = camera.focal(size[1])
        self.xy = soup.corners[:, :, :2] / z[..., None] * focal + np.array([size[1] / 2, size[0] / 2])
        self.inverse = 1.0 / z
        self.frags: Fragments = fragments(self.xy, self.inverse, size)
        # Attributes over z are linear on the screen; normal (3) and object-space position (3).
        self.planes = planes(self.xy, soup.corners[:, :, 3:9] * self.inverse[..., None]).astype(np.float32)
        self.focal = focal

    def colour(self, triangle: NDArray[np.int64], closeness: Array, light: Light, shadows: ShadowMap, contact: ShadowMap) -> Array:
        """Linear RGB (H*W, 3) of a resolved buffer; black where nothing is."""
        out = np.zeros((len(triangle), 3))
        pixel = np.flatnonzero(triangle >= 0)
        tri = triangle[pixel]
        material = self.surfaces.material[self.soup.source[tri]]
        order = np.argsort(material, kind="stable")
        pixel, tri, material = pixel[order], tri[order], material[order]
        z = 1.0 / closeness[pixel]
        x, y = pixel % self.size[1] + 0.5, pixel // self.size[1] + 0.5
        ray = np.stack([(x - self.size[1] / 2) / self.focal, (y - self.size[0] / 2) / self.focal, np.ones(len(x))], axis=1)
        points = (ray * z[:, None]) @ self.camera.axes() + self.camera.eye
        plane = self.planes[tri]
        values = (plane[:, 0] * x[:, None] + plane[:, 1] * y[:, None] + plane[:, 2]) * z[:, None]
        normals, local = values[:, :3], values[:, 3:6]
        normals = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        away = np.einsum("ij,ij->i", normals, self.camera.eye - points) < 0
        normals = np.where(away[:, None], -normals, normals)
        lit = shadows.lit(points, normals)
        near = 1.0 - light.contact * (1.0 - contact.lit(points, normals)) * np.clip(1.0 - points[:, 2] * 8, 0, 1)
        cuts = np.flatnonzero(np.diff(material)) + 1
        for run in np.split(np.arange(len(tri)), cuts):
            if len(run) == 0:
                continue
            look = self.surfaces.materials[material[run[0]]]
            a = slice(run[0], run[-1] + 1)
            colour = shade(points[a], normals[a], self.camera.eye, look.albedo(local[a]), look, light, lit[a])
            out[pixel[a]] = colour * near[a, None]
        return out


def _majority(values: NDArray[np.int64], factor: int) -> NDArray[np.int64]:
    """For each pixel, which of its factor**2 samples (flat index) speaks for it: one of the most frequent value."""
    h, w = values.shape[0] // factor, values.shape[1] // factor
    cells = values.reshape(h, factor, w, factor).transpose(0, 2, 1, 3).reshape(h, w, factor * factor)
    votes = (cells[..., :, None] == cells[..., None, :]).sum(axis=-1)
    best = votes.argmax(axis=-1)
    row = np.arange(h)[:, None] * factor + best // factor
    column = np.arange(w)[None, :] * factor + best % factor
    return np.asarray(row * values.shape[1] + column)


def _full_areas(view: _View, factor: int) -> dict[int, float]:
    """Pixels each instance would cover if it were alone."""
    owner = view.surfaces.id[view.soup.source][view.frags.triangle]
    covered = np.zeros((int(view.surfaces.id.max()) + 1, view.size[0] * view.size[1]), dtype=bool)
    covered[owner, view.frags.pixel] = True
    counts = covered.sum(axis=1)
    return {id: float(counts[id]) / factor**2 for id in range(1, len(counts)) if counts[id]}


def _vec(values: Array) -> Vec:
    return (float(values[0]), float(values[1]), float(values[2]))


def _states(scene: Scene, poses: list[Pose], camera: Camera, size: tuple[int, int]) -> tuple[ObjectState, ...]:
    boxes: list[tuple[int, str, str, Array, Array, Pose | None]] = []
    for item, pose in zip(scene.items, poses, strict=True):
        low, high = item.world_bounds(pose)
        if item.label == "robot gripper":
            high = np.array([high[0], high[1], low[2] + 0.26])
        boxes.append((item.id, item.label, item.colour, low, high, pose))
    for label, id in scene.fixtures.items():
        x = scene.room.sink if label == "sink" else scene.room.stove
        w, d, h = SINK_SIZE if label == "sink" else STOVE_SIZE
        y = -0.02 if label == "sink" else 0.0
        low = np.array([(x or 0.0) - w / 2, y - d / 2, -h if label == "sink" else 0.0])
        boxes.append((id, label, "grey" if label == "sink" else "black", low, low + np.array([w, d, h]), None))
    out = []
    for id, label, colour, low, high, where in boxes:
        centre = (low + high) / 2
        xy, _ = camera.project(centre, size)
        support = (where.on, where.inside, where.held_by) if where else (None, None, None)
        distance = float(np.linalg.norm(centre - camera.eye))
        out.append(ObjectState(id, label, colour, _vec(centre), _vec(high - low), *support, distance, (float(xy[0]), float(xy[1]))))
    return tuple(out)


def _casters(surfaces: _Surfaces, world: Array) -> Array:
    return world[surfaces.casts][:, :, :3]


def render_kitchen(
    seed: int, *, frames: int = 1, width: int = 320, height: int = 240, supersample: int = 1
) -> tuple[list[Frame], Truth]:
    """Renders a kitchen scene or clip.

    Args:
        seed: Decides everything; the same seed gives the same pixels. Seeds below 900,000 are for training, from
            900,000 for validation, from 1,000,000 for evaluation.
        frames: Number of frames; more than one gives a clip with a moving camera and moving things.
        width: Picture width, px.
        height: Picture height, px.
        supersample: Samples per pixel and axis; 2 removes jaggies at about three times the cost.

    Returns:
        The frames (RGB only) and the truth about them.

    Raises:
        ValueError: A number is not positive.
    """
    if min(frames, width, height, supersample) < 1 or seed < 0:
        raise ValueError(f"seed >= 0 and positive sizes are needed; found {seed=} {frames=} {width=} {height=} {supersample=}")
    streams = [np.random.default_rng([seed, k]) for k in range(6)]
    scene = draw_scene(streams[0], robot=frames > 1 and streams[4].random() < 0.8)
    camera, sensor, light = draw_camera(streams[1]), draw_sensor(streams[2]), draw_light(streams[3])
    motion = draw_motion(scene, camera, frames, streams[4])
    return _render(scene, motion, light, sensor_seed=[seed, 5], sensor=sensor, size=(height, width), factor=supersample)


def _render(scene: Scene, motion: Motion, light: Light, *, sensor_seed: list[int], sensor: object, size: tuple[int, int], factor: int) -> tuple[list[Frame], Truth]:
    from agentseg.sim.camera import Sensor

    assert isinstance(sensor, Sensor)
    surfaces = _collect(scene)
    noise = np.random.default_rng(sensor_seed)
    big = (size[0] * factor, size[1] * factor)
    truth = Truth({item.id: item.label for item in scene.items} | {v: k for k, v in scene.fixtures.items()}, [], [], [], (), ())
    out, states, areas = [], [], []
    for index, (poses, camera) in enumerate(zip(motion.poses, motion.cameras, strict=True)):
        world = _to_world(surfaces, poses)
        casters = _casters(surfaces, world)
        shadows = shadow_map(casters, light.key)
        low = casters[(casters[:, :, 2].min(axis=1) < 0.05) & (casters[:, :, 2].min(axis=1) > -0.01)]
        contact = shadow_map(low, np.array([0.0, 0.0, 1.0]), 200)
        view = _View(surfaces, world, camera, big)
        clear = surfaces.clear[view.soup.source]
        solid, behind = nearest(view.frags, big, ~clear[view.frags.triangle]) if clear.any() else nearest(view.frags, big)
        triangle, closeness = nearest(view.frags, big) if clear.any() else (solid, behind)
        colour = view.colour(solid, behind, light, shadows, contact)
        glass = np.flatnonzero((triangle != solid) & (triangle >= 0))
        if len(glass):
            only = np.full_like(triangle, -1)
            only[glass] = triangle[glass]
            front = view.colour(only, closeness, light, shadows, contact)[glass]
            kinds = surfaces.material[view.soup.source[triangle[glass]]]
            alpha = np.array([m.alpha for m in surfaces.materials])[kinds][:, None]
            colour[glass] = alpha * front + (1 - alpha) * colour[glass]
        rgb = sensor.develop(colour.reshape(*big, 3), factor, noise)
        out.append(Frame(rgb, index, index * FRAME_SECONDS if len(motion.poses) > 1 else None))
        source = np.where(triangle >= 0, view.soup.source[np.maximum(triangle, 0)], -1)
        key = np.where(source >= 0, surfaces.id[source] * 64 + surfaces.semantic[source], -1).reshape(big)
        pick = _majority(key, factor).ravel() if factor > 1 else np.arange(key.size)
        src = source[pick]
        void = src < 0
        truth.ids.append(np.where(void, 0, surfaces.id[src]).reshape(size).astype(np.uint8))
        truth.semantic.append(np.where(void, VOID, surfaces.semantic[src]).reshape(size).astype(np.uint8))
        near = closeness[pick]
        truth.depth.append(np.where(void, 0.0, 1.0 / np.maximum(near, 1e-9)).reshape(size).astype(np.float32))
        states.append(_states(scene, poses, camera, size))
        areas.append(_full_areas(view, factor))
    return out, Truth(truth.labels, truth.ids, truth.semantic, truth.depth, tuple(states), tuple(areas))


