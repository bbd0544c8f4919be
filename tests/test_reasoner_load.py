"""From a reasoner's name to a chat model, and what bad names are told."""

import subprocess
import sys
from pathlib import Path

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage

from agentseg.config import ReasonerConfig
from agentseg.errors import InputError, MissingExtra
from agentseg.reasoners import call, constrain, load_reasoner, was_cut

CONFIG = ReasonerConfig()


def test_chat_model_object_is_returned_as_it_is_and_never_bound() -> None:
    model = GenericFakeChatModel(messages=iter([AIMessage("a")]))
    assert load_reasoner(model, CONFIG) is model
    assert constrain(model, {"type": "object"}, 16) is model
    assert call(model, [HumanMessage("q")], {"type": "object"}, 16).text == "a"


def test_object_that_is_no_chat_model_is_told() -> None:
    with pytest.raises(InputError, match="chat model object or a name; found dict: use kitchen, rules"):
        load_reasoner({}, CONFIG)  # type: ignore[arg-type]


@pytest.mark.parametrize("spec", ["gpt-4", "ollama:", ":x", "", " "])
def test_name_without_provider_or_model_lists_the_forms(spec: str) -> None:
    with pytest.raises(InputError, match=r"unknown reasoner .*: use kitchen, rules, ollama:NAME, openai:NAME"):
        load_reasoner(spec, CONFIG)


def test_unknown_provider_lists_the_forms() -> None:
    pytest.importorskip("langchain")
    with pytest.raises(InputError, match=r"unknown reasoner 'nosuch:model' \(.*\): use kitchen, rules, ollama:NAME"):
        load_reasoner("nosuch:model", CONFIG)


def test_known_provider_without_its_package_names_it() -> None:
    pytest.importorskip("langchain")
    with pytest.raises(InputError, match="needs its provider's package.*langchain-fireworks"):
        load_reasoner("fireworks:model", CONFIG)


@pytest.mark.parametrize(
    ("spec", "package", "extra"),
    [
        ("ollama:m", "langchain_ollama", "ollama"),
        ("openai:m", "langchain_openai", "openai"),
        ("anthropic:m", "langchain", "agents"),
    ],
)
def test_missing_package_names_the_extra(spec: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [package, *(m for m in sys.modules if m.startswith(f"{package}."))]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtra, match=rf'pip install "agentseg\[{extra}\]"'):
        load_reasoner(spec, CONFIG)


def test_gguf_path_errors_say_what_was_found(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    text = tmp_path / "model.gguf"
    text.write_text("hello")
    damaged = tmp_path / "damaged.gguf"
    damaged.write_bytes(b"GGUF" + bytes(300))
    for path, line in (
        (tmp_path / "none.gguf", "no model file at .*none.gguf"),
        (tmp_path, "is a directory: name the .gguf file in it"),
        (text, r"is not a GGUF file \(starts with b'hell'"),
    ):
        with pytest.raises(InputError, match=line):
            load_reasoner(f"gguf:{path}", CONFIG)
    with pytest.raises(InputError, match="cannot load .*damaged.gguf.*: damaged, or of an unknown architecture"):
        load_reasoner(f"gguf:{damaged}", CONFIG).invoke("hi")


def test_gguf_without_its_package_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(MissingExtra, match=r"gguf: needs xllamacpp: pip install .agentseg\[local\]"):
        load_reasoner(f"gguf:{tmp_path / 'x.gguf'}", CONFIG)


def test_cut_answers_of_any_provider_are_seen() -> None:
    for metadata in ({"finish_reason": "length"}, {"done_reason": "length"}, {"stop_reason": "max_tokens"}):
        assert was_cut(AIMessage("x", response_metadata=metadata))
    assert not was_cut(AIMessage("x", response_metadata={"finish_reason": "stop"}))
    assert not was_cut(AIMessage("x"))


def test_importing_the_reasoners_loads_no_model_library() -> None:
    heavy = "langchain_core, langchain, openai, ollama, xllamacpp, torch, transformers, httpx"
    code = f"import sys, agentseg.reasoners; print([m for m in '{heavy}'.split(', ') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
