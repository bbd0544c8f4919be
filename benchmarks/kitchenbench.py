"""How well plans say what KitchenBench means: its own plans on true twins, and each relation against the 3-D state.

The truth of KitchenBench comes from the 3-D state of a scene and knows nothing of boxes, masks or plans. So two figures
can be measured: how often a query's own plan, run on a perfect twin, answers as the truth does (the ceiling of every
reasoner), and the precision and recall of each relation of the plan language over pairs of well-seen things, borderline
pairs left out. ``python -m benchmarks.kitchenbench [SCENES [SPLIT]]`` prints both.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from agentseg import Timeline
from agentseg.plan import parse_plan
from agentseg.relations import RELATION_TABLE, between
from agentseg.sim.classes import FIXTURES
from agentseg.sim.ground_truth import GRIPPER, Unclear
from agentseg.sim.kitchenbench.description import Description, Relation, walk
from agentseg.sim.kitchenbench.meaning import KitchenScene
from agentseg.sim.kitchenbench.samples import BenchQuery, queries
from agentseg.sim.kitchenbench.splits import frames_of, split_of
from agentseg.sim.kitchenbench.verdicts import is_between, related
from agentseg.sim.render import render_truth
from agentseg.sim.truth import ObjectState, Truth
from agentseg.tools import Scene, execute

MEASURED: tuple[Relation, ...] = ("left_of", "right_of", "in_front_of", "behind", "on", "inside", "held_by")
"""Relations that have a truth."""
SCENES, QUICK = 300, 12
"""Scenes measured, and with ``--quick``."""


@dataclass
class Agreement:
    """How two sayings of yes and no go together: the 3-D state's and the plan language's."""

    both: int = 0
    missed: int = 0
    false: int = 0

    def add(self, true: bool, said: bool) -> None:
        """Count one pair of things."""
        self.both += true and said
        self.missed += true and not said
        self.false += said and not true

    @property
    def precision(self) -> float:
        """Share of what a plan says that is so."""
        return self.both / max(self.both + self.false, 1)

    @property
    def recall(self) -> float:
        """Share of what is so that a plan says."""
        return self.both / max(self.both + self.missed, 1)


@dataclass
class Measured:
    """What was counted: right own plans by program, part and category x level; agreement by relation."""

    programs: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    parts: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    cells: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    relations: dict[str, Agreement] = field(default_factory=lambda: defaultdict(Agreement))


def measured(scenes: int, split: str = "test") -> Measured:
    """Measure on the first scenes of a split."""
    found = Measured()
    for seed in split_of(split).seeds[:scenes]:
        frames = frames_of(seed)
        truth = render_truth(seed, frames=frames)
        twins = Timeline(truth.twin(frame) for frame in range(frames))
        for query in queries(seed, frames, split, truth=truth):
            right = _right(query, Scene.of(twins))
            found.programs[query.program].append(right)
            found.cells[f"{query.category} {query.level}"].append(right)
            for part in parts(query.tree):
                found.parts[part].append(right)
        _relate(truth, found.relations)
    return found


def _right(query: BenchQuery, scene: Scene) -> bool:
    """Whether a query's own plan answers as its truth does."""
    own = execute(parse_plan(query.plan), scene)
    return set(own.selection) == set(query.answer) and own.number == query.number


def parts(tree: Description | None) -> set[str]:
    """The kinds of node in a tree, with their relation or measure: ``Related behind``, ``Moved, not``."""
    nodes = walk(tree) if tree is not None else ()
    detail = ("relation", "measure", "how", "when")
    return {
        " ".join([type(node).__name__, *(getattr(node, name) for name in detail if hasattr(node, name))])
        + (", not" if getattr(node, "no", False) else "")
        for node in nodes
    }


def _relate(truth: Truth, found: dict[str, Agreement]) -> None:
    """Compare every relation on the first frame of a scene."""
    scene, twin = KitchenScene(truth, 0), truth.twin(0)
    things = [s for s in scene.view.things if s.label not in (*FIXTURES, GRIPPER)]
    for relation, anchor, state in _pairs(scene, things):
        true = related(scene, relation, anchor)(state)
        rows = twin.get(state.id), twin.get(anchor.id)
        if true is not None and rows[0] and rows[1]:
            found[relation].add(true, RELATION_TABLE[relation](rows[0], rows[1], twin))
    for first, second in combinations(things, 2):
        try:
            holds = is_between(scene, first, second)
        except Unclear:
            continue
        ends = twin.get(first.id), twin.get(second.id)
        for state in things:
            row, true = twin.get(state.id), holds(state)
            if state not in (first, second) and true is not None and row and ends[0] and ends[1]:
                found["between"].add(true, between(row, ends[0], ends[1], twin))


def _pairs(scene: KitchenScene, things: list[ObjectState]) -> Iterator[tuple[Relation, ObjectState, ObjectState]]:
    """Relations with the anchors that they make sense of, and every other thing."""
    for relation in MEASURED:
        for anchor in scene.view.things:
            fits = anchor.label == GRIPPER if relation == "held_by" else anchor.label != GRIPPER
            if fits and not (relation in ("in_front_of", "behind") and anchor.label in FIXTURES):
                yield from ((relation, anchor, state) for state in things if state.id != anchor.id)


def report(scenes: int = QUICK) -> dict[str, str]:
    """The figures in short, by name."""
    found = measured(scenes)
    rights = [right for group in found.programs.values() for right in group]
    rows = {f"own plans on true twins ({scenes} scenes)": _share(rights)}
    rows |= {f"  {cell}": _share(group) for cell, group in sorted(found.cells.items())}
    return rows | {
        f"{name}: precision, recall against the 3-D state": f"{pair.precision:.3f}, {pair.recall:.3f}"
        for name, pair in found.relations.items()
    }


def _share(rights: Iterable[bool]) -> str:
    group = list(rights)
    return f"{sum(group) / max(len(group), 1):.3f} of {len(group)}"


def table(scenes: int = SCENES, split: str = "test") -> None:
    """Print every figure."""
    found = measured(scenes, split)
    for title, groups in (("part", found.parts), ("program", found.programs), ("category, level", found.cells)):
        print(f"own plans on true twins, by {title}")
        for name, group in sorted(groups.items()):
            print(f"  {name:<48} {_share(group)}")
    print(f"  {'all':<48} {_share(right for group in found.programs.values() for right in group)}")
    print(f"{'relation against the 3-D state':<50}{'precision':>10}{'recall':>8}{'true':>7}")
    for name, pair in found.relations.items():
        print(f"  {name:<48}{pair.precision:>10.3f}{pair.recall:>8.3f}{pair.both + pair.missed:>7}")


if __name__ == "__main__":
    table(int(sys.argv[1]) if len(sys.argv) > 1 else SCENES, sys.argv[2] if len(sys.argv) > 2 else "test")
