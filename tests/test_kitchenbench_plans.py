"""Plans of descriptions: their text, and that they find what is meant on true twins of rendered kitchens."""

from __future__ import annotations

import functools

import pytest

from agentseg import Timeline
from agentseg.plan import parse_plan
from agentseg.sim import render_kitchen
from agentseg.sim.kitchenbench.description import (
    GROUPS,
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
from agentseg.sim.kitchenbench.plans import plan_of
from agentseg.tools import Scene, execute
from tests.kitchen_blocks import block, kitchen

MUGS, FORKS, SINK = Kind("mug"), Kind("fork"), Kind("sink")
ALL_BUT = "a = find for surroundings; "

PLANS = [
    (MUGS, "find mug; answer"),
    (Group("fruit"), "find for fruit; answer"),
    (Use("boiling water"), "find for boiling water; answer"),
    (Anything(), ALL_BUT + "except a; answer"),
    (Coloured(MUGS, "red"), "find mug; filter colour eq red; answer"),
    (Coloured(MUGS, "red", no=True), "find mug; filter colour ne red; answer"),
    (Alike(MUGS, Kind("kettle")), "a = find kettle; find mug; filter colour eq a; answer"),
    (
        Alike(Use("boiling water"), Kind("mug")),
        "a = find mug; find for boiling water; except a; filter colour eq a; answer",
    ),
    (
        Alike(Anything(), Kind("kettle")),
        "a = find kettle; b = find for surroundings; except b; except a; filter colour eq a; answer",
    ),
    (Related(MUGS, "behind", Kind("toaster")), "find mug; relate behind toaster; answer"),
    (Related(MUGS, "on", SINK, no=True), "find mug; relate on sink none; answer"),
    (Related(MUGS, "left_of", Use("toasting")), "a = find for toasting; find mug; relate left_of a; answer"),
    (
        Related(FORKS, "left_of", Nearest(MUGS, SINK)),
        "find mug; a = rank distance sink min; find fork; relate left_of a; answer",
    ),
    (Between(FORKS, MUGS, SINK), "find fork; relate between mug, sink; answer"),
    (Nearest(MUGS, SINK, far=True), "find mug; rank distance sink max; answer"),
    (Extreme(MUGS, "size", most=True), "find mug; rank real_size max; answer"),
    (Nth(MUGS, "left", 1), "find mug; rank x min; answer"),
    (Nth(MUGS, "left", 2), "find mug; rank x nth 2; answer"),
    (Nth(MUGS, "right", 2), "find mug; rank x max 2; rank x min; answer"),
    (Holding(Kind("bowl"), Kind("apple"), "inside"), "find bowl; relate contains apple; answer"),
    (Holding(Kind("plate"), Anything(), "on"), "find plate; relate under all; answer"),
    (Empty(Kind("bowl")), "find bowl; filter count contains all eq 0; answer"),
    (Empty(Kind("plate")), "find plate; filter count under all eq 0; answer"),
    (But(Group("cutlery"), FORKS), "a = find fork; find for cutlery; except a; answer"),
    (Both(MUGS, FORKS), "a = find mug; find fork; union a; answer"),
    (OrElse(MUGS, FORKS), "a = find fork; find mug; else a; answer"),
    (Moved(MUGS), "find mug; filter displacement gt 9; answer"),
    (Moved(MUGS, no=True), "find mug; filter displacement lt 9; answer"),
    (MovedMost(MUGS), "find mug; rank displacement max; answer"),
    (Appeared(MUGS), "find mug; filter first_seen gt 0; answer"),
    (Vanished(MUGS), "find mug; filter last_seen lt 11; answer"),
    (Toward(MUGS, SINK), "find mug; filter approach sink gt 9; answer"),
    (Carried(MUGS), "at 5; find mug; relate held_by robot gripper; filter displacement gt 9; answer"),
    (At(Nearest(MUGS, SINK), "first"), "at first; find mug; rank distance sink min; answer"),
    (
        Nearest(Carried(Kind("can")), SINK),
        "at 5; find can; relate held_by robot gripper; filter displacement gt 9; "
        "at last; rank distance sink min; answer",
    ),
]


@pytest.mark.parametrize(("tree", "text"), PLANS, ids=lambda value: value if isinstance(value, str) else "")
def test_the_plan_of_a_description(tree, text):
    assert plan_of(tree, 12) == text
    assert parse_plan(text).text == text


def test_a_count_ends_with_count():
    assert plan_of(MUGS, 1, count=True) == "find mug; count; answer"


def test_what_is_named_twice_is_kept_once():
    near = Nearest(MUGS, SINK)
    plan = plan_of(Related(Related(FORKS, "left_of", near), "behind", near), 1)
    assert plan == "find mug; a = rank distance sink min; find fork; relate left_of a; relate behind a; answer"


def test_too_many_names_or_steps_are_refused():
    long = MUGS
    for colour in "red", "blue", "green", "pink", "white", "black", "red", "blue":
        long = Coloured(long, colour)
    with pytest.raises(Unclear):
        plan_of(Both(long, long), 1)
    wide = MUGS
    for label in "fork", "spoon", "knife", "apple", "pan", "pot", "can":
        wide = But(wide, Kind(label))
    with pytest.raises(Unclear):
        plan_of(wide, 1)


def test_an_empty_vessel_and_an_empty_plate_do_not_share_a_plan():
    with pytest.raises(Unclear):
        plan_of(Empty(Group("crockery")), 1)


@pytest.mark.parametrize(
    "tree",
    [
        Nearest(Anything(), Kind("toaster")),
        Related(Anything(), "left_of", Kind("toaster"), no=True),
        Related(Anything(), "behind", Use("toasting"), no=True),
        Alike(Anything(), Kind("toaster")),
        Between(Anything(), Kind("toaster"), Kind("apple")),
    ],
    ids=str,
)
def test_a_plan_never_answers_with_its_anchor(tree):
    truth = kitchen(
        [block(1, "toaster", x=0.3), block(2), block(3, "apple", x=-0.5), block(4, "sink", y=-0.5), block(5, x=0.7)]
    )
    found = execute(parse_plan(plan_of(tree, 1)), Scene.of(Timeline([truth.twin()])))
    assert found.selection
    assert 1 not in found.selection
    assert 4 not in found.selection


@functools.cache
def rendered(seed, frames):
    truth = render_kitchen(seed, frames=frames)[1]
    return KitchenScene(truth), Scene.of(Timeline(truth.twin(frame) for frame in range(frames)))


def trees(scene):
    """Descriptions of each kind over the classes of a scene."""
    labels = sorted({state.label for state in scene.view.things} - {"robot gripper"})
    heads = [*(Kind(label) for label in labels), *(Group(name) for name in GROUPS), Anything()]
    for head in heads:
        yield from (head, Extreme(head, "x", most=True), Extreme(head, "depth", most=False), Nth(head, "left", 2))
        yield from (Coloured(head, "red"), But(head, MUGS), Empty(head), Moved(head), Appeared(head), Vanished(head))
        yield from (Moved(head, no=True), Carried(head), MovedMost(head))
        for anchor in labels:
            yield from (Nearest(head, Kind(anchor)), Alike(head, Kind(anchor)), Toward(head, Kind(anchor)))
            yield from (Related(head, relation, Kind(anchor)) for relation in ("left_of", "behind", "on", "inside"))
            yield At(Nearest(head, Kind(anchor)), "first")


@pytest.mark.parametrize(("seed", "frames"), [(4_000_000, 1), (4_000_003, 1), (4_000_004, 1), (4_000_008, 12)])
def test_plans_on_true_twins_find_what_is_meant(seed, frames):
    scene, twins = rendered(seed, frames)
    right = []
    for tree in trees(scene):
        try:
            wanted, plan = {state.id for state in meaning(tree, scene)}, plan_of(tree, frames)
        except Unclear:
            continue
        if wanted:
            right.append(set(execute(parse_plan(plan), twins).selection) == wanted)
    assert len(right) >= 40
    assert sum(right) / len(right) >= 0.9
