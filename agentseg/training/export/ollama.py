"""An exported student on an Ollama server: blob, create, and one question to see that it answers.

The API: https://github.com/ollama/ollama/blob/main/docs/api.md. A blob is asked for (HEAD) before it is sent, because a
server that has it closes the connection in the middle of the upload. The file is quantised here, never by the server:
newer ones refuse ``quantize`` for GGUF. ``"truncate": false`` makes a prompt that does not fit an error, not a cut.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from agentseg.errors import ReasonerError
from agentseg.training.export.http import Http, one_line
from agentseg.training.export.modelfile import TEMPLATE, Serving

OLDEST = (0, 5, 5)
"""The first server whose ``/api/create`` takes files and fields; older ones take the text of a Modelfile."""

_CHUNK = 2**20


class Server:
    """An Ollama server.

    Args:
        url: Its address, ``http://HOST:PORT``; the scheme may be left out.
        timeout: Seconds to wait for one answer; loading a large model takes a while.

    Raises:
        InputError: The address is not one of HTTP.
    """

    def __init__(self, url: str, timeout: float = 600.0) -> None:
        self._http = Http(url, timeout)
        self.url = self._http.url

    def check(self) -> str:
        """Find out whether an Ollama server that is new enough listens there.

        Returns:
            Its version.

        Raises:
            ReasonerError: Nobody answers, something else answers, or the server is too old.
        """
        version = self._http.parsed(self._http.call("GET", "/api/version").text).get("version")
        if not isinstance(version, str):
            raise self._http.nonsense("no version")
        numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
        found = tuple(int(part) for part in numbers.groups()) if numbers else OLDEST
        if (0, 0, 0) < found < OLDEST:
            oldest = ".".join(str(part) for part in OLDEST)
            raise ReasonerError(f"the Ollama server at {self.url} is {version}; files need {oldest}: update it")
        return version

    def push(self, file: Path, on_progress: Callable[[str, int, int], None] | None = None) -> str:
        """Send a file, unless the server has it.

        Args:
            file: The file.
            on_progress: Is handed the stage (``digest``, ``upload``), the bytes done, and those in all.

        Returns:
            Its digest, ``sha256:...``.

        Raises:
            ReasonerError: The server is away, refuses the file or breaks off.
        """
        digest = _digest(file, on_progress)
        path = f"/api/blobs/{digest}"
        there = self._http.call("HEAD", path, refusals=(404,))
        if there.status_code == 404:
            size = file.stat().st_size
            sent = self._http.call(
                "POST", path, content=_read(file, "upload", on_progress), headers={"Content-Length": str(size)}
            )
            if sent.status_code not in (200, 201):
                raise self._http.nonsense(f"HTTP {sent.status_code} to an upload")
        return digest

    def create(self, model: str, digest: str, serving: Serving, on_status: Callable[[str], None] | None = None) -> None:
        """Make a model of a file that was sent; one of the same name is replaced.

        Args:
            model: Name of the model.
            digest: Digest of the file.
            serving: How it is to be served.
            on_status: Is handed what the server says it does.

        Raises:
            ReasonerError: The server is away, refuses, or does not end with success.
        """
        body: dict[str, Any] = {
            "model": model,
            "files": {serving.file: digest},
            "template": TEMPLATE,
            "parameters": serving.parameters,
            "stream": True,
        }
        if serving.licence:
            body["license"] = serving.licence
        last = ""
        for line in self._http.call("POST", "/api/create", json=body).text.splitlines():
            part = self._http.parsed(line)
            if "error" in part:
                raise ReasonerError(f"{self.url} refused to create {model!r}: {one_line(part['error'])}")
            last = str(part.get("status", ""))
            if on_status:
                on_status(last)
        if last != "success":
            raise self._http.nonsense(f"{model!r} was not created; the last status was {last[:60]!r}")

    def ask(
        self, model: str, messages: list[dict[str, str]], num_ctx: int, num_predict: int = 16
    ) -> tuple[str, int | None]:
        """One short answer at temperature 0.

        Args:
            model: Name of the model.
            messages: ``{"role", "content"}``, oldest first.
            num_ctx: Context in tokens; a longer prompt is refused.
            num_predict: Longest answer, tokens.

        Returns:
            The text, and the prompt's tokens as the server counted them.

        Raises:
            ReasonerError: The server is away, has no such model, or does not answer as Ollama does.
        """
        options = {"num_ctx": num_ctx, "num_predict": num_predict, "temperature": 0}
        body = {"model": model, "messages": messages, "stream": False, "truncate": False, "options": options}
        answer = self._http.parsed(self._http.call("POST", "/api/chat", json=body).text)
        message = answer.get("message")
        if not isinstance(message, dict) or not isinstance(message.get("content"), str):
            raise self._http.nonsense("a chat without a message")
        count = answer.get("prompt_eval_count")
        return message["content"], count if isinstance(count, int) else None


def _digest(file: Path, on_progress: Callable[[str, int, int], None] | None) -> str:
    digest = hashlib.sha256()
    for chunk in _read(file, "digest", on_progress):
        digest.update(chunk)
    return f"sha256:{digest.hexdigest()}"


def _read(file: Path, stage: str, on_progress: Callable[[str, int, int], None] | None) -> Iterator[bytes]:
    done, total = 0, file.stat().st_size
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk
            done += len(chunk)
            if on_progress:
                on_progress(stage, done, total)
