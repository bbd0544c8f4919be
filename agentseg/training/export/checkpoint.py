"""What a checkpoint folder holds, looked at before anything is loaded: configuration, weights, adapter, tokenizer.

Nothing of a checkpoint is ever executed: no pickle, no ``trust_remote_code``, and no file outside its folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

from agentseg.errors import InputError

CONFIG = "config.json"
ADAPTER = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
TOKENIZER = "tokenizer.json"
WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"

_PICKLES = ("pytorch_model*", "adapter_model.bin", "model*.bin", "model*.pt", "consolidated*.pth")
_MOST_JSON = 256 * 2**20


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint whose files are all there.

    Attributes:
        folder: What the user named.
        base: Folder of the full weights; the same folder, or the base of the adapter.
        adapter: Folder of the LoRA adapter; None for full weights.
        config: ``config.json`` of the base.
        shards: Weight files of the base.
        tokenizer: Path of ``tokenizer.json``; the adapter's own where it has one.
    """

    folder: Path
    base: Path
    adapter: Path | None
    config: Mapping[str, Any]
    shards: tuple[Path, ...]
    tokenizer: Path


def open_checkpoint(folder: str | Path, base: str | Path | None = None) -> Checkpoint:
    """Find the parts of a checkpoint.

    Args:
        folder: What ``save_pretrained`` wrote: full weights, or a LoRA adapter.
        base: Folder of the adapter's base; None for the one that the adapter names (a folder, or a model of the local
            Hugging Face cache: nothing is downloaded).

    Raises:
        InputError: A part is missing or malformed, the weights are pickles, or a shard lies outside the folder.
    """
    root = Path(folder).expanduser()
    if not root.is_dir():
        raise InputError(f"no checkpoint at {str(folder)!r}: name a folder that save_pretrained wrote")
    if not (root / ADAPTER).is_file():
        if base is not None:
            raise InputError(f"{str(folder)!r} has no {ADAPTER}, so it needs no base: leave --base out")
        return _opened(root, root, None)
    _need_safetensors(root, ADAPTER_WEIGHTS)
    settings = read_json(root / ADAPTER)
    if settings.get("peft_type") != "LORA":
        raise InputError(f"{root / ADAPTER}: only LoRA adapters are merged; found {settings.get('peft_type')!r}")
    return _opened(root, _base_of(root, settings, base), root)


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object of a checkpoint.

    Raises:
        InputError: The file is missing, larger than 256 MiB, not JSON or not an object.
    """
    if not path.is_file():
        raise InputError(f"{str(path.parent)!r} has no {path.name}: save the model and its tokenizer there")
    if path.stat().st_size > _MOST_JSON:
        raise InputError(f"{str(path)!r} is larger than 256 MiB: that is no {path.name} of a model")
    try:
        value = json.loads(path.read_text(encoding="utf8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{str(path)!r} is not JSON ({str(error)[:80]}): save the checkpoint again") from None
    if not isinstance(value, dict):
        raise InputError(f"{str(path)!r} holds a {type(value).__name__}, not an object: save the checkpoint again")
    return value


def _opened(root: Path, base: Path, adapter: Path | None) -> Checkpoint:
    config = read_json(base / CONFIG)
    shards = _shards(base)
    places = [place for place in (root, base) if (place / TOKENIZER).is_file()]
    if not places:
        raise InputError(f"{str(root)!r} has no {TOKENIZER}: save the tokenizer beside the weights (save_pretrained)")
    return Checkpoint(root, base, adapter, config, shards, places[0] / TOKENIZER)


def _shards(folder: Path) -> tuple[Path, ...]:
    """The weight files of a folder."""
    if not (folder / INDEX).is_file():
        _need_safetensors(folder, WEIGHTS)
        return (folder / WEIGHTS,)
    table = read_json(folder / INDEX).get("weight_map")
    if not isinstance(table, dict) or not table:
        raise InputError(f"{str(folder / INDEX)!r} has no weight_map: save the checkpoint again")
    names = sorted({str(name) for name in table.values()})
    for name in names:
        if PureWindowsPath(name).name != name or "/" in name or not name.endswith(".safetensors"):
            raise InputError(
                f"{str(folder / INDEX)!r} names the shard {name[:120]!r}: only .safetensors files of the checkpoint's "
                "own folder are read"
            )
        _need_safetensors(folder, name)
    return tuple(folder / name for name in names)


def _need_safetensors(folder: Path, name: str) -> None:
    if (folder / name).is_file():
        return
    pickles = sorted(path.name for pattern in _PICKLES for path in folder.glob(pattern))
    if pickles:
        raise InputError(
            f"{str(folder)!r} has {pickles[0]!r} but no {name}: pickled weights can run code and are not read; "
            "save the model as safetensors (save_pretrained does)"
        )
    raise InputError(f"{str(folder)!r} has no {name}: the checkpoint is incomplete")


def _base_of(adapter: Path, settings: Mapping[str, Any], given: str | Path | None) -> Path:
    """Folder of the weights that an adapter belongs to."""
    if given is not None:
        base = Path(given).expanduser()
        if not base.is_dir():
            raise InputError(f"no base at --base {str(given)!r}: name the folder of the adapter's base model")
        return _full(base)
    name = settings.get("base_model_name_or_path")
    if not isinstance(name, str) or not name:
        raise InputError(f"{str(adapter / ADAPTER)!r} names no base model: give its folder as --base")
    place = Path(name).expanduser()
    found = place if place.is_dir() else _cached(name, settings.get("revision"))
    if found is None:
        raise InputError(
            f"the adapter's base {name!r} is neither a folder nor in the local Hugging Face cache: give its folder as "
            f"--base, or fetch it first (hf download {name})"
        )
    return _full(found)


def _full(base: Path) -> Path:
    if (base / ADAPTER).is_file():
        raise InputError(f"the base {str(base)!r} is an adapter itself: name the folder of the full weights as --base")
    return base


def _cached(name: str, revision: object) -> Path | None:
    """A model of the local Hugging Face cache; nothing is fetched."""
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        return None
    try:
        return Path(
            snapshot_download(name, revision=revision if isinstance(revision, str) else None, local_files_only=True)
        )
    except (OSError, ValueError):  # not there, or no name that a model can have
        return None
