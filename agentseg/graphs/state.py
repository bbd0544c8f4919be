"""The state of the graph: plain JSON in its channels, typed models in its nodes, pixels in neither.

LangGraph validates the channels into ``SegState`` before a node runs; nodes return plain dicts, so a checkpoint holds
strings and numbers only.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from agentseg.masks import RLE
from agentseg.timeline import Timeline
from agentseg.trace import Event, Status
from agentseg.twin import Twin


class SegInput(BaseModel):
    """What a caller gives: the query, and twins where there are no pixels to perceive.

    With ``media``, the hash of the context's pixels, the twins stand for them: they are not perceived again.
    """

    query: str
    twins: tuple[Twin, ...] = ()
    media: str = ""


class SegState(BaseModel):
    """One query's way through the graph.

    Attributes:
        query: The words asked.
        media: Hash of the pixels that ``twins`` were built from; the same pixels are not perceived twice.
        twins: What was perceived and refined, by frame.
        dialogue: Messages to and from the model as (role, text); append-only.
        pending: Text of the plan that is to run next, or empty.
        plan: Text of the last plan that ran.
        analysis: The model's last rationale.
        returned: Plans whose results went back to the model.
        corrections: Correcting messages sent.
        answer: Ids of the answer.
        number: What a counting plan counted, or None.
        masks: Union of the answer's masks, by frame.
        status: How it ended, or None while it runs.
        events: What happened, in order.
    """

    model_config = ConfigDict(extra="forbid")

    query: str
    media: str = ""
    twins: tuple[Twin, ...] = ()
    dialogue: tuple[tuple[str, str], ...] = ()
    pending: str = ""
    plan: str = ""
    analysis: str = ""
    returned: int = 0
    corrections: int = 0
    answer: tuple[int, ...] = ()
    number: int | None = None
    masks: dict[int, RLE] = {}
    status: Status | None = None
    events: tuple[Event, ...] = ()

    @property
    def timeline(self) -> Timeline:
        """The twins over time."""
        return Timeline(self.twins)

    def with_event(self, event: Event) -> list[dict[str, Any]]:
        """The events and one more, as the channel holds them."""
        return [done.model_dump(mode="json") for done in (*self.events, event)]

    def with_messages(self, *messages: tuple[str, str]) -> list[tuple[str, str]]:
        """The dialogue and further messages, as the channel holds them."""
        return [*self.dialogue, *messages]


def dump_twins(twins: Timeline) -> list[dict[str, Any]]:
    """Twins as the channel holds them."""
    return [twin.model_dump(mode="json") for twin in twins]
