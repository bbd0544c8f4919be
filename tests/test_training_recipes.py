"""Recipes: shipped ones are sound, mistakes are named, stages run in order and once. No torch."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from agentseg.cli import main
from agentseg.errors import ConfigError, InputError
from agentseg.training.recipes.ablations import PAPER, ablate
from agentseg.training.recipes.recipe import RECIPES, load_recipe
from agentseg.training.recipes.run import run_recipe, steps_of
from agentseg.training.recipes.spent import Spent, spent
from agentseg.training.stages.card import Card
from agentseg.training.stages.rules import Rules
from agentseg.training.student.stand_ins import KNOWN

CALLS = """
name = "calls"
source = "made for a test of the runner"
[[stages]]
name = "data"
kind = "call"
call = "test_training_recipes:make_numbers"
seeded = true
options = { count = 3 }
[[stages]]
name = "sum"
kind = "call"
call = "test_training_recipes:add"
options = { files = ["stage:data/numbers.json"] }
"""
called = []


def make_numbers(folder, *, count, seed, on_progress=None):
    called.append("make")
    if on_progress is not None:
        on_progress({"stage": "data", "say": "made"})
    (folder / "numbers.json").write_text(json.dumps([seed] * count))
    return {"count": count}


def add(folder, *, files):
    called.append("add")
    if files and "fail" in called:
        raise InputError("told to fail")
    return {"sum": sum(json.loads(Path(files[0]).read_text()))}


def add_twice(folder, *, files):
    called.append("twice")
    return {"sum": 2 * sum(json.loads(Path(files[0]).read_text()))}


def written(tmp_path, text):
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", RECIPES)
def test_every_shipped_recipe_is_sound_and_states_its_source(name):
    recipe = load_recipe(name)
    assert recipe.name == name
    assert "CVPR 2026" in recipe.source or "WISE" in recipe.source
    assert "Ours" in recipe.source  # what the paper does not say is told apart


def test_papers_hyper_parameters_are_those_of_the_recipes():
    teacher = load_recipe("fastreasonseg-8b-teacher").stages[-1].options
    assert (teacher.rate, teacher.schedule, teacher.batch, teacher.lora.r, teacher.lora.alpha) == (
        4e-5,
        "cosine",
        512,
        64,
        128,
    )
    for size in ("1.7b", "0.6b"):
        _, sft, distill = load_recipe(f"fastreasonseg-{size}").stages
        assert (sft.options.rate, sft.options.epochs, sft.options.lora.r) == (5e-5, 3, 64)
        assert (distill.options.gamma, distill.options.rate, distill.options.batch) == (0.5, 4e-5, 512)
    wise = load_recipe("wise-text").stages[-1].options
    assert (wise.batch, wise.decay, wise.generations, wise.beta) == (16, 0.01, 8, 5e-3)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("options = { rate = 4.0 }", "stages.a.options.rate"),
        ("options = { learning_rate = 1e-4 }", "stages.a.options.learning_rate: no such field"),
        ("options = { batch = 30, generations = 8 }", "whole groups"),
        ("options = { rules = { refine = -1 } }", "stages.a.options.rules.refine"),
        ("options = { lora = { rank = 8 } }", "stages.a.options.lora.rank: no such field"),
        ("optoins = {}", "stages.a.optoins: no such field"),
    ],
)
def test_wrong_fields_are_named_with_their_stage_and_file(tmp_path, line, said):
    stage = f'[[stages]]\nname = "a"\nkind = "teacher"\nbase = "x"\ndata = ["y"]\n{line}\n'
    path = written(tmp_path, f'name = "bad"\nsource = "made for a test of mistakes"\n{stage}')
    with pytest.raises(ConfigError) as error:
        load_recipe(path)
    assert said in str(error.value)
    assert str(path) in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "is not TOML"),
        ('name = "a"\nsource = "made for a test of mistakes"', "stages"),
        (CALLS.replace("count = 3", f"count = {'9' * 5000}"), "a whole number of TOML has at most 64 bits"),
        (CALLS.replace("count = 3", f"count = 0x{'f' * 5000}"), "a whole number of TOML has at most 64 bits"),
        (CALLS.replace("stage:data", "stage:nowhere"), "no stage 'nowhere' before it; there are data"),
        (CALLS.replace("stage:data", "input:mine"), "no input 'mine'"),
        (CALLS.replace('name = "sum"', 'name = "data"'), "'data' twice"),
        (CALLS.replace('kind = "call"', 'kind = "tune"'), "kind"),
    ],
)
def test_recipes_that_cannot_run_are_refused(tmp_path, text, said):
    with pytest.raises(ConfigError, match=said):
        load_recipe(written(tmp_path, text))


def test_every_row_of_the_ablation_changes_the_kitchen_recipe_as_it_says():
    full = load_recipe("kitchen-micro")

    def kinds(row):
        return [(stage.name, getattr(stage, "base", "")) for stage in ablate(full, row).stages]

    def student(row):
        return next(stage for stage in ablate(full, row).stages if stage.kind == "distill").options

    assert ("distill", "stage:base") in kinds("no-sft")
    assert "sft" not in dict(kinds("no-sft"))
    assert "distill" not in dict(kinds("no-rl"))
    assert "teacher" not in dict(kinds("teacher-no-rl"))
    chains = next(stage for stage in ablate(full, "teacher-no-rl").stages if stage.name == "chains")
    assert chains.options["model"] == "stage:base-large"
    table = ablate(full, "no-rl").stages[-1].options["models"]
    assert "stage:distill" not in table
    assert dict(kinds("full"))["teacher"] == "stage:base-large"
    assert dict(kinds("weaker-teacher"))["teacher"] == dict(kinds("weaker-teacher"))["sft"] == "stage:base"
    static = student("static-twin").rules
    assert (static.refine, static.plans, static.prompt) == (0, False, "table")
    assert all(stage.options["static"] for stage in ablate(full, "static-twin").stages if "static" in stage.options)
    assert student("no-reasoning").gamma == 0
    assert [one.name for one in student("no-reasoning").rewards] == ["format", "accuracy"]
    assert [one.name for one in student("no-format").rewards] == ["accuracy"]
    assert (student("no-guidance").gamma, [one.name for one in student("no-guidance").rewards]) == (0, ["accuracy"])
    assert len({json.dumps(ablate(full, row).model_dump(mode="json")) for row in PAPER}) == len(PAPER)


def test_rules_of_a_recipe_hold_for_every_stage_that_has_episodes():
    kitchen = {stage.name: stage for stage in load_recipe("kitchen-micro").stages}
    assert set(kitchen["teacher"].options.rules.known) == set(KNOWN)
    for name in ("chains", "table", "teacher-table"):
        assert Rules.model_validate(kitchen[name].options["rules"]) == kitchen["teacher"].options.rules
    assert "rules" not in kitchen["corpus"].options
    wise = {stage.name: stage for stage in load_recipe("wise-micro").stages}
    assert wise["table-brief"].options["rules"] == wise["table"].options["rules"] | {"brevity": "one sentence"}


def test_ablation_that_changes_nothing_is_refused():
    with pytest.raises(ConfigError, match="nothing that 'no-sft' would change"):
        ablate(load_recipe("wise-text"), "no-sft")
    with pytest.raises(ConfigError, match="leaves nothing"):
        ablate(load_recipe("fastreasonseg-8b-teacher"), "teacher-no-rl")
    with pytest.raises(ConfigError, match="no row 'no-coffee'"):
        ablate(load_recipe("kitchen-micro"), "no-coffee")


def test_seed_reaches_every_stage_that_has_none_of_its_own():
    stages = {stage.name: stage for stage in load_recipe("kitchen-micro", seed=5).stages}
    assert stages["asks"].options["seed"] == 5
    assert "seed" not in stages["corpus"].options  # bases are the same for every seed
    assert stages["base"].options.seed == 0
    assert stages["sft"].options.seed == 5
    assert stages["distill"].options.seed == 5


def test_stages_run_in_order_and_once(tmp_path):
    called.clear()
    recipe = load_recipe(written(tmp_path, CALLS), seed=4)
    points = []
    made = run_recipe(recipe, tmp_path / "run", on_progress=points.append)
    assert called == ["make", "add"]
    assert made["stages"][1]["result"] == {"sum": 12}
    assert points == [{"stage": "data", "say": "made"}]
    assert [step.status for step in steps_of(recipe, tmp_path / "run")] == ["finished", "finished"]
    assert run_recipe(recipe, tmp_path / "run") == made  # what it has cost is not counted twice
    assert spent(tmp_path / "run" / "sum") == made["stages"][1]["cpu_s"] < 5
    assert called == ["make", "add"]
    with pytest.raises(InputError, match="name another folder"):
        run_recipe(load_recipe(tmp_path / "recipe.toml", seed=9), tmp_path / "run")


def test_stage_goes_on_after_the_one_before_it_finished(tmp_path):
    called.clear()
    recipe = load_recipe(written(tmp_path, CALLS))
    with pytest.raises(InputError, match="needs 'data', which has not finished"):
        run_recipe(recipe, tmp_path / "run", ["sum"])
    called.append("fail")
    with pytest.raises(InputError, match="told to fail"):
        run_recipe(recipe, tmp_path / "run")
    called.clear()
    assert run_recipe(recipe, tmp_path / "run")["stages"][1]["result"] == {"sum": 0}
    assert called == ["add"]
    with pytest.raises(InputError, match="its stages are data, sum"):
        steps_of(recipe, tmp_path / "run", ["distill"])


def test_arms_share_finished_stages_that_are_the_same(tmp_path, capsys):
    called.clear()
    path = written(tmp_path, CALLS)
    run_recipe(load_recipe(path), tmp_path / "full")
    other = tmp_path / "other.toml"
    other.write_text(CALLS.replace("test_training_recipes:add", "test_training_recipes:add_twice"))
    given = ["train", "--recipe", str(other), "--out", str(tmp_path / "arm"), "--share", str(tmp_path / "full")]
    assert main(given) == 0
    assert called == ["make", "add", "twice"]
    said = capsys.readouterr()
    assert json.loads(said.out)["stages"][1]["result"] == {"sum": 0}
    assert "data           call     shared" in said.err
    assert (tmp_path / "arm" / "data").is_symlink()
    assert not (tmp_path / "arm" / "sum").is_symlink()
    given[4] = str(tmp_path / "third")
    assert main([*given[:5], "--seed", "3", *given[5:], "--quiet"]) == 0  # another seed is another run
    assert called[3:] == ["make", "twice"]
    assert main([*given[:4], str(tmp_path / "x"), "--share", str(tmp_path / "gone")]) == 2


def test_dry_run_prints_the_plan_without_torch(tmp_path):
    code = (
        "import sys, agentseg.cli as cli\n"
        f"code = cli.main(['train', '--recipe', 'fastreasonseg-0.6b', '--out', {str(tmp_path)!r}, '--dry-run'])\n"
        "heavy = {'torch', 'trl', 'transformers', 'peft', 'datasets'} & set(sys.modules)\n"
        "sys.exit(code or (3 if heavy else 0))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    assert [stage["stage"] for stage in plan["stages"]] == ["data", "sft", "distill"]
    assert plan["stages"][0]["missing"] == ["recording"]
    assert plan["stages"][2]["base"] == str(tmp_path / "sft" / "final")
    assert "needs recording" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("out", "said"), [("", "--out is empty"), ("file", "is a file"), ("file/run", "is a file")])
def test_out_that_is_no_folder_is_told_by_the_dry_run_too(tmp_path, capsys, monkeypatch, out, said):
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("mine")
    assert main(["train", "--recipe", "kitchen-micro", "--out", out, "--dry-run"]) == 2
    assert said in capsys.readouterr().err


def test_command_names_what_is_missing(tmp_path, capsys):
    assert main(["train", "--recipe", "nowhere", "--out", str(tmp_path)]) == 2
    assert "no recipe 'nowhere'" in capsys.readouterr().err
    given = ["train", "--recipe", "fastreasonseg-0.6b", "--out", str(tmp_path / "run")]
    assert main([*given, "--input", "recording=gone", "--quiet"]) == 2
    assert "needs 'gone', which is not there" in capsys.readouterr().err
    assert main([*given, "--input", "picture=a.png"]) == 2
    assert "its inputs are recording" in capsys.readouterr().err


def test_card_is_written_whole_and_for_people(tmp_path):
    card = Card(stage="sft", base="b", rows=3, metrics={"loss at last": 0.5}, options={"a|b": "x|y"}, resumed=(40,))
    card.write(tmp_path)
    assert Card.read(tmp_path) == card
    text = (tmp_path / "README.md").read_text()
    assert "continued at step 40" in text
    assert "x\\|y" in text
    (tmp_path / "card.json").write_text("{}")
    with pytest.raises(InputError, match="is no card"):
        Card.read(tmp_path)


def test_cost_of_a_stage_adds_up_over_calls(tmp_path):
    (tmp_path / "spent.json").write_text('{"cpu_s": 40.0}')
    meter = Spent(tmp_path)
    meter.note(now=False)  # the last note is not old yet
    assert spent(tmp_path) == 40.0
    sum(range(5_000_000))
    meter.note()
    assert 40.0 < spent(tmp_path) < 60.0
    assert spent(tmp_path / "nowhere") == 0.0
