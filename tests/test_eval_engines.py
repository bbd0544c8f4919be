"""Several processes and Ray do the same work as one process; a worker that dies is told."""

import importlib.util
import os
import pickle
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import eval_parts as parts
import pytest

from agentseg.cli import main
from agentseg.errors import AgentSegError, InputError, MissingExtra
from agentseg.evaluation.engines import in_process, in_processes
from agentseg.evaluation.protocols import protocol
from agentseg.evaluation.ray_engine import CHUNK, ROWS, _Actor, _tables
from agentseg.evaluation.runner import Step, evaluate
from agentseg.evaluation.work import Job, Reading

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Summary of one process."""
    folder = tmp_path_factory.mktemp("alone")
    evaluate(parts.entries(14, bad=(9,)), parts.build, parts.asked(), folder)
    return (folder / "summary.json").read_bytes()


def test_two_workers_give_the_summary_of_one(alone: bytes, tmp_path: Path) -> None:
    evaluate(parts.entries(14, bad=(9,)), parts.build, parts.asked(), tmp_path, workers=2)
    assert (tmp_path / "summary.json").read_bytes() == alone
    assert len(list(parts.lines(tmp_path))) == 28


def test_samples_that_workers_make_give_the_same(alone: bytes, tmp_path: Path) -> None:
    twins = ("perceived", "true")
    job = Job(parts.build, protocol("kitchenbench"), "test")
    lazy = [row.row for row in in_processes(Reading(parts.entries(9, bad=(2,)), twins, make=False), job, 1)]
    eager = [row.row for row in in_process(Reading(parts.entries(9, bad=(2,)), twins), job)]
    assert lazy == eager
    assert len(lazy) == 18


def test_worker_that_dies_is_told_and_the_run_can_go_on(alone: bytes, tmp_path: Path) -> None:
    with pytest.raises(AgentSegError, match=r"a worker ended with code -9 at 'clip1/004' or soon after it.*--resume"):
        evaluate(parts.entries(14, bad=(9,)), partial(parts.build, parts.dies), parts.asked(), tmp_path, workers=2)
    evaluate(parts.entries(14, bad=(9,)), parts.build, parts.asked(), tmp_path, resume=True)
    assert (tmp_path / "summary.json").read_bytes() == alone


def test_systems_that_cannot_be_made_are_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no model at 'nowhere.gguf'"):
        evaluate(parts.entries(3), parts.no_build, parts.asked(), tmp_path, workers=2)


@pytest.mark.parametrize(
    ("options", "words"),
    [({"engine": "spark"}, "no engine 'spark'; there are local, ray"), ({"workers": 0}, "at least 1 worker; found 0")],
)
def test_engine_that_cannot_be_is_refused_before_anything_is_written(
    options: dict[str, object], words: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=words):
        evaluate(parts.entries(3), parts.build, parts.asked(), tmp_path / "run", **options)  # type: ignore[arg-type]
    assert not (tmp_path / "run").exists()


def test_systems_that_cannot_be_sent_are_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no local functions"):
        evaluate(parts.entries(3), lambda: parts.build(), parts.asked(), tmp_path, workers=2)


def test_missing_ray_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtra, match=r'--engine ray needs ray: pip install "agentseg\[scale\]"'):
        evaluate(parts.entries(3), parts.build, parts.asked(), tmp_path, engine="ray")


def test_run_killed_in_the_middle_goes_on_to_the_same_summary(tmp_path: Path) -> None:
    """The real command, kill -9, and its workers, which must not outlive it."""
    parts.reasonseg_folder(tmp_path / "data", 40)
    config = tmp_path / "slow.toml"
    config.write_text('perception = ["eval_parts:see"]\n[reasoner]\nmodel = "rules"\n')
    command = ["eval", "reasonseg", "--root", str(tmp_path / "data"), "--split", "val", "--config", str(config)]
    command += ["--quiet", "--out"]
    environment = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parent}"}
    program, rows = [sys.executable, "-m", "agentseg"], tmp_path / "cut" / "rows.jsonl"
    program += [*command, str(tmp_path / "cut"), "--workers", "2"]
    with subprocess.Popen(program, env=environment, stdout=subprocess.DEVNULL) as run:
        deadline = time.monotonic() + 90
        while (not rows.exists() or rows.read_bytes().count(b"\n") < 5) and time.monotonic() < deadline:
            time.sleep(0.005)
        workers = _children(run.pid)
        run.send_signal(signal.SIGKILL)
    left = rows.read_bytes().count(b"\n")
    assert 5 <= left < 40
    assert not (tmp_path / "cut" / "summary.json").exists()
    while any(map(_lives, workers)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(workers) >= 2 or sys.platform != "linux"
    assert not any(map(_lives, workers))
    assert main([*command, str(tmp_path / "cut"), "--resume"]) == 0
    assert main([*command, str(tmp_path / "whole")]) == 0
    assert (tmp_path / "cut" / "summary.json").read_bytes() == (tmp_path / "whole" / "summary.json").read_bytes()
    assert rows.read_bytes().count(b"\n") == 40


def _children(pid: int) -> list[int]:
    """Its children, where the system says so (Linux)."""
    if sys.platform != "linux":
        return []
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _lives(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    try:
        return "State:\tZ" not in status.read_text()
    except OSError:
        return False


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="ray is not installed (extra scale)")
def test_ray_gives_the_summary_of_one_process_and_resumes(
    alone: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ray

    def stop(step: Step) -> None:
        if step.done == 9:
            raise KeyboardInterrupt

    entries = parts.entries(14, bad=(9,))
    with pytest.raises(KeyboardInterrupt):
        evaluate(entries, parts.build, parts.asked(), tmp_path, on_progress=stop)
    monkeypatch.setenv("PYTHONPATH", f"{HERE}{os.pathsep}{HERE.parent}")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")
    try:
        evaluate(entries, parts.build, parts.asked(), tmp_path, workers=2, engine="ray", resume=True)
    finally:
        ray.shutdown()
    assert (tmp_path / "summary.json").read_bytes() == alone
    assert len(list(parts.lines(tmp_path))) == 28


def test_actor_of_ray_hands_errors_on_as_words() -> None:
    job = Job(parts.no_build, protocol("kitchenbench"), "test")
    (found,) = _Actor(job)({CHUNK: [pickle.dumps([])]})[ROWS]
    assert pickle.loads(found) == "no model at 'nowhere.gguf'"


def test_reading_that_fails_on_ray_hands_its_error_on_as_words() -> None:
    pytest.importorskip("pyarrow")
    reading = Reading(parts.entries(1) * 2, ("true",))
    (table,) = _tables(reading)
    (found,) = _Actor(Job(parts.build, protocol("kitchenbench"), "test"))({CHUNK: table[CHUNK].to_pylist()})[ROWS]
    assert "two samples 'clip0/000'" in pickle.loads(found)
