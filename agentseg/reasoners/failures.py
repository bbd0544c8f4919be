"""Failures between us and a model's server, each told as what happened, what was found and how to fix it."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agentseg.errors import ReasonerError
from agentseg.reasoners.constrain import is_ollama

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_CLIENTS = (
    ("httpx", "HTTPError"),
    ("ollama", "ResponseError"),
    ("openai", "OpenAIError"),
    ("anthropic", "AnthropicError"),
)
NONSENSE = (ValueError, LookupError, TypeError, AttributeError)
"""What providers' clients raise where an answer is not of their API: broken JSON, a page of HTML, no choices."""

_NOT_FIT = re.compile(r"\((\d+) tokens\) exceeds the available context size \((\d+)", re.IGNORECASE)
_TOO_LONG = re.compile(r"context_length|context length|context size|context window|too long", re.IGNORECASE)


def failures() -> tuple[type[Exception], ...]:
    """The exceptions that a call of any provider may end with when the way to the model fails.

    Returns:
        Connection errors and timeouts, httpx's errors, and those of the clients that are loaded in this process.
    """
    found: list[type[Exception]] = [OSError]
    for module, name in _CLIENTS:
        if sys.modules.get(module) is not None:
            found.append(getattr(sys.modules[module], name))
    return tuple(found)


def is_remote(model: object) -> bool:
    """Whether a chat model is a client of some server: of an integration package of LangChain, not of ours or a fake.

    Args:
        model: A chat model.

    Returns:
        True where its class, or one that it inherits from, is of a ``langchain_*`` package beside ``langchain_core``.
    """
    packages = {kind.__module__.partition(".")[0] for kind in type(model).__mro__}
    return any(name.startswith("langchain_") for name in packages - {"langchain_core", "langchain_tests"})


def nonsense(error: Exception, model: BaseChatModel) -> ReasonerError:
    """An answer that is not of the provider's API, as one line of ours.

    Args:
        error: One of ``NONSENSE``, which the provider's client raised.
        model: The model that was called.

    Returns:
        The error to raise.
    """
    found = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return ReasonerError(f"{_server(model)} did not answer as a chat server does ({found}): check base_url")


def server_rejected_text(error: Exception) -> bool:
    """Whether a server failed because of the text its model wrote, not because of the request.

    Args:
        error: What a call ended with.

    Returns:
        True for llama.cpp's HTTP 500 "The model produced output that does not match the expected ... format".
    """
    return _status(error) == 500 and "does not match the expected" in str(error)


def explain(error: Exception, model: BaseChatModel) -> ReasonerError:
    """A failure as one line of ours.

    Args:
        error: One of ``failures``.
        model: The model that was called; its address and name go into the line, a key never does.

    Returns:
        The error to raise.
    """
    name = str(getattr(model, "model_name", None) or getattr(model, "model", type(model).__name__))
    server = _server(model)
    status = _status(error)
    if status is None:
        return _unreached(error, model, server)
    text = _said(error)
    fit = _NOT_FIT.search(text)
    if fit:
        return ReasonerError(f"prompt of {fit[1]} tokens does not fit num_ctx {fit[2]}: raise num_ctx")
    if status == 404:
        fix = f"`ollama pull {name}`" if is_ollama(model) else "check the name after openai: and base_url"
        return ReasonerError(f"{server} has no model {name!r} (404): {fix}")
    if status in (401, 403):
        return ReasonerError(f"{server} refused the API key ({status}): check the variable that api_key_env names")
    if status == 429:
        return ReasonerError(f"{server} is over its rate limit or quota (429): wait, or use --config local")
    if status == 400 and "think" in text:
        return ReasonerError(f"{name!r} cannot think ({text}): use a chat model with reasoning=False")
    if _TOO_LONG.search(text):
        return ReasonerError(
            f"prompt does not fit the context of {name!r} ({text}): raise num_ctx or show fewer instances"
        )
    return ReasonerError(f"{server} answered {status if status > 0 else 'an error'} ({text}): check the server's log")


def _unreached(error: Exception, model: BaseChatModel, server: str) -> ReasonerError:
    """No answer came at all."""
    kind = type(error).__name__
    if "Timeout" in kind:
        return ReasonerError(f"{server} did not answer in time ({kind}): raise timeout_s or lower max_tokens")
    if "Connect" in kind and is_ollama(model):
        return ReasonerError(f"no Ollama server at {server}: start it with `ollama serve`, or use --config local")
    if "Connect" in kind:
        return ReasonerError(f"no server at {server}: start it, check base_url, or use --config local")
    return ReasonerError(f"the call to {server} failed ({kind}): check the server, or use --config local")


def _server(model: BaseChatModel) -> str:
    """Address of a model's server, without user or password."""
    url = getattr(model, "openai_api_base", None) or getattr(model, "base_url", None)
    if is_ollama(model):
        client = getattr(getattr(model, "_client", None), "_client", None)
        url = getattr(client, "base_url", None) or url or "http://127.0.0.1:11434"
    if not url:
        return "the provider's server"
    parts = urlsplit(str(url))
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")


def _status(error: Exception) -> int | None:
    """HTTP status of an answer (-1: an error inside a stream that began well); None where no answer came."""
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def _said(error: Exception) -> str:
    """What the server said, as one line; Ollama passes on llama.cpp's JSON inside its own ``error``."""
    text = str(getattr(error, "error", None) or getattr(error, "message", None) or error)
    try:
        inner = json.loads(text)
        text = str(inner["error"]["message"])
    except (ValueError, TypeError, KeyError):
        pass
    return " ".join(text.split())[:200]
