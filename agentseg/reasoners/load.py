"""From a reasoner's short name to a chat model; nothing is contacted and no model is loaded before the first call."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentseg.config import STUDENT
from agentseg.errors import InputError, MissingExtra
from agentseg.reasoners.constrain import is_a

if TYPE_CHECKING:
    from collections.abc import Callable

    from langchain_core.language_models import BaseChatModel

    from agentseg.config import ReasonerConfig

FORMS = (
    "kitchen, rules, ollama:NAME, openai:NAME, gguf:PATH, hf:NAME_OR_PATH or a provider:model "
    "of langchain's init_chat_model"
)
"""What a reasoner's name may look like, as messages say it."""


def load_reasoner(spec: str | BaseChatModel, options: ReasonerConfig) -> BaseChatModel:
    """The chat model that a configuration names.

    Args:
        spec: One of ``FORMS``; a chat model object is returned as it is.
        options: Address, name of the key's variable, temperature, bounds and seed; its ``model`` is not read.

    Returns:
        The chat model. Servers are contacted at the first call; keys are read from the environment now and kept by
        the provider's client only.

    Raises:
        InputError: An unknown name, something that is no chat model, a missing key, a missing or unusable model file.
        MissingExtra: The provider's package is not installed.
    """
    if not isinstance(spec, str):
        if not is_a(spec, "langchain_core", "BaseChatModel"):
            raise InputError(f"a reasoner is a chat model object or a name; found {type(spec).__name__}: use {FORMS}")
        return spec
    if spec == "rules":
        return _rules()
    if spec == STUDENT:
        return _gguf(str(Path(__file__).parent / "models" / f"{STUDENT}.gguf"), options)
    provider, _, name = spec.partition(":")
    if not name.strip() or not provider.strip():
        raise InputError(f"unknown reasoner {spec!r}: use {FORMS}")
    build = _BUILDERS.get(provider)
    return build(name, options) if build else _any(spec, options)


def _rules() -> BaseChatModel:
    from agentseg.reasoners.rules import RulesReasoner

    return RulesReasoner()


def _ollama(name: str, options: ReasonerConfig) -> BaseChatModel:
    from agentseg.reasoners.ollama_chat import ollama_chat

    return ollama_chat(name, options)


def _openai(name: str, options: ReasonerConfig) -> BaseChatModel:
    try:
        from langchain_openai import ChatOpenAI
    except ImportError as error:
        raise MissingExtra("openai:", "langchain-openai", "openai") from error
    from pydantic import SecretStr

    key = os.environ.get(options.api_key_env)
    if not key and options.base_url is None:
        raise InputError(
            f"openai:{name} needs a key in the environment variable {options.api_key_env}, which is not set: "
            "set it, or set base_url for a compatible server"
        )
    return ChatOpenAI(
        model=name,
        base_url=options.base_url,
        api_key=SecretStr(key or "unused"),
        temperature=options.temperature,
        max_tokens=options.max_tokens,
        timeout=options.timeout_s,
        seed=options.seed,
        max_retries=1,
        use_responses_api=False,
    )


def _gguf(name: str, options: ReasonerConfig) -> BaseChatModel:
    from importlib.util import find_spec

    from agentseg.reasoners.gguf import GgufChat

    if find_spec("xllamacpp") is None:
        raise MissingExtra("gguf:", "xllamacpp", "local")
    return GgufChat(
        path=name,
        temperature=options.temperature,
        max_tokens=options.max_tokens,
        num_ctx=options.num_ctx,
        seed=options.seed,
        timeout=options.timeout_s,
        logprobs=bool(options.partner),
    )


def _hf(name: str, options: ReasonerConfig) -> BaseChatModel:
    from agentseg.reasoners.hf import HfChat

    return HfChat(
        model=name,
        temperature=options.temperature,
        max_tokens=options.max_tokens,
        num_ctx=options.num_ctx,
        seed=options.seed,
    )


def _any(spec: str, options: ReasonerConfig) -> BaseChatModel:
    """A model of any other provider that LangChain knows."""
    try:
        from langchain.chat_models import init_chat_model
    except ImportError as error:
        raise MissingExtra(f"reasoner {spec!r}", "langchain", "agents") from error
    fields: dict[str, Any] = {
        "temperature": options.temperature,
        "max_tokens": options.max_tokens,
        "timeout": options.timeout_s,
    }
    if options.base_url is not None:
        fields["base_url"] = options.base_url
    try:
        model: BaseChatModel = init_chat_model(spec, **fields)
    except ImportError as error:
        raise InputError(f"reasoner {spec!r} needs its provider's package: {_first_line(error)}") from error
    except ValueError as error:
        raise InputError(f"unknown reasoner {spec!r} ({_first_line(error)}): use {FORMS}") from error
    return model


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200]


_BUILDERS: dict[str, Callable[[str, ReasonerConfig], BaseChatModel]] = {
    "ollama": _ollama,
    "openai": _openai,
    "gguf": _gguf,
    "hf": _hf,
}
