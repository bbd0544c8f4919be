"""The samples of the cases that a report shows, with their truth and pixels, as far as the data are at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from agentseg.errors import InputError
from agentseg.evaluation.datasets import open_dataset, open_frames
from agentseg.evaluation.report.numbers import plural
from agentseg.frames import Rgb
from agentseg.sample import Sample


@dataclass
class Samples:
    """Samples by id, the frame of each that is shown, and why some are missing (empty where none is)."""

    found: dict[str, Sample] = field(default_factory=dict)
    frames: dict[str, Rgb] = field(default_factory=dict)
    missing: str = ""

    def add(self, sample: Sample, position: int) -> None:
        """Keep a sample and its frame at a position, uint8 (H, W, 3), as far as that can be read."""
        self.found[sample.id] = sample
        try:
            frame = next(islice(open_frames(sample), position, None), None)
        except InputError as error:
            self.missing = self.missing or str(error)
        else:
            if frame is not None:
                self.frames[sample.id] = frame.rgb


class _AllBut:
    """Says that it holds every id but the wanted ones, so that a loader passes over the rest unread."""

    def __init__(self, wanted: set[str]) -> None:
        self._wanted = wanted

    def __contains__(self, key: object) -> bool:
        return key not in self._wanted


def find_samples(
    runs: Iterable[dict[str, Any]],
    queries: dict[str, str],
    position: Callable[[Sample], int],
    root: Path | None = None,
) -> Samples:
    """Look samples up in the dataset, which may be elsewhere now, of another version, or not here at all.

    Args:
        runs: ``run.json`` of each run: where they found the dataset, and how many samples they took.
        queries: What was asked, by id; a sample that asks something else now is not the same one.
        position: Which frame of a sample is shown.
        root: Where the dataset is now; None for where the runs found it.
    """
    out, left, changed = Samples(), set(queries), 0
    tried: set[tuple[str, object]] = set()
    for asked in runs:
        place = str(root) if root is not None else str(asked.get("root") or "")
        if not left or (place, asked.get("limit")) in tried:
            continue
        tried.add((place, asked.get("limit")))
        try:
            for sample in _samples(asked, place, left):
                left.discard(sample.id)
                if sample.query == queries[sample.id]:
                    out.add(sample, position(sample))
                else:
                    changed += 1
        except (InputError, OSError) as error:
            out.missing = out.missing or str(error)
    if changed:
        out.missing = f"{plural(changed, 'case', 'cases')} asked in other words by the dataset as it is now"
    if left and not out.missing:
        out.missing = f"{plural(len(left), 'case', 'cases')} not in the dataset as it is here"
    return out


def _samples(asked: dict[str, Any], place: str, left: set[str]) -> Iterator[Sample]:
    """The wanted samples of a dataset, no longer than there are any left."""
    name, split = str(asked.get("dataset")), str(asked.get("split"))
    if name == "kitchenbench" and split != "human":
        yield from _kitchenbench(split, sorted(left))
        return
    samples = open_dataset(
        name, place, split, asked.get("limit"), skip=_AllBut(left), on_error=lambda key, error: left.discard(key)
    )
    for sample in samples:
        yield sample
        if not left:
            return


def _kitchenbench(split: str, wanted: list[str]) -> Iterator[Sample]:
    """Samples by id without the scenes in between, which would all have to be drawn."""
    from agentseg.sim.kitchenbench.samples import queries, sample_of
    from agentseg.sim.kitchenbench.splits import frames_of

    for seed in sorted({int(key.partition("/")[0]) for key in wanted if key.partition("/")[0].isdecimal()}):
        for query in queries(seed, frames_of(seed), split):
            if query.id in wanted:
                yield sample_of(query)
