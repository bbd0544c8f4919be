"""When a stream asks its model again: for a reason, within a budget, and never because a frame went by."""

import pytest
from stream_parts import Rows, Shown, pictures, planner

from agentseg import SegmentationStream, StreamOptions
from agentseg.graphs.stream_labels import matters, missing
from agentseg.graphs.stream_plan import rebased
from agentseg.plan import parse_plan

STILL: Rows = [("kettle", 70, 50), ("mug", 20, 80)]


def run(query, plans, frames=100, rows=lambda t: STILL, **options):
    model = planner(*plans)
    stream = SegmentationStream(
        query, "rules", reasoner=model, perceivers=[Shown(rows)], options=StreamOptions(**options)
    )
    return stream, list(stream.run(pictures(frames)))


def test_a_plan_that_finds_nothing_is_asked_about_again_ever_more_rarely() -> None:
    stream, _ = run("something blue", ["filter colour eq blue; answer"], 100, patience=10)
    frames = [frame for frame, _ in stream.asked]
    assert frames == [0, 9, 28, 67]
    assert stream.asked[1][1] == "nothing found for 10 frames"


def test_a_better_plan_replaces_one_that_finds_nothing() -> None:
    stream, steps = run("the cup", ["find bowl; answer", "find bowl; answer", "find mug; answer"], 20, patience=5)
    assert steps[3].status == "no_target"
    assert steps[-1].status == "ok"
    assert stream.plan == "find mug; answer"


def test_a_plan_that_fails_does_not_replace_one_that_works() -> None:
    from stream_parts import Planner

    plan = '{"analysis": "so", "plan": "find mug; answer"}'
    model = Planner(replies=[plan, "no words", "no words"], heard=[])
    stream = SegmentationStream(
        "the mug", "rules", reasoner=model, perceivers=[Shown(lambda t: STILL)], options=StreamOptions(ask_every=5)
    )
    steps = list(stream.run(pictures(9)))
    assert [step.asked for step in steps if step.asked] == ["first", "schedule"]
    assert {step.status for step in steps} == {"ok"}


def test_waiting_for_what_the_query_names_asks_nobody() -> None:
    stream, steps = run("the sponge", ["find sponge; answer"], 60, patience=5)
    assert stream.calls == 1
    assert {step.status for step in steps} == {"no_target"}


def test_what_the_query_names_is_found_as_soon_as_it_comes_without_the_model() -> None:
    stream, steps = run(
        "the sponge", ["find sponge; answer"], 30, lambda t: STILL + ([("sponge", 120, 20)] if t > 9 else [])
    )
    assert stream.calls == 1
    assert [step.status for step in steps].index("ok") == 12  # confirmed in its third frame


def test_a_new_label_that_would_serve_as_well_is_asked_about_once() -> None:
    stream, _ = run(
        "something to boil water in",
        ["find kettle; answer", "find kettle, pot; answer"],
        40,
        lambda t: STILL + ([("pot", 120, 20), ("sponge", 120, 60)] if t > 9 else []),
    )
    assert stream.asked == ((0, "first"), (12, "new labels: pot"))
    assert stream.plan == "find kettle, pot; answer"


def test_a_winner_within_the_noise_is_asked_about_after_long() -> None:
    rows: Rows = [("kettle", 70, 50), ("mug", 40, 50), ("mug", 100, 50)]
    stream, steps = run(
        "the mug nearest to the kettle", ["find mug; rank distance kettle min; answer"], 30, lambda t: rows, doubt=12
    )
    assert all(step.ambiguous for step in steps)
    assert stream.asked[1] == (11, "ambiguous for 12 frames")


def test_the_budget_ends_the_asking() -> None:
    stream, _ = run("the mug", ["find mug; answer"], 30, ask_every=2, asks=4)
    assert [frame for frame, _ in stream.asked] == [0, 2, 4, 6]
    assert stream.calls == 4


def test_a_perceiving_plan_is_given_a_look_without_a_second_call() -> None:
    stream, steps = run("the mug", ["detect mug; answer"], 5)
    assert stream.calls == 1
    assert all(step.answer == (2,) for step in steps)


@pytest.mark.parametrize(
    ("query", "plan", "new", "asked"),
    [
        ("the mug nearest to the kettle", "find mug; rank distance kettle min; answer", "glass", False),
        ("the mug nearest to the kettle", "find mug; rank distance kettle min; answer", "coffee mug", False),
        ("something to drink from", "find glass; answer", "mug", True),
        ("something to drink from", "find for drinking; answer", "mug", False),
        ("the spoon or the forks", "find spoon; answer", "fork", True),
        ("the knives", "find fork; answer", "knife", True),
        ("what is on the board", "relate on cutting board; answer", "cutting board", False),
        ("what is behind the thing that toasts", "a = find toaster; relate behind a; answer", "apple", False),
        ("the emptiest", "filter count contains mug eq 0; answer", "mug", False),
    ],
)
def test_which_new_labels_matter(query: str, plan: str, new: str, asked: bool) -> None:
    assert bool(matters([new], query, parse_plan(plan))) == asked


def test_without_a_plan_every_label_matters() -> None:
    assert matters(["mug", "can"], "the cup", None) == ("can", "mug")


def test_what_is_missing_is_what_query_and_plan_name_and_the_twin_lacks() -> None:
    plan = parse_plan("find mug; rank distance kettle min; answer")
    assert missing(["mug"], "the cup nearest to the kettle", plan) == ("kettle",)
    assert missing(["tea kettle"], "the cup nearest to the kettle", plan) == ()
    assert missing([], "anything", None) == ()


def test_a_plan_that_names_the_newest_frame_means_now() -> None:
    plan = parse_plan("filter last_seen lt 1; at 1; find mug; filter area gt 1; answer")
    assert rebased(plan, 1, 90).text == "filter last_seen lt 90; at last; find mug; filter area gt 1; answer"
