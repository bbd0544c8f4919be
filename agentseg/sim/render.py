"""Renders kitchen scenes: RGB frames for everybody, truth for those who grade."""

from __future__ import annotations

import numpy as np

from agentseg.errors import InputError
from agentseg.frames import Frame
from agentseg.sim.camera import Camera, draw_camera
from agentseg.sim.classes import VOID
from agentseg.sim.layout import draw_scene
from agentseg.sim.mesh import Array
from agentseg.sim.motion import Motion, draw_motion
from agentseg.sim.raster import Ints, nearest
from agentseg.sim.room import SINK_SIZE, STOVE_SIZE
from agentseg.sim.scene import Pose, Scene
from agentseg.sim.shade_kinds import Shading, painter
from agentseg.sim.surfaces import Surfaces, collect, to_points, to_world
from agentseg.sim.truth import FrameTruth, ObjectState, Truth, Vec
from agentseg.sim.view import ScreenView, Size, full_areas, majority

FRAME_SECONDS = 0.1
"""Time between the frames of a clip."""

MAX_SIDE = 4096
"""Largest width or height in samples."""

HAND_HEIGHT = 0.26
"""Height of the gripper above its finger tips that counts as its box, metres; the arm above it does not."""


def render_kitchen(
    seed: int,
    *,
    frames: int = 1,
    width: int = 320,
    height: int = 240,
    supersample: int = 1,
    shading: Shading = "key",
) -> tuple[list[Frame], Truth]:
    """Renders a kitchen scene or clip.

    Args:
        seed: Decides everything; the same seed gives the same pixels. Seeds below 900,000 are for training, from
            900,000 for validation, from 1,000,000 for evaluation.
        frames: Number of frames; more than one gives a clip with a moving camera and moving things.
        width: Picture width, px.
        height: Picture height, px.
        supersample: Samples per pixel and axis; 2 removes jaggies at about three times the cost.
        shading: The light; ``lamps`` is one that no shipped network was trained on. The truth does not depend on it.

    Returns:
        The frames (RGB only) and the truth about them.

    Raises:
        InputError: The seed is negative, a number is below 1, or the picture has more than 4096 samples on a side;
            or there is no such shading.
    """
    check_size(seed, frames, (height, width), supersample)
    paint = painter(shading, seed)
    scene, motion, surfaces = _draw(seed, frames)
    pictures, truths = [], []
    for index, (poses, eye) in enumerate(zip(motion.poses, motion.cameras, strict=True)):
        world = to_world(surfaces, poses)
        view, front, rgb = paint(surfaces, world, eye, (height, width), supersample)
        pictures.append(Frame(rgb, index, index * FRAME_SECONDS if frames > 1 else None))
        states = object_states(scene, poses, eye, (height, width))
        truths.append(observe(view, surfaces, front, supersample, states))
    return pictures, Truth.of(labels_of(scene), truths)


def render_truth(seed: int, *, frames: int = 1, width: int = 320, height: int = 240, supersample: int = 1) -> Truth:
    """The truth of ``render_kitchen`` without its pictures, several times as fast.

    Args:
        seed: As for ``render_kitchen``, and the rest too.
        frames: Number of frames.
        width: Picture width, px.
        height: Picture height, px.
        supersample: Samples per pixel and axis.

    Raises:
        InputError: As ``render_kitchen``.
    """
    check_size(seed, frames, (height, width), supersample)
    scene, motion, surfaces = _draw(seed, frames)
    truths = []
    for poses, eye in zip(motion.poses, motion.cameras, strict=True):
        # Points alone: no normals and textures, and so no planes of them.
        points = to_points(surfaces, poses)
        view = ScreenView(surfaces, points, eye, (height * supersample, width * supersample))
        states = object_states(scene, poses, eye, (height, width))
        truths.append(observe(view, surfaces, nearest(view.frags, view.size), supersample, states))
    return Truth.of(labels_of(scene), truths)


def check_size(seed: int, frames: int, size: Size, supersample: int) -> None:
    """Refuse what cannot be rendered, as ``render_kitchen`` says."""
    height, width = size
    if min(frames, width, height, supersample) < 1 or seed < 0 or max(size) * supersample > MAX_SIDE:
        raise InputError(
            f"a kitchen needs seed >= 0, frames, width, height, supersample >= 1, at most {MAX_SIDE} samples a side; "
            f"found {seed=}, {frames=}, {width=}, {height=}, {supersample=}"
        )


def _draw(seed: int, frames: int) -> tuple[Scene, Motion, Surfaces]:
    """The scene of a seed, how it moves before the camera, and its triangles."""
    layout, pose, moving = (np.random.default_rng([seed, k]) for k in (0, 1, 4))
    scene = draw_scene(layout, robot=frames > 1 and moving.random() < 0.8)
    motion = draw_motion(scene, draw_camera(pose), frames, moving)
    return scene, motion, collect(scene)


def labels_of(scene: Scene) -> dict[int, str]:
    """Label by id of all items and fixtures."""
    return {item.id: item.label for item in scene.items} | {id: label for label, id in scene.fixtures.items()}


def observe(
    view: ScreenView, surfaces: Surfaces, front: tuple[Ints, Array], factor: int, states: tuple[ObjectState, ...]
) -> FrameTruth:
    """Brings ids, classes and depth of a frame from samples to pixels."""
    height, width = view.size[0] // factor, view.size[1] // factor
    source = view.source(front[0])
    key = np.where(source >= 0, surfaces.id[source] * 64 + surfaces.semantic[source], -1).reshape(view.size)
    pick = majority(key, factor).ravel() if factor > 1 else np.arange(key.size)
    src = source[pick]
    void = src < 0
    metres = 1.0 / np.maximum(front[1][pick], 1e-9)
    return FrameTruth(
        ids=np.where(void, 0, surfaces.id[src]).reshape(height, width).astype(np.uint8),
        semantic=np.where(void, VOID, surfaces.semantic[src]).reshape(height, width).astype(np.uint8),
        depth=np.where(void, 0.0, metres).reshape(height, width).astype(np.float32),
        states=states,
        full_area=full_areas(view, factor),
    )


def object_states(scene: Scene, poses: list[Pose], camera: Camera, size: Size) -> tuple[ObjectState, ...]:
    """The 3-D state of all items and fixtures.

    Args:
        scene: The scene.
        poses: One pose for each item.
        camera: Who looks.
        size: (H, W) of the frame, px.

    Returns:
        Items by id, then stove and sink where there are any.
    """
    out = []
    for item, pose in zip(scene.items, poses, strict=True):
        low, high = item.world_bounds(pose)
        if item.label == "robot gripper":
            high = np.array([high[0], high[1], low[2] + HAND_HEIGHT])
        out.append(_state((item.id, item.label, item.colour), low, high, pose, camera, size))
    for label, id in scene.fixtures.items():
        sink = label == "sink"
        x = (scene.room.sink if sink else scene.room.stove) or 0.0
        y = -0.02 if sink else 0.0
        w, d, h = SINK_SIZE if sink else STOVE_SIZE
        low = np.array([x - w / 2, y - d / 2, -h if sink else 0.0])
        who = (id, label, "grey" if sink else "black")
        out.append(_state(who, low, low + np.array([w, d, h]), None, camera, size))
    return tuple(out)


def _vec(values: Array) -> Vec:
    return (float(values[0]), float(values[1]), float(values[2]))


def _state(
    who: tuple[int, str, str], low: Array, high: Array, pose: Pose | None, camera: Camera, size: Size
) -> ObjectState:
    centre = (low + high) / 2
    xy, _ = camera.project(centre, size)
    support = (pose.on, pose.inside, pose.held_by) if pose else (None, None, None)
    distance = float(np.linalg.norm(centre - camera.eye))
    return ObjectState(*who, _vec(centre), _vec(high - low), *support, distance, (float(xy[0]), float(xy[1])))
