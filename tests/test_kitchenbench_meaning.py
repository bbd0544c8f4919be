"""What descriptions mean, on kitchens of blocks: the 3-D state decides, and what people could dispute is unclear."""

from __future__ import annotations

import pytest

from agentseg.sim.kitchenbench.description import (
    Alike,
    Anything,
    Appeared,
    At,
    Between,
    Both,
    But,
    Carried,
    Coloured,
    Empty,
    Extreme,
    Group,
    Holding,
    Kind,
    Moved,
    MovedMost,
    Nearest,
    Nth,
    OrElse,
    Related,
    Toward,
    Use,
    Vanished,
)
from agentseg.sim.kitchenbench.meaning import KitchenScene, Unclear, meaning
from tests.kitchen_blocks import block, hidden, kitchen, moved

MUGS, TOASTER = Kind("mug"), Kind("toaster")


def ids(tree, *frames):
    return [state.id for state in meaning(tree, KitchenScene(kitchen(*frames)))]


ROW = [
    block(1, x=-0.6),
    block(2, x=-0.2),
    block(3, x=0.3),
    block(4, "toaster", x=0.6),
    block(5, "apple", x=0.0, y=0.73),
]


@pytest.mark.parametrize(
    ("tree", "answer"),
    [
        (MUGS, [1, 2, 3]),
        (Group("fruit"), [5]),
        (Use("toasting"), [4]),
        (Anything(), [1, 2, 3, 4, 5]),
        (Kind("pan"), []),
        (But(Anything(), MUGS), [4, 5]),
        (Both(Kind("apple"), TOASTER), [4, 5]),
        (OrElse(Kind("pan"), TOASTER), [4]),
        (OrElse(TOASTER, MUGS), [4]),
        (Extreme(MUGS, "x", most=True), [3]),
        (Extreme(Anything(), "depth", most=True), [5]),
        (Nth(MUGS, "left", 2), [2]),
        (Nth(MUGS, "right", 1), [3]),
        (Nth(MUGS, "left", 4), []),
        (Nearest(MUGS, TOASTER), [3]),
        (Nearest(MUGS, TOASTER, far=True), [1]),
        (Related(MUGS, "left_of", Kind("apple")), [1, 2]),
        (Related(MUGS, "left_of", Kind("apple"), no=True), [3]),
        (Related(Anything(), "in_front_of", Kind("apple")), [1, 2, 3, 4]),
        (Between(Anything(), Nth(MUGS, "left", 1), TOASTER), [2, 3]),
        (Nearest(MUGS, Extreme(Anything(), "x", most=True)), [3]),
    ],
    ids=str,
)
def test_meaning_of_a_still(tree, answer):
    assert ids(tree, ROW) == answer


def test_an_anchor_is_never_in_its_own_answer():
    assert ids(Nearest(Anything(), TOASTER), ROW) == [3]
    assert ids(Alike(Anything(), TOASTER), ROW) == [1, 2, 3, 5]
    assert ids(Related(Anything(), "right_of", TOASTER, no=True), ROW) == [1, 2, 3, 5]


@pytest.mark.parametrize(
    "tree",
    [
        Nearest(MUGS, MUGS),
        Nearest(MUGS, Kind("pan")),
        Extreme(TOASTER, "x", most=True),
        Nth(MUGS, "right", 4),
        Coloured(MUGS, "grey"),
        Related(MUGS, "behind", Kind("sink")),
        Moved(MUGS),
        At(MUGS, "first"),
    ],
    ids=str,
)
def test_what_has_no_single_reading_is_unclear(tree):
    with pytest.raises(Unclear):
        ids(tree, ROW)


def test_a_barely_visible_thing_matters_only_where_it_could_belong():
    things = [block(1, x=-0.4), block(2, x=0.4, seen=2), block(3, "toaster")]
    with pytest.raises(Unclear):
        ids(MUGS, things)
    assert ids(Related(MUGS, "left_of", TOASTER), things) == [1]
    with pytest.raises(Unclear):
        ids(Related(MUGS, "right_of", TOASTER), things)


def test_a_thing_out_of_sight_is_not_asked_about():
    assert ids(MUGS, [block(1), hidden(block(2, x=0.4))]) == [1]


def test_ties_are_unclear():
    level = [block(1, x=0.0), block(2, x=0.02, y=0.5), block(3, "toaster", x=0.6)]
    for tree in (Extreme(MUGS, "x", most=False), Nth(MUGS, "left", 1), Extreme(MUGS, "height", most=True)):
        with pytest.raises(Unclear):
            ids(tree, level)


def test_beside_is_neither_before_nor_behind():
    things = [block(1, x=-0.8, y=0.12), block(2, "toaster"), block(3, y=0.5)]
    with pytest.raises(Unclear):
        ids(Related(MUGS, "behind", TOASTER), things)
    assert ids(Related(MUGS, "behind", TOASTER), things[1:]) == [3]


def test_over_a_wide_anchor_is_neither_left_nor_right():
    wide = block(2, "microwave", size=(0.5, 0.3, 0.3))
    with pytest.raises(Unclear):
        ids(Related(MUGS, "left_of", Kind("microwave")), [block(1, x=-0.2, y=-0.3), wide])
    assert ids(Related(MUGS, "left_of", Kind("microwave")), [block(1, x=-0.4, y=-0.3), wide]) == [1]


def test_colours_of_mixed_things_are_unclear_only_where_they_could_match():
    things = [block(1), block(2, "knife", x=0.3, colour="black"), block(3, "pan", x=0.6, colour="red")]
    assert ids(Coloured(Both(MUGS, Kind("knife")), "red"), things) == [1]
    assert ids(Coloured(MUGS, "blue"), things) == []
    assert ids(Coloured(MUGS, "blue", no=True), things) == [1]
    with pytest.raises(Unclear):
        ids(Coloured(Anything(), "red"), things)


SUPPORTED = [
    block(1, "sink", x=-0.6, colour="grey"),
    block(2, "bowl", x=-0.6, y=0.2, inside=1),
    block(3, "apple", x=-0.6, y=0.4, inside=2),
    block(4, "stove", x=0.4, colour="black"),
    block(5, "pot", x=0.4, y=0.2, on=4),
    block(6, "spoon", x=0.4, y=0.4, inside=5),
    block(7, "bowl", x=0.0),
]


def test_support_is_what_the_scene_knows():
    assert ids(Related(Anything(), "inside", Kind("sink")), SUPPORTED) == [2, 3]
    assert ids(Related(Kind("pot"), "on", Kind("stove")), SUPPORTED) == [5]
    assert ids(Holding(Kind("bowl"), Group("fruit"), "inside"), SUPPORTED) == [2]
    assert ids(Empty(Kind("bowl")), SUPPORTED) == [7]


def test_what_is_in_a_pot_on_the_stove_may_or_may_not_be_on_the_stove():
    with pytest.raises(Unclear):
        ids(Related(Anything(), "on", Kind("stove")), SUPPORTED)


def test_a_bowl_with_hidden_content_is_not_said_to_be_empty():
    things = [block(1, "bowl"), hidden(block(2, "apple", inside=1))]
    with pytest.raises(Unclear):
        ids(Empty(Kind("bowl")), things)


def test_heights_are_compared_of_what_stands_and_is_seen_whole():
    tall = block(1, "bottle", size=(0.1, 0.1, 0.3))
    low = block(2, "can", x=0.4)
    tree = Extreme(Anything(), "height", most=True)
    assert ids(tree, [tall, low]) == [1]
    for things in ([(tall[0], 10), low], [tall, low, block(3, "knife", x=-0.4)]):
        with pytest.raises(Unclear):
            ids(tree, things)


def test_large_in_one_way_and_small_in_another_is_unclear():
    flat, cube = block(1, "cutting board", size=(0.4, 0.3, 0.01)), block(2, "pot", x=0.5, size=0.2)
    with pytest.raises(Unclear):
        ids(Extreme(Anything(), "size", most=True), [flat, cube])


FIRST = [
    block(1, x=-0.6, held_by=3),
    block(2, x=-0.2, colour="blue"),
    block(3, "robot gripper", x=-0.1, y=0.5),
    block(4, "toaster", x=0.6),
    hidden(block(5, "apple", x=0.3, y=0.3)),
    block(6, "can", x=0.3, y=-0.3),
]
LAST = [
    moved(FIRST[0], y=0.7),
    moved(FIRST[1], x=0.2),
    FIRST[2],
    FIRST[3],
    (FIRST[4][0], 20),
    hidden(FIRST[5]),
]


@pytest.mark.parametrize(
    ("tree", "answer"),
    [
        (Moved(Anything()), [1, 2]),
        (Moved(MUGS, no=True), []),
        (MovedMost(MUGS), [1]),
        (Appeared(Anything()), [5]),
        (Vanished(Anything()), [6]),
        (Carried(MUGS), [1]),
        (Carried(MUGS, no=True), [2]),
        (Toward(MUGS, TOASTER), [2]),
        (At(Extreme(MUGS, "x", most=True), "first"), [2]),
        (At(Related(Anything(), "held_by", Kind("robot gripper")), "first"), [1]),
        (At(Related(Anything(), "held_by", Kind("robot gripper")), "last"), [1]),
        (Related(MUGS, "left_of", TOASTER), [1, 2]),
        (Coloured(Moved(Anything()), "blue"), [2]),
        (Kind("can"), [6]),
        (At(Kind("can"), "last"), []),
    ],
    ids=str,
)
def test_meaning_of_a_clip(tree, answer):
    assert ids(tree, FIRST, LAST) == answer


def test_a_place_is_not_asked_of_what_has_left():
    with pytest.raises(Unclear):
        ids(Related(Kind("can"), "left_of", TOASTER), FIRST, LAST)


def test_a_thing_that_hardly_moves_neither_moved_nor_stayed():
    for no in (False, True):
        with pytest.raises(Unclear):
            ids(Moved(MUGS, no), [block(1)], [block(1, x=0.08)])


def test_what_only_hangs_in_the_gripper_is_not_carried_for_sure():
    held = block(1, held_by=2), block(2, "robot gripper", y=0.3)
    assert ids(Carried(MUGS), held, [moved(held[0], x=0.4), held[1]]) == [1]
    assert ids(Carried(MUGS), held, held) == []
    with pytest.raises(Unclear):
        ids(Carried(MUGS), held, [moved(held[0], x=0.4, held_by=None), held[1]])


def test_an_anchor_that_moves_is_not_approached():
    with pytest.raises(Unclear):
        ids(Toward(Anything(), Nth(MUGS, "right", 1)), FIRST, LAST)
