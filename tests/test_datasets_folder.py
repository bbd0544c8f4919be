import tracemalloc
from pathlib import Path

import dataset_folders as folders
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from agentseg.errors import InputError
from agentseg.evaluation.datasets import open_dataset, open_frames
from agentseg.evaluation.datasets.folder import Folder
from agentseg.evaluation.datasets.indexed_json import IndexedJson
from agentseg.masks import encode
from agentseg.sample import Sample, is_plain_name

OUTSIDE = [
    "/etc/passwd",
    "../../etc/passwd",
    "a/../../b",
    "..",
    "",
    ".",
    "a//b",
    "C:/x",
    "..\\x",
    "a\x00b",
    "./a",
    "a/",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="x.json: a name below the folder"):
        Folder(tmp_path).path(name, "x.json")


@given(st.text(max_size=12))
def test_any_plain_name_stays_in_the_folder(name: str) -> None:
    if is_plain_name(name):
        assert (Path("/root") / name).resolve().is_relative_to("/root")


def test_link_out_of_the_folder_is_refused_for_annotations_and_pixels(tmp_path: Path) -> None:
    root, secret = tmp_path / "root", tmp_path / "secret"
    folders.reasonseg(root, ("a",))
    folders.photo(secret / "a.jpg")
    (root / "val" / "a.jpg").unlink()
    (root / "val" / "a.jpg").symlink_to(secret / "a.jpg")
    with pytest.raises(InputError, match="'val/a.jpg' is a link out of the folder"):
        list(open_dataset("reasonseg", root, "val"))
    sample = Sample(id="a", dataset="x", split="val", query="q", root=str(root), media=("val/a.jpg",))
    with pytest.raises(InputError, match="is a link out of the folder"):
        list(open_frames(sample))


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret.jpg", "video:../x.mp4", "parquet:/etc/passwd#0"])
def test_media_of_a_sample_from_elsewhere_are_not_opened_outside_its_root(tmp_path: Path, name: str) -> None:
    folders.photo(tmp_path / "secret.jpg")
    (tmp_path / "root").mkdir()
    sample = Sample(id="a", dataset="x", split="val", query="q", root=str(tmp_path / "root"), media=(name,))
    with pytest.raises(InputError, match="a name below the folder"):
        list(open_frames(sample))


def test_frames_of_another_size_and_unknown_schemes_are_refused(tmp_path: Path) -> None:
    folders.photo(tmp_path / "a.jpg")
    sample = Sample(id="a", dataset="x", split="val", query="q", root=str(tmp_path), media=("a.jpg",), size=(3, 4))
    with pytest.raises(InputError, match=r"frame 0 has size \(3, 4\); found \(24, 32\)"):
        list(open_frames(sample))
    kitchen = sample.model_copy(update={"media": ("pantry:7",), "size": None})
    with pytest.raises(InputError, match="schemes are video, parquet"):
        list(open_frames(kitchen))

    picture = next(open_frames(sample.model_copy(update={"size": None}))).rgb
    (frame,) = open_frames(kitchen, {"pantry": lambda sample, rest: iter([picture + int(rest)])})
    assert frame.rgb[0, 0, 0] == picture[0, 0, 0] + 7


rle = encode(folders.block(0, 0, 2, 2))
WRONG = [
    {"id": "../x"},
    {"media": ()},
    {"media": ("a", "b")},
    {"targets": {1: rle}},
    {"targets": {0: rle}, "size": (4, 4)},
    {"targets": {0: rle}, "size": None},
    {"task": "point"},
    {"level": 0},
    {"pixels": 1},
]


@pytest.mark.parametrize("change", WRONG, ids=str)
def test_inconsistent_sample_cannot_be_built(change: dict[str, object]) -> None:
    good = {"id": "a", "dataset": "x", "split": "s", "query": "q", "media": ("a",), "size": folders.SIZE}
    assert Sample.model_validate(good | {"targets": {0: rle}}).targets[0] == rle
    with pytest.raises(ValidationError):
        Sample.model_validate(good | change)


json_values = st.recursive(
    st.text(max_size=6) | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner)
)


@settings(max_examples=40)
@given(st.dictionaries(st.text(max_size=6), json_values, max_size=4))
def test_indexed_json_gives_every_value_of_the_file(
    tmp_path_factory: pytest.TempPathFactory, value: dict[str, object]
) -> None:
    root = tmp_path_factory.getbasetemp()
    index = IndexedJson(Folder(root), folders.write_json(root / "i.json", value, "utf-8"))
    assert {key: index.get(key) for key in index} == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'i.json' is empty"),
        ('{"a": {}} rubbish', "nothing is read after the object at byte 10; found b'rubbish'"),
        ('{"a": {}}{"b": {}}', "nothing is read after the object"),
        ('{"a": [1], "a": [2]}', "key 'a' is there twice"),
        ('{"a": [1], "\\u0061": null}', "key 'a' is there twice"),
        ('{"a": 1 "b": 2}', "a comma or the closing bracket is read at byte 7"),
        ('{"a": 1,}', "a key and a colon are read"),
        ('{"a": }', "a value is read"),
        ('{"a": 3', "a comma or the closing bracket is read"),
        ('{"a": [{"b": "x', "it ends inside 3 open brackets"),
        ("{", "a key and a colon are read"),
    ],
)
def test_indexed_json_refuses_what_is_no_single_object(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "i.json").write_text(text)
    with pytest.raises(InputError, match=message):
        IndexedJson(Folder(tmp_path), tmp_path / "i.json")


def test_indexed_json_notes_what_is_inside_lists_alone(tmp_path: Path) -> None:
    value = {"n": 3, "a": [{"id": 1, "b": [{}]}, [2], {"id": "}"}], "z": []}
    index = IndexedJson(Folder(tmp_path), folders.write_json(tmp_path / "i.json", value), records=True)
    assert [index.at(span) for span in index.records("a")] == value["a"]
    assert not list(index.records("z"))
    with pytest.raises(InputError, match="'n' is a list; found b'3'"):
        index.records("n")


def test_memory_does_not_grow_with_the_number_of_samples(tmp_path: Path) -> None:
    """400 masks of noise, 1 MB of text; while 390 of them pass, the peak stays below 50 of them."""
    noise = encode(np.random.default_rng(0).random((60, 80)) < 0.5)
    folders.write_json(tmp_path / "mask_dict.json", {str(i): [noise] for i in range(400)})
    expressions = {str(i): {"exp": "x", "anno_id": [i], "type_id": 0} for i in range(400)}
    videos = {"videos": {"v1": {"frames": ["00000"], "expressions": expressions}}}
    folders.write_json(tmp_path / "meta_expressions_valid_.json", videos)
    folders.photo(tmp_path / "JPEGImages" / "v1" / "00000.jpg", size=(60, 80))
    samples = open_dataset("revos", tmp_path, "valid")
    for _ in range(10):
        next(samples)
    tracemalloc.start()
    count = sum(1 for _ in samples)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 390
    assert peak < (tmp_path / "mask_dict.json").stat().st_size / 8
