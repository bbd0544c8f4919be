"""Makes the queries of one scene: draws a tree, and has its meaning, its plan and its words from it, each by itself."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from agentseg.sample import Task
from agentseg.sim.ground_truth import States, Unclear, ids
from agentseg.sim.kitchenbench import splits
from agentseg.sim.kitchenbench.description import (
    Alike,
    At,
    Between,
    But,
    Category,
    Coloured,
    Description,
    Extreme,
    Moved,
    MovedMost,
    Nearest,
    Nth,
    OrElse,
    Related,
)
from agentseg.sim.kitchenbench.draw import Draw
from agentseg.sim.kitchenbench.meaning import KitchenScene, meaning
from agentseg.sim.kitchenbench.plans import plan_of
from agentseg.sim.kitchenbench.programs import CELLS, Cell
from agentseg.sim.kitchenbench.sightings import changes, seen_at_all, sightings
from agentseg.sim.kitchenbench.splits import Split
from agentseg.sim.kitchenbench.wording import say
from agentseg.sim.truth import Truth

MOST = 5
"""Most things in an answer."""
TRIES = 8
"""Draws of a program before the next one of its category and level has its turn."""
CELL_TRIES = 3
"""Categories and levels that are tried before a query is given up."""
NO_TARGET, COUNT, DETECT = 0.08, 0.14, 0.14
"""Shares of questions for what is not there, for a number, and for boxes (stills only)."""
CLIP_TIME = 0.9
"""Share of a clip's queries that are about time."""
LEVELS = (0.32, 0.34, 0.34)
"""Shares of the levels."""

_ONE = (Nearest, Extreme, Nth, MovedMost)
_FILTERS = (Coloured, Alike, Related, Between, Moved)


@dataclass(frozen=True)
class BenchQuery:
    """One query with its answer.

    Attributes:
        seed: Of the scene.
        frames: 1 for a still, more for a clip.
        index: Place among the scene's queries.
        split: Name of the split.
        program: Name of the program, or "human".
        text: What is said.
        plan: A plan that answers it; empty for queries of people.
        answer: Ids of the things asked for, rising.
        number: How many, for ``count``.
        task: What is asked for.
        level: Depth of reasoning, 1 to 3.
        category: Kind of reasoning.
        held: What the split needs and the query has: held labels, pairs, "phrase" or "crowd".
        tree: What the text means; None for queries of people.
    """

    seed: int
    frames: int
    index: int
    split: str
    program: str
    text: str
    plan: str
    answer: tuple[int, ...]
    number: int | None
    task: Task
    level: int
    category: Category
    held: tuple[str, ...] = ()
    tree: Description | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        """Name within the split, ``{seed}/{index}``."""
        return f"{self.seed}/{self.index}"


class Maker:
    """Draws queries about one scene.

    Args:
        truth: The truth about it.
        rules: The split whose rules hold.
        seed: Decides everything; trees and words each by themselves, so that a change of words changes no tree.
    """

    def __init__(self, truth: Truth, rules: Split, seed: int) -> None:
        self.rules = rules
        self.rng, self.words = (np.random.default_rng([splits.KITCHENBENCH_VERSION, seed, k]) for k in range(2))
        self.scene, self.frames = KitchenScene(truth), len(truth.ids)
        self.last = sightings(self.scene.view)
        self.clip = self.frames > 1
        self.first = sightings(self.scene.at(0).view) if self.clip else self.last
        self.seen = seen_at_all(self.first, self.last, truth) if self.clip else self.last
        self.changes = changes(truth) if self.clip else None
        self.done: set[Description] = set()

    def query(self) -> BenchQuery | None:
        """One more query, of a tree that the scene has not had."""
        empty, task = bool(self.rng.random() < NO_TARGET), self._task()
        for _ in range(CELL_TRIES):
            cell = self._cell()
            names = list(CELLS[cell])
            for place in self.rng.permutation(len(names)):
                for _ in range(TRIES):
                    try:
                        return self._filled(names[place], cell, task, empty)
                    except Unclear:
                        continue
        return None

    def _task(self) -> Task:
        roll = self.rng.random()
        if roll < COUNT:
            return "count"
        return "detect" if roll < COUNT + DETECT and not self.clip else "segment"

    def _cell(self) -> Cell:
        level = 1 + int(self.rng.choice(3, p=LEVELS))
        if self.clip and self.rng.random() < CLIP_TIME:
            return "temporal", level
        return ("semantic" if self.rng.random() < 0.5 else "spatial"), level

    def _filled(self, name: str, cell: Cell, task: Task, empty: bool) -> BenchQuery:
        category, level = cell
        tree = CELLS[cell][name](self.draw(cell, empty))
        held = self._allowed(tree)
        found = meaning(tree, self.scene)
        self._fits(tree, found, task, empty)
        plan = plan_of(tree, self.frames, task == "count")
        phrase = self.rules.needs == "phrase"
        text = say(tree, answer=len(found), task=task, rng=self.words, held=phrase)
        self.done.add(tree)
        return BenchQuery(
            seed=0, frames=0, index=0, split="", program=name, text=text, plan=plan, answer=ids(found),
            number=len(found) if task == "count" else None, task=task, level=level, category=category, held=held,
            tree=tree,
        )  # fmt: skip

    def draw(self, cell: Cell, empty: bool) -> Draw:
        """What fills a program's slots under the rules of the split."""
        label = self.rules.needs == "label"
        return Draw(
            self.rng,
            self.scene,
            self.seen if cell[0] == "temporal" else self.last,
            banned=() if label else splits.HELD_LABELS,
            wanted=splits.HELD_LABELS if label else (),
            empty=empty,
            changes=self.changes,
            ends=(self.first, self.last),
        )

    def _allowed(self, tree: Description) -> tuple[str, ...]:
        """What the tree has of what the split needs.

        Raises:
            Unclear: The split does not take it.
        """
        has = {"label": splits.held_labels(tree), "pair": splits.held_pairs(tree)}
        for needs, held in has.items():
            if (self.rules.needs == needs) != bool(held):
                raise Unclear("not for this split")
        if tree in self.done:
            raise Unclear("asked before")
        return has.get(self.rules.needs, (self.rules.needs,) if self.rules.needs else ())

    def _fits(self, tree: Description, found: States, task: Task, empty: bool) -> None:
        """Raises Unclear where the answer does not suit what is asked, or the words would tell nothing apart."""
        if (len(found) == 0) != empty or len(found) > MOST:
            raise Unclear("more, or fewer, than asked for")
        root = tree.base if isinstance(tree, At) else tree
        if isinstance(root, (*_ONE, OrElse)) and task == "count":
            raise Unclear("nothing to count")
        if isinstance(root, But) and (empty or len(meaning(root.base, self.scene)) == len(found)):
            raise Unclear("nothing is left out")
        if not isinstance(root, _ONE) and len(found) == 1 and self.rng.random() < (0.6 if task == "count" else 0.4):
            raise Unclear("one thing where several would do")
        if isinstance(root, _FILTERS) and not empty and self.rng.random() < 0.8:
            pool = meaning(At(root.base, tree.when) if isinstance(tree, At) else root.base, self.scene)
            if len(pool) == len(found):
                raise Unclear("all of them")
