"""Configuration: one TOML file, or the name of a shipped profile, into one frozen model.

Nothing is read from the environment here; a key is named by its variable (``api_key_env``) and read by the reasoner
that needs it, so no configuration, trace or log ever holds one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from agentseg.config_vision import VisionOptions
from agentseg.errors import ConfigError

STUDENT = "kitchen"
"""Name of the student that ships with the package, as a reasoner."""

PROFILES = ("local", "rules", "ollama", "openai", "vision", "fastreasonseg")
"""Shipped profiles, by name; each is a TOML file of the folder ``profiles``."""


class ReasonerConfig(BaseModel):
    """Which language model reasons, and within which bounds.

    Attributes:
        model: ``kitchen`` (the student that ships; the fields it was trained with are filled in), ``rules``,
            ``ollama:NAME``, ``openai:NAME``, ``gguf:PATH``, ``hf:NAME_OR_PATH`` or any ``provider:model`` of
            ``init_chat_model``.
        base_url: Server address; None for the provider's own. With ``openai:`` any compatible server.
        api_key_env: Name of the environment variable that holds the key; the key itself is never configured.
        temperature: Sampling temperature, 0 for the likeliest text.
        max_tokens: Longest answer of one call, in tokens.
        num_ctx: Context of a local model, in tokens; a longer prompt is refused instead of cut.
        timeout_s: Longest wait for one call, in seconds; at most a day.
        seed: Sampling seed where the server takes one; 0 to 2**31 - 1, which every server takes.
        codec: The form of a turn: compact ``json`` (schema-bound where possible) or the papers' ``tags``.
        prompt: ``full`` teaches the plan language and shows every column; ``brief`` shows ids, labels and colours,
            for students that were trained on the language and leave the numbers to the tools; ``table`` shows every
            column without the lesson, for those that were trained to read ids off it.
        known: Labels that a small model knows; in what it reads and writes, words that it was trained with stand for
            all others (``reasoners.linking``). Empty for models that know the words of the language.
        partner: ``rules``: where a small model is not sure, or finds nothing, that reasoner's plan is taken
            (``reasoners.partner``). Empty: the model is alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field(default="rules", min_length=1)
    base_url: str | None = None
    api_key_env: str = "OPENAI_API_KEY"
    temperature: float = Field(default=0.0, ge=0, le=2)
    max_tokens: int = Field(default=256, ge=16, le=32768)
    num_ctx: int = Field(default=8192, ge=512, le=1_048_576)
    timeout_s: float = Field(default=60.0, gt=0, le=86_400, allow_inf_nan=False)
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    codec: Literal["json", "tags"] = "json"
    prompt: Literal["full", "brief", "table"] = "full"
    known: tuple[str, ...] = ()
    partner: Literal["", "rules"] = ""

    @model_validator(mode="before")
    @classmethod
    def _as_it_was_trained(cls, data: Any) -> Any:
        return {**student_fields(), **data} if isinstance(data, dict) and data.get("model") == STUDENT else data

    @field_validator("base_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is not None and not _is_http(value):
            raise ValueError("give an http:// or https:// address, such as http://127.0.0.1:8080/v1")
        return value


class Limits(BaseModel):
    """What one query may cost.

    Attributes:
        refine: Plans whose results go back to the model before the budget is exhausted.
        corrections: Correcting messages after malformed text before the status is ``format_error``.
        prompt_instances: Instances that the model's view shows, the best by score; the twin keeps all.
        history: Twins kept of a stream or clip; None keeps all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    refine: int = Field(default=2, ge=0, le=16)
    corrections: int = Field(default=1, ge=0, le=8)
    prompt_instances: int = Field(default=60, ge=1, le=1000)
    history: int | None = Field(default=None, ge=1)


class Config(BaseModel):
    """Everything that decides a run.

    Attributes:
        perception: Perceivers in order: ``kitchen``, those of the extra ``vision`` (``owlv2``, ``groundingdino``,
            ``sam2``, ``sam2_automatic``, ``sam3``, ``label_masks``, ``depth_anything``), ``colours``, or
            ``package.module:name`` of a user's own.
        perception_mode: ``full`` runs every perceiver on every frame; ``just_in_time`` first only those that find
            instances, and others (depth, outlines, colours) when a plan asks for what they measure.
        track: Keep ids over the frames of a clip with the light tracker.
        stream_tracker: Who keeps them on a stream: ``light`` (boxes, every frame perceived) or ``sam2`` (masks that
            SAM 2 follows between keyframes; extra ``vision``).
        confirm: Frames of a tracked clip that have to show an instance (half of a short clip); fewer are noise.
        reasoner: The language model.
        limits: The budget of one query.
        vision: Models, sizes and thresholds of the perceivers of the extra ``vision``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    perception: tuple[str, ...] = Field(default=("kitchen",), min_length=1)
    perception_mode: Literal["full", "just_in_time"] = "full"
    track: bool = True
    stream_tracker: Literal["light", "sam2"] = "light"
    confirm: int = Field(default=3, ge=1)
    reasoner: ReasonerConfig = ReasonerConfig()
    limits: Limits = Limits()
    vision: VisionOptions = VisionOptions()


def load_config(source: str | Path | Config | None = None, **overrides: Any) -> Config:
    """Read a configuration.

    Args:
        source: Name of a shipped profile, path of a TOML file, a ready ``Config``, or None for the profile ``local``.
        **overrides: Values of the top level that replace those of the source; ``reasoner="ollama:qwen3"`` is short
            for its ``model``.

    Raises:
        ConfigError: No such profile or file, broken TOML, an unknown field or a value out of range.
    """
    if isinstance(source, Config):
        data, name = source.model_dump(), "the given configuration"
    else:
        name = str(source or "local")
        data = _read(name)
    reasoner = overrides.pop("reasoner", None)
    if isinstance(reasoner, str):
        configured = data.get("reasoner")
        data["reasoner"] = {**_without_student(configured if isinstance(configured, dict) else {}), "model": reasoner}
    elif reasoner is not None:
        data["reasoner"] = reasoner
    try:
        return Config.model_validate({**data, **overrides})
    except ValidationError as error:
        raise ConfigError(f"{name}: {explain(error)}") from None


@cache
def student_fields() -> Mapping[str, Any]:
    """The fields of ``[reasoner]`` with which the shipped student was trained: its prompt, its labels, its partner."""
    text = resources.files("agentseg").joinpath("reasoners", "models", f"{STUDENT}.toml").read_text(encoding="utf8")
    return parse_toml(text, f"{STUDENT}.toml")


def _without_student(reasoner: dict[str, Any]) -> dict[str, Any]:
    """A reasoner's fields without those that only the shipped student wants."""
    own = student_fields() if reasoner.get("model") == STUDENT else {}
    return {name: value for name, value in reasoner.items() if name not in own}


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """Parse TOML.

    Args:
        text: What the file holds.
        name: How errors call it.

    Raises:
        ConfigError: It is not TOML, nested too deeply, or a whole number has more than 64 bits.
    """
    try:
        data = tomllib.loads(text)
        large = _has_large(data)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} is not TOML: {error}") from None
    except RecursionError:
        raise ConfigError(f"{name} is nested too deeply") from None
    except ValueError:  # Python reads no number of more than 4,300 digits
        large = True
    if large:
        raise ConfigError(f"{name}: a whole number of TOML has at most 64 bits; found a longer one: shorten it")
    return data


def explain(error: ValidationError) -> str:
    """Put a validation error into one line: the first field at fault, what it wants, what was found."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or "the whole"
    found = "an address (not shown: it may hold a password)" if "base_url" in first["loc"] else repr(first["input"])
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{field}: {first['msg']}; found {found[:80]}{more}"


def _is_http(text: str) -> bool:
    """Whether a text is an http(s) address with a host and, where there is one, a port that can be."""
    try:
        parts = urlsplit(text)
        host, _ = (parts.hostname or "").encode("idna"), parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and text.isprintable() and " " not in text


def _read(name: str) -> dict[str, Any]:
    try:
        if name in PROFILES:
            text = resources.files("agentseg").joinpath("profiles", f"{name}.toml").read_text(encoding="utf8")
        else:
            path = Path(name)
            if not path.is_file():
                known = ", ".join(PROFILES)
                raise ConfigError(f"no configuration {name!r}: give a TOML file or one of the profiles {known}")
            text = path.read_text(encoding="utf8")
    except OSError as error:
        raise ConfigError(f"{name[:200]} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{name} is not UTF-8 text: {error.reason} at byte {error.start}") from None
    return parse_toml(text, name)


def _has_large(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(_has_large, value.values() if isinstance(value, dict) else value))
    return isinstance(value, int) and not -(2**63) <= value < 2**63
