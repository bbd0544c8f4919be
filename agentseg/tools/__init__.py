"""The steps of a plan as typed tools, the executor, and the tools for other agents."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# not lazy: loaded later, the module of this name would take the function's place in the package
from agentseg.tools.as_tool import StepTool, as_tool

if TYPE_CHECKING:
    from agentseg.tools.run import STEPS, Execution, execute, follow
    from agentseg.tools.scene import Outcome, Scene, Selection

_HOMES = {
    "Execution": "run", "Outcome": "scene", "STEPS": "run", "Scene": "scene", "Selection": "scene",
    "execute": "run", "follow": "run",
}  # fmt: skip

__all__ = ["STEPS", "Execution", "Outcome", "Scene", "Selection", "StepTool", "as_tool", "execute", "follow"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"agentseg.tools.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'agentseg.tools' has no attribute {name!r}")
