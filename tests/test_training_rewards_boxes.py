"""Rewards of boxes: Seg-Zero's thresholds, VisionReasoner's matching and F1, worked out on paper."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reward_makers import SIZE, rle, sample, trace

from agentseg.errors import InputError
from agentseg.training.rewards import detection, segzero, task_accuracy, visionreasoner
from agentseg.training.rewards.assignment import assign
from agentseg.training.rewards.boxes import pair_scores


@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 2**31))
def test_assignment_has_the_largest_gain_of_all(rows: int, columns: int, seed: int) -> None:
    gain = np.random.default_rng(seed).integers(-3, 4, (rows, columns)).astype(float)
    pairs = assign(gain)
    assert len(pairs) == min(rows, columns)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    wide = gain if rows <= columns else gain.T
    choices = itertools.permutations(range(wide.shape[1]), wide.shape[0])
    best = max(sum(wide[row, column] for row, column in enumerate(choice)) for choice in choices)
    assert sum(gain[pair] for pair in pairs) == pytest.approx(best)


def test_assignment_agrees_with_scipy_where_it_is_installed() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    chance = np.random.default_rng(0)
    for shape in (120, 120), (40, 90), (90, 40):
        gain = chance.normal(size=shape)
        wanted = gain[optimize.linear_sum_assignment(gain, maximize=True)].sum()
        assert sum(gain[pair] for pair in assign(gain)) == pytest.approx(wanted)


def objects(*rows: tuple[float, ...]) -> Any:
    boxes = np.array([row[:4] for row in rows], dtype=float)
    return boxes, np.array([row[4:] for row in rows], dtype=float)


def test_pair_earns_one_for_each_threshold() -> None:
    truth = objects((0, 0, 40, 40, 20, 20))
    found = objects(
        (0, 0, 40, 40, 20, 20),  # all three
        (0, 0, 40, 20, 20, 10),  # IoU .5 is not above; L1 20/4 = 5; point 10 px off
        (0, 0, 80, 80, 60, 60),  # IoU .25; L1 80/4 = 20; point 56 px off
        (0, 0, 40, 36, 45, 20),  # IoU .9; L1 1; the point is 25 px off, but outside of its own box
        (0, 0, 120, 40, 45, 20),  # IoU 1/3; L1 80/4 = 20; point 25 px off and inside
    )
    assert pair_scores(found, truth)[:, 0].tolist() == [3, 2, 0, 2, 1]
    assert pair_scores(found, truth, "continuous")[:, 0] == pytest.approx([3, 2.5, 0.25, 1.9, 1 + 1 / 3])


def value(reward: Any, made: Any, truth: Any = None) -> Any:
    return reward(made, truth or sample())


def test_segzero_compares_the_whole_answer() -> None:
    assert value(segzero(), trace()) == 3
    assert value(segzero(), trace(masks={})) == 0
    assert value(segzero(), trace(masks={0: rle((0, 0, 0, 0))}), sample(targets={0: rle((0, 0, 0, 0))})) == 3
    assert value(segzero(), trace(masks={0: rle((10, 10, 30, 20))})) == 2  # IoU .5, L1 2.5 px, points 5 px apart
    assert value(segzero(iou="continuous"), trace(masks={0: rle((10, 10, 30, 20))})) == 2.5
    assert value(segzero(), trace(masks={0: rle((0, 0, 5, 5), (9, 9))})) == 0
    assert value(segzero(), trace(), sample(targets={}, size=None)) is None


def test_distances_can_be_measured_on_the_papers_square() -> None:
    moved = trace(masks={0: rle((13, 10, 33, 30))})  # 3 px of 200: 12.6 px of 840, twice in four sides: 6.3
    assert value(segzero(side=840), moved) == 3
    further = trace(masks={0: rle((15, 10, 35, 30))})  # 5 px of 200: 21 px of 840; mean of sides 10.5, IoU .6
    assert (value(segzero(), further), value(segzero(side=840), further)) == (3, 2)


BOXES = {0: ((10.0, 10.0, 30.0, 30.0), (120.0, 40.0, 140.0, 60.0))}


def test_visionreasoner_matches_objects_and_divides_by_the_larger_number() -> None:
    truth = sample(task="detect", boxes=BOXES, targets={}, size=None)
    assert value(visionreasoner(), trace(answer=(3, 1)), truth) == 3
    assert value(visionreasoner(), trace(answer=(1,)), truth) == 1.5
    assert value(visionreasoner(), trace(answer=(1, 2, 3)), truth) == 2
    assert value(visionreasoner(), trace(answer=(), status="no_target"), truth) == 0
    empty = sample(task="detect", boxes={0: ()}, targets={}, size=None)
    assert value(visionreasoner(), trace(answer=(), status="no_target"), empty) == 3
    assert value(visionreasoner(), trace(answer=(1,), status="tool_error"), truth) == 0
    assert value(visionreasoner(), trace(), sample()) == 3  # masks only: one object


def test_detection_is_f1_of_matched_boxes() -> None:
    truth = sample(task="detect", boxes=BOXES, targets={}, size=SIZE)
    assert value(detection(), trace(answer=(1, 3)), truth) == 1
    assert value(detection(), trace(answer=(1,)), truth) == pytest.approx(2 / 3)
    assert value(detection(), trace(answer=(1, 2, 3)), truth) == pytest.approx(4 / 5)
    assert value(task_accuracy, trace(answer=(2,)), truth) == 0
    assert value(detection(), trace(answer=(99,)), sample(boxes={0: ()}, targets={})) == 1
    assert value(detection(), trace()) is None


def test_bad_options_are_refused() -> None:
    with pytest.raises(InputError, match="'binary' and 'continuous'; found 'soft'"):
        segzero(iou="soft")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="positive number of px; found 0"):
        visionreasoner(side=0)
    with pytest.raises(InputError, match=r"at least 0 and below 1; found 1\.5"):
        detection(threshold=1.5)
