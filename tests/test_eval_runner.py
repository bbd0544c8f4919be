"""Runs: rows, failures as rows, resuming, and summaries that depend on the rows alone."""

import json
import tracemalloc
from functools import partial
from pathlib import Path
from typing import Any

import eval_parts as parts
import pytest

from agentseg.config import load_config
from agentseg.errors import ConfigError, InputError
from agentseg.evaluation.asked import Asked
from agentseg.evaluation.datasets import Entry
from agentseg.evaluation.prediction import Prediction
from agentseg.evaluation.rows import RunFolder
from agentseg.evaluation.runner import Step, evaluate


def run(out: Path, count: int = 12, build: Any = parts.build, bad: tuple[int, ...] = (), **options: Any) -> Any:
    fields = options.pop("fields", {})
    return evaluate(parts.entries(count, bad=bad), build, parts.asked(**fields), out, **options)


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """An uninterrupted run."""
    run(tmp_path / "whole", bad=(9,))
    return tmp_path / "whole"


def test_run_leaves_a_row_for_every_sample_and_twin_with_its_time(whole: Path) -> None:
    rows = list(parts.lines(whole))
    assert len(rows) == 24
    assert {(row["id"], row["twin"]) for row in rows} >= {("clip0/003", "perceived"), ("clip0/003", "true")}
    times = {(line["id"], line["twin"]): line for line in parts.lines(whole, "timing.jsonl")}
    assert times["clip0/003", "true"]["total_ms"] == 5.0
    assert "total_ms" not in json.dumps(rows)


def test_sample_that_raises_is_a_row_that_counts(whole: Path) -> None:
    (row,) = [row for row in parts.lines(whole) if row["id"].endswith("007") and row["twin"] == "perceived"]
    assert row["prediction"]["status"] == "error"
    assert row["prediction"]["error"] == "PerceptionError: frame 0: too dark"
    assert row["query"] == "thing 7"
    summary = json.loads((whole / "summary.json").read_text())
    assert summary["twins"]["perceived"]["count"] == 12
    assert summary["twins"]["perceived"]["failures"] == 2


def test_broken_sample_of_the_dataset_is_a_row_that_counts(whole: Path) -> None:
    rows = [row for row in parts.lines(whole) if row["id"].endswith("009")]
    assert [row["twin"] for row in rows] == ["perceived", "true"]
    assert {row["prediction"]["error"] for row in rows} == {"InputError: 'a.json': field 'text' is missing"}
    assert {row["split"] for row in rows} == {"test"}


def test_impossible_sample_is_a_row_that_names_the_field(tmp_path: Path) -> None:
    wrong = Entry("clip0/001", partial(parts.sample, 1, targets={3: parts.box(1)}))
    evaluate([*parts.entries(1), wrong], parts.build, parts.asked(), tmp_path)
    errors = [row["prediction"]["error"] for row in parts.lines(tmp_path) if row["id"] == "clip0/001"]
    assert all("truth is of positions 0 to 0" in error for error in errors)
    assert len(errors) == 2


@pytest.mark.parametrize("left", [0, 1, 200, 3000, -1])
def test_run_that_was_cut_anywhere_ends_in_the_same_summary(whole: Path, tmp_path: Path, left: int) -> None:
    """A crash leaves a beginning of the rows, to any byte."""
    cut = tmp_path / "cut"
    cut.mkdir()
    (cut / "run.json").write_bytes((whole / "run.json").read_bytes())
    (cut / "rows.jsonl").write_bytes((whole / "rows.jsonl").read_bytes()[:left])
    (cut / "timing.jsonl").write_bytes((whole / "timing.jsonl").read_bytes()[: left // 2])
    run(cut, bad=(9,), resume=True)
    assert (cut / "summary.json").read_bytes() == (whole / "summary.json").read_bytes()
    assert len(list(parts.lines(cut))) == 24


def test_stopped_run_goes_on_where_it_was(whole: Path, tmp_path: Path) -> None:
    def stop(step: Step) -> None:
        if step.done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut", bad=(9,), on_progress=stop)
    before = (tmp_path / "cut" / "rows.jsonl").read_bytes()
    steps: list[Step] = []
    run(tmp_path / "cut", bad=(9,), resume=True, on_progress=steps.append)
    assert (tmp_path / "cut" / "rows.jsonl").read_bytes().startswith(before)
    assert (steps[0].done, steps[0].before, steps[-1].done) == (10, 10, 24)
    assert (tmp_path / "cut" / "summary.json").read_bytes() == (whole / "summary.json").read_bytes()


def test_finished_run_that_is_resumed_asks_nothing(whole: Path) -> None:
    before = (whole / "summary.json").read_bytes()
    run(whole, build=partial(parts.build, None), bad=(9,), resume=True)
    assert (whole / "summary.json").read_bytes() == before


def test_rows_whose_model_was_not_reached_are_asked_again(tmp_path: Path) -> None:
    run(tmp_path / "whole")
    run(tmp_path / "cut", build=partial(parts.build, parts.unreached))
    failed = json.loads((tmp_path / "cut" / "summary.json").read_text())["twins"]["perceived"]["failures"]
    run(tmp_path / "cut", resume=True)
    assert failed == 9
    assert len(list(parts.lines(tmp_path / "cut"))) == 24
    assert (tmp_path / "cut" / "summary.json").read_bytes() == (tmp_path / "whole" / "summary.json").read_bytes()


def test_folder_that_holds_a_run_is_refused_without_resume(whole: Path) -> None:
    with pytest.raises(InputError, match="holds a run already: --resume"):
        run(whole)


def test_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("chapter 1")
    for resume in (False, True):
        with pytest.raises(InputError, match=r"is not empty and holds no run \(run.json\)"):
            run(tmp_path, resume=resume)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_other_run_is_refused_with_what_differs(whole: Path) -> None:
    other = {"limit": 5, "config": {"limits": {"refine": 3}}}
    with pytest.raises(InputError, match=r"another run: config.limits.refine 'None', now '3'; limit 'None', now '5'"):
        run(whole, resume=True, fields=other)


def test_folder_of_a_running_run_is_refused(tmp_path: Path) -> None:
    with RunFolder(tmp_path, parts.asked()), pytest.raises(InputError, match="another process writes this run"):
        run(tmp_path, resume=True)


def test_unwritable_folder_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="the run's folder"):
        run(tmp_path / "file" / "run")


def test_row_that_is_none_stops_the_resume_and_names_the_line(whole: Path) -> None:
    (whole / "rows.jsonl").write_text('{"id": 1}\n')
    with pytest.raises(InputError, match=r"rows.jsonl', line 1"):
        run(whole, bad=(9,), resume=True)


def test_limit_takes_the_first_samples(tmp_path: Path) -> None:
    run(tmp_path, fields={"limit": 3})
    assert {row["id"] for row in parts.lines(tmp_path)} == {"clip0/000", "clip0/001", "clip0/002"}


def test_two_samples_of_one_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two samples 'clip0/000'"):
        evaluate(parts.entries(1) * 2, parts.build, parts.asked(), tmp_path)


def test_protocol_that_does_not_fit_the_dataset_stops_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="scores the task count"):
        run(tmp_path, fields={"protocol": "count"})
    assert not list(parts.lines(tmp_path))


def test_single_sample_that_does_not_fit_the_protocol_is_a_row(tmp_path: Path) -> None:
    odd = Entry("clip0/001", partial(parts.sample, 1, task="count", number=2))
    summary = evaluate([*parts.entries(1), odd], parts.build, parts.asked(protocol="lisa"), tmp_path)
    assert [summary["twins"]["true"][name] for name in ("count", "failures")] == [2, 1]


def test_fault_of_the_configuration_stops_the_run(tmp_path: Path) -> None:
    def misfit(sample: object) -> Prediction:
        raise ConfigError("the oracle has no plan")

    with pytest.raises(ConfigError, match="has no plan"):
        run(tmp_path, build=partial(parts.build, misfit))
    assert not list(parts.lines(tmp_path))


def test_times_are_summed_up_apart(whole: Path) -> None:
    times = json.loads((whole / "timing.json").read_text())["perceived"]
    assert times["total_ms"]["maximum"] == 13.0
    assert times["total_ms"]["count"] == 10  # neither the one that failed nor the one that could not be read
    assert times["total_ms_per_frame"]["p50"] > 0


def test_run_json_holds_no_password() -> None:
    config = load_config(
        "rules", reasoner={"model": "openai:x", "base_url": "http://me:secret@host:8080/v1?key=hidden"}
    )
    written = Asked.of(config, dataset="d", split="s", protocol="lisa", twins=("perceived",)).model_dump_json()
    assert "http://host:8080/v1" in written
    assert "secret" not in written
    assert "hidden" not in written


def test_memory_does_not_grow_with_the_samples(tmp_path: Path) -> None:
    """Rows are streamed; ``python -m benchmarks.eval_memory`` prints 10,000."""
    held: dict[int, int] = {}

    def note(step: Step) -> None:
        if step.done in (200, 600):
            held[step.done] = tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        entries = (Entry(f"{n:04d}", partial(parts.sample, n, id=f"{n:04d}")) for n in range(600))
        evaluate(entries, lambda: {"true": parts.near}, parts.asked(twins=("true",)), tmp_path, on_progress=note)
    finally:
        tracemalloc.stop()
    assert held[600] - held[200] < 150_000  # a mask's pixels alone would make 307,200
