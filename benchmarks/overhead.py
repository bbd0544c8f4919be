"""Graph overhead, size of the twin's view, import time: what the machinery costs beside the models."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from agentseg import Context, Frame, Instance, Twin, segment_graph
from agentseg.masks import box_of, encode

BPE = Path(__file__).parent.parent.parent / "shared" / "data" / "qwen_bpe"
"""Folder of the real Qwen BPE (vocab.json, merges.txt), where it is at hand."""


class InstantChat(BaseChatModel):
    """A model that answers at once, so that all measured time is ours."""

    @property
    def _llm_type(self) -> str:
        return "instant"

    def _generate(self, messages: list[BaseMessage], *args: object, **kwargs: object) -> ChatResult:
        text = '{"analysis": "leftmost mug", "plan": "find mug; rank x min; answer"}'
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text))])


def kitchen_twin(count: int = 20) -> Twin:
    """A twin of ``count`` instances, as a kitchen scene has them."""
    labels = ("mug", "cutting board", "robot gripper", "kettle", "soap dispenser", "banana", "plate")
    random = np.random.default_rng(0)
    rows, masks = [], {}
    for key in range(1, count + 1):
        mask = np.zeros((240, 320), dtype=bool)
        top, left = random.integers(0, 200), random.integers(0, 280)
        mask[top : top + 30, left : left + 30] = True
        attributes = {"colour": ("red", "white", "grey", "blue")[key % 4]}
        rows.append(
            Instance(id=key, label=labels[key % 7], box=box_of(mask), depth_mean=0.5 + key / 20, attributes=attributes)
        )
        masks[key] = encode(mask)
    return Twin(size=(240, 320), instances=tuple(rows), masks=masks)


def graph_overhead(runs: int = 200, instances: int = 12) -> float:
    """Median milliseconds of one query: instant model, instant perceiver, no checkpointer."""
    twin = kitchen_twin(instances)
    frame = Frame(np.zeros((240, 320, 3), dtype=np.uint8))
    context = Context.open(frame, "rules", reasoner=InstantChat(), perceivers=[lambda frame, empty: twin])
    graph = segment_graph()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        graph.invoke({"query": "the mug on the left"}, context=context)
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def tokens_per_instance() -> float | None:
    """Tokens of the view of a 20-instance twin, per instance, by the real Qwen BPE; None where it is not at hand."""
    if not (BPE / "vocab.json").exists():
        return None
    from tokenizers import Tokenizer, pre_tokenizers
    from tokenizers.models import BPE as Model

    tokenizer = Tokenizer(Model.from_file(str(BPE / "vocab.json"), str(BPE / "merges.txt")))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return len(tokenizer.encode(kitchen_twin().to_prompt()).ids) / 20


def import_seconds(module: str = "agentseg") -> float:
    """Least of 5 cold imports in fresh interpreters, less an empty interpreter's start."""

    def least(code: str) -> float:
        times = []
        for _ in range(5):
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            times.append(time.perf_counter() - started)
        return min(times)

    return max(0.0, least(f"import {module}") - least("pass"))


def report() -> dict[str, float | None]:
    """All figures of this page."""
    return {
        "graph overhead, ms a query (median of 200)": round(graph_overhead(), 2),
        "twin view, tokens an instance (20 instances)": tokens_per_instance(),
        "import agentseg, s": round(import_seconds(), 3),
    }


if __name__ == "__main__":
    print(json.dumps(report(), indent=1))
