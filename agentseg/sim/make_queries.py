"""Writes queries.jsonl: ``python -m agentseg.sim.make_queries``. Deterministic.

Every recipe is tried on every scene; a scene gives few queries, a text is used once, and the category with the fewest
queries so far goes first, so that the set stays varied.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from agentseg.sim.ground_truth import Unclear, View
from agentseg.sim.queries import QUERY_FILE, KitchenQuery
from agentseg.sim.recipes import Found, Recipe, spoken
from agentseg.sim.recipes_clips import CLIPS
from agentseg.sim.recipes_count import COUNT, NO_TARGET
from agentseg.sim.recipes_looks import ATTRIBUTE
from agentseg.sim.recipes_negation import NEGATION
from agentseg.sim.recipes_rows import ORDINAL
from agentseg.sim.recipes_semantic import SEMANTIC
from agentseg.sim.recipes_spatial import SPATIAL
from agentseg.sim.render import render_kitchen
from agentseg.sim.story import Story

STILLS = SEMANTIC + SPATIAL + ATTRIBUTE + ORDINAL + NEGATION + COUNT + NO_TARGET

FIRST_SEED = 1_000_000
IMAGES, CLIP_SEEDS = 80, 36
PER_SCENE = 4
CLIP_FRAMES = 12
TRIES = 5
TARGET = 26
"""Queries of a category at most (temporal ones may take all their texts)."""


class _Collector:
    """Chooses queries scene by scene."""

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.uses: Counter[int] = Counter()
        self.kinds: Counter[str] = Counter()
        self.queries: list[KitchenQuery] = []

    def scene(self, seed: int, frames: int, recipes: tuple[Recipe, ...]) -> None:
        """Takes up to PER_SCENE queries from one scene."""
        _, truth = render_kitchen(seed, frames=frames)
        view, story = View(truth), Story(truth) if frames > 1 else None
        rng = np.random.default_rng([seed, 99])
        order = sorted(
            rng.permutation(len(recipes)), key=lambda k: (self.kinds[recipes[k].kind], self.uses[id(recipes[k])])
        )
        taken = 0
        plans: set[str] = set()
        for k in order:
            recipe = recipes[k]
            if taken == PER_SCENE or self.kinds[recipe.kind] >= TARGET:
                continue
            filled = self._fill(recipe, view, story, rng)
            if filled is None or filled[0].plan in plans:
                continue
            found, text = filled
            plans.add(found.plan)
            self._take(seed, frames, recipe, found, text)
            taken += 1

    def _fill(
        self, recipe: Recipe, view: View, story: Story | None, rng: np.random.Generator
    ) -> tuple[Found, str] | None:
        """Tries a recipe with a few draws of its blanks."""
        for _ in range(TRIES):
            try:
                found = recipe.solve(view, story, rng)
            except Unclear:
                continue
            text = recipe.wording(found, self.used)
            if text is not None:
                return found, text
        return None

    def _take(self, seed: int, frames: int, recipe: Recipe, found: Found, text: str) -> None:
        self.used.add(text)
        self.uses[id(recipe)] += 1
        self.kinds[recipe.kind] += 1
        name = f"{recipe.kind}-{self.kinds[recipe.kind]:03d}"
        self.queries.append(
            KitchenQuery(
                id=name, seed=seed, frames=frames, text=spoken(text, found.words), category=recipe.kind,
                plan=found.plan, answer=found.answer, number=found.number,
            )
        )  # fmt: skip


def make_queries() -> list[KitchenQuery]:
    """Draws the queries from the first evaluation seeds.

    Returns:
        The queries, clips first (they are the harder ones to find).
    """
    collector = _Collector()
    for k in range(CLIP_SEEDS):
        collector.scene(FIRST_SEED + 1000 + k, CLIP_FRAMES, CLIPS)
    for k in range(IMAGES):
        collector.scene(FIRST_SEED + k, 1, STILLS)
    return collector.queries


def main() -> None:
    """Writes the file next to this module."""
    lines = [query.model_dump_json() for query in make_queries()]
    Path(__file__).with_name(QUERY_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
