"""Measure the kitchen perceiver on held-out renders: ``python -m agentseg.training.perception.evaluate --count 300``.

Prints one JSON object. Things count from 40 visible pixels on (see ``metrics``); needs onnxruntime, no torch.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from agentseg.frames import Frame
from agentseg.perception.kitchen import KitchenPerceiver
from agentseg.perception.session import MODEL
from agentseg.sim.classes import CLASSES, FIXTURES, STUFF
from agentseg.sim.render import render_kitchen
from agentseg.training.perception.metrics import Tally, Truth
from agentseg.training.perception.shards import Shards
from agentseg.twin import Twin

Pair = tuple[Frame, Truth]


def rendered(start: int, count: int, supersample: int = 2) -> Iterator[Pair]:
    """Render held-out frames with their truth."""
    for seed in range(start, start + count):
        frames, truth = render_kitchen(seed, supersample=supersample)
        colours = {state.id: state.colour for state in truth.states[0] if state.label not in FIXTURES}
        yield frames[0], Truth(truth.ids[0], truth.depth[0], truth.labels, colours)


def stored(folder: Path, start: int, count: int) -> Iterator[Pair]:
    """Read held-out frames from shards; their colours are not stored."""
    shards = Shards(folder, start=start, below=start + count)
    names = (*CLASSES, *STUFF)
    for place in range(min(count, len(shards))):
        example = shards[place]
        labels = {
            int(key): names[int(np.bincount(example.semantic[example.ids == key]).argmax())]
            for key in np.unique(example.ids)
            if key
        }
        yield Frame(np.ascontiguousarray(example.rgb)), Truth(example.ids, example.depth, labels)


def evaluate(perceiver: KitchenPerceiver, pairs: Iterator[Pair]) -> dict[str, Any]:
    """Run a perceiver over frames and count.

    Args:
        perceiver: The perceiver; it is given RGB only.
        pairs: Frames and their truth.

    Returns:
        The figures of ``Tally.figures`` and the median CPU time of a frame.
    """
    tally, times = Tally(FIXTURES), []
    for frame, truth in pairs:
        begun = time.process_time()
        twin = perceiver(frame, Twin(frame=frame.index, size=frame.size))
        times.append(time.process_time() - begun)
        tally.add(twin, truth)
    return tally.figures() | {"cpu_ms_per_frame_1_thread": round(1000 * float(np.median(times)), 1)}


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and evaluate."""
    parser = argparse.ArgumentParser(
        prog="python -m agentseg.training.perception.evaluate",
        description="Instance recall, precision, depth and speed of a kitchen model on held-out renders, as JSON.",
        epilog="Recall counts things with at least 40 visible pixels: found means IoU >= 0.5 and the right class.",
    )
    parser.add_argument("--model", type=Path, default=MODEL, help="ONNX model (default: the one that ships)")
    parser.add_argument("--count", type=int, default=200, help="frames (default %(default)s)")
    parser.add_argument("--start", type=int, default=1_000_000, help="first seed (default %(default)s)")
    parser.add_argument("--data", type=Path, help="read the frames from shards here instead of rendering them")
    parser.add_argument("--threshold", type=float, help="height of a centre; default: the decoder's")
    given = parser.parse_args(arguments)
    perceiver = KitchenPerceiver(given.model, threshold=given.threshold)
    seeds = (given.start, given.count)
    pairs = stored(given.data, *seeds) if given.data else rendered(*seeds)
    sha = hashlib.sha256(given.model.read_bytes()).hexdigest()[:16]
    last = given.start + given.count - 1
    about = {
        "script": "python -m agentseg.training.perception.evaluate",
        "seeds": [given.start, last],
        "model": {"sha256": sha, "bytes": given.model.stat().st_size, "training": perceiver.about},
        "decoder": vars(perceiver.config),
    }
    sys.stdout.write(json.dumps(about | evaluate(perceiver, pairs), indent=1) + "\n")


if __name__ == "__main__":
    main()
