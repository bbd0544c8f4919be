"""``agentseg eval`` as a person runs it."""

import json
import shutil
from pathlib import Path

import eval_parts as parts
import numpy as np
import pytest
from PIL import Image

from agentseg.cli import main
from agentseg.cli.bar import Bar, clock
from agentseg.masks import box_mask

COUNT = 5


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return parts.reasonseg_folder(tmp_path_factory.mktemp("data"), COUNT)


@pytest.fixture
def command(data: Path, tmp_path: Path) -> list[str]:
    """Evaluates a small split with a perceiver of the tests."""
    config = tmp_path / "config.toml"
    config.write_text('perception = ["eval_parts:see"]\n[reasoner]\nmodel = "rules"\n')
    command = ["eval", "reasonseg", "--root", str(data), "--split", "val", "--config", str(config)]
    return [*command, "--out", str(tmp_path / "run")]


def test_run_prints_its_summary_and_leaves_its_folder(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 0
    printed = capsys.readouterr()
    summary = json.loads(printed.out)
    assert summary == json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["protocol"] == "lisa"
    assert summary["twins"]["perceived"]["count"] == COUNT
    assert summary["twins"]["perceived"]["figures"]["gIoU"]["value"] > 0.3
    asked = json.loads((tmp_path / "run" / "run.json").read_text())
    assert (asked["dataset"], asked["reasoner"], asked["twins"]) == ("reasonseg", "rules", ["perceived"])
    assert asked["config"]["perception"] == ["eval_parts:see"]
    assert "[########################] 5/5 rows" in printed.err
    assert "gIoU" in printed.err
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "rows.jsonl", "run.json", "summary.json", "timing.json", "timing.jsonl",
    ]  # fmt: skip


def test_quiet_run_says_nothing_on_stderr(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--quiet", "--limit", "2"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert json.loads(printed.out)["twins"]["perceived"]["count"] == 2


def test_interrupted_run_says_how_to_go_on_and_does(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.toml"
    whole = config.read_text()
    assert main([*command[:-1], str(tmp_path / "whole"), "--quiet"]) == 0
    config.write_text(whole.replace("eval_parts:see", "eval_parts:interrupted"))
    assert main(command) == 130
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last == f"agentseg eval: stopped; --resume goes on with {tmp_path / 'run'}"
    asked = tmp_path / "run" / "run.json"
    asked.write_text(asked.read_text().replace("eval_parts:interrupted", "eval_parts:see"))
    config.write_text(whole)
    assert main([*command, "--resume"]) == 0
    shown = capsys.readouterr().err.splitlines()
    assert shown[0].endswith("2/5 rows")  # they were there
    assert "5/5 rows" in shown[3]
    assert (tmp_path / "run" / "summary.json").read_bytes() == (tmp_path / "whole" / "summary.json").read_bytes()


def test_predictions_of_another_system_are_scored_in_place_of_ours(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    mask = (box_mask((4, 4, 12, 12), parts.SIZE) * 255).astype(np.uint8)
    for number in range(COUNT - 1):
        Image.fromarray(mask).save(theirs / f"{number:03d}.png")
    command = ["eval", "reasonseg", "--root", str(data), "--split", "val", "--predictions", str(theirs)]
    assert main([*command, "--out", str(tmp_path / "run")]) == 0
    printed = capsys.readouterr()
    found = json.loads(printed.out)["twins"]["files"]
    assert (found["count"], found["failures"]) == (COUNT, 1)
    assert found["figures"]["gIoU"]["value"] > 0.6
    assert "files: 1 error" in printed.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere", "--root", "."], "nowhere"),
        (["reasonseg"], "--root is missing: name the folder that holds reasonseg"),
        (["reasonseg", "--root", "DATA", "--split", "dev"], "no folder 'dev'"),
        (["reasonseg", "--root", "DATA", "--protocol", "mine"], "no protocol 'mine'"),
        (["reasonseg", "--root", "DATA", "--split", "val", "--protocol", "davis"], "protocol 'davis'"),
        (["reasonseg", "--root", "DATA", "--twin", "true"], "nobody knows the true twins of reasonseg"),
        (["reasonseg", "--root", "DATA", "--split", "val", "--reasoner", "oracle"], "evaluate kitchenbench"),
        (["reasonseg", "--root", "DATA", "--reasoner", "magic"], "magic"),
        (["reasonseg", "--root", "DATA", "--limit", "0"], "--limit is a number from 1; found 0"),
        (["reasonseg", "--root", "DATA", "--split", "val", "--workers", "0"], "at least 1 worker"),
        (["reasonseg", "--root", "DATA", "--predictions", "DATA", "--twin", "both"], "nobody knows"),
        (["reasonseg", "--root", "DATA", "--predictions", "DATA", "--reasoner", "rules"], "leave out --twin"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(
    arguments: list[str], words: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [str(data) if part == "DATA" else part for part in arguments]
    assert main(["eval", *given, "--quiet", "--out", str(tmp_path / "run")]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("agentseg eval: ")
    assert words in line


def test_run_that_could_not_begin_does_not_stand_in_the_way(
    command: list[str], data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--reasoner", "gguf:none.gguf"]) == 2
    assert main(command) == 0


def test_kitchen_is_evaluated_on_perceived_and_on_true_twins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The oracle's right answers on true twins are those of the plan language; perception costs the rest."""
    command = ["eval", "kitchenbench", "--reasoner", "oracle", "--limit", "3", "--out", str(tmp_path / "run")]
    assert main(command) == 0
    twins = json.loads(capsys.readouterr().out)["twins"]
    assert list(twins) == ["perceived", "true"]
    assert twins["true"]["figures"]["right"]["value"] == 1.0
    assert 0 < twins["perceived"]["figures"]["J"]["value"] <= twins["true"]["figures"]["J"]["value"]
    shutil.rmtree(tmp_path / "run")


class Terminal:
    """A stderr that is a terminal."""

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


def test_bar_on_a_terminal_is_one_line_with_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    bar = Bar(100, "rows")
    for done in range(51):
        bar.show(done, done * 0.5, "2 failed")
    assert "\n" not in terminal.text
    shown = terminal.text.rpartition("\r")[2].strip()
    assert shown == "[############            ] 50/100 rows, 2.0/s, 0:25 left, 2 failed"
    bar.close()
    assert terminal.text.endswith("\n")


def test_bar_elsewhere_is_a_line_every_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar(1000, "rows")
    for done in range(401, 1001):  # a run that goes on
        bar.show(done, done / 10)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("]")[1].split(" ")[1] for line in lines if line] == [
        "401/1000", "500/1000", "600/1000", "700/1000", "800/1000", "900/1000", "1000/1000",
    ]  # fmt: skip


def test_bar_without_an_end_counts(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar(None, "rows")
    for done in range(1, 201):
        bar.show(done, done * 2.0)
    assert capsys.readouterr().err.splitlines() == ["  100 rows, 2.0 s each", "  200 rows, 2.0 s each"]


@pytest.mark.parametrize(("seconds", "shown"), [(0.4, "0:00"), (75, "1:15"), (3661, "1:01:01")])
def test_clock(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown
