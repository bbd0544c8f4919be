"""J and F of one frame: worked out by hand, against the written definition, and against vos-benchmark."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from agentseg.evaluation import metrics
from agentseg.masks import Mask
from agentseg.sim import render_kitchen


def square(top: int, left: int, side: int = 5, size: tuple[int, int] = (20, 20)) -> Mask:
    mask = np.zeros(size, dtype=bool)
    mask[top : top + side, left : left + side] = True
    return mask


def blob(size: tuple[int, int], seed: int) -> Mask:
    """Three rugged ellipses, as segmenters draw them."""
    random = np.random.default_rng(seed)
    height, width = size
    y, x = np.mgrid[:height, :width]
    mask = np.zeros(size, dtype=bool)
    for _ in range(3):
        (cy, cx), (a, b) = random.uniform(0.1, 0.9, 2) * size, random.uniform(0.03, 0.2, 2) * height
        mask |= ((y - cy) / a) ** 2 + ((x - cx) / b) ** 2 + 0.2 * np.sin(x / 3) * np.cos(y / 4) < 1
    return mask


def by_definition(predicted: Mask, truth: Mask, radius: int) -> float:
    """F, pixel by pixel from the text of the definition."""

    def boundary(mask: Mask) -> NDArray[np.int64]:
        height, width = mask.shape
        found = []
        for y in range(height):
            for x in range(width):
                near = []
                if x + 1 < width:
                    near.append(mask[y, x + 1])
                if y + 1 < height:
                    near.append(mask[y + 1, x])
                if x + 1 < width and y + 1 < height:
                    near.append(mask[y + 1, x + 1])
                if any(other != mask[y, x] for other in near):
                    found.append((y, x))
        return np.array(found, dtype=np.int64).reshape(-1, 2)

    ours, theirs = boundary(predicted), boundary(truth)
    if not len(ours) or not len(theirs):
        return float(len(ours) == len(theirs))
    close = ((ours[:, None] - theirs[None]) ** 2).sum(axis=2) <= radius**2
    precision, recall = close.any(axis=1).mean(), close.any(axis=0).mean()
    return float(2 * precision * recall / (precision + recall)) if precision + recall else 0.0


def test_region_similarity_is_shared_over_joint_pixels() -> None:
    left, top = np.zeros((4, 4), dtype=bool), np.zeros((4, 4), dtype=bool)
    left[:, :2] = True
    top[:2] = True
    assert metrics.region_similarity(left, top) == pytest.approx(4 / 12)


def test_two_empty_masks_agree_and_one_alone_does_not() -> None:
    empty, some = np.zeros((9, 9), dtype=bool), square(2, 2, size=(9, 9))
    assert metrics.region_and_boundary(empty, empty) == (1.0, 1.0)
    assert metrics.region_and_boundary(some, empty) == (0.0, 0.0)
    assert metrics.region_and_boundary(empty, some) == (0.0, 0.0)


def test_a_full_mask_has_no_boundary() -> None:
    full, empty = np.ones((9, 9), dtype=bool), np.zeros((9, 9), dtype=bool)
    assert metrics.boundary_accuracy(full, full) == 1.0
    assert metrics.boundary_accuracy(full, empty) == 1.0
    assert metrics.boundary_accuracy(full, square(2, 2, size=(9, 9))) == 0.0


def test_boundaries_of_shifted_squares_match_within_the_tolerance() -> None:
    truth = square(5, 5)
    assert metrics.boundary_accuracy(square(5, 6), truth, tolerance=1) == 1.0
    # Rings of 20 px, three columns apart: 4 + 4 px of the top and bottom rows, and the two next to them.
    assert metrics.boundary_accuracy(square(5, 8), truth, tolerance=1) == pytest.approx(0.5)
    assert metrics.boundary_accuracy(square(12, 12), truth, tolerance=1) == 0.0


@pytest.mark.parametrize(("shift", "expected"), [(0, 1.0), (8, 1.0), (9, 0.5), (10, 0.0)])
def test_the_tolerance_of_a_davis_frame_is_eight_pixels(shift: int, expected: float) -> None:
    one, other = square(100, 100, 1, (480, 854)), square(100, 100 + shift, 1, (480, 854))
    assert metrics.boundary_accuracy(other, one) == pytest.approx(expected)


def test_void_pixels_count_for_neither_side() -> None:
    truth, predicted = square(5, 5), square(5, 5) | square(12, 12)
    void = square(11, 11, 8)
    assert metrics.region_similarity(predicted, truth, void) == 1.0
    assert metrics.boundary_accuracy(predicted, truth, void) == 1.0
    assert metrics.region_and_boundary(predicted, truth, void) == (1.0, 1.0)
    assert metrics.region_similarity(predicted, truth) == 0.5


def test_measures_do_not_change_the_masks() -> None:
    predicted, truth, void = square(5, 5), square(6, 6), square(0, 0)
    before = predicted.copy(), truth.copy(), void.copy()
    metrics.region_and_boundary(predicted, truth, void)
    assert all(np.array_equal(now, then) for now, then in zip((predicted, truth, void), before, strict=True))


@pytest.mark.parametrize("measure", [metrics.region_similarity, metrics.boundary_accuracy])
def test_masks_of_other_shape_or_type_are_refused(measure: Callable[..., float]) -> None:
    mask = square(5, 5)
    with pytest.raises(ValueError, match="one shape; found predicted"):
        measure(mask[:5], mask)
    with pytest.raises(ValueError, match="truth is a bool mask"):
        measure(mask, mask.astype(np.uint8) * 255)
    with pytest.raises(ValueError, match="void is a bool mask"):
        measure(mask, mask, mask[None])


def test_a_tolerance_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="tolerance is positive"):
        metrics.boundary_accuracy(square(5, 5), square(5, 5), tolerance=0)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Mask, Mask, float]:
    height, width = draw(st.integers(1, 12)), draw(st.integers(1, 90))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    first, second = draw(st.tuples(*[st.sampled_from((0.0, 0.01, 0.1, 0.5, 0.99, 1.0))] * 2))
    return random.random((height, width)) < first, random.random((height, width)) < second, draw(st.integers(1, 100))


def test_lone_pixels_at_the_borders_are_matched_as_the_definition_says() -> None:
    places = ((0, 0), (0, 1), (0, 40), (0, 89), (11, 0), (11, 89), (5, 0))
    for one in places:
        for other in [*places, (0, 11), (0, 20), (0, 37), (5, 9), (3, 33)]:
            predicted, truth = np.zeros((12, 90), dtype=bool), np.zeros((12, 90), dtype=bool)
            predicted[one] = truth[other] = True
            for radius in (1, 8, 9, 11, 18, 33, 70):
                measured = metrics.boundary_accuracy(predicted, truth, tolerance=radius)
                assert measured == pytest.approx(by_definition(predicted, truth, radius), abs=1e-12)


@settings(max_examples=150)
@given(pairs())
def test_boundary_accuracy_is_what_the_definition_says(case: tuple[Mask, Mask, int]) -> None:
    predicted, truth, radius = case
    measured = metrics.boundary_accuracy(predicted, truth, tolerance=radius)
    assert measured == pytest.approx(by_definition(predicted, truth, radius), abs=1e-12)


@settings(max_examples=50)
@given(pairs())
def test_measures_are_symmetric_and_agree_with_their_joint_form(case: tuple[Mask, Mask, int]) -> None:
    predicted, truth, radius = case
    both = metrics.region_and_boundary(predicted, truth, tolerance=radius)
    assert both == pytest.approx(metrics.region_and_boundary(truth, predicted, tolerance=radius))
    assert both[0] == metrics.region_similarity(predicted, truth)
    assert both[1] == metrics.boundary_accuracy(predicted, truth, tolerance=radius)


def test_a_frame_without_pixels_agrees_with_itself() -> None:
    nothing = np.zeros((0, 5), dtype=bool)
    assert metrics.region_and_boundary(nothing, nothing) == (1.0, 1.0)


def agrees(predicted: Mask, truth: Mask) -> None:
    """Compare with vos-benchmark, which scores object 1 of two label maps."""
    evaluator = pytest.importorskip("vos_benchmark.evaluator", exc_type=ImportError).Evaluator()
    evaluator.objects_in_gt.add(1)
    evaluator.feed_frame(predicted.astype(np.uint8), truth.astype(np.uint8))
    theirs = (evaluator.object_iou[1][0], evaluator.boundary_f[1][0])
    assert metrics.region_and_boundary(predicted, truth) == pytest.approx(theirs, abs=1e-12)


def special(size: tuple[int, int]) -> list[Mask]:
    """Empty, full, one pixel inside, at each corner, and all but one pixel."""
    height, width = size
    masks = [np.zeros(size, dtype=bool), np.ones(size, dtype=bool)]
    for y, x in ((height // 2, width // 2), (0, 0), (0, width - 1), (height - 1, 0), (height - 1, width - 1)):
        one = np.zeros(size, dtype=bool)
        one[y, x] = True
        masks.append(one)
    return [*masks, ~masks[2]]


def test_oracle_agrees_on_all_pairs_of_special_masks() -> None:
    for predicted in special((31, 47)):
        for truth in special((31, 47)):
            agrees(predicted, truth)


@pytest.mark.parametrize("size", [(480, 854), (1080, 1920)])
def test_oracle_agrees_on_large_frames(size: tuple[int, int]) -> None:
    truth = blob(size, 1)
    empty, full, one = special(size)[:3]
    for predicted in (np.roll(truth, 13, axis=1), empty, full, one):
        agrees(predicted, truth)
    agrees(one, np.roll(one, 5, axis=0))


def test_oracle_agrees_on_random_masks() -> None:
    random = np.random.default_rng(5)
    for _ in range(150):
        size = tuple(random.integers(1, 140, 2))
        predicted, truth = (random.random(size) < random.choice([0.003, 0.05, 0.5, 0.95, 1.0]) for _ in range(2))
        agrees(predicted, truth)
    agrees(random.random((480, 854)) < 0.5, random.random((480, 854)) < 0.01)


def test_oracle_agrees_on_blobs() -> None:
    random = np.random.default_rng(6)
    for seed in range(25):
        truth = blob((240, 320), seed)
        agrees(np.roll(truth, random.integers(-9, 10, 2), axis=(0, 1)), truth)


def test_oracle_agrees_on_objects_of_a_moving_kitchen() -> None:
    _, truth = render_kitchen(11, frames=3, supersample=1)
    for key in truth.labels:
        agrees(truth.ids[0] == key, truth.ids[2] == key)


def test_oracle_agrees_on_annotated_photos(shared: Path) -> None:
    folder = shared / "coco_panoptic"
    if not folder.is_dir():
        pytest.skip("the COCO photos are not at hand")
    for record in json.loads((folder / "panoptic_examples.json").read_text())["annotations"]:
        colours = np.asarray(Image.open(folder / "panoptic_examples" / record["file_name"])).astype(np.int64)
        ids = colours @ [1, 256, 65536]
        for segment in record["segments_info"]:
            truth = ids == segment["id"]
            agrees(truth & np.roll(truth, (3, -4), axis=(0, 1)), truth)
