"""An HTTP server that keeps to Ollama's documented API, over llama.cpp: a stand-in for tests.

It honours ``format`` (by llama.cpp's own grammar), ``options.num_ctx`` and ``num_predict``, cuts an over-long prompt
silently unless ``"truncate": false``, reports token counts and ``done_reason``, answers 404 to an unknown model and 400
to thinking that a model cannot do, and refuses fields that the API does not have.

Models can be made, too: HEAD and POST /api/blobs/sha256:..., then /api/create. It refuses a wrong digest, a blob that
was never sent, unknown fields and parameters, ``quantize`` (servers of today do, for GGUF), unsafe file names and a
template without messages; a blob that it has already is answered before its body is read, as the real server does.
The model made is loaded by llama.cpp and chats in the template's words.
"""

import hashlib
import json
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

import xllamacpp

from agentseg.reasoners.llama import COMPACT

FIELDS = {
    "model", "messages", "tools", "format", "options", "stream", "think", "keep_alive", "truncate", "shift",
    "logprobs", "top_logprobs",
}  # fmt: skip
CREATE = {
    "model", "from", "files", "adapters", "template", "license", "system", "parameters", "messages", "stream",
    "quantize",
}  # fmt: skip
PARAMETERS = {"num_ctx", "num_predict", "temperature", "stop", "seed", "top_k", "top_p", "min_p", "repeat_penalty"}
MESSAGE_PARTS = ("range .Messages", "{{ .Role }}", "{{ .Content }}")


class OllamaStub:
    """Serves one model under a name until the ``with`` block ends.

    Args:
        gguf: The model file; None for a server without models.
        name: The model's name on this server.
        knows_truncate: Whether ``"truncate": false`` is obeyed; old servers ignore it and cut silently.
        version: What /api/version says.

    Attributes:
        url: Address of the server.
        requests: Bodies of the chat requests received.
        created: Bodies of the create requests that succeeded.
        log: Method and path of every request but chats.
    """

    def __init__(
        self, gguf: Path | None = None, name: str = "tiny", knows_truncate: bool = True, version: str = "0.33.0"
    ) -> None:
        self.name, self.knows_truncate, self.version = name, knows_truncate, version
        self.requests: list[dict[str, Any]] = []
        self.created: list[dict[str, Any]] = []
        self.log: list[str] = []
        self._blobs = tempfile.TemporaryDirectory()
        if gguf is not None:
            self._load(gguf)
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                stub.log.append(f"HEAD {self.path}")
                self.send_response(200 if stub.blob(self.path).is_file() else 404)
                self.end_headers()

            def do_GET(self) -> None:
                stub.log.append(f"GET {self.path}")
                known = self.path == "/api/version"
                self._answer(200 if known else 404, [{"version": stub.version} if known else {"error": "not found"}])

            def do_POST(self) -> None:
                if self.path != "/api/chat":
                    stub.log.append(f"POST {self.path}")
                if self.path.startswith("/api/blobs/") and stub.blob(self.path).is_file():
                    self._answer(200, [])  # with the body unread: the client's pipe breaks
                    return
                data = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path.startswith("/api/blobs/"):
                    self._answer(*stub.keep(self.path, data))
                elif self.path == "/api/create":
                    self._answer(*stub.create(json.loads(data)))
                elif self.path == "/api/chat":
                    body = json.loads(data)
                    status, parts = stub.answer(body)
                    self._answer(status, parts if body.get("stream", True) else [_joined(parts)])
                else:
                    self._answer(404, [{"error": "not found"}])

            def _answer(self, status: int, parts: list[dict[str, Any]]) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/x-ndjson")
                self.end_headers()
                self.wfile.write(b"".join(json.dumps(part).encode() + b"\n" for part in parts))

            def log_message(self, *_: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> "OllamaStub":
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._blobs.cleanup()

    def blob(self, path: str) -> Path:
        """Where the blob of a request's path lies, or would lie."""
        return Path(self._blobs.name) / path.rpartition("/")[2].replace(":", "-")

    def keep(self, path: str, data: bytes) -> tuple[int, list[dict[str, Any]]]:
        """Status and body of the answer to an upload."""
        if path.rpartition("/")[2] != f"sha256:{hashlib.sha256(data).hexdigest()}":
            return 400, [{"error": "digest mismatch"}]
        self.blob(path).write_bytes(data)
        return 201, []

    def create(self, body: dict[str, Any]) -> tuple[int, list[dict[str, Any]]]:
        """Status and NDJSON parts of the answer to a create request."""
        if unknown := sorted(body.keys() - CREATE):
            return 400, [{"error": f"unknown field {unknown[0]}"}]
        if body.get("quantize"):
            return 400, [{"error": "create-time quantization is only supported for safetensors imports"}]
        if unknown := sorted(body.get("parameters", {}).keys() - PARAMETERS):
            return 400, [{"error": f"unknown parameter {unknown[0]}"}]
        if not body.get("files"):
            return 400, [{"error": "neither 'from' or 'files' was specified"}]
        name, digest = next(iter(body["files"].items()))
        if name.startswith("/") or any(mark in name for mark in ("..", ":", "\\")):
            return 400, [{"error": f"file path must be relative: {name}"}]
        if not self.blob(digest).is_file():
            return 400, [{"error": f"blob not found for {name} (digest {digest})"}]
        if not all(part in body.get("template", "") for part in MESSAGE_PARTS):
            return 400, [{"error": "template has no messages"}]
        said = [{"status": "parsing GGUF"}, {"status": "writing manifest"}]
        try:
            self._load(self.blob(digest))
        except RuntimeError:
            return 200, [said[0], {"error": "invalid file magic"}]
        self.name = body["model"]
        self.created.append(body)
        return 200, [*said, {"status": "success"}]

    def _load(self, gguf: Path) -> None:
        params = xllamacpp.CommonParams()
        params.model.path = str(gguf)
        params.n_ctx, params.n_parallel, params.verbosity = 8192, 1, -1
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
        self._llama = xllamacpp.Server(params)

    def answer(self, body: dict[str, Any]) -> tuple[int, list[dict[str, Any]]]:
        """Status and NDJSON parts of the answer to one chat request."""
        self.requests.append(body)
        if unknown := sorted(body.keys() - FIELDS):
            return 400, [{"error": f"unknown field {unknown[0]}"}]
        if body["model"] != self.name:
            return 404, [{"error": f"model '{body['model']}' not found"}]
        if body.get("think"):
            return 400, [{"error": f'"{self.name}" does not support thinking'}]
        form = body.get("format")
        if form and not isinstance(form, dict):
            return 500, [{"error": f"invalid format: {form!r}; expected a JSON schema"}]
        options = body.get("options", {})
        room = options.get("num_ctx", 4096)
        prompt = "".join(f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in body["messages"])
        prompt += "<|im_start|>assistant\n"
        full = self._count(prompt)
        if full > room and body.get("truncate") is False and self.knows_truncate:
            refusal = {
                "code": 400,
                "message": f"request ({full} tokens) exceeds the available context size ({room} tokens)",
            }
            return 400, [{"error": json.dumps({"error": refusal})}]
        request = {
            "prompt": prompt[-4 * room :] if full > room else prompt,
            "max_tokens": options.get("num_predict", 10 * room),
            "temperature": options.get("temperature", 0.8),
            "seed": options.get("seed", 0),
            "stop": ["<|im_end|>", *(options.get("stop") or [])],
        }
        if form:
            request["json_schema"] = {**form, "x-guidance": COMPACT}  # Ollama bounds white space too
        return self._generated(request, min(full, room))

    def _count(self, prompt: str) -> int:
        counted = self._llama.handle_completions({"prompt": prompt, "max_tokens": 1})
        return counted["usage"]["prompt_tokens"] if "usage" in counted else counted["error"]["n_prompt_tokens"]

    def _generated(self, request: dict[str, Any], prompt_tokens: int) -> tuple[int, list[dict[str, Any]]]:
        done = self._llama.handle_completions(request)
        if "error" in done:
            return 500, [{"error": done["error"]["message"]}]
        choice = done["choices"][0]
        head = {"model": self.name, "created_at": "2026-01-01T00:00:00Z"}
        counts = {"prompt_eval_count": prompt_tokens, "eval_count": done["usage"]["completion_tokens"]}
        text = {**head, "message": {"role": "assistant", "content": choice["text"]}, "done": False}
        end = {"role": "assistant", "content": ""}
        return 200, [text, {**head, "message": end, "done": True, "done_reason": choice["finish_reason"], **counts}]


def _joined(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The parts of a streamed chat as the one object of ``"stream": false``."""
    return {**parts[-1], **({"message": parts[0]["message"]} if "message" in parts[0] else {})}
