"""llama.cpp in this process: one GGUF file, one slot, constrained decoding (the package ``xllamacpp``).

``handle_completions`` is used rather than the chat path: the prompt is ours to the token, and the schema is enforced on
the raw text. The runtime also opens a loopback HTTP port of its own; it is locked with a random key.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentseg.errors import InputError, MissingExtra, ReasonerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

COMPACT: Mapping[str, object] = {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"}
"""llguidance's own keyword ``x-guidance``: JSON without white space, so no token is spent on it."""

_MAGIC = b"GGUF"


def check_gguf(path: str | Path) -> Path:
    """A model file's path, checked before anything is loaded.

    Args:
        path: Path of a GGUF file; ``~`` is expanded.

    Returns:
        The absolute path.

    Raises:
        InputError: Nothing is there, it is a directory, or it does not start with the GGUF magic.
    """
    file = Path(path).expanduser()
    if file.is_dir():
        raise InputError(f"gguf: needs a model file; {str(path)!r} is a directory: name the .gguf file in it")
    if not file.is_file():
        raise InputError(f"no model file at {str(path)!r}: give the path of a .gguf file as gguf:PATH")
    with file.open("rb") as stream:
        start = stream.read(4)
    if start != _MAGIC:
        raise InputError(f"{str(path)!r} is not a GGUF file (starts with {start!r}, not {_MAGIC!r}): convert it first")
    return file.resolve()


@dataclass
class Completion:
    """What one call produced.

    Attributes:
        text: The generated text, without the stop text.
        finish: ``stop``, or ``length`` where the token bound cut it.
        prompt_tokens: Tokens of the whole prompt.
        output_tokens: Tokens generated.
        cached_tokens: Prompt tokens that were taken from the prefix cache.
        chances: Each generated token and its log-probability, where the request asked for ``logprobs``.
    """

    text: str = ""
    finish: str = "length"
    prompt_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    chances: list[tuple[str, float]] = field(default_factory=list)


@dataclass
class _Reader:
    """Collects the chunks of one call; returning True from ``take`` makes the runtime stop."""

    sink: Callable[[str], bool]
    deadline: float
    done: Completion = field(default_factory=Completion)
    error: Mapping[str, Any] | None = None
    late: bool = False

    def take(self, chunk: Mapping[str, Any]) -> bool:
        if "error" in chunk:
            self.error = chunk["error"]
            return True
        choice = chunk["choices"][0]
        self.done.text += choice["text"]
        told = (choice.get("logprobs") or {}).get("content", ())
        self.done.chances += [(token["token"], token["logprob"]) for token in told]
        if choice["finish_reason"]:
            usage = chunk["usage"]
            self.done.finish = choice["finish_reason"]
            self.done.prompt_tokens = usage["prompt_tokens"]
            self.done.output_tokens = usage["completion_tokens"]
            self.done.cached_tokens = usage.get("prompt_tokens_details", {}).get("cached_tokens", 0)
        else:
            self.late = time.monotonic() > self.deadline
        return self.late or (bool(choice["text"]) and self.sink(choice["text"]))


class Engine:
    """One loaded GGUF model; calls from several threads take turns.

    Args:
        path: The model file.
        num_ctx: Context in tokens, prompt and answer together; llama.cpp rounds it up to a multiple of 256.
        threads: CPU threads; None for half of the cores. llama.cpp's threads spin while they wait for each other: with
            as many as there are cores and a busy machine, one call of a tiny model took 1,475 ms instead of 13.

    Raises:
        InputError: The file is missing, not GGUF, or llama.cpp cannot load it.
        MissingExtra: xllamacpp is not installed.
    """

    def __init__(self, path: str | Path, num_ctx: int, threads: int | None = None) -> None:
        file = check_gguf(path)
        try:
            import xllamacpp
        except ImportError as error:
            raise MissingExtra("gguf:", "xllamacpp", "local") from error
        params = xllamacpp.CommonParams()
        params.model.path = str(file)
        params.n_ctx = num_ctx
        params.n_parallel = 1  # n_ctx is split across the slots
        params.verbosity = -1
        params.api_keys = [secrets.token_hex(16)]
        params.ui = False
        params.endpoint_slots = False
        workers = threads or max(1, (os.cpu_count() or 2) // 2)
        params.cpuparams.n_threads = workers
        params.cpuparams_batch.n_threads = workers
        try:
            self._server = xllamacpp.Server(params)
        except RuntimeError as error:
            raise InputError(f"llama.cpp cannot load {str(path)!r}: damaged, or of an unknown architecture") from error
        self._lock = threading.Lock()

    def complete(self, request: Mapping[str, Any], timeout: float | None, sink: Callable[[str], bool]) -> Completion:
        """Run one completion to its end.

        Args:
            request: Fields of llama.cpp's completion request: ``prompt``, ``max_tokens``, ``temperature``, ``seed``,
                ``stop``, ``json_schema``, ``logprobs`` (1: the chance of each token comes along).
            timeout: Seconds the answer may take from its turn on, looked at after each token; None for no bound.
            sink: Is handed each piece of text; returning True ends the call.

        Returns:
            The completion.

        Raises:
            ReasonerError: The prompt does not fit the context, the time is up, the runtime refused the request, or it
                ignored the schema.
        """
        with self._lock:
            reader = _Reader(sink, time.monotonic() + (timeout or float("inf")))
            try:
                self._server.handle_completions({**request, "stream": True}, reader.take)
            except RuntimeError as error:
                raise ReasonerError(f"llama.cpp failed: {error}") from error
        if reader.error is not None:
            raise _explained(reader.error)
        if reader.late:
            raise ReasonerError(f"the model did not finish within {timeout:g} s: raise timeout_s or lower max_tokens")
        if request.get("json_schema") and not _is_json(reader.done):
            raise ReasonerError(
                "llama.cpp ignored the JSON schema: it holds a keyword or regex that its grammar does not know "
                "(uniqueItems, lookaround): leave that out"
            )
        return reader.done


def _explained(error: Mapping[str, Any]) -> ReasonerError:
    """The runtime's error as one line of ours."""
    if error.get("type") == "exceed_context_size_error":
        found, room = error.get("n_prompt_tokens"), error.get("n_ctx")
        return ReasonerError(f"prompt of {found} tokens does not fit num_ctx {room}: raise num_ctx")
    return ReasonerError(f"llama.cpp refused the request: {error.get('message', error)}")


def _is_json(done: Completion) -> bool:
    """Whether a text can be what a grammar let through; llama.cpp drops a schema it cannot compile without a word."""
    text = done.text.lstrip()
    if done.finish == "length":
        return not text or text[0] in '{["-0123456789tfn'
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
