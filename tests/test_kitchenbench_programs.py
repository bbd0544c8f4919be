"""Programs: their shapes, what their slots take from a scene, and how fast truth is rendered for them."""

from collections import Counter

import numpy as np
import pytest

from agentseg.sim.classes import FIXTURES
from agentseg.sim.ground_truth import Unclear
from agentseg.sim.kitchenbench.description import Kind, Use, category, level, walk
from agentseg.sim.kitchenbench.draw import Draw
from agentseg.sim.kitchenbench.maker import Maker
from agentseg.sim.kitchenbench.programs import CELLS, PROGRAMS
from agentseg.sim.kitchenbench.splits import SPLITS
from agentseg.sim.render import render_kitchen, render_truth

SCENES = [(4_000_100, 1), (4_000_103, 1), (4_000_106, 1), (4_000_101, 12), (4_000_104, 12)]


@pytest.fixture(scope="module")
def makers() -> list[Maker]:
    return [Maker(render_truth(seed, frames=frames), SPLITS["test"], seed) for seed, frames in SCENES]


def _trees(makers: list[Maker], *, empty: bool = False):
    for cell, rows in CELLS.items():
        for name, program in rows.items():
            for maker in makers:
                if (cell[0] == "temporal") != maker.clip:
                    continue
                for _ in range(6):
                    try:
                        yield cell, name, program(maker.draw(cell, empty))
                    except Unclear:
                        continue


def test_there_are_sixty_programs_and_eight_in_every_cell():
    assert len(PROGRAMS) == sum(map(len, CELLS.values())) >= 60
    assert set(CELLS) == {(kind, depth) for kind in ("semantic", "spatial", "temporal") for depth in (1, 2, 3)}
    assert min(map(len, CELLS.values())) >= 8


def test_trees_have_the_category_and_level_of_their_cell(makers):
    wrong = {(cell, name) for cell, name, tree in _trees(makers) if (category(tree), level(tree)) != cell}
    assert not wrong


def test_most_programs_find_their_slots_in_a_few_scenes(makers):
    filled = {name for _, name, _ in _trees(makers)}
    assert len(filled) > 0.85 * len(PROGRAMS), sorted(set(PROGRAMS) - filled)


def test_slots_name_only_what_is_seen_unless_the_draw_is_empty(makers):
    seen = {label for maker in makers for label in maker.seen.by_label} | {*FIXTURES}
    for _, name, tree in _trees(makers):
        if "or else" in name:
            continue
        for part in walk(tree):
            assert not isinstance(part, Kind) or part.label in seen
    hidden = {label for maker in makers for label in maker.seen.hidden}
    absent = [part for _, _, tree in _trees(makers, empty=True) for part in walk(tree) if isinstance(part, Kind)]
    assert any(part.label in hidden for part in absent)


def test_banned_labels_are_never_named_and_wanted_ones_often(makers):
    maker = makers[0]
    label = next(iter(kind.label for kind in maker.draw(("semantic", 1), False).named()))
    without, fond = _draw(maker, banned=[label]), _draw(maker, wanted=[label])
    assert label not in Counter(without.kind().label for _ in range(60))
    assert Counter(fond.kind().label for _ in range(60))[label] > 20


def test_a_use_that_only_banned_labels_serve_is_not_drawn(makers):
    uses = _draw(makers[0], banned=["knife"]).served()
    assert Use("cutting") not in uses
    assert Use("eating with") in _draw(makers[0]).served() or "fork" not in makers[0].seen.by_label


@pytest.mark.parametrize(("seed", "frames", "factor"), [(4_000_100, 1, 1), (4_000_101, 3, 1), (11, 1, 2)])
def test_truth_without_pictures_is_the_truth_of_the_pictures(seed, frames, factor):
    _, whole = render_kitchen(seed, frames=frames, supersample=factor)
    fast = render_truth(seed, frames=frames, supersample=factor)
    for name in ("ids", "semantic", "depth"):
        for a, b in zip(getattr(whole, name), getattr(fast, name), strict=True):
            assert np.array_equal(a, b), name
    assert (whole.states, whole.full_area, whole.labels) == (fast.states, fast.full_area, fast.labels)


def _draw(maker: Maker, **options) -> Draw:
    return Draw(np.random.default_rng(0), maker.scene, maker.last, **options)
