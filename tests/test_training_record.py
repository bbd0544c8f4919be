"""Recordings: ids, attempts, errors, and what a crash leaves."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import eval_parts
import pytest
import record_parts as parts

from agentseg.cli import main
from agentseg.errors import InputError
from agentseg.evaluation.runner import Step
from agentseg.trace import read_traces, trace_id
from agentseg.training.record import Recorder, read_recorded
from agentseg.training.record.folder import RecordFolder

HERE = Path(__file__).parent


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A recording of 6 samples with 2 attempts each."""
    parts.recorded(tmp_path, tmp_path / "whole")
    return tmp_path / "whole"


def test_each_attempt_is_a_trace_with_a_score_beside_it(whole: Path) -> None:
    traces, scores = list(read_traces(whole / "traces.jsonl")), parts.lines(whole, "scores.jsonl")
    assert [trace.trace_id for trace in traces] == [score["trace_id"] for score in scores]
    assert {(score["id"], score["attempt"]) for score in scores} == {
        (f"{number // 2:03d}.png/{number}", attempt) for number in range(6) for attempt in range(2)
    }
    for trace, score in zip(traces, scores, strict=True):
        assert score["accuracy"] == float(trace.answer == (2,))
        assert (score["truth"], score["level"], score["category"], score["task"]) == ([2], 1, "spatial", "segment")
        assert (score["split"], score["status"], score["twin"]) == ("train", "ok", "perceived")
        assert score["media"] == trace.media
    assert len({trace.media for trace in traces}) == 3


def test_ids_follow_from_what_was_asked(whole: Path, tmp_path: Path) -> None:
    for trace, score in read_recorded(whole):
        assert trace.trace_id == trace_id(trace.query, trace.media, "Dice", trace.seed, score.attempt)
    parts.recorded(tmp_path, tmp_path / "again")
    assert parts.timeless(tmp_path / "again") == parts.timeless(whole)


def test_attempts_sample_with_seeds_in_a_row(tmp_path: Path) -> None:
    parts.recorded(tmp_path, tmp_path / "out", count=1, attempts=3, build=partial(parts.build, seed=2**31 - 2))
    assert [trace.seed for trace, _ in read_recorded(tmp_path / "out")] == [2**31 - 2, 2**31 - 1, 0]


@pytest.mark.parametrize(("temperature", "differ"), [(0.0, False), (1.0, True)])
def test_attempts_differ_only_where_the_model_is_random(tmp_path: Path, temperature: float, differ: bool) -> None:
    parts.recorded(tmp_path, tmp_path / "out", attempts=4, build=partial(parts.build, temperature))
    said: dict[str, set[str]] = {}
    ids = set()
    for trace, score in read_recorded(tmp_path / "out"):
        said.setdefault(score.id, set()).add(trace.dialogue[-1][1])
        ids.add(trace.trace_id)
    assert len(ids) == 24
    assert any(len(texts) > 1 for texts in said.values()) == differ


def test_attempt_is_the_same_whichever_were_made_before(whole: Path, tmp_path: Path) -> None:
    recorder = parts.build()
    alone = recorder(parts.sample(tmp_path, 5), 1)
    (found,) = [trace for trace, score in read_recorded(whole) if score.id.endswith("/5") and score.attempt == 1]
    assert (alone.trace_id, alone.dialogue, alone.masks) == (found.trace_id, found.dialogue, found.masks)


def test_copies_of_a_model_for_its_attempts_share_what_it_has_loaded(tmp_path: Path) -> None:
    class Heavy(parts.Dice):
        _weights: list[int] | None = None

        def _generate(self, *args: object, **kwargs: object):  # type: ignore[no-untyped-def]
            if self._weights is None:
                self._weights = [1]
                loads.append(1)
            return super()._generate(*args, **kwargs)  # type: ignore[arg-type]

    loads: list[int] = []
    recorder = Recorder("rules", Heavy(), perceivers=[parts.see])
    for attempt in (3, 1, 2, 0):
        recorder(parts.sample(tmp_path, 0), attempt)
    assert len(loads) == 1


def test_what_goes_wrong_is_an_error_line_and_not_asked_again(tmp_path: Path) -> None:
    counts = parts.recorded(tmp_path, tmp_path / "out", count=8)
    errors = parts.lines(tmp_path / "out", "errors.jsonl")
    assert (counts["traces"], counts["errors"]) == (12, 4)
    assert {(error["id"], error["attempt"]) for error in errors} == {
        (f"003.png/{n}", k) for n in (6, 7) for k in (0, 1)
    }
    assert all("too dark" in error["error"] for error in errors)
    steps: list[Step] = []
    parts.recorded(tmp_path, tmp_path / "out", count=8, resume=True, on_progress=steps.append)
    assert [(step.done, step.failures) for step in steps] == [(16, 4)]


def test_attempts_whose_model_was_not_reached_are_asked_again(whole: Path, tmp_path: Path) -> None:
    counts = parts.recorded(tmp_path, tmp_path / "cut", build=partial(parts.unreached, 3))
    assert (counts["traces"], counts["errors"]) == (6, 6)
    counts = parts.recorded(tmp_path, tmp_path / "cut", resume=True)
    assert (counts["traces"], counts["errors"]) == (12, 0)
    assert parts.timeless(tmp_path / "cut") == parts.timeless(whole)


@pytest.mark.parametrize("left", [0, 1, 900, 1500, 3500, -1])
def test_recording_that_was_cut_anywhere_ends_with_the_same_lines(whole: Path, tmp_path: Path, left: int) -> None:
    """A crash leaves a beginning of the traces, to any byte, and the scores of all but perhaps the last of them."""
    cut = tmp_path / "cut"
    cut.mkdir()
    traces = (whole / "traces.jsonl").read_bytes()[:left]
    scores = (whole / "scores.jsonl").read_bytes().splitlines(keepends=True)
    (cut / "run.json").write_bytes((whole / "run.json").read_bytes())
    (cut / "traces.jsonl").write_bytes(traces)
    known = traces.count(b"\n")
    for behind in (0, 1):
        (cut / "scores.jsonl").write_bytes(b"".join(scores[: max(0, known - behind)]) + scores[-1][:20])
        (cut / "traces.jsonl").write_bytes(traces)
        parts.recorded(tmp_path, cut, resume=True)
        for name in ("traces.jsonl", "scores.jsonl"):
            assert parts.timeless(cut, name) == parts.timeless(whole, name)


def test_what_is_there_stays_and_more_attempts_are_added(whole: Path, tmp_path: Path) -> None:
    before = (whole / "traces.jsonl").read_bytes()
    counts = parts.recorded(tmp_path, whole, count=7, attempts=3, resume=True)
    assert counts["traces"] + counts["errors"] == 21
    assert (whole / "traces.jsonl").read_bytes().startswith(before)
    assert json.loads((whole / "run.json").read_text())["attempts"] == 3


@pytest.mark.parametrize(
    ("fields", "words"), [({"split": "val"}, "split 'train', now 'val'"), ({"revision": "b"}, "revision '', now 'b'")]
)
def test_another_recording_is_refused_with_what_differs(
    whole: Path, tmp_path: Path, fields: dict[str, str], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        parts.recorded(tmp_path, whole, resume=True, fields=fields)
    with pytest.raises(InputError, match="--resume goes on with it"):
        parts.recorded(tmp_path, whole)


def test_only_one_process_records_into_a_folder(whole: Path, tmp_path: Path) -> None:
    folder = RecordFolder(whole, parts.asked(attempts=2), resume=True)
    try:
        with pytest.raises(InputError, match="another process writes this run"):
            parts.recorded(tmp_path, whole, resume=True)
    finally:
        folder.close()


def test_traces_that_another_program_added_are_not_lost(whole: Path, tmp_path: Path) -> None:
    for _ in range(2):
        parts.ask(whole / "traces.jsonl", "a", 1)
    before = (whole / "traces.jsonl").read_bytes()
    with pytest.raises(InputError, match="14 lines and scores.jsonl 12: other programs record into files of their own"):
        parts.recorded(tmp_path, whole, resume=True)
    assert (whole / "traces.jsonl").read_bytes() == before


def test_workers_record_the_same(whole: Path, tmp_path: Path) -> None:
    parts.recorded(tmp_path, tmp_path / "shared", workers=2)
    assert parts.timeless(tmp_path / "shared") == parts.timeless(whole)


def test_recording_killed_in_the_middle_goes_on_to_the_same_lines(tmp_path: Path) -> None:
    """The real command, with workers, and kill -9."""
    eval_parts.reasonseg_folder(tmp_path / "data", 24)
    config = tmp_path / "slow.toml"
    config.write_text('perception = ["eval_parts:see"]\n[reasoner]\nmodel = "rules"\n')
    command = ["record", "reasonseg", "--root", str(tmp_path / "data"), "--split", "val", "--config", str(config)]
    command += ["--attempts", "2", "--quiet", "--out"]
    environment = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parent}"}
    program = [sys.executable, "-m", "agentseg", *command, str(tmp_path / "cut"), "--workers", "2"]
    traces = tmp_path / "cut" / "traces.jsonl"
    with subprocess.Popen(program, env=environment, stdout=subprocess.DEVNULL) as run:
        deadline = time.monotonic() + 90
        while (not traces.exists() or traces.read_bytes().count(b"\n") < 5) and time.monotonic() < deadline:
            time.sleep(0.005)
        run.send_signal(signal.SIGKILL)
    assert 5 <= traces.read_bytes().count(b"\n") < 48
    assert main([*command, str(tmp_path / "cut"), "--resume"]) == 0
    assert main([*command, str(tmp_path / "whole")]) == 0
    for name in ("traces.jsonl", "scores.jsonl"):
        assert parts.timeless(tmp_path / "cut", name) == parts.timeless(tmp_path / "whole", name)
