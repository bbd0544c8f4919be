"""gIoU and cIoU: by hand, and against a literal transcription of both written protocols."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from agentseg.evaluation import metrics
from agentseg.masks import Mask

Target = NDArray[np.uint8]


def lisa_as_written(samples: list[tuple[Mask, Target]]) -> tuple[float, float]:
    """Two classes, 255 ignored, histograms, epsilons: step by step as the protocol says."""
    total_shared, total_joint, total_iou = np.zeros(2), np.zeros(2), np.zeros(2)
    for predicted, target in samples:
        output = predicted.astype(np.uint8).ravel()
        wanted = target.ravel()
        output[wanted == 255] = 255
        shared = np.array([np.sum((output == k) & (wanted == k)) for k in (0, 1)], dtype=float)
        answered = np.array([np.sum(output == k) for k in (0, 1)], dtype=float)
        there = np.array([np.sum(wanted == k) for k in (0, 1)], dtype=float)
        joint = answered + there - shared
        iou = shared / (joint + 1e-5)
        iou[joint == 0] += 1.0
        total_shared += shared
        total_joint += joint
        total_iou += iou
    return float((total_iou / (len(samples) + 1e-5))[1]), float((total_shared / (total_joint + 1e-10))[1])


def segzero_as_written(samples: list[tuple[Mask | None, Target]]) -> tuple[float, float]:
    """Cast to bool, I/U without epsilon, 0 without union; an answer that cannot be read has I = 0, U = |target|."""
    ious, shared, joint = [], 0, 0
    for predicted, target in samples:
        wanted = target.astype(bool)
        answer = np.zeros_like(wanted) if predicted is None else predicted
        both, either = np.logical_and(answer, wanted).sum(), np.logical_or(answer, wanted).sum()
        ious.append(0.0 if either == 0 else both / either)
        shared, joint = shared + both, joint + either
    return float(np.mean(ious)), float(shared / joint) if joint else 0.0


def cases(number: int) -> list[tuple[Mask, Target]]:
    """Random answers and targets: dense, sparse, empty, full, all ignored, partly ignored."""
    random = np.random.default_rng(17)
    found = []
    for _ in range(number):
        size = tuple(random.integers(1, 25, 2))
        predicted = random.random(size) < random.choice([0.0, 0.1, 0.5, 1.0])
        target = (random.random(size) < random.choice([0.0, 0.1, 0.5, 1.0])).astype(np.uint8)
        target[random.random(size) < random.choice([0.0, 0.0, 0.2, 1.0])] = 255
        found.append((predicted, target))
    return found


def rows(samples: Sequence[tuple[Mask | None, Target]], protocol: metrics.Protocol) -> list[metrics.Overlap]:
    return [metrics.mask_overlap(predicted, target, protocol=protocol) for predicted, target in samples]


def test_lisa_is_what_is_written_on_a_thousand_cases() -> None:
    samples = cases(1000)
    for sample in samples:
        alone = metrics.overlap_score(rows([sample], "lisa"), protocol="lisa")
        assert (alone.giou, alone.ciou) == pytest.approx(lisa_as_written([sample]), abs=1e-12)
    together = metrics.overlap_score(rows(samples, "lisa"), protocol="lisa")
    assert (together.giou, together.ciou) == pytest.approx(lisa_as_written(samples), abs=1e-12)


def test_segzero_is_what_is_written_on_a_thousand_cases() -> None:
    random = np.random.default_rng(3)
    samples = [(None if random.random() < 0.1 else predicted, target) for predicted, target in cases(1000)]
    for sample in samples:
        alone = metrics.overlap_score(rows([sample], "segzero"), protocol="segzero")
        assert (alone.giou, alone.ciou) == pytest.approx(segzero_as_written([sample]), abs=1e-12)
    together = metrics.overlap_score(rows(samples, "segzero"), protocol="segzero")
    assert (together.giou, together.ciou) == pytest.approx(segzero_as_written(samples), abs=1e-12)
    assert together.failures == sum(predicted is None for predicted, _ in samples)


def target(*values: int) -> Target:
    return np.array([values], dtype=np.uint8)


def mask(*values: int) -> Mask:
    return np.array([values], dtype=bool)


def test_ignored_pixels_leave_lisa_and_are_target_under_segzero() -> None:
    answer, truth = mask(1, 1, 0, 1), target(1, 0, 1, 255)
    lisa = metrics.mask_overlap(answer, truth, protocol="lisa")
    assert (lisa.intersection, lisa.union) == (1, 3)
    assert lisa.iou == pytest.approx(1 / 3.00001)
    segzero = metrics.mask_overlap(answer, truth, protocol="segzero")
    assert (segzero.intersection, segzero.union, segzero.iou) == (2, 4, 0.5)


@pytest.mark.parametrize(
    ("answer", "truth", "lisa", "segzero"),
    [
        (mask(0, 0), target(0, 0), 1.0, 0.0),
        (mask(1, 0), target(0, 0), 0.0, 0.0),
        (mask(0, 0), target(1, 0), 0.0, 0.0),
        (mask(1, 0), target(255, 255), 1.0, 0.5),
        (mask(1, 0), target(255, 0), 1.0, 1.0),
    ],
)
def test_edges_of_both_protocols(answer: Mask, truth: Target, lisa: float, segzero: float) -> None:
    assert metrics.mask_overlap(answer, truth, protocol="lisa").iou == lisa
    assert metrics.mask_overlap(answer, truth, protocol="segzero").iou == segzero


@pytest.mark.parametrize("protocol", ["lisa", "segzero"])
def test_a_failure_stays_in_every_denominator(protocol: metrics.Protocol) -> None:
    truth = target(1, 1, 0, 0)
    right = metrics.mask_overlap(mask(1, 1, 0, 0), truth, protocol=protocol)
    failure = metrics.mask_overlap(None, truth, protocol=protocol)
    found = metrics.overlap_score([right, failure], protocol=protocol)
    assert (found.count, found.failures) == (2, 1)
    assert found.giou == pytest.approx(0.5, abs=1e-4)
    assert found.ciou == pytest.approx(0.5, abs=1e-4)


@pytest.mark.parametrize("protocol", ["lisa", "segzero"])
def test_a_failure_on_an_empty_target_is_not_right(protocol: metrics.Protocol) -> None:
    assert metrics.mask_overlap(None, target(0, 0), protocol=protocol).iou == 0.0


def test_a_failure_counts_the_target_without_its_ignored_pixels_under_lisa_only() -> None:
    truth = target(1, 255, 255, 0)
    assert metrics.mask_overlap(None, truth, protocol="lisa").union == 1
    assert metrics.mask_overlap(None, truth, protocol="segzero").union == 3


def test_giou_is_by_sample_and_ciou_by_pixel() -> None:
    # One pixel of one found, none of three.
    found = metrics.overlap_score(
        rows([(mask(1, 0, 0), target(1, 0, 0)), (mask(0, 0, 0), target(1, 1, 1))], "segzero"), protocol="segzero"
    )
    assert (found.giou, found.ciou) == (0.5, 0.25)


def test_the_order_of_samples_does_not_matter_to_the_last_bit() -> None:
    found = rows(cases(500), "lisa")
    assert metrics.overlap_score(found, protocol="lisa") == metrics.overlap_score(found[::-1], protocol="lisa")


def test_no_samples_have_no_score() -> None:
    assert metrics.overlap_score([], protocol="lisa").giou is None


def test_rows_of_two_protocols_do_not_mix() -> None:
    with pytest.raises(ValueError, match="one score has one protocol"):
        metrics.overlap_score(rows([(mask(1), target(1))], "lisa"), protocol="segzero")


def test_a_bool_target_ignores_nothing() -> None:
    assert metrics.mask_overlap(mask(1, 1), mask(1, 0), protocol="segzero").iou == 0.5


def test_what_is_no_answer_or_target_is_refused() -> None:
    with pytest.raises(ValueError, match=r"0, 1 and 255 \(ignore\); found \[7\]"):
        metrics.mask_overlap(mask(1, 1), target(7, 1), protocol="lisa")
    with pytest.raises(ValueError, match="the answer is a bool mask"):
        metrics.mask_overlap(mask(1), target(0, 1), protocol="lisa")
    with pytest.raises(ValueError, match="bool or uint8"):
        metrics.mask_overlap(mask(1), np.ones((1, 1)), protocol="lisa")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="'lisa' and 'segzero'"):
        metrics.mask_overlap(mask(1), target(1), protocol="coco")  # type: ignore[arg-type]
