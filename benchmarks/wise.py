"""WISE at micro scale: how much a policy thinks before it answers, and how often it is right, beside its baselines.

``python -m benchmarks.wise --out runs/wise-micro --seeds 0`` can be stopped and given again at any time; ``--show``
prints what is there. All arms of a seed start from one model (``detail first`` from one trained on that order) and
have the same steps of reinforcement. Tokens are those of the model's own tokenizer, of all that is written before the
plan or the answer; right as in ``benchmarks.ablation``, on the split ``test`` over true twins.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from agentseg.cli.progress import say
from agentseg.trace import Trace, read_traces
from agentseg.training.recipes.recipe import STAGE as REFERENCE
from agentseg.training.recipes.recipe import Recipe, TeacherStage, load_recipe
from agentseg.training.recipes.reuse import link
from agentseg.training.recipes.run import run_recipe
from agentseg.training.recipes.spent import spent
from agentseg.training.rewards.chain import wrote
from agentseg.training.stages.options import Reward, TeacherOptions
from agentseg.training.stages.wise import asking_for_detail
from benchmarks.arms import SPLIT, Rights, over_seeds, rights_of, shown

STAGE, TABLE, BRIEF, DETAIL = "wise", "table", "table-brief", "table-detail"
FIRST = ["why", "analysis", "answer"]
TARGET = 10
"""Tokens that L1 wants, about those of a concise rationale."""
ALPHA = 0.02
"""What a token costs in L1; its .0003 is for chains of thousands."""

Change = Callable[[Recipe], Recipe]


def each(recipe: Recipe, change: Callable[[Any], list[Any]]) -> Recipe:
    """The recipe with each stage turned into what ``change`` makes of it."""
    return recipe.model_copy(update={"stages": tuple(new for stage in recipe.stages for new in change(stage))})


def changed(recipe: Recipe, **options: Any) -> Recipe:
    """The recipe with other options of WISE."""

    def change(stage: Any) -> list[Any]:
        if stage.kind != "wise":
            return [stage]
        return [stage.model_copy(update={"options": stage.options.model_copy(update=options)})]

    return each(recipe, change)


def plain(recipe: Recipe, *more: Reward) -> Recipe:
    """The same reinforcement without a detailed explanation: format, accuracy and ``more``."""

    def change(stage: Any) -> list[Any]:
        if stage.kind != "wise":
            return [stage]
        given = {name: getattr(stage.options, name) for name in TeacherOptions.model_fields}
        rewards = (Reward(name="format"), Reward(name="wise_accuracy", options={"iou": stage.options.iou}), *more)
        options = TeacherOptions(**given | {"rewards": rewards})
        return [TeacherStage(name=STAGE, kind="teacher", base=stage.base, data=stage.data, options=options)]

    return each(recipe, change)


def detail_first(recipe: Recipe) -> Recipe:
    """Explanation, rationale, answer: in the data, and in training; and measured as it was trained, too."""

    def change(stage: Any) -> list[Any]:
        if stage.name == "data":
            return [stage.model_copy(update={"options": stage.options | {"order": list(FIRST)}})]
        if stage.name == TABLE:
            rules = stage.options["rules"] | {"suffix": asking_for_detail(FIRST)}
            return [stage, stage.model_copy(update={"name": DETAIL, "options": stage.options | {"rules": rules}})]
        return [stage]

    return each(changed(recipe, order=tuple(FIRST)), change)


def without_start(recipe: Recipe) -> Recipe:
    """The recipe whose tables have the reinforced model alone: the start is measured once."""

    def change(stage: Any) -> list[Any]:
        if not stage.name.startswith(TABLE):
            return [stage]
        return [stage.model_copy(update={"options": stage.options | {"models": [f"{REFERENCE}{STAGE}"]}})]

    return each(recipe, change)


def _l1(name: str, **more: Any) -> Reward:
    return Reward(name=name, options={"target": TARGET, "alpha": ALPHA, **more})


ARMS: dict[str, Change] = {
    "wise": lambda recipe: recipe,
    "plain": plain,
    "l1-exact": lambda recipe: plain(recipe, _l1("l1_exact", with_success=False)),
    "l1-max": lambda recipe: plain(recipe, _l1("l1_max")),
    "always": lambda recipe: changed(recipe, condition="always"),
    "detail-first": detail_first,
}

ROWS = {
    "start, before reinforcement": ("wise", "start", TABLE),
    "start, with the brevity prompt": ("wise", "start", BRIEF),
    "plain: format + accuracy": ("plain", STAGE, TABLE),
    "plain, with the brevity prompt": ("plain", STAGE, BRIEF),
    "WISE": ("wise", STAGE, TABLE),
    "WISE-S: with the brevity prompt": ("wise", STAGE, BRIEF),
    "L1-Exact": ("l1-exact", STAGE, TABLE),
    "L1-Max": ("l1-max", STAGE, TABLE),
    "WISE without the condition on success": ("always", STAGE, TABLE),
    "detail first, asked plainly": ("detail-first", STAGE, TABLE),
    "detail first, asked as trained": ("detail-first", STAGE, DETAIL),
}
"""What the table shows: of which arm, which model, measured how."""


def run(source: str, out: Path, arms: list[str], seeds: list[int]) -> None:
    """Make what lacks."""
    for seed in seeds:
        whole = load_recipe(source, seed=seed)
        for arm in dict.fromkeys(["wise", *arms]):
            place = out / f"seed-{seed}" / arm
            recipe = ARMS[arm](whole)
            if arm != "wise":
                recipe = without_start(recipe)
                link(recipe, place, out / f"seed-{seed}" / "wise")
            say(f"seed {seed}, {arm}")
            run_recipe(recipe, place)


@cache
def measured(place: Path, model: str, table: str) -> tuple[Rights, float] | None:
    """What a model of a run got right, and the tokens that it wrote before its answers; None where it lacks."""
    traces = place / table / "final" / f"{model}-{SPLIT}.jsonl"
    if not traces.is_file() or not traces.parent.is_dir():
        return None
    from agentseg.training.student.tokenizer import load_tokenizer

    tokenizer = load_tokenizer(place / "fresh" / "final")
    found = [sum(len(tokenizer.encode(text)) for text in before(trace)) for trace in read_traces(traces)]
    return rights_of(traces, place / "data" / "final" / f"{SPLIT}.jsonl"), sum(found) / len(found)


def before(trace: Trace) -> list[str]:
    """What was written before the plan or the answer, turn by turn; the whole of a turn that cannot be read."""
    out = []
    for one in wrote(trace):
        explained = one.turn is not None and one.turn.why and one.text.find('"why"') < one.text.find('"analysis"')
        out.append(f"{one.turn.why} {one.rationale}" if explained and one.turn is not None else one.rationale)
    return out


def lines(out: Path, seeds: list[int]) -> list[str]:
    """The table in Markdown."""
    told = ["| | seeds | rationale tokens | right, % | over plain, points | CPU-minutes of training |"]
    told.append("|---|---|---|---|---|---|")
    base = {seed: measured(out / f"seed-{seed}" / "plain", STAGE, TABLE) for seed in seeds}
    for row, (arm, model, table) in ROWS.items():
        all_ = {seed: measured(out / f"seed-{seed}" / arm, model, table) for seed in seeds}
        found = {seed: one for seed, one in all_.items() if one is not None}
        if not found:
            continue
        right = over_seeds([one for one, _ in found.values()])
        pairs = [(one, other[0]) for seed, (one, _) in found.items() if (other := base[seed]) is not None]
        over = "" if (arm, model, table) == ("plain", STAGE, TABLE) or not pairs else _over(pairs)
        tokens = sum(count for _, count in found.values()) / len(found)
        cost = sum(spent(out / f"seed-{seed}" / arm / model) for seed in found) / len(found) / 60
        told.append(f"| {row} | {len(found)} | {tokens:.1f} | {shown(right.mean)} | {over} | {cost:.1f} |")
    return told


def _over(pairs: list[tuple[Rights, Rights]]) -> str:
    ours, theirs = zip(*pairs, strict=True)
    return shown(over_seeds(ours).over(over_seeds(theirs)), sign=True)


def main() -> int:
    """Make the runs and print the table; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.wise", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/wise-micro"), help="folder of the runs")
    parser.add_argument("--recipe", default="wise-micro", help="a recipe with the same stages")
    parser.add_argument("--arms", nargs="+", choices=[*ARMS], default=[*ARMS], metavar="ARM")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--show", action="store_true", help="only print what is there")
    given = parser.parse_args()
    if not given.show:
        run(given.recipe, given.out, given.arms, given.seeds)
    print("\n".join(lines(given.out, given.seeds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
