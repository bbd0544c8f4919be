"""A byte-level BPE of ``tokenizer.json`` in the words of GGUF, such that llama.cpp gives the same ids.

llama.cpp does not read how a tokenizer cuts text: it knows a few ways by name. Ours and Qwen's is ``qwen2``; any other
is refused, because a model whose text is cut otherwise than in training answers worse and nobody is told.

Departures:
    - Qwen's own tokenizer composes characters (NFC) first; llama.cpp does not. Text that arrives decomposed (an e and a
      combining accent) gets other ids there, as with every GGUF of Qwen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentseg.errors import InputError
from agentseg.reasoners.chatml import END
from agentseg.training.export.checkpoint import read_json
from agentseg.training.student.tokenizer import PAD, SPLIT, START

PRE = "qwen2"
"""llama.cpp's name of ``SPLIT``."""

NORMAL, CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5
"""llama.cpp's kinds of token (``llama_token_type``)."""


@dataclass(frozen=True)
class Vocabulary:
    """Tokens of a model, one for each row of its embedding.

    Attributes:
        tokens: Text of each token, in the printable stand-ins of byte-level BPE; rows without a token are padded.
        kinds: Kind of each token: normal, control (``<|im_end|>``), user-defined (``<think>``) or unused.
        merges: Merges, best first, as "left right".
        end: Id of the token that ends a turn.
        pad: Id of the padding token; None where there is none.
    """

    tokens: Sequence[str]
    kinds: Sequence[int]
    merges: Sequence[str]
    end: int
    pad: int | None


def read_vocabulary(path: Path, rows: int) -> Vocabulary:
    """Read a tokenizer.

    Args:
        path: A ``tokenizer.json`` of the library tokenizers.
        rows: Rows of the model's embedding.

    Raises:
        InputError: Not a byte-level BPE, text is cut in another way than Qwen2's, it lacks ChatML's tokens, or it has
            more tokens than the model.
    """
    data = read_json(path)
    model = _model(data, path)
    _check_split(data, path)
    try:
        ids: dict[str, int] = {str(token): int(number) for token, number in model["vocab"].items()}
        added = [(str(t["content"]), int(t["id"]), bool(t.get("special"))) for t in data.get("added_tokens") or []]
        merges = [rule if isinstance(rule, str) else " ".join(rule) for rule in model["merges"]]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputError(f"{str(path)!r} has a malformed vocabulary: save the tokenizer again") from None
    tokens = [f"[PAD{row}]" for row in range(rows)]
    kinds = [UNUSED] * rows
    placed = [(token, number, NORMAL) for token, number in ids.items()]
    placed += [(token, number, CONTROL if special else USER_DEFINED) for token, number, special in added]
    for token, number, kind in placed:
        if not 0 <= number < rows:
            raise InputError(
                f"{str(path)!r} gives {token!r} the id {number}; the model has {rows} embeddings: this tokenizer is "
                "another model's, or the embeddings were not resized"
            )
        tokens[number], kinds[number] = token, kind
    special = {token: number for token, number, _ in added}
    for token in (START, END):
        if token not in special:
            raise InputError(f"{str(path)!r} has no token {token!r}: a student speaks ChatML; add it before training")
    return Vocabulary(tokens, kinds, merges, special[END], special.get(PAD))


def count_tokens(path: Path, text: str) -> int | None:
    """Tokens of a text by the tokenizer's own library; None where that is not installed."""
    try:
        from tokenizers import Tokenizer
    except ImportError:
        return None
    return len(Tokenizer.from_file(str(path)).encode(text, add_special_tokens=False).ids)


def _model(data: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    model = data.get("model")
    if not isinstance(model, dict) or model.get("type") != "BPE" or model.get("byte_fallback"):
        kind = model.get("type") if isinstance(model, dict) else model
        raise InputError(f"{str(path)!r} is not a byte-level BPE (model {kind!r}): only that is exported")
    return model


def _check_split(data: Mapping[str, Any], path: Path) -> None:
    """Refuse whatever llama.cpp would do in another way."""
    normalizer, step, post = (data.get(part) for part in ("normalizer", "pre_tokenizer", "post_processor"))
    steps = step.get("pretokenizers", [step]) if isinstance(step, dict) else []
    splits = [(s.get("pattern"), s.get("behavior")) for s in steps if s.get("type") == "Split"]
    levels = [s for s in steps if s.get("type") == "ByteLevel"]
    if (
        splits != [({"Regex": SPLIT}, "Isolated")]
        or len(levels) != 1
        or len(steps) != 2
        or levels[0].get("use_regex", True)
    ):
        raise InputError(f"{str(path)!r} cuts text in another way than Qwen2's: llama.cpp would not follow it")
    if levels[0].get("add_prefix_space"):
        raise InputError(f"{str(path)!r} adds a space before text: llama.cpp would not; train without add_prefix_space")
    if normalizer is not None and normalizer.get("type") != "NFC":
        raise InputError(f"{str(path)!r} normalises text ({normalizer.get('type')}): llama.cpp would not follow it")
    if post is not None and post.get("type") != "ByteLevel" and post.get("special_tokens") != {}:
        raise InputError(f"{str(path)!r} adds tokens to every text ({post.get('type')}): llama.cpp would not follow it")
