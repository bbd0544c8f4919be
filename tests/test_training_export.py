"""Export: a student that learned two answers by heart says them in llama.cpp, too, token for token."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langchain_core.messages import HumanMessage

for package in ("torch", "transformers", "peft", "gguf", "xllamacpp"):
    pytest.importorskip(package)
tiny_student = pytest.importorskip("tiny_student")

import gguf  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402
from tokenizers.pre_tokenizers import ByteLevel  # noqa: E402

from agentseg.cli import main  # noqa: E402
from agentseg.reasoners.chatml import render  # noqa: E402
from agentseg.reasoners.gguf import GgufChat  # noqa: E402
from agentseg.training.export import Exported, export  # noqa: E402
from agentseg.training.export.qwen3 import read_config  # noqa: E402
from agentseg.training.export.shards import Shards  # noqa: E402
from agentseg.training.student.tokenizer import load_tokenizer  # noqa: E402

STRINGS = [
    "", " ", "  ", "\n", "\n\n", " \n \n", "\t", "a", " a", "  a", "find mug; answer", "rank depth min", "1234567",
    "3.14", "x1y2z3", "don't", "WE'LL", "I'm", "it's's", "caf\u00e9", "cafe\u0301", "na\u00efve \u00df",
    "\u4f60\u597d", "\u65e5\u672c\u8a9e \u30c6\u30b9\u30c8", "\u041f\u0440\u0438\u0432\u0435\u0442",
    "\u0645\u0631\u062d\u0628\u0627", "\U0001f600\U0001f680", "\u00bd \u00b2 \u2167", "a\u00a0b", "a\u3000b",
    "tab\tand\r\nnewline\r\n", "trailing  ", "  leading", "many     spaces   here", "!!!", "?! ...", "a,b;c:d",
    '{"plan":"find mug"}', "[1, 2, 3]", "path/to/file.py", "snake_case CamelCase", "https://example.org/?q=1&r=2",
    "e=mc^2", "#%&*()", "\\n literal", "<|im_start|>user\nhi<|im_end|>\n", "<|im_end|><|endoftext|>", "< |im_end|>",
    "<|nothing|>", "the mug nearest to the sink " * 5,
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("export")
    tiny_student.write_student(place)
    return place


@pytest.fixture(scope="module")
def exported(folder: Path) -> Exported:
    return export(folder / "student", folder / "f16")


@pytest.fixture(scope="module")
def llama(exported: Exported) -> Any:
    return tiny_student.Llama(exported.model)


def greedy(model: Any, tokenizer: Any, query: str) -> list[int]:
    prompt = tokenizer(render(tiny_student.turns(query)), return_tensors="pt")
    with torch.no_grad():
        out = model.generate(**prompt, max_new_tokens=60, do_sample=False)
    return list(out[0, prompt.input_ids.shape[1] :].tolist())


def test_llama_cpp_gives_the_tokenizers_ids(folder: Path, llama: Any) -> None:
    tokenizer = load_tokenizer(folder / "student")
    assert len(STRINGS) == 50
    for text in STRINGS:
        assert llama.ids(text) == tokenizer(text, add_special_tokens=False).input_ids, text


def test_f16_continues_as_transformers_does_and_so_does_the_reasoner(
    folder: Path, exported: Exported, llama: Any
) -> None:
    tokenizer = load_tokenizer(folder / "student")
    model = transformers.Qwen3ForCausalLM.from_pretrained(folder / "student").eval()
    chat = GgufChat(path=str(exported.model), num_ctx=512, threads=1, max_tokens=60)
    for query, answer in tiny_student.ANSWERS.items():
        expected = greedy(model, tokenizer, query)
        assert len(expected) > 12
        assert llama.greedy(query) == expected
        assert chat.invoke(tiny_student.turns(query)).text == answer


def test_a_hundred_other_prompts_continue_alike(folder: Path, llama: Any) -> None:
    tokenizer = load_tokenizer(folder / "student")
    model = transformers.Qwen3ForCausalLM.from_pretrained(folder / "student").eval()
    rng = np.random.default_rng(5)
    words = " ".join([*tiny_student.ANSWERS, tiny_student.WORDS]).split()
    prompts = [render([HumanMessage(" ".join(rng.choice(words, rng.integers(2, 20))))]) for _ in range(100)]
    tokenizer.padding_side = "left"
    batch = tokenizer(prompts, return_tensors="pt", padding=True)
    with torch.no_grad():
        logits = model(**batch).logits[:, -1]
    for prompt, likeliest in zip(prompts, logits.argmax(dim=1).tolist(), strict=True):
        done = llama.post("/completion", prompt=prompt, n_predict=1, temperature=0, return_tokens=True)
        assert done["tokens"] == [likeliest]


def test_q8_0_is_half_the_size_and_says_the_same(folder: Path, exported: Exported) -> None:
    small = export(folder / "student", folder / "q8", quantization="q8_0", name="student:q8")
    assert small.model.name == "student-q8.gguf"
    weights = [small.parameters * 2, small.parameters * 34 // 32]
    assert exported.model.stat().st_size - small.model.stat().st_size == pytest.approx(
        weights[0] - weights[1], rel=0.02
    )
    llama, tokenizer = tiny_student.Llama(small.model), load_tokenizer(folder / "student")
    for query, answer in tiny_student.ANSWERS.items():
        assert tokenizer.decode(llama.greedy(query)) == answer + "<|im_end|>"


def test_q8_0_numbers_are_within_half_a_step_of_the_checkpoints(folder: Path, exported: Exported) -> None:
    del exported
    q8 = export(folder / "student", folder / "steps", quantization="q8_0")
    truth = load_file(folder / "student" / "model.safetensors")["model.layers.1.mlp.up_proj.weight"].numpy()
    tensor = next(t for t in gguf.GGUFReader(q8.model).tensors if t.name == "blk.1.ffn_up.weight")
    found = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
    step = np.repeat(np.abs(truth.reshape(len(truth), -1, 32)).max(axis=2) / 127, 32, axis=1)
    assert np.all(np.abs(found - truth) <= 0.57 * step)  # the scale is a float16, which costs up to .06 of a step


def test_real_qwen3_configuration_is_written_field_by_field(folder: Path, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(folder / "student")
    config = transformers.Qwen3Config(  # Qwen3-0.6B's config.json, but for layers and vocabulary
        vocab_size=len(tokenizer) + 9, hidden_size=1024, intermediate_size=3072, num_hidden_layers=1,
        num_attention_heads=16, num_key_value_heads=8, head_dim=128, max_position_embeddings=40960, rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 1e6}, tie_word_embeddings=False,
    )  # fmt: skip
    torch.manual_seed(3)
    model = transformers.Qwen3ForCausalLM(config).to(torch.bfloat16).eval()
    model.save_pretrained(tmp_path / "ck", max_shard_size="12MB")
    tokenizer.save_pretrained(tmp_path / "ck")
    assert len(list((tmp_path / "ck").glob("model-*.safetensors"))) > 1
    done = export(tmp_path / "ck", tmp_path / "out", quantization="q8_0")
    reader = gguf.GGUFReader(done.model)
    fields = {key: field.contents() for key, field in reader.fields.items() if key.startswith("qwen3.")}
    assert fields == {
        "qwen3.vocab_size": len(tokenizer) + 9,
        "qwen3.context_length": 40960,
        "qwen3.embedding_length": 1024,
        "qwen3.block_count": 1,
        "qwen3.feed_forward_length": 3072,
        "qwen3.attention.head_count": 16,
        "qwen3.attention.head_count_kv": 8,
        "qwen3.attention.key_length": 128,
        "qwen3.attention.value_length": 128,
        "qwen3.rope.dimension_count": 128,
        "qwen3.rope.freq_base": 1e6,
        "qwen3.attention.layer_norm_rms_epsilon": pytest.approx(1e-6),
    }
    names = {tensor.name for tensor in reader.tensors}
    assert {"output.weight", "blk.0.attn_q_norm.weight", "blk.0.attn_k_norm.weight"} < names
    assert done.serving.num_ctx == 8192
    prompt = tokenizer(render(tiny_student.turns("how many plates")), return_tensors="pt").input_ids
    with torch.no_grad():
        expected = int(model.float()(prompt).logits[0, -1].argmax())
    assert tiny_student.Llama(done.model).greedy("how many plates")[0] == expected


def test_real_qwen_merges_give_the_same_ids(shared: Path, tmp_path: Path) -> None:
    if not (shared / "qwen_bpe" / "merges.txt").is_file():
        pytest.skip("no Qwen BPE at hand")
    lines = (shared / "qwen_bpe" / "merges.txt").read_text("utf8").splitlines()
    merges = [(left, right) for left, right in (line.split(" ") for line in lines[1:20_001])]  # the first is a comment
    letters = sorted(ByteLevel.alphabet())
    tokenizer = transformers.Qwen2TokenizerFast(
        vocab={token: row for row, token in enumerate([*letters, *("".join(pair) for pair in merges)])},
        merges=merges,
        additional_special_tokens=["<|im_start|>", "<|im_end|>"],
    )
    config = transformers.Qwen3Config(
        vocab_size=20480, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=1,
        num_key_value_heads=1, head_dim=16, tie_word_embeddings=True, max_position_embeddings=512,
    )  # fmt: skip
    transformers.Qwen3ForCausalLM(config).save_pretrained(tmp_path / "ck")
    tokenizer.save_pretrained(tmp_path / "ck")
    done = export(tmp_path / "ck", tmp_path / "out", quantization="q8_0")
    llama = tiny_student.Llama(done.model)
    for text in STRINGS:
        if text != "cafe\u0301":  # composed by Qwen's tokenizer, not by llama.cpp
            assert llama.ids(text) == tokenizer(text, add_special_tokens=False).input_ids, text


def test_tensors_are_read_as_safetensors_has_them(tmp_path: Path) -> None:
    rows = torch.randn(700, 9000)
    tensors = {"f": rows, "b": rows.bfloat16(), "h": rows[:5].half(), "d": rows[0].double()}
    save_file(tensors, tmp_path / "x.safetensors")
    shards = Shards([tmp_path / "x.safetensors"])
    for name, tensor in tensors.items():
        blocks = list(shards.blocks(name))
        assert np.array_equal(np.concatenate(blocks), tensor.float().numpy())
    assert len(list(shards.blocks("b"))) == 2


def test_configuration_of_transformers_4_is_read_too() -> None:
    config = {
        "architectures": ["Qwen3ForCausalLM"], "vocab_size": 151936, "hidden_size": 1024, "intermediate_size": 3072,
        "num_hidden_layers": 28, "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128,
        "max_position_embeddings": 40960, "rms_norm_eps": 1e-06, "rope_theta": 1000000, "rope_scaling": None,
        "tie_word_embeddings": True, "use_sliding_window": False, "sliding_window": None, "max_window_layers": 28,
    }  # fmt: skip
    shape = read_config(config)
    assert shape.rope_theta == 1e6
    assert sum(int(np.prod(size)) for _, _, size in shape.tensors()) == 596_049_920  # Qwen3-0.6B's parameters


def test_command_writes_both_files_and_says_their_sizes(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    assert main(["export", str(folder / "student"), "--to", str(tmp_path / "out"), "--name", "kitchen:v1"]) == 0
    told = capsys.readouterr()
    answer = json.loads(told.out)
    assert {Path(file["path"]).name: file["bytes"] for file in answer["files"]} == {
        path.name: path.stat().st_size for path in (tmp_path / "out").iterdir()
    }
    assert (answer["name"], answer["merged"], answer["ollama"]) == ("kitchen:v1", False, None)
    assert "write" in told.err
    text = (tmp_path / "out" / "Modelfile").read_text()
    assert text.startswith('FROM ./kitchen-v1.gguf\nTEMPLATE """{{- range .Messages }}<|im_start|>{{ .Role }}\n')
    for line in ("num_ctx 512", "temperature 0", "num_predict 256", 'stop "<|im_end|>"'):
        assert f"\nPARAMETER {line}\n" in text
    assert text.endswith('LICENSE """apache-2.0"""\n')
    assert not list(tmp_path.glob(".*"))
