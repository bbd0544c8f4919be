"""How fast traces are recorded: the programmatic teacher on KitchenBench's true twins, in one process.

A first attempt at a query pays for rendering its scene; a further one is the graph, the score and the disk alone.
``python -m benchmarks.record`` prints both.
"""

from __future__ import annotations

import tempfile
import time
from functools import partial
from pathlib import Path

from agentseg.config import load_config
from agentseg.evaluation.work import Entries
from agentseg.sim.kitchenbench.samples import rendered
from agentseg.training.record import RecordAsked, build_recorder, compact, record

SAMPLES = 40
"""Samples of the split train: four scenes, clips among them."""
MORE = 4
"""Further attempts at each."""


def seconds(attempts: int) -> tuple[float, float]:
    """Seconds that a recording took, and how many times smaller its table is than its lines."""
    config = load_config("rules", reasoner="oracle")
    asked = RecordAsked.of(
        config, dataset="kitchenbench", split="train", twins=("true",), limit=SAMPLES, attempts=attempts
    )
    rendered.cache_clear()
    with tempfile.TemporaryDirectory() as place:
        started = time.perf_counter()
        record(Entries("kitchenbench", ".", "train"), partial(build_recorder, config, "true"), asked, Path(place))
        took = time.perf_counter() - started
        lines = (Path(place) / "traces.jsonl").stat().st_size + (Path(place) / "scores.jsonl").stat().st_size
        return took, lines / compact(Path(place)).stat().st_size


def report() -> dict[str, float]:
    """Traces a second, and what a table saves."""
    first, smaller = seconds(1)
    more, _ = seconds(1 + MORE)
    return {
        "traces a second, oracle on true twins, rendered": round(SAMPLES / first, 1),
        "further attempts at the same, a second": round(SAMPLES * MORE / (more - first), 1),
        "traces.parquet, times smaller than lines": round(smaller, 1),
    }


if __name__ == "__main__":
    for name, figure in report().items():
        print(f"  {name:<48} {figure}")
