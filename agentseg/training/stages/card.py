"""The card of a checkpoint: from what, with what, by which versions, and what came out."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from agentseg.errors import InputError
from agentseg.plan import PLAN_VERSION
from agentseg.prompt import PROMPT_VERSION
from agentseg.trace import TRACE_VERSION

CARD = "card.json"
README = "README.md"
PACKAGES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets", "tokenizers")
_PIECE = 1 << 20


class Card(BaseModel):
    """Where a checkpoint comes from.

    Attributes:
        stage: ``sft``, ``teacher``, ``distill`` or ``wise``.
        base: Model that it started from, as the user named it.
        base_hash: Fingerprint of that model's files, or empty where it was named, not given as a folder.
        data: Files trained on, by name, as SHA-256.
        rows: Rows trained on.
        seeds: Seeds by what they are for.
        versions: Of the packages and of prompt, plan and trace.
        options: Everything that was asked for.
        metrics: What came out.
        resumed: Steps at which the run went on after it had been stopped.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: str
    base: str
    base_hash: str = ""
    data: dict[str, str] = {}
    rows: int = 0
    seeds: dict[str, int] = {}
    versions: dict[str, str] = {}
    options: dict[str, JsonValue] = {}
    metrics: dict[str, float] = {}
    resumed: tuple[int, ...] = ()

    def write(self, folder: Path) -> None:
        """Write ``card.json`` and README.md into a folder."""
        write_text(folder / CARD, json.dumps(self.model_dump(mode="json"), indent=1, sort_keys=True) + "\n")
        write_text(folder / README, self.to_markdown())

    @classmethod
    def read(cls, folder: Path) -> Card:
        """Read the card of a folder.

        Raises:
            InputError: There is none, or it is no card.
        """
        try:
            return cls.model_validate_json((folder / CARD).read_bytes())
        except OSError as error:
            raise InputError(f"no card at {str(folder / CARD)!r}: {error.strerror or error}") from None
        except ValidationError as error:
            raise InputError(f"{str(folder / CARD)!r} is no card: {error.errors()[0]['msg']}") from None

    def to_markdown(self) -> str:
        """The card for people."""
        lines = [f"# {self.stage}", "", f"Trained by agentseg from `{self.base}` on {self.rows} rows."]
        if self.resumed:
            lines.append(f"Stopped and continued at step {', '.join(map(str, self.resumed))}.")
        for title, table in (
            ("Metrics", self.metrics),
            ("Data (SHA-256)", self.data),
            ("Options", self.options),
            ("Seeds", self.seeds),
            ("Versions", self.versions),
        ):
            if table:
                lines += ["", f"## {title}", "", "| name | value |", "|---|---|"]
                lines += [f"| {name} | {_cell(value)} |" for name, value in table.items()]
        return "\n".join([*lines, "", "![curves](curves.png)", ""])


def versions() -> dict[str, str]:
    """Versions of what decides a checkpoint, by name."""
    found = {name: _version(name) for name in ("agentseg", *PACKAGES)}
    ours = {"plan": PLAN_VERSION, "prompt": PROMPT_VERSION, "trace": TRACE_VERSION}
    return {name: version for name, version in found.items() if version} | {
        name: str(version) for name, version in ours.items()
    }


def file_hash(path: Path) -> str:
    """SHA-256 of a file, as hex.

    Raises:
        InputError: It cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read: {error.strerror or error}") from None
    return digest.hexdigest()


def folder_print(folder: Path, names: Iterable[str] = ("*.json", "*.safetensors")) -> str:
    """Fingerprint of a model's folder: name, size, head and tail of each file; weights of 16 GB are not read whole."""
    digest = hashlib.sha256()
    for path in sorted({path for name in names for path in folder.glob(name) if path.name != CARD}):
        size = path.stat().st_size
        digest.update(f"{path.name}:{size}:".encode())
        with path.open("rb") as file:
            digest.update(file.read(_PIECE))
            file.seek(max(0, size - _PIECE))
            digest.update(file.read(_PIECE))
    return digest.hexdigest()[:16]


def write_text(path: Path, text: str) -> None:
    """Write a file beside and rename it, so that it is whole or not there."""
    beside = path.with_name(f".{path.name}.part")
    with beside.open("w", encoding="utf8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value).replace("|", "\\|").replace("\n", " ")
