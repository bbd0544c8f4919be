"""A checkpoint becomes a served student: merged weights -> GGUF with plain ChatML -> Modelfile -> Ollama."""

from __future__ import annotations

from agentseg.training.export.ollama import Server
from agentseg.training.export.run import Exported, export
from agentseg.training.export.serve import Served, serve

__all__ = ["Exported", "Served", "Server", "export", "serve"]
