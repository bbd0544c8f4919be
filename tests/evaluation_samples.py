"""Random and tiny samples with answers, for the tests of protocols, summaries and files."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from agentseg.evaluation.prediction import Prediction, Row, TwinKind
from agentseg.evaluation.protocols import Protocol
from agentseg.masks import Mask, encode
from agentseg.sample import Sample

SIZE = (20, 30)


def block(x1: int, y1: int, x2: int, y2: int, size: tuple[int, int] = SIZE) -> Mask:
    mask = np.zeros(size, bool)
    mask[y1:y2, x1:x2] = True
    return mask


def still(id: str = "a", truth: Mask | None = None, **facts: Any) -> Sample:
    facts.setdefault("media", (f"{id}.jpg",))
    if truth is not None:
        facts["targets"] = {0: encode(truth)}
    return Sample(**{"id": id, "dataset": "test", "split": "val", "query": "that", "size": SIZE} | facts)


def clip(id: str, truth: list[Mask], **facts: Any) -> Sample:
    frames = tuple(range(len(truth)))
    targets = {place: encode(mask) for place, mask in enumerate(truth)}
    return still(id, indices=frames, media=tuple(f"{id}/{place:05d}.jpg" for place in frames), targets=targets, **facts)


def says(*masks: Mask, **facts: Any) -> Prediction:
    return Prediction(**{"status": "ok", "masks": {place: encode(mask) for place, mask in enumerate(masks)}} | facts)


FAILED = Prediction(status="format_error")


def random_mask(random: np.random.Generator, empty: float = 0.1) -> Mask:
    if random.random() < empty:
        return np.zeros(SIZE, bool)
    x, y = int(random.integers(0, 20)), int(random.integers(0, 12))
    return block(x, y, x + int(random.integers(2, 10)), y + int(random.integers(2, 8)))


def near(mask: Mask, random: np.random.Generator) -> Mask:
    """An answer that is often close to the truth, and sometimes another thing."""
    if random.random() < 0.2:
        return random_mask(random)
    return np.roll(mask, (int(random.integers(0, 3)), int(random.integers(0, 3))), (0, 1))


def random_box(random: np.random.Generator) -> tuple[float, float, float, float]:
    x, y = random.uniform(0, 20), random.uniform(0, 12)
    return (x, y, x + random.uniform(3, 9), y + random.uniform(3, 7))


def rows_of(protocol: Protocol, pairs: list[tuple[Sample, Prediction]], twin: TwinKind = "perceived") -> Iterator[Row]:
    for sample, prediction in pairs:
        yield Row.of(sample, twin, prediction, protocol.score(sample, prediction))


def values(summary: dict[str, Any]) -> dict[str, Any]:
    return {name: figure["value"] for name, figure in summary["figures"].items()}
