"""GGUF files against the checkpoint that they were exported from: the same prompts, greedily.

``python -m benchmarks.parity runs/student/settle/final f16/kitchen.gguf q8_0/kitchen.gguf`` reads each prompt of
KitchenBench's ``val`` with transformers and with llama.cpp. Two agree where the prompt has as many tokens and what is
written is equal, character by character.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

from langchain_core.messages import HumanMessage, SystemMessage

from agentseg.reasoners import GgufChat
from agentseg.training.stages.episode import opened, told
from agentseg.training.stages.models import load_chat_tokenizer, load_model
from agentseg.training.stages.rules import Rules
from agentseg.training.student.questions import asks
from agentseg.training.student.stand_ins import KNOWN

RULES = Rules(known=KNOWN, max_tokens=128)
ROLES = {"system": "system", "human": "user"}

Dialogue = list[tuple[str, str]]


def prompts(count: int) -> Iterator[Dialogue]:
    """(role, text) as the student is asked."""
    for ask in islice(asks("val"), count):
        yield list(told(opened(ask, RULES), RULES))


class Checkpoint:
    """The checkpoint, run by transformers on one thread."""

    def __init__(self, folder: str) -> None:
        import torch

        torch.set_num_threads(1)
        self.tokenizer: Any = load_chat_tokenizer(folder)
        self.model: Any = load_model(folder, self.tokenizer, None, False).eval()

    def answer(self, dialogue: Dialogue) -> tuple[str, int]:
        """What it writes, and the tokens of the prompt."""
        messages = [{"role": ROLES[role], "content": text} for role, text in dialogue]
        text = self.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        ids = self.tokenizer(text, return_tensors="pt", add_special_tokens=False).input_ids
        out = self.model.generate(
            ids,
            max_new_tokens=RULES.max_tokens,
            do_sample=False,
            eos_token_id=self.tokenizer.eos_token_id,
            pad_token_id=self.tokenizer.pad_token_id,
        )
        return self.tokenizer.decode(out[0][ids.shape[1] :], skip_special_tokens=True), ids.shape[1]


def answer(chat: GgufChat, dialogue: Dialogue) -> tuple[str, int]:
    """The same by llama.cpp."""
    message = chat.invoke([SystemMessage(text) if role == "system" else HumanMessage(text) for role, text in dialogue])
    used = message.usage_metadata
    return str(message.content), used["input_tokens"] if used else 0


def main() -> int:
    """Print how many prompts each file agrees on; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parity", description=__doc__)
    parser.add_argument("checkpoint", help="folder of weights and tokenizer")
    parser.add_argument("gguf", nargs="+", help="files exported from it")
    parser.add_argument("--prompts", type=int, default=100, help="number of prompts (default: 100)")
    asked = parser.parse_args()
    found = list(prompts(asked.prompts))
    reference = Checkpoint(asked.checkpoint)
    wanted = [reference.answer(dialogue) for dialogue in found]
    for path in asked.gguf:
        chat = GgufChat(path=path, max_tokens=RULES.max_tokens, threads=1, num_ctx=2048, temperature=0.0)
        same = sum(answer(chat, dialogue) == one for dialogue, one in zip(found, wanted, strict=True))
        print(f"{path}: {same} of {len(found)} as by transformers", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
