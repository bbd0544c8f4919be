"""``hf:`` with a tiny random Qwen3 saved by transformers, on the CPU."""

import os
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage, SystemMessage

from agentseg.config import ReasonerConfig
from agentseg.errors import InputError, MissingExtra, ReasonerError
from agentseg.reasoners import HfChat, call, load_reasoner, was_cut
from agentseg.reasoners.chatml import render

pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
tokenizers = pytest.importorskip("tokenizers")
tiny = pytest.importorskip("tiny_gguf")

ASK = [SystemMessage("plan"), HumanMessage("what is behind the kettle")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hf") / "tiny"
    vocab, merges = tiny.train_bpe(tiny.CORPUS, 200)
    bpe = tokenizers.models.BPE(
        vocab={token: i for i, token in enumerate(vocab)}, merges=[tuple(rule.split(" ")) for rule in merges]
    )
    raw = tokenizers.Tokenizer(bpe)
    raw.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = tokenizers.decoders.ByteLevel()
    raw.add_special_tokens(list(tiny.SPECIAL))
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    fast.chat_template = tiny.CHATML
    fast.save_pretrained(path)
    sizes = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4}
    heads = {"num_key_value_heads": 2, "head_dim": 16}
    config = transformers.Qwen3Config(vocab_size=len(fast), eos_token_id=fast.eos_token_id, **sizes, **heads)
    transformers.Qwen3ForCausalLM(config).save_pretrained(path)
    return path


def test_model_answers_with_counts_and_a_bound(folder: Path) -> None:
    model = load_reasoner(f"hf:{folder}", ReasonerConfig(temperature=1.0, seed=1))
    message = call(model, ASK, {"type": "object"}, 16)
    assert message.usage_metadata is not None
    assert message.usage_metadata["output_tokens"] <= 16
    assert was_cut(message) == (message.usage_metadata["output_tokens"] == 16)
    assert message.text == call(model, ASK, None, 16).text


def test_prompt_is_plain_chatml_with_or_without_a_template(folder: Path) -> None:
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    told = HfChat._prompt(tokenizer, ASK)
    tokenizer.chat_template = None
    assert told == HfChat._prompt(tokenizer, ASK) == render(ASK)


def test_stop_text_ends_the_answer(folder: Path) -> None:
    model = HfChat(model=str(folder), max_tokens=24)
    whole = model.invoke(ASK).text
    assert len(whole) > 3
    cut = model.invoke(ASK, stop=[whole[2]])
    assert cut.text == whole[: whole.index(whole[2])]
    assert not was_cut(cut)


def test_prompt_that_does_not_fit_is_refused(folder: Path) -> None:
    with pytest.raises(ReasonerError, match=r"prompt of \d+ \+ 256 tokens does not fit num_ctx 512: raise num_ctx"):
        HfChat(model=str(folder), num_ctx=512).invoke("kettle mug " * 300)


def test_wrong_paths_and_names_are_told(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for spec, line in (
        (str(tmp_path), "is no saved model: give a folder with config.json"),
        (str(folder / "config.json"), "is no saved model"),
        ("./nowhere/model", "no model folder at"),
    ):
        with pytest.raises(InputError, match=line):
            load_reasoner(f"hf:{spec}", ReasonerConfig())
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "config.json").write_text("{}")
    with pytest.raises(ReasonerError, match="transformers cannot load"):
        load_reasoner(f"hf:{broken}", ReasonerConfig()).invoke("hi")
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(MissingExtra, match=r"hf: needs torch: pip install .agentseg\[hf\]"):
        HfChat(model=str(folder))


@pytest.mark.skipif("AGENTSEG_HF_MODEL" not in os.environ, reason="no real model: set AGENTSEG_HF_MODEL")
def test_real_model_writes_text() -> None:
    assert load_reasoner(f"hf:{os.environ['AGENTSEG_HF_MODEL']}", ReasonerConfig()).invoke(ASK).text


def test_tokens_of_a_rationale_are_counted_by_the_models_own_tokenizer(folder: Path) -> None:
    chat = HfChat(model=str(folder))
    tokenizer, _ = chat._loaded()
    assert chat.get_num_tokens("find mug") == len(tokenizer.tokenize("find mug")) > 0
