import logging
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentseg.frames import Frame
from agentseg.masks import box_mask, decode, encode
from agentseg.perception.boxes import Detection, add_boxes, box_rle, clipped, suppress
from agentseg.testing import check_perceiver
from agentseg.twin import Instance, Twin

SIZE = (40, 60)
NAN, INF = math.nan, math.inf
SIDES = st.floats(-20, 80)


def boxes_of(*boxes: tuple[float, float, float, float], label: str = "truck") -> list[Detection]:
    return [Detection(label, 0.9 - 0.1 * place, box) for place, box in enumerate(boxes)]


def test_detection_becomes_an_instance_with_its_filled_box_marked_as_box() -> None:
    known = Instance(id=7, label="tree", box=(0, 0, 5, 5))
    twin = add_boxes(Twin(size=SIZE, frame=3, instances=(known,)), boxes_of((10, 5, 30, 25)))
    tree, truck = twin.instances
    assert (tree, twin.ids) == (known, (7, 8))
    assert (truck.label, truck.score, truck.mask_source, truck.first_seen) == ("truck", 0.9, "box", 3)
    assert np.array_equal(twin.mask(8), box_mask((10, 5, 30, 25), SIZE))


@pytest.mark.parametrize(
    "box",
    [(5, 5, 5, 20), (20, 5, 10, 20), (NAN, 0, 5, 5), (70, 5, 90, 20), (5, 5, 5.2, 20), (-INF, 50, INF, INF)],
    ids=["no width", "inverted", "NaN", "outside", "under a pixel", "below the frame"],
)
def test_box_without_pixels_is_dropped_and_the_log_says_so(
    box: tuple[float, float, float, float], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        twin = add_boxes(Twin(size=SIZE), [Detection("truck", 0.9, box), *boxes_of((1, 1, 9, 9))])
    assert [row.box for row in twin.instances] == [(1, 1, 9, 9)]
    assert "dropped 1 of 2 boxes" in caplog.text


def test_box_and_score_are_clipped() -> None:
    assert clipped(Detection("a", 1.7, (-10, -INF, 20, 300)), SIZE) == Detection("a", 1.0, (0, 0, 20, 40))
    assert clipped(Detection("a", NAN, (0, 0, 20, 30)), SIZE) is None


def test_doubles_of_one_label_leave_the_best_and_other_labels_alone() -> None:
    near = boxes_of((0, 0, 20, 20), (1, 1, 21, 21), (30, 0, 50, 20))
    twin = add_boxes(Twin(size=SIZE), [*reversed(near), Detection("car", 0.95, (0, 0, 20, 20))])
    assert [(row.label, row.box[0]) for row in twin.instances] == [("car", 0), ("truck", 0), ("truck", 30)]
    assert len(add_boxes(Twin(size=SIZE), near, overlap=1).instances) == 3


def test_suppression_of_nothing_is_nothing() -> None:
    assert suppress(np.zeros((0, 4)), np.zeros(0)) == []
    assert add_boxes(Twin(size=SIZE), []).instances == ()


def test_suppression_equals_the_definition_on_random_boxes() -> None:
    random = np.random.default_rng(0)
    corner = random.uniform(0, 30, (60, 2))
    boxes, scores = np.hstack([corner, corner + random.uniform(2, 20, (60, 2))]), random.random(60)
    groups = random.integers(0, 3, 60)

    def overlap(a: int, b: int) -> float:
        (ax1, ay1, ax2, ay2), (bx1, by1, bx2, by2) = boxes[a], boxes[b]
        joint = max(0, min(ax2, bx2) - max(ax1, bx1)) * max(0, min(ay2, by2) - max(ay1, by1))
        return float(joint / ((ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - joint))

    kept: list[int] = []
    for place in np.argsort(-scores):
        if all(groups[place] != groups[other] or overlap(int(place), other) <= 0.3 for other in kept):
            kept.append(int(place))
    assert suppress(boxes, scores, 0.3, groups) == kept


@given(x=st.tuples(SIDES, SIDES), y=st.tuples(SIDES, SIDES))
def test_box_rle_equals_the_encoded_filled_box(x: tuple[float, float], y: tuple[float, float]) -> None:
    box = (x[0], y[0], x[1], y[1])
    assert box_rle(box, SIZE) == encode(box_mask(box, SIZE))
    assert decode(box_rle(box, SIZE)).shape == SIZE


def test_perceiver_made_of_boxes_keeps_the_contract() -> None:
    def perceive(frame: Frame, twin: Twin) -> Twin:
        height, width = frame.size
        return add_boxes(twin, boxes_of((0.2, 0.3, width * 0.7, height * 0.8), (-5, -5, width, height)))

    check_perceiver(perceive)
