"""From the graph's final state to a prediction."""

from __future__ import annotations

from langchain_core.language_models import BaseChatModel

from agentseg.errors import FormatError
from agentseg.evaluation.prediction import Prediction
from agentseg.graphs import SegState
from agentseg.protocol import parse
from agentseg.sample import Sample


def predict(state: SegState, sample: Sample, model: BaseChatModel) -> Prediction:
    """The prediction of a finished state.

    A model that answers a counting question with ids, without a number, has counted them. Boxes are those that the
    answer has in the first frame.
    """
    assert state.status is not None, "the graph ends with a status"
    answered = state.status in ("ok", "no_target")
    number = state.number
    if number is None and answered and sample.task == "count":
        number = len(state.answer)
    first = state.twins[0]
    found = [row for row in first.instances if row.id in set(state.answer) and row.id in first.masks]
    detects = answered and sample.task == "detect"
    rows = [row for twin in state.twins for row in twin.instances if row.id in set(state.answer)]
    calls = [event for event in state.events if event.node == "reason"]
    written = [event.output_tokens for event in calls if event.output_tokens is not None]
    errors = [event.error for event in state.events if event.error]
    return Prediction(
        status=state.status,
        masks=state.masks,
        number=number if answered else None,
        boxes=tuple(row.box for row in found) if detects else None,
        scores=tuple(row.score for row in found) if detects else None,
        answer=state.answer,
        analysis=state.analysis,
        plan=state.plan,
        reasoning_tokens=_rationale_tokens(model, state),
        output_tokens=sum(written) if len(written) == len(calls) else None,
        error="" if answered or not errors else errors[-1],
        boxed=any(row.mask_source == "box" for row in rows),
    )


def _rationale_tokens(model: BaseChatModel, state: SegState) -> int | None:
    """Tokens of the rationales, by a model that counts with its own tokenizer; words are no tokens."""
    if type(model).get_num_tokens is BaseChatModel.get_num_tokens and model.custom_get_token_ids is None:
        return None  # LangChain's own counter is another model's tokenizer
    total = 0
    for role, text in state.dialogue:
        if role != "ai":
            continue
        try:
            rationale = parse(text).analysis
        except FormatError:
            rationale = text  # what cannot be read was thought all the same
        total += model.get_num_tokens(rationale)
    return total
