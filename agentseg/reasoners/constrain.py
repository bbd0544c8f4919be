"""A schema and a token bound, given to each provider in the way it takes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_core.runnables import Runnable

Schema = dict[str, Any]


def is_a(model: object, module: str, name: str) -> bool:
    """Whether an object is of a class or of a subclass of it, without importing the class.

    Args:
        model: Any object.
        module: Start of the class's module, e.g. ``"langchain_ollama"``.
        name: The class's name.

    Returns:
        True where a class of its inheritance line has that name and module.
    """
    return any(c.__name__ == name and c.__module__.startswith(module) for c in type(model).__mro__)


def is_ollama(model: object) -> bool:
    """Whether a chat model is LangChain's ChatOllama."""
    return is_a(model, "langchain_ollama", "ChatOllama")


def is_openai(model: object) -> bool:
    """Whether a chat model is LangChain's ChatOpenAI or a class built on the same base (Azure, ...)."""
    return is_a(model, "langchain_openai", "BaseChatOpenAI")


def constrain(model: BaseChatModel, schema: Schema | None, max_tokens: int) -> Runnable[list[BaseMessage], AIMessage]:
    """A model whose next calls are bound to a schema, as far as its provider can, and to a number of tokens.

    ============  ===========================================================================
    ChatOllama    ``format`` and ``num_predict``
    ChatOpenAI    ``response_format`` json_schema and ``max_tokens``; a root ``anyOf``, which the cloud refuses,
                  becomes one object with nullable keys (nulls are dropped from the answer)
    GgufChat      ``schema`` and ``max_tokens``: always enforced, compact JSON
    HfChat        ``max_tokens`` only
    others        unchanged; what they write is checked by the protocol
    ============  ===========================================================================

    Args:
        model: A chat model.
        schema: JSON schema of the answer; None binds the tokens only.
        max_tokens: Longest answer, in tokens.

    Returns:
        A runnable from messages to the model's message.
    """
    if is_ollama(model):
        bounded = model.model_copy(update={"num_predict": max_tokens})
        return bounded.bind(format=schema) if schema else bounded
    if is_openai(model):
        return _openai(model, schema, max_tokens)
    if is_a(model, "agentseg", "GgufChat"):
        return model.bind(schema=schema, max_tokens=max_tokens)
    if is_a(model, "agentseg", "HfChat"):
        return model.bind(max_tokens=max_tokens)
    return model


def was_cut(message: AIMessage) -> bool:
    """Whether an answer ended because its token bound was reached.

    Args:
        message: What a model answered.

    Returns:
        True where the provider says so (``finish_reason`` or ``done_reason`` "length", ``stop_reason`` "max_tokens").
    """
    found = message.response_metadata
    return (
        "length" in (found.get("finish_reason"), found.get("done_reason")) or found.get("stop_reason") == "max_tokens"
    )


def prompt_was_cut(message: AIMessage, model: BaseChatModel) -> bool:
    """Whether an Ollama server dropped a part of the prompt without saying so.

    The prompt and the answer share ``num_ctx`` tokens, so a prompt that filled all of them was longer. Our own
    reasoners ask the server to refuse instead (``ollama_chat.py``); this catches servers that do not know the request.

    Args:
        message: What a ChatOllama answered, with its token counts.
        model: The model that answered.

    Returns:
        True where the counted prompt fills the context; False for every other provider.
    """
    room = getattr(model, "num_ctx", None)
    if not is_ollama(model) or not room or message.usage_metadata is None:
        return False
    return message.usage_metadata["input_tokens"] >= int(room)


def one_object(schema: Schema) -> Schema:
    """A root ``anyOf`` of objects as one object whose keys may be null.

    Args:
        schema: A JSON schema.

    Returns:
        One closed object with the keys of all alternatives in their order; a key that some alternative lacks takes
        null too. A schema without a root ``anyOf`` of objects comes back as it is.
    """
    parts = schema.get("anyOf", [])
    if not parts or not all("properties" in part for part in parts):
        return schema
    merged: dict[str, Any] = {}
    for part in parts:
        merged = {**merged, **{k: v for k, v in part["properties"].items() if k not in merged}}
    for key, value in merged.items():
        if not all(key in part["properties"] for part in parts):
            merged[key] = {"anyOf": [value, {"type": "null"}]}
    return {"type": "object", "properties": merged, "required": list(merged), "additionalProperties": False}


def _openai(model: BaseChatModel, schema: Schema | None, max_tokens: int) -> Runnable[list[BaseMessage], AIMessage]:
    """ChatOpenAI with the schema in ``extra_body``: as ``response_format`` its client raises on a cut answer."""
    cloud = not getattr(model, "openai_api_base", None)
    body: dict[str, Any] = dict(getattr(model, "extra_body", None) or {})
    if not cloud:
        body["max_tokens"] = max_tokens  # the client sends max_completion_tokens, which some servers do not know
    if schema is not None:
        wanted = {"name": "turn", "strict": True, "schema": one_object(schema) if cloud else schema}
        body["response_format"] = {"type": "json_schema", "json_schema": wanted}
    bound = model.bind(max_tokens=max_tokens, extra_body=body)
    return bound | without_nulls if cloud and schema is not None else bound


def without_nulls(message: AIMessage) -> AIMessage:
    """A message whose JSON object lost its null keys; any other text stays.

    Args:
        message: What a model answered to a schema of ``one_object``.

    Returns:
        The message, with compact JSON where keys were dropped.
    """
    try:
        value = json.loads(message.text)
    except ValueError:
        return message
    if not isinstance(value, dict) or None not in value.values():
        return message
    kept = {k: v for k, v in value.items() if v is not None}
    return message.model_copy(update={"content": json.dumps(kept, separators=(",", ":"), ensure_ascii=False)})
