"""What moves in a stream: one event after another, each going on from where the last one left things.

A clip of ``draw_motion`` is one event, however long it is. A stream is as long as one likes: every phase slides a thing
over the counter, and the gripper picks things up, carries them over the others and puts them down.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from agentseg.sim.builder import grasp
from agentseg.sim.camera import Camera
from agentseg.sim.mesh import Array, rotation
from agentseg.sim.motion import HEAVY, Motion, ease, heading, load_of, others, reachable, stands
from agentseg.sim.scene import Item, Pose, Scene
from agentseg.sim.utensils import gripper

PHASE = 40
"""Frames of an event."""
REACH = 0.5
"""How far from the middle things are put down, metres; beyond it most cameras do not see them."""
LIFT = 0.2
"""How high the gripper carries things, metres."""
SWAY = 170.0
"""Frames of the camera's way to and fro."""


def draw_long_motion(scene: Scene, camera: Camera, frames: int, rng: Generator) -> Motion:
    """Draw what moves in a stream.

    Args:
        scene: The scene; its gripper is opened so far that it fits all it will hold. Afterwards its items stand where
            they stood before.
        camera: Where the camera starts.
        frames: Number of frames.
        rng: Source of the draw.

    Returns:
        Poses and cameras of all frames.
    """
    start = [item.pose for item in scene.items]
    poses: list[list[Pose]] = []
    opening = 0.03
    while len(poses) < frames:
        phase = _Phase(scene, rng)
        opening = max(opening, phase.fill())
        poses.extend(phase.poses)
        for item, pose in zip(scene.items, phase.poses[-1], strict=True):
            item.pose = pose
    for item, pose in zip(scene.items, start, strict=True):
        item.pose = pose
    for arm in _arms(scene):
        arm.model = gripper(opening, arm.colour)
    return Motion(poses[:frames], _cameras(camera, frames, rng))


def _arms(scene: Scene) -> list[Item]:
    return [item for item in scene.items if item.label == "robot gripper"]


class _Phase:
    """One event of the gripper and one slide, over ``PHASE`` frames that begin where things are now."""

    def __init__(self, scene: Scene, rng: Generator) -> None:
        self.scene, self.rng = scene, rng
        self.time = np.arange(1, PHASE + 1) / PHASE
        self.poses = [[item.pose for item in scene.items] for _ in range(PHASE)]
        self.busy: set[int] = set()
        self.goals: list[tuple[Item, Array]] = []

    def fill(self) -> float:
        """Fill the phase in; returns how far the gripper opens, metres."""
        opening = 0.0
        for arm in _arms(self.scene):
            opening = self._act(arm)
        self._slide()
        return opening

    def _act(self, arm: Item) -> float:
        """The gripper puts down what it holds, or carries something else to another place."""
        held = [item for item in self.scene.items if item.pose.held_by == arm.id]
        choice = held or reachable(self.scene, self.busy)
        if not choice:
            return 0.0
        item = choice[int(self.rng.integers(len(choice)))]
        goal = self._free_place(item)
        if goal is None:
            return 0.0
        opening, drop = grasp(item)
        grip = np.array([0.0, 0.0, drop])
        if held:
            path = self._path([(0.0, item.pose.at), (0.55, goal + [0, 0, LIFT]), (0.75, goal)])
            hand = self._path([(0.0, item.pose.at + grip), (0.55, goal + grip + [0, 0, LIFT]), (0.75, goal + grip)])
            first = 0.0
        else:
            home, up = item.pose.at, np.array([0.0, 0.0, LIFT])
            path = self._path([(0.38, home), (0.5, home + up), (0.74, goal + up), (0.86, goal)])
            hand = self._path(
                [(0.0, arm.pose.at), (0.22, home + grip + up), (0.34, home + grip), (0.38, home + grip)]
                + [(0.5, home + grip + up), (0.74, goal + grip + up), (0.86, goal + grip)]
            )
            first = 0.36
        last = 0.75 if held else 0.86
        hand += ease(self.time, last + 0.03, 1.0)[:, None] * np.array([0.0, 0.0, LIFT])
        self._place(arm, item, (path, hand), (first, last))
        self.busy |= {arm.id, item.id}
        self.goals.append((item, goal))
        return opening

    def _place(self, arm: Item, item: Item, ways: tuple[Array, Array], held: tuple[float, float]) -> None:
        """Set the poses of the gripper, of a thing on its way, and of what lies in or on that."""
        path, hand = ways
        turn = rotation("z", heading(item.pose) - np.pi / 2)
        load = [(other, other.pose.at - item.pose.at) for other in load_of(self.scene, item)[1:]]
        for frame, time in enumerate(self.time):
            holder = arm.id if held[0] < time < held[1] else None
            self.poses[frame][arm.id - 1] = Pose(hand[frame], turn)
            self.poses[frame][item.id - 1] = Pose(path[frame], item.pose.turn, held_by=holder)
            for other, offset in load:
                self.poses[frame][other.id - 1] = replace(other.pose, at=path[frame] + offset)
        self.busy |= {other.id for other, _ in load}

    def _path(self, stops: list[tuple[float, Array]]) -> Array:
        """(frames, 3) metres through stops at times 0 to 1, at rest before the first and after the last."""
        out = np.repeat(np.asarray(stops[0][1], dtype=np.float64)[None], len(self.time), axis=0)
        for (start, here), (stop, there) in zip(stops, stops[1:], strict=False):
            out += ease(self.time, start, stop)[:, None] * (np.asarray(there) - np.asarray(here))
        return out

    def _free_place(self, item: Item) -> Array | None:
        grid = others(self.scene, item)
        for _ in range(200):
            low = item.bounds[0][2]
            at = np.array([self.rng.uniform(-0.4, 0.4), self.rng.uniform(-0.26, 0.1), -min(low, 0.0)])
            if grid.free(item.bounds, at, heading(item.pose), 0.012):
                return at
        return None

    def _slide(self) -> None:
        """Slide one thing along a free path over the counter."""
        movable = [i for i in self.scene.items if stands(i) and i.label not in HEAVY and i.id not in self.busy]
        self.rng.shuffle(movable)
        for item in movable:
            grid = others(self.scene, item)
            for other, goal in self.goals:
                grid.take(other.bounds, goal, heading(other.pose), 0.0)
            for _ in range(24):
                way = self._way(item)
                steps = np.linspace(0.1, 1, 12)
                yaw = heading(item.pose)
                if all(grid.free(item.bounds, item.pose.at + s * way, yaw, 0.004) for s in steps):
                    amount = ease(self.time, 0.0, self.rng.uniform(0.6, 1.0))
                    for member in load_of(self.scene, item):
                        for frame, share in enumerate(amount):
                            pose = replace(member.pose, at=member.pose.at + share * way)
                            self.poses[frame][member.id - 1] = pose
                    return

    def _way(self, item: Item) -> Array:
        """A way of 10 to 45 cm that ends where most cameras see it; one in eight leads out of the picture."""
        x = float(item.pose.at[0])
        if abs(x) > REACH or self.rng.random() < 0.125:
            goal = self.rng.uniform(-0.35, 0.35) if abs(x) > REACH else (0.84 if x > 0 else -0.84)
            return np.array([goal - x, self.rng.uniform(-0.04, 0.04), 0.0])
        angle, length = self.rng.uniform(-np.pi, np.pi), self.rng.uniform(0.1, 0.45)
        way = np.array([length * np.cos(angle), 0.6 * length * np.sin(angle), 0.0])
        way[0] = np.clip(x + way[0], -REACH, REACH) - x
        return way


def _cameras(camera: Camera, frames: int, rng: Generator) -> list[Camera]:
    """A still camera, or one that sways about where it starts."""
    if rng.random() < 0.3:
        return [camera] * frames
    turn, shift, rise = rng.uniform(-0.2, 0.2), rng.uniform(-0.06, 0.06), rng.uniform(-0.03, 0.04)
    waves = np.sin(2 * np.pi * np.arange(frames) / SWAY)
    return [camera.orbited(turn * wave, shift * wave, rise * wave) for wave in waves]
