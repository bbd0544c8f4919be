"""What a recording was asked for: ``run.json``, and which weights answered."""

from __future__ import annotations

import hashlib
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import Field

from agentseg.evaluation.asked import Asked
from agentseg.evaluation.oracle import is_oracle

_WEIGHTS = (".safetensors", ".bin")


class RecordAsked(Asked):
    """Everything that decides the traces of a recording, save how far it goes.

    Attributes:
        attempts: Attempts at each sample; attempt k samples with the seed + k.
        revision: Which weights or rules answered, where that is known (``revision_of``).
        protocol: Not asked: accuracy is that of the sample's own task.
        predictions: Not asked.

    A recording that goes on may take more samples or attempts than before: what is there stays.
    """

    attempts: int = Field(default=1, ge=1)
    revision: str = ""
    protocol: str = Field(default="", exclude=True)
    predictions: str | None = Field(default=None, exclude=True)

    def differences(self, other: dict[str, Any]) -> list[str]:
        """How another recording's ``run.json`` differs in what decides a trace."""
        return super().differences({**other, "limit": self.limit, "attempts": self.attempts})


def revision_of(model: str) -> str:
    """Which weights a reasoner's name stands for here.

    Args:
        model: As the configuration names it.

    Returns:
        The version of agentseg for its own rules and the oracle, a hash of the weights of ``gguf:`` and of an ``hf:``
        folder, and an empty text for what stands behind a server.
    """
    if model == "rules" or is_oracle(model):
        return f"agentseg {import_module('agentseg').__version__}"  # by its name: it stands above this floor
    provider, _, name = model.partition(":")
    path = Path(name)
    if provider == "gguf" and path.is_file():
        return _hash([path])
    if provider == "hf" and path.is_dir():
        return _hash(sorted(child for child in path.iterdir() if child.suffix in _WEIGHTS))
    return ""


def _hash(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                digest.update(part)
    return f"sha256:{digest.hexdigest()[:16]}" if paths else ""
