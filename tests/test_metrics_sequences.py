"""J and F over sequences: DAVIS statistics, ends, failures, label maps."""

import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from agentseg.evaluation import metrics
from agentseg.masks import Mask


def half(left: bool) -> Mask:
    mask = np.zeros((20, 20), dtype=bool)
    mask[:, :10] = left
    mask[:, 10:] = not left
    return mask


def test_mean_recall_and_decay_of_eight_frames() -> None:
    # linspace(1, 8, 5) = 1, 2.75, 4.5, 6.25, 8: the first quarter is frames 1..3, the last 6..8.
    found = metrics.statistics([1.0, 1.0, 0.7, 0.5, 0.5, 0.4, 0.2, 0.0])
    assert found.mean == pytest.approx(4.3 / 8)
    assert found.recall == pytest.approx(3 / 8)  # a half is not above a half
    assert found.decay == pytest.approx(2.7 / 3 - 0.6 / 3)


def test_one_frame_does_not_decay() -> None:
    assert metrics.statistics([0.8]) == metrics.Statistics(0.8, 1.0, 0.0)


def test_decay_is_right_for_more_than_256_frames() -> None:
    assert metrics.statistics([1.0] * 300 + [0.0] * 300).decay == 1.0


def test_unmeasured_frames_leave_the_mean_and_miss_the_recall() -> None:
    found = metrics.statistics([1.0, float("nan"), 1.0, 1.0])
    assert (found.mean, found.recall, found.decay) == (1.0, 0.75, 0.0)


def test_the_first_and_the_last_frame_are_dropped_or_kept() -> None:
    truth = [half(True)] * 4
    predicted = [half(False), half(True), half(False), half(False)]
    assert metrics.sequence_score(predicted, truth).j.mean == 0.5
    kept = metrics.sequence_score(predicted, truth, drop_ends=False)
    assert (kept.j.mean, kept.frames) == (0.25, 4)
    assert kept.f.mean == 1.0  # both halves have the same boundary
    assert kept.jf == pytest.approx(0.625)


def test_a_sequence_without_scored_frames_says_so() -> None:
    with pytest.raises(ValueError, match="first and last dropped"):
        metrics.sequence_score([half(True)] * 2, [half(True)] * 2)


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="found only 3 in predicted"):
        metrics.sequence_score([half(True)] * 3, [half(True)] * 4)
    with pytest.raises(ValueError, match="found only 3 in truth"):
        metrics.sequence_score([half(True)] * 4, [half(True)] * 3)
    with pytest.raises(ValueError, match="found only 2 in void"):
        metrics.sequence_score([half(True)] * 3, [half(True)] * 3, void=[half(True)] * 2)
    with pytest.raises(ValueError, match="found only 1 in predicted"):
        metrics.label_scores([labels("10")], [labels("10")] * 2)


def test_a_frame_without_an_answer_counts_nothing_and_is_counted() -> None:
    empty = np.zeros((20, 20), dtype=bool)
    found = metrics.sequence_score([None, empty], [empty, empty], drop_ends=False)
    assert (found.j.mean, found.f.mean, found.frames, found.failures) == (0.5, 0.5, 2, 1)


def test_void_is_a_mask_a_frame() -> None:
    found = metrics.sequence_score(iter([half(True)]), iter([half(False)]), void=[~half(False)], drop_ends=False)
    assert found.j.mean == 0.0
    everything = np.ones((20, 20), dtype=bool)
    assert metrics.sequence_score([half(True)], [half(False)], void=[everything], drop_ends=False).j.mean == 1.0


def labels(*rows: str) -> NDArray[np.uint8]:
    return np.array([[int(c) for c in row] for row in rows], dtype=np.uint8)


def test_every_object_of_the_truth_has_a_score_and_only_those() -> None:
    truth = [labels("1100", "0022")] * 3
    predicted = [labels("1000", "0322")] * 3
    found = metrics.label_scores(predicted, truth)
    assert list(found) == [1, 2]
    assert (found[1].j.mean, found[2].j.mean) == (0.5, 1.0)
    assert metrics.mean_score(found.values())[1] == 0.75  # type: ignore[index]


def test_frames_before_an_object_comes_count_as_agreement() -> None:
    truth = [labels("0000"), labels("0000"), labels("0110")]
    predicted = [labels("0000"), labels("0000"), labels("1001")]
    assert metrics.label_scores(predicted, truth, drop_ends=False)[1].j.mean == pytest.approx(2 / 3)


def test_a_void_label_is_no_object() -> None:
    nine = labels("1199")
    found = metrics.label_scores([labels("1111")], [nine], void_label=9, drop_ends=False)
    assert list(found) == [1]
    assert found[1].j.mean == 1.0


def test_ids_above_255_are_objects_too() -> None:
    truth = np.array([[0, 1000], [1000, 0]], dtype=np.int32)
    assert metrics.label_scores([truth], [truth], drop_ends=False)[1000].jf == 1.0


def test_no_objects_have_no_mean() -> None:
    assert metrics.mean_score([]) is None


def test_oracle_agrees_on_a_sequence_of_several_objects() -> None:
    evaluator = pytest.importorskip("vos_benchmark.evaluator", exc_type=ImportError).Evaluator()
    random = np.random.default_rng(2)
    y, x = np.mgrid[:120, :160]
    truth, predicted = [], []
    for frame in range(7):
        maps = np.zeros((2, 120, 160), dtype=np.uint8)
        for which, noise in ((0, 0), (1, 4)):
            for key in (1, 2, 3):
                cy, cx = np.array([30 * key, 20 + 15 * frame]) + random.integers(-noise, noise + 1, 2)
                maps[which][(y - cy) ** 2 + (x - cx) ** 2 < 15**2] = key
        truth.append(maps[0])
        predicted.append(maps[1])
    for answer, target in list(zip(predicted, truth, strict=True))[1:-1]:
        evaluator.feed_frame(answer, target)
    js, fs = evaluator.conclude()
    found = metrics.label_scores(predicted, truth)
    for key in (1, 2, 3):
        assert 100 * found[key].j.mean == pytest.approx(js[key], abs=1e-9)
        assert 100 * found[key].f.mean == pytest.approx(fs[key], abs=1e-9)
    mean = metrics.mean_score(found.values())
    assert mean is not None
    assert 100 * mean[0] == pytest.approx((np.mean(list(js.values())) + np.mean(list(fs.values()))) / 2, abs=1e-9)


def test_memory_does_not_grow_with_the_length_of_a_video() -> None:
    def frames(number: int) -> Iterator[Mask]:
        return (half(index % 2 == 0) for index in range(number))

    def peak(number: int) -> int:
        tracemalloc.start()
        metrics.sequence_score(frames(number), frames(number))
        _, top = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return top

    peak(10)
    assert peak(1000) < peak(100) + 150_000  # two floats a frame, no masks
