import json
import os
import sys
from pathlib import Path

import dataset_folders as folders
import numpy as np
import pytest
from PIL import Image

from agentseg.errors import InputError
from agentseg.evaluation.datasets import DATASETS, open_dataset, open_frames
from agentseg.evaluation.datasets.reasonseg import IGNORE, label_map
from agentseg.masks import area, decode, encode
from agentseg.sample import Sample


def test_reasonseg_comes_in_order_of_names_with_first_text_kind_and_masks(tmp_path: Path) -> None:
    first, second = open_dataset("reasonseg", folders.reasonseg(tmp_path), split="val")
    assert (first.id, first.query, first.category) == ("a", "who is a?", "short")
    assert (second.id, second.category) == ("b", "long")
    assert first.extra["texts"] == ["who is a?", "second"]
    target, ignored = decode(first.targets[0]), decode(first.ignore[0])
    # the ignored area is the larger one, so the target lies on top of it; int32 cuts 15.9 to 15; "flag" is left out
    assert np.array_equal(target, folders.block(2, 2, 6, 6))
    assert np.array_equal(target | ignored, folders.block(0, 0, 16, 12))
    assert not (target & ignored).any()


def test_reasonseg_small_ignored_area_lies_on_a_large_target() -> None:
    large, small = [(0.0, 0.0), (20.0, 0.0), (20.0, 20.0), (0.0, 20.0)], [(4.0, 4.0), (8.0, 4.0), (8.0, 8.0)]
    labels = label_map([("x_ignore", small), ("thing", large)], folders.SIZE)
    assert labels[5, 7] == IGNORE
    assert labels[1, 1] == 1
    assert labels[22, 30] == 0


def test_reasonseg_of_equal_areas_paints_the_later_first_as_the_reference() -> None:
    square = [(0.0, 0.0), (5.0, 0.0), (5.0, 5.0), (0.0, 5.0)]
    assert label_map([("thing", square), ("ignore", square)], folders.SIZE)[2, 2] == 1
    assert label_map([("ignore", square), ("thing", square)], folders.SIZE)[2, 2] == IGNORE


def test_reasonseg_in_cp1252_is_read(tmp_path: Path) -> None:
    folders.photo(tmp_path / "test" / "a.jpg")
    record = {"shapes": [], "text": ["the chef\u2019s caf\u00e9"], "is_sentence": 1}
    folders.write_json(tmp_path / "test" / "a.json", record, "cp1252")
    (sample,) = open_dataset("reasonseg", tmp_path)
    assert sample.query == "the chef\u2019s caf\u00e9"
    assert area(sample.targets[0]) == 0  # no shapes: no target, and still a sample


def test_reasonseg_of_a_turned_photo_has_masks_of_the_shown_size(tmp_path: Path) -> None:
    folders.reasonseg(tmp_path, ("a",))
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (folders.SIZE[0], folders.SIZE[1])).save(tmp_path / "val" / "a.jpg", exif=exif)
    (sample,) = open_dataset("reasonseg", tmp_path, split="val")
    assert sample.size == folders.SIZE
    (frame,) = open_frames(sample)
    assert frame.size == folders.SIZE


BROKEN = [
    ({"shapes": [], "text": []}, "'text' has at least one text"),
    ({"shapes": [], "text": "x"}, "'text' is a list; found str"),
    ({"shapes": [], "text": [1]}, r"text\[0\] is text; found int"),
    ({"text": ["x"], "is_sentence": True}, "no field 'shapes'"),
    ({"shapes": [3], "text": ["x"], "is_sentence": True}, r"shapes\[0\]: a record is an object; found int"),
    ({"shapes": [{"points": []}], "text": ["x"]}, r"shapes\[0\]: no field 'label'"),
    ({"shapes": [{"label": "t", "points": [[1]]}], "text": ["x"]}, r"points\[0\] is \[x, y\]; found 1"),
    ({"shapes": [{"label": "t", "points": [[1, "2"]]}], "text": ["x"]}, r"points\[0\] is a number; found str"),
    ({"shapes": [{"label": "t", "points": [[1, 1e99]]}], "text": ["x"]}, r"points\[0\] holds finite pixels"),
    ({"shapes": [{"label": "t", "points": [[1, float("nan")]]}], "text": ["x"]}, "finite pixels"),
    ({"shapes": [], "text": ["x"], "is_sentence": "yes"}, "'is_sentence' is true or false; found str"),
    ([], "a record is an object; found list"),
]


@pytest.mark.parametrize(("record", "message"), BROKEN, ids=[message for _, message in BROKEN])
def test_broken_field_of_reasonseg_is_named_with_its_file(tmp_path: Path, record: object, message: str) -> None:
    folders.photo(tmp_path / "val" / "a.jpg")
    folders.write_json(tmp_path / "val" / "a.json", record)
    with pytest.raises(InputError, match=f"'val/a.json'.*{message}"):
        list(open_dataset("reasonseg", tmp_path, split="val"))


def test_missing_and_broken_files_are_named(tmp_path: Path) -> None:
    folders.reasonseg(tmp_path)
    (tmp_path / "val" / "a.json").write_text('{"text": [')
    with pytest.raises(InputError, match="'val/a.json': not JSON"):
        list(open_dataset("reasonseg", tmp_path, split="val"))
    (tmp_path / "val" / "a.json").unlink()
    with pytest.raises(InputError, match="'val/a.json' cannot be read: No such file"):
        list(open_dataset("reasonseg", tmp_path, split="val"))
    with pytest.raises(InputError, match="no folder 'train'; there are val"):
        list(open_dataset("reasonseg", tmp_path, split="train"))


def test_limit_skip_and_errors_leave_the_order_of_the_rest(tmp_path: Path) -> None:
    folders.reasonseg(tmp_path, ("a", "b", "c", "d", "e"))
    (tmp_path / "val" / "b.json").write_text("x")
    failed: list[str] = []

    def note(key: str, error: InputError) -> None:
        failed.append(f"{key}: {error}")

    samples = open_dataset("reasonseg", tmp_path, "val", limit=4, skip={"a"}, on_error=note)
    assert [sample.id for sample in samples] == ["c", "d"]
    assert len(failed) == 1
    assert failed[0].startswith("b: 'val/b.json'")
    assert not list(open_dataset("reasonseg", tmp_path, "val", limit=0))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no names that are not UTF-8")
def test_picture_whose_name_is_not_utf_8_fails_alone(tmp_path: Path) -> None:
    folders.reasonseg(tmp_path, ("a", "z"))
    (tmp_path / "val" / "a.jpg").rename(tmp_path / "val" / os.fsdecode(b"caf\xe9.jpg"))
    failed: dict[str, str] = {}
    samples = open_dataset("reasonseg", tmp_path, "val", on_error=lambda id, error: failed.update({id: str(error)}))
    assert [sample.id for sample in samples] == ["z"]
    assert failed == {"caf\\xe9": "val: the file name 'val/caf\\xe9.jpg' is not UTF-8: rename the file"}


def test_samples_are_made_only_when_asked_for(tmp_path: Path) -> None:
    folders.reasonseg(tmp_path, ("a", "b"))
    samples = open_dataset("reasonseg", tmp_path, "val")
    assert next(samples).id == "a"
    (tmp_path / "val" / "b.json").unlink()
    with pytest.raises(InputError, match="b.json"):
        next(samples)


def test_sample_goes_through_json_and_still_opens_its_pixels(tmp_path: Path) -> None:
    sample = next(open_dataset("reasonseg", folders.reasonseg(tmp_path), "val"))
    again = Sample.model_validate_json(json.dumps(json.loads(sample.model_dump_json())))
    assert again == sample
    (frame,) = open_frames(again)
    assert frame.size == folders.SIZE
    (tmp_path / "val" / "a.jpg").unlink()
    with pytest.raises(InputError, match="sample 'a': no file 'val/a.jpg'"):
        list(open_frames(again))


def test_llmseg40k_has_a_sample_per_question(tmp_path: Path) -> None:
    mask = folders.block(3, 4, 9, 9)
    raw = {"size": list(folders.SIZE), "counts": encode(mask)["counts"]}
    pairs = [{"question": f" q{i}? ", "answer": "a", "rle_seg": raw} for i in range(2)]
    folders.write_json(tmp_path / "test.json", {"1.jpg": {"from_dataset": "coco", "qa_pairs": pairs}})
    folders.photo(tmp_path / "coco" / "1.jpg")
    first, second = open_dataset("llmseg40k", tmp_path)
    assert (first.id, second.id, second.query, second.category) == ("1.jpg/0", "1.jpg/1", "q1?", "coco")
    assert np.array_equal(decode(first.targets[0]), mask)
    assert next(open_frames(first)).size == folders.SIZE
    (tmp_path / "coco" / "1.jpg").unlink()
    with pytest.raises(InputError, match=r"no picture '1.jpg'; looked for coco/1.jpg, images/coco/1.jpg"):
        list(open_dataset("llmseg40k", tmp_path))


def test_broken_mask_of_llmseg40k_is_named(tmp_path: Path) -> None:
    pair = {"question": "q?", "rle_seg": {"size": [4, 4], "counts": "zz"}}
    folders.write_json(tmp_path / "test.json", {"1.jpg": {"from_dataset": "coco", "qa_pairs": [pair]}})
    with pytest.raises(InputError, match=r"'test.json'\['1.jpg'\].qa_pairs\[0\].rle_seg: field 'counts'"):
        list(open_dataset("llmseg40k", tmp_path))


def test_unknown_dataset_folder_and_limit_are_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no dataset 'coco'; there are reasonseg"):
        open_dataset("coco", tmp_path)
    with pytest.raises(InputError, match="no folder"):
        open_dataset("reasonseg", tmp_path / "none")
    with pytest.raises(InputError, match="limit"):
        open_dataset("reasonseg", tmp_path, limit=-1)
    assert len(DATASETS) == 13


@pytest.mark.parametrize("name", sorted(set(DATASETS) - {"kitchenbench"}))  # which reads no files
def test_empty_folder_is_an_input_error_of_every_dataset(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="no folder|no file|no references|no expressions|no annotation"):
        list(open_dataset(name, tmp_path))
