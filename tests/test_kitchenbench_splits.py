"""Splits: which seeds they take, what training holds back, and that the rest needs just that."""

import re

import pytest

from agentseg.errors import InputError
from agentseg.sim.kitchenbench.description import Coloured, Extreme, Kind, Nearest, Related, Use, walk
from agentseg.sim.kitchenbench.samples import queries
from agentseg.sim.kitchenbench.splits import (
    CROWD,
    HELD_LABELS,
    HELD_SHARE,
    SPLITS,
    crowd,
    frames_of,
    held_labels,
    held_pairs,
    is_held,
    pairs,
    split_of,
)
from agentseg.sim.render import render_truth


def _queries(split: str, scenes: int):
    first = SPLITS[split].first
    return [query for seed in range(first, first + scenes) for query in queries(seed, frames_of(seed), split)]


@pytest.fixture(scope="module")
def test_queries():
    return _queries("test", 8)


def test_no_two_splits_share_a_seed():
    ranges = sorted((split.seeds.start, split.seeds.stop) for split in SPLITS.values())
    assert all(stop <= start for (_, stop), (start, _) in zip(ranges, ranges[1:], strict=False))
    assert min(start for start, _ in ranges) >= 2_000_000
    assert max(stop for _, stop in ranges) <= 9_000_000, "people's scenes start there"


def test_every_third_scene_is_a_clip():
    assert [frames_of(seed) > 1 for seed in range(6)] == [False, False, True, False, False, True]


def test_test_names_no_held_label_and_no_held_pair(test_queries):
    for query in test_queries:
        assert not held_labels(query.tree)
        assert not held_pairs(query.tree)
        assert not query.held
        for label in HELD_LABELS:
            assert label not in re.split("[;,] ?| (?=gt|lt|min|max)", query.plan.replace("find ", ""))
        assert not re.search("carton|spatula|soap dispenser|paper towel", query.text.lower())


def test_unseen_label_needs_a_held_label_each_time():
    found = _queries("unseen_label", 4)
    assert found
    for query in found:
        assert query.held
        assert set(query.held) <= set(HELD_LABELS)
        assert not held_pairs(query.tree)


def test_unseen_combination_needs_a_held_pair_each_time():
    found = _queries("unseen_combination", 4)
    assert found
    for query in found:
        assert query.held == held_pairs(query.tree) != ()
        assert not held_labels(query.tree)


def test_crowded_scenes_are_in_more_objects_alone():
    seeds = range(8_000_000, 8_000_012, 3)
    counts = {seed: crowd(render_truth(seed)) for seed in seeds}
    for seed, count in counts.items():
        given = queries(seed, 1, "more_objects")
        assert bool(given) == (count > CROWD)
        assert all(query.held == ("crowd",) for query in given)
        assert not (queries(seed, 1, "test") and count > CROWD)


def test_pairs_are_of_words_and_what_is_said_of_them():
    tree = Nearest(Coloured(Kind("mug"), "red"), Use("toasting"))
    assert pairs(tree) == ("mug base red", "red base nearest", "mug base nearest", "toasting anchor nearest") or set(
        pairs(tree)
    ) == {"mug base red", "red base nearest", "mug base nearest", "toasting anchor nearest"}
    assert pairs(Extreme(Kind("mug"), "x", False)) == ("mug base least x",)
    assert pairs(Related(Kind("mug"), "behind", Kind("pan"), no=True)) == (
        "mug base not behind",
        "pan anchor not behind",
    )


def test_about_as_many_pairs_are_held_as_intended():
    held = [is_held(f"{word} {side} nearest") for word in map(str, range(1000)) for side in ("base", "anchor")]
    assert abs(sum(held) / len(held) - HELD_SHARE) < 0.02


def test_a_use_that_only_held_labels_serve_is_held_too():
    assert held_labels(Use("flipping")) == ("spatula",)
    assert held_labels(Use("stirring")) == ()
    assert all(not isinstance(part, Use) or part.use for part in walk(Use("flipping")))


def test_an_unknown_split_is_refused_with_the_names_there_are():
    with pytest.raises(InputError, match=r"no split 'tset'; there are train, val, test.* human"):
        split_of("tset")
