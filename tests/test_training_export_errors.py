"""Export refuses what it cannot turn into a true copy, in one line, and leaves nothing half-written."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

for package in ("torch", "transformers", "peft", "gguf", "xllamacpp"):
    pytest.importorskip(package)
tiny_student = pytest.importorskip("tiny_student")

from safetensors.torch import load_file, save_file  # noqa: E402

from agentseg.errors import InputError  # noqa: E402
from agentseg.training.export import export  # noqa: E402


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("export")
    tiny_student.write_student(place)
    return place


def copied(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder / "student", tmp_path / "copy"))


def edit(path: Path, **fields: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def spoil_index(ck: Path, shard: str) -> None:
    (ck / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"model.norm.weight": shard}}))


def spoil_numbers(ck: Path) -> None:
    tensors = load_file(ck / "model.safetensors")
    tensors["model.layers.1.mlp.up_proj.weight"][3, 4] = float("nan")
    save_file(tensors, ck / "model.safetensors", metadata={"format": "pt"})


def pickled(ck: Path) -> None:
    (ck / "model.safetensors").rename(ck / "pytorch_model.bin")


def cut_off(ck: Path) -> None:
    (ck / "model.safetensors").write_bytes((ck / "model.safetensors").read_bytes()[:-100])


def other_tokens(ck: Path) -> None:
    data = json.loads((ck / "tokenizer.json").read_text())
    data["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = r"\s+"
    (ck / "tokenizer.json").write_text(json.dumps(data))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda ck: edit(ck / "config.json", architectures=["LlamaForCausalLM"]), "architecture 'LlamaForCausalLM'"),
        (lambda ck: edit(ck / "config.json", attention_bias=True), "attention_bias = True"),
        (lambda ck: edit(ck / "config.json", rope_parameters={"rope_type": "yarn"}), "rope_type = 'yarn'"),
        (lambda ck: edit(ck / "config.json", num_hidden_layers=3), "lacks the tensor 'model.layers.2"),
        (lambda ck: edit(ck / "config.json", vocab_size=300), "config.json asks for \\(300, 64\\)"),
        (lambda ck: edit(ck / "config.json", vocab_size=10**30), "vocab_size: .* less than or equal to 2147483647"),
        (lambda ck: edit(ck / "config.json", num_hidden_layers=2**31), "num_hidden_layers: .* less than or equal"),
        (lambda ck: edit(ck / "config.json", hidden_size=2**31 - 1, vocab_size=2**31 - 1), "the model takes 9.* GB"),
        (
            lambda ck: edit(ck / "config.json", rms_norm_eps=1e300),
            "rms_norm_eps: .* less than or equal to 1000000000000;",
        ),
        (lambda ck: edit(ck / "config.json", head_dim="big"), "config.json: head_dim"),
        (lambda ck: (ck / "config.json").write_text("{"), "is not JSON"),
        (lambda ck: (ck / "tokenizer.json").unlink(), "has no tokenizer.json: save the tokenizer"),
        (other_tokens, "cuts text in another way"),
        (pickled, "'pytorch_model.bin' but no model.safetensors: pickled weights can run code"),
        (cut_off, "lies outside the file"),
        (spoil_numbers, "'model.layers.1.mlp.up_proj.weight' holds nan"),
        (lambda ck: spoil_index(ck, "../student/model.safetensors"), "only .safetensors files of the checkpoint's own"),
        (lambda ck: spoil_index(ck, "/etc/passwd.safetensors"), "only .safetensors files of the checkpoint's own"),
        (lambda ck: spoil_index(ck, "..\\x.safetensors"), "only .safetensors files of the checkpoint's own"),
        (lambda ck: spoil_index(ck, "pytorch_model.bin"), "only .safetensors files of the checkpoint's own"),
        (lambda ck: spoil_index(ck, "model-2.safetensors"), "has no model-2.safetensors"),
    ],
)
def test_unusable_checkpoint_is_refused_and_leaves_nothing(
    folder: Path, tmp_path: Path, spoil: Any, words: str
) -> None:
    ck = copied(folder, tmp_path)
    spoil(ck)
    with pytest.raises(InputError, match=words):
        export(ck, tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy"]


def test_unusable_target_or_name_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("mine")
    for to, name, words in (
        ("full", None, "is not empty"),
        ("full/file", None, "is a file"),
        ("new", "../x", "cannot be a model's name"),
        ("new", "Upper", "cannot be a model's name"),
        ("new", "a\nb", "cannot be a model's name"),
    ):
        with pytest.raises(InputError, match=words):
            export(folder / "student", tmp_path / to, name=name)
    with pytest.raises(InputError, match="no checkpoint at"):
        export(tmp_path / "nowhere", tmp_path / "new")
    assert [path.name for path in tmp_path.iterdir()] == ["full"]
    assert (tmp_path / "full" / "file").read_text() == "mine"


def test_interrupted_export_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        if done * 2 > total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(folder / "student", tmp_path / "out", on_progress=stop)
    assert not list(tmp_path.iterdir())
