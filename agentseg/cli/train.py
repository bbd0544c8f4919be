"""``agentseg train --recipe NAME``: the stages of a recipe, in order, each taken up where it stood."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from agentseg.cli.progress import say
from agentseg.errors import InputError


def add_parser(verbs: Any) -> None:
    """Add the verb to the command."""
    parser = verbs.add_parser(
        "train",
        help="train a teacher or a student from a recipe",
        description="Run the stages of a recipe in order. What is finished is skipped, what was stopped goes on from "
        "its last checkpoint: the same command can be given again after anything. The plan of work goes to stderr "
        "first; what each stage made goes to stdout as JSON.",
        epilog="examples: agentseg train --recipe kitchen-micro --out runs/kitchen\n"
        "          torchrun --nproc_per_node 8 -m agentseg train --recipe fastreasonseg-0.6b --out runs/student "
        "--input recording=recording",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--recipe", required=True, help="name of a shipped recipe, or a TOML file")
    parser.add_argument("--out", required=True, help="folder of the run")
    parser.add_argument("--stage", action="append", default=[], metavar="NAME", help="only this stage; repeatable")
    parser.add_argument(
        "--input", action="append", default=[], metavar="NAME=PATH", help="a file that the recipe asks for"
    )
    parser.add_argument("--ablate", default="full", metavar="ROW", help="a row of the paper's ablation (default: full)")
    parser.add_argument("--share", metavar="RUN", help="link the finished stages of another run that are the same")
    parser.add_argument("--seed", type=int, help="seed of all stages (default: the recipe's)")
    parser.add_argument("--dry-run", action="store_true", help="print the plan of work as JSON and stop")
    parser.add_argument("--quiet", action="store_true", help="no plan and no progress on stderr")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry the verb out."""
    from agentseg.outputs import check_folder
    from agentseg.training.recipes.ablations import ablate
    from agentseg.training.recipes.recipe import load_recipe
    from agentseg.training.recipes.reuse import link
    from agentseg.training.recipes.run import run_recipe, steps_of

    if not arguments.out:
        raise InputError("--out is empty: name a folder")
    check_folder(Path(arguments.out), ())
    recipe = load_recipe(arguments.recipe, seed=arguments.seed, inputs=_inputs(arguments.input))
    recipe = ablate(recipe, arguments.ablate)
    if arguments.share and not arguments.dry_run and int(os.environ.get("RANK", "0")) == 0:
        link(recipe, Path(arguments.out), Path(arguments.share))
    steps = steps_of(recipe, arguments.out, arguments.stage)
    first = int(os.environ.get("RANK", "0")) == 0
    if first and not arguments.quiet:
        say(f"{recipe.name}: {recipe.about or recipe.source}")
        for place, step in enumerate(steps, 1):
            say(f"  {place}. {step.stage.name:<14} {step.stage.kind:<8} {step.status}{_needs(step)}")
    if arguments.dry_run:
        plan = {"recipe": recipe.name, "source": recipe.source, "ablate": arguments.ablate, "seed": recipe.seed}
        print(json.dumps(plan | {"out": arguments.out, "stages": [step.to_json() for step in steps]}))
        return 0
    made = run_recipe(recipe, arguments.out, arguments.stage, None if arguments.quiet else show)
    if first:
        print(json.dumps(made | {"ablate": arguments.ablate, "seed": recipe.seed}))
    return 0


def show(point: dict[str, Any]) -> None:
    """Print one logged point of a stage."""
    if "say" in point:
        say(f"  {point['stage']:<12} {point['say']}")
        return
    parts = [f"{point['step']}/{point['of']}"]
    parts += [f"{name} {point[key]:.4g}" for name, key in _SHOWN.items() if isinstance(point.get(key), int | float)]
    if "left_s" in point:
        parts.append(f"{_clock(point['left_s'])} left")
    say(f"  {point['stage']:<12} {', '.join(parts)}")


_SHOWN = {
    "loss": "loss",
    "accuracy of tokens": "mean_token_accuracy",
    "reward": "reward",
    "accuracy": "rewards/accuracy/mean",
    "tokens": "completions/mean_length",
}


def _inputs(given: list[str]) -> dict[str, str]:
    found = {}
    for one in given:
        name, equals, path = one.partition("=")
        if not (name and equals and path):
            raise InputError(f"--input is NAME=PATH; found {one!r}")
        found[name] = path
    return found


def _needs(step: Any) -> str:
    return f"   needs {', '.join(step.missing)}" if step.missing and not step.finished else ""


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
