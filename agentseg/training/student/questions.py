"""Asks of KitchenBench: its queries over true twins, with their truth, drawn without a picture.

Queries are those of the splits, in their order, so that the first N asks of ``test`` are the first N samples of
``agentseg eval kitchenbench --split test``. Masks are those of ``render_truth`` with one ray a pixel; the benchmark's
own, with four, differ from them along the edges.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache

from agentseg.sim.kitchenbench.human import human_queries
from agentseg.sim.kitchenbench.maker import BenchQuery
from agentseg.sim.kitchenbench.samples import queries, sample_of
from agentseg.sim.kitchenbench.splits import frames_of, split_of
from agentseg.sim.render import render_truth
from agentseg.sim.truth import Truth
from agentseg.training.stages.asks import Ask
from agentseg.twin import Twin

Scene = tuple[Truth, tuple[Twin, ...]]
"""Truth of a scene, and its true twins by frame."""

KEPT = 4
"""Scenes that are kept; queries of one scene follow each other."""


def asks(
    split: str, first: int | None = None, levels: Collection[int] = (1, 2, 3), stills: bool = False
) -> Iterator[Ask]:
    """Asks of a split, as many as there are.

    Args:
        split: Name of the split.
        first: Seed of the first scene; None for the split's own.
        levels: Levels of the queries.
        stills: Leave out clips.

    Raises:
        InputError: There is no such split.
    """
    for query in _queries(split, first, stills):
        if query.level in levels:
            yield ask_of(query, _scene(query.seed, query.frames))


def ask_of(query: BenchQuery, scene: Scene) -> Ask:
    """A query of KitchenBench as an ask.

    Args:
        query: The query.
        scene: Truth and true twins of its scene.
    """
    truth, twins = scene
    sample = sample_of(query, truth=truth)
    return Ask(twins=twins, media=sample.media[0], sample=sample)


def _queries(split: str, first: int | None, stills: bool) -> Iterator[BenchQuery]:
    if split == "human":
        yield from (query for query in human_queries() if query.frames == 1 or not stills)
        return
    rules = split_of(split)
    start = rules.first if first is None else first
    for seed in range(start, rules.seeds.stop):
        frames = frames_of(seed)
        if frames > 1 and stills:
            continue
        yield from queries(seed, frames, split, truth=_truth(seed, frames))


@lru_cache(maxsize=KEPT)
def _truth(seed: int, frames: int) -> Truth:
    return render_truth(seed, frames=frames)


@lru_cache(maxsize=KEPT)
def _scene(seed: int, frames: int) -> Scene:
    truth = _truth(seed, frames)
    return truth, tuple(truth.twin(frame) for frame in range(frames))
