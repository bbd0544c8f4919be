"""What a run was asked for: ``run.json``, by which a resumed run is known to be the same one."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from agentseg.config import Config
from agentseg.evaluation.prediction import TwinKind
from agentseg.plan import PLAN_VERSION
from agentseg.prompt import PROMPT_VERSION
from agentseg.trace import TRACE_VERSION


def versions(dataset: str = "") -> dict[str, str | int]:
    """Versions of what decides a run's rows, by name."""
    package = import_module("agentseg")  # by its name: the package stands above this floor
    found: dict[str, str | int] = {"agentseg": str(package.__version__), "plan": PLAN_VERSION}
    found |= {"prompt": PROMPT_VERSION, "trace": TRACE_VERSION}
    if dataset == "kitchenbench":
        from agentseg.sim.kitchenbench.splits import KITCHENBENCH_VERSION

        found["kitchenbench"] = KITCHENBENCH_VERSION
    return found


class Asked(BaseModel):
    """Everything that decides the rows of a run; how many processes work on it does not.

    Attributes:
        dataset: Name of the dataset.
        split: Its split.
        root: Its folder, as the user named it.
        limit: Only the first so many samples; None for all.
        protocol: Name of the protocol.
        twins: Kinds of twins, a row each for every sample.
        reasoner: Name of the model, or of another system.
        config: The configuration, without any key or password.
        predictions: Folder of another system's outputs, or None.
        versions: Of agentseg, its plan language, prompt and traces, and of a dataset that has one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    split: str
    root: str = ""
    limit: int | None = Field(default=None, ge=0)
    protocol: str
    twins: tuple[TwinKind, ...] = Field(min_length=1)
    reasoner: str = ""
    config: dict[str, Any] = Field(default_factory=dict)
    predictions: str | None = None
    versions: dict[str, str | int] = Field(default_factory=versions)

    @classmethod
    def of(cls, config: Config, **fields: Any) -> Self:
        """What is asked of agentseg itself; the password that an address may hold is left out."""
        data = config.model_dump(mode="json")
        if config.reasoner.base_url is not None:
            parts = urlsplit(config.reasoner.base_url)
            data["reasoner"]["base_url"] = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
        return cls(config=data, reasoner=config.reasoner.model, **fields)

    def differences(self, other: dict[str, Any]) -> list[str]:
        """How another run's ``run.json`` differs, field by field, as ``name: theirs, now ours``."""
        theirs, ours = _flat(other), _flat(self.model_dump(mode="json"))
        names = sorted(name for name in {*theirs, *ours} if theirs.get(name) != ours.get(name))
        return [f"{name} {str(theirs.get(name))[:60]!r}, now {str(ours.get(name))[:60]!r}" for name in names]


def _flat(data: dict[str, Any], path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in data.items():
        found |= _flat(value, f"{path}{name}.") if isinstance(value, dict) else {path + name: value}
    return found
