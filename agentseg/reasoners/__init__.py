"""The reasoner: any LangChain chat model, named by a short string, bound to a schema, with its failures in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentseg.reasoners.call import call
from agentseg.reasoners.constrain import constrain, prompt_was_cut, was_cut
from agentseg.reasoners.load import load_reasoner

if TYPE_CHECKING:
    from agentseg.reasoners.gguf import GgufChat
    from agentseg.reasoners.hf import HfChat
    from agentseg.reasoners.rules import RulesReasoner

__all__ = [
    "GgufChat",
    "HfChat",
    "RulesReasoner",
    "call",
    "constrain",
    "load_reasoner",
    "prompt_was_cut",
    "was_cut",
]

_CLASSES = {"GgufChat": "gguf", "HfChat": "hf", "RulesReasoner": "rules"}


def __getattr__(name: str) -> Any:
    """The chat model classes, imported when they are asked for: they need langchain-core."""
    if name in _CLASSES:
        from importlib import import_module

        return getattr(import_module(f"agentseg.reasoners.{_CLASSES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
