"""``agentseg stream``: a JSON line a frame, words on stderr, pictures where asked, and a clean end."""

import json
import os
import signal
import subprocess
import sys
from functools import partial

import pytest
from stream_parts import blank

from agentseg.cli import main
from agentseg.overlay import save_png

KITCHEN = ["stream", "--kitchen", "--seed", "1000018", "the mug nearest to the kettle", "--reasoner", "rules"]


def test_a_kitchen_stream_is_a_line_a_frame(capsys, tmp_path) -> None:
    out = tmp_path / "out"
    assert main([*KITCHEN, "--frames", "3", "--out", str(out)]) == 0
    shown = capsys.readouterr()
    lines = [json.loads(line) for line in shown.out.splitlines()]
    assert [line["frame"] for line in lines] == [0, 1, 2]
    assert all(line["status"] == "ok" and line["answer"][0]["label"] == "mug" for line in lines)
    assert "mask" not in lines[0]
    assert "asked the model (first): find mug; rank distance kettle min; answer" in shown.err
    assert "3 frames" in shown.err
    assert "1 calls of the model" in shown.err
    kept = [json.loads(line) for line in (out / "stream.jsonl").read_text().splitlines()]
    assert kept[0]["mask"]["size"] == [240, 320]
    assert sorted(path.name for path in out.iterdir()) == [*(f"frame_00000{k}.png" for k in range(3)), "stream.jsonl"]


def test_a_folder_of_another_stream_is_not_overwritten(capsys, tmp_path) -> None:
    (tmp_path / "stream.jsonl").write_text("{}\n")
    assert main([*KITCHEN, "--out", str(tmp_path)]) == 2
    assert "holds the stream.jsonl of another stream" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["stream", "the mug"], "name a source and a query"),
        (["stream", "--kitchen", "folder", "the mug"], "both --kitchen and 'folder'"),
        (["stream", "--kitchen", "the mug", "--frames", "0"], "--frames is at least 1; found 0"),
        (["stream", "--kitchen", "the mug", "--frames", "9" * 30], "--frames is at least 1 and at most 1000000000"),
        (["stream", "--kitchen", "the mug", "--every", "-2"], "--every is at least 1; found -2"),
        (["stream", "--kitchen", "the mug", "--stall", "nan"], "--stall is a number of seconds above 0"),
        (["stream", "nowhere.mp4", "the mug"], "no file 'nowhere.mp4'"),
        (["stream", "--kitchen", "--seed", "-1", "the mug"], "a kitchen needs seed >= 0"),
    ],
)
def test_what_cannot_be_used_is_said_before_any_work(capsys, words, message) -> None:
    assert main(words) == 2
    assert message in capsys.readouterr().err


def test_a_source_that_cannot_be_opened_leaves_the_folder_for_the_next_try(capsys, tmp_path) -> None:
    out = tmp_path / "out"
    assert main(["stream", str(tmp_path / "typo.mp4"), "the mug", "--reasoner", "rules", "--out", str(out)]) == 2
    assert main([*KITCHEN, "--frames", "1", "--quiet", "--out", str(out)]) == 0
    assert len((out / "stream.jsonl").read_text().splitlines()) == 1
    capsys.readouterr()


def test_a_folder_with_a_broken_picture_goes_on(capsys, tmp_path) -> None:
    for index in range(3):
        save_png(tmp_path / f"{index}.png", blank())
    (tmp_path / "1.png").write_bytes(b"no picture")
    main(["stream", str(tmp_path), "the mug", "--quiet", "--reasoner", "rules"])
    shown = capsys.readouterr()
    assert [json.loads(line)["status"] for line in shown.out.splitlines()] == ["waiting", "bad_frame", "waiting"]
    assert shown.err == ""


def test_a_video_file_is_read(capsys, tmp_path) -> None:
    av = pytest.importorskip("av")
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        track = container.add_stream("mpeg4", rate=10)
        track.width, track.height = 64, 48
        for _ in range(5):
            picture = av.VideoFrame.from_ndarray(blank((48, 64)), format="rgb24")
            for packet in track.encode(picture):
                container.mux(packet)
        for packet in track.encode():
            container.mux(packet)
    main(["stream", str(path), "the mug", "--quiet", "--reasoner", "rules", "--frames", "4"])
    assert len(capsys.readouterr().out.splitlines()) == 4


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interrupt_ends_a_stream_with_its_summary() -> None:
    words = [sys.executable, "-m", "agentseg", *KITCHEN, "--frames", "500"]
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a suite in the background may be deaf to it
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True, env=os.environ, preexec_fn=heard) as child:
        assert child.stdout is not None
        json.loads(child.stdout.readline())
        child.send_signal(signal.SIGINT)
        out, words_for_people = child.communicate(timeout=60)
    assert child.returncode == 0
    assert "Traceback" not in words_for_people
    assert "calls of the model" in words_for_people
    for line in out.splitlines():
        json.loads(line)
