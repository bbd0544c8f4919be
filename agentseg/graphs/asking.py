"""Who is asked for a turn, what they read and what comes back: the model, and its partner where one stands by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from agentseg.errors import FormatError
from agentseg.graphs.context import Context
from agentseg.graphs.state import SegState
from agentseg.pattern import plan_pattern
from agentseg.plan import parse_plan
from agentseg.prompt import RESULTS
from agentseg.protocol import MAX_TEXT, Turn, parse, turn_schema
from agentseg.reasoners import call, was_cut
from agentseg.reasoners.linking import Links, linked
from agentseg.reasoners.partner import confidence, trusts
from agentseg.reasoners.rules import reply
from agentseg.twin import Twin

NEITHER = '{"analysis": "neither of the two finds such a thing", "answer": []}'
"""The turn after plans of both found nothing."""
_KINDS: dict[str, type[BaseMessage]] = {"system": SystemMessage, "human": HumanMessage, "ai": AIMessage}


class Said(NamedTuple):
    """A turn as it came.

    Attributes:
        text: With the twin's own labels.
        cut: Whether it was stopped at the limit of tokens.
        usage: Tokens, where they are known.
        by: ``model`` or ``rules``; empty where the model is alone.
        sure: The model's confidence, where it tells.
    """

    text: str
    cut: bool = False
    usage: Mapping[str, Any] = {}
    by: str = ""
    sure: float | None = None


def ask(state: SegState, context: Context, twin: Twin) -> Said:
    """Get the next turn.

    With a partner the model writes first; ``partner.trusts`` says whose turn is taken. Whose plan found nothing, or who
    says that there is no such thing, gives way to the other, who sees the opening alone.

    Args:
        state: Its dialogue is read.
        context: The reasoner and its options.
        twin: What is seen.
    """
    if not context.config.reasoner.partner:
        return _model(state, state.dialogue, context, twin)
    opening = state.dialogue[:2]
    tried = {event.by for event in state.events if event.node == "reason" and not event.error}
    if not tried:
        return _either(_model(state, state.dialogue, context, twin)._replace(by="model"), state, context, twin)
    if not _found_nothing(state, context):
        return _model(state, state.dialogue, context, twin)._replace(by="model")
    if "rules" not in tried:
        return _rules(state)
    if "model" in tried:
        return Said(NEITHER, by="rules")
    said = _model(state, opening, context, twin)._replace(by="model")
    return said if _reads(said, context, twin) is not None else Said(NEITHER, usage=said.usage, by="rules")


def checked(said: Said, context: Context, twin: Twin) -> Turn:
    """A turn that can be run.

    Raises:
        FormatError: It was cut, cannot be read, or names an instance that this twin does not have.
    """
    if said.cut:
        raise FormatError(f"the turn was cut at {context.config.reasoner.max_tokens} tokens: be brief")
    turn = parse(said.text, context.custom)
    unknown = [key for key in turn.answer or () if key not in twin.ids]
    if unknown:
        raise FormatError(f"no instance {unknown[0]}; this twin has {list(twin.ids)}")
    return turn


def _model(state: SegState, messages: Iterable[tuple[str, str]], context: Context, twin: Twin) -> Said:
    options = context.config.reasoner
    links, dialogue = linked(twin, state.query, tuple(messages), options.known)
    schema = _schema(state, context, links, twin) if options.codec == "json" else None
    message = call(
        context.reasoner, [_KINDS[role](content=text) for role, text in dialogue], schema, options.max_tokens
    )
    usage: Mapping[str, Any] = message.usage_metadata or {}
    return Said(links.show(_text(message)), was_cut(message), usage, "", confidence(message))


def _rules(state: SegState) -> Said:
    return Said(reply([text for role, text in state.dialogue[:2] if role == "human"]), by="rules")


def _either(said: Said, state: SegState, context: Context, twin: Twin) -> Said:
    """The model's turn, or the partner's with what the model's has cost."""
    other = _rules(state)._replace(usage=said.usage)
    turn = _reads(said, context, twin)
    if turn is None or turn.answer == ():
        return other
    plan = parse(other.text).plan
    return said if plan is None or trusts(said.sure, state.query, plan.text, twin.labels) else other


def _reads(said: Said, context: Context, twin: Twin) -> Turn | None:
    try:
        return checked(said, context, twin)
    except FormatError:
        return None


def _found_nothing(state: SegState, context: Context) -> bool:
    """Whether results came back of a plan that would have answered, had it found something."""
    role, text = state.dialogue[-1]
    if role != "human" or not text.startswith(RESULTS):
        return False
    return parse_plan(state.plan, context.custom).answers


def _schema(state: SegState, context: Context, links: Links, twin: Twin) -> dict[str, Any]:
    """What the next turn may be; once the budget is spent, only a turn that ends the dialogue."""
    final = state.returned >= context.config.limits.refine
    pattern = plan_pattern(links.twin(twin), links.query, context.custom, final, links.uses)
    return turn_schema(pattern, twin.ids)


def _text(message: AIMessage) -> str:
    """The text of a reply, whichever blocks it came in, as any file can hold it; what is far too long is cut."""
    return str(message.text)[: MAX_TEXT + 1].encode("utf8", "replace").decode("utf8")
