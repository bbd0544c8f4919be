"""A recipe: stages in order, each with its kind, what it starts from, its data and its options, as checked TOML.

Values that begin with ``stage:`` name what an earlier stage made (``stage:sft``, ``stage:data/rows.jsonl``), with
``input:`` a file of the user's (``input:asks``). Nothing heavy is imported here.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from agentseg.config import parse_toml
from agentseg.errors import ConfigError
from agentseg.training.stages.options import DistillOptions, Options, SftOptions, TeacherOptions, WiseOptions

RECIPES = (
    "fastreasonseg-0.6b", "fastreasonseg-1.7b", "fastreasonseg-8b-teacher", "kitchen-micro", "kitchen-student",
    "wise-micro", "wise-text",
)  # fmt: skip
"""Shipped recipes, by name; each is a TOML file beside this module."""

STAGE, INPUT = "stage:", "input:"
_ROLLOUTS = ("teacher", "distill", "wise")
_NAME = r"^[a-z0-9][a-z0-9_.-]{0,39}$"


class _Stage(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=_NAME)
    of: Literal["base", "teacher", "student"] = "student"


class Trained(_Stage):
    """A stage that trains.

    Attributes:
        name: Its name, unique, and that of its folder.
        of: Whose weights they are; ablations tell them apart. ``base`` is what both start from.
        base: What it starts from: a folder, a name of the Hugging Face hub, or ``stage:NAME``.
        data: Files of conversations (sft) or of asks (the others), or ``stage:NAME/FILE``, ``input:NAME``.
    """

    base: str = Field(min_length=1)
    data: tuple[str, ...] = Field(min_length=1)


class SftStage(Trained):
    """Supervised fine-tuning."""

    kind: Literal["sft"]
    options: SftOptions = SftOptions()


class TeacherStage(Trained):
    """Reinforcement learning of a teacher."""

    kind: Literal["teacher"]
    options: TeacherOptions = TeacherOptions()


class DistillStage(Trained):
    """Reinforcement learning of a student."""

    kind: Literal["distill"]
    options: DistillOptions = DistillOptions()


class WiseStage(Trained):
    """WISE."""

    kind: Literal["wise"]
    options: WiseOptions = WiseOptions()


class CallStage(_Stage):
    """A function that makes files: data, a new model, a table.

    Attributes:
        call: ``package.module:function`` of (folder, options ..., on_progress); what it returns is kept as JSON. The
            folder is renamed to its place when it returns.
        options: Its keywords.
        seeded: Whether it takes the recipe's ``seed``.
    """

    kind: Literal["call"]
    call: str = Field(pattern=r"^[\w.]+:\w+$")
    options: dict[str, JsonValue] = {}
    seeded: bool = False


Stage = Annotated[SftStage | TeacherStage | DistillStage | WiseStage | CallStage, Field(discriminator="kind")]


class Recipe(BaseModel):
    """A run.

    Attributes:
        name: Its name.
        source: The paper, section and figures that its numbers are from; what is our own is said.
        about: One or two sentences on what it makes.
        seed: Of every stage.
        weaker: What the weaker teacher starts from, for the ablation.
        inputs: Files of the user's, by name.
        rules: What episodes are like, where a stage does not say otherwise: of every stage with rollouts, and of calls
            that have an option ``rules``.
        stages: In order.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=_NAME)
    source: str = Field(min_length=20)
    about: str = ""
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    weaker: str = ""
    inputs: dict[str, str] = {}
    rules: dict[str, JsonValue] = {}
    stages: tuple[Stage, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _rules_for_all(cls, data: Any) -> Any:
        rules = data.get("rules") if isinstance(data, dict) else None
        if not isinstance(rules, dict) or not isinstance(data.get("stages"), list):
            return data
        return data | {"stages": [_ruled(stage, rules) for stage in data["stages"]]}

    @model_validator(mode="after")
    def _refers_backwards(self) -> Self:
        before: set[str] = set()
        for stage in self.stages:
            if stage.name in before:
                raise ValueError(f"stages have different names; found {stage.name!r} twice")
            for value in references(stage):
                kind, name = value.split(":", 1)
                first = name.partition("/")[0]
                known = before if f"{kind}:" == STAGE else set(self.inputs)
                if first not in known:
                    shown = ", ".join(sorted(known)) or "none"
                    raise ValueError(f"stage {stage.name!r}: no {kind} {first!r} before it; there are {shown}")
            before.add(stage.name)
        return self


def _ruled(stage: Any, rules: dict[str, Any]) -> Any:
    """A stage as written, with the recipe's rules where it has none of its own."""
    options = stage.get("options", {}) if isinstance(stage, dict) else None
    if not isinstance(options, dict):
        return stage
    own = options.get("rules", {})
    if not isinstance(own, dict) or (stage.get("kind") not in _ROLLOUTS and "rules" not in options):
        return stage
    return stage | {"options": options | {"rules": rules | own}}


def references(stage: Any) -> list[str]:
    """What a stage refers to, as written."""
    values: list[Any] = [stage.base, *stage.data] if isinstance(stage, Trained) else list(stage.options.values())
    flat = [part for value in values for part in (value if isinstance(value, list) else [value])]
    return [value for value in flat if isinstance(value, str) and value.startswith((STAGE, INPUT))]


def load_recipe(source: str | Path, *, seed: int | None = None, inputs: dict[str, str] | None = None) -> Recipe:
    """Read a recipe.

    Args:
        source: Name of a shipped recipe, or path of a TOML file.
        seed: In place of its own.
        inputs: Files in place of its own, by name.

    Raises:
        ConfigError: No such recipe or file, broken TOML, an unknown field or a value out of range.
    """
    name = str(source)
    data = _read(name)
    if seed is not None:
        data["seed"] = seed
    given = data.get("inputs")
    for key, path in (inputs or {}).items():
        if not isinstance(given, dict) or key not in given:
            shown = ", ".join(given) if isinstance(given, dict) and given else "none"
            raise ConfigError(f"{name}: no input {key!r}; its inputs are {shown}")
        given[key] = path
    try:
        recipe = Recipe.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{name}: {_explain(error, data)}") from None
    return seeded(recipe)


def seeded(recipe: Recipe) -> Recipe:
    """The recipe with its seed in every stage that does not set one of its own."""
    stages = []
    for stage in recipe.stages:
        options: Any = stage.options
        if isinstance(options, Options) and "seed" not in options.model_fields_set:
            options = options.model_copy(update={"seed": recipe.seed})
        elif isinstance(stage, CallStage) and stage.seeded:
            options = {**stage.options, "seed": recipe.seed}
        stages.append(stage.model_copy(update={"options": options}))
    return recipe.model_copy(update={"stages": tuple(stages)})


def _explain(error: ValidationError, data: dict[str, Any]) -> str:
    """The first field at fault, by the name of its stage, with what it wants and what was found."""
    first = error.errors()[0]
    place = list(first["loc"])
    if len(place) > 1 and place[0] == "stages" and isinstance(place[1], int):
        stages = data["stages"]
        found = stages[place[1]] if isinstance(stages, list) and place[1] < len(stages) else {}
        label = found.get("name") if isinstance(found, dict) else None
        if len(place) > 2 and isinstance(found, dict) and place[2] == found.get("kind"):
            del place[2]  # the discriminator says nothing that the file does
        place[:2] = [f"stages.{label or place[1]}"]
    field = ".".join(map(str, place)) or "the whole"
    said = "no such field" if first["type"] == "extra_forbidden" else first["msg"].removeprefix("Value error, ")
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    value = "" if first["type"] == "value_error" else f"; found {str(first['input'])[:80]!r}"
    return f"{field}: {said}{value}{more}"


def _read(name: str) -> dict[str, Any]:
    try:
        if name in RECIPES:
            text = resources.files("agentseg.training.recipes").joinpath(f"{name}.toml").read_text(encoding="utf8")
        else:
            path = Path(name)
            if not path.is_file():
                raise ConfigError(f"no recipe {name!r}: give a TOML file or one of {', '.join(RECIPES)}")
            text = path.read_text(encoding="utf8")
    except OSError as error:
        raise ConfigError(f"{name[:200]} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name} is not UTF-8 text: {error.reason} at byte {error.start}") from None
    return parse_toml(text, name)
