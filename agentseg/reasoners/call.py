"""One call of a reasoner: constrained, bounded, and with every failure of the way as one line of ours."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from agentseg.errors import ReasonerError
from agentseg.reasoners.constrain import constrain, is_openai, prompt_was_cut
from agentseg.reasoners.failures import NONSENSE, explain, failures, is_remote, nonsense, server_rejected_text

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage

logger = logging.getLogger(__name__)


def call(
    model: BaseChatModel, messages: list[BaseMessage], schema: dict[str, Any] | None, max_tokens: int
) -> AIMessage:
    """Ask the reasoner once.

    What the model wrote is not judged here: bad text is data for the protocol. That includes a text which a server
    itself could not read (llama.cpp's HTTP 500 "does not match the expected format"): it comes back as an empty message
    with ``finish_reason`` "format_error".

    Args:
        model: The reasoner.
        messages: The conversation.
        schema: JSON schema of the answer; None for free text.
        max_tokens: Longest answer, in tokens.

    Returns:
        The model's message. Where an OpenAI-compatible server refused the schema itself, the call was repeated without
        it and ``response_metadata["schema"]`` is "refused".

    Raises:
        ReasonerError: No server, no such model, a refused key or request, a timeout, an answer that is none of a chat
            model's server, a prompt that does not fit.
    """
    bound = constrain(model, schema, max_tokens)
    try:
        message = bound.invoke(messages)
    except failures() as error:
        if server_rejected_text(error):
            return _message("", finish_reason="format_error")
        if schema is None or not _refused_schema(error, model):
            raise explain(error, model) from error
        logger.warning("the server refused the JSON schema; asking again without it")
        message = call(model, messages, None, max_tokens)
        message.response_metadata["schema"] = "refused"
    except NONSENSE as error:
        if not is_remote(model):  # a bug in this process, not a server's fault
            raise
        raise nonsense(error, model) from error
    message = _counted(message)
    if prompt_was_cut(message, model):
        found, room = message.usage_metadata, getattr(model, "num_ctx", None)
        raise ReasonerError(
            f"prompt of {found['input_tokens'] if found else '?'} tokens or more does not fit num_ctx {room}, "
            "and the server cut it: raise num_ctx"
        )
    return message


def _message(text: str, **metadata: str) -> AIMessage:
    from langchain_core.messages import AIMessage

    return AIMessage(text, response_metadata=metadata)


def _counted(message: AIMessage) -> AIMessage:
    """The message without its token counts where a server sent counts that are none."""
    usage = message.usage_metadata
    counts = () if usage is None else (usage["input_tokens"], usage["output_tokens"], usage["total_tokens"])
    if all(isinstance(count, int) and count >= 0 for count in counts):
        return message
    logger.warning("the server's token counts are no counts (%s): left out", str(usage)[:200])
    return message.model_copy(update={"usage_metadata": None})


def _refused_schema(error: Exception, model: BaseChatModel) -> bool:
    """Whether an OpenAI-compatible server answered 400 because of the schema."""
    text = str(error).lower()
    return (
        is_openai(model)
        and getattr(error, "status_code", None) == 400
        and ("response_format" in text or "schema" in text or "grammar" in text)
    )
