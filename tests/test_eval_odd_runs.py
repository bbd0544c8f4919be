"""Runs on odd ground: samples without a number, ids and names of any bytes, a model that was never there."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import eval_parts as parts
import pytest
import record_parts

from agentseg.cli import main
from agentseg.errors import InputError
from agentseg.evaluation.datasets import Entry
from agentseg.evaluation.rows import unreached
from agentseg.evaluation.runner import Step, evaluate
from agentseg.evaluation.work import Entries, Reading, written
from agentseg.training.record.asked import RecordAsked
from agentseg.training.record.run import record


def run(out: Path, entries: Any = None, build: Any = parts.build, **options: Any) -> Any:
    return evaluate(parts.entries(6) if entries is None else entries, build, parts.asked(), out, **options)


def test_summary_goes_with_the_rows_that_it_was_made_of(tmp_path: Path) -> None:
    run(tmp_path, build=partial(parts.build, parts.unreached))
    assert (tmp_path / "summary.json").exists()

    def stop(step: Step) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, resume=True, on_progress=stop)
    assert len(list(parts.lines(tmp_path))) == 9
    assert not (tmp_path / "summary.json").exists()
    assert not (tmp_path / "timing.json").exists()


def test_id_that_no_file_can_hold_is_one_row_and_stays_done(tmp_path: Path) -> None:
    entries = [*parts.entries(2), Entry("clip0/\ud800", parts.broken), Entry("clip0/\udc00", parts.broken)]
    run(tmp_path, entries)
    before = (tmp_path / "rows.jsonl").read_bytes()
    run(tmp_path, entries, resume=True)
    assert (tmp_path / "rows.jsonl").read_bytes() == before
    assert len({row["id"] for row in parts.lines(tmp_path)}) == 4


def test_ids_that_differ_are_written_differently() -> None:
    ids = ["a", "a\\b", "\ud800", "\\ud800", "\\\\ud800", "\\\ud800", "a\\\ud800", "?"]
    assert len({written(id) for id in ids}) == len(ids)
    assert [written(id) for id in ids[:2]] == ids[:2]


def test_dataset_without_samples_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no samples in the dataset"):
        run(tmp_path, [])
    (tmp_path / "data" / "val").mkdir(parents=True)
    with pytest.raises(InputError, match="sample"):
        list(Reading(Entries("reasonseg", str(tmp_path / "data"), "val"), ("perceived",)))


def test_recording_of_no_samples_is_refused(tmp_path: Path) -> None:
    asked = RecordAsked(dataset="synthetic", split="test", protocol="kitchenbench", twins=("perceived",))
    with pytest.raises(InputError, match="no samples in the dataset"):
        record([], record_parts.build, asked, tmp_path)


ODD = [
    "{}", "5", "null", '"a"', "[1]", '{"id": "a"}', '{"id": "a", "twin": null, "total_ms": 1}',
    '{"id": 1, "twin": "true"}',
    '{"id": ["a"], "twin": "true"}', '{"id": "a", "twin": "both"}', '{"id": "a", "twin": "true", "total_ms": NaN}',
    '{"id": "a", "twin": "true", "total_ms": "x"}', '{"id": "a", "twin": "true", "frames": 1}',
    '{"id": "a", "twin": "true", "total_ms": 1' + "0" * 400 + "}", "[" * 100_000,
]  # fmt: skip


def test_odd_lines_of_times_do_not_stop_the_resume(tmp_path: Path) -> None:
    run(tmp_path)
    before = json.loads((tmp_path / "timing.json").read_text())
    with (tmp_path / "timing.jsonl").open("a") as lines:
        lines.write("\n".join(ODD) + "\n")
    (tmp_path / "summary.json").unlink()
    run(tmp_path, resume=True)
    assert (tmp_path / "summary.json").exists()
    after = json.loads((tmp_path / "timing.json").read_text())
    assert after["true"]["total_ms_per_frame"] == before["true"]["total_ms_per_frame"]
    assert after["true"]["total_ms"]["maximum"] == before["true"]["total_ms"]["maximum"]


def test_names_of_any_bytes_go_through(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "pd\udcff"
    parts.reasonseg_folder(root, 1)
    config = tmp_path / "config.toml"
    config.write_text('perception = ["eval_parts:see"]\n[reasoner]\nmodel = "rules"\n')
    out = tmp_path / "out\udcff"
    command = ["eval", "reasonseg", "--root", str(root), "--split", "val", "--config", str(config)]
    assert main([*command, "--out", str(out), "--quiet"]) == 0
    assert main([*command, "--out", str(out), "--quiet", "--resume"]) == 0
    assert json.loads((out / "run.json").read_text())["root"] == str(root)
    assert main(["report", str(out), "--out", str(tmp_path / "r\udcff.html"), "--quiet"]) == 0
    assert "pictures or truths are missing" not in (tmp_path / "r\udcff.html").read_text("utf8")


@pytest.mark.parametrize("name", ["root", "predictions", "out"])
def test_empty_name_of_a_folder_is_refused(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = {"root": str(tmp_path), "out": str(tmp_path / "out"), "predictions": str(tmp_path), name: ""}
    assert main(["eval", "reasonseg", *[part for key, value in given.items() for part in (f"--{key}", value)]]) == 2
    assert f"--{name} is empty" in capsys.readouterr().err


def test_unknown_dataset_says_which_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "mine", "--out", str(tmp_path / "out")]) == 2
    assert "no dataset 'mine'; there are reasonseg, parquet" in capsys.readouterr().err


def test_model_that_was_never_reached_is_told_even_quietly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = parts.reasonseg_folder(tmp_path / "data", 2)
    config = tmp_path / "config.toml"
    config.write_text(
        'perception = ["eval_parts:see"]\n[reasoner]\nmodel = "openai:x"\nbase_url = "http://127.0.0.1:9/v1"\n'
    )
    out = tmp_path / "out"
    command = ["eval", "reasonseg", "--root", str(data), "--split", "val", "--config", str(config), "--quiet"]
    assert main([*command, "--out", str(out)]) == 1
    printed = capsys.readouterr()
    (line,) = printed.err.strip().splitlines()
    assert line.startswith("agentseg eval: the model was never reached (")
    assert json.loads(printed.out)["twins"]["perceived"]["failures"] == 2
    with (out / "rows.jsonl").open("a") as rows:
        rows.write((out / "rows.jsonl").read_text().splitlines()[0].replace("ReasonerError: ", "") + "\n")
    assert unreached(out) == ""
