"""Many conversations about one table as one row: what they share is computed once.

    table, query 1, plan 1   query 2, plan 2   query 3, plan 3
    |--- 95 --|--- 60 ----|------ 60 ------|------ 60 ------|

Each continuation sees what is shared and itself, at the positions it would have alone, so that losses and gradients are
those of separate rows (a test holds it to that) at about half of the tokens for tables of fifteen instances.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

IGNORED = -100
"""Label of a token that is not learned."""
LEAST = 16
"""Tokens that conversations share at least to become one row."""
ALONE = -1
"""Part of a token that only fills a batch."""

Tokens = Sequence[int]


def packs(rows: Sequence[tuple[Tokens, Tokens]], most: int, longest: int) -> Iterator[dict[str, list[int]]]:
    """Put consecutive conversations that open alike into one row.

    Args:
        rows: Token ids and labels of each conversation.
        most: Conversations of a row.
        longest: Tokens of a row.

    Yields:
        ``input_ids``, ``labels`` and ``parts``: 0 for what is shared, from 1 on for each conversation's own.
    """
    waiting: list[tuple[Tokens, Tokens]] = []
    shared = 0
    for ids, labels in rows:
        own = next((place for place, label in enumerate(labels) if label != IGNORED), len(ids)) - 1
        if waiting:
            both = min(shared, _alike(waiting[0][0], ids), own)
            total = both + sum(len(other) - both for other, _ in waiting) + len(ids) - both
            if both >= LEAST and len(waiting) < most and total <= longest:
                waiting.append((ids, labels))
                shared = both
                continue
            yield _packed(waiting, shared)
        waiting, shared = [(ids, labels)], max(own, 0)
    if waiting:
        yield _packed(waiting, shared)


@dataclass(frozen=True)
class Batch:
    """Collates packed rows.

    Attributes:
        pad: Id of the token that fills.
    """

    pad: int

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """A batch: ids, labels and positions (B, T), and which token sees which, bool (B, 1, T, T)."""
        import torch

        size = len(rows), max(len(row["input_ids"]) for row in rows)
        ids = torch.full(size, self.pad)
        labels = torch.full(size, IGNORED)
        parts = torch.full(size, ALONE)
        for place, row in enumerate(rows):
            count = len(row["input_ids"])
            ids[place, :count] = torch.as_tensor(row["input_ids"])
            labels[place, :count] = torch.as_tensor(row["labels"])
            parts[place, :count] = torch.as_tensor(row["parts"])
        seen = (parts[:, None, :] == 0) | (parts[:, None, :] == parts[:, :, None])
        seen &= torch.ones(size[1], size[1], dtype=torch.bool).tril()
        return {
            "input_ids": ids,
            "labels": labels,
            "position_ids": seen.sum(-1) - 1,  # what a token sees are those before it and itself
            "attention_mask": seen[:, None],
        }


def packed_trainer(model: Any, arguments: Any, rows: Any, tokenizer: Any, adapter: Any) -> Any:
    """A trainer of packed rows; the vocabulary is computed for tokens that are learned alone.

    Args:
        model: A causal language model.
        arguments: ``TrainingArguments``.
        rows: A dataset of packed rows.
        tokenizer: For the id that fills.
        adapter: A ``LoraConfig``, or None to train every weight.
    """
    from transformers import Trainer

    class Packed(Trainer):
        """Cross-entropy over the learned tokens."""

        def compute_loss(
            self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
        ) -> Any:
            """The mean over a step's learned tokens, which ``num_items_in_batch`` counts."""
            labels = inputs["labels"][:, 1:]
            learned = labels != IGNORED
            given = {name: value for name, value in inputs.items() if name != "labels"}
            outputs = model(**given, use_cache=False, output_hidden_states=True, logits_to_keep=1)
            head = self.accelerator.unwrap_model(model).get_output_embeddings()
            logits = head(outputs.hidden_states[-1][:, :-1][learned])
            loss = cross_entropy(logits.float(), labels[learned], reduction="sum")
            return loss / (learned.sum() if num_items_in_batch is None else num_items_in_batch)

    from torch.nn.functional import cross_entropy

    if adapter is not None:
        from peft import get_peft_model

        model = get_peft_model(model, adapter)
    return Packed(
        model=model,
        args=arguments,
        train_dataset=rows,
        data_collator=Batch(tokenizer.pad_token_id),
        processing_class=tokenizer,
    )


def _alike(one: Tokens, other: Tokens) -> int:
    """Tokens with which both begin."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _packed(rows: Sequence[tuple[Tokens, Tokens]], shared: int) -> dict[str, list[int]]:
    ids, parts = list(rows[0][0][:shared]), [0] * shared
    labels = [IGNORED] * shared
    for number, (own, told) in enumerate(rows, 1):
        ids += own[shared:]
        labels += told[shared:]
        parts += [number] * (len(own) - shared)
    return {"input_ids": ids, "labels": labels, "parts": parts}
