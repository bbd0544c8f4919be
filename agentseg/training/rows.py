"""Traces as rows to train on: conversations with one assistant turn or more, kept by rejection sampling.

Source: FastReasonSeg, section on distillation: supervised fine-tuning on the teacher's chains whose mask reaches an
IoU above 0.7.

Departures:
    - A row keeps the whole dialogue of the graph (plans, results, corrected turns), not one text with tags. Turns that
      could not be read are no example: a dialogue that has one is left out.
    - A typed "no such thing" on a sample without a target is right, and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypedDict

from agentseg.errors import FormatError
from agentseg.prompt import Style, system_text
from agentseg.protocol import parse
from agentseg.reasoners.linking import linked
from agentseg.timeline import Timeline
from agentseg.trace import Trace

KEEP = 0.7
"""IoU above which a teacher's chain is kept (FastReasonSeg)."""

_ROLES = {"system": "system", "human": "user", "ai": "assistant"}


class Message(TypedDict):
    """One message of a conversation, as chat templates read it."""

    role: str
    content: str


class Row(TypedDict):
    """One conversation to learn from, and where it comes from."""

    messages: list[Message]
    trace_id: str
    group: str


def kept(
    scored: Iterable[tuple[Trace, float | None]], least: float = KEEP, most: int = 1, known: Sequence[str] = ()
) -> Iterator[Row]:
    """Rejection sampling: the conversations that were right, the best of each query.

    Args:
        scored: Traces with their accuracy in [0, 1], or None where it is not known; attempts at one query in a row.
        least: Accuracy that a trace must exceed.
        most: Conversations kept of one query, the most accurate first, the shorter of two equals.
        known: Labels that the student knows, as in ``row``.
    """
    group: list[tuple[float, int, Trace]] = []
    key: tuple[str, str] | None = None
    for trace, accuracy in scored:
        if key != (trace.media, trace.query):
            yield from _best(group, most, known)
            group, key = [], (trace.media, trace.query)
        if accuracy is not None and accuracy > least and trace.status in ("ok", "no_target") and _is_readable(trace):
            group.append((-accuracy, sum(len(text) for _, text in trace.dialogue), trace))
    yield from _best(group, most, known)


def _best(group: list[tuple[float, int, Trace]], most: int, known: Sequence[str]) -> Iterator[Row]:
    seen: set[str] = set()
    for _, _, trace in sorted(group, key=lambda item: item[:2]):
        said = "\n".join(text for role, text in trace.dialogue if role == "ai")
        if said not in seen and len(seen) < most:
            seen.add(said)
            yield row(trace, known=known)


def _is_readable(trace: Trace) -> bool:
    try:
        for role, text in trace.dialogue:
            if role == "ai":
                parse(text)
    except FormatError:
        return False
    return any(role == "ai" for role, _ in trace.dialogue)


def row(trace: Trace, style: Style | None = None, known: Sequence[str] = ()) -> Row:
    """A trace as a conversation.

    Args:
        trace: With its dialogue.
        style: Another system text than the recorded one; the table stays as it was recorded.
        known: Labels that the student knows; it reads and writes stand-ins for all others. Empty leaves all as it is.
    """
    dialogue: Sequence[tuple[str, str]] = trace.dialogue
    if known and trace.twins:
        dialogue = linked(Timeline(trace.twins).summary(), trace.query, dialogue, known)[1]
    messages = [Message(role=_ROLES[role], content=text) for role, text in dialogue]
    if style is not None and messages and messages[0]["role"] == "system":
        messages[0] = Message(role="system", content=system_text(style=style))
    return Row(messages=messages, trace_id=trace.trace_id, group=f"{trace.media[:16]}:{trace.query}")
