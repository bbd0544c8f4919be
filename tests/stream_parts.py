"""Perceivers, models and frames for the tests of streams: everything moves by rule, and nothing is slow."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from agentseg.frames import Frame
from agentseg.masks import box_mask, encode
from agentseg.twin import Instance, Twin

SIZE = (120, 160)

Rows = list[tuple[str, int, int]]
"""(label, x, y) of things of 20x20 px."""


def blank(size: tuple[int, int] = SIZE) -> np.ndarray:
    """A black picture."""
    return np.zeros((*size, 3), np.uint8)


def pictures(count: int, size: tuple[int, int] = SIZE) -> Iterator[np.ndarray]:
    """As many black pictures."""
    return (blank(size) for _ in range(count))


def twin_at(frame: int, rows: Rows, size: tuple[int, int] = SIZE, **fields: Any) -> Twin:
    """A twin of boxes, its ids in the order of the rows."""
    made = [
        Instance(
            id=key, label=label, score=0.9, box=(x, y, x + 20, y + 20), first_seen=frame, last_seen=frame, **fields
        )
        for key, (label, x, y) in enumerate(rows, 1)
    ]
    masks = {row.id: encode(box_mask(row.box, size)) for row in made}
    return Twin(frame=frame, size=size, instances=made, masks=masks)


class Shown:
    """A perceiver that sees what a function of the frame's index says; it may raise.

    Attributes:
        frames: Indices of the frames that it was asked about.
    """

    def __init__(self, rows: Callable[[int], Rows]) -> None:
        self.rows = rows
        self.frames: list[int] = []

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        self.frames.append(frame.index)
        return twin_at(frame.index, self.rows(frame.index), frame.size)


class Planner(BaseChatModel):
    """A model that writes the next of its replies; the last one again when they are used up.

    Attributes:
        replies: Texts, or exceptions that are raised.
        heard: The prompts.
    """

    replies: list[Any]
    heard: list[str] = []

    @property
    def _llm_type(self) -> str:
        return "planner"

    def _generate(self, messages: list[BaseMessage], *args: object, **kwargs: object) -> ChatResult:
        reply = self.replies[min(len(self.heard), len(self.replies) - 1)]
        self.heard.append(messages[-1].text)
        if isinstance(reply, Exception):
            raise reply
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=reply))])


def planner(*plans: str) -> Planner:
    """A model that writes these plans."""
    return Planner(replies=[f'{{"analysis": "so", "plan": "{plan}"}}' for plan in plans], heard=[])
