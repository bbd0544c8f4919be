import json
from pathlib import Path
from typing import Any

import dataset_folders as folders
import numpy as np
import pytest
from PIL import Image

from agentseg.errors import InputError
from agentseg.evaluation.datasets import open_dataset, open_frames
from agentseg.masks import area, decode, encode


def test_revos_joins_objects_by_frame_and_names_the_kind(tmp_path: Path) -> None:
    one, two, none = open_dataset("revos", folders.revos(tmp_path), split="valid")
    assert (one.id, one.query, one.category, two.category) == ("v1/0", "the mug", "referring", "reasoning")
    assert one.extra["frames"] == ["00000", "00005", "00010"]
    both = folders.block(2, 2, 10, 10) | folders.block(6, 6, 14, 14)
    assert np.array_equal(decode(two.targets[0]), both)
    assert np.array_equal(decode(two.targets[1]), folders.block(0, 0, 3, 3))
    assert [area(rle) for rle in one.targets.values()] == [64, 0, 0]
    assert [area(rle) for rle in none.targets.values()] == [0, 0, 0]
    assert [frame.index for frame in open_frames(two)] == [0, 1, 2]
    assert [abs(int(frame.rgb[0, 0, 0]) - 40 * frame.index) <= 2 for frame in open_frames(two)] == [True] * 3


def test_mevis_in_split_folders_and_a_split_without_truth(tmp_path: Path) -> None:
    folders.revos(tmp_path / "valid_u", "x")
    (tmp_path / "valid_u" / "meta_expressions_x_.json").rename(tmp_path / "valid_u" / "meta_expressions.json")
    samples = list(open_dataset("mevis", tmp_path, split="valid_u"))
    assert samples[0].media[0] == "valid_u/JPEGImages/v1/00000.jpg"
    assert samples[0].licence == "CC BY-NC-SA 4.0"
    expressions = {"0": {"exp": "the moving one"}}
    videos = {"videos": {"v1": {"frames": ["00000"], "expressions": expressions}}}
    folders.write_json(tmp_path / "valid" / "meta_expressions.json", videos)
    folders.photo(tmp_path / "valid" / "JPEGImages" / "v1" / "00000.jpg")
    (hidden,) = open_dataset("mevis", tmp_path, split="valid")
    assert (hidden.targets, hidden.size, hidden.category) == ({}, None, "")
    assert next(open_frames(hidden)).size == folders.SIZE


@pytest.mark.parametrize("name", ["jitbench", "rvtbench"])
def test_jitbench_and_rvtbench_are_read_in_revos_layout_with_a_level(tmp_path: Path, name: str) -> None:
    folders.revos(tmp_path, extra={"level": 3, "category": "temporal"})
    sample = next(open_dataset(name, tmp_path, split="valid"))
    assert (sample.dataset, sample.level, sample.category) == (name, 3, "temporal")
    folders.revos(tmp_path)
    with pytest.raises(InputError, match=r"'meta_expressions_valid_.json'.*expressions\['0'\]: no field 'level'"):
        next(open_dataset(name, tmp_path, split="valid"))
    folders.revos(tmp_path, extra={"level": 0})
    with pytest.raises(InputError, match="'level' is a whole number from 1; found 0"):
        next(open_dataset(name, tmp_path, split="valid"))


def broken_revos(root: Path, file: str, change: Any) -> None:
    path = folders.revos(root) / file
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))


EXPRESSIONS, MASKS = "meta_expressions_valid_.json", "mask_dict.json"


def first(record: Any) -> Any:
    return record["videos"]["v1"]["expressions"]["0"]


BROKEN = [
    (EXPRESSIONS, lambda r: first(r).pop("exp"), r"\['v1'\].expressions\['0'\]: no field 'exp'"),
    (EXPRESSIONS, lambda r: first(r).update(anno_id=[99]), "'anno_id' names '99', which 'mask_dict.json' has not"),
    (EXPRESSIONS, lambda r: first(r).update(type_id=2), "'type_id' is 0 .referring. or 1 .reasoning.; found 2"),
    (EXPRESSIONS, lambda r: r["videos"]["v1"].update(frames=[]), r"videos\['v1'\]: field 'frames' has at least one"),
    (EXPRESSIONS, lambda r: r["videos"]["v1"].update(frames=["00000", "../../x", "1"]), "frames: a name below .*x.jpg"),
    (EXPRESSIONS, lambda r: r["videos"].update({"../v": r["videos"].pop("v1")}), "a name below the folder"),
    (EXPRESSIONS, lambda r: r["videos"].update({"/etc": r["videos"].pop("v1")}), "a name below the folder"),
    (EXPRESSIONS, lambda r: r.update(videos=[]), "field 'videos' is an object; found list"),
    (MASKS, lambda r: r["10"].pop(), r"'mask_dict.json'\['10'\] has a mask or null for each of 3 frames; found 2"),
    (MASKS, lambda r: r["10"][0].update(counts="0"), r"'mask_dict.json'\['10'\]\[0\]: field 'counts'"),
    (MASKS, lambda r: r["10"][0].update(size=[10**6, 10**6]), r"\['10'\]\[0\]: field 'size' has at most"),
    (MASKS, lambda r: r["10"][0].pop("size"), r"\['10'\]\[0\]: no field 'size'"),
]


@pytest.mark.parametrize(("file", "change", "message"), BROKEN, ids=[row[2] for row in BROKEN])
def test_broken_field_of_revos_is_named(tmp_path: Path, file: str, change: Any, message: str) -> None:
    broken_revos(tmp_path, file, change)
    with pytest.raises(InputError, match=message):
        list(open_dataset("revos", tmp_path, split="valid"))


def test_id_that_leads_out_of_a_folder_is_refused(tmp_path: Path) -> None:
    def change(record: Any) -> None:
        expressions = record["videos"]["v1"]["expressions"]
        expressions["../../../x"] = expressions.pop("0")

    broken_revos(tmp_path, EXPRESSIONS, change)
    with pytest.raises(InputError, match="revos, sample 'v1/../../../x'.*plain relative name"):
        list(open_dataset("revos", tmp_path, split="valid"))


def test_masks_of_other_sizes_in_one_frame_are_refused(tmp_path: Path) -> None:
    def change(record: Any) -> None:
        record["11"][0] = encode(folders.block(0, 0, 2, 2, (8, 8)))

    broken_revos(tmp_path, MASKS, change)
    with pytest.raises(InputError, match=r"expressions\['1'\], frame 0: .*one size"):
        list(open_dataset("revos", tmp_path, split="valid"))


def sav_train(root: Path, frames: int = 9) -> Path:
    av = pytest.importorskip("av")
    size = (32, 48)
    with av.open(str(root / "sav_1.mp4"), "w") as clip:
        stream = clip.add_stream("mpeg4", rate=24)
        stream.height, stream.width = size
        for index in range(frames):
            picture = av.VideoFrame.from_ndarray(np.full((*size, 3), 20 * index, np.uint8), format="rgb24")
            clip.mux(stream.encode(picture))
        clip.mux(stream.encode())
    masklet = [[encode(folders.block(i, 0, i + 4, 4, size)), encode(np.zeros(size, bool))] for i in range(3)]
    record = {"video_id": "sav_1", "video_height": 32.0, "video_width": 48.0, "masklet": masklet, "masklet_id": [0, 5]}
    folders.write_json(root / "sav_1_manual.json", record)
    return root


def test_sav_train_has_a_sample_per_masklet_and_decodes_every_fourth_frame(tmp_path: Path) -> None:
    first_, second = open_dataset("sav", sav_train(tmp_path), split="train")
    assert (first_.id, second.id, first_.query, first_.category) == ("sav_1/manual/0", "sav_1/manual/5", "", "manual")
    assert first_.indices == (0, 4, 8)
    assert [area(rle) for rle in second.targets.values()] == [0, 0, 0]
    assert np.array_equal(decode(first_.targets[2]), folders.block(2, 0, 6, 4, (32, 48)))
    frames = list(open_frames(first_))
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert [abs(int(frame.rgb.mean()) - 80 * frame.index) < 12 for frame in frames] == [True] * 3


def test_sav_video_with_too_few_frames_or_broken_is_named(tmp_path: Path) -> None:
    sample = next(open_dataset("sav", sav_train(tmp_path, frames=6), split="train"))
    with pytest.raises(InputError, match="sample 'sav_1/manual/0': 3 frames are named; found 2"):
        list(open_frames(sample))
    (tmp_path / "sav_1.mp4").write_bytes(b"no video")
    with pytest.raises(InputError, match="'sav_1.mp4' cannot be read as a video"):
        list(open_frames(sample))
    (tmp_path / "sav_1.mp4").unlink()
    with pytest.raises(InputError, match="'sav_1_manual.json': no video 'sav_1.mp4' beside it"):
        next(open_dataset("sav", tmp_path, split="train"))


def sav_val(root: Path) -> Path:
    for index in range(5):
        folders.photo(root / "sav_val" / "JPEGImages_24fps" / "sav_9" / f"{index:05d}.jpg", 30 * index)
    for index in (0, 4):
        path = root / "sav_val" / "Annotations_6fps" / "sav_9" / "000" / f"{index:05d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(folders.block(1, 1, 5 + index, 5)).save(path)
    return root


def test_sav_val_has_truth_in_annotated_frames_only(tmp_path: Path) -> None:
    (sample,) = open_dataset("sav", sav_val(tmp_path), split="val")
    assert (sample.id, len(sample.media), sorted(sample.targets)) == ("sav_9/000", 5, [0, 4])
    assert np.array_equal(decode(sample.targets[4]), folders.block(1, 1, 9, 5))
    assert len(list(open_frames(sample))) == 5


def test_sav_val_png_without_frame_or_of_another_size_is_named(tmp_path: Path) -> None:
    place = sav_val(tmp_path) / "sav_val" / "Annotations_6fps" / "sav_9" / "000"
    Image.fromarray(np.zeros((4, 4), bool)).save(place / "00004.png")
    with pytest.raises(InputError, match=r"000/00004.png' has the size \(24, 32\) of its frame; found \(4, 4\)"):
        list(open_dataset("sav", tmp_path, split="val"))
    (place / "00004.png").rename(place / "00007.png")
    with pytest.raises(InputError, match="its video has no frame '00007'"):
        list(open_dataset("sav", tmp_path, split="val"))
