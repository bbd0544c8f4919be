"""Generalised referring: targets, none, and failures, worked out by hand."""

import numpy as np
import pytest

from agentseg.evaluation import metrics
from agentseg.masks import Mask


def mask(*values: int) -> Mask:
    return np.array([values], dtype=bool)


NONE = mask(0, 0, 0, 0)
ROWS = [
    metrics.grounding(NONE, NONE),  # right: nothing there
    metrics.grounding(mask(1, 1, 0, 0), NONE),  # two false pixels
    metrics.grounding(None, NONE),  # failure
    metrics.grounding(mask(1, 1, 0, 0), mask(1, 1, 0, 0)),
    metrics.grounding(mask(1, 1, 1, 1), mask(1, 1, 1, 0)),  # 0.75
    metrics.grounding(NONE, mask(1, 1, 1, 0)),  # said to be none
    metrics.grounding(None, mask(1, 0, 0, 0)),  # failure
]


def test_all_figures_of_seven_samples() -> None:
    found = metrics.grounding_score(ROWS)
    assert found.giou == pytest.approx((1 + 0 + 0 + 1 + 0.75 + 0 + 0) / 7)
    assert found.ciou == pytest.approx((2 + 3) / (0 + 2 + 0 + 2 + 4 + 3 + 1))
    assert found.n_acc == pytest.approx(1 / 3)
    assert found.t_acc == pytest.approx(2 / 4)
    assert found.precision_at == {0.7: 0.5, 0.8: 0.25, 0.9: 0.25}
    assert (found.no_target, found.targeted, found.failures) == (3, 4, 2)


def test_an_overlap_of_exactly_k_counts() -> None:
    found = metrics.grounding_score([ROWS[4]], precision_at=(0.75, 0.76))
    assert found.precision_at == {0.75: 1.0, 0.76: 0.0}


def test_figures_without_samples_are_none() -> None:
    empty = metrics.grounding_score([])
    assert (empty.giou, empty.ciou, empty.n_acc, empty.t_acc, empty.precision_at[0.7]) == (None,) * 5
    only_targets = metrics.grounding_score([ROWS[3]])
    assert (only_targets.n_acc, only_targets.t_acc) == (None, 1.0)
    # Nothing to find and nothing found: no pixel that a cIoU could be made of.
    assert metrics.grounding_score([ROWS[0]]).ciou is None


def test_other_shapes_and_types_are_refused() -> None:
    with pytest.raises(ValueError, match="the answer is a bool mask"):
        metrics.grounding(mask(1), NONE)
    with pytest.raises(ValueError, match="a target is a bool mask"):
        metrics.grounding(NONE, np.zeros((1, 4), dtype=np.uint8))
