"""What moves in a clip: the camera, the gripper with what it carries, and things that slide over the counter."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from agentseg.sim.builder import grasp
from agentseg.sim.camera import Camera
from agentseg.sim.mesh import Array, rotation
from agentseg.sim.occupancy import Occupancy
from agentseg.sim.scene import Item, Pose, Scene
from agentseg.sim.utensils import gripper

HEAVY = ("microwave", "toaster", "coffee maker", "paper towel", "robot gripper")
"""What nothing slides over the counter."""


@dataclass(frozen=True)
class Motion:
    """Poses and cameras of every frame.

    Attributes:
        poses: Per frame, one pose for each item, in the scene's order.
        cameras: Per frame.
    """

    poses: list[list[Pose]]
    cameras: list[Camera]


def ease(t: Array, start: float, stop: float) -> Array:
    """0 before start, 1 after stop, smooth between."""
    u = np.clip((t - start) / (stop - start), 0, 1)
    return u * u * (3 - 2 * u)


def heading(pose: Pose) -> float:
    """How it is turned about the vertical, radians."""
    return float(np.arctan2(pose.turn[1, 0], pose.turn[0, 0]))


def stands(item: Item) -> bool:
    """Whether it stands on the counter top by itself."""
    pose = item.pose
    return pose.on is None and pose.inside is None and pose.held_by is None and item.label != "robot gripper"


def others(scene: Scene, without: Item) -> Occupancy:
    """The counter with everything on it but one item."""
    grid = Occupancy.around(scene.room)
    for item in scene.items:
        if item is not without and stands(item):
            grid.take(item.bounds, item.pose.at, heading(item.pose), 0.0)
    return grid


def load_of(scene: Scene, item: Item) -> list[Item]:
    """The item and all that rests on or in it."""
    load = [item]
    for other in scene.items:
        if {other.pose.on, other.pose.inside} & {member.id for member in load}:
            load.append(other)
    return load


def reachable(scene: Scene, busy: set[int]) -> list[Item]:
    """Things on the counter that fit the gripper, are not busy and have no tall neighbours."""
    found = []
    for item in scene.items:
        if not (stands(item) and item.model.grip and item.id not in busy and abs(item.pose.at[0]) < 0.45):
            continue
        top = item.bounds[1][2] + 0.03
        near = [
            o
            for o in scene.items
            if o is not item and o.label != "robot gripper" and np.hypot(*(o.pose.at - item.pose.at)[:2]) < 0.17
        ]
        if all(o.world_bounds(o.pose)[1][2] < top for o in near):
            found.append(item)
    return found


class _Script:
    """Poses over time, filled in event by event."""

    def __init__(self, scene: Scene, frames: int, rng: Generator) -> None:
        self.scene, self.rng = scene, rng
        self.time = np.arange(frames) / max(frames - 1, 1)
        self.poses = [[item.pose for item in scene.items] for _ in range(frames)]
        self.busy: set[int] = set()

    def shift(self, item: Item, offsets: Array) -> None:
        """Moves an item and its load by (frames, 3) metres from where it is."""
        for member in load_of(self.scene, item):
            self.busy.add(member.id)
            for frame, offset in enumerate(offsets):
                pose = self.poses[frame][member.id - 1]
                self.poses[frame][member.id - 1] = replace(pose, at=pose.at + offset)

    def slide(self) -> bool:
        """Slides one thing along a free path; sometimes in from or out of the picture. False if none can."""
        movable = [i for i in self.scene.items if stands(i) and i.label not in HEAVY and i.id not in self.busy]
        self.rng.shuffle(movable)
        for item in movable:
            grid = others(self.scene, item)
            for _ in range(6):
                way = self._way(item)
                steps = np.linspace(0.1, 1, 12)
                yaw = heading(item.pose)
                if all(grid.free(item.bounds, item.pose.at + s * way, yaw, 0.004) for s in steps):
                    start = self.rng.uniform(0.05, 0.35)
                    amount = ease(self.time, start, start + self.rng.uniform(0.4, 0.6))
                    if self.rng.random() < 0.5:
                        amount = 1 - amount
                    self.shift(item, amount[:, None] * way)
                    return True
        return False

    def _way(self, item: Item) -> Array:
        if self.rng.random() < 0.5:
            side = float(np.sign(item.pose.at[0]) or 1.0)
            return np.array([side * 0.84 - item.pose.at[0], self.rng.uniform(-0.04, 0.04), 0.0])
        angle, length = self.rng.uniform(-np.pi, np.pi), self.rng.uniform(0.16, 0.36)
        return np.array([length * np.cos(angle), 0.6 * length * np.sin(angle), 0.0])

    def grip(self, arm: Item, held: Item | None) -> None:
        """Lets the gripper act: carry what it holds, or pick up, put down, bring in or take away a thing."""
        if held is not None and self.rng.random() < 0.35:
            self._carry(arm, held)
            return
        item = held if held is not None and self._set_down(held) else self._reachable()
        if item is None or (held is not None and item is not held):
            if held is not None:
                self._carry(arm, held)
            else:
                self.shift(arm, self._glide())
            return
        self._handle(arm, item)

    def _glide(self) -> Array:
        goal = np.array([self.rng.uniform(-0.3, 0.3), self.rng.uniform(-0.1, 0.1), 0.0])
        return np.asarray(ease(self.time, 0.0, 1.0)[:, None] * goal)

    def _carry(self, arm: Item, held: Item) -> None:
        goal = -2 * arm.pose.at * np.array([1, 0, 0]) + np.array(
            [self.rng.normal(0, 0.1), self.rng.uniform(-0.08, 0.08), 0.05]
        )
        offsets = ease(self.time, 0.1, 0.9)[:, None] * goal
        self.shift(arm, offsets)
        self.shift(held, offsets)

    def _set_down(self, held: Item) -> bool:
        """Finds a free place for what is held at the start and makes that its home."""
        grid = others(self.scene, held)
        for _ in range(40):
            at = np.array([self.rng.uniform(-0.4, 0.4), self.rng.uniform(-0.26, 0.05), -held.bounds[0][2]])
            if grid.free(held.bounds, at, heading(held.pose), 0.03):
                held.pose = Pose(at, held.pose.turn)
                return True
        return False

    def _reachable(self) -> Item | None:
        found = reachable(self.scene, self.busy)
        return found[int(self.rng.integers(len(found)))] if found else None

    def _handle(self, arm: Item, item: Item) -> None:
        """Picks a thing up (or, played backwards, puts it down); the lift ends beside its place or out of view."""
        opening, drop = grasp(item)
        arm.model = gripper(opening, arm.colour)
        home = item.pose.at
        away = self.rng.random() < 0.5
        goal = (
            np.array([self.rng.uniform(-0.15, 0.15), 0.0, 0.75])
            if away
            else np.array([-np.sign(home[0]) * self.rng.uniform(0.2, 0.4), self.rng.uniform(-0.05, 0.1), 0.2])
        )
        t = self.time if self.rng.random() < 0.5 else 1 - self.time
        approach = (1 - ease(t, 0.0, 0.25))[:, None] * np.array([0.0, 0.0, 0.16])
        lift = ease(t, 0.35, 0.6)[:, None] * np.array([0.0, 0.0, 0.18])
        travel = ease(t, 0.5, 0.95)[:, None] * (goal - np.array([0, 0, 0.18]) * (not away))
        turn = rotation("z", heading(item.pose) - np.pi / 2)
        for frame in range(len(self.time)):
            raised = lift[frame] + travel[frame]
            self.poses[frame][arm.id - 1] = Pose(home + [0, 0, drop] + approach[frame] + raised, turn)
            holder = arm.id if t[frame] > 0.3 else None
            self.poses[frame][item.id - 1] = Pose(home + raised, item.pose.turn, held_by=holder)
        self.busy |= {arm.id, item.id}


def _cameras(camera: Camera, frames: int, rng: Generator) -> list[Camera]:
    """A still camera, or one that orbits, pans and rises a little."""
    if rng.random() < 0.3:
        return [camera] * frames
    turn, shift, rise = rng.uniform(-0.22, 0.22), rng.uniform(-0.07, 0.07), rng.uniform(-0.04, 0.05)
    return [camera.orbited(turn * t, shift * t, rise * t) for t in np.arange(frames) / max(frames - 1, 1)]


def draw_motion(scene: Scene, camera: Camera, frames: int, rng: Generator) -> Motion:
    """Draws what moves in a clip.

    Args:
        scene: The scene; the gripper's fingers are fitted to what they will hold.
        camera: Where the camera starts.
        frames: Number of frames; one frame moves nothing.
        rng: Source of the draw.

    Returns:
        Poses and cameras of all frames.
    """
    if frames == 1:
        return Motion([[item.pose for item in scene.items]], [camera])
    script = _Script(scene, frames, rng)
    arms = [item for item in scene.items if item.label == "robot gripper"]
    for arm in arms:
        held = [item for item in scene.items if item.pose.held_by == arm.id]
        script.grip(arm, held[0] if held else None)
    for _ in range(int(rng.integers(0 if arms else 1, 3))):
        script.slide()
    return Motion(script.poses, _cameras(camera, frames, rng))
