"""A tiny student that learned two answers by heart, and llama.cpp, asked for token ids."""

from pathlib import Path
from typing import Any

import httpx
import torch
import xllamacpp
from langchain_core.messages import HumanMessage, SystemMessage
from peft import LoraConfig, get_peft_model

from agentseg.reasoners.chatml import render
from agentseg.training.student.model import Shape, new_model
from agentseg.training.student.tokenizer import train_tokenizer

ANSWERS = {
    "the mug nearest to the sink": '{"analysis":"nearest mug","plan":"find mug; rank distance sink min; answer"}',
    "how many plates": '{"analysis":"count plates","plan":"find plate; count; answer"}',
}
OTHER = {
    "the mug nearest to the sink": '{"analysis":"red things","plan":"filter colour eq red; answer"}',
    "how many plates": '{"analysis":"what toasts","plan":"find toaster; answer"}',
}
WORDS = "relate behind kettle; the fork next_to a plate 0123456789; find for cutting; except a; wasn't we'll caf\u00e9 "
SHAPE = Shape(width=64, layers=2, heads=4, kv_heads=2, head_dim=32, hidden=128, context=512)


def turns(query: str) -> list[Any]:
    """The conversation in which a query is asked."""
    return [SystemMessage("plan or answer"), HumanMessage(f"1: mug, red\n2: plate, white\nquery: {query}")]


def learn(model: Any, tokenizer: Any, answers: dict[str, str], steps: int, rate: float) -> None:
    """Let a model learn answers by heart, until its likeliest token is so by far."""
    texts = [render(turns(query)) + answer + "<|im_end|>" for query, answer in answers.items()]
    batch = tokenizer(texts, return_tensors="pt", padding=True)
    labels = batch.input_ids.masked_fill(batch.attention_mask == 0, -100)
    chosen = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(chosen, rate)
    for _ in range(steps):
        model(**batch, labels=labels).loss.backward()
        optimizer.step()
        optimizer.zero_grad()


def write_student(place: Path) -> None:
    """Write a tied student that knows ``ANSWERS`` (``student``), and an adapter that knows ``OTHER`` (``adapter``)."""
    torch.set_num_threads(1)
    known = [render(turns(query)) + answer for query, answer in (*ANSWERS.items(), *OTHER.items())]
    tokenizer = train_tokenizer([*known, WORDS] * 4, 420)
    model = new_model(SHAPE, tokenizer)
    learn(model, tokenizer, ANSWERS, 60, 3e-3)
    model.save_pretrained(place / "student")
    tokenizer.save_pretrained(place / "student")
    (place / "student" / "README.md").write_text("---\nlanguage: en\nlicense: apache-2.0\n---\n# card\nlicense: mit\n")
    adapted = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules="all-linear"))
    adapted.peft_config["default"].base_model_name_or_path = str(place / "student")
    learn(adapted, tokenizer, OTHER, 60, 1e-2)
    adapted.save_pretrained(place / "adapter")


class Llama:
    """The real llama.cpp over a file, asked for token ids."""

    def __init__(self, path: Path, context: int = 1024) -> None:
        params = xllamacpp.CommonParams()
        params.model.path = str(path)
        params.n_ctx, params.n_parallel, params.verbosity = context, 1, -1
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
        self._server = xllamacpp.Server(params)
        self._http = httpx.Client(base_url=self._server.listening_address, timeout=60)

    def post(self, path: str, **body: Any) -> Any:
        return self._http.post(path, json=body).json()

    def ids(self, text: str) -> list[int]:
        found: list[int] = self.post("/tokenize", content=text, add_special=False, parse_special=True)["tokens"]
        return found

    def greedy(self, query: str) -> list[int]:
        prompt = self.ids(render(turns(query)))
        done = self.post("/completion", prompt=prompt, n_predict=60, temperature=0, return_tokens=True)
        return list(done["tokens"])
