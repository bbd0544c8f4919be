"""What perceiving a frame costs, and what another light does to it: the kitchen network and the tracker, on one thread.

``python -m benchmarks.perception --count 300`` writes all figures under the light the network was trained on and under
another (``agentseg.sim.shade_lamps``) as JSON, of the same held-out scenes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any, get_args

from agentseg import Twin
from agentseg.perception import Tracker, load_perceivers
from agentseg.perception.kitchen import KitchenPerceiver
from agentseg.sim import render_kitchen
from agentseg.sim.classes import FIXTURES
from agentseg.sim.shade_kinds import Shading
from agentseg.training.perception.evaluate import Pair, evaluate
from agentseg.training.perception.metrics import Truth

HELD_OUT = 1_000_000
"""First seed of evaluation."""

NAMED = ("mug", "kettle", "bottle", "glass")
"""Classes that the kitchen's queries ask for most; their recall is printed one by one."""


def report(runs: int = 30, scenes: int = 60) -> dict[str, float | str]:
    """The printed figures.

    Args:
        runs: How often a frame is perceived for its time.
        scenes: Held-out scenes rendered under each light.
    """
    return {**speed(runs), **printed({light: measured(light, scenes) for light in get_args(Shading)})}


def speed(runs: int) -> dict[str, float | str]:
    """Milliseconds of rendering, perceiving and tracking a 320x240 frame (medians)."""
    started = time.perf_counter()
    frames, _ = render_kitchen(1_000_003, frames=2, supersample=1)
    render = 500 * (time.perf_counter() - started)
    perceiver, tracker = load_perceivers(("kitchen",))[0], Tracker()
    perceive_times, track_times = [], []
    twin = perceiver(frames[0], Twin(frame=0, size=frames[0].size))
    for _ in range(runs):
        started = time.perf_counter()
        seen = perceiver(frames[1], Twin(frame=1, size=frames[1].size))
        middle = time.perf_counter()
        tracker.update(twin, seen)
        perceive_times.append(1000 * (middle - started))
        track_times.append(1000 * (time.perf_counter() - middle))
    return {
        "render a 320x240 frame, ms": round(render, 1),
        "perceive it (network and decoding), ms": round(statistics.median(perceive_times), 1),
        "track its instances, ms": round(statistics.median(track_times), 2),
    }


def measured(shading: Shading, count: int, start: int = HELD_OUT) -> dict[str, Any]:
    """All figures of ``evaluate`` on the stills of ``count`` seeds from ``start`` on under one light."""
    return evaluate(KitchenPerceiver(), _rendered(shading, range(start, start + count)))


def _rendered(shading: Shading, seeds: range) -> Iterator[Pair]:
    for seed in seeds:
        frames, truth = render_kitchen(seed, supersample=2, shading=shading)
        colours = {state.id: state.colour for state in truth.states[0] if state.label not in FIXTURES}
        yield frames[0], Truth(truth.ids[0], truth.depth[0], truth.labels, colours)


def printed(figures: dict[Shading, dict[str, Any]]) -> dict[str, float | str]:
    """The figures of each light side by side, each light a column."""
    columns = list(figures.values())

    def side_by_side(values: list[float | None]) -> str:
        return " | ".join("none there" if value is None else f"{value:.3f}" for value in values)

    first = columns[0]
    out: dict[str, float | str] = {f"light, {first['frames']} scenes": " | ".join(figures)}
    out[f"recall, class right ({first['things']} things)"] = side_by_side([c["recall"] for c in columns])
    for name in NAMED:
        row = [c["recall_by_class"].get(name) for c in columns]
        out[f"  {name} ({first['things_by_class'].get(name, 0)})"] = side_by_side(row)
    out["precision"] = side_by_side([c["precision"] for c in columns])
    out["depth of a thing, AbsRel"] = side_by_side([c["depth_abs_rel"] for c in columns])
    return out


def main() -> None:
    """Write the figures under each light as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.perception", description=__doc__)
    parser.add_argument("--count", type=int, default=60, help="scenes (default %(default)s)")
    parser.add_argument("--start", type=int, default=HELD_OUT, help="first seed (default %(default)s)")
    parser.add_argument("--shading", nargs="+", choices=get_args(Shading), default=get_args(Shading), help="which")
    given = parser.parse_args()
    figures = {light: measured(light, given.count, given.start) for light in given.shading}
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
