"""``gguf:PATH``: a chat model over llama.cpp in this process, constrained to a JSON schema per request."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from pydantic import PrivateAttr

from agentseg.reasoners.chatml import END, render
from agentseg.reasoners.llama import COMPACT, Completion, Engine, check_gguf
from agentseg.reasoners.structured import structured


class GgufChat(BaseChatModel):
    """A GGUF model as a LangChain chat model: plain ChatML in, text out, no server.

    ``model.bind(schema=...)`` or ``model.invoke(messages, schema=...)`` binds a JSON schema: the text then is compact
    JSON of that schema, keys in the order of ``properties``. Tool calling, images and thinking are not supported.
    The file is checked when the object is built and loaded at the first call; calls from several threads take turns.

    Args:
        path: The model file.
        temperature: Sampling temperature; 0 takes the likeliest token.
        max_tokens: Longest answer, in tokens.
        num_ctx: Context in tokens, prompt and answer together; a longer prompt is refused, never cut.
        seed: Sampling seed: the same seed, prompt and bounds give the same text.
        timeout: Seconds one answer may take; None for no bound.
        stop: Further texts that end the answer.
        threads: CPU threads; None for half of the cores, which leaves the others to perception.
        logprobs: Tell the log-probability of each token in ``response_metadata["logprobs"]``, in OpenAI's form.

    Raises:
        InputError: The file is missing, a directory or not GGUF.
    """

    path: str
    temperature: float = 0.0
    max_tokens: int = 256
    num_ctx: int = 8192
    seed: int = 0
    timeout: float | None = None
    stop: list[str] | None = None
    threads: int | None = None
    logprobs: bool = False

    _engine: Engine | None = PrivateAttr(default=None)
    _loading: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def model_post_init(self, context: Any, /) -> None:
        """Check the file, so that a wrong path is told before the first query."""
        super().model_post_init(context)
        check_gguf(self.path)

    @property
    def model_name(self) -> str:
        """The file's name, as traces show it."""
        return check_gguf(self.path).stem

    @property
    def _llm_type(self) -> str:
        return "agentseg-gguf"

    @property
    def _identifying_params(self) -> Mapping[str, Any]:
        return {"path": self.path, "temperature": self.temperature, "num_ctx": self.num_ctx, "seed": self.seed}

    def get_num_tokens(self, text: str) -> int:
        """Tokens of a text, by the model's own tokenizer; the runtime reads the text to count them."""
        if not text:
            return 0
        request = {"prompt": text.replace("<|", "< |"), "max_tokens": 1, "cache_prompt": False}
        return self._loaded().complete(request, self.timeout, lambda _piece: False).prompt_tokens

    def with_structured_output(
        self, schema: dict[str, Any] | type, *, include_raw: bool = False, **kwargs: Any
    ) -> Runnable[LanguageModelInput, Any]:
        """A runnable whose text is constrained to a schema and parsed strictly.

        Args:
            schema: JSON schema, pydantic class or TypedDict class.
            include_raw: Yield ``{"raw", "parsed", "parsing_error"}`` instead of the parsed value.
            **kwargs: ``method`` and ``strict`` are accepted for compatibility: each is served by the same grammar.

        Returns:
            A runnable from messages to the parsed value.

        Raises:
            ValueError: A keyword other than ``method`` and ``strict`` is given.
        """
        return structured(self, schema, include_raw=include_raw, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        done = self._complete(messages, stop, kwargs, lambda _piece: False)
        message = AIMessage(done.text, usage_metadata=_usage(done), response_metadata=self._metadata(done))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        feed: queue.SimpleQueue[str | Completion | Exception] = queue.SimpleQueue()
        left = threading.Event()

        def take(piece: str) -> bool:
            feed.put(piece)
            return left.is_set()

        def work() -> None:
            try:
                feed.put(self._complete(messages, stop, kwargs, take))
            except Exception as error:  # raised again in the consumer's thread
                feed.put(error)

        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        try:
            while isinstance(item := feed.get(), str):
                chunk = ChatGenerationChunk(message=AIMessageChunk(content=item))
                if run_manager:
                    run_manager.on_llm_new_token(item, chunk=chunk)
                yield chunk
            if isinstance(item, Exception):
                raise item
            yield ChatGenerationChunk(
                message=AIMessageChunk(
                    content="",
                    usage_metadata=_usage(item),
                    response_metadata=self._metadata(item),
                    chunk_position="last",
                )
            )
        finally:
            left.set()
            worker.join()

    def _complete(
        self,
        messages: Sequence[BaseMessage],
        stop: Sequence[str] | None,
        options: Mapping[str, Any],
        sink: Callable[[str], bool],
    ) -> Completion:
        request: dict[str, Any] = {
            "prompt": render(messages),
            "max_tokens": options.get("max_tokens") or self.max_tokens,
            "temperature": options.get("temperature", self.temperature),
            "seed": options.get("seed", self.seed),
            "stop": [END, *(stop if stop is not None else self.stop or ())],
            "cache_prompt": True,
        }
        if self.logprobs:
            request["logprobs"] = 1
        schema = options.get("schema")
        if schema:
            request["json_schema"] = {**schema, "x-guidance": COMPACT}
        return self._loaded().complete(request, self.timeout, sink)

    def _loaded(self) -> Engine:
        with self._loading:
            if self._engine is None:
                self._engine = Engine(self.path, self.num_ctx, self.threads)
            return self._engine

    def _metadata(self, done: Completion) -> dict[str, Any]:
        told = {"finish_reason": done.finish, "model_name": self.model_name, "model_provider": "agentseg-gguf"}
        if not self.logprobs:
            return told
        return told | {"logprobs": {"content": [{"token": text, "logprob": log} for text, log in done.chances]}}


def _usage(done: Completion) -> UsageMetadata:
    return UsageMetadata(
        input_tokens=done.prompt_tokens,
        output_tokens=done.output_tokens,
        total_tokens=done.prompt_tokens + done.output_tokens,
        input_token_details=InputTokenDetails(cache_read=done.cached_tokens),
    )
