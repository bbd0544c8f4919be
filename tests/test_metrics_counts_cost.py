"""Counting, costs and failures."""

import pytest

from agentseg.evaluation import metrics


def test_counting_is_exact_and_a_failure_is_wrong() -> None:
    found = metrics.counting_score(
        [metrics.Count(3, 3), metrics.Count(2, 3), metrics.Count(7, 3), metrics.Count(None, 1), metrics.Count(0, 0)]
    )
    assert found.accuracy == pytest.approx(2 / 5)
    assert found.within_one == pytest.approx(3 / 5)
    assert found.error == pytest.approx((0 + 1 + 4 + 0) / 4)
    assert (found.count, found.failures) == (5, 1)


def test_counts_without_samples_or_answers_have_no_figures() -> None:
    assert metrics.counting_score([]).accuracy is None
    failed = metrics.counting_score([metrics.Count(None, 1)])
    assert (failed.accuracy, failed.error) == (0.0, None)


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="from 0 on; found -1"):
        metrics.Count(-1, 2)


def test_a_spread_has_mean_percentiles_and_maximum() -> None:
    found = metrics.spread([float(value) for value in range(101)])
    assert (found.mean, found.p50, found.p90, found.p95, found.p99, found.maximum) == (50, 50, 90, 95, 99, 100)
    assert (found.count, found.missing) == (101, 0)


def test_percentiles_lie_between_ranks() -> None:
    assert metrics.spread([0, 10]).p90 == pytest.approx(9.0)


def test_costs_that_were_not_measured_are_counted_not_averaged() -> None:
    found = metrics.spread([4, None, 8])
    assert (found.mean, found.count, found.missing) == (6.0, 2, 1)
    assert metrics.spread([None]) == metrics.Spread(0, 1)


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_a_cost_that_cannot_be_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="finite number from 0 on"):
        metrics.spread([1.0, value])


def test_reasoning_tokens_add_up_over_turns() -> None:
    assert metrics.reasoning_tokens(["the leftmost mug", "it is red"], str.split) == 6
    assert metrics.reasoning_tokens([], str.split) == 0


def test_failures_are_counted_by_name_and_an_answer_of_none_is_no_failure() -> None:
    found = metrics.tally(["ok", "no_target", "tool_error", "format_error", "format_error", "timeout"])
    assert (found.count, found.failures) == (6, 4)
    assert list(found.by_status.items()) == [("format_error", 2), ("timeout", 1), ("tool_error", 1)]
    assert found.failure_rate == pytest.approx(4 / 6)
    assert metrics.tally([]).failure_rate is None
