"""ReVOS and MeViS: subsets, robustness, failures."""

import numpy as np
import pytest

from agentseg.evaluation import metrics
from agentseg.masks import Mask


def mask(*values: int) -> Mask:
    return np.array([values], dtype=bool)


def test_overall_is_the_mean_of_the_two_subsets_not_of_the_expressions() -> None:
    rows = [metrics.Clip(0.9, 0.7, 1.0, "referring")] * 3 + [metrics.Clip(0.5, 0.3, 0.0, "reasoning")]
    found = metrics.revos_score(rows)
    assert found["referring"].jf == pytest.approx(0.8)
    assert found["reasoning"].jf == pytest.approx(0.4)
    overall = found["overall"]
    assert (overall.j, overall.f, overall.r) == pytest.approx((0.7, 0.5, 0.5))
    assert overall.jf == pytest.approx(0.6)
    assert overall.count == 4
    assert metrics.mevis_score(rows).jf == pytest.approx(0.7)


def test_a_failure_counts_nothing_in_its_subset() -> None:
    rows = [metrics.Clip(1.0, 1.0, 1.0, "reasoning"), metrics.clip(None, [mask(1)], foreground=[], subset="reasoning")]
    found = metrics.revos_score(rows)["reasoning"]
    assert (found.j, found.f, found.r, found.count, found.failures) == (0.5, 0.5, 0.5, 2, 1)


def test_expressions_of_no_subset_are_left_out_of_revos() -> None:
    found = metrics.revos_score([metrics.Clip(1.0, 1.0, subset="referring"), metrics.Clip(0.0, 0.0)])
    assert found["referring"].count == 1
    assert found["overall"].count == 1


def test_overall_needs_both_subsets() -> None:
    found = metrics.revos_score([metrics.Clip(1.0, 1.0, subset="referring")])
    assert (found["reasoning"].j, found["overall"].j, found["overall"].jf) == (None, None, None)


def test_robustness_is_lost_by_false_pixels() -> None:
    truth, around = mask(1, 0, 0, 0), mask(1, 1, 0, 0)
    assert metrics.robustness(mask(1, 0, 0, 0), truth, around) == 1.0
    assert metrics.robustness(mask(0, 1, 0, 0), truth, around) == pytest.approx(1 - 1 / 2.000001)
    assert metrics.robustness(mask(0, 1, 1, 1), truth, around) == 0.0


def test_robustness_without_foreground_is_all_or_nothing() -> None:
    nothing = mask(0, 0)
    assert metrics.robustness(nothing, nothing, nothing) == 1.0
    assert metrics.robustness(mask(1, 0), nothing, nothing) == 0.0


def test_a_clip_is_the_mean_of_all_its_frames_ends_included() -> None:
    truth = np.zeros((20, 20), dtype=bool)
    truth[5:10, 5:10] = True
    nothing = np.zeros_like(truth)
    found = metrics.clip([nothing, truth, truth, nothing], [truth] * 4, foreground=[truth] * 4)
    assert (found.j, found.f, found.r) == (0.5, 0.5, 1.0)
    assert metrics.clip([nothing], [nothing]).j == 1.0
    assert metrics.clip([nothing], [nothing]).r is None


def test_lengths_that_differ_are_refused() -> None:
    one = mask(1)
    with pytest.raises(ValueError, match="found only 1 in predicted"):
        metrics.clip([one], [one, one])
    with pytest.raises(ValueError, match="found only 1 in foreground"):
        metrics.clip([one, one], [one, one], foreground=[one])
    with pytest.raises(ValueError, match="found only 1 in truth"):
        metrics.clip([one], [one], foreground=[one, one])
    with pytest.raises(ValueError, match="at least one frame"):
        metrics.clip([], [])


def test_no_expressions_have_no_score() -> None:
    found = metrics.mevis_score([])
    assert (found.j, found.f, found.r, found.jf, found.count) == (None, None, None, None, 0)


def test_robustness_is_reported_only_where_every_expression_has_it() -> None:
    assert metrics.mevis_score([metrics.Clip(1.0, 1.0, 1.0), metrics.Clip(1.0, 1.0)]).r is None
