"""Structured output of a schema-constrained chat model, parsed strictly: a cut text is an error, never repaired."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from langchain_core.exceptions import OutputParserException
from langchain_core.messages import AIMessage
from langchain_core.runnables import Runnable, RunnableLambda, RunnableMap, RunnablePassthrough
from langchain_core.utils.function_calling import convert_to_json_schema
from pydantic import BaseModel, ValidationError

from agentseg.reasoners.constrain import was_cut

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel, LanguageModelInput

LONGEST_STRING = 120
"""Characters of a string whose schema sets no bound, so that a call ends within its token budget."""

_COMBINERS = ("anyOf", "oneOf", "allOf", "prefixItems")
_NAMED = ("properties", "$defs", "definitions")


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema in which every object is closed and every free string bounded.

    Without ``additionalProperties: false`` a constrained decoder may invent keys; without a bound a string may take the
    whole token budget and leave the JSON unfinished.

    Args:
        schema: A JSON schema; it is not changed.

    Returns:
        A copy; what the schema says itself (``additionalProperties``, ``maxLength``, ``pattern``) is kept.
    """
    out = dict(schema)
    for name in _NAMED:
        if isinstance(out.get(name), dict):
            out[name] = {key: closed(value) for key, value in out[name].items()}
    for name in _COMBINERS:
        if isinstance(out.get(name), list):
            out[name] = [closed(part) for part in out[name]]
    if isinstance(out.get("items"), dict):
        out["items"] = closed(out["items"])
    if "properties" in out:
        out.setdefault("additionalProperties", False)
    if out.get("type") == "string" and not {"enum", "const", "pattern", "format", "maxLength"} & out.keys():
        out["maxLength"] = LONGEST_STRING
    return out


def structured(
    model: BaseChatModel,
    schema: dict[str, Any] | type,
    *,
    include_raw: bool = False,
    method: str = "json_schema",
    strict: bool | None = None,
    **unknown: Any,
) -> Runnable[LanguageModelInput, Any]:
    """A chat model whose call takes ``schema=``, as a runnable that yields parsed values.

    Args:
        model: A chat model that enforces its keyword ``schema``.
        schema: JSON schema, pydantic class (v1 or v2) or TypedDict class.
        include_raw: Yield ``{"raw", "parsed", "parsing_error"}`` instead of the parsed value.
        method: Any of LangChain's methods; the grammar enforces the schema in each.
        strict: Accepted for compatibility; the grammar is always strict.
        **unknown: Nothing else is accepted.

    Returns:
        A runnable from messages to the parsed value: an instance of a pydantic class, else a dict.

    Raises:
        ValueError: An unknown keyword was given.
    """
    if unknown:
        raise ValueError(f"with_structured_output does not take {sorted(unknown)}: leave it out")
    wanted = convert_to_json_schema(schema)
    text = model.bind(
        schema=closed(wanted), ls_structured_output_format={"kwargs": {"method": method}, "schema": wanted}
    )
    parse = RunnableLambda(lambda message: _parsed(message, schema), name="parse")
    if not include_raw:
        return text | parse
    attempt = RunnablePassthrough.assign(
        parsed=lambda found: _parsed(found["raw"], schema), parsing_error=lambda _found: None
    ).with_fallbacks(
        [RunnablePassthrough.assign(parsed=lambda _found: None)],
        exceptions_to_handle=(OutputParserException,),
        exception_key="parsing_error",
    )
    return RunnableMap({"raw": text}) | attempt


def _parsed(message: AIMessage, schema: dict[str, Any] | type) -> Any:
    """The value that a message's text is; raises OutputParserException where it is cut or does not fit."""
    text = message.text
    if was_cut(message):
        raise OutputParserException(f"the answer was cut at the token bound: raise max_tokens; found {text[-60:]!r}")
    try:
        value = json.loads(text)
    except ValueError as error:
        raise OutputParserException(f"not JSON: {text[:60]!r}") from error
    if not isinstance(schema, type):
        return value
    try:
        if issubclass(schema, BaseModel):
            return schema.model_validate(value)
        if hasattr(schema, "parse_obj"):  # a pydantic v1 class
            return schema.parse_obj(value)
    except (ValidationError, ValueError) as error:
        raise OutputParserException(f"does not fit {schema.__name__}: {error}") from error
    return value
