"""Export to Ollama: against a stub that enforces the documented API, and against a real server where one is named."""

import json
import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

for package in ("torch", "transformers", "peft", "gguf", "xllamacpp"):
    pytest.importorskip(package)
tiny_student = pytest.importorskip("tiny_student")

from agentseg.cli import main  # noqa: E402
from agentseg.errors import ReasonerError  # noqa: E402
from agentseg.training.export import Exported, Server, export, serve  # noqa: E402

OllamaStub = pytest.importorskip("ollama_stub").OllamaStub


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("export")
    tiny_student.write_student(place)
    return place


@pytest.fixture(scope="module")
def exported(folder: Path) -> Exported:
    return export(folder / "student", folder / "f16")


def test_ollama_gets_the_blob_once_and_answers_in_plain_chatml(
    folder: Path, exported: Exported, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with OllamaStub() as server:
        arguments = ["export", str(folder / "student"), "--ollama", server.url, "--name", "kitchen"]
        assert main([*arguments, "--to", str(tmp_path / "one")]) == 0
        told = json.loads(capsys.readouterr().out)["ollama"]
        assert [line.split("sha256")[0] for line in server.log] == [
            "GET /api/version", "HEAD /api/blobs/", "POST /api/blobs/", "POST /api/create",
        ]  # fmt: skip
        made = server.created[0]
        assert made["files"] == {"kitchen.gguf": told["digest"]}
        assert made["parameters"] == {"num_ctx": 512, "temperature": 0.0, "num_predict": 256, "stop": ["<|im_end|>"]}
        assert (made["model"], made["license"]) == ("kitchen", "apache-2.0")
        assert server.requests[-1]["truncate"] is False
        assert told["prompt_tokens"] == told["expected_tokens"] > 10
        assert main([*arguments, "--to", str(tmp_path / "two")]) == 0
        assert sum(line.startswith("POST /api/blobs/") for line in server.log) == 1


def test_ollama_that_refuses_is_told_and_the_files_stay(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentseg.training.export.ollama.TEMPLATE", "{{ .Prompt }}")
    with OllamaStub() as server:
        code = main(["export", str(folder / "student"), "--to", str(tmp_path / "out"), "--ollama", server.url])
    told = capsys.readouterr()
    assert code == 2
    assert json.loads(told.out)["ollama"] is None
    assert "refused POST /api/create (400): template has no messages" in told.err
    assert f"`ollama create student -f {tmp_path}/out/Modelfile`" in told.err
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["Modelfile", "student.gguf"]


@pytest.fixture
def nonsense() -> Iterator[str]:
    """A web server that is no Ollama."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>it works</html>")

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://user:secret@127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_server_that_is_away_old_or_another_is_told_before_the_work(
    folder: Path, tmp_path: Path, nonsense: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        away = f"127.0.0.1:{closed.getsockname()[1]}"
    for url, words in (
        (away, f"no Ollama server at http://{away}: start it with `ollama serve`"),
        (nonsense, "did not answer as an Ollama server does (<html>it works</html>): check the address"),
        ("ftp://x", "an Ollama server's address looks like http://127.0.0.1:11434"),
    ):
        assert main(["export", str(folder / "student"), "--to", str(tmp_path / "out"), "--ollama", url]) == 2
        told = capsys.readouterr().err
        assert words in told
        assert "secret" not in told
    with (
        OllamaStub(version="0.3.14") as old,
        pytest.raises(ReasonerError, match="is 0.3.14; files need 0.5.5: update it"),
    ):
        Server(old.url).check()
    assert not (tmp_path / "out").exists()


def test_damaged_upload_is_refused_by_its_digest(exported: Exported, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agentseg.training.export.ollama._digest", lambda *_: "sha256:" + "0" * 64)
    with (
        OllamaStub() as server,
        pytest.raises(ReasonerError, match=r"refused POST /api/blobs/.* \(400\): digest mismatch"),
    ):
        serve(exported, Server(server.url))


@pytest.mark.skipif("OLLAMA_HOST" not in os.environ, reason="no real server: set OLLAMA_HOST")
def test_real_server_serves_what_was_exported(folder: Path) -> None:
    done = export(folder / "student", folder / "real", quantization="q8_0", name="agentseg-export-test")
    server = Server(os.environ["OLLAMA_HOST"], timeout=120)
    server.check()
    served = serve(done, server)
    assert served.prompt_tokens == served.expected_tokens
    for query, answer in tiny_student.ANSWERS.items():
        messages = [
            {"role": "system", "content": tiny_student.turns(query)[0].text},
            {"role": "user", "content": tiny_student.turns(query)[1].text},
        ]
        assert server.ask(served.model, messages, 512, 60)[0] == answer
    httpx.request("DELETE", f"{server.url}/api/delete", json={"model": served.model})
