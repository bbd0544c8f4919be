"""The queries of KitchenBench, scene by scene, and the samples that they make.

Everything follows from the version, the split and the seed of a scene, so that the queries of any scene can be drawn
without those before it. Pixels are 320x240 with four rays each, and the masks are those of the same picture. Samples
of a scene follow each other, and the last few scenes are kept, so that each is rendered once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice

import numpy as np

from agentseg.frames import Frame
from agentseg.masks import box_of, encode
from agentseg.sample import Sample
from agentseg.sim.kitchenbench.human import human_queries
from agentseg.sim.kitchenbench.maker import BenchQuery, Maker
from agentseg.sim.kitchenbench.rationale import detail, gist
from agentseg.sim.kitchenbench.splits import CROWD, crowd, frames_of, split_of
from agentseg.sim.render import render_kitchen, render_truth
from agentseg.sim.truth import Truth

__all__ = ["BenchQuery", "all_queries", "queries", "rendered", "sample_of", "samples"]

SIZE = (240, 320)
"""Height and width of the pictures."""
KEPT = 3
"""Scenes that are kept; a clip of 12 frames takes 12 MB."""


def queries(
    seed: int, frames: int, split: str, per_scene: int | None = None, *, truth: Truth | None = None
) -> list[BenchQuery]:
    """The queries of one scene.

    Args:
        seed: Of the scene.
        frames: 1 for a still, more for a clip.
        split: Whose rules hold.
        per_scene: Most queries; None for the split's own number.
        truth: What ``render_truth`` says of the scene, where it is at hand.

    Returns:
        The queries; none where the split does not take the scene.

    Raises:
        InputError: There is no such split.
    """
    rules = split_of(split)
    truth = truth or render_truth(seed, frames=frames)
    if (crowd(truth) > CROWD) != (rules.needs == "crowd"):
        return []
    maker = Maker(truth, rules, seed)
    found = [maker.query() for _ in range(per_scene or rules.per_scene)]
    return [
        replace(query, seed=seed, frames=frames, index=index, split=split)
        for index, query in enumerate(query for query in found if query is not None)
    ]


def all_queries(split: str) -> Iterator[BenchQuery]:
    """The queries of a split in order, drawn as they are asked for.

    Raises:
        InputError: There is no such split.
    """
    if split == "human":
        yield from human_queries()
        return
    rules = split_of(split)
    given = 0
    for seed in rules.seeds:
        for query in queries(seed, frames_of(seed), split):
            if given == rules.size:
                return
            given += 1
            yield query


@lru_cache(maxsize=KEPT)
def rendered(seed: int, frames: int) -> tuple[list[Frame], Truth]:
    """Pictures and truth of a scene, rendered once while it is among the last few; to be read, not written to."""
    height, width = SIZE
    return render_kitchen(seed, frames=frames, width=width, height=height, supersample=2)


def sample_of(
    query: BenchQuery, root: str = "", dataset: str = "kitchenbench", *, truth: Truth | None = None
) -> Sample:
    """The sample of a query.

    Args:
        query: A query of KitchenBench.
        root: Folder that the sample names; nothing is taken from there.
        dataset: Name of the dataset.
        truth: In place of that of the rendered pictures, for those who need no pictures.

    Returns:
        Masks of every frame; for ``detect`` a box for each thing as well, for ``count`` the number. ``media`` is
        ``kitchen:SEED?frames=T``; ``extra`` has the program, the plan, its rationale in a few words and at length,
        the ids of the answer, and what the sample has of what its split needs.
    """
    truth = truth or rendered(query.seed, query.frames)[1]
    boxes = {0: tuple(box_of(truth.ids[0] == id) for id in query.answer)} if query.task == "detect" else {}
    return Sample(
        id=query.id,
        dataset=dataset,
        split=query.split,
        task=query.task,
        query=query.text,
        root=root,
        media=(f"kitchen:{query.seed}?frames={query.frames}",),
        indices=tuple(range(query.frames)),
        size=SIZE,
        targets={frame: encode(np.isin(ids, query.answer)) for frame, ids in enumerate(truth.ids)},
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
            "held": list(query.held),
        },
    )


def samples(split: str, limit: int | None = None) -> Iterator[Sample]:
    """Samples of a split, rendered as they are asked for.

    Args:
        split: Name of the split.
        limit: Only the first so many.

    Raises:
        InputError: There is no such split.
    """
    return map(sample_of, islice(all_queries(split), limit))
