"""Samples, models and recorders for the tests of recordings; importable, so that other processes can have them."""

import json
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import eval_parts as parts
import numpy as np
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from PIL import Image

from agentseg.api import segment
from agentseg.config import load_config
from agentseg.errors import PerceptionError, ReasonerError
from agentseg.evaluation.datasets import Entry
from agentseg.frames import Frame
from agentseg.masks import box_mask, encode
from agentseg.sample import Sample
from agentseg.testing import FakePerceiver
from agentseg.trace import Trace
from agentseg.training.record import RecordAsked, Recorder, record
from agentseg.twin import Instance, Twin

SIZE = (24, 32)
BOXES = ((2, 4, 10, 12), (14, 4, 22, 12), (24, 14, 31, 20))
ROWS = tuple(Instance(id=key, label="mug", box=box) for key, box in enumerate(BOXES, 1))


class Dice(BaseChatModel):
    """A model that names one of three mugs: by its seed and the query where it is warm, else the first."""

    temperature: float = 1.0
    seed: int = 0

    @property
    def _llm_type(self) -> str:
        return "dice"

    def _generate(self, messages: list[BaseMessage], *args: object, **kwargs: object) -> ChatResult:
        roll = random.Random(f"{self.seed} {messages[-1].text}").randint(1, 3) if self.temperature else 1
        text = json.dumps({"analysis": "that one", "answer": [roll]})
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text))])


def see(frame: Frame, twin: Twin) -> Twin:
    """Sees three mugs; refuses the darkest picture."""
    if frame.rgb.max() == 3:
        raise PerceptionError("frame 0: too dark")
    return FakePerceiver(ROWS)(frame, twin)


def picture(root: Path, number: int) -> Path:
    path = root / f"{number:03d}.png"
    if not path.exists():
        Image.fromarray(np.full((*SIZE, 3), number, np.uint8)).save(path)
    return path


def sample(root: Path, number: int) -> Sample:
    """Asks for the second mug; two samples a picture."""
    name = picture(root, number // 2).name
    return Sample(
        id=f"{name}/{number}",
        dataset="synthetic",
        split="train",
        query=f"mug {number}",
        root=str(root),
        media=(name,),
        size=SIZE,
        targets={0: encode(box_mask(BOXES[1], SIZE))},
        level=1,
        category="spatial",
        extra={"answer": [2]},
    )


def entries(root: Path, count: int) -> list[Entry]:
    made = [sample(root, number) for number in range(count)]
    return [Entry(one.id, partial(sample, root, number)) for number, one in enumerate(made)]


def build(temperature: float = 1.0, seed: int = 0) -> Recorder:
    config = load_config("rules", reasoner={"model": "dice", "seed": seed})
    return Recorder(config, Dice(temperature=temperature), perceivers=[see])


def unreached(after: int = 0) -> Callable[[Sample, int], Trace]:
    """A recorder whose model is gone from a sample on."""
    recorder = build()

    def ask(one: Sample, attempt: int) -> Trace:
        if int(one.id.rpartition("/")[2]) >= after:
            raise ReasonerError("no server at http://127.0.0.1:9: start it")
        return recorder(one, attempt)

    return ask


def asked(**fields: Any) -> RecordAsked:
    return RecordAsked(**{"dataset": "synthetic", "split": "train", "twins": ("perceived",), **fields})


def recorded(root: Path, out: Path, count: int = 6, attempts: int = 2, **options: Any) -> dict[str, Any]:
    """Record a few samples."""
    fields = options.pop("fields", {})
    maker = options.pop("build", build)
    return record(entries(root, count), maker, asked(attempts=attempts, **fields), out, **options)


def lines(folder: Path, name: str = "traces.jsonl") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / name).read_text("utf8").splitlines()]


def timeless(folder: Path, name: str = "traces.jsonl") -> list[str]:
    """The lines without wall times, in an order of their own."""
    return sorted(json.dumps(_timeless(line), sort_keys=True) for line in lines(folder, name))


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(part) for key, part in value.items() if key != "ms"}
    return [_timeless(part) for part in value] if isinstance(value, list) else value


def ask(path: Path, who: str, count: int) -> None:
    """Ask and record, as a program of a user does."""
    for number in range(count):
        dark = np.zeros((*SIZE, 3), np.uint8)
        segment(dark, f"{who} {number}", "rules", reasoner=Dice(), perceivers=[FakePerceiver(ROWS)], record=path)


def folder(root: Path) -> Path:
    """Pictures and a clip with queries."""
    parts.photo(root / "a.png", 40)
    for number in range(3):
        parts.photo(root / "clip" / f"{number}.png", 41 + number)
    asks = [
        {"picture": "a.png", "query": "the mug"},
        {"picture": "a.png", "query": "the kettle"},
        {"frames": [f"clip/{number}.png" for number in range(3)], "query": "the mug"},
    ]
    (root / "queries.jsonl").write_text("".join(json.dumps(line) + "\n" for line in asks))
    return root
