"""``openai:`` against a real OpenAI-compatible HTTP server: llama.cpp's own, random weights, plain ChatML."""

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from jsonschema import ValidationError, validate
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from turn_schemas import PLAN, TURN

from agentseg.config import ReasonerConfig
from agentseg.errors import FormatError, InputError, ReasonerError
from agentseg.protocol import parse
from agentseg.reasoners import call, constrain, load_reasoner, was_cut
from agentseg.reasoners.constrain import one_object, without_nulls

pytest.importorskip("langchain_openai")
xllamacpp = pytest.importorskip("xllamacpp")
tiny_gguf = pytest.importorskip("tiny_gguf")

ASK = [SystemMessage("plan"), HumanMessage("what is behind the kettle")]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    params = xllamacpp.CommonParams()
    params.model.path = str(tiny_gguf.write_tiny_gguf(tmp_path_factory.mktemp("openai") / "tiny.gguf"))
    params.n_ctx, params.n_parallel, params.verbosity = 2048, 1, -1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.api_keys = ["sesame"]
    server = xllamacpp.Server(params)
    yield server.listening_address + "/v1"
    del server


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTSEG_TEST_KEY", "sesame")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


def _config(url: str | None, **over: object) -> ReasonerConfig:
    given = {"base_url": url, "temperature": 1.0, "max_tokens": 400, "api_key_env": "AGENTSEG_TEST_KEY", **over}
    return ReasonerConfig.model_validate(given)


def _valid(message: AIMessage, schema: dict[str, Any]) -> bool:
    try:
        parse(message.text)
        validate(json.loads(message.text), schema)
    except (FormatError, ValidationError):
        return False
    return True


def test_random_weights_write_valid_turns_over_http(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    first = second = 0
    started = time.perf_counter()
    for number in range(20):
        model = load_reasoner("openai:tiny", _config(url, seed=number))
        schema = PLAN if number % 2 else TURN
        messages = [SystemMessage("plan"), HumanMessage(f"query {number}")]
        message = call(model, messages, schema, 400)
        first += _valid(message, schema)
        if not _valid(message, schema):
            message = call(model, [*messages, message, HumanMessage("not a turn: write it again")], schema, 400)
        second += _valid(message, schema)
    spent = (time.perf_counter() - started) / 20 * 1e3
    with capsys.disabled():
        print(f"\nopenai: {first}/20 valid at first, {second}/20 after one correction, {spent:.0f} ms per call")
    assert second == 20


def test_answer_cut_at_the_token_bound_is_a_message(url: str) -> None:
    message = call(load_reasoner("openai:tiny", _config(url)), ASK, PLAN, 16)
    assert was_cut(message)
    assert message.text


def test_usage_is_reported(url: str) -> None:
    usage = call(load_reasoner("openai:tiny", _config(url)), ASK, TURN, 64).usage_metadata
    assert usage is not None
    assert usage["input_tokens"] > 10


def test_refused_key_is_told_without_showing_it(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AGENTSEG_TEST_KEY", "sk-secret-open")
    caplog.set_level(logging.DEBUG, logger="agentseg")
    model = load_reasoner("openai:tiny", _config(url))
    with pytest.raises(ReasonerError, match=r"refused the API key \(401\): check the variable") as caught:
        call(model, ASK, TURN, 16)
    assert "sk-secret" not in f"{caught.value} {model!r} {caplog.text}"


def test_missing_key_names_its_variable() -> None:
    with pytest.raises(InputError, match="NO_SUCH_KEY, which is not set: set it, or set base_url"):
        load_reasoner("openai:gpt-4o-mini", ReasonerConfig(api_key_env="NO_SUCH_KEY"))


def test_prompt_that_does_not_fit_is_told(url: str) -> None:
    with pytest.raises(ReasonerError, match=r"prompt of \d+ tokens does not fit num_ctx 2048"):
        call(load_reasoner("openai:tiny", _config(url)), [HumanMessage("kettle mug " * 3000)], TURN, 16)


def test_no_server_is_told_without_the_password() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}/v1"
    model = load_reasoner("openai:tiny", _config(f"http://me:hidden@{address}"))
    with pytest.raises(ReasonerError, match=f"no server at http://{address}: start it, check base_url"):
        call(model, ASK, TURN, 16)


@pytest.fixture
def fixed() -> Iterator[Callable[..., str]]:
    """Starts servers that give each request the next of some fixed answers."""
    servers: list[HTTPServer] = []

    def start(*answers: tuple[int, dict[str, Any]]) -> str:
        left = list(answers)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = left.pop(0) if len(left) > 1 else left[0]
                if status == 200:
                    text = "free" if b"response_format" not in body else "bound"
                    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
                    answer = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: Any) -> None:
                pass

        servers.append(HTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/v1"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_server_that_refuses_the_schema_is_asked_without_it(fixed: Callable[..., str]) -> None:
    refused = {"error": {"message": "Invalid schema for response_format 'turn'", "type": "invalid_request_error"}}
    message = call(load_reasoner("openai:m", _config(fixed((400, refused), (200, {})))), ASK, TURN, 64)
    assert message.text == "free"
    assert message.response_metadata["schema"] == "refused"


def test_text_that_the_server_could_not_read_comes_back_as_data(fixed: Callable[..., str]) -> None:
    failed = {"error": {"code": 500, "message": "output that does not match the expected peg-native format"}}
    message = call(load_reasoner("openai:m", _config(fixed((500, failed)))), ASK, TURN, 64)
    assert message.text == ""
    assert message.response_metadata["finish_reason"] == "format_error"


@pytest.mark.parametrize(
    ("status", "line"),
    [(404, r"has no model 'm' \(404\): check the name"), (429, r"rate limit or quota \(429\)"), (503, "answered 503")],
)
def test_other_refusals_are_one_line(fixed: Callable[..., str], status: int, line: str) -> None:
    model = load_reasoner("openai:m", _config(fixed((status, {"error": {"message": "a\nb"}}))))
    with pytest.raises(ReasonerError, match=line) as caught:
        call(model, ASK, TURN, 64)
    assert "\n" not in str(caught.value)


def test_cloud_gets_one_object_whose_nulls_are_dropped() -> None:
    sent = constrain(load_reasoner("openai:gpt-4o-mini", _config(None)), TURN, 64)
    bound = sent.first if hasattr(sent, "first") else sent
    wanted = bound.kwargs["extra_body"]["response_format"]["json_schema"]
    assert wanted["strict"]
    assert "anyOf" not in wanted["schema"]
    assert wanted["schema"]["required"] == ["analysis", "plan", "answer"]
    told = json.dumps({"analysis": "a", "plan": None, "answer": [1]})
    validate(json.loads(told), one_object(TURN))
    assert without_nulls(AIMessage(told)).text == '{"analysis":"a","answer":[1]}'
    assert without_nulls(AIMessage("no json")).text == "no json"
