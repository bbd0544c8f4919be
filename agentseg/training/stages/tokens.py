"""Conversations as tokens with labels: the assistant's own tokens count, everything that it read does not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentseg.errors import InputError, MissingExtra
from agentseg.training.stages.packing import IGNORED, packs


@dataclass(frozen=True)
class Tokenised:
    """Rows ready for a trainer.

    Attributes:
        rows: A ``datasets.Dataset`` of ``input_ids``, ``labels`` and ``length``.
        left_out: Rows that were too long.
    """

    rows: Any
    left_out: int


def tokenise(
    files: Sequence[Path], tokenizer: Any, folder: Path, *, longest: int, share: int = 1, workers: int = 1
) -> Tokenised:
    """Tokenise conversations once; called again with the same folder it reads what is there.

    Args:
        files: JSON lines, each with ``messages``: role (system, user, assistant) and content.
        tokenizer: With a template that marks what the assistant wrote.
        folder: Where the tokens are kept.
        longest: Tokens of a row at most.
        share: Consecutive conversations that open alike become one row, so many at most (``stages.packing``).
        workers: Processes.

    Raises:
        InputError: A file is no JSON lines of conversations, or no row is left.
        MissingExtra: datasets is not installed.
    """
    try:
        from datasets import DatasetDict, Features, List, Value, disable_progress_bars, load_dataset, load_from_disk  # type: ignore[attr-defined, import-not-found, import-untyped]
    except ImportError:
        raise MissingExtra("training", "datasets", "train") from None
    disable_progress_bars()
    note = folder / "note.json"
    if not note.is_file():
        cache = folder.with_name(f".{folder.name}.cache")
        check_conversations(files)
        raw = load_dataset("json", data_files=[str(path) for path in files], split="train", cache_dir=str(cache))
        ids = List(Value("int32"))
        columns = {"input_ids": ids, "labels": ids, "length": Value("int32")} | ({"parts": ids} if share > 1 else {})
        made = raw.map(
            _tokenise_batch,
            batched=True,
            remove_columns=raw.column_names,
            features=Features(columns),
            fn_kwargs={"tokenizer": tokenizer, "longest": longest, "share": share},
            num_proc=workers if workers > 1 else None,
            desc=None,
        )
        kept = made.filter(_fits, batched=True, input_columns="length")
        left_out = len(made) - len(kept)
        if not len(kept):
            raise InputError(f"no row of {len(made)} has an answer within {longest} tokens: raise 'longest'")
        beside = folder.with_name(f".{folder.name}.part")
        shutil.rmtree(beside, ignore_errors=True)
        DatasetDict({"train": kept}).save_to_disk(str(beside))
        (beside / note.name).write_text(json.dumps({"left_out": left_out}), encoding="utf8")
        shutil.rmtree(folder, ignore_errors=True)
        beside.replace(folder)
        del raw, made, kept
        shutil.rmtree(cache, ignore_errors=True)
    left_out = json.loads(note.read_text(encoding="utf8"))["left_out"]
    return Tokenised(load_from_disk(str(folder))["train"], int(left_out))


def check_conversations(files: Sequence[Path]) -> None:
    """Look at the first line of each file.

    Raises:
        InputError: It is no conversation that ends with the assistant.
    """
    for path in files:
        where = f"{str(path)!r}, line 1"
        try:
            with path.open(encoding="utf8") as file:
                messages = json.loads(file.readline())["messages"]
                roles = [message["role"] for message in messages if isinstance(message["content"], str)]
        except OSError as error:
            raise InputError(f"no conversations at {str(path)!r}: {error.strerror or error}") from None
        except (ValueError, KeyError, TypeError):
            raise InputError(f'{where}: a conversation is {{"messages": [{{"role", "content"}}, ...]}}') from None
        if not roles or roles[-1] != "assistant":
            raise InputError(f"{where}: a conversation ends with the assistant; found {roles[-1:] or 'nothing'}")


def safe(messages: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Messages as the served model will read them: ``<|`` in a label or query is data (``reasoners.chatml``)."""
    return [{"role": part["role"], "content": part["content"].replace("<|", "< |")} for part in messages]


def _tokenise_batch(batch: dict[str, list[Any]], tokenizer: Any, longest: int, share: int) -> dict[str, list[Any]]:
    made = tokenizer.apply_chat_template(
        [safe(messages) for messages in batch["messages"]],
        tokenize=True,
        return_dict=True,
        return_assistant_tokens_mask=True,
    )
    rows = []
    for ids, told in zip(made["input_ids"], made["assistant_masks"], strict=True):
        labels = [token if own else IGNORED for token, own in zip(ids, told, strict=True)]
        fits = any(told) and len(ids) <= longest
        rows.append((ids if fits else [], labels if fits else []))
    if share == 1:
        done = [{"input_ids": ids, "labels": labels} for ids, labels in rows]
    else:
        done = [*packs([row for row in rows if row[0]], share, longest)]
        done += [{"input_ids": [], "labels": [], "parts": []} for ids, _ in rows if not ids]
    columns = {name: [row[name] for row in done] for name in done[0]} if done else {}
    return columns | {"length": [len(row["input_ids"]) for row in done]}


def _fits(lengths: list[int]) -> list[bool]:
    return [length > 0 for length in lengths]
