"""An HTTP server that keeps to Ollama's documented /api/chat, over the tiny random GGUF model: a stand-in for tests.

It honours ``format`` (by llama.cpp's own grammar), ``options.num_ctx`` and ``num_predict``, cuts an over-long prompt
silently unless ``"truncate": false``, reports token counts and ``done_reason``, answers 404 to an unknown model and 400
to thinking that a model cannot do, and refuses fields that the API does not have.
"""

import json
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


class OllamaStub:
    """Serves one model under a name until the ``with`` block ends.

    Args:
        gguf: The model file.
        name: The model's name on this server.
        knows_truncate: Whether ``"truncate": false`` is obeyed; old servers ignore it and cut silently.

    Attributes:
        url: Address of the server.
        requests: Bodies of the chat requests received.
    """

    def __init__(self, gguf: Path, name: str = "tiny", knows_truncate: bool = True) -> None:
        self.name, self.knows_truncate = name, knows_truncate
        self.requests: list[dict[str, Any]] = []
        params = xllamacpp.CommonParams()
        params.model.path = str(gguf)
        params.n_ctx, params.n_parallel, params.verbosity = 8192, 1, -1
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
        self._llama = xllamacpp.Server(params)
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, parts = stub.answer(body) if self.path == "/api/chat" else (404, [{"error": "not found"}])
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
