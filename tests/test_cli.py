"""The command and the example, as a person runs them."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from agentseg.cli import main
from agentseg.errors import InputError

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kitchen")
    assert main(["kitchen", "--seed", "1000003", "--out", str(folder)]) == 0
    return folder / "frame_0000.png"


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.strip().splitlines()


def test_segment_writes_answer_mask_twin_and_trace(
    scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["segment", str(scene), "everything", "--out", str(tmp_path / "new" / "out")])
    answer = json.loads(capsys.readouterr().out)
    assert (code, answer["status"]) == (0, "ok")
    assert sorted(Path(path).name for path in answer["files"]) == ["answer.png", "mask.png", "trace.jsonl", "twin.png"]
    mask = np.asarray(Image.open(tmp_path / "new" / "out" / "mask.png"))
    assert set(np.unique(mask)) == {0, 255}
    events = json.loads((tmp_path / "new" / "out" / "trace.jsonl").read_text())["events"]
    assert [event["node"] for event in events] == ["build_twin", "reason", "refine", "answer"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["segment", "nowhere.png", "mug"], "no file 'nowhere.png'"),
        (["segment", "SCENE", "  "], "the query is empty"),
        (["segment", "SCENE", "mug", "--config", "nothing.toml"], "no configuration 'nothing.toml'"),
        (["segment", "SCENE", "mug", "--reasoner", "magic"], "magic"),
        (["segment", "SCENE", "mug", "--reasoner", "gguf:none.gguf"], "none.gguf"),
        (["segment", "SCENE", "mug", "--out", "SCENE"], "is a file"),
        (["segment", "", "mug"], "the path of the source is empty"),
        (["segment", "SCENE", "mug", "--out", ""], "--out is empty"),
        (["segment", "SCENE", "mug", "--out", "x" * 300], "File name too long"),
        (["kitchen", "--out", ""], "--out is empty"),
        (["kitchen", "--out", "x" * 300], "File name too long"),
        (["kitchen", "--frames", "0", "--out", "x"], "--frames goes from 1 to 500; found 0"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(
    scene: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([str(scene) if part == "SCENE" else part for part in arguments])
    found = lines(capsys)
    assert code == 2
    assert len(found) == 1
    assert words in found[0]


def test_long_path_is_clipped_in_an_error_of_the_system(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def long(*_: object) -> int:
        raise OSError(36, "File name too long", "x" * 5000)

    monkeypatch.setattr("agentseg.cli.kitchen.run", long)
    assert main(["kitchen", "--out", "out"]) == 2
    assert lines(capsys) == [f"agentseg kitchen: {'x' * 200}: File name too long"]


def test_text_that_is_no_picture_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.png").write_text("hello")
    assert main(["segment", str(tmp_path / "notes.png"), "mug", "--out", str(tmp_path / "out")]) == 2
    assert "is not a picture" in lines(capsys)[0]
    assert not (tmp_path / "out").exists()


def test_no_server_is_one_clear_line(scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "far.toml"
    config.write_text('[reasoner]\nmodel = "ollama:qwen3:0.6b"\nbase_url = "http://127.0.0.1:9"\n')
    assert main(["segment", str(scene), "mug", "--config", str(config), "--quiet"]) == 2
    (line,) = lines(capsys)
    assert "127.0.0.1:9" in line


def test_doctor_names_what_works_and_what_is_absent(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json", "--ollama", "http://127.0.0.1:9"]) == 0
    findings = {finding["name"]: finding for finding in json.loads(capsys.readouterr().out)}
    assert findings["kitchen perceiver"]["state"] == "ok"
    assert (findings["ollama server"]["state"], findings["ollama server"]["fix"][:12]) == ("absent", "ollama serve")


@pytest.mark.parametrize("verb", [[], ["segment"], ["kitchen"], ["doctor"]])
def test_help_teaches(verb: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*verb, "--help"])
    assert stopped.value.code == 0
    assert "agentseg" in capsys.readouterr().out


def test_out_of_the_source_is_refused_and_left_alone(scene: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(scene.parent.iterdir())
    assert main(["segment", str(scene.parent), "mug", "--out", f"{scene.parent}/."]) == 2
    assert "is the source folder" in lines(capsys)[0]
    assert sorted(scene.parent.iterdir()) == before


def test_picture_of_an_answer_is_not_replaced_by_its_own_answer(
    scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "answer.png").write_bytes(scene.read_bytes())
    assert main(["segment", str(tmp_path / "answer.png"), "mug", "--out", str(tmp_path)]) == 2
    assert "would replace the source" in lines(capsys)[0]
    assert (tmp_path / "answer.png").read_bytes() == scene.read_bytes()


def test_kitchen_replaces_its_own_frames_and_nobody_elses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["kitchen", "--width", "64", "--height", "48", "--out", str(tmp_path)]
    assert main([*small, "--frames", "3"]) == 0
    assert main([*small, "--frames", "2"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["frame_0000.png", "frame_0001.png", "truth.json"]
    (tmp_path / "frame_0007.png").write_bytes(b"mine")
    capsys.readouterr()
    assert main(small) == 2
    assert "holds 'frame_0007.png' of another scene" in lines(capsys)[0]
    assert (tmp_path / "frame_0007.png").read_bytes() == b"mine"
    assert (tmp_path / "frame_0001.png").exists()


def test_output_that_cannot_be_written_is_found_before_anything_is(
    scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "trace.jsonl").mkdir()
    (tmp_path / "truth.json").mkdir()
    for arguments in (["segment", str(scene), "mug"], ["kitchen"]):
        assert main([*arguments, "--out", str(tmp_path)]) == 2
        (line,) = lines(capsys)
        assert "may not be written to" in line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["trace.jsonl", "truth.json"]


def test_answer_is_printed_even_where_its_trace_fails(
    scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise InputError("the trace cannot be written: No space left on device")

    monkeypatch.setattr("agentseg.outputs.append_trace", full)
    assert main(["segment", str(scene), "everything", "--quiet", "--out", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["answer"]
    assert err == "agentseg segment: the trace cannot be written: No space left on device\n"


def shell(command: str, scene: Path) -> "subprocess.CompletedProcess[str]":
    line = command.replace("AGENTSEG", f"'{sys.executable}' -m agentseg").replace("SCENE", f"'{scene}'")
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, cwd=ROOT, timeout=300, check=False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("verb", ["segment SCENE mug --quiet", "doctor --ollama http://127.0.0.1:9"])
def test_full_disk_under_stdout_is_one_line(scene: Path, verb: str) -> None:
    done = shell(f"AGENTSEG {verb} > /dev/full", scene)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.endswith("standard output: No space left on device\n")


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a POSIX shell")
def test_truth_that_does_not_fit_the_disk_leaves_nothing(scene: Path, tmp_path: Path) -> None:
    done = shell(f"ulimit -f 2; AGENTSEG kitchen --out '{tmp_path}'", scene)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "truth.json' cannot be written" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors of a POSIX shell")
def test_closed_stderr_keeps_words_out_of_the_answer(scene: Path) -> None:
    done = shell("AGENTSEG segment SCENE everything 2>&-", scene)
    assert done.returncode == 0
    assert json.loads(done.stdout)["status"] == "ok"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of a POSIX shell")
@pytest.mark.parametrize("verb", ["segment SCENE mug --quiet", "doctor --ollama http://127.0.0.1:9", "--help"])
def test_closed_pipe_ends_in_silence(scene: Path, verb: str) -> None:
    assert shell(f"AGENTSEG {verb} | sleep 0", scene).stderr == ""


def robot(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, str(ROOT / "examples" / "kitchen_robot.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300, check=False)


def test_kitchen_robot_shows_twin_plan_answer_and_score(tmp_path: Path) -> None:
    done = robot("--frames", "3", "--query", "the biggest thing", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    for words in ("twin (what the model reads)", "plan", "rank real_size max", "answer", "evaluation only"):
        assert words in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {
        "answer.png",
        "answer.webp",
        "mask.png",
        "trace.jsonl",
        "twin.png",
    }


@pytest.mark.parametrize("profile", ["local", "rules", "ollama", "openai"])
def test_kitchen_robot_runs_every_profile_or_says_why_not(profile: str, tmp_path: Path) -> None:
    done = robot("--config", profile, "--out", str(tmp_path))
    if done.returncode == 0:
        assert "evaluation only" in done.stdout
    else:
        assert done.returncode == 2
        assert done.stderr.strip().splitlines()[-1].startswith("kitchen_robot: ")
        assert "Traceback" not in done.stderr
