"""Exporting KitchenBench: files that the loader of ReVOS reads as the same samples, and pictures to look at."""

import json

import numpy as np
import pytest

from agentseg.cli import main
from agentseg.errors import InputError
from agentseg.evaluation.datasets import open_dataset, open_frames
from agentseg.sim.kitchenbench.export import export

LIMIT = 9


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("export")
    return place, export("test", place, limit=LIMIT)


def test_exported_masks_words_and_levels_read_back_as_revos(folder):
    place, wrote = folder
    own = [s for s in open_dataset("kitchenbench", ".", "test", LIMIT) if s.task == "segment"]
    read = list(open_dataset("revos", place, "test"))
    assert [(s.id, s.query, s.level, s.category) for s in read] == [(s.id, s.query, s.level, s.category) for s in own]
    assert [s.targets for s in read] == [s.targets for s in own]
    assert wrote.expressions == len(own)
    assert sum(wrote.left_out.values()) == LIMIT - len(own)


def test_exported_pictures_are_those_of_the_scene(folder):
    own = next(iter(open_dataset("kitchenbench", ".", "test", 1)))
    read = next(iter(open_dataset("revos", folder[0], "test", 1)))
    a, b = (next(iter(open_frames(sample))).rgb.astype(int) for sample in (own, read))
    assert np.abs(a - b).mean() < 3, "JPEG"


def test_everything_keeps_numbers_and_boxes_as_masks(tmp_path):
    wrote = export("test", tmp_path, limit=LIMIT, everything=True)
    assert wrote.expressions == LIMIT
    assert wrote.left_out == {}
    videos = json.loads((tmp_path / "meta_expressions_test_.json").read_text("utf8"))["videos"]
    tasks = [row.get("task") for video in videos.values() for row in video["expressions"].values()]
    assert set(tasks) <= {None, "count", "detect"}


def test_an_export_is_not_written_over(folder):
    with pytest.raises(InputError, match="exists: name a new folder"):
        export("test", folder[0], limit=1)


def test_a_split_without_an_end_needs_a_limit(tmp_path):
    with pytest.raises(InputError, match="does not end"):
        export("train", tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "given", [["export", "--split", "tset"], ["export", "--split", "train"], ["show", "--split", "x"]]
)
def test_a_refused_command_makes_no_folder(tmp_path, capsys, given):
    assert main(["kitchenbench", *given, "--out", str(tmp_path / "new" / "out")]) == 2
    assert "split" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_pictures_of_another_are_not_mixed_with_those_of_an_export(tmp_path):
    (tmp_path / "JPEGImages").mkdir()
    (tmp_path / "JPEGImages" / "mine.jpg").write_text("mine")
    with pytest.raises(InputError, match="JPEGImages' exists: name a new folder"):
        export("test", tmp_path, limit=1)
    assert [path.name for path in tmp_path.rglob("*")] == ["JPEGImages", "mine.jpg"]


def test_an_export_that_is_stopped_leaves_nothing(tmp_path):
    def stop(done):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export("test", tmp_path, limit=LIMIT, everything=True, on_progress=stop)
    assert not list(tmp_path.iterdir())


def test_show_draws_pictures_and_says_which(tmp_path, capsys):
    assert main(["kitchenbench", "show", "--limit", "1", "--out", str(tmp_path), "--quiet"]) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert files == [str(tmp_path / "4000000_0.png")]
    assert (tmp_path / "4000000_0.png").stat().st_size > 10_000


def test_the_command_says_what_the_layout_has_no_place_for(tmp_path, capsys):
    assert main(["kitchenbench", "export", "--limit", str(LIMIT), "--out", str(tmp_path)]) == 0
    captured = capsys.readouterr()
    told = json.loads(captured.out)
    assert told["split"] == "test"
    assert ("--all" in captured.err) == bool(told["left_out"])


def test_a_limit_out_of_range_is_refused(tmp_path, capsys):
    assert main(["kitchenbench", "show", "--limit", "0", "--out", str(tmp_path)]) == 2
    assert "--limit goes from 1 to 1000; found 0" in capsys.readouterr().err
