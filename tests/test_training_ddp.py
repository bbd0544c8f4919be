"""Two processes with gloo: fine-tuning, then rollouts, as one recipe under torchrun."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from stage_makers import asks_file, tiny_base, write_rows

for package in ("torch", "transformers", "trl", "peft", "datasets"):
    pytest.importorskip(package)

RECIPE = """
name = "two"
source = "made for a test of two processes"
[inputs]
rows = "rows.jsonl"
asks = "asks.jsonl"
base = "base"
[[stages]]
name = "note"
kind = "call"
call = "json:dumps"
[[stages]]
name = "sft"
kind = "sft"
base = "BASE"
data = ["input:rows"]
options = { rate = 5e-3, steps = 4, batch = 16, micro = 8, log_every = 1, save_every = 2 }
[[stages]]
name = "teacher"
kind = "teacher"
base = "stage:sft"
data = ["input:asks"]
options = { steps = 2, batch = 8, micro = 4, generations = 4, log_every = 1, rules = { max_tokens = 24 } }
"""


def test_two_processes_train_one_model(tmp_path):
    base = tiny_base(tmp_path / "base")
    rows, asks = write_rows(tmp_path / "rows.jsonl"), asks_file(tmp_path / "asks.jsonl", 4)
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(RECIPE.replace("BASE", str(base)).replace("json:dumps", "stage_makers:note"))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", "-m", "agentseg"]
    given = ["train", "--recipe", str(recipe), "--out", str(tmp_path / "run"), "--input", f"rows={rows}"]
    here = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[1])])
    done = subprocess.run(
        [*command, *given, "--input", f"asks={asks}"], capture_output=True, text=True, timeout=300,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": here},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("{")]  # one process speaks
    note, sft, teacher = json.loads(line)["stages"]
    assert note["result"] == {"processes": 1}  # calls are made once
    assert sft["metrics"]["loss at last"] < sft["metrics"]["loss at first"]
    assert teacher["metrics"]["steps"] == 2
    history = json.loads((Path(sft["final"]) / "history.json").read_text())
    assert history[0]["epoch"] == pytest.approx(0.25)  # 16 of 64 rows a step, over both
