import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import scenes, thing, twin_of

from agentseg.errors import InputError
from agentseg.masks import box_mask, encode
from agentseg.timeline import Timeline
from agentseg.tools.scene import Scene
from agentseg.twin import Instance, Twin


def mug(x: int, **fields: int) -> Instance:
    return thing(1, "mug", (x, 10, x + 20, 30), **fields)


def clip() -> Timeline:
    """A mug that moves right for three frames; a sink that is hidden in the last."""
    sink = thing(2, "sink", (100, 50, 160, 90), 1.5)
    return Timeline([twin_of(mug(0), sink), twin_of(mug(10), sink, frame=1), twin_of(mug(20), frame=2)])


def test_ring_keeps_the_newest_twins() -> None:
    twins = Timeline(capacity=3)
    for frame in range(10):
        twins.append(Twin(frame=frame, size=(4, 4)))
    assert [twin.frame for twin in twins] == [7, 8, 9]
    assert (len(twins), twins.last.frame) == (3, 9)
    with pytest.raises(InputError, match="at least 1 twin; found capacity 0"):
        Timeline(capacity=0)


def test_frames_rise_and_have_one_size() -> None:
    twins = Timeline([Twin(frame=4, size=(4, 4))])
    with pytest.raises(InputError, match="rise; found 4 after 4"):
        twins.append(Twin(frame=4, size=(4, 4)))
    with pytest.raises(InputError, match="one size"):
        twins.append(Twin(frame=5, size=(4, 5)))
    twins.append(Twin(frame=9, size=(4, 4)))
    assert len(twins) == 2


def test_empty_timeline_says_so() -> None:
    for ask in (lambda: Timeline().last, lambda: Timeline().at(0), lambda: Timeline().summary()):
        with pytest.raises(InputError, match="no frame yet"):
            ask()


def test_frame_that_is_not_kept_gives_the_nearest() -> None:
    twins = Timeline([Twin(frame=frame, size=(4, 4)) for frame in (3, 6, 9)])
    assert [twins.at(frame).frame for frame in (0, 3, 5, 7, 99)] == [3, 3, 6, 6, 9]


def test_summary_shows_each_instance_as_last_seen() -> None:
    twin = clip().summary()
    assert (twin.frame, twin.ids) == (2, (1, 2))
    assert [(row.box[0], row.first_seen, row.last_seen) for row in twin.instances] == [(20, 0, 2), (100, 0, 1)]
    assert (twin.mask(1).sum(), twin.mask(2).sum()) == (20 * 20, 60 * 40)


def test_summary_of_a_picture_is_the_picture() -> None:
    twin = twin_of(mug(0), frame=5)
    assert Timeline([twin]).summary() == twin


def test_summary_takes_a_trackers_word_for_frames_that_have_left_the_ring() -> None:
    twins = Timeline(capacity=2)
    for frame in range(6):
        twins.append(twin_of(mug(frame, first_seen=0, last_seen=frame), frame=frame))
    assert twins.summary().instances[0].first_seen == 0


def test_summary_without_a_tracker_counts_the_frames_kept() -> None:
    (row,) = Timeline([twin_of(mug(0), frame=frame) for frame in (4, 5)]).summary().instances
    assert (row.first_seen, row.last_seen) == (4, 5)


def test_relabelled_row_is_renamed_in_every_frame_and_keeps_its_boxes() -> None:
    before = clip()
    changed = before.last.instances[0].model_copy(update={"label": "cup", "attributes": {"colour": "red"}})
    after = before.revised(2, [changed], {})
    assert [(row.label, row.box[0]) for _, row in after.track(1)] == [("cup", 0), ("cup", 10), ("cup", 20)]
    assert all(row.attributes == {"colour": "red"} for _, row in after.track(1))
    assert [twin.masks for twin in after] == [twin.masks for twin in before]
    assert [row.label for _, row in before.track(1)] == ["mug"] * 3


def test_new_row_joins_one_frame_with_its_mask() -> None:
    knife = thing(3, "knife", (0, 0, 10, 10))
    after = clip().revised(1, [knife], {3: encode(box_mask(knife.box, (100, 200)))})
    assert [twin.ids for twin in after] == [(1, 2), (1, 2, 3), (1,)]
    assert after.at(1).mask(3).sum() == 100


def test_measured_or_redrawn_row_takes_its_place_in_its_frame_only() -> None:
    """A user's own step may measure a depth or draw a better mask; on a picture nothing of it may be lost."""
    deep = clip().last.instances[0].model_copy(update={"depth_mean": 2.0})
    mask = encode(box_mask((0, 0, 5, 5), (100, 200)))
    after = clip().revised(2, [deep], {1: mask})
    assert [row.depth_mean for _, row in after.track(1)] == [None, None, 2.0]
    assert [twin.mask(1).sum() for twin in after] == [400, 400, 25]


def test_row_that_has_left_is_renamed_and_does_not_come_back() -> None:
    gone = clip().summary().get(2)
    assert gone is not None
    after = clip().revised(2, [gone.model_copy(update={"label": "basin"})], {})
    assert [twin.ids for twin in after] == [(1, 2), (1, 2), (1,)]
    assert [row.label for _, row in after.track(2)] == ["basin", "basin"]


def test_revised_keeps_the_bound_of_the_ring() -> None:
    twins = Timeline([Twin(frame=frame, size=(100, 200)) for frame in range(3)], capacity=3)
    after = twins.revised(2, [mug(0)], {})
    after.append(Twin(frame=3, size=(100, 200)))
    assert [twin.frame for twin in after] == [1, 2, 3]
    assert twins.revised(2, [], {}) is twins


def test_track_gives_the_frames_that_have_the_id() -> None:
    assert [frame for frame, _ in clip().track(2)] == [0, 1]
    assert clip().track(9) == []


def test_scene_makes_an_id_that_no_frame_has() -> None:
    twins = Timeline([twin_of(mug(0)), twin_of(thing(7, "sink", (0, 0, 9, 9)), frame=1)])
    first = Scene(twins.at(0), twins)
    assert first.next_id == 8
    assert (first.shows(1), first.shows(7)) == (True, False)
    assert (Scene.of(twins).shows(1), Scene.of(twins).shows(7)) == (False, True)


@given(scenes(), st.data())
def test_summary_has_every_instance_of_every_frame(scene: Scene, data: st.DataObject) -> None:
    everything = {key for twin in scene.timeline for key in twin.ids}
    assert set(scene.timeline.summary().ids) == everything
    for row in scene.timeline.summary().instances:
        frames = [frame for frame, _ in scene.timeline.track(row.id)]
        if len(scene.timeline) > 1:
            assert (row.first_seen, row.last_seen) == (frames[0], frames[-1])
