"""An episode as tokens: what a policy wrote and what it was told, each in its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agentseg.graphs import SegState
from agentseg.reasoners.chatml import END
from agentseg.trace import Trace
from agentseg.training.stages.asks import Ask
from agentseg.training.stages.episode import Episode, opened, told
from agentseg.training.stages.rules import Rules
from agentseg.training.stages.tokens import safe

ROLES = {"system": "system", "human": "user", "ai": "assistant"}


def opening(ask: Ask, rules: Rules, tokenizer: Any) -> tuple[SegState, tuple[int, ...]]:
    """The state and the ids after which the first turn of an ask is written."""
    state = opened(ask, rules)
    messages = [{"role": ROLES[role], "content": text} for role, text in told(state, rules)]
    made = tokenizer.apply_chat_template(safe(messages), tokenize=True, add_generation_prompt=True, return_dict=True)
    return state, tuple(made["input_ids"])


class Talk:
    """One episode as tokens.

    Args:
        state: Of ``opening``.
        ids: Of ``opening``.
        rules: What it is like.
        tokenizer: In plain ChatML.
        room: Tokens that the model can read; None where it does not say.

    Attributes:
        prompt: Ids of the opening.
        completion: Ids of all that followed.
        mask: 1 for ids that the policy wrote, 0 for what it was told.
        chances: Log-probabilities of the ids, 0 for what it was told.
    """

    def __init__(self, state: SegState, ids: Sequence[int], rules: Rules, tokenizer: Any, room: int | None) -> None:
        self.prompt = list(ids)
        self.completion: list[int] = []
        self.mask: list[int] = []
        self.chances: list[float] = []
        self._episode = Episode(state, rules)
        self._tokenizer, self._most, self._room = tokenizer, rules.max_tokens, room
        self._full = False
        self._close_if_full()

    @property
    def is_open(self) -> bool:
        """Whether a turn is to be written."""
        return not (self._episode.done or self._full)

    @property
    def ids(self) -> list[int]:
        """What the next turn is written after."""
        return self.prompt + self.completion

    def take(self, ids: list[int], chances: list[float] | None) -> None:
        """Take a turn, and append what is said to it."""
        read, end = len(self.ids), self._tokenizer.eos_token_id
        ended = bool(ids) and ids[-1] == end
        text = self._tokenizer.decode(ids, skip_special_tokens=True)
        said = self._episode.take(text, not ended, read, len(ids))
        self._append(ids, 1, chances)
        if said:
            shown = "".join(f"<|im_start|>{ROLES[role]}\n{text.replace('<|', '< |')}{END}\n" for role, text in said)
            after = ("" if ended else END) + f"\n{shown}<|im_start|>assistant\n"
            self._append(self._tokenizer.encode(after, add_special_tokens=False), 0, None)
            self._close_if_full()

    def trace(self, seed: int, attempt: int) -> Trace | None:
        """The episode's trace; None where its context was full before it ended."""
        return None if self._full else self._episode.trace(seed, attempt)

    def _append(self, ids: Sequence[int], wrote: int, chances: Sequence[float] | None) -> None:
        self.completion += ids
        self.mask += [wrote] * len(ids)
        self.chances += list(chances) if chances is not None else [0.0] * len(ids)

    def _close_if_full(self) -> None:
        self._full = self._room is not None and len(self.ids) + self._most > self._room
        if self._full and not self.completion:
            self._append([self._tokenizer.eos_token_id], 0, None)  # TRL takes no empty completion


def write_turns(model: Any, tokenizer: Any, config: Any, ids: Sequence[Sequence[int]]) -> list[list[int]]:
    """Sample a turn after each list of ids with transformers, up to its end token (kept) or the limit.

    Args:
        model: A causal language model.
        tokenizer: Its tokenizer.
        config: A ``GenerationConfig``.
        ids: Prompts, padded here on the left.
    """
    import torch

    end, pad = tokenizer.eos_token_id, tokenizer.pad_token_id
    longest = max(map(len, ids))
    padded = torch.tensor([[pad] * (longest - len(row)) + list(row) for row in ids], device=model.device)
    seen = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in ids], device=model.device)
    with torch.no_grad():
        made = model.generate(input_ids=padded, attention_mask=seen, generation_config=config)
    rows: list[list[int]] = made[:, longest:].tolist()
    return [row[: row.index(end) + 1] if end in row else row for row in rows]
