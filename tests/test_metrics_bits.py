"""Packed boundaries and dilation, against the plain disk."""

import numpy as np
import pytest

from agentseg.evaluation.metrics import bits


@pytest.mark.parametrize("radius", [*range(13), 31, 32, 33, 63, 64, 65, 100])
@pytest.mark.parametrize(("row", "column"), [(0, 0), (20, 63), (20, 64), (40, 129)])
def test_one_pixel_grows_to_a_disk(radius: int, row: int, column: int) -> None:
    height, width = 41, 130
    words = (width + radius + 63) // 64
    maps = np.zeros((1, height, words), dtype=np.uint64)
    maps[0, row, column // 64] = np.uint64(1) << np.uint64(column % 64)
    grown = np.unpackbits(bits.dilate(maps, radius).view(np.uint8), axis=-1, bitorder="little")[0, :, :width]
    y, x = np.mgrid[:height, :width]
    assert np.array_equal(grown, (y - row) ** 2 + (x - column) ** 2 <= radius**2)


def test_boundary_of_a_square_is_the_ring_north_west_of_it() -> None:
    square = np.zeros((9, 70), dtype=bool)
    square[3:6, 62:66] = True
    maps = bits.boundaries(square, np.zeros_like(square), 1)
    found = np.unpackbits(maps.view(np.uint8), axis=-1, bitorder="little")
    ring = np.zeros((9, 70), dtype=bool)
    ring[2:6, 61:66] = True
    ring[3:5, 62:65] = False
    assert np.array_equal(found[0, :, :70], ring)
    assert bits.count(maps[0]) == 14
    assert bits.count(maps[1]) == 0


def test_nothing_lies_behind_the_last_column() -> None:
    random = np.random.default_rng(0)
    masks = random.random((2, 12, 65)) < 0.5
    found = np.unpackbits(bits.boundaries(masks[0], masks[1], 20).view(np.uint8), axis=-1, bitorder="little")
    assert found.shape[-1] == 128
    assert not found[:, :, 65:].any()
