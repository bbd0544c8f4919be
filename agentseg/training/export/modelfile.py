"""How a student is served: the Modelfile for ``ollama create``, and the same facts as fields of Ollama's API."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from agentseg.config import ReasonerConfig
from agentseg.errors import InputError
from agentseg.reasoners.chatml import END

TEMPLATE = "{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n"
"""Plain ChatML in Ollama's template language: no thinking, no tools, no hidden system text."""

_FILES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "LICENCE.txt")
_MOST_LICENCE = 2**20
_ID = re.compile(r"\A---\s*\n(?:.*\n)*?license:[ \t]*[\"']?([A-Za-z0-9][A-Za-z0-9.+-]{0,60})")


@dataclass(frozen=True)
class Serving:
    """What a server has to know beside the weights.

    Attributes:
        file: Name of the model file.
        num_ctx: Context in tokens, prompt and answer together; Ollama's own default cuts prompts at 4,096.
        temperature: Sampling temperature.
        num_predict: Longest answer in tokens; Ollama's own default is ten times the context.
        stop: Texts that end an answer.
        licence: Text of the licence, or its SPDX identifier; empty where none was found.
    """

    file: str
    num_ctx: int
    temperature: float = ReasonerConfig.model_fields["temperature"].default
    num_predict: int = ReasonerConfig.model_fields["max_tokens"].default
    stop: tuple[str, ...] = (END,)
    licence: str = ""

    @property
    def parameters(self) -> dict[str, int | float | list[str]]:
        """The parameters as ``/api/create`` takes them."""
        return {
            "num_ctx": self.num_ctx,
            "temperature": self.temperature,
            "num_predict": self.num_predict,
            "stop": list(self.stop),
        }


def modelfile(serving: Serving) -> str:
    """The text of a Modelfile that lies beside the model file."""
    lines = [f"FROM ./{serving.file}", f'TEMPLATE """{TEMPLATE}"""']
    for name, value in serving.parameters.items():
        if isinstance(value, list):
            lines += [f'PARAMETER {name} "{text}"' for text in value]
        else:
            lines.append(f"PARAMETER {name} {value:.10g}")
    if serving.licence:
        text = serving.licence.replace('"""', "'''")
        lines.append(f'LICENSE """{text}"""')
    return "\n".join(lines) + "\n"


def find_licence(*folders: Path) -> tuple[str, str | None]:
    """The licence that lies beside weights.

    Args:
        *folders: Where to look, best first: the checkpoint, then its base.

    Returns:
        Text of the first licence file, else the identifier that a model card's header gives, else an empty text; and
        that identifier, where there is one.

    Raises:
        InputError: A licence file is larger than 1 MiB.
    """
    names = [name for folder in folders if (name := _named(folder / "README.md"))]
    for path in (folder / name for folder in folders for name in _FILES):
        if path.is_file():
            if path.stat().st_size > _MOST_LICENCE:
                raise InputError(f"{str(path)!r} is larger than 1 MiB: that is no licence")
            return path.read_text(encoding="utf8", errors="replace").strip(), names[0] if names else None
    return (names[0], names[0]) if names else ("", None)


def _named(card: Path) -> str | None:
    """The licence's identifier in a model card's header."""
    if not card.is_file():
        return None
    with card.open(encoding="utf8", errors="replace") as stream:
        header = stream.read(20_000)
    found = _ID.match(header.partition("\n---")[0] + "\n" if header.startswith("---") else "")
    return found[1] if found else None
