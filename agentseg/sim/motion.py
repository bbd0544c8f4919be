"""What moves in a clip: the camera and the things."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.random import Generator

from agentseg.sim.camera import Camera
from agentseg.sim.scene import Pose, Scene


@dataclass(frozen=True)
class Motion:
    """Poses and cameras of every frame.

    Attributes:
        poses: Per frame, one pose for each item, in the scene's order.
        cameras: Per frame.
    """

    poses: list[list[Pose]]
    cameras: list[Camera]


def draw_motion(scene: Scene, camera: Camera, frames: int, rng: Generator) -> Motion:
    """Draws what moves; one frame moves nothing."""
    return Motion([[item.pose for item in scene.items]] * frames, [camera] * frames)
