"""A trained model that answers asks by itself, many at once, outside of any trainer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from agentseg.trace import Trace
from agentseg.training.stages.asks import Ask
from agentseg.training.stages.common import Progress
from agentseg.training.stages.models import load_chat_tokenizer, load_model
from agentseg.training.stages.rules import POLICY, Rules, static_rules
from agentseg.training.stages.setting import need_trl
from agentseg.training.stages.talk import Talk, opening, write_turns

BATCH = 32
"""Dialogues at once."""


class Talker:
    """Answers asks.

    Args:
        model: Folder of weights and tokenizer, or of an adapter.
        rules: Of the episodes.
        temperature: Of sampling; 0 takes the likeliest token.
        seed: Of sampling.
    """

    def __init__(self, model: str, rules: Rules, temperature: float, seed: int) -> None:
        need_trl("letting a model answer")
        import torch
        from transformers import GenerationConfig

        given = torch.cuda.is_available()
        self._tokenizer = load_chat_tokenizer(model)
        self._model = load_model(model, self._tokenizer, None, given).to("cuda" if given else "cpu").eval()
        self._rules, self._seed = rules, seed
        sampling = {"do_sample": True, "temperature": temperature, "top_k": 0} if temperature > 0 else {}
        self._config = GenerationConfig(  # type: ignore[no-untyped-call]
            max_new_tokens=rules.max_tokens,
            eos_token_id=self._tokenizer.eos_token_id,
            pad_token_id=self._tokenizer.pad_token_id,
            **sampling,
        )
        torch.manual_seed(seed)

    def answers(self, asks: Sequence[Ask]) -> Iterator[Trace]:
        """A trace for each ask, in their order."""
        room = getattr(self._model.config, "max_position_embeddings", None)
        talks = [Talk(*opening(ask, self._rules, self._tokenizer), self._rules, self._tokenizer, room) for ask in asks]
        while asking := [talk for talk in talks if talk.is_open]:
            written = write_turns(self._model, self._tokenizer, self._config, [talk.ids for talk in asking])
            for talk, ids in zip(asking, written, strict=True):
                talk.take(ids, None)
        for place, (ask, talk) in enumerate(zip(asks, talks, strict=True)):
            yield talk.trace(self._seed, place) or _unasked(ask, self._seed)


def _unasked(ask: Ask, seed: int) -> Trace:
    """A query beyond the model's context: a failure with a name, so that it counts."""
    return Trace(
        trace_id="0", query=ask.sample.query, media=ask.media, reasoner=POLICY, seed=seed,
        status="budget_exhausted", answer=(),
    )  # fmt: skip


def rules_of(given: dict[str, Any] | None, static: bool) -> Rules:
    """Rules as a recipe writes them; ``static``: no tool runs."""
    rules = Rules.model_validate(given or {})
    return static_rules(rules) if static else rules


def asks_done(path: Path, attempts: int) -> int:
    """Asks of which every attempt is on the disk; what is left of another is cut off."""
    if not path.is_file():
        return 0
    whole = 0
    lines = path.read_bytes().splitlines(keepends=True)
    for line in lines:
        whole += line.endswith(b"\n")
    asks = whole // attempts
    path.write_bytes(b"".join(lines[: asks * attempts]))
    return asks


def tell(on_progress: Progress | None, done: int, of: int, what: str = "") -> None:
    """Tell how many asks are answered."""
    if on_progress is not None:
        on_progress({"stage": "chains", "say": f"{what} {min(done, of)}/{of} asks".strip()})
