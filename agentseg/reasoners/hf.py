"""``hf:NAME_OR_PATH``: a transformers model in this process (torch), for trained checkpoints before their export.

Text is not constrained to a schema here: the protocol checks it and corrects the model. To serve, export to GGUF.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from agentseg.errors import InputError, MissingExtra, ReasonerError
from agentseg.reasoners.chatml import END, render, role_of, text_of


class HfChat(BaseChatModel):
    """A causal language model of transformers as a LangChain chat model.

    The prompt follows the tokenizer's own chat template, thinking off; without a template it is plain ChatML.
    The model is loaded at the first call, on the first GPU or else the CPU. Tool calling, images, streaming and schemas
    are not supported.

    Args:
        model: A folder saved by transformers, or a model's name on the hub.
        temperature: Sampling temperature; 0 takes the likeliest token.
        max_tokens: Longest answer, in tokens.
        num_ctx: Longest prompt and answer together, in tokens; a longer prompt is refused.
        seed: Sampling seed.

    Raises:
        InputError: ``model`` is a path without a model in it.
        MissingExtra: torch or transformers is not installed.
    """

    model: str
    temperature: float = 0.0
    max_tokens: int = 256
    num_ctx: int = 8192
    seed: int = 0

    _parts: tuple[Any, Any] | None = PrivateAttr(default=None)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def model_post_init(self, context: Any, /) -> None:
        """Check path and packages, so that a wrong one is told before the first query."""
        from importlib.util import find_spec

        super().model_post_init(context)
        path = Path(self.model).expanduser()
        if path.is_file() or (path.is_dir() and not (path / "config.json").is_file()):
            raise InputError(
                f"hf:{self.model} is no saved model: give a folder with config.json (a .gguf file: gguf:PATH)"
            )
        if not path.exists() and (self.model.startswith((".", "/", "~")) or self.model.count("/") > 1):
            raise InputError(f"no model folder at {self.model!r}: give a folder or a name of the hub as ORG/NAME")
        for package in ("torch", "transformers"):
            if find_spec(package) is None:
                raise MissingExtra("hf:", package, "hf")

    @property
    def _llm_type(self) -> str:
        return "agentseg-hf"

    @property
    def _identifying_params(self) -> Mapping[str, Any]:
        return {"model": self.model, "temperature": self.temperature, "seed": self.seed}

    def get_num_tokens(self, text: str) -> int:
        """Tokens of a text, by the model's own tokenizer."""
        with self._lock:
            tokenizer, _ = self._loaded()
        return len(tokenizer(text, add_special_tokens=False)["input_ids"])

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        bound = int(kwargs.get("max_tokens") or self.max_tokens)
        with self._lock:
            text, finish, prompt, made = self._run(messages, bound, stop)
        message = AIMessage(
            text,
            usage_metadata=UsageMetadata(input_tokens=prompt, output_tokens=made, total_tokens=prompt + made),
            response_metadata={"finish_reason": finish, "model_name": self.model, "model_provider": "agentseg-hf"},
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _run(self, messages: list[BaseMessage], bound: int, stop: list[str] | None) -> tuple[str, str, int, int]:
        """Text, finish reason, prompt tokens and generated tokens of one call."""
        import torch

        tokenizer, model = self._loaded()
        text = self._prompt(tokenizer, messages)
        ids = tokenizer(text, add_special_tokens=False, return_tensors="pt").to(model.device)
        prompt = int(ids["input_ids"].shape[1])
        if prompt + bound > self.num_ctx:
            raise ReasonerError(
                f"prompt of {prompt} + {bound} tokens does not fit num_ctx {self.num_ctx}: raise num_ctx"
            )
        warm = self.temperature > 0
        sampling = {"do_sample": True, "temperature": self.temperature} if warm else {"do_sample": False}
        ends = self._ends(tokenizer)
        with torch.random.fork_rng(enabled=warm), torch.inference_mode():
            if warm:
                torch.manual_seed(self.seed)
            out = model.generate(
                **ids, max_new_tokens=bound, eos_token_id=ends, pad_token_id=ends[0], tokenizer=tokenizer,
                stop_strings=stop or None, **sampling,
            )  # fmt: skip
        new = out[0, prompt:].tolist()
        text = tokenizer.decode(new, skip_special_tokens=True)
        stopped = bool(new and new[-1] in ends) or any(s in text for s in stop or ())
        for mark in stop or ():
            text = text.partition(mark)[0]
        return text, "stop" if stopped or len(new) < bound else "length", prompt, len(new)

    def _loaded(self) -> tuple[Any, Any]:
        if self._parts is None:
            import torch
            from transformers import AutoModelForCausalLM, AutoTokenizer

            name = str(Path(self.model).expanduser()) if Path(self.model).expanduser().exists() else self.model
            try:
                tokenizer = AutoTokenizer.from_pretrained(name)
                model: Any = AutoModelForCausalLM.from_pretrained(name)
            except (OSError, ValueError) as error:
                line = str(error).strip().partition("\n")[0]
                raise ReasonerError(f"transformers cannot load {self.model!r} ({line}): check the name") from error
            self._parts = (tokenizer, model.eval().to("cuda" if torch.cuda.is_available() else "cpu"))
        return self._parts

    @staticmethod
    def _prompt(tokenizer: Any, messages: list[BaseMessage]) -> str:
        if not tokenizer.chat_template:
            return render(messages)
        turns = [{"role": role_of(m), "content": text_of(m)} for m in messages]
        prompt: str = tokenizer.apply_chat_template(
            turns, tokenize=False, add_generation_prompt=True, enable_thinking=False
        )
        return prompt

    @staticmethod
    def _ends(tokenizer: Any) -> list[int]:
        """Ids of the tokens that end a turn."""
        end = tokenizer.convert_tokens_to_ids(END)
        ids = [i for i in (tokenizer.eos_token_id, end) if i is not None and i != tokenizer.unk_token_id]
        return list(dict.fromkeys(ids)) or [0]
