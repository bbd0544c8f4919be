"""A new model with a tokenizer of its own, as recipes call it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agentseg.errors import InputError


def fresh_student(
    folder: Path, *, texts: str, vocabulary: int = 4096, seed: int = 0, shape: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Make a small Qwen3 with random weights.

    Args:
        folder: Gets weights and tokenizer.
        texts: Conversations (JSON lines) that the tokenizer is trained on.
        vocabulary: Tokens.
        seed: Of the weights.
        shape: ``student.model.Shape``.

    Returns:
        Its parameters and the size of its vocabulary.

    Raises:
        InputError: The texts cannot be read.
        MissingExtra: The extra ``train`` is not installed.
    """
    from agentseg.training.student.model import Shape, new_model
    from agentseg.training.student.tokenizer import train_tokenizer

    tokenizer = train_tokenizer(_contents(Path(texts)), vocabulary)
    model = new_model(Shape.model_validate(shape or {}), tokenizer, seed)
    model.save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))
    return {"parameters": model.num_parameters(), "vocabulary": len(tokenizer)}


def _contents(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf8") as file:
            for line in file:
                for message in json.loads(line)["messages"]:
                    yield message["content"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{str(path)!r} holds no conversations: {error}") from None
