"""Draws a scene: what stands where, on what, in what, and what the gripper holds."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from agentseg.sim.builder import Builder, grasp
from agentseg.sim.mesh import rotation
from agentseg.sim.occupancy import Occupancy
from agentseg.sim.room import SINK_SIZE, STOVE_SIZE
from agentseg.sim.scene import Item, Pose, Scene
from agentseg.sim.utensils import gripper

_FRUIT = ("apple", "banana", "orange")
_SMALL = ("apple", "banana", "orange", "sponge", "spoon", "fork", "knife", "can", "mug", "glass")
_LOOSE = {
    "mug": 1.5, "glass": 1.0, "bottle": 0.8, "kettle": 0.7, "pan": 0.8, "pot": 0.8, "plate": 1.5, "bowl": 1.5,
    "knife": 1.6, "fork": 1.2, "spoon": 1.2, "spatula": 1.6, "apple": 0.4, "banana": 0.8, "orange": 0.3,
    "cutting board": 1.2, "sponge": 0.7, "can": 0.7, "carton": 0.7, "paper towel": 0.5, "soap dispenser": 0.4,
}  # fmt: skip
_THEME = ("mug", "glass", "bowl", "plate", "can", "bottle", "apple", "orange", "spoon", "fork", "carton")
_ROOMY = ("cutting board", "pan", "plate", "pot", "kettle", "bowl", "spatula", "knife", "paper towel")
_SLIM = ("mug", "glass", "can", "knife", "fork", "spoon", "apple", "sponge", "spatula", "bottle", "banana", "carton")
_FLAT = ("knife", "fork", "spoon", "spatula", "banana")


def _appliances(b: Builder) -> None:
    for label, chance in (("microwave", 0.4), ("coffee maker", 0.4), ("toaster", 0.42), ("paper towel", 0.25)):
        if b.rng.random() < chance:
            host = b.stand(label, (-0.6, 0.6), (0.08, 0.17) if label == "microwave" else (0.06, 0.22))
            top = host.model.top if host is not None else None
            if host is not None and top is not None and b.rng.random() < 0.4:
                b.rest(str(b.rng.choice(["bowl", "plate", "mug", "carton"])), host, 0.08, top[2], inside=False)


def _fill(b: Builder, host: Item) -> None:
    """Puts one to three things into a vessel, so that they rest on its floor and against each other."""
    radius, floor = host.model.cavity or (0.0, 0.0)
    if host.label == "bowl":
        for k in range(int(b.rng.integers(1, 4))):
            item = b.rest(str(b.rng.choice(_FRUIT)), host, 0.0, floor, inside=True)
            turn = k * 2.2
            lift = 0.012 + 0.015 * k
            item.pose = Pose(
                item.pose.at + np.array([0.6 * radius * np.cos(turn), 0.6 * radius * np.sin(turn), lift]),
                item.pose.turn,
                inside=host.id,
            )
    elif host.label == "pan":
        b.rest(
            str(b.rng.choice(["spatula", "sponge", "apple", "banana", "orange"])),
            host,
            radius * 0.3,
            floor,
            inside=True,
        )
    else:
        item = b.make(str(b.rng.choice(["spoon", "spatula", "spoon"])))
        yaw = b.yaw("spoon")
        tilt = rotation("z", yaw) @ rotation("y", 0.95)
        b.add(item, host.pose.at + tilt @ np.array([0.02, 0.0, 0.0]) + np.array([0, 0, 0.085]), yaw, inside=host.id)
        item.pose = Pose(item.pose.at, tilt, inside=host.id)


def _top(b: Builder, host: Item) -> None:
    """Lays things on a plate or a board: more plates or a bowl, fruit, cutlery."""
    width, depth, height = host.model.top or (0.0, 0.0, 0.0)
    spread = min(width, depth) * 0.18
    if host.label == "plate" and b.rng.random() < 0.45:
        level = host
        for _ in range(int(b.rng.integers(1, 3))):
            item = b.make(str(b.rng.choice(["plate", "plate", "bowl"])))
            rise = 0.012 if item.label == "plate" else 0.006
            b.add(item, level.pose.at + np.array([0, 0, rise]), 0.0, on=level.id)
            level = item
            if item.label == "bowl":
                break
        if level.label == "bowl" and b.rng.random() < 0.5:
            _fill(b, level)
        return
    first = b.rest(
        str(b.rng.choice([*_SMALL, "knife"] if host.label == "cutting board" else _SMALL)),
        host,
        spread,
        height,
        inside=False,
    )
    if b.rng.random() < 0.5 and host.label == "cutting board":
        other = b.rest(str(b.rng.choice(_FRUIT)), host, 0.0, height, inside=False)
        away = host.pose.turn @ np.array([width * 0.36, depth * 0.25, 0.0])
        other.pose = Pose(other.pose.at + away, other.pose.turn, on=host.id)
        first.pose = Pose(first.pose.at - away * 0.5, first.pose.turn, on=host.id)


def _stove(b: Builder) -> None:
    if b.scene.room.stove is None:
        return
    taken: list[tuple[float, float]] = []
    for _ in range(int(b.rng.integers(1, 5))):
        x, y = b.scene.room.burners[int(b.rng.integers(4))]
        if any(np.hypot(x - u, y - v) < 0.2 for u, v in taken):
            continue
        taken.append((x, y))
        item = b.make(str(b.rng.choice(["kettle", "pan", "pot"])))
        yaw = float(b.rng.normal(-np.pi / 2, 0.5)) if item.label == "pan" else b.yaw(item.label)
        b.add(item, np.array([x, y, STOVE_SIZE[2] + 0.02]), yaw, on=b.fixture["stove"])
        if item.model.cavity and b.rng.random() < 0.45:
            _fill(b, item)


def _sink(b: Builder) -> None:
    basin = b.scene.room.basin
    if basin is None:
        return
    if b.rng.random() < 0.6:
        x = (basin[0] + basin[2]) / 2
        b.stand("soap dispenser", (x - 0.25, x + 0.25), (0.2, 0.26))
    grid = Occupancy()
    w, d, deep = SINK_SIZE
    for _ in range(int(b.rng.choice(3, p=[0.25, 0.4, 0.35]))):
        item = b.make(str(b.rng.choice(["plate", "bowl", "mug", "sponge", "spoon", "fork", "glass", "pan", "pot"])))
        for _ in range(12):
            x, y, yaw = b.rng.uniform(basin[0], basin[2]), b.rng.uniform(basin[1], basin[3]), b.yaw("mug")
            low, high = item.world_bounds(Pose(np.array([x, y, 0.0]), rotation("z", yaw)))
            fits = (
                low[0] > basin[0] + 0.01
                and high[0] < basin[2] - 0.01
                and low[1] > basin[1] + 0.01
                and high[1] < basin[3] - 0.01
            )
            if fits and grid.take(item.bounds, np.array([x, y, 0.0]), yaw):
                b.add(item, np.array([x, y, -deep + 0.005]), yaw, inside=b.fixture["sink"])
                break


def _loose(b: Builder, target: int) -> None:
    labels, weights = list(_LOOSE), np.array(list(_LOOSE.values()))
    picks = [str(label) for label in b.rng.choice(labels, size=12, p=weights / weights.sum())]
    if b.rng.random() < 0.6:
        picks += [str(b.rng.choice(_THEME))] * int(b.rng.integers(1, 3))
    # Large footprints first: later they would find no room.
    picks.sort(key=lambda label: _ROOMY.index(label) if label in _ROOMY else len(_ROOMY))
    picks += [str(label) for label in b.rng.choice(_SLIM, size=40)]
    for label in picks:
        if len(b.scene.items) >= target:
            return
        reach = (-0.31, 0.24) if label in _FLAT or b.rng.random() < 0.7 else (-0.1, 0.28)
        item = b.stand(label, (-0.47, 0.47), reach, 16)
        if item is None:
            continue
        if item.model.cavity and b.rng.random() < 0.5:
            _fill(b, item)
        if item.model.top and b.rng.random() < (0.8 if label == "cutting board" else 0.55):
            _top(b, item)


def _robot(b: Builder, force: bool) -> None:
    if not force and b.rng.random() > 0.55:
        return
    held = (
        b.make(str(b.rng.choice(["mug", "apple", "orange", "can", "sponge", "banana", "carton", "glass", "bottle"])))
        if b.rng.random() < 0.6
        else None
    )
    at = np.array([b.rng.uniform(-0.32, 0.32), b.rng.uniform(-0.22, 0.02), b.rng.uniform(0.16, 0.28)])
    yaw = float(b.rng.uniform(-0.6, 0.6))
    opening, drop = grasp(held) if held is not None else (0.08, 0.0)
    tint = ("white", "grey", "black", "orange", "blue", "yellow")[int(b.rng.integers(6))]
    arm = b.make("robot gripper", gripper(opening, tint))
    arm = b.add(arm, at, yaw)
    if held is not None:
        b.add(held, at - np.array([0, 0, drop]), yaw + np.pi / 2, held_by=arm.id)


def draw_scene(rng: Generator, *, robot: bool = False) -> Scene:
    """Draws a scene.

    Args:
        rng: Source of everything.
        robot: Always with a gripper.

    Returns:
        A scene with about 13 items near x = 0.
    """
    b = Builder(rng)
    _appliances(b)
    _stove(b)
    _sink(b)
    _loose(b, int(rng.integers(15, 20)))
    _robot(b, robot)
    scene = b.scene
    number = len(scene.items)
    real = {}
    for label, there in (("stove", scene.room.stove), ("sink", scene.room.sink)):
        if there is not None:
            number += 1
            scene.fixtures[label] = number
            real[b.fixture[label]] = number
    for item in scene.items:
        pose = item.pose
        item.pose = Pose(
            pose.at, pose.turn, real.get(pose.on or 0, pose.on), real.get(pose.inside or 0, pose.inside), pose.held_by
        )
    return scene
