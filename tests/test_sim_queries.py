"""The kitchen's queries: valid, varied, answerable, and true by the 3-D state."""

from __future__ import annotations

import functools
from collections import Counter
from typing import get_args

import pytest

from agentseg.affordances import USES
from agentseg.plan import parse_plan
from agentseg.sim import ground_truth as gt
from agentseg.sim import load_queries, render_kitchen
from agentseg.sim.queries import Category
from agentseg.sim.story import Story
from agentseg.sim.truth import ObjectState

QUERIES = load_queries()


@functools.cache
def truth_of(seed, frames):
    return render_kitchen(seed, frames=frames)[1]


def state(id, *, centre=(0.0, 0.0, 0.0), screen=(0.0, 0.0), distance=1.0, label="mug"):
    return ObjectState(id, label, "red", centre, (0.1, 0.1, 0.1), None, None, None, distance, screen)


def test_there_are_enough_of_every_kind():
    kinds = Counter(query.category for query in QUERIES)
    assert len(QUERIES) >= 130
    assert set(kinds) == set(get_args(Category))
    assert min(kinds.values()) >= 10
    assert len({query.seed for query in QUERIES}) >= 25
    assert sum(query.frames > 1 for query in QUERIES) >= 25


def test_seeds_are_held_out():
    assert min(query.seed for query in QUERIES) >= 1_000_000


def test_names_are_unique_and_texts_vary():
    assert len({query.id for query in QUERIES}) == len(QUERIES)
    assert len({query.text for query in QUERIES}) >= 0.95 * len(QUERIES)
    assert not [query.text for query in QUERIES if "{" in query.text]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.id)
def test_plan_is_of_the_language(query):
    plan = parse_plan(query.plan)
    assert plan.answers
    assert plan.counts == (query.number is not None)
    assert not plan.perceives


def test_numbers_and_empty_answers_fit_the_category():
    for query in QUERIES:
        assert (query.number is not None) == (query.category == "count")
        if query.number is not None:
            assert query.number == len(query.answer)
        if query.category == "no_target":
            assert query.answer == ()
        elif query.category != "count":
            assert query.answer


@pytest.mark.parametrize("frames", [1, 12])
def test_answers_are_visible(frames):
    # Every fifth scene: all of them take half a minute.
    scenes = sorted({query.seed for query in QUERIES if query.frames == frames})[:: 5 if frames == 1 else 6]
    for query in QUERIES:
        if query.seed in scenes and query.frames == frames:
            truth = truth_of(query.seed, frames)
            for id in query.answer:
                assert max(truth.area(frame, id) for frame in range(frames)) >= 60, query.id


def test_uses_in_plans_are_in_the_affordance_table():
    for query in QUERIES:
        for step in parse_plan(query.plan).steps:
            if step.args.get("use"):
                assert step.args["use"] in USES


def test_a_tie_is_unclear():
    near = [state(1, distance=1.0), state(2, distance=1.05)]
    with pytest.raises(gt.Unclear):
        gt.least(near, gt.camera_distance, gt.DEPTH_MARGIN)
    assert gt.least([near[0], state(3, distance=1.2)], gt.camera_distance, gt.DEPTH_MARGIN).id == 1


def test_one_candidate_is_no_superlative():
    with pytest.raises(gt.Unclear):
        gt.least([state(1)], gt.camera_distance, gt.DEPTH_MARGIN)


def test_sides_are_those_of_the_camera():
    anchor = state(1, screen=(100.0, 50.0))
    others = [state(2, screen=(20.0, 50.0)), state(3, screen=(180.0, 50.0))]
    assert gt.ids(gt.where(others, gt.is_left(anchor))) == (2,)
    assert gt.ids(gt.where(others, gt.is_right(anchor))) == (3,)
    with pytest.raises(gt.Unclear):
        gt.where([state(4, screen=(105.0, 50.0))], gt.is_left(anchor))


def test_nearest_by_centre_but_not_by_surface_is_unclear():
    anchor = state(1)
    long = ObjectState(3, "pan", "red", (0.45, 0.0, 0.0), (0.8, 0.1, 0.1), None, None, None, 1.0, (0.0, 0.0))
    with pytest.raises(gt.Unclear):
        gt.nearest([state(2, centre=(0.3, 0.0, 0.0)), long], anchor)


def test_story_knows_who_was_carried():
    carried = next(
        query
        for query in QUERIES
        if query.text == "what did the robot pick up?" or query.text == "whatever the robot handled"
    )
    story = Story(truth_of(carried.seed, carried.frames))
    assert gt.ids(s for s in story.seen() if story.ever_held(s)) == carried.answer
