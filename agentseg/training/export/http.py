"""HTTP with a server that may be away, be another, or refuse: each told in one line, without user or password."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from agentseg.errors import InputError, ReasonerError

if TYPE_CHECKING:
    import httpx


class Http:
    """Requests to one Ollama server.

    Args:
        url: Its address, ``http://HOST:PORT``; the scheme may be left out.
        timeout: Seconds to wait for one answer.

    Attributes:
        url: The address without user and password.

    Raises:
        InputError: The address is not one of HTTP.
    """

    def __init__(self, url: str, timeout: float = 600.0) -> None:
        import httpx

        text = (url if "://" in url else f"http://{url}").rstrip("/")
        wanted = InputError("an Ollama server's address looks like http://127.0.0.1:11434; found another")
        try:
            parts = urlsplit(text)
        except ValueError:
            raise wanted from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise wanted
        self.url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        try:
            self._http = httpx.Client(base_url=text, timeout=httpx.Timeout(timeout, connect=10.0))
        except (httpx.InvalidURL, ValueError):
            raise wanted from None

    def call(self, method: str, path: str, refusals: tuple[int, ...] = (), **request: Any) -> httpx.Response:
        """One request.

        Args:
            method: Of HTTP.
            path: On the server.
            refusals: Statuses beside success that the caller expects.
            **request: As ``httpx.Client.request`` takes it.

        Raises:
            ReasonerError: Nobody answers, the server breaks off or refuses, or it is no Ollama server.
        """
        import httpx

        try:
            answer = self._http.request(method, path, **request)
        except httpx.ConnectError:
            raise ReasonerError(f"no Ollama server at {self.url}: start it with `ollama serve`") from None
        except httpx.TimeoutException as error:
            raise ReasonerError(f"{self.url} did not answer {path} in time ({type(error).__name__})") from None
        except httpx.HTTPError as error:
            words = f"{type(error).__name__}: {str(error)[:120]}"
            raise ReasonerError(f"{self.url} broke off at {method} {path[:20]} ({words}): look at its log") from None
        status = answer.status_code
        if answer.is_success or status in refusals:
            return answer
        words = "give user and password" if status in (401, 403) else _said(answer)
        if answer.is_redirect or not words:
            raise self.nonsense(f"HTTP {status} to {method} {path[:20]}")
        raise ReasonerError(f"{self.url} refused {method} {path[:20]} ({status}): {words}")

    def parsed(self, text: str) -> Mapping[str, Any]:
        """A JSON object of the server.

        Raises:
            ReasonerError: It is none.
        """
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            raise self.nonsense(one_line(text)[:60] or "nothing") from None
        if not isinstance(value, dict):
            raise self.nonsense(one_line(text)[:60])
        return value

    def nonsense(self, found: str) -> ReasonerError:
        """The error of an answer that no Ollama server gives."""
        return ReasonerError(f"{self.url} did not answer as an Ollama server does ({found}): check the address")


def _said(answer: httpx.Response) -> str:
    """What Ollama says about a refusal, as one line; empty where the answer is not of its form."""
    try:
        return one_line(answer.json()["error"])
    except (ValueError, KeyError, TypeError):
        return ""


def one_line(value: object) -> str:
    """Whatever a server said, on one line of at most 200 characters."""
    return " ".join(str(value).split())[:200]
