"""The last checkpoint that is whole: what a kill left of a half-written one is passed over."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

_NAME = re.compile(r"checkpoint-(\d+)")


def last_checkpoint(folder: Path) -> Path | None:
    """The newest complete ``checkpoint-N`` of a folder, or None.

    A checkpoint is complete where ``trainer_state.json``, which is written last, can be read, every ``.safetensors``
    is as long as its header says, and every ``.pt`` is a closed archive.
    """
    found = [(int(match[1]), path) for path in folder.glob("checkpoint-*") if (match := _NAME.fullmatch(path.name))]
    return next((path for _, path in sorted(found, reverse=True) if is_whole(path)), None)


def step_of(checkpoint: Path) -> int:
    """The step at which a checkpoint was written."""
    return int(checkpoint.name.rpartition("-")[2])


def is_whole(checkpoint: Path) -> bool:
    """Whether nothing of a checkpoint is missing or cut short."""
    try:
        state = json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf8"))
        weights = [path for path in checkpoint.iterdir() if path.suffix == ".safetensors"]
        sound = all(map(_is_whole_safetensors, weights))
        closed = all(zipfile.is_zipfile(path) for path in checkpoint.glob("*.pt"))
    except (OSError, ValueError, RecursionError):
        return False
    saved = bool(weights) or any(checkpoint.glob("pytorch_model_fsdp_*")) or any(checkpoint.glob("global_step*"))
    return isinstance(state, dict) and "global_step" in state and saved and sound and closed


def _is_whole_safetensors(path: Path) -> bool:
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 0 < length <= size - 8:
            return False
        header = json.loads(file.read(length))
    ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    return bool(size == 8 + length + max(ends, default=0))
