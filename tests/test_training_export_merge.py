"""Export of LoRA adapters: what peft would merge is what is written, with nothing rounded away."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

for package in ("torch", "transformers", "peft", "gguf", "xllamacpp"):
    pytest.importorskip(package)
tiny_student = pytest.importorskip("tiny_student")

import gguf  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402
from peft import LoraConfig, PeftModel, get_peft_model  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

from agentseg.errors import InputError  # noqa: E402
from agentseg.training.export import export  # noqa: E402
from agentseg.training.export.qwen3 import read_config  # noqa: E402
from agentseg.training.student.model import Shape, new_model  # noqa: E402
from agentseg.training.student.tokenizer import load_tokenizer  # noqa: E402


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("export")
    tiny_student.write_student(place)
    return place


def copied(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder / "student", tmp_path / "copy"))


def edit(path: Path, **fields: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def test_adapter_is_merged_into_its_base(folder: Path) -> None:
    merged = export(folder / "adapter", folder / "merged", base=None)
    assert merged.merged
    llama, tokenizer = tiny_student.Llama(merged.model), load_tokenizer(folder / "student")
    for query, answer in tiny_student.OTHER.items():
        assert tokenizer.decode(llama.greedy(query)) == answer + "<|im_end|>"


@pytest.mark.parametrize(
    "options",
    [
        {"target_modules": ["q_proj", "down_proj"], "use_rslora": True},
        {"target_modules": "all-linear", "use_dora": True, "rank_pattern": {"v_proj": 2}},
        {"target_modules": ["o_proj"], "modules_to_save": ["lm_head"]},
        {"target_modules": ["embed_tokens", "lm_head"]},
        {"target_modules": ["k_proj"], "save": True},
    ],
)
def test_merged_tensors_are_those_of_pefts_own_merge(folder: Path, tmp_path: Path, options: dict[str, Any]) -> None:
    config = transformers.Qwen3Config.from_pretrained(folder / "student", tie_word_embeddings=False)
    torch.manual_seed(1)
    transformers.Qwen3ForCausalLM(config).save_pretrained(tmp_path / "base")
    base = transformers.Qwen3ForCausalLM.from_pretrained(tmp_path / "base")
    copies = options.pop("save", "auto")
    adapted = get_peft_model(base, LoraConfig(r=4, init_lora_weights=False, **options))
    if "modules_to_save" in options:
        adapted.base_model.model.lm_head.modules_to_save["default"].weight.data *= 3
    if copies is True:
        adapted.base_model.model.model.embed_tokens.weight.data *= 3
    adapted.save_pretrained(tmp_path / "adapter", save_embedding_layers=copies)
    shutil.copy(folder / "student" / "tokenizer.json", tmp_path / "adapter")
    done = export(tmp_path / "adapter", tmp_path / "out")
    found = {tensor.name: tensor.data for tensor in gguf.GGUFReader(done.model).tensors}
    again = transformers.Qwen3ForCausalLM.from_pretrained(tmp_path / "base")
    merged = PeftModel.from_pretrained(again, tmp_path / "adapter").merge_and_unload().state_dict()
    before = load_file(tmp_path / "base" / "model.safetensors")
    assert any(not torch.equal(merged[name], before[name]) for name in before)
    for ours, theirs, size in read_config(config.to_dict()).tensors():
        assert found[theirs].shape == size
        assert np.allclose(found[theirs], merged[ours].numpy(), rtol=2**-10, atol=1e-7), ours


def test_adapter_of_tied_embeddings_is_refused(folder: Path, tmp_path: Path) -> None:
    base = transformers.Qwen3ForCausalLM.from_pretrained(folder / "student")
    get_peft_model(base, LoraConfig(r=4, target_modules=["embed_tokens"])).save_pretrained(tmp_path / "adapter")
    with pytest.raises(InputError, match="changes model.embed_tokens, which this base ties .*: merge it with peft"):
        export(tmp_path / "adapter", tmp_path / "out", base=folder / "student")


def test_small_update_of_a_bfloat16_base_is_not_rounded_away(folder: Path, tmp_path: Path) -> None:
    base = copied(folder, tmp_path)
    tensors = {name: torch.ones_like(t).bfloat16() for name, t in load_file(base / "model.safetensors").items()}
    save_file(tensors, base / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps({**config, "dtype": "bfloat16"}))
    adapter = Path(shutil.copytree(folder / "adapter", tmp_path / "adapter"))
    update = load_file(adapter / "adapter_model.safetensors")
    tiny = {name: torch.full_like(t, 0.01 if "lora_A" in name else 0.00625) for name, t in update.items()}
    save_file(tiny, adapter / "adapter_model.safetensors", metadata={"format": "pt"})
    done = export(adapter, tmp_path / "out", base=base)
    found = {t.name: t.data for t in gguf.GGUFReader(done.model).tensors}
    assert np.allclose(found["blk.0.attn_q.weight"], 1.001, atol=6e-4)  # bfloat16 has nothing between 1 and 1.0078
    assert np.all(found["blk.0.attn_q.weight"] > 1)
    assert np.all(found["token_embd.weight"] == 1)


def test_adapter_without_its_base_or_with_another_is_told(folder: Path, tmp_path: Path) -> None:
    adapter = Path(shutil.copytree(folder / "adapter", tmp_path / "adapter"))
    (adapter / "tokenizer.json").write_bytes((folder / "student" / "tokenizer.json").read_bytes())
    edit(adapter / "adapter_config.json", base_model_name_or_path="nobody/nothing-1b")
    with pytest.raises(
        InputError, match="'nobody/nothing-1b' is neither a folder nor in the local Hugging Face cache: .*hf download"
    ):
        export(adapter, tmp_path / "out")
    with pytest.raises(InputError, match="no base at --base"):
        export(adapter, tmp_path / "out", base=tmp_path / "gone")
    tokenizer = load_tokenizer(folder / "student")
    for name, shape in (
        ("wide", Shape(width=96, layers=2, heads=4, kv_heads=2, head_dim=32, hidden=128, context=512)),
        ("flat", Shape(width=64, layers=1, heads=4, kv_heads=2, head_dim=32, hidden=128, context=512)),
    ):
        new_model(shape, tokenizer).save_pretrained(tmp_path / name)
        with pytest.raises(InputError, match="does not fit its base"):
            export(adapter, tmp_path / "out", base=tmp_path / name)
    (adapter / "adapter_model.safetensors").rename(adapter / "adapter_model.bin")
    with pytest.raises(InputError, match="pickled weights can run code"):
        export(adapter, tmp_path / "out", base=folder / "student")
    assert not (tmp_path / "out").exists()
