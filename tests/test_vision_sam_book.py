"""Labels that move onto masks, small regions, and the book of a video tracker: numpy alone."""

import numpy as np
import pytest

from agentseg.frames import Frame
from agentseg.masks import Box, Mask, box_mask, encode
from agentseg.perception.boxes import Detection, add_boxes
from agentseg.perception.pipeline import load_perceivers, perceive
from agentseg.perception.vision.labelling import LabelMasks
from agentseg.perception.vision.track_book import BookRules, Seen, TrackBook
from agentseg.twin import Instance, Twin

SIZE = (100, 120)
FRAME = Frame(np.zeros((*SIZE, 3), dtype=np.uint8))
MUG, PAN, FORK = (10, 10, 40, 50), (60, 20, 110, 60), (5, 70, 60, 80)


def masks(*boxes: Box) -> Twin:
    """Unnamed masks."""
    rows = tuple(Instance(id=key, label="unknown", box=box) for key, box in enumerate(boxes, 1))
    return Twin(size=SIZE, instances=rows, masks={row.id: encode(box_mask(row.box, SIZE)) for row in rows})


def test_a_mask_takes_the_label_and_score_of_the_box_that_fits_best():
    given = add_boxes(
        masks(MUG, PAN),
        [Detection("mug", 0.6, (9, 9, 41, 52)), Detection("cup", 0.3, MUG), Detection("pan", 0.8, (55, 20, 110, 62))],
    )
    twin = LabelMasks()(FRAME, given)
    assert [(row.id, row.label, row.score, row.mask_source) for row in twin.instances] == [
        (1, "mug", 0.6, "segmenter"),
        (2, "pan", 0.8, "segmenter"),
    ]
    assert twin.masks == masks(MUG, PAN).masks


def test_a_mask_that_no_box_fits_stays_unknown_and_a_box_without_a_mask_goes():
    given = add_boxes(masks(MUG), [Detection("fork", 0.9, FORK)])
    assert [row.label for row in LabelMasks()(FRAME, given).instances] == ["unknown"]
    kept = LabelMasks(keep_boxes=True)(FRAME, given)
    assert [(row.label, row.mask_source) for row in kept.instances] == [("unknown", "segmenter"), ("fork", "box")]


def test_a_part_takes_its_things_label_only_where_it_fills_enough_of_the_box():
    body, speck = (60, 20, 85, 55), (100, 50, 104, 54)
    twin = LabelMasks()(FRAME, add_boxes(masks(body, speck), [Detection("pan", 0.9, PAN)]))
    assert [row.label for row in twin.instances] == ["pan", "unknown"]


def test_named_masks_and_unknown_boxes_change_nothing():
    named = masks(MUG).replace([Instance(id=1, label="cup", box=MUG, score=0.4)])
    twin = LabelMasks()(FRAME, add_boxes(named, [Detection("mug", 0.9, MUG), Detection("unknown", 0.9, PAN)]))
    assert [(row.label, row.score) for row in twin.instances] == [("cup", 0.4)]


def test_the_perceiver_goes_by_its_name():
    given = add_boxes(masks(MUG), [Detection("mug", 0.6, MUG)])
    assert perceive(load_perceivers(["label_masks"]), FRAME, given).labels == ("mug",)


def test_small_islands_and_holes_go_and_the_largest_island_stays():
    pytest.importorskip("scipy")
    from agentseg.perception.vision.regions import without_small_regions

    mask = box_mask((10, 10, 40, 40), SIZE)
    mask[20:23, 20:23] = False
    mask[80:83, 80:83] = True
    clean = without_small_regions(mask, 20)
    assert np.array_equal(clean, box_mask((10, 10, 40, 40), SIZE))
    assert np.array_equal(without_small_regions(mask, 5), mask)
    assert without_small_regions(box_mask((0, 0, 2, 2), SIZE), 50).sum() == 4
    assert not without_small_regions(np.zeros(SIZE, dtype=bool), 50).any()


def keyframe(*rows: tuple[str, Box], score: float = 0.9, source: str = "segmenter") -> Twin:
    instances = tuple(
        Instance(id=10 * place, label=label, box=box, score=score, mask_source=source, attributes={"colour": "red"})
        for place, (label, box) in enumerate(rows, 1)
    )
    return Twin(size=SIZE, instances=instances, masks={row.id: encode(box_mask(row.box, SIZE)) for row in instances})


def seen(**boxes: Box | None) -> dict[int, Seen]:
    """``seen(a1=box)``: object 1 is where the box is, None: hidden."""
    empty: Mask = np.zeros(SIZE, dtype=bool)
    return {
        int(name[1:]): Seen(empty, 0.1) if box is None else Seen(box_mask(box, SIZE), 0.9)
        for name, box in boxes.items()
    }


def begun(*rows: tuple[str, Box], rules: BookRules | None = None) -> TrackBook:
    """A book after a first keyframe at frame 0."""
    book, detections = TrackBook(rules), keyframe(*rows)
    for key in book.pair(detections, {}).new:
        row = detections.get(key)
        assert row is not None
        book.begin(row, 0)
    return book


def test_the_first_keyframe_enters_everything_best_first():
    book = TrackBook()
    detections = keyframe(("mug", MUG), ("pan", PAN))
    better = detections.instances[1].model_copy(update={"score": 0.95})
    pairing = book.pair(detections.replace([detections.instances[0], better]), {})
    assert (pairing.same, pairing.back, pairing.new) == ({}, {}, (20, 10))


def test_a_keyframe_finds_its_objects_again_and_only_the_new_is_new():
    book = begun(("mug", MUG), ("pan", PAN))
    now = seen(a1=(14, 12, 44, 52), a2=PAN)
    book.observe(1, now)
    pairing = book.pair(keyframe(("pan", PAN), ("fork", FORK), ("mug", (13, 11, 43, 51))), now)
    assert (pairing.same, pairing.back, pairing.new) == ({10: 2, 30: 1}, {}, (20,))


def test_boxes_are_compared_with_boxes():
    book = begun(("mug", MUG))
    thin = np.zeros(SIZE, dtype=bool)
    thin[range(10, 40), range(10, 40)] = True  # a diagonal: a small mask in a large box
    thin[49, 39] = thin[10, 10] = True
    now = {1: Seen(thin, 0.9)}
    book.observe(1, now)
    assert book.pair(keyframe(("mug", MUG), source="box"), now).same == {10: 1}
    assert book.pair(keyframe(("mug", MUG)), now).same == {}


def test_a_double_and_a_part_of_its_own_label_are_no_new_objects():
    book = begun(("mug", MUG))
    now = seen(a1=MUG)
    inner, handle = (15, 15, 30, 30), (30, 20, 38, 30)
    pairing = book.pair(keyframe(("mug", MUG), ("cup", (11, 11, 40, 50)), ("mug", inner), ("handle", handle)), now)
    assert pairing.same == {10: 1}
    assert pairing.new == (40,)  # another label inside it is a thing of its own


def test_a_hidden_object_keeps_its_id_and_comes_back_where_its_label_is_seen():
    book = begun(("mug", MUG), rules=BookRules(lost_after=2))
    for frame in (1, 2):
        book.observe(frame, seen(a1=None))
    assert (book.ids, book.lost) == ((1,), (1,))
    assert book.twin(2, SIZE, seen(a1=None)).ids == ()
    near, far = (25, 15, 55, 55), (85, 55, 115, 95)
    assert book.pair(keyframe(("pan", near)), seen(a1=None)).back == {}
    assert book.pair(keyframe(("mug", near)), seen(a1=None)).back == {10: 1}
    strict = begun(("mug", MUG), rules=BookRules(reach=0.5))
    strict.observe(1, seen(a1=None))
    assert strict.pair(keyframe(("mug", far)), seen(a1=None)).new == (10,)


def test_a_low_score_hides_an_object_whatever_its_mask():
    book = begun(("mug", MUG))
    now = {1: Seen(box_mask(MUG, SIZE), 0.2)}
    book.observe(1, now)
    assert book.twin(1, SIZE, now).ids == ()


def test_labels_are_voted_and_unknown_yields_to_any_name():
    book = begun(("unknown", MUG))
    book.confirm(1, keyframe(("mug", MUG), score=0.3).instances[0], 1)
    assert book.twin(1, SIZE, seen(a1=MUG)).labels == ("mug",)
    for frame in range(2, 5):
        book.confirm(1, keyframe(("mug", MUG), score=0.8).instances[0], frame)
    book.confirm(1, keyframe(("bowl", MUG), score=0.9).instances[0], 5)
    assert book.twin(5, SIZE, seen(a1=MUG)).labels == ("mug",)


def test_the_twin_says_where_an_object_is_now_and_since_when_it_is_known():
    book = begun(("mug", MUG))
    now = seen(a1=(20, 10, 50, 50))
    book.observe(7, now)
    row = book.twin(7, SIZE, now).instances[0]
    assert (row.id, row.box, row.first_seen, row.last_seen, row.score) == (1, (20, 10, 50, 50), 0, 7, 0.9)
    assert row.attributes == {"colour": "red"}


def test_what_a_detection_does_not_measure_stays_as_it_was_measured_last():
    book = begun(("mug", MUG))
    measured = keyframe(("mug", MUG)).instances[0].model_copy(update={"depth_mean": 1.5, "depth_var": 0.1})
    book.confirm(1, measured, 1)
    book.confirm(1, measured.model_copy(update={"depth_mean": None, "depth_var": None, "attributes": {}}), 2)
    row = book.twin(2, SIZE, seen(a1=MUG)).instances[0]
    assert (row.depth_mean, row.depth_var, row.attributes) == (1.5, 0.1, {"colour": "red"})


def test_a_part_stays_a_part_between_keyframes():
    book = begun(("mug", MUG), ("handle", FORK))
    detections = keyframe(("mug", MUG), ("handle", FORK))
    part = detections.instances[1].model_copy(update={"parent": 10})
    book.relate(detections.replace([detections.instances[0], part]), {10: 1, 20: 2})
    now = seen(a1=MUG, a2=FORK)
    for frame in (1, 2):
        book.observe(frame, now)
        assert [row.parent for row in book.twin(frame, SIZE, now).instances] == [None, 1]
    book.confirm(2, part, 3)
    assert book.twin(3, SIZE, now).instances[1].parent == 1


def test_what_is_lost_for_long_is_forgotten_and_its_id_is_not_used_again():
    book = begun(("mug", MUG), rules=BookRules(forget_after=2))
    for frame in range(1, 4):
        assert book.forget() == ()
        book.observe(frame, {})
    assert book.forget() == (1,)
    assert book.ids == ()
    assert book.begin(keyframe(("mug", MUG)).instances[0], 5) == 2


def test_no_more_objects_are_followed_than_the_bound():
    many = [(f"thing {place}", (10.0 * place, 0.0, 10.0 * place + 8, 9.0)) for place in range(10)]
    assert len(begun(*many, rules=BookRules(most=4)).ids) == 4


def test_detections_without_a_pixel_are_left_out():
    empty = keyframe(("mug", MUG)).replace([Instance(id=10, label="mug", box=MUG)], {})
    assert TrackBook().pair(empty, {}).new == ()
    outside = Twin(size=SIZE, instances=(Instance(id=1, label="mug", box=(200, 0, 210, 5), mask_source="box"),))
    assert TrackBook().pair(outside, {}).new == ()


def test_boxes_of_lost_objects_follow_a_change_of_the_frames_size():
    book = begun(("mug", MUG))
    book.observe(1, seen(a1=None))
    book.rescale(SIZE, (200, 240))
    double = tuple(2 * side for side in MUG)
    row = Instance(id=10, label="mug", box=double, mask_source="box")
    assert book.pair(Twin(size=(200, 240), instances=(row,)), {}).back == {10: 1}
