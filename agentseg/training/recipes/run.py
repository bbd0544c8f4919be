"""Run a recipe: its stages in order, each in its folder, those that are finished skipped."""

from __future__ import annotations

import gc
import inspect
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from agentseg.errors import InputError
from agentseg.training.recipes.recipe import INPUT, STAGE, CallStage, Recipe, Trained, references
from agentseg.training.recipes.reuse import note
from agentseg.training.recipes.spent import Spent, spent
from agentseg.training.stages.card import CARD, Card, write_text
from agentseg.training.stages.checkpoints import last_checkpoint, step_of
from agentseg.training.stages.common import ASKED, CHECKPOINTS, FINAL, Progress

RESULT = "result.json"
DONE = ("finished", "shared")


@dataclass(frozen=True)
class Step:
    """A stage of a run and where it stands.

    Attributes:
        stage: It.
        out: Its folder.
        base: What it starts from, resolved; empty for calls.
        data: Its files, resolved.
        options: Its options as they are passed.
        status: ``finished``, ``shared`` (with another run), ``at step N``, ``begun`` or ``to do``.
        missing: Inputs of the user's that are not there.
    """

    stage: Any
    out: Path
    base: str
    data: tuple[str, ...]
    options: Any
    status: str
    missing: tuple[str, ...]

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to do."""
        return self.status in DONE

    def to_json(self) -> dict[str, Any]:
        """The step for people and machines."""
        options = self.options if isinstance(self.options, dict) else self.options.model_dump(mode="json")
        return {
            "stage": self.stage.name,
            "kind": self.stage.kind,
            "of": self.stage.of,
            "call": getattr(self.stage, "call", ""),
            "base": self.base,
            "data": list(self.data),
            "out": str(self.out),
            "status": self.status,
            "missing": list(self.missing),
            "options": options,
        }


def steps_of(recipe: Recipe, out: str | Path, only: Sequence[str] = ()) -> tuple[Step, ...]:
    """Where each stage of a run stands.

    Args:
        recipe: The run.
        out: Its folder.
        only: Names of stages; all by default.

    Raises:
        InputError: There is no such stage.
    """
    names = [stage.name for stage in recipe.stages]
    for name in only:
        if name not in names:
            raise InputError(f"recipe {recipe.name!r} has no stage {name!r}; its stages are {', '.join(names)}")
    return tuple(_step(stage, recipe, Path(out)) for stage in recipe.stages if not only or stage.name in only)


def run_recipe(
    recipe: Recipe, out: str | Path, only: Sequence[str] = (), on_progress: Progress | None = None
) -> dict[str, Any]:
    """Run what is not finished.

    Args:
        recipe: The run.
        out: Its folder; the same run can be called again after anything.
        only: Names of stages; all by default.
        on_progress: Called with each logged point of each stage.

    Returns:
        What each stage made: its folder, and its metrics or what its function returned.

    Raises:
        InputError: An input is missing, a stage that another needs has not finished, or the folder holds another run.
    """
    for step in steps_of(recipe, out, only):
        if not step.finished and step.missing:
            missing = step.missing[0]
            raise InputError(f"stage {step.stage.name!r} needs {missing!r}, which is not there")
    first = int(os.environ.get("RANK", "0")) == 0
    if first:
        note(recipe, Path(out))
    for step in steps_of(recipe, out, only):
        _need_earlier(step, Path(out))
        if step.out.is_symlink():
            continue  # shared with another run
        meter = Spent(step.out) if first and not step.finished else None
        _run(step, partial(_told, step.stage.name, on_progress, meter))
        if meter is not None:
            meter.note()
        _free()
    return {"recipe": recipe.name, "out": str(out), "stages": [_made(step) for step in steps_of(recipe, out, only)]}


def _told(name: str, on_progress: Progress | None, meter: Spent | None, point: dict[str, Any]) -> None:
    """Pass a point on under its stage's name, for several stages are of one kind; and look at the clock."""
    if meter is not None:
        meter.note(now=False)
    if on_progress is not None:
        on_progress(point | {"stage": name})


def _step(stage: Any, recipe: Recipe, out: Path) -> Step:
    def place(value: str) -> str:
        if value.startswith(STAGE):
            name, _, rest = value.removeprefix(STAGE).partition("/")
            return str(out / name / FINAL / rest)
        return recipe.inputs[value.removeprefix(INPUT)] if value.startswith(INPUT) else value

    folder = out / stage.name
    inputs = [place(value) for value in references(stage) if value.startswith(INPUT)]
    missing = [path for path in inputs if not Path(path).exists()]
    options: Any = stage.options
    base, data = "", tuple[str, ...]()
    if isinstance(stage, CallStage):
        options = {key: _placed(value, place) for key, value in stage.options.items()}
    else:
        base, data = place(stage.base), tuple(map(place, stage.data))
        own = [path for path in stage.data if not path.startswith((STAGE, INPUT)) and not Path(path).exists()]
        missing += own
    return Step(stage, folder, base, data, options, _status(folder), tuple(missing))


def _placed(value: Any, place: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_placed(part, place) for part in value]
    return place(value) if isinstance(value, str) else value


def _status(folder: Path) -> str:
    if (folder / FINAL / CARD).is_file() or (folder / FINAL / RESULT).is_file():
        return "shared" if folder.is_symlink() else "finished"
    start = last_checkpoint(folder / CHECKPOINTS)
    if start is not None:
        return f"at step {step_of(start)}"
    return "begun" if (folder / ASKED).is_file() else "to do"


def _need_earlier(step: Step, out: Path) -> None:
    for value in references(step.stage):
        name = value.removeprefix(STAGE).partition("/")[0]
        if value.startswith(STAGE) and _status(out / name) not in DONE:
            raise InputError(f"stage {step.stage.name!r} needs {name!r}, which has not finished: run that one first")


def _run(step: Step, on_progress: Progress | None) -> None:
    stage = step.stage
    if isinstance(stage, CallStage):
        _call(step, stage, on_progress)
    else:
        _trainer(stage)(step.base, [Path(path) for path in step.data], step.out, step.options, on_progress=on_progress)


def _trainer(stage: Trained) -> Callable[..., Card]:
    kind: str = getattr(stage, "kind", "")
    if kind == "sft":
        from agentseg.training.stages.sft import sft

        return sft
    if kind == "teacher":
        from agentseg.training.stages.teacher import teacher

        return teacher
    if kind == "distill":
        from agentseg.training.stages.distill import distill

        return distill
    from agentseg.training.stages.wise import wise

    return wise


def _call(step: Step, stage: CallStage, on_progress: Progress | None) -> None:
    """Call a function in a folder beside, and rename it; of several processes the first one calls, the others wait."""
    from agentseg.training.rewards import function_of

    final = step.out / FINAL
    asked = {"call": stage.call, "options": step.options}
    if (final / RESULT).is_file():
        _same(json.loads((final / ASKED).read_text(encoding="utf8")), asked, step)
        return
    if int(os.environ.get("RANK", "0")) > 0:
        while not (final / RESULT).is_file():
            time.sleep(1.0)
        return
    function = function_of(stage.call)
    beside = step.out / f".{FINAL}.part"
    note = beside / ASKED
    if not (note.is_file() and json.loads(note.read_text(encoding="utf8")) == asked):
        shutil.rmtree(beside, ignore_errors=True)  # a function that keeps what it has done goes on where it stood
        beside.mkdir(parents=True)
        write_text(note, json.dumps(asked))
    keywords = dict(step.options)
    if "on_progress" in inspect.signature(function).parameters:
        keywords["on_progress"] = on_progress
    result = function(beside, **keywords)
    write_text(beside / RESULT, json.dumps(result) + "\n")
    beside.replace(final)


def _same(begun: dict[str, Any], asked: dict[str, Any], step: Step) -> None:
    if begun != asked:
        raise InputError(
            f"{str(step.out)!r} was made by {begun['call']} with {str(begun['options'])[:80]}; "
            f"now {asked['call']} with {str(asked['options'])[:80]} is asked for: name another folder"
        )


def _made(step: Step) -> dict[str, Any]:
    final = step.out / FINAL
    made: dict[str, Any] = {"stage": step.stage.name, "kind": step.stage.kind, "final": str(final)}
    made["cpu_s"] = spent(step.out)
    if (final / CARD).is_file():
        card = Card.read(final)
        return made | {"rows": card.rows, "metrics": card.metrics, "resumed": list(card.resumed)}
    return made | {"result": json.loads((final / RESULT).read_text(encoding="utf8"))}


def _free() -> None:
    """Give back what a stage held before the next one begins."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()
