import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import dataset_folders as folders
import numpy as np
import pytest

from agentseg.errors import InputError, MissingExtra
from agentseg.evaluation.datasets import open_dataset, open_frames
from agentseg.masks import decode

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

MASK = folders.block(4, 3, 9, 20)


def row(number: int, **more: Any) -> dict[str, Any]:
    return {
        "image": {"bytes": folders.png(10 * number), "path": None},
        "text": f"query {number}",
        "mask": MASK.tolist(),
        "image_id": "img/1.jpg",
        "ann_id": str(number),
        "img_height": 24,
        "img_width": 32,
        **more,
    }


def write(root: Path, rows: list[dict[str, Any]], name: str = "test-00000-of-00001.parquet") -> Path:
    (root / "data").mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows), root / "data" / name, row_group_size=3)
    return root


def test_evaluation_set_is_read_over_files_and_row_groups(tmp_path: Path) -> None:
    write(tmp_path, [row(i) for i in range(5)], "test-00000-of-00002.parquet")
    write(tmp_path, [row(5)], "test-00001-of-00002.parquet")
    samples = list(open_dataset("parquet", tmp_path))
    assert [sample.id for sample in samples] == [f"img-1.jpg_{i}_{i}" for i in range(6)]
    assert [sample.query for sample in samples] == [f"query {i}" for i in range(6)]
    assert all(np.array_equal(decode(sample.targets[0]), MASK) for sample in samples)
    assert samples[4].media == ("parquet:data/test-00000-of-00002.parquet#4",)
    for number, sample in enumerate(samples):
        (frame,) = open_frames(sample)
        assert frame.rgb[0, 0].tolist() == [10 * number] * 3


def test_training_set_has_boxes_and_points_in_pixels_of_the_stored_picture(tmp_path: Path) -> None:
    solution = [
        {"bbox_2d": [0, 0, 420, 840], "point_2d": [210, 420]},
        {"bbox_2d": [84, 0, 168, 70], "point_2d": [0, 0]},
    ]
    picture = {"bytes": folders.png(), "path": "x.png"}
    write(
        tmp_path,
        [{"id": 7, "problem": "find it", "solution": json.dumps(solution), "image": picture}],
        "train-00000-of-00001.parquet",
    )
    (sample,) = open_dataset("parquet", tmp_path, split="train")
    assert (sample.id, sample.task, sample.query, sample.size) == ("7_0", "detect", "find it", (24, 32))
    assert sample.boxes[0][0] == pytest.approx((0, 0, 16, 24))
    assert sample.boxes[0][1] == pytest.approx((3.2, 0, 6.4, 2))
    assert sample.extra["points"][0] == pytest.approx([8, 12])  # type: ignore[index]


BROKEN = [
    ({"mask": [[True, False], [True]]}, "field 'mask' has rows of one length"),
    ({"mask": []}, "field 'mask' is a list of rows"),
    ({"mask": None}, "field 'mask' is a list of rows"),
    ({"img_height": 25}, "field 'mask' has the img_height 25; found 24"),
    ({"text": None}, "field 'text' is text; found NoneType"),
]


@pytest.mark.parametrize(("change", "message"), BROKEN, ids=[row[1] for row in BROKEN])
def test_broken_row_is_named_and_others_go_on(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    write(tmp_path, [row(0), row(1, **change), row(2)])
    with pytest.raises(InputError, match=f"'data/test-00000-of-00001.parquet', row 1: {message}"):
        list(open_dataset("parquet", tmp_path))
    failed: list[str] = []
    good = list(open_dataset("parquet", tmp_path, on_error=lambda key, error: failed.append(key)))
    assert (len(good), len(failed)) == (2, 1)


def test_broken_file_column_and_picture_are_named(tmp_path: Path) -> None:
    write(tmp_path, [{"image": {"bytes": b"x", "path": ""}, "text": "q"}])
    with pytest.raises(InputError, match="no column 'problem'; there are image, text"):
        list(open_dataset("parquet", tmp_path))
    write(tmp_path, [row(0, image={"bytes": b"x", "path": ""})])
    (sample,) = open_dataset("parquet", tmp_path)
    with pytest.raises(InputError, match="row 0: field 'image' is no picture"):
        list(open_frames(sample))
    with pytest.raises(InputError, match="no row 9; there are 1"):
        list(open_frames(sample.model_copy(update={"media": (sample.media[0][:-1] + "9",)})))
    (tmp_path / "data" / "test-00000-of-00001.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(InputError, match="is not a parquet file"):
        list(open_dataset("parquet", tmp_path))


def test_without_pyarrow_the_extra_is_named_and_nothing_else_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, [row(0)])
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtra, match=r'reading parquet files needs pyarrow: pip install "agentseg\[data\]"'):
        list(open_dataset("parquet", tmp_path))
    probe = "import sys, agentseg.evaluation.datasets; print({'pyarrow', 'av', 'PIL', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "set()"
