"""A kitchen stream: frames one by one, however many, with things that move all the time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from agentseg.frames import Frame
from agentseg.sim.camera import draw_camera, draw_sensor
from agentseg.sim.layout import draw_scene
from agentseg.sim.motion_long import draw_long_motion
from agentseg.sim.raster import nearest
from agentseg.sim.render import FRAME_SECONDS, check_size, labels_of, object_states, observe
from agentseg.sim.shade import draw_light
from agentseg.sim.surfaces import collect, to_points, to_world
from agentseg.sim.truth import Truth
from agentseg.sim.view import ScreenView, cast
from agentseg.twin import Twin


def kitchen_stream(
    seed: int, frames: int = 200, *, width: int = 320, height: int = 240, supersample: int = 1, pictures: bool = True
) -> Iterator[tuple[Frame, Truth]]:
    """Render a stream, a frame at a time, so that its length costs no memory.

    Args:
        seed: Decides everything; the scene is that of ``render_kitchen``, nearly always with a gripper, the motion is
            another: a new event every 40 frames. A shorter stream is the beginning of a longer one, but for how wide
            the gripper is open and for the camera's noise.
        frames: Number of frames.
        width: Picture width, px.
        height: Picture height, px.
        supersample: Samples per pixel and axis.
        pictures: Without them the frames are black and come several times as fast, for those who need the truth only.

    Yields:
        A frame and the truth about it alone: its only frame is 0, whatever the frame's index.

    Raises:
        InputError: As ``render_kitchen``.
    """
    check_size(seed, frames, (height, width), supersample)
    sensor, light = draw_sensor(np.random.default_rng([seed, 2])), draw_light(np.random.default_rng([seed, 3]))
    layout, pose, moving, noise = (np.random.default_rng([seed, k]) for k in (0, 1, 6, 7))
    scene = draw_scene(layout, robot=moving.random() < 0.8)
    motion = draw_long_motion(scene, draw_camera(pose), frames, moving)
    surfaces, labels = collect(scene), labels_of(scene)
    samples = (height * supersample, width * supersample)
    for index, (poses, eye) in enumerate(zip(motion.poses, motion.cameras, strict=True)):
        states = object_states(scene, poses, eye, (height, width))
        if pictures:
            world = to_world(surfaces, poses)
            view = ScreenView(surfaces, world, eye, samples)
            front, solid = view.resolve()
            linear = view.light(front, solid, light, cast(surfaces, world, light))
            rgb = sensor.develop(linear.reshape(*view.size, 3), supersample, noise)
        else:
            view = ScreenView(surfaces, to_points(surfaces, poses), eye, samples)
            front = nearest(view.frags, view.size)
            rgb = np.zeros((height, width, 3), dtype=np.uint8)
        seen = observe(view, surfaces, front, supersample, states)
        yield Frame(rgb, index, index * FRAME_SECONDS), Truth.of(labels, [seen])


def true_twin(truth: Truth, index: int) -> Twin:
    """The twin that a perfect perceiver would build of a stream's frame with this index; ids hold over the stream."""
    return truth.twin(0).model_copy(update={"frame": index})
