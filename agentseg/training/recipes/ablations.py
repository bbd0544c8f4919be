"""The rows of FastReasonSeg's ablation as changes of a recipe, with what the paper found (1.7B, mean J).

Out of scope: "no twin" (.588), for everything here reasons over one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agentseg.errors import ConfigError
from agentseg.training.recipes.recipe import STAGE, CallStage, Recipe, SftStage, Trained, references
from agentseg.training.stages.rules import static_rules

PAPER = {
    "full": 0.760,
    "static-twin": 0.699,
    "no-sft": 0.669,
    "no-rl": 0.716,
    "no-reasoning": 0.736,
    "no-format": 0.691,
    "no-guidance": 0.677,
    "weaker-teacher": 0.702,
    "teacher-no-rl": 0.709,
}
"""Mean J of the paper by row; the teacher of ``weaker-teacher`` has 3B parameters."""


def ablate(recipe: Recipe, row: str) -> Recipe:
    """The recipe of a row of the ablation, without what only another row would start from.

    Args:
        recipe: The full one.
        row: A key of ``PAPER``:
            ``static-twin``: no tool runs, neither in training nor in calls that have an option ``static``: what was
            seen at first is all there is, and ids are read off the whole table (``stages.rules.static_rules``);
            ``no-sft``: reinforcement only; ``no-rl``: fine-tuning only; ``no-reasoning``, ``no-format``,
            ``no-guidance``: without R_reasoning, R_format, both; ``weaker-teacher``: the teacher starts from
            ``weaker``; ``teacher-no-rl``: the teacher without its reinforcement.

    Raises:
        ConfigError: There is no such row, or the recipe has nothing that it would change.
    """
    if row not in PAPER:
        raise ConfigError(f"no row {row!r} in the ablation; there are {', '.join(PAPER)}")
    if row == "full":
        return _needed(recipe)
    changed = _needed(_ROWS[row](recipe))
    if changed == _needed(recipe):
        raise ConfigError(f"recipe {recipe.name!r} has nothing that {row!r} would change")
    if not any(isinstance(stage, Trained) for stage in changed.stages):
        raise ConfigError(f"{row!r} leaves nothing to train of recipe {recipe.name!r}")
    return changed


def dropped(recipe: Recipe, wanted: Callable[[Any], bool]) -> Recipe:
    """The recipe without some stages; what referred to one takes what that one started from."""
    bases: dict[str, str] = {}
    stages = []
    for stage in recipe.stages:
        kept = _redirected(stage, bases)
        if wanted(stage) and isinstance(kept, Trained):
            bases[stage.name] = kept.base
        else:
            stages.append(kept)
    return recipe.model_copy(update={"stages": tuple(stages)})


def _needed(recipe: Recipe) -> Recipe:
    """The recipe without models of the base that nothing starts from or measures."""
    stages = list(recipe.stages)
    for stage in reversed(recipe.stages):
        used = {value.removeprefix(STAGE).partition("/")[0] for one in stages for value in references(one)}
        makes = isinstance(stage, Trained) or stage.call.endswith(":fresh_student")
        if stage.of == "base" and makes and stage.name not in used and len(stages) > 1:
            stages.remove(stage)
    return recipe.model_copy(update={"stages": tuple(stages)})


def _redirected(stage: Any, bases: dict[str, str]) -> Any:
    """A stage whose references to dropped ones are those to their bases; from lists they are left out."""

    def new(value: Any) -> Any:
        if isinstance(value, list):
            return [part for part in value if not isinstance(part, str) or part.removeprefix(STAGE) not in bases]
        name = value.removeprefix(STAGE) if isinstance(value, str) and value.startswith(STAGE) else ""
        return bases.get(name, value)

    if isinstance(stage, CallStage):
        return stage.model_copy(update={"options": {key: new(value) for key, value in stage.options.items()}})
    return stage.model_copy(update={"base": new(stage.base)})


def _each(recipe: Recipe, change: Callable[[Any], Any]) -> Recipe:
    return recipe.model_copy(update={"stages": tuple(change(stage) for stage in recipe.stages)})


def _static(stage: Any) -> Any:
    if isinstance(stage, CallStage):
        found = {"static": True} if "static" in stage.options else {}
        return stage.model_copy(update={"options": stage.options | found})
    if isinstance(stage, SftStage):
        return stage
    rules = static_rules(stage.options.rules)
    return stage.model_copy(update={"options": stage.options.model_copy(update={"rules": rules})})


def _without(*, form: bool, reasoning: bool) -> Callable[[Recipe], Recipe]:
    def change(stage: Any) -> Any:
        if stage.kind != "distill":
            return stage
        options = stage.options
        if reasoning:
            options = options.model_copy(update={"gamma": 0.0})
        if form:
            kept = tuple(one for one in options.rewards if one.name != "format")
            options = options.model_copy(update={"rewards": kept})
        return stage.model_copy(update={"options": options})

    return lambda recipe: _each(recipe, change)


def _weaker(recipe: Recipe) -> Recipe:
    if not recipe.weaker:
        raise ConfigError(f'recipe {recipe.name!r} names no "weaker" base of a teacher')
    done = False

    def change(stage: Any) -> Any:
        nonlocal done
        if done or stage.of != "teacher" or not isinstance(stage, Trained):
            return stage
        done = True
        return stage.model_copy(update={"base": recipe.weaker})

    return _each(recipe, change)


_ROWS: dict[str, Callable[[Recipe], Recipe]] = {
    "static-twin": lambda recipe: _each(recipe, _static),
    "no-sft": lambda recipe: dropped(recipe, lambda stage: stage.kind == "sft" and stage.of == "student"),
    "no-rl": lambda recipe: dropped(recipe, lambda stage: stage.kind == "distill"),
    "no-reasoning": _without(form=False, reasoning=True),
    "no-format": _without(form=True, reasoning=False),
    "no-guidance": _without(form=True, reasoning=True),
    "weaker-teacher": _weaker,
    "teacher-no-rl": lambda recipe: dropped(recipe, lambda stage: stage.kind == "teacher"),
}
