"""What perceiving a frame costs: the kitchen network and the tracker, on one thread."""

from __future__ import annotations

import statistics
import time

from agentseg import Twin
from agentseg.perception import Tracker, load_perceivers
from agentseg.sim import render_kitchen


def report(runs: int = 30) -> dict[str, float]:
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
