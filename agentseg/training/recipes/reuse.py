"""Arms of an ablation share what they have in common: finished stages of another run, linked in place of made again."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from agentseg.errors import InputError
from agentseg.training.recipes.recipe import STAGE, Recipe, references
from agentseg.training.stages.card import write_text
from agentseg.training.stages.common import FINAL

RECIPE = "recipe.json"


def note(recipe: Recipe, out: Path) -> None:
    """Leave the recipe of a run in its folder."""
    out.mkdir(parents=True, exist_ok=True)
    write_text(out / RECIPE, recipe.model_dump_json(indent=1) + "\n")


def link(recipe: Recipe, out: Path, other: Path) -> tuple[str, ...]:
    """Link the finished stages of another run that are the same, and started from the same.

    Args:
        recipe: The run's.
        out: Its folder.
        other: Folder of the other run.

    Returns:
        Names of the stages that are shared.

    Raises:
        InputError: The other folder is no run.
    """
    try:
        theirs = Recipe.model_validate_json((other / RECIPE).read_bytes())
    except OSError as error:
        raise InputError(f"no run at {str(other)!r}: {error.strerror or error}") from None
    except ValidationError as error:
        raise InputError(f"{str(other / RECIPE)!r} is no recipe of this version: {error.errors()[0]['msg']}") from None
    known = {stage.name: stage for stage in theirs.stages}
    shared: list[str] = []
    for stage in recipe.stages:
        needs = {value.removeprefix(STAGE).partition("/")[0] for value in references(stage) if value.startswith(STAGE)}
        same = known.get(stage.name) == stage and recipe.inputs == theirs.inputs and needs <= set(shared)
        if not same or not (other / stage.name / FINAL).is_dir():
            continue
        shared.append(stage.name)
        if not (out / stage.name).exists():
            out.mkdir(parents=True, exist_ok=True)
            (out / stage.name).symlink_to((other / stage.name).resolve(), target_is_directory=True)
    return tuple(shared)
