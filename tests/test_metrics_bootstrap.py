"""Intervals: seeded, of the right width, covering what they should."""

import math
import tracemalloc

import numpy as np
import pytest

from agentseg.evaluation import metrics


def test_the_same_seed_gives_the_same_interval_and_another_does_not() -> None:
    values = np.random.default_rng(0).random(50).tolist()
    assert metrics.mean_interval(values) == metrics.mean_interval(values)
    assert metrics.mean_interval(values) != metrics.mean_interval(values, seed=1)


def test_a_mean_has_the_width_of_the_normal_approximation() -> None:
    values = np.random.default_rng(1).normal(0.5, 0.2, 400)
    found = metrics.mean_interval(values.tolist())
    half = 1.96 * values.std() / math.sqrt(400)
    assert found.value == pytest.approx(values.mean())
    assert found.high - found.low == pytest.approx(2 * half, rel=0.08)
    assert found.low < found.value < found.high


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(2)
    inside = 0
    for trial in range(200):
        found = metrics.mean_interval(random.random(60).tolist(), resamples=300, seed=trial)
        inside += found.low <= 0.5 <= found.high
    assert 0.89 <= inside / 200 <= 0.99


def test_a_higher_level_is_wider() -> None:
    values = np.random.default_rng(3).random(80).tolist()
    narrow, wide = metrics.mean_interval(values, level=0.8), metrics.mean_interval(values, level=0.99)
    assert wide.low < narrow.low < narrow.high < wide.high


def test_one_sample_or_equal_samples_have_no_width() -> None:
    assert metrics.mean_interval([0.25]) == metrics.Interval(0.25, 0.25, 0.25)
    assert metrics.mean_interval([1.0] * 9) == metrics.Interval(1.0, 1.0, 1.0)


def test_a_ratio_is_of_sums() -> None:
    found = metrics.ratio_interval([1, 0], [1, 3])
    assert (found.value, found.low, found.high) == (0.25, 0.0, 1.0)


def test_a_ratio_over_nothing_is_zero() -> None:
    assert metrics.ratio_interval([0, 0], [0, 0]) == metrics.Interval(0.0, 0.0, 0.0)


def test_samples_of_one_image_widen_the_interval() -> None:
    values = np.repeat(np.random.default_rng(4).random(30), 10).tolist()
    alone = metrics.mean_interval(values)
    together = metrics.mean_interval(values, groups=[index // 10 for index in range(300)])
    assert together.value == pytest.approx(alone.value)
    assert together.high - together.low > 2.5 * (alone.high - alone.low)  # in theory sqrt(10)


def test_groups_of_one_sample_change_nothing() -> None:
    values = np.random.default_rng(5).random(20).tolist()
    assert metrics.mean_interval(values, groups=range(20)) == metrics.mean_interval(values)


def test_a_constant_lead_is_certain_where_separate_intervals_overlap() -> None:
    second = np.random.default_rng(6).random(40)
    first = second + 0.05
    found = metrics.paired_interval(first.tolist(), second.tolist())
    assert (found.low, found.high) == pytest.approx((0.05, 0.05))
    assert metrics.mean_interval(first.tolist()).low < metrics.mean_interval(second.tolist()).high


def test_a_macro_mean_weighs_its_strata_alike() -> None:
    random = np.random.default_rng(7)
    large, small = random.random(300).tolist(), (random.random(30) / 10).tolist()
    found = metrics.macro_interval([large, small])
    assert found.value == pytest.approx((np.mean(large) + np.mean(small)) / 2)
    assert found.low < found.value < found.high


def test_strata_are_drawn_independently_of_each_other() -> None:
    values = np.random.default_rng(10).random(100).tolist()
    one, two = metrics.macro_interval([values]), metrics.macro_interval([values, values])
    assert two.high - two.low == pytest.approx((one.high - one.low) / math.sqrt(2), rel=0.1)


def test_any_statistic_can_be_resampled() -> None:
    values = np.arange(101.0)
    found = metrics.statistic_interval(lambda rows: float(np.median(values[rows])), 101, resamples=300)
    assert found.value == 50.0
    assert 35 < found.low < 50 < found.high < 65


def test_the_statistic_of_a_mean_agrees_with_the_mean() -> None:
    values = np.random.default_rng(8).random(30)
    found = metrics.statistic_interval(lambda rows: float(values[rows].mean()), 30)
    expected = metrics.mean_interval(values.tolist())
    assert (found.value, found.low, found.high) == pytest.approx((expected.value, expected.low, expected.high))


def test_memory_is_bounded_for_many_samples() -> None:
    values = np.random.default_rng(9).random(10_000).tolist()
    tracemalloc.start()
    metrics.mean_interval(values, resamples=300)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60e6


def test_what_cannot_be_resampled_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to resample"):
        metrics.mean_interval([])
    with pytest.raises(ValueError, match="nothing to resample"):
        metrics.macro_interval([])
    with pytest.raises(ValueError, match="nothing to resample"):
        metrics.macro_interval([[1.0], []])
    with pytest.raises(ValueError, match="level lies between"):
        metrics.mean_interval([1.0], level=95)
    with pytest.raises(ValueError, match="at least one resample"):
        metrics.mean_interval([1.0], resamples=0)
    with pytest.raises(ValueError, match="a group a sample"):
        metrics.mean_interval([1.0, 2.0], groups=["a"])
    with pytest.raises(ValueError, match="same samples"):
        metrics.paired_interval([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="a denominator a numerator"):
        metrics.ratio_interval([1.0], [1.0, 2.0])
