"""What a model wrote over one query, turn by turn, and what it had read before each: the view that rewards share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agentseg.errors import FormatError
from agentseg.plan_syntax import Params
from agentseg.prompt import correction_text
from agentseg.protocol import Turn, parse
from agentseg.trace import Trace

Custom = Mapping[str, Params] | None
"""Parameters of the user's own steps, for plans that use them."""

_CORRECTION = correction_text("").partition(":")[0]


@dataclass(frozen=True)
class Wrote:
    """One text of the model.

    Attributes:
        text: As it came.
        turn: What it says, or None where it is no turn.
        read: What the model had read before it: twin, query and results, without the system text and without
            corrections, which quote the model itself.
    """

    text: str
    turn: Turn | None
    read: str

    @property
    def rationale(self) -> str:
        """The rationale; all of a text that cannot be read, because it was written all the same."""
        return self.text if self.turn is None else self.turn.analysis


def wrote(trace: Trace, custom: Custom = None) -> tuple[Wrote, ...]:
    """The texts of the model in order.

    They are the dialogue's; where a trace has no dialogue, those of its ``reason`` events. A text that the graph
    refused (cut, or with ids that do not exist) is no turn, even where it parses.
    """
    texts: list[tuple[str, str]] = []
    read: list[str] = []
    for role, text in trace.dialogue:
        if role == "ai":
            texts.append((text, "\n".join(read)))
        elif role == "human" and not text.startswith(_CORRECTION):
            read.append(text)
    events = [event for event in trace.events if event.node == "reason"]
    if not texts:
        texts = [(event.text, "") for event in events]
    errors = [event.error for event in events] if len(events) == len(texts) else [""] * len(texts)
    return tuple(
        Wrote(text, None if error else _turn(text, custom), read)
        for (text, read), error in zip(texts, errors, strict=True)
    )


def rationale(trace: Trace, custom: Custom = None) -> str:
    """The rationales of all turns, one a line."""
    return "\n".join(one.rationale for one in wrote(trace, custom))


def detail(trace: Trace, custom: Custom = None) -> str | None:
    """The detailed explanation of the last turn that has one (WISE's D), or None."""
    found = [one.turn.why for one in wrote(trace, custom) if one.turn is not None and one.turn.why]
    return found[-1] if found else None


def rationale_tokens(trace: Trace, tokens: Callable[[str], int], custom: Custom = None) -> int:
    """Tokens of the rationales over all turns."""
    return sum(tokens(one.rationale) for one in wrote(trace, custom))


def _turn(text: str, custom: Custom) -> Turn | None:
    try:
        return parse(text, custom)
    except FormatError:
        return None
