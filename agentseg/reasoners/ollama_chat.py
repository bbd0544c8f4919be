"""``ollama:NAME``: ChatOllama with every bound set and the server's silent cutting of prompts switched off.

An Ollama server answers HTTP 200 to a prompt that is longer than its context, having dropped a part of it. The request
field ``"truncate": false`` makes it refuse instead; the ``ollama`` client's chat() has no such argument, so a request
hook of its HTTP client writes the field into the body.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from agentseg.errors import MissingExtra

if TYPE_CHECKING:
    import httpx
    from langchain_core.language_models import BaseChatModel

    from agentseg.config import ReasonerConfig


def ollama_chat(name: str, options: ReasonerConfig) -> BaseChatModel:
    """A model of an Ollama server; the server is contacted at the first call.

    Thinking is off (it spends the token budget), ``num_ctx`` and ``num_predict`` are always sent (the server's own
    defaults are 4,096 and ten times the context).

    Args:
        name: The model's name on the server, e.g. ``"qwen3:0.6b"``.
        options: Address (None: ``OLLAMA_HOST`` or port 11434 of this machine), temperature, bounds and seed.

    Returns:
        The chat model.

    Raises:
        MissingExtra: langchain-ollama is not installed.
    """
    try:
        from langchain_ollama import ChatOllama
    except ImportError as error:
        raise MissingExtra("ollama:", "langchain-ollama", "ollama") from error
    return ChatOllama(
        model=name,
        base_url=options.base_url,
        reasoning=False,
        temperature=options.temperature,
        num_ctx=options.num_ctx,
        num_predict=options.max_tokens,
        seed=options.seed,
        client_kwargs={"timeout": options.timeout_s},
        sync_client_kwargs={"event_hooks": {"request": [refuse_cutting]}},
        async_client_kwargs={"event_hooks": {"request": [_refuse_cutting_async]}},
    )


def refuse_cutting(request: httpx.Request) -> None:
    """Write ``"truncate": false`` into the body of a chat request; any other request stays.

    Args:
        request: A request about to be sent; changed in place.
    """
    if not request.url.path.endswith("/api/chat"):
        return
    import httpx

    body = json.dumps({**json.loads(request.content), "truncate": False}).encode()
    request.stream = httpx.ByteStream(body)
    request.headers["Content-Length"] = str(len(body))


async def _refuse_cutting_async(request: httpx.Request) -> None:
    refuse_cutting(request)
