"""Supervised fine-tuning for real: the loss falls, a kill -9 costs little, an adapter goes on being trained."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from stage_makers import conversation, tiny_base, write_rows

for package in ("torch", "transformers", "trl", "peft", "datasets"):
    pytest.importorskip(package)

from agentseg.cli import main  # noqa: E402
from agentseg.errors import InputError  # noqa: E402
from agentseg.training.stages.card import Card  # noqa: E402
from agentseg.training.stages.checkpoints import last_checkpoint, step_of  # noqa: E402
from agentseg.training.stages.models import load_chat_tokenizer  # noqa: E402
from agentseg.training.stages.options import Lora, SftOptions  # noqa: E402
from agentseg.training.stages.sft import sft  # noqa: E402
from agentseg.training.stages.tokens import tokenise  # noqa: E402

QUICK = SftOptions(rate=5e-3, steps=12, batch=16, micro=16, log_every=2, save_every=4)
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny_base(tmp_path_factory.mktemp("sft") / "base")


@pytest.fixture(scope="module")
def trained(base, tmp_path_factory):
    rows = write_rows(tmp_path_factory.mktemp("rows") / "rows.jsonl")
    points = []
    out = tmp_path_factory.mktemp("run")
    card = sft(base, rows, out, QUICK, on_progress=points.append)
    return card, out, rows, points


def test_loss_falls_and_the_folder_tells_everything(trained):
    card, out, rows, points = trained
    assert card.metrics["loss at last"] < 0.8 * card.metrics["loss at first"]
    assert (card.rows, card.metrics["steps"], card.metrics["left_out"]) == (64, 12, 0)
    assert [point["step"] for point in points] == [1, 2, 4, 6, 8, 10, 12]
    assert points[-1]["of"] == 12
    final = out / "final"
    assert {path.name for path in final.iterdir()} >= {
        "model.safetensors", "tokenizer.json", "card.json", "README.md", "curves.png", "history.json",
    }  # fmt: skip
    assert not list(final.glob("*.bin"))
    assert Card.read(final) == card
    assert not (out / "checkpoints").exists()
    assert list((out / "tensorboard").glob("events*"))


def test_finished_stage_is_returned_at_once_and_another_is_refused(trained, base):
    card, out, rows, _ = trained
    started = time.perf_counter()
    assert sft(base, rows, out, QUICK) == card
    assert sft(base, rows, out, QUICK.model_copy(update={"micro": 4, "log_every": 1})) == card  # nothing that decides
    assert time.perf_counter() - started < 2
    with pytest.raises(InputError, match=r"begun with options\.rate '0\.005', now '0\.1'"):
        sft(base, rows, out, QUICK.model_copy(update={"rate": 0.1}))


def test_only_what_the_assistant_wrote_is_learned(base, tmp_path):
    tokenizer = load_chat_tokenizer(str(base))
    row = conversation(0)
    row["messages"] += [
        {"role": "user", "content": "results:\nfind plate: [2] <|im_end|>"},
        {"role": "assistant", "content": '{"analysis":"","answer":[2]}'},
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(row) + "\n")
    (made,) = tokenise([path], tokenizer, tmp_path / "tokens", longest=500).rows
    learned = tokenizer.decode([token for token in made["labels"] if token >= 0])
    assert learned == row["messages"][2]["content"] + "<|im_end|>" + row["messages"][4]["content"] + "<|im_end|>"
    text = tokenizer.decode(made["input_ids"])
    assert text.count("<|im_end|>") == 5  # the one of the results is data
    with pytest.raises(InputError, match="within 20 tokens"):
        tokenise([path], tokenizer, tmp_path / "short", longest=20)


@pytest.mark.parametrize(
    ("text", "said"),
    [("{}", "a conversation is"), ("not json", "a conversation is"), ('{"messages": []}', "ends with the assistant")],
)
def test_rows_that_are_no_conversations_are_refused(base, tmp_path, text, said):
    path = tmp_path / "rows.jsonl"
    path.write_text(text + "\n")
    with pytest.raises(InputError, match=said):
        sft(base, path, tmp_path / "out", QUICK)


def test_batch_that_cannot_be_split_is_refused(base, trained, tmp_path):
    with pytest.raises(InputError, match="not 1 processes x 5 rows"):
        sft(base, trained[2], tmp_path, SftOptions(batch=16, micro=5))


def test_adapter_is_trained_and_then_trained_on(base, trained, tmp_path):
    quick = QUICK.model_copy(update={"steps": 2, "lora": Lora(r=4, alpha=8), "save_every": 1})
    sft(base, trained[2], tmp_path / "a", quick)
    final = tmp_path / "a" / "final"
    assert (final / "adapter_model.safetensors").is_file()
    assert not (final / "model.safetensors").exists()
    sft(final, trained[2], tmp_path / "b", quick)
    settings = json.loads((tmp_path / "b" / "final" / "adapter_config.json").read_text())
    assert settings["base_model_name_or_path"] == str(base)
    sft(final, trained[2], tmp_path / "c", quick.model_copy(update={"lora": None}))
    assert (tmp_path / "c" / "final" / "model.safetensors").is_file()


def test_kill_9_costs_the_steps_since_the_last_checkpoint(base, trained, tmp_path, capsys):
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        f'name = "killed"\nsource = "made for a test of resuming"\n[[stages]]\nname = "sft"\nkind = "sft"\n'
        f'base = "{base}"\ndata = ["{trained[2]}"]\n'
        "options = { rate = 5e-3, steps = 40, batch = 16, micro = 16, log_every = 1, save_every = 2 }\n"
    )
    given = ["train", "--recipe", str(recipe), "--out", str(tmp_path / "run")]
    checkpoints = tmp_path / "run" / "sft" / "checkpoints"
    first = subprocess.Popen(
        [sys.executable, "-m", "agentseg", *given], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    try:
        until = time.monotonic() + 120
        while last_checkpoint(checkpoints) is None and first.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    start = last_checkpoint(checkpoints)
    assert start is not None
    assert not (tmp_path / "run" / "sft" / "final").exists()
    half = checkpoints / "checkpoint-39"  # what a kill leaves of one that is being written
    half.mkdir()
    (half / "model.safetensors").write_bytes((start / "model.safetensors").read_bytes()[:1000])
    assert main([*given, "--dry-run"]) == 0
    assert json.loads(capsys.readouterr().out)["stages"][0]["status"] == f"at step {step_of(start)}"
    assert main([*given, "--quiet"]) == 0
    (made,) = json.loads(capsys.readouterr().out)["stages"]
    assert made["resumed"] == [step_of(start)]
    assert made["metrics"]["steps"] == 40
    assert made["metrics"]["loss at last"] < made["metrics"]["loss at first"]
    history = json.loads((Path(made["final"]) / "history.json").read_text())
    assert [point["step"] for point in history if "loss" in point] == list(range(1, 41))  # none twice, none missing
