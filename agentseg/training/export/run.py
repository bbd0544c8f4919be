"""The whole export: a folder appears with the model file and its Modelfile, or does not appear at all."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agentseg.config import ReasonerConfig
from agentseg.errors import InputError
from agentseg.training.export.checkpoint import Checkpoint, open_checkpoint
from agentseg.training.export.gguf import QUANTIZATIONS, Quantization, check_gguf_writer, size_of, write_gguf
from agentseg.training.export.merge import Merged
from agentseg.training.export.modelfile import Serving, find_licence, modelfile
from agentseg.training.export.qwen3 import Qwen3, check_tensors, read_config
from agentseg.training.export.shards import Shards, Weights
from agentseg.training.export.target import appearing, check_folder, check_name, name_of
from agentseg.training.export.vocabulary import read_vocabulary

Progress = Callable[[str, int, int], None]
"""Is handed the stage (``merge``, ``write``, ``digest``, ``upload``), the bytes done, and those in all."""

MODELFILE = "Modelfile"


@dataclass(frozen=True)
class Exported:
    """What an export wrote.

    Attributes:
        name: Name of the model.
        folder: The folder.
        model: The GGUF file in it.
        modelfile: The Modelfile in it.
        quantization: ``f16`` or ``q8_0``.
        parameters: Weights of the model.
        merged: Whether an adapter was merged into its base.
        serving: What the Modelfile says.
        tokenizer: The ``tokenizer.json`` that was written into the model file.
    """

    name: str
    folder: Path
    model: Path
    modelfile: Path
    quantization: Quantization
    parameters: int
    merged: bool
    serving: Serving
    tokenizer: Path

    def sizes(self) -> dict[str, int]:
        """Bytes of each file, by path."""
        return {str(path): path.stat().st_size for path in (self.model, self.modelfile)}


def export(
    checkpoint: str | Path,
    to: str | Path,
    *,
    quantization: Quantization = "f16",
    name: str | None = None,
    base: str | Path | None = None,
    on_progress: Progress | None = None,
) -> Exported:
    """Turn a checkpoint into files that llama.cpp and Ollama serve.

    Args:
        checkpoint: Folder that ``save_pretrained`` wrote: a Qwen3, or a LoRA adapter of one, with its tokenizer.
        to: Folder to make; an empty one is taken. It appears when everything in it is complete.
        quantization: ``f16``, or ``q8_0`` for half the size.
        name: Name of the model, such as ``student`` or ``student:v2``; None for that of the checkpoint's folder.
        base: Folder of the adapter's base; None for the one that the adapter names.
        on_progress: Is told how far the work is.

    Returns:
        What was written.

    Raises:
        InputError: The checkpoint, the name or the folder cannot be used, or the disk has no room.
        MissingExtra: gguf is not installed; with an adapter, also peft.
    """
    if quantization not in QUANTIZATIONS:
        raise InputError(f"unknown quantisation {quantization!r}: use {' or '.join(QUANTIZATIONS)}")
    check_gguf_writer()
    opened = open_checkpoint(checkpoint, base)
    called = check_name(name) if name is not None else name_of(opened.folder)
    shape = read_config(opened.config)
    folder = check_folder(to, size_of(shape, quantization))
    shards = Shards(opened.shards)
    check_tensors(shape, shards.shapes)
    vocabulary = read_vocabulary(opened.tokenizer, shape.vocab_size)
    licence, spdx = find_licence(opened.folder, opened.base)
    serving = Serving(
        file=f"{called.replace(':', '-')}.gguf",
        num_ctx=min(shape.max_position_embeddings, ReasonerConfig().num_ctx),
        licence=licence,
    )
    weights = _weights(opened, shards, shape, on_progress)
    with appearing(folder) as partial:
        write_gguf(
            partial / serving.file, weights, shape, vocabulary, name=called, quantization=quantization, licence=spdx,
            on_progress=(lambda done, total: on_progress("write", done, total)) if on_progress else None,
        )  # fmt: skip
        (partial / MODELFILE).write_text(modelfile(serving), encoding="utf8")
    return Exported(
        name=called,
        folder=folder,
        model=folder / serving.file,
        modelfile=folder / MODELFILE,
        quantization=quantization,
        parameters=sum(math.prod(size) for _, _, size in shape.tensors()),
        merged=opened.adapter is not None,
        serving=serving,
        tokenizer=opened.tokenizer,
    )


def _weights(opened: Checkpoint, shards: Shards, shape: Qwen3, on_progress: Progress | None) -> Weights:
    if opened.adapter is None:
        return shards
    if on_progress:
        on_progress("merge", 0, 1)
    return Merged(opened.base, shards, opened.adapter, shape)
