"""The command and the example, as a person runs them."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from agentseg.cli import main

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
