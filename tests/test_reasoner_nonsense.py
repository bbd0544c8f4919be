"""A server that answers what no chat model's server answers is one line, and a bug in this process stays a bug."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from langchain_core.language_models import SimpleChatModel
from langchain_core.messages import HumanMessage

from agentseg.config import ReasonerConfig
from agentseg.errors import InputError, ReasonerError
from agentseg.reasoners import call, load_reasoner

ASK = [HumanMessage("what is behind the kettle")]
USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


@pytest.fixture
def answering() -> Iterator[Callable[[int, bytes], str]]:
    """Starts servers that answer every request with the same bytes."""
    servers: list[HTTPServer] = []

    def start(status: int, body: bytes) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(status)
                self.send_header("Content-Type", "text/html" if body.startswith(b"<") else "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        servers.append(HTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def completion(**over: Any) -> bytes:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "so"}}
    body = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": USAGE}
    return json.dumps({**body, **over}).encode()


def chat(**over: Any) -> bytes:
    body = {"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": {"role": "assistant", "content": "so"}}
    return json.dumps({**body, "done": True, "done_reason": "stop", **over}).encode() + b"\n"


def refused(name: str, url: str) -> None:
    model = load_reasoner(name, ReasonerConfig(base_url=url))
    with pytest.raises(ReasonerError) as caught:
        call(model, ASK, None, 64)
    line = str(caught.value)
    assert line.startswith(f"{url} did not answer as a chat server does (")
    assert line.endswith("): check base_url")
    assert "\n" not in line
    assert len(line) < 350


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>welcome</html>"),
        (200, b""),
        (204, b""),
        (200, b'{"id":'),
        (200, b"null"),
        (200, b"[]"),
        (200, completion(choices=[])),
        (200, completion(choices=None)),
        (200, completion(choices=[{"index": 0, "message": {"role": "assistant", "content": 5}}])),
    ],
    ids=lambda part: repr(part)[:30],
)
def test_openai_answer_of_another_kind_is_one_line(
    answering: Callable[[int, bytes], str], status: int, body: bytes
) -> None:
    pytest.importorskip("langchain_openai")
    refused("openai:m", answering(status, body))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>welcome</html>",
        b"null\n",
        b"[]\n",
        b'{"a":\n',
        b'{"done":true}\n',
        chat(message={"role": "assistant", "content": None}),
        chat(message={"role": "assistant", "content": "\ud83d"}),
        chat(message={"role": "assistant", "content": ""}, done_reason="load"),
    ],
    ids=lambda part: repr(part)[:30],
)
def test_ollama_answer_of_another_kind_is_one_line(answering: Callable[[int, bytes], str], body: bytes) -> None:
    pytest.importorskip("langchain_ollama")
    refused("ollama:m", answering(200, body))


@pytest.mark.parametrize("count", ["many", -1, 1.5])
def test_token_counts_that_are_none_are_left_out(answering: Callable[[int, bytes], str], count: Any) -> None:
    pytest.importorskip("langchain_openai")
    url = answering(200, completion(usage={**USAGE, "prompt_tokens": count}))
    message = call(load_reasoner("openai:m", ReasonerConfig(base_url=url)), ASK, None, 64)
    assert (message.text, message.usage_metadata) == ("so", None)


@pytest.mark.parametrize("error", [ValueError, KeyError, TypeError, AttributeError, AssertionError, InputError])
def test_bug_of_a_model_in_this_process_is_not_hidden(error: type[Exception]) -> None:
    class Broken(SimpleChatModel):
        @property
        def _llm_type(self) -> str:
            return "broken"

        def _call(self, *_: Any, **__: Any) -> str:
            raise error("a bug")

    with pytest.raises(error, match="a bug"):
        call(Broken(), ASK, None, 64)
