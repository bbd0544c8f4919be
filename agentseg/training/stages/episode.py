"""One query answered turn by turn by a text generator: the graph's own nodes, fed with texts in place of a model.

What a policy learns in is what it is served in: prompts, corrections, budgets and statuses are those of
``graphs.nodes``, because it is those nodes that run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from langchain_core.messages import AIMessage

from agentseg.frames import FrameStore
from agentseg.graphs import Context, SegState
from agentseg.graphs.nodes import answer, build_twin, reason, refine, route
from agentseg.reasoners.linking import linked
from agentseg.trace import Trace, trace_id
from agentseg.training.stages.asks import Ask
from agentseg.training.stages.rules import POLICY, Rules

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


def opened(ask: Ask, rules: Rules) -> SegState:
    """The state in which the first turn is asked for; episodes of one ask share it."""
    context = Context(FrameStore(()), (), _Said("", False, 0, 0).model, rules.config)
    query = f"{ask.sample.query} ({rules.brevity})" if rules.brevity else ask.sample.query
    state = SegState(query=query, twins=ask.twins)
    state = _after(state, build_twin(state, context))
    (role, system), *rest = state.dialogue
    dialogue = [(role, f"{system}\n{rules.suffix}" if rules.suffix else system), *rest]
    return _after(state, {"media": ask.media or state.media, "dialogue": dialogue})


def told(state: SegState, rules: Rules) -> list[tuple[str, str]]:
    """The dialogue so far as the policy reads it: with stand-ins for labels that it does not know."""
    return linked(state.timeline.summary(), state.query, state.dialogue, rules.known)[1]


class Episode:
    """A query on its way.

    Args:
        start: Of ``opened``.
        rules: What it is like.

    Attributes:
        state: As the graph has it.
    """

    def __init__(self, start: SegState, rules: Rules) -> None:
        self.state = start
        self._rules, self._config = rules, rules.config

    @property
    def done(self) -> bool:
        """Whether the query has ended."""
        return self.state.status is not None

    def take(self, text: str, cut: bool, read: int = 0, wrote: int = 0) -> tuple[tuple[str, str], ...]:
        """Take the policy's turn, and run what it asks for.

        Args:
            text: What it wrote, with the labels that it reads.
            cut: Whether it was stopped by the limit.
            read: Tokens of the prompt.
            wrote: Tokens of the text.

        Returns:
            The messages that follow as (role, text), as the policy reads them: results or a correction; none where the
            query has ended.
        """
        context = Context(FrameStore(()), (), _Said(text, cut, read, wrote).model, self._config)
        before = len(self.state.dialogue)
        update = reason(self.state, context)
        self.state = _after(self.state, update)
        if route(update) == "refine":
            update = refine(self.state, context) if self._rules.plans else {"pending": "", "status": "format_error"}
            self.state = _after(self.state, update)
        if route(update) == "answer":
            self.state = _after(self.state, answer(self.state, context))
            return ()
        return tuple(told(self.state, self._rules)[before + 1 :])

    def trace(self, seed: int, attempt: int) -> Trace:
        """What happened, as the graph records it."""
        state = self.state
        assert state.status is not None, "an episode that has ended"
        return Trace(
            trace_id=trace_id(state.query, state.media, POLICY, seed, attempt),
            query=state.query,
            media=state.media,
            reasoner=POLICY,
            seed=seed,
            status=state.status,
            answer=state.answer,
            number=state.number,
            masks=state.masks,
            twins=state.twins,
            dialogue=state.dialogue,
            events=state.events,
        )


class _Said:
    """A chat model as far as the graph calls one: it says what has been written already."""

    def __init__(self, text: str, cut: bool, read: int, wrote: int) -> None:
        self._text, self._cut, self._read, self._wrote = text, cut, read, wrote

    @property
    def model(self) -> BaseChatModel:
        return cast("BaseChatModel", self)

    def invoke(self, messages: Any) -> AIMessage:
        return AIMessage(
            self._text,
            response_metadata={"finish_reason": "length" if self._cut else "stop"},
            usage_metadata={
                "input_tokens": self._read,
                "output_tokens": self._wrote,
                "total_tokens": self._read + self._wrote,
            },
        )


def _after(state: SegState, update: dict[str, Any]) -> SegState:
    return SegState.model_validate({name: getattr(state, name) for name in SegState.model_fields} | update)
