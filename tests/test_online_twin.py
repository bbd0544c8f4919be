"""The parts of the online twin: histories, diffs, keyframes, and ids that come back."""

import numpy as np
import pytest
from stream_parts import SIZE, blank, twin_at

from agentseg.errors import InputError
from agentseg.frames import Frame
from agentseg.masks import box_mask, encode
from agentseg.perception import Tracker
from agentseg.perception.online import History, KeyframeOptions, Keyframes, LightTracker, diff_twins
from agentseg.sim.motion_long import PHASE
from agentseg.sim.stream import kitchen_stream, true_twin
from agentseg.twin import Twin


def follow(rows_of, frames, tracker=None):
    tracker, out = tracker or Tracker(), [Twin(size=SIZE)]
    for t in range(frames):
        out.append(tracker.update(out[-1], twin_at(t, rows_of(t))))
    return out[1:]


def ids(twin):
    return {row.label: row.id for row in twin.instances}


def test_history_keeps_first_last_path_and_speed_in_a_ring() -> None:
    history = History(capacity=4)
    for t in range(10):
        history.add(twin_at(t, [("mug", 10 + 3 * t, 20)]))
    assert (history.first(1), history.last(1), history.seen(1)) == (0, 9, 10)
    assert [sight.frame for sight in history.path(1)] == [6, 7, 8, 9]
    assert history.path(1)[-1].x == 47
    assert history.speed(1) == pytest.approx(3)
    assert history.lost(9, 5) == ()
    assert history.lost(12, 5) == (1,)
    assert (history.first(7), history.last(7), history.seen(7), history.speed(7)) == (None, None, 0, None)


def test_history_is_bounded_in_things_and_forgets_the_oldest() -> None:
    history = History(most=3)
    for t in range(10):
        twin = twin_at(t, [("mug", 10, 20)])
        history.add(twin.replace([twin.instances[0].model_copy(update={"id": t + 1})], {}))
    assert len(history) == 3
    assert 10 in history
    assert 1 not in history
    with pytest.raises(InputError, match="at least 1 sighting"):
        History(capacity=0)


def test_rows_that_are_only_held_are_no_sightings() -> None:
    history = History()
    twin = twin_at(0, [("mug", 10, 20)])
    history.add(twin)
    history.add(twin.model_copy(update={"frame": 1}))
    assert history.seen(1) == 1


def test_diffs_name_what_came_went_moved_and_changed_its_name() -> None:
    before = twin_at(0, [("mug", 10, 20), ("can", 60, 20), ("pot", 100, 20)])
    after = twin_at(1, [("mug", 15, 22), ("tin", 60, 20)])
    extra = twin_at(1, [("mug", 0, 0)] * 3 + [("lid", 20, 90)]).instances[3]
    diff = diff_twins(before, after.replace([*after.instances, extra], after.masks))
    assert (diff.added, diff.removed) == ((4,), (3,))
    assert dict(diff.moved) == {1: (5.0, 2.0)}
    assert dict(diff.relabelled) == {2: ("can", "tin")}
    assert diff.to_json() == {"added": [4], "removed": [3], "moved": {1: [5, 2]}, "relabelled": {2: ["can", "tin"]}}


def test_equal_twins_have_no_diff() -> None:
    twin = twin_at(0, [("mug", 10, 20)])
    assert not diff_twins(twin, twin)
    assert diff_twins(None, twin).added == (1,)
    assert diff_twins(twin, twin).to_json() == {}


def watched(keys: Keyframes, twins):
    """Reasons by frame; a keyframe detects exactly what is tracked."""
    out, before = [], None
    for twin in twins:
        why = keys.why(twin.frame)
        keys.watch(twin, twin if why else None, before)
        out.append(why)
        before = twin
    return out


def test_keyframes_come_on_schedule() -> None:
    twins = [twin_at(t, [("mug", 10, 20)]) for t in range(9)]
    assert watched(Keyframes(KeyframeOptions(every=4)), twins) == [
        "first",
        "",
        "",
        "",
        "schedule",
        "",
        "",
        "",
        "schedule",
    ]


def weaker(twin):
    return twin.replace([row.model_copy(update={"score": 0.4}) for row in twin.instances])


def larger(twin):
    rows = [row.model_copy(update={"box": (10, 20, 50, 60)}) for row in twin.instances]
    return twin.replace(rows, {row.id: encode(box_mask(row.box, SIZE)) for row in rows})


@pytest.mark.parametrize(
    ("change", "reason"), [(weaker, "score"), (larger, "area"), (lambda twin: twin.replace([]), "lost")]
)
def test_a_trigger_brings_the_next_keyframe_forward(change, reason: str) -> None:
    twins = [twin_at(t, [("mug", 10, 20)]) for t in range(8)]
    twins = [*twins[:2], *map(change, twins[2:])]
    assert watched(Keyframes(KeyframeOptions(every=100, soon=3)), twins)[:5] == ["first", "", "", reason, ""]


def test_a_detection_that_nothing_covers_is_looked_at_again_soon() -> None:
    keys = Keyframes(KeyframeOptions(every=100, soon=3))
    old, new = [("mug", 10, 20)], [("mug", 10, 20), ("can", 100, 80)]
    keys.watch(twin_at(0, new), twin_at(0, new), twin_at(0, old))
    assert [keys.why(t) for t in range(1, 5)] == ["", "", "uncovered", "uncovered"]
    covered = Keyframes(KeyframeOptions(every=100))
    covered.watch(twin_at(0, old), twin_at(0, old), twin_at(0, old))
    assert covered.why(5) == ""


def test_a_keyframe_that_never_comes_is_refused() -> None:
    with pytest.raises(InputError, match="every 1 frame or more"):
        KeyframeOptions(every=0)


def test_a_thing_that_was_hidden_for_long_comes_back_under_its_id() -> None:
    clip = follow(lambda t: [("can", 100, 80)] + ([("mug", 30, 30)] if not 5 <= t < 60 else []), 70)
    assert ids(clip[-1]) == ids(clip[0])
    tracker = Tracker()
    follow(lambda t: [("can", 100, 80)] + ([("mug", 30, 30)] if t < 5 else []), 9, tracker)
    assert tracker.states() == {1: "seen", 2: "lost"}


def test_states_go_from_seen_to_lost_to_gone_to_forgotten() -> None:
    tracker, seen = Tracker(), []
    previous = Twin(size=SIZE)
    for t in range(200):
        previous = tracker.update(previous, twin_at(t, [("mug", 30, 30)] if t == 0 else []))
        seen.append(tracker.states().get(1, "forgotten"))
    assert [seen[t] for t in (0, 1, 8, 9, 150, 151)] == ["seen", "lost", "lost", "gone", "gone", "forgotten"]


def test_a_hidden_thing_waits_where_the_camera_has_carried_it() -> None:
    def rows(t):
        shift = 2 * min(t, 30)
        things = [("can", 5 + shift, 90), ("pot", 40 + shift, 90), ("plate", 75 + shift, 90)]
        return things + ([("mug", 20 + shift, 30)] if not 5 <= t < 40 else [])

    clip = follow(rows, 45)
    assert ids(clip[-1]) == ids(clip[0])


@pytest.mark.parametrize(
    ("label", "place", "colour"), [("can", (30, 30), "red"), ("mug", (110, 90), "red"), ("mug", (48, 30), "blue")]
)
def test_another_thing_near_the_place_of_one_that_is_gone_is_another(label, place, colour) -> None:
    tracker = Tracker()
    first = tracker.update(Twin(size=SIZE), twin_at(0, [("mug", 30, 30)], attributes={"colour": "red"}))
    last = first
    for t in range(1, 20):
        last = tracker.update(last, twin_at(t, []))
    last = tracker.update(last, twin_at(20, [(label, *place)], attributes={"colour": colour}))
    assert last.ids == (2,)


def test_what_an_occluder_cuts_in_two_stays_one_thing() -> None:
    def rows(t):
        if t < 10 or t % 3 == 0:
            return [("pot", 40, 40), ("can", 120, 90)]
        return [("pot", 28, 40), ("lid", 56, 40), ("can", 120, 90)]  # 20 px each, about where the pot of 40 px is

    def wide(twin):
        if len(twin.instances) == 3:
            return twin
        pot, can = twin.instances
        box = (30, 40, 74, 60)
        return twin.replace([pot.model_copy(update={"box": box}), can], {**twin.masks, 1: encode(box_mask(box, SIZE))})

    tracker, out = LightTracker(), []
    for t in range(20):
        twin = wide(twin_at(t, rows(t), attributes={"colour": "green"}))
        out.append(tracker.update(Frame(blank(), t), twin))
    assert {twin.ids for twin in out} == {(1, 2)}
    assert {twin.labels for twin in out} == {("can", "pot")}
    assert out[11].instances[0].box == (28, 40, 76, 60)
    assert out[11].mask(1).sum() == 800


def test_a_banana_that_is_laid_on_a_plate_is_a_thing_of_its_own() -> None:
    tracker = LightTracker()
    for t in range(20):
        names = [("plate", 30, 40)] + ([("banana", 36, 42)] if t > 9 else [])
        twin = twin_at(t, names)
        colours = ("white", "yellow")
        rows = [row.model_copy(update={"attributes": {"colour": colours[k]}}) for k, row in enumerate(twin.instances)]
        last = tracker.update(Frame(blank(), t), twin.replace(rows))
    assert ids(last) == {"plate": 1, "banana": 2}


def test_the_light_tracker_holds_the_twin_between_keyframes() -> None:
    tracker = LightTracker()
    first = tracker.update(Frame(blank(), 0), twin_at(0, [("mug", 30, 30)]))
    held = tracker.update(Frame(blank(), 1), None)
    assert (held.frame, held.ids, held.masks) == (1, first.ids, first.masks)
    assert held.instances[0].last_seen == 0
    assert LightTracker().update(Frame(blank(), 0), None).ids == ()


def test_the_light_tracker_keeps_ids_when_the_frames_change_their_size() -> None:
    tracker = LightTracker()
    tracker.update(Frame(blank(), 0), twin_at(0, [("mug", 30, 30), ("can", 100, 90)]))
    large = (2 * SIZE[0], 2 * SIZE[1])
    detections = twin_at(1, [("can", 210, 190), ("mug", 70, 70)], large)
    assert ids(tracker.update(Frame(blank(large), 1), detections)) == {"mug": 1, "can": 2}


def test_a_kitchen_stream_moves_without_jumps_and_its_truth_fits() -> None:
    places, moved = [], False
    for frame, truth in kitchen_stream(1_000_018, PHASE, width=64, height=48, pictures=False):
        twin = true_twin(truth, frame.index)
        assert twin.frame == frame.index
        assert set(twin.ids) <= set(truth.labels)
        places.append(np.array([state.centre for state in truth.states[0]]))
        moved = moved or not np.allclose(places[0], places[-1])
    assert moved
    steps = np.abs(np.diff(np.stack(places), axis=0)).max()
    assert steps < 0.1  # metres a frame


def test_the_same_seed_gives_the_same_stream() -> None:
    one, two = ([frame.rgb for frame, _ in kitchen_stream(1_000_018, 2, width=64, height=48)] for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
