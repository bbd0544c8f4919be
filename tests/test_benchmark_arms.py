"""The tables of the ablation and of WISE: from runs on the disk, with the differences query by query."""

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import pytest
from stage_makers import ask, asks_file, plan_turn

from agentseg.trace import append_trace
from agentseg.training.recipes.ablations import PAPER, ablate
from agentseg.training.recipes.recipe import load_recipe
from agentseg.training.recipes.reuse import link, note
from agentseg.training.stages.episode import Episode, opened
from agentseg.training.stages.rules import Rules
from benchmarks import ablation, arms, wise

QUERIES = 8


def played(number, right, rationale=""):
    label = ask(number).sample.query.split()[1] if right else "spoon"
    turn = json.loads(plan_turn(label)) | ({"analysis": rationale} if rationale else {})
    episode = Episode(opened(ask(number), Rules()), Rules())
    while not episode.done:
        episode.take(json.dumps(turn), cut=False)
    return episode.trace(0, 0)


def finished(folder, model, rights, rationale="", table="table"):
    """A table of a run as far as it is read."""
    (folder / table / "final").mkdir(parents=True, exist_ok=True)
    for number, right in enumerate(rights):
        append_trace(folder / table / "final" / f"{model}-test.jsonl", played(number, right, rationale))


def made(folder, recipe, rights, costs):
    note(recipe, folder)
    for stage in recipe.stages:
        (folder / stage.name / "final").mkdir(parents=True, exist_ok=True)
    for name, seconds in costs.items():
        (folder / name / "spent.json").write_text(json.dumps({"cpu_s": seconds}))
    for model, answers in rights.items():
        finished(folder, model, answers, table="teacher-table" if model in ("teacher", "base-large") else "table")


def test_ablation_is_told_with_paired_differences_costs_and_order(tmp_path, monkeypatch):
    full = load_recipe("kitchen-micro")
    whole = tmp_path / "seed-0" / "full"
    rights = {
        "sft": [1, 1, 0, 0, 0, 0, 0, 0],
        "distill": [1, 1, 1, 1, 1, 1, 0, 0],
        "base-large": [1, 0, 0, 0, 0, 0, 0, 0],
        "teacher": [1, 1, 1, 1, 1, 0, 0, 0],
    }
    made(whole, full, rights, {"teacher": 120.0, "distill": 60.0})
    asks_file(whole / "corpus" / "final" / "test.jsonl", QUERIES)
    arm = tmp_path / "seed-0" / "no-rl"
    shared = link(ablate(full, "no-rl"), arm, whole)
    assert "teacher" in shared
    note(ablate(full, "no-rl"), arm)
    finished(arm, "sft", rights["sft"])
    told = ablation.lines(tmp_path, [*PAPER], [0, 1])
    rows = {line.split("|")[1].strip(): line for line in told if line.startswith("| ")}
    assert "| 1 (75) | 75.0 [" in rows["full"]
    assert "| 3.0 (3.0) | 76.0 |" in rows["full"]
    assert "| 25.0 [" in rows["SFT only"]
    assert "-50.0 [" in rows["SFT only"]
    assert "| 2.0 (0.0) | 71.6 | -4.4 |" in rows["SFT only"]
    assert "order found: full, no-rl" in told
    assert any(line.startswith("teacher, seed 0: 12.5 [") and "+50.0 [" in line for line in told)
    asked = []

    def train(recipe, out, *given):
        asked.append((out.name, given))
        if out.name == "no-format":
            raise subprocess.CalledProcessError(2, "train")

    monkeypatch.setattr(ablation, "train", train)
    failed = ablation.run("kitchen-micro", tmp_path, ["full", "no-rl", "static-twin", "no-format", "no-sft"], [0])
    assert [name for name, _ in asked] == ["no-format", "no-sft", "static-twin"]  # what lacks, the longest last
    assert asked[1][1] == ("--seed", "0", "--ablate", "no-sft", "--share", str(whole))
    assert failed == [f"seed 0, no-format: exit code 2, see {arm.with_name('no-format')}.log"]


def test_means_over_seeds_are_query_by_query():
    first, second = arms.Rights((1.0, 0.0, 1.0), ("a", "a", "b")), arms.Rights((1.0, 1.0, 0.0), ("a", "a", "b"))
    both = arms.over_seeds([first, second])
    assert both.values == (1.0, 0.5, 0.5)
    assert both.mean.value == pytest.approx(2 / 3)
    assert first.over(first).low == first.over(first).high == 0.0
    assert arms.shown(second.over(first), sign=True).startswith("+0.0 [")


def test_arms_of_wise_differ_as_they_say():
    recipe = load_recipe("wise-micro")

    def trained(arm):
        return next(stage for stage in wise.ARMS[arm](recipe).stages if stage.name == wise.STAGE)

    assert trained("wise").options.condition == "success"
    assert trained("always").options.condition == "always"
    assert [one.name for one in trained("plain").options.rewards] == ["format", "wise_accuracy"]
    assert [one.name for one in trained("l1-max").options.rewards][-1] == "l1_max"
    assert trained("plain").options.rules.suffix == ""  # no explanation is asked for
    assert trained("plain").options.steps == trained("wise").options.steps
    first = {stage.name: stage for stage in wise.ARMS["detail-first"](recipe).stages}
    assert list(first["data"].options["order"]) == list(first["wise"].options.order) == wise.FIRST
    assert "explanation, then" in first["table-detail"].options["rules"]["suffix"]


def test_what_stands_before_the_answer_is_counted():
    turn = {"analysis": "short", "plan": "find plate; answer", "why": "at length"}
    later = {name: turn[name] for name in ("why", "analysis", "plan")}
    texts = []
    for fields in (turn, later):
        episode = Episode(opened(ask(0), Rules()), Rules())
        episode.take(json.dumps(fields), cut=False)
        texts.append(wise.before(episode.trace(0, 0)))
    assert texts == [["short"], ["at length short"]]
