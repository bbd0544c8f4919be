import contextlib
import os
import pickle
from pathlib import Path

import dataset_folders as folders
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco

from agentseg.errors import InputError
from agentseg.evaluation.datasets import open_dataset, open_frames
from agentseg.evaluation.datasets.plain_pickle import load_plain
from agentseg.evaluation.datasets.polygons import fill_coco, fill_polygon
from agentseg.masks import area, decode

sides = st.integers(1, 40)
points = st.lists(st.tuples(st.floats(-8, 48), st.floats(-8, 48)), min_size=3, max_size=9)


@given(points, sides, sides)
def test_coco_polygon_has_the_pixels_of_pycocotools(corners: list[tuple[float, float]], h: int, w: int) -> None:
    flat = [side for corner in corners for side in corner]
    expected = coco.decode(coco.frPyObjects([flat], h, w))[:, :, 0].astype(bool)
    assert np.array_equal(fill_coco(flat, (h, w)), expected)


def test_filled_polygon_holds_its_border_and_cuts_points_to_whole_pixels() -> None:
    assert np.array_equal(fill_polygon([(1.9, 1), (4, 1), (4, 3.9), (1, 3)], (6, 8)), folders.block(1, 1, 5, 4, (6, 8)))
    assert fill_polygon([(2, 2)], (4, 4)).sum() == 1
    assert fill_polygon([(0, 1), (3, 1)], (4, 4)).sum() == 4
    assert not fill_polygon([], (4, 4)).any()
    assert fill_polygon([(-9, -9), (99, -9), (99, 99), (-9, 99)], (4, 4)).all()


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_refcoco_has_a_sample_per_sentence_and_ors_its_polygons(tmp_path: Path, protocol: int) -> None:
    folders.refcoco(tmp_path, protocol=protocol)
    first, second = open_dataset("refcoco", tmp_path, split="val")
    assert (first.id, first.query) == ("1_3", "left mug")
    assert (second.id, second.query, second.category) == ("1_4", "the mug", "referring")
    parts = [[2, 2, 12, 2, 12, 12, 2, 12], [8, 8, 20, 8, 20, 18, 8, 18]]
    masks = coco.decode(coco.frPyObjects(parts, *folders.SIZE)).astype(bool)
    assert (masks[:, :, 0] & masks[:, :, 1]).any()
    assert np.array_equal(decode(first.targets[0]), masks.any(axis=2))
    assert next(open_frames(first)).size == first.size == folders.SIZE


def test_refcocog_and_a_root_that_is_the_dataset_itself(tmp_path: Path) -> None:
    folders.refcoco(tmp_path, "refcocog", "umd")
    assert [sample.id for sample in open_dataset("refcocog", tmp_path, split="testA")] == ["2_3"]
    folders.photo(tmp_path / "refcocog" / "train2014" / "COCO_train2014_000000000007.jpg")
    assert len(list(open_dataset("refcocog", tmp_path / "refcocog", split="val"))) == 2
    with pytest.raises(InputError, match="no split 'test'; there are testA, val"):
        list(open_dataset("refcocog", tmp_path))


def test_pickle_of_python_2_with_byte_texts_is_read(tmp_path: Path) -> None:
    path = tmp_path / "refs.p"
    path.write_bytes(b"(lp0\n(dp1\nS'sent'\np2\nS'caf\\xc3\\xa9'\np3\nsa.")
    assert load_plain(path, "refs.p") == [{"sent": "café"}]


def test_grefcoco_has_none_one_and_many_targets(tmp_path: Path) -> None:
    folders.instances(tmp_path / "grefcoco" / "instances.json")
    photo = {"image_id": 7, "split": "testA"}
    refs = [
        {"ref_id": 1, "ann_id": [70, 71], "sentences": [{"sent_id": 1, "sent": "both"}], **photo},
        {"ref_id": 2, "ann_id": [-1], "sentences": [{"sent_id": 2, "sent": "a whale"}], **photo},
        {"ref_id": 3, "ann_id": [72], "sentences": [{"sent_id": 3, "sent": "the crowd"}], **photo},
    ]
    folders.write_json(tmp_path / "grefcoco" / "grefs(unc).json", refs)
    folders.photo(tmp_path / "train2014" / "COCO_train2014_000000000007.jpg")
    many, none, one = open_dataset("grefcoco", tmp_path, split="testA")
    assert (many.category, none.category, one.category) == ("multi", "no_target", "single")
    assert area(none.targets[0]) == 0
    assert np.array_equal(decode(one.targets[0]), folders.block(0, 0, 1, 24))
    assert decode(many.targets[0])[4, 26]
    assert decode(many.targets[0])[4, 4]


class Runs:
    """Runs a command when a full unpickler reads it."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (os.system, (f"touch {self.mark}",))


@pytest.mark.parametrize("protocol", range(6))
def test_pickle_that_would_run_code_is_refused_and_runs_nothing(tmp_path: Path, protocol: int) -> None:
    folders.refcoco(tmp_path)
    mark = tmp_path / "ran"
    (tmp_path / "refcoco" / "refs(unc).p").write_bytes(pickle.dumps([Runs(mark)], protocol=protocol))
    with pytest.raises(InputError, match=r"'refcoco/refs\(unc\).p' is refused: it names \w+.system"):
        list(open_dataset("refcoco", tmp_path, split="val"))
    assert not mark.exists()


REFUSED = [
    np.float64(1.0), np.zeros(2), Path("a"), print, bytearray(b"x"), complex(1, 2), range(3), ValueError("x"), object(),
]  # fmt: skip


@pytest.mark.parametrize("value", REFUSED, ids=lambda value: type(value).__name__)
def test_anything_but_plain_data_is_refused(tmp_path: Path, value: object) -> None:
    (tmp_path / "x.p").write_bytes(pickle.dumps({"a": [value]}, protocol=2))
    with pytest.raises(InputError, match="x.p is refused: it names"):
        load_plain(tmp_path / "x.p", "x.p")


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner) | st.frozensets(st.integers()),
)


@settings(max_examples=50)
@given(plain, st.integers(0, 5))
def test_plain_data_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, value: object, kind: int) -> None:
    path = tmp_path_factory.getbasetemp() / "plain.p"
    path.write_bytes(pickle.dumps(value, protocol=kind))
    assert load_plain(path, "x") == value


@given(st.binary(max_size=60))
def test_any_bytes_are_plain_data_or_an_input_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.p"
    path.write_bytes(data)
    with contextlib.suppress(InputError):
        load_plain(path, "x")


def change(root: Path, find: str, put: str) -> None:
    path = root / "refcoco" / "instances.json"
    text = path.read_text()
    assert find in text
    path.write_text(text.replace(find, put))


BROKEN = [
    ('"height": 24', '"height": "24"', r"image 7: field 'height' is a whole number; found str"),
    ('"height": 24', '"height": 0', "image 7: height and width"),
    ('"file_name": "COCO', '"file_name": "../../COCO', "'file_name' is a name below the folder; found '../../COCO"),
    ('"file_name": "COCO', '"file_name": "/etc/COCO', "'file_name' is a name below the folder; found '/etc/COCO"),
    ('"id": 70', '"id": 99', r"refs\(unc\).p'\[0\]: 'refcoco/instances.json' has no 70 among its annotations"),
    ('"id": 7,', '"id": 8,', "has no 7 among its images"),
    ('"id": 70, "image_id": 7', '"id": 70, "image_id": 8', "annotation 70: field 'image_id' is 7"),
    ("[2, 2, 12, 2, 12, 12, 2, 12]", "[2, 2, 12, 2]", r"annotation 70.segmentation\[0\] is a polygon.*found 4"),
    ("[2, 2, 12,", '["2", 2, 12,', r"annotation 70.segmentation\[0\] is a number; found str"),
    ("[2, 2, 12,", "[1e999, 2, 12,", "finite pixels"),
    ('"annotations": [', '"annotations": {', "not JSON: 'annotations' opens and closes differently"),
    ('"annotations"', '"annos"', "no key 'annotations'; there are info, images, annos"),
]


@pytest.mark.parametrize(("find", "put", "message"), BROKEN, ids=[row[1] for row in BROKEN])
def test_broken_instances_are_named_with_file_and_field(tmp_path: Path, find: str, put: str, message: str) -> None:
    folders.refcoco(tmp_path)
    change(tmp_path, find, put)
    with pytest.raises(InputError, match=message):
        list(open_dataset("refcoco", tmp_path, split="val"))


def test_cut_off_and_empty_instances_are_input_errors(tmp_path: Path) -> None:
    path = folders.refcoco(tmp_path) / "refcoco" / "instances.json"
    path.write_text(path.read_text()[:200])
    with pytest.raises(InputError, match="'refcoco/instances.json': not JSON: it ends inside"):
        list(open_dataset("refcoco", tmp_path, split="val"))
    path.write_text("")
    with pytest.raises(InputError, match="'refcoco/instances.json' is empty"):
        list(open_dataset("refcoco", tmp_path, split="val"))
