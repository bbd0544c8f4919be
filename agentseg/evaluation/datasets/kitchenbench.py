"""KitchenBench as a dataset: samples that are rendered as they are asked for, and the true twins behind them.

Nothing is read from the folder. ``media`` is ``kitchen:SEED?frames=T``; ``agentseg.sim.kitchenbench.samples`` says what
``extra`` holds. A split's samples come scene by scene, and a scene is rendered once for masks, pixels and twins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from agentseg.errors import InputError
from agentseg.evaluation.datasets.entry import Entry
from agentseg.evaluation.datasets.folder import Folder
from agentseg.frames import Rgb
from agentseg.sample import Sample
from agentseg.sim.kitchenbench.samples import all_queries, rendered, sample_of
from agentseg.twin import Twin

MOST_FRAMES = 500
"""Longest clip that a handle may ask for."""


def kitchenbench(folder: Folder, split: str, dataset: str) -> Iterator[Entry]:
    """Entries of a split in the order of its scenes; ids are ``{seed}/{index}``.

    Args:
        folder: Samples carry its path; nothing in it is read.
        split: One of ``agentseg.sim.kitchenbench.SPLITS``, or ``human``.
        dataset: The name that samples carry.

    Raises:
        InputError: There is no such split.
    """
    for query in all_queries(split):
        yield Entry(query.id, partial(sample_of, query, str(folder.root), dataset))


def true_twins(sample: Sample) -> tuple[Twin, ...]:
    """The twins that a perfect perceiver would build of a sample's frames.

    Raises:
        InputError: The sample is not of KitchenBench.
    """
    frames, truth = rendered(*_handle(sample))
    return tuple(truth.twin(frame) for frame in range(len(frames)))


def kitchen_pixels(sample: Sample, rest: str) -> Iterator[Rgb]:
    """Opener of the scheme ``kitchen``: the frames of ``SEED?frames=T`` in the sample's order."""
    frames, _ = rendered(*_handle(sample))
    for index in sample.indices:
        if index >= len(frames):
            raise InputError(f"sample {sample.id!r}: media {sample.media[0][:80]!r} has no frame {index}")
        yield frames[index].rgb


def _handle(sample: Sample) -> tuple[int, int]:
    found = re.fullmatch(r"kitchen:(\d{1,10})\?frames=(\d{1,3})", sample.media[0])
    if found is None or not 1 <= int(found[2]) <= MOST_FRAMES:
        raise InputError(
            f"sample {sample.id!r}: media is 'kitchen:SEED?frames=T', T from 1 to {MOST_FRAMES}; "
            f"found {sample.media[0][:80]!r}"
        )
    return int(found[1]), int(found[2])
