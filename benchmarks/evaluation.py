"""What scoring costs: J&F of the same masks by agentseg and by vos-benchmark, in memory and from a folder of PNG files.

Also what a run of 10,000 samples holds in memory (``eval_memory``).

One process each. Masks are rugged ellipses; an answer is the truth moved by a few pixels. Where vos-benchmark is not
installed, its times and the ratios are not measured. ``python -m benchmarks.evaluation`` prints the figures.
"""

from __future__ import annotations

import importlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from agentseg.evaluation import metrics

SIZES = ((480, 854), (1080, 1920))
Labels = NDArray[np.uint8]


def blob(size: tuple[int, int], random: np.random.Generator) -> NDArray[np.bool_]:
    """Three rugged ellipses."""
    height, width = size
    y, x = np.mgrid[:height, :width]
    mask = np.zeros(size, dtype=bool)
    for _ in range(3):
        (cy, cx), (a, b) = random.uniform(0.1, 0.9, 2) * size, random.uniform(0.03, 0.2, 2) * height
        mask |= ((y - cy) / a) ** 2 + ((x - cx) / b) ** 2 + 0.2 * np.sin(x / 3) * np.cos(y / 4) < 1
    return mask


def pairs(size: tuple[int, int], number: int) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Answers and truths."""
    random = np.random.default_rng(0)
    truths = [blob(size, random) for _ in range(number)]
    return [(np.roll(truth, random.integers(-12, 13, 2), axis=(0, 1)), truth) for truth in truths]


def report(number: int = 8) -> dict[str, str | float]:
    """Milliseconds a mask pair (medians), and how many times as long vos-benchmark takes."""
    found: dict[str, str | float] = {}
    for size in SIZES:
        cases = pairs(size, number)
        ours = _median(lambda case: metrics.region_and_boundary(*case), cases)
        name = f"J&F of a {size[1]}x{size[0]} mask"
        found[f"{name}, ms"] = round(ours, 2)
        oracle = _oracle()
        found[f"{name}: vos-benchmark's time / ours"] = (
            "not measured (vos-benchmark is not installed)" if oracle is None else round(_median(oracle, cases) / ours)
        )
    return found | _folder(number) | _memory()


def _memory() -> dict[str, str | float]:
    """What a run of 10,000 samples holds, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.eval_memory", "--json"], capture_output=True, check=True, text=True
    )
    found: dict[str, str | float] = json.loads(done.stdout)
    return found


def _oracle() -> Callable[[tuple[NDArray[np.bool_], NDArray[np.bool_]]], object] | None:
    try:
        evaluator = importlib.import_module("vos_benchmark.evaluator").Evaluator
    except ImportError:
        return None
    return lambda case: evaluator().feed_frame(case[0].view(np.uint8), case[1].view(np.uint8))


def _median(score: Callable[..., object], cases: list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]) -> float:
    score(cases[0])
    times = []
    for case in cases:
        started = time.perf_counter()
        score(case)
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def _folder(number: int) -> dict[str, str | float]:
    """Two videos of label maps with two objects, as files: the whole way from PNG to J&F."""
    with tempfile.TemporaryDirectory() as place:
        truth, predicted = Path(place) / "truth", Path(place) / "predicted"
        for video in ("first", "second"):
            for root in (truth, predicted):
                (root / video).mkdir(parents=True)
            for frame, (answer, target) in enumerate(pairs(SIZES[0], 2 * number)):
                for root, mask in ((truth, target), (predicted, answer)):
                    labels = mask.astype(np.uint8)
                    labels[:, 427:] *= 2
                    Image.fromarray(labels).save(root / video / f"{frame:05d}.png")
        started = time.perf_counter()
        scores = [
            score
            for video in ("first", "second")
            for score in metrics.label_scores(_maps(predicted / video), _maps(truth / video)).values()
        ]
        ours = time.perf_counter() - started
        mean = metrics.mean_score(scores)
        assert mean is not None
        name = f"J&F of a folder ({4 * number} frames 854x480, 2 objects)"
        found: dict[str, str | float] = {f"{name}, ms": round(1000 * ours, 1)}
        try:
            benchmark = importlib.import_module("vos_benchmark.benchmark").benchmark
        except ImportError:
            return found | {f"{name}: vos-benchmark's time / ours": "not measured (vos-benchmark is not installed)"}
        started = time.perf_counter()
        theirs = benchmark([str(truth)], [str(predicted)], num_processes=1, verbose=False)
        ratio = (time.perf_counter() - started) / ours
        return found | {
            f"{name}: vos-benchmark's time / ours": round(ratio, 1),
            f"{name}: largest difference of J&F, J, F": max(
                abs(100 * value - other[0]) for value, other in zip(mean, theirs[:3], strict=True)
            ),
        }


def _maps(folder: Path) -> Iterator[Labels]:
    for path in sorted(folder.iterdir()):
        with Image.open(path) as image:
            yield np.asarray(image)


if __name__ == "__main__":
    for row, figure in report().items():
        print(f"  {row:<76} {figure}")
