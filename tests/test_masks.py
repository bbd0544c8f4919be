import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pycocotools import mask as coco

from agentseg.errors import InputError
from agentseg.masks import RLE, area, box_mask, box_of, decode, encode, iou, union

masks = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=24))


def coco_rle(mask: np.ndarray) -> RLE:
    found = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    return RLE(size=list(found["size"]), counts=found["counts"].decode())


def big(density: float) -> np.ndarray:
    return np.random.default_rng(0).random((480, 854)) < density


ODD = {
    "one pixel, off": np.zeros((1, 1), bool),
    "one pixel, on": np.ones((1, 1), bool),
    "no pixel": np.zeros((0, 3), bool),
    "empty": np.zeros((480, 854), bool),
    "full": np.ones((480, 854), bool),
    "sparse": big(0.01),
    "dense": big(0.99),
    "disc": np.hypot(*np.mgrid[-240:240, -427:427]) < 150,
}


@pytest.mark.parametrize("mask", ODD.values(), ids=ODD.keys())
def test_rle_of_odd_and_large_masks_is_that_of_pycocotools(mask: np.ndarray) -> None:
    assert encode(mask) == coco_rle(mask)
    assert np.array_equal(decode(coco_rle(mask)), mask)


@given(masks)
def test_rle_of_any_mask_is_that_of_pycocotools_both_ways(mask: np.ndarray) -> None:
    rle = encode(mask)
    assert rle == coco_rle(mask)
    assert np.array_equal(decode(rle), mask)
    assert np.array_equal(coco.decode({"size": rle["size"], "counts": rle["counts"].encode()}), mask)
    assert area(rle) == mask.sum() == coco.area({"size": rle["size"], "counts": rle["counts"].encode()})


@given(masks)
def test_uncompressed_counts_and_bytes_are_read(mask: np.ndarray) -> None:
    flat = mask.ravel(order="F").tolist()
    counts, value = [0], False
    for pixel in flat:
        if pixel == value:
            counts[-1] += 1
        else:
            counts.append(1)
            value = pixel
    plain: RLE = {"size": list(mask.shape), "counts": counts}  # type: ignore[typeddict-item]
    assert np.array_equal(decode(plain), mask)
    assert area(plain) == mask.sum()
    raw: RLE = {"size": list(mask.shape), "counts": encode(mask)["counts"].encode()}  # type: ignore[typeddict-item]
    assert np.array_equal(decode(raw), mask)


BROKEN = [
    {"size": [4, 4], "counts": "4"},
    {"size": [4, 4], "counts": "\x00"},
    {"size": [4, 4], "counts": "ü"},
    {"size": [4, 4], "counts": "oooo"},
    {"size": [4, 4], "counts": "o" * 100_000},
    {"size": [4, 4], "counts": b"\xff"},
    {"size": [4, 4], "counts": [8, -1, 9]},
    {"size": [4, 4], "counts": [8, 8.5]},
    {"size": [4, 4], "counts": ["16"]},
    {"size": [4, 4], "counts": None},
    {"size": [4, 4]},
    {"counts": "P4"},
    {"size": [4], "counts": "P4"},
    {"size": [-4, -4], "counts": [16]},
    {"size": ["4", "4"], "counts": [16]},
    {"size": 16, "counts": [16]},
]


@pytest.mark.parametrize("rle", BROKEN, ids=lambda rle: str(rle)[:40])
def test_broken_rle_is_an_input_error(rle: RLE) -> None:
    with pytest.raises(InputError, match="RLE|run"):
        decode(rle)


@given(st.text(max_size=12), st.lists(st.integers(0, 9), min_size=2, max_size=2))
def test_any_string_decodes_or_is_an_input_error(counts: str, size: list[int]) -> None:
    try:
        mask = decode({"size": size, "counts": counts})
    except InputError:
        return
    assert mask.shape == tuple(size)


def test_mask_of_three_dimensions_is_refused() -> None:
    with pytest.raises(InputError, match=r"2-d array .* \(2, 2, 3\)"):
        encode(np.zeros((2, 2, 3), bool))


@given(st.data())
def test_iou_and_union_agree_with_pycocotools_and_sets(data: st.DataObject) -> None:
    shape = data.draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    first, second = data.draw(arrays(np.bool_, shape)), data.draw(arrays(np.bool_, shape))
    assert np.array_equal(union([encode(first), encode(second)], shape), first | second)
    expected = 1.0 if not (first | second).any() else (first & second).sum() / (first | second).sum()
    assert iou(first, second) == iou(second, first) == pytest.approx(expected)
    if (first | second).any():
        pair = [coco.encode(np.asfortranarray(mask.astype(np.uint8))) for mask in (first, second)]
        assert coco.iou(pair[:1], pair[1:], [0])[0, 0] == pytest.approx(iou(first, second))


def test_union_of_nothing_is_empty_and_iou_needs_one_shape() -> None:
    assert union([], (3, 4)).shape == (3, 4)
    assert not union([], (3, 4)).any()
    with pytest.raises(ValueError, match=r"\(2, 2\) and \(2, 3\)"):
        iou(np.zeros((2, 2), bool), np.zeros((2, 3), bool))


@given(masks)
def test_box_holds_every_pixel_and_touches_one_on_each_side(mask: np.ndarray) -> None:
    x1, y1, x2, y2 = (int(side) for side in box_of(mask))
    if not mask.any():
        assert (x1, y1, x2, y2) == (0, 0, 0, 0)
        return
    inside = mask[y1:y2, x1:x2]
    assert inside.sum() == mask.sum()
    assert all(edge.any() for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]))


def test_filled_box_is_clipped_to_the_frame() -> None:
    assert box_of(box_mask((-5, 2.4, 3, 99), (10, 8))) == (0, 2, 3, 10)
    assert not box_mask((20, 20, 30, 30), (10, 8)).any()
