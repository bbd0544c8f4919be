"""Hand-made traces and samples for the tests of rewards and of the judge."""

import json
from typing import Any

import numpy as np
from makers import thing, twin_of

from agentseg.api import segment
from agentseg.masks import Box, box_mask, encode
from agentseg.sample import Sample
from agentseg.testing import FakePerceiver, ScriptedChat
from agentseg.trace import Event, StepRecord, Trace

SIZE = (100, 200)
PICTURE = np.full((*SIZE, 3), 90, dtype=np.uint8)
ROWS = (
    thing(1, "mug", (10, 10, 30, 30), 1.0, colour="red", score=0.9),
    thing(2, "kettle", (60, 10, 90, 50), 1.2, colour="white", score=0.9),
    thing(3, "mug", (120, 40, 140, 60), 1.5, colour="blue", score=0.9),
)


def rle(box: Box, size: tuple[int, int] = SIZE) -> Any:
    """A filled box as RLE."""
    return encode(box_mask(box, size))


def turn(analysis: str = "the red mug is nearest", **fields: Any) -> str:
    """A turn as a model writes it."""
    return json.dumps({"analysis": analysis, **fields})


def trace(*texts: str, **fields: Any) -> Trace:
    """A trace that answers ``find mug; rank depth min`` rightly, with any field replaced."""
    said = texts or (turn(plan="find mug; rank depth min; answer"),)
    steps = (
        StepRecord(step="find mug", selection=(1, 3)),
        StepRecord(step="rank depth min", selection=(1,)),
        StepRecord(step="answer", selection=(1,)),
    )
    base: dict[str, Any] = {
        "trace_id": "0",
        "query": "what I drink from, closest to me",
        "media": "ff",
        "reasoner": "scripted",
        "status": "ok",
        "answer": (1,),
        "masks": {0: rle((10, 10, 30, 30))},
        "twins": (twin_of(*ROWS, size=SIZE),),
        "dialogue": (("system", "plan or answer"), ("human", "1: mug, red"), *(("ai", text) for text in said)),
        "events": (Event(node="refine", plan="find mug; rank depth min; answer", steps=steps),),
    }
    return Trace(**{**base, **fields})


def sample(**fields: Any) -> Sample:
    """A sample whose target is the box (10, 10, 30, 30), with any field replaced."""
    base: dict[str, Any] = {
        "id": "a",
        "dataset": "made",
        "split": "test",
        "query": "what I drink from, closest to me",
        "media": ("a.png",),
        "size": SIZE,
        "targets": {0: rle((10, 10, 30, 30))},
    }
    return Sample(**{**base, **fields})


def asked(query: str, *replies: str) -> Trace:
    """What the real graph records of a model's replies about ``ROWS``."""
    return segment(PICTURE, query, reasoner=ScriptedChat(replies), perceivers=[FakePerceiver(ROWS)]).trace
