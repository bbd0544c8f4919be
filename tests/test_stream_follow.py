"""A stream asks its model once and follows its plan over frames that need not end."""

import asyncio
import json

import numpy as np
import pytest
from stream_parts import SIZE, Planner, Rows, Shown, blank, pictures, planner, twin_at

from agentseg import Frame, SegmentationStream, StreamOptions, StreamStep
from agentseg.errors import InputError, ReasonerError
from agentseg.sim.stream import kitchen_stream


def crossing(frame: int) -> Rows:
    """A mug goes away from the kettle, another comes."""
    return [("kettle", 70, 50), ("mug", 60 - 2 * frame if frame < 30 else 0, 80), ("mug", max(90, 140 - 2 * frame), 50)]


def stream_of(rows=crossing, plans=("find mug; rank distance kettle min; answer",), **fields):
    query = fields.pop("query", "the mug nearest to the kettle")
    seer = rows if isinstance(rows, Shown) else Shown(rows)
    model = fields.pop("model", None) or planner(*plans)
    options = StreamOptions(**fields)
    return SegmentationStream(query, "rules", reasoner=model, perceivers=[seer], options=options)


def test_one_call_answers_every_frame_while_the_answer_changes() -> None:
    stream = stream_of()
    steps = list(stream.run(pictures(40)))
    assert [step.frame for step in steps] == list(range(40))
    assert {step.status for step in steps} == {"ok"}
    assert (stream.calls, stream.asked) == (1, ((0, "first"),))
    assert steps[0].answer == (2,)
    assert steps[-1].answer == (3,)
    assert sum(a.answer != b.answer for a, b in zip(steps, steps[1:], strict=False)) == 1
    assert [step.calls for step in steps] == [1] + [0] * 39
    assert all({"perceive", "track", "plan", "total"} <= set(step.ms) for step in steps)


def test_mask_is_that_of_the_answer_in_the_frame() -> None:
    steps = list(stream_of().run(pictures(3)))
    mask = steps[2].pixels
    assert mask is not None
    assert mask.shape == SIZE
    assert mask[80:100, 56:76].all()
    assert mask.sum() == 400


def test_a_clip_question_is_understood_from_the_first_frame_on() -> None:
    stream = SegmentationStream(
        "what moved",
        "rules",
        perceivers=[Shown(lambda t: [("mug", 10 + 4 * t, 20), ("can", 100, 90), ("pot", 40, 90)])],
    )
    steps = list(stream.run(pictures(12)))
    assert stream.calls == 1
    assert "displacement" in stream.plan
    assert steps[0].status == "no_target"
    assert steps[-1].answer == (1,)


def test_nothing_is_asked_before_something_is_seen() -> None:
    stream = stream_of(lambda t: [] if t < 5 else crossing(0))
    steps = list(stream.run(pictures(8)))
    assert [step.status for step in steps[:5]] == ["waiting"] * 5
    assert stream.asked == ((5, "first"),)
    assert steps[7].status == "ok"


def test_a_flicker_never_counts_and_a_short_gap_is_held() -> None:
    def rows(frame: int) -> Rows:
        things = [("kettle", 70, 50), ("mug", 20, 80)] if frame not in (10, 11) else [("kettle", 70, 50)]
        return things + ([("mug", 92, 50)] if frame == 6 else [])

    steps = list(stream_of(rows).run(pictures(20)))
    assert all(step.answer == (2,) for step in steps)
    held = steps[11].twin
    assert held is not None
    row = held.get(2)
    assert row is not None
    assert row.last_seen == 9
    assert steps[11].pixels is not None
    assert steps[11].pixels.any()


def test_what_stays_away_leaves_the_answer() -> None:
    steps = list(stream_of(lambda t: [("kettle", 70, 50)] + ([("mug", 20, 80)] if t < 5 else [])).run(pictures(15)))
    assert steps[-1].status == "no_target"
    assert steps[-1].pixels is not None
    assert not steps[-1].pixels.any()
    assert any(2 in step.diff.removed for step in steps)


def test_steps_tell_what_changed() -> None:
    steps = list(stream_of(lambda t: [("kettle", 70, 50), ("mug", 20 + 5 * t, 80)]).run(pictures(4)))
    assert steps[0].diff.added == (1, 2)
    assert set(steps[2].diff.moved) == {2}
    assert steps[2].diff.moved[2] == (5, 0)


def test_keyframes_let_the_twin_be_held_between_them() -> None:
    seer = Shown(lambda t: [("kettle", 70, 50), ("mug", 20, 80)])
    steps = list(stream_of(seer, every=4).run(pictures(10)))
    assert seer.frames == [0, 4, 8]
    assert [step.key for step in steps[:5]] == ["first", "", "", "", "schedule"]
    assert all(step.status == "ok" and step.pixels is not None and step.pixels.any() for step in steps)


def test_a_users_own_tracker_runs_alone_between_keyframes() -> None:
    class Follows:
        video = True

        def __init__(self) -> None:
            self.given: list[bool] = []

        def update(self, frame: Frame, detections):
            self.given.append(detections is not None)
            return twin_at(frame.index, [("kettle", 70, 50), ("mug", 20 + frame.index, 80)], frame.size)

    tracker = Follows()
    stream = SegmentationStream(
        "the mug", "rules", reasoner=planner("find mug; answer"), perceivers=[Shown(crossing)], tracker=tracker
    )
    steps = list(stream.run(pictures(12)))
    assert tracker.given == [True] + [False] * 9 + [True, False]
    assert steps[-1].answer == (2,)


def test_ids_that_the_model_names_hold_without_it() -> None:
    model = Planner(replies=['{"analysis": "that one", "answer": [2]}'], heard=[])
    stream = stream_of(model=model)
    steps = list(stream.run(pictures(10)))
    assert all(step.answer == (2,) for step in steps)
    assert stream.calls == 1
    assert stream.plan == ""


def test_counting_goes_on() -> None:
    stream = stream_of(lambda t: [("mug", 20, 20), ("mug", 60, 60)][: 1 + (t > 2)], ["find mug; count; answer"])
    numbers = [step.number for step in stream.run(pictures(8))]
    assert (numbers[0], numbers[-1]) == (1, 2)


def test_history_is_a_ring() -> None:
    stream = stream_of(history=8)
    for step in stream.run(pictures(40)):
        assert step.twin is not None
    assert len(stream.memory.timeline) == 8
    assert len(stream.memory.history.path(1)) == 8
    assert stream.memory.history.first(1) == 0


def test_steps_are_plain_json() -> None:
    step = next(iter(stream_of().run(pictures(1))))
    line = json.loads(json.dumps(step.to_json()))
    assert line["status"] == "ok"
    mug = {"id": 2, "label": "mug", "box": [60, 80, 80, 100], "mask_source": "segmenter"}
    assert line["answer"] == [mug]
    assert "mask" not in line
    assert step.to_json(masks=True)["mask"]["size"] == list(SIZE)


async def test_the_async_form_gives_the_same_steps() -> None:
    plain = [step.answer for step in stream_of().run(pictures(5))]
    assert [step.answer async for step in stream_of().arun(pictures(5))] == plain

    async def camera():
        for _ in range(5):
            await asyncio.sleep(0)
            yield blank()

    assert [step.answer async for step in stream_of().arun(camera())] == plain


def test_frames_can_be_pushed_one_by_one_in_any_form() -> None:
    stream = stream_of()
    frames = [blank(), Frame(blank(), 77), blank().astype(np.float32)]
    assert [stream.push(frame).frame for frame in frames] == [0, 1, 2]


def test_an_empty_query_is_refused_before_the_first_frame() -> None:
    with pytest.raises(InputError, match="the query is empty"):
        SegmentationStream(" ", "rules", perceivers=[Shown(crossing)])


def test_a_server_that_is_away_is_a_status_and_asked_again_later() -> None:
    model = Planner(replies=[ReasonerError("no server at http://x"), planner("find mug; answer").replies[0]], heard=[])
    stream = stream_of(model=model, patience=4)
    steps = list(stream.run(pictures(8)))
    assert [step.status for step in steps] == ["reasoner_error"] * 4 + ["ok"] * 4
    assert "no server" in steps[2].error


def test_bad_text_of_the_model_is_a_status() -> None:
    model = Planner(replies=["I would rather not"], heard=[])
    step = stream_of(model=model).push(blank())
    assert step.status == "format_error"
    assert step.calls == 2
    assert step.mask is None
    assert step.error


def test_kitchen_stream_is_followed_with_one_call() -> None:
    stream = SegmentationStream("the mug nearest to the kettle", "rules")
    steps: list[StreamStep] = [stream.push(frame) for frame, _ in kitchen_stream(1_000_018, 12)]
    assert {step.status for step in steps} == {"ok"}
    assert stream.calls == 1
    assert len({step.answer for step in steps}) == 1
