"""``ollama:`` against a stub that keeps to the documented /api/chat, and against a real server where one is named."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import validate
from langchain_core.messages import HumanMessage, SystemMessage
from turn_schemas import TURN

from agentseg.config import ReasonerConfig
from agentseg.errors import ReasonerError
from agentseg.reasoners import call, load_reasoner, prompt_was_cut, was_cut

pytest.importorskip("xllamacpp")
pytest.importorskip("langchain_ollama")
tiny_gguf = pytest.importorskip("tiny_gguf")
OllamaStub = pytest.importorskip("ollama_stub").OllamaStub

ASK = [SystemMessage("plan"), HumanMessage("what is behind the kettle")]


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gguf.write_tiny_gguf(tmp_path_factory.mktemp("ollama") / "tiny.gguf")


@pytest.fixture(scope="module")
def stub(model_file: Path) -> Iterator[OllamaStub]:
    with OllamaStub(model_file) as server:
        yield server


def _config(server: OllamaStub, **over: object) -> ReasonerConfig:
    return ReasonerConfig.model_validate({"base_url": server.url, "temperature": 1.0, "max_tokens": 400, **over})


def test_schema_bounds_and_thinking_reach_the_server_and_the_text_is_valid(stub: OllamaStub) -> None:
    model = load_reasoner("ollama:tiny", _config(stub, seed=3))
    message = call(model, ASK, TURN, 400)
    validate(json.loads(message.text), TURN)
    sent = stub.requests[-1]
    assert sent["format"] == TURN
    assert sent["think"] is False
    assert sent["truncate"] is False
    assert {k: sent["options"][k] for k in ("num_ctx", "num_predict", "seed", "temperature")} == {
        "num_ctx": 8192,
        "num_predict": 400,
        "seed": 3,
        "temperature": 1.0,
    }
    assert not was_cut(message)
    assert not prompt_was_cut(message, model)


async def test_async_calls_send_the_same_request(stub: OllamaStub) -> None:
    await load_reasoner("ollama:tiny", _config(stub)).ainvoke(ASK)
    assert stub.requests[-1]["truncate"] is False


def test_answer_cut_at_the_token_bound_is_seen(stub: OllamaStub) -> None:
    assert was_cut(call(load_reasoner("ollama:tiny", _config(stub)), ASK, TURN, 16))


def test_prompt_that_does_not_fit_is_refused(stub: OllamaStub) -> None:
    model = load_reasoner("ollama:tiny", _config(stub, num_ctx=512))
    with pytest.raises(ReasonerError, match=r"prompt of \d+ tokens does not fit num_ctx 512: raise num_ctx"):
        call(model, [HumanMessage("kettle mug " * 600)], TURN, 16)


def test_silent_cut_by_an_old_server_is_refused_too(model_file: Path) -> None:
    with OllamaStub(model_file, knows_truncate=False) as old:
        model = load_reasoner("ollama:tiny", _config(old, num_ctx=512))
        with pytest.raises(ReasonerError, match="prompt of 512 tokens or more does not fit num_ctx 512"):
            call(model, [HumanMessage("kettle mug " * 600)], TURN, 16)


def test_unknown_model_says_what_to_pull(stub: OllamaStub) -> None:
    model = load_reasoner("ollama:nosuch:1b", _config(stub))
    with pytest.raises(ReasonerError, match=rf"{stub.url} has no model 'nosuch:1b' \(404\): `ollama pull nosuch:1b`"):
        call(model, ASK, TURN, 16)


def test_refused_thinking_is_told(stub: OllamaStub) -> None:
    model = load_reasoner("ollama:tiny", _config(stub)).model_copy(update={"reasoning": True})
    with pytest.raises(ReasonerError, match="does not support thinking.*reasoning=False"):
        call(model, ASK, TURN, 16)


def test_no_server_says_how_to_start_one() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    model = load_reasoner("ollama:tiny", ReasonerConfig(base_url=url))
    with pytest.raises(
        ReasonerError, match=f"no Ollama server at {url}: start it with `ollama serve`, or use --config"
    ):
        call(model, ASK, TURN, 16)


def test_slow_server_is_a_timeout() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        model = load_reasoner("ollama:tiny", ReasonerConfig(base_url=url, timeout_s=0.2))
        with pytest.raises(ReasonerError, match=rf"{url} did not answer in time \(ReadTimeout\): raise timeout_s"):
            call(model, ASK, TURN, 16)


@pytest.mark.skipif("OLLAMA_HOST" not in os.environ, reason="no real server: set OLLAMA_HOST (and OLLAMA_MODEL)")
def test_real_server_writes_valid_turns() -> None:
    import ollama

    models = [entry.model for entry in ollama.Client().list().models]
    name = os.environ.get("OLLAMA_MODEL") or (models[0] if models else None)
    if not name:
        pytest.skip("the server has no model: ollama pull qwen3:0.6b")
    model = load_reasoner(f"ollama:{name}", ReasonerConfig(num_ctx=2048, timeout_s=300))
    message = call(model, ASK, TURN, 300)
    assert was_cut(message) or validate(json.loads(message.text), TURN) is None
    with pytest.raises(ReasonerError, match="does not fit num_ctx"):
        call(model, [HumanMessage("kettle mug " * 3000)], TURN, 16)
