"""Samples and systems for the tests of runs; their functions are importable, so that other processes can have them."""

import json
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from dataset_folders import photo, write_json

from agentseg.errors import InputError, PerceptionError, ReasonerError
from agentseg.evaluation.asked import Asked
from agentseg.evaluation.datasets import Entry
from agentseg.evaluation.prediction import Prediction
from agentseg.evaluation.systems import Answered, System, TwinKind
from agentseg.frames import Frame
from agentseg.masks import RLE, box_mask, encode
from agentseg.sample import Sample
from agentseg.twin import Instance, Twin

SIZE = (24, 32)


def box(left: int) -> RLE:
    return encode(box_mask((left, 4, left + 8, 12), SIZE))


def sample(number: int, /, **fields: Any) -> Sample:
    given = {
        "id": f"clip{number // 4}/{number:03d}",
        "dataset": "synthetic",
        "split": "test",
        "query": f"thing {number}",
        "media": (f"{number:03d}.png",),
        "size": SIZE,
        "targets": {0: box(number % 20)},
        "level": 1 + number % 3,
        "category": "spatial",
    }
    return Sample(**{**given, **fields})


def broken() -> Sample:
    raise InputError("'a.json': field 'text' is missing")


def entries(count: int, *, bad: tuple[int, ...] = ()) -> list[Entry]:
    made = [partial(sample, number) for number in range(count)]
    return [Entry(f"clip{n // 4}/{n:03d}", broken if n in bad else make) for n, make in enumerate(made)]


def near(asked: Sample) -> Answered:
    """Answers beside the truth, by a different way for each sample; refuses the seventh."""
    number = int(asked.id[-3:])
    if number == 7:
        raise PerceptionError("frame 0: too dark")
    return Answered(
        Prediction(status="ok", masks={0: box(number % 20 + number % 5)}, output_tokens=number, analysis="so it is"),
        {"frames": 1, "total_ms": 2.0 + number},
    )


def unreached(asked: Sample) -> Answered:
    if int(asked.id[-3:]) > 2:
        raise ReasonerError("no server at http://127.0.0.1:9: start it")
    return near(asked)


def slow(asked: Sample) -> Answered:
    time.sleep(0.02)
    return near(asked)


def dies(asked: Sample) -> Answered:
    if int(asked.id[-3:]) == 5:
        import os
        import signal

        os.kill(os.getpid(), signal.SIGKILL)
    return near(asked)


def build(system: System = near) -> dict[TwinKind, System]:
    return {"perceived": system, "true": near}


def no_build() -> dict[TwinKind, System]:
    raise InputError("no model at 'nowhere.gguf'")


def asked(**fields: Any) -> Asked:
    given = {"dataset": "synthetic", "split": "test", "protocol": "kitchenbench", "twins": ("perceived", "true")}
    return Asked(**{**given, **fields})


def lines(folder: Path, name: str = "rows.jsonl") -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in (folder / name).read_text().splitlines())


def reasonseg_folder(root: Path, count: int) -> Path:
    """A split ``val`` of ReasonSeg: even pictures, the same polygon in each."""
    for number in range(count):
        photo(root / "val" / f"{number:03d}.jpg", 40 + number)
        shapes = [{"label": "target", "points": [[4, 4], [12, 4], [12, 12], [4, 12]]}]
        write_json(root / "val" / f"{number:03d}.json", {"shapes": shapes, "text": ["the mug"], "is_sentence": False})
    return root


def see(frame: Frame, twin: Twin) -> Twin:
    """A slow perceiver: a mug whose place depends on the picture."""
    time.sleep(0.03)
    left = float(np.mean(frame.rgb)) % 9
    mug = Instance(id=1, label="mug", box=(left, 4, left + 8, 12))
    return twin.replace([mug], {1: encode(box_mask(mug.box, frame.size))})


def interrupted(frame: Frame, twin: Twin) -> Twin:
    """Ctrl-C, at the third picture."""
    if frame.rgb.max() >= 42:
        raise KeyboardInterrupt
    return see(frame, twin)
