"""The folder of pictures that an agent may open: nothing outside it, and not a word on where it lies."""

import os
from pathlib import Path

import pytest
from toolkit_scene import call, picture, save, told, toolkit

from agentseg import Frame
from agentseg.errors import InputError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    (folder / "sub").mkdir(parents=True)
    save(folder / "desk.png")
    save(folder / "sub" / "shelf.png")
    save(tmp_path / "secret.png")
    (folder / "notes.txt").write_text("not a picture")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "up").symlink_to(tmp_path)
    (folder / "inner.png").symlink_to(folder / "desk.png")
    (folder / "ring.png").symlink_to(folder / "ring.png")
    return folder


@pytest.mark.parametrize("name", ["desk.png", "sub/shelf.png", "./sub/../desk.png", "inner.png"])
def test_picture_inside_opens(root: Path, name: str) -> None:
    kit = toolkit(root=root)
    found = told(kit, "build_twin", picture=name)
    assert (found["frame"], len(found["instances"])) == ("f1", 3)


@pytest.mark.parametrize(
    "name", ["../secret.png", "sub/../../secret.png", "link.png", "up/secret.png", "/etc/passwd", "..", "up"]
)
def test_way_out_is_refused(root: Path, name: str) -> None:
    kit = toolkit(root=root)
    message = call(kit, "build_twin", picture=name)
    assert message.status == "error"
    assert "is not inside the tools' folder" in str(message.content)
    assert str(root.parent) not in str(message.content)
    assert len(kit.workspace.frames()) == 1


def test_absolute_path_of_a_picture_outside_is_refused(root: Path) -> None:
    message = call(toolkit(root=root), "build_twin", picture=str(root.parent / "secret.png"))
    assert "is not inside" in str(message.content)


@pytest.mark.parametrize("name", ["missing.png", "sub", "", ".", "a\0b.png", "x" * 5000, "ring.png", "~/desk.png"])
def test_name_without_a_picture_is_one_line(root: Path, name: str) -> None:
    message = call(toolkit(root=root), "build_twin", picture=name)
    assert message.status == "error"
    assert len(str(message.content)) <= 400
    assert "no picture" in str(message.content)
    assert "'desk.png'" in str(message.content)
    assert str(root) not in str(message.content)


def test_file_that_is_no_picture_does_not_tell_where_it_lies(root: Path) -> None:
    message = call(toolkit(root=root), "build_twin", picture="notes.txt")
    assert "'notes.txt' is not a picture" in str(message.content)
    assert str(root) not in str(message.content)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipe_is_not_waited_for(root: Path) -> None:
    os.mkfifo(root / "pipe.png")
    assert "no picture 'pipe.png'" in str(call(toolkit(root=root), "build_twin", picture="pipe.png").content)


def test_frame_and_picture_together_are_refused(root: Path) -> None:
    message = call(toolkit(root=root), "build_twin", picture="desk.png", frame="f0")
    assert "found both" in str(message.content)


def test_folder_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder"):
        toolkit(root=tmp_path / "none")


def test_picture_opened_by_name_is_no_frame_of_a_clip(root: Path) -> None:
    kit = toolkit(root=root)
    save(root / "small.png", picture()[:50])
    for name, frame in (("desk.png", "f1"), ("small.png", "f2")):
        told(kit, "build_twin", picture=name)
        found = told(kit, "segment", query="the nearest mug")
        assert (found["status"], found["frame"]) == ("ok", frame)
        assert "first_seen" not in found["instances"][0]
    kit.workspace.add(Frame(picture(2)))
    assert [frame.index for frame in kit.workspace.clip()] == [0, 3]


def test_frames_of_two_sizes_name_the_fix(root: Path) -> None:
    kit = toolkit()
    kit.workspace.add(Frame(picture()[:50]))
    line = "frames of one clip have one size (H, W); f0 has (60, 100) and f1 has (50, 100): give frame"
    assert line + "=" in str(call(kit, "segment", query="mug").content)
    assert line + "s=" in str(call(kit, "track_objects").content)
    assert told(kit, "segment", query="mug", frame="f1")["status"] == "ok"
