"""What a run holds in memory: 10,000 synthetic samples, answered, scored, written and summarised in one process.

``python -m benchmarks.eval_memory`` prints the resident memory after 1,000 rows, after 10,000, and after the summary.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from agentseg.evaluation.asked import Asked
from agentseg.evaluation.datasets import Entry
from agentseg.evaluation.prediction import Prediction
from agentseg.evaluation.runner import Step, evaluate
from agentseg.evaluation.systems import System, TwinKind
from agentseg.masks import RLE, encode
from agentseg.sample import Sample

SAMPLES = 10_000
EARLY = 1_000
SIZE = (240, 320)


def megabytes() -> float:
    """Resident memory of this process in MB (Linux)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def box(number: int) -> RLE:
    """A mask of its own for each sample."""
    mask = np.zeros(SIZE, dtype=bool)
    mask[number % 200 : number % 200 + 30, number % 277 : number % 277 + 40] = True
    return encode(mask)


def sample(number: int) -> Sample:
    """A synthetic sample."""
    return Sample(
        id=f"{number:05d}",
        dataset="synthetic",
        split="test",
        query=f"thing number {number}",
        media=(f"{number:05d}.png",),
        size=SIZE,
        targets={0: box(number)},
        level=1 + number % 3,
        category=("semantic", "spatial", "temporal")[number % 3],
    )


def answer(asked: Sample) -> Prediction:
    """The truth, three pixels beside it, with a long rationale."""
    return Prediction(status="ok", masks={0: box(int(asked.id) + 3)}, analysis=asked.query * 10)


def build() -> dict[TwinKind, System]:
    """The synthetic system."""
    return {"files": answer}


def entries() -> Iterator[Entry]:
    """All samples."""
    return (Entry(f"{number:05d}", partial(sample, number)) for number in range(SAMPLES))


def report() -> dict[str, float]:
    """MB after so many rows, and rows a second."""
    found: dict[str, float] = {}

    def note(step: Step) -> None:
        if step.id and step.done in (EARLY, SAMPLES):
            found[f"memory of a run after {step.done:,} rows, MB"] = round(megabytes(), 1)

    asked = Asked(dataset="synthetic", split="test", protocol="kitchenbench", twins=("files",))
    with tempfile.TemporaryDirectory() as place:
        started = time.perf_counter()
        evaluate(entries(), build, asked, Path(place), on_progress=note)
        seconds = time.perf_counter() - started
    found["memory of a run after its summary, MB"] = round(megabytes(), 1)
    found["rows a second of a run, scored and on the disk"] = round(SAMPLES / seconds)
    return found


if __name__ == "__main__":
    figures = report()
    if "--json" in sys.argv:
        print(json.dumps(figures))
    for row, figure in () if "--json" in sys.argv else figures.items():
        print(f"  {row:<76} {figure}")
