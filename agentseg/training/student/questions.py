"""Asks of KitchenBench: its queries over true twins, with their truth, drawn without a picture.

Queries are those of the splits, in their order, so that the first N asks of ``test`` are the first N samples of
``agentseg eval kitchenbench --split test``. Masks are those of ``render_truth`` with one ray a pixel; the benchmark's
own, with four, differ from them along the edges.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from agentseg.masks import RLE, encode
from agentseg.sample import Sample
from agentseg.sim.kitchenbench.human import human_queries
from agentseg.sim.kitchenbench.maker import BenchQuery
from agentseg.sim.kitchenbench.rationale import detail, gist
from agentseg.sim.kitchenbench.samples import queries
from agentseg.sim.kitchenbench.splits import frames_of, split_of
from agentseg.sim.render import render_truth
from agentseg.sim.truth import Truth
from agentseg.training.stages.asks import Ask
from agentseg.twin import Twin

KEPT = 4
"""Scenes that are kept; queries of one scene follow each other."""


def asks(split: str, first: int | None = None) -> Iterator[Ask]:
    """Asks of a split, as many as there are.

    Args:
        split: Name of the split.
        first: Seed of the first scene; None for the split's own.

    Raises:
        InputError: There is no such split.
    """
    for query in _queries(split, first):
        _, twins = _scene(query.seed, query.frames)
        yield ask_of(query, twins, _targets(query))


def ask_of(query: BenchQuery, twins: tuple[Twin, ...], targets: dict[int, RLE]) -> Ask:
    """A query of KitchenBench as an ask.

    Args:
        query: The query.
        twins: True twins of its scene.
        targets: Masks of the answer, by frame.
    """
    answer = set(query.answer)
    boxes = {0: tuple(row.box for row in twins[0].instances if row.id in answer)} if query.task == "detect" else {}
    handle = f"kitchen:{query.seed}?frames={query.frames}"
    sample = Sample(
        id=query.id,
        dataset="kitchenbench",
        split=query.split,
        task=query.task,
        query=query.text,
        media=(handle,),
        indices=tuple(range(query.frames)),
        size=twins[0].size,
        targets=targets,
        boxes=boxes,
        number=query.number,
        level=query.level,
        category=query.category,
        licence="Apache-2.0",
        extra={
            "program": query.program,
            "plan": query.plan,
            "gist": gist(query.tree) if query.tree else "",
            "detail": detail(query.tree) if query.tree else "",
            "answer": list(query.answer),
        },
    )
    return Ask(twins=twins, media=handle, sample=sample)


def _queries(split: str, first: int | None) -> Iterator[BenchQuery]:
    if split == "human":
        yield from human_queries()
        return
    rules = split_of(split)
    start = rules.first if first is None else first
    for seed in range(start, rules.seeds.stop):
        frames = frames_of(seed)
        yield from queries(seed, frames, split, truth=_truth(seed, frames))


@lru_cache(maxsize=KEPT)
def _truth(seed: int, frames: int) -> Truth:
    return render_truth(seed, frames=frames)


@lru_cache(maxsize=KEPT)
def _scene(seed: int, frames: int) -> tuple[Truth, tuple[Twin, ...]]:
    truth = _truth(seed, frames)
    return truth, tuple(truth.twin(frame) for frame in range(frames))


def _targets(query: BenchQuery) -> dict[int, RLE]:
    truth, _ = _scene(query.seed, query.frames)
    return {frame: encode(np.isin(ids, query.answer)) for frame, ids in enumerate(truth.ids)}
