"""SAM 2's video memory with shrunken random weights: exact pruning, objects that come and go, the stream's tracker."""

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from tiny_sam import save_sam2_video  # noqa: E402

from agentseg.config_vision import VisionOptions, VisionSizes, VisionWeights  # noqa: E402
from agentseg.errors import InputError, PerceptionError  # noqa: E402
from agentseg.frames import Frame  # noqa: E402
from agentseg.masks import box_mask, encode, iou  # noqa: E402
from agentseg.perception.boxes import Detection, add_boxes  # noqa: E402
from agentseg.perception.vision import sam2_video  # noqa: E402
from agentseg.perception.vision.pixels import IMAGENET  # noqa: E402
from agentseg.perception.vision.sam2_tracker import Sam2Tracker  # noqa: E402
from agentseg.perception.vision.sam2_video import Sam2VideoTracker  # noqa: E402
from agentseg.perception.vision.sam_pixels import square  # noqa: E402
from agentseg.twin import Instance, Twin  # noqa: E402

SIDE, SIZE = 64, (60, 80)
FIRST, SECOND = (8.0, 10.0, 40.0, 44.0), (42.0, 20.0, 70.0, 55.0)


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> VisionOptions:
    torch.set_num_threads(1)
    folder = save_sam2_video(tmp_path_factory.mktemp("video"), SIDE)
    weights = VisionWeights(sam2=str(folder))
    return VisionOptions(device="cpu", weights=weights, sizes=VisionSizes(sam2=SIDE))


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    """Thirty frames of a picture that slides."""
    rng = np.random.default_rng(0)
    picture = np.kron(rng.integers(0, 256, (6, 20, 3), dtype=np.uint8), np.ones((10, 10, 1), dtype=np.uint8))
    return [Frame(np.ascontiguousarray(picture[:, 2 * step : 2 * step + 80]), step) for step in range(30)]


def run(tracker: Sam2VideoTracker, frames: list[Frame], script: dict[int, list[tuple[str, Any]]]) -> list[dict]:
    """Step through frames; at some of them objects are added or removed."""
    seen = []
    for frame in frames:
        followed = tracker.step(frame)
        for verb, what in script.get(frame.index, []):
            if verb == "add":
                key, prompt = what
                followed[key] = tracker.add(key, **prompt)
            else:
                tracker.remove(what)
        seen.append(followed)
    return seen


def assert_equal(first: list[dict], second: list[dict], keys: tuple[int, ...]) -> None:
    for one, other in zip(first, second, strict=True):
        for key in keys:
            assert (key in one) == (key in other)
            if key in one:
                assert np.array_equal(one[key].mask, other[key].mask)
                assert one[key].score == other[key].score


SCRIPT = {
    0: [("add", (1, {"box": FIRST})), ("add", (2, {"mask": box_mask(SECOND, SIZE)}))],
    6: [("add", (3, {"points": [(20.0, 20.0), (50.0, 40.0)], "inside": [True, False]}))],
    18: [("remove", 2)],
}


@pytest.fixture(scope="module")
def scripted(options: VisionOptions, frames: list[Frame]) -> list[dict]:
    """What is seen of objects that come and go."""
    return run(Sam2VideoTracker(options), frames, SCRIPT)


@pytest.fixture(scope="module")
def plain(options: VisionOptions, frames: list[Frame]) -> list[dict]:
    """What is seen of the first two alone."""
    return run(Sam2VideoTracker(options), frames, {0: SCRIPT[0]})


def test_pruned_memory_gives_the_masks_of_a_kept_one_bit_for_bit(
    options: VisionOptions, frames: list[Frame], scripted: list[dict]
):
    kept = run(Sam2VideoTracker(options, prune=False), frames, SCRIPT)
    assert_equal(scripted, kept, (1, 2, 3))
    sizes = {int(seen[1].mask.sum()) for seen in scripted}
    assert len(sizes) > 5  # the masks move: an empty or frozen one would agree with anything
    assert 0 < min(sizes) < max(sizes) < SIZE[0] * SIZE[1]


@pytest.mark.parametrize(("memories", "pointers"), [(-1, 0), (0, -1)])
def test_forgetting_one_frame_more_changes_what_follows(
    options: VisionOptions,
    frames: list[Frame],
    plain: list[dict],
    monkeypatch: pytest.MonkeyPatch,
    memories: int,
    pointers: int,
):
    real = sam2_video.forget

    def hasty(session: Any, frame: int, kept: int, pointed: int) -> None:
        real(session, frame, kept + memories, pointed + pointers)
        for output in session.output_dict_per_obj[0]["non_cond_frame_outputs"].values():
            if "maskmem_features" not in output and memories:  # the model reads it: stand in for what was dropped
                output["maskmem_features"] = torch.zeros_like(blank["maskmem_features"])
                output["maskmem_pos_enc"] = blank["maskmem_pos_enc"]

    probe = Sam2VideoTracker(options, prune=False)
    run(probe, frames[:2], {0: SCRIPT[0]})
    blank = probe._sessions[1].output_dict_per_obj[0]["non_cond_frame_outputs"][1]
    monkeypatch.setattr(sam2_video, "forget", hasty)
    less = run(Sam2VideoTracker(options), frames[:20], {0: SCRIPT[0]})
    assert any(one[1].score != other[1].score for one, other in zip(plain, less, strict=False))


def test_memory_of_an_object_stops_growing(options: VisionOptions, frames: list[Frame]):
    def held(tracker: Sam2VideoTracker) -> int:
        outputs = tracker._sessions[1].output_dict_per_obj[0]
        tensors = [value for kind in outputs.values() for one in kind.values() for value in one.values()]
        return sum(value.numel() for value in tensors if hasattr(value, "numel"))

    tracker = Sam2VideoTracker(options)
    sizes = []
    for frame in frames:
        tracker.step(frame)
        if frame.index == 0:
            tracker.add(1, box=FIRST)
        sizes.append(held(tracker))
        assert not tracker._sessions[1].processed_frames
    assert sizes[3] < sizes[10] < sizes[16] == sizes[29]


def test_a_removed_object_leaves_the_others_as_if_it_had_never_been(
    options: VisionOptions, frames: list[Frame], scripted: list[dict]
):
    without = run(Sam2VideoTracker(options), frames, {0: [SCRIPT[0][0]], 6: SCRIPT[6]})
    assert_equal(scripted, without, (1, 3))
    assert [2 in seen for seen in scripted[17:20]] == [True, True, False]


def test_a_late_object_does_not_disturb_the_others(scripted: list[dict], plain: list[dict]):
    assert_equal(scripted, plain, (1,))
    assert_equal(scripted[:19], plain[:19], (2,))
    assert [3 in seen for seen in scripted[4:8]] == [False, False, True, True]


def test_objects_of_one_session_of_transformers_have_the_same_masks(
    options: VisionOptions, frames: list[Frame], plain: list[dict]
):
    loaded = Sam2VideoTracker(options).loaded
    session = transformers.Sam2VideoInferenceSession(video_height=60, video_width=80, dtype=torch.float32)
    scale = torch.tensor([SIDE / 80, SIDE / 60] * 2)
    corners = (torch.tensor(FIRST) * scale).view(1, 1, 2, 2)
    labels = torch.tensor([[[2, 3]]], dtype=torch.int32)
    session.add_point_inputs(session.obj_id_to_idx(1), 0, {"point_coords": corners, "point_labels": labels})
    mask = torch.from_numpy(box_mask(SECOND, SIZE)).float()[None, None]
    mask = torch.nn.functional.interpolate(mask, size=(SIDE, SIDE), mode="bilinear", antialias=True) >= 0.5
    session.add_mask_inputs(session.obj_id_to_idx(2), 0, mask.float())
    session.obj_with_new_inputs = [1, 2]
    for frame, seen in zip(frames[:12], plain, strict=False):
        pixels = square(frame, SIDE, IMAGENET, loaded)
        out = loaded.model(inference_session=session, frame=pixels, frame_idx=frame.index)
        large = torch.nn.functional.interpolate(out.pred_masks, SIZE, mode="bilinear", align_corners=False)[:, 0] > 0
        assert all(iou(seen[key].mask, large[place].numpy()) > 0.99 for place, key in enumerate((1, 2)))


def test_one_embedding_a_frame_serves_all_objects(options: VisionOptions, frames: list[Frame]):
    tracker = Sam2VideoTracker(options)
    runs: list[int] = []
    handle = tracker.loaded.model.vision_encoder.register_forward_hook(lambda *_: runs.append(1))
    try:
        run(tracker, frames[:4], SCRIPT)
    finally:
        handle.remove()
    assert len(runs) == 4


def test_a_prompt_needs_a_frame_and_a_form(options: VisionOptions, frames: list[Frame]):
    tracker = Sam2VideoTracker(options)
    with pytest.raises(InputError, match="no frame yet"):
        tracker.add(1, box=FIRST)
    assert tracker.step(frames[0]) == {}
    with pytest.raises(InputError, match="found both"):
        tracker.add(1, box=FIRST, mask=box_mask(FIRST, SIZE))
    with pytest.raises(InputError, match="needs a prompt"):
        tracker.add(1)
    with pytest.raises(InputError, match=r"no object 4 is followed; there are \[\]"):
        tracker.remove(4)
    assert tracker.ids == ()


def test_a_new_prompt_begins_an_object_anew(options: VisionOptions, frames: list[Frame]):
    script = {0: [("add", (1, {"box": FIRST}))], 5: [("add", (1, {"box": SECOND}))]}
    again = run(Sam2VideoTracker(options), frames[:9], script)
    fresh = run(Sam2VideoTracker(options), frames[:9], {5: script[5]})
    assert_equal(again[5:], fresh[5:], (1,))


def test_bfloat16_follows_nearly_the_same(options: VisionOptions, frames: list[Frame], plain: list[dict]):
    short = run(Sam2VideoTracker(options.model_copy(update={"dtype": "bfloat16"})), frames[:5], {0: SCRIPT[0]})
    for one, other in zip(short, plain, strict=False):
        assert all(abs(one[key].score - other[key].score) < 0.02 for key in (1, 2))
    assert iou(short[0][1].mask, plain[0][1].mask) > 0.9


def test_a_frame_without_memory_is_skipped_and_the_video_goes_on(options: VisionOptions, frames: list[Frame]):
    tracker = Sam2VideoTracker(options)
    run(tracker, frames[:3], {0: SCRIPT[0]})

    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    handle = tracker.loaded.model.memory_attention.register_forward_pre_hook(full)
    try:
        with pytest.raises(PerceptionError, match="ran out of memory"):
            tracker.step(frames[3])
    finally:
        handle.remove()
    assert set(tracker.step(frames[4])) == {1, 2}


def test_frames_of_another_size_go_on_with_the_same_objects(options: VisionOptions, frames: list[Frame]):
    tracker = Sam2VideoTracker(options)
    run(tracker, frames[:3], {0: SCRIPT[0]})
    small = Frame(np.ascontiguousarray(frames[3].rgb[::2, ::2]), 3)
    assert {followed.mask.shape for followed in tracker.step(small).values()} == {(30, 40)}


def outlined(*rows: tuple[str, tuple[float, float, float, float]]) -> Twin:
    """A detector's twin with outlines."""
    instances = tuple(
        Instance(id=10 * place, label=label, box=box, score=0.9) for place, (label, box) in enumerate(rows, 1)
    )
    masks = {row.id: encode(box_mask(row.box, SIZE)) for row in instances}
    return Twin(size=SIZE, instances=instances, masks=masks)


def test_the_tracker_of_streams_carries_masks_between_keyframes(options: VisionOptions, frames: list[Frame]):
    tracker = Sam2Tracker(options)
    assert tracker.video
    first = tracker.update(frames[0], outlined(("mug", FIRST), ("pan", SECOND)))
    assert [(row.id, row.label, row.first_seen, row.last_seen) for row in first.instances] == [
        (1, "mug", 0, 0),
        (2, "pan", 0, 0),
    ]
    for frame in frames[1:6]:
        twin = tracker.update(frame, None)
        assert (twin.frame, twin.size) == (frame.index, SIZE)
        assert set(twin.ids) <= {1, 2}
    boxed = add_boxes(Twin(size=SIZE), [Detection("fork", 0.8, (60.0, 2.0, 78.0, 14.0))])
    assert 3 in tracker.update(frames[6], boxed).ids
    restarted = tracker.update(frames[0], outlined(("cup", FIRST)))
    assert [(row.id, row.label) for row in restarted.instances] == [(1, "cup")]


def test_the_tracker_of_streams_refuses_detections_of_another_size(options: VisionOptions, frames: list[Frame]):
    with pytest.raises(PerceptionError, match="one size"):
        Sam2Tracker(options).update(frames[0], Twin(size=(3, 4)))


def test_an_object_that_is_forgotten_is_followed_no_longer(options: VisionOptions, frames: list[Frame]):
    from agentseg.perception.vision.track_book import BookRules

    rules = BookRules(least_score=1.1, lost_after=1, forget_after=2)  # no frame ever shows it
    tracker = Sam2Tracker(options, rules=rules)
    tracker.update(frames[0], outlined(("mug", FIRST)))
    for frame in frames[1:4]:
        assert tracker.update(frame, None).ids == ()
    assert tracker._video.ids == tracker.book.ids == ()
    tracker.update(frames[4], outlined(("mug", FIRST)))
    assert tracker.book.ids == (2,)
