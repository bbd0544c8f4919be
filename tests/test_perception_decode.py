"""Decoding handmade maps: what the network should say about a scene gives back the scene."""

import numpy as np
import pytest

from agentseg.perception.decode import DecodeConfig, decode, find_centres
from agentseg.perception.winners import winners

THINGS, CLASSES = 3, 7  # three things, then wall, counter and two fixtures
WALL, SINK = 3, 6


def maps_of(scene):
    """Perfect maps of a scene: [(class, rows, columns)] of rectangles, px of a 240x320 input, later ones on top."""
    ids, classes = np.zeros((240, 320), int), np.full((240, 320), WALL)
    for key, (label, rows, columns) in enumerate(scene, 1):
        ids[rows, columns], classes[rows, columns] = key, label
    semantic = np.full((CLASSES, 120, 160), 0.01, np.float32)
    np.put_along_axis(semantic, classes[None, ::2, ::2], 0.94, axis=0)
    heat, offset = np.zeros((THINGS, 60, 80), np.float32), np.zeros((2, 60, 80), np.float32)
    cells = ids[2::4, 2::4]
    y, x = np.mgrid[0:60, 0:80] * 4 + 1.5
    for key, (label, _, _) in enumerate(scene, 1):
        if label >= THINGS or not (ids == key).any():
            continue
        rows, columns = np.nonzero(ids == key)
        heat[label, round((rows.mean() - 1.5) / 4), round((columns.mean() - 1.5) / 4)] = 0.9
        offset[0][cells == key] = (rows.mean() - y)[cells == key]
        offset[1][cells == key] = (columns.mean() - x)[cells == key]
    return semantic, heat, offset, ids


def overlap(mask, truth):
    return (mask & truth).sum() / (mask | truth).sum()


def test_two_of_a_class_side_by_side_stay_two():
    scene = [
        (0, slice(40, 100), slice(40, 90)),
        (0, slice(40, 100), slice(92, 140)),
        (1, slice(150, 200), slice(20, 60)),
    ]
    semantic, heat, offset, ids = maps_of(scene)
    found = decode(semantic, heat, offset, DecodeConfig(), THINGS)
    assert sorted(segment.label for segment in found) == [0, 0, 1]
    for key in (1, 2, 3):
        assert max(overlap(segment.mask, ids == key) for segment in found) > 0.9


def test_a_thing_in_the_middle_of_another_keeps_its_class():
    semantic, heat, offset, ids = maps_of([(0, slice(60, 180), slice(80, 240)), (1, slice(100, 140), slice(140, 180))])
    found = {segment.label: segment.mask for segment in decode(semantic, heat, offset, DecodeConfig(), THINGS)}
    assert overlap(found[0], ids == 1) > 0.9
    assert overlap(found[1], ids == 2) > 0.9


def test_a_fixture_is_one_instance_and_wall_is_none():
    semantic, heat, offset, ids = maps_of([(SINK, slice(100, 200), slice(100, 200))])
    found = decode(semantic, heat, offset, DecodeConfig(), THINGS)
    assert [segment.label for segment in found] == [SINK]
    assert overlap(found[0].mask, ids == 1) > 0.9


def test_masks_do_not_overlap():
    rng = np.random.default_rng(0)
    semantic = rng.random((CLASSES, 120, 160), dtype=np.float32)
    heat = rng.random((THINGS, 60, 80), dtype=np.float32)
    offset = rng.normal(0, 10, (2, 60, 80)).astype(np.float32)
    found = decode(semantic / semantic.sum(0), heat, offset, DecodeConfig(least_score=0.0), THINGS)
    assert found
    assert sum(segment.mask.astype(int) for segment in found).max() == 1
    assert all(0 <= segment.score <= 1 for segment in found)


def test_a_centre_without_pixels_is_dropped_and_few_peaks_are_kept():
    semantic, heat, offset, _ = maps_of([(0, slice(40, 100), slice(40, 90))])
    heat[1, 50, 70] = 0.99
    assert [segment.label for segment in decode(semantic, heat, offset, DecodeConfig(), THINGS)] == [0]
    heat[:] = np.random.default_rng(1).random(heat.shape)
    assert len(find_centres(heat, DecodeConfig()).label) == DecodeConfig().most


def test_of_close_peaks_of_one_class_the_highest_stays():
    heat = np.zeros((THINGS, 60, 80), np.float32)
    heat[0, 20, 20], heat[0, 20, 22], heat[1, 20, 21], heat[0, 40, 40] = 0.9, 0.8, 0.7, 0.6
    centres = find_centres(heat, DecodeConfig(window=5))
    assert centres.score.tolist() == pytest.approx([0.9, 0.7, 0.6])
    assert (centres.y[0], centres.x[0]) == (81.5, 81.5)


def test_winners_are_those_of_the_interpolated_evidence():
    rng = np.random.default_rng(0)
    evidence = rng.random((4, 6, 8)).repeat(3, axis=1).repeat(3, axis=2)  # even areas with edges
    expected = evidence
    for axis, count in ((1, 18), (2, 24)):
        place = (np.arange(2 * count) + 0.5) / 2 - 0.5
        low = np.floor(place).astype(int)
        share = np.expand_dims(place - low, tuple(k for k in range(3) if k != axis))
        below, above = (np.take(expected, (low + k).clip(0, count - 1), axis=axis) for k in (0, 1))
        expected = (1 - share) * below + share * above
    assert np.array_equal(winners(evidence), expected.argmax(axis=0))
