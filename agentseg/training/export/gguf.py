"""A Qwen3 and its tokenizer as one GGUF file, which llama.cpp and Ollama serve.

The head of the file is written first, then tensor after tensor: memory holds one of them at a time.

Departures:
    - The chat template is plain ChatML, not the model's own: a stock template adds thinking and reorders keys.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from agentseg.errors import InputError, MissingExtra
from agentseg.training.export.qwen3 import Qwen3
from agentseg.training.export.shards import Weights
from agentseg.training.export.vocabulary import PRE, Vocabulary

Quantization = Literal["f16", "q8_0"]
QUANTIZATIONS: tuple[Quantization, ...] = ("f16", "q8_0")

TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
"""Plain ChatML, as ``agentseg.reasoners.chatml`` renders it."""

_BLOCK, _BLOCK_BYTES = 32, 34  # q8_0: 32 numbers as int8 and one float16 scale
_NOT_16 = 65504.0


def check_gguf_writer() -> None:
    """Find out whether files can be written at all.

    Raises:
        MissingExtra: The package gguf is not installed.
    """
    _gguf()


def size_of(shape: Qwen3, quantization: Quantization) -> int:
    """Bytes that the tensors of a file take, without padding."""
    return sum(_bytes(size, quantization) for _, _, size in shape.tensors())


def write_gguf(
    path: Path,
    weights: Weights,
    shape: Qwen3,
    vocabulary: Vocabulary,
    *,
    name: str,
    quantization: Quantization,
    licence: str | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write a model file.

    Args:
        path: The file; overwritten.
        weights: The tensors, by transformers' names.
        shape: The model's size.
        vocabulary: Its tokens.
        name: The model's name, for people.
        quantization: ``f16``, or ``q8_0`` (8.5 bits a weight; a tensor whose rows are no multiple of 32 stays f16).
            Norms are always float32.
        licence: SPDX identifier, where it is known.
        on_progress: Is handed the bytes of tensors written so far, and those in all.

    Raises:
        InputError: A tensor holds NaN, infinity, or a number beyond float16.
        MissingExtra: The package gguf is not installed.
    """
    library = _gguf()
    writer = library.GGUFWriter(str(path), "qwen3")
    try:
        _describe(writer, shape, name, quantization, licence)
        _tokens(writer, vocabulary)
        for _, theirs, size in shape.tensors():
            kind = _kind(size, quantization)
            stored = size if kind != "q8_0" else (*size[:-1], size[-1] // _BLOCK * _BLOCK_BYTES)
            raw = np.uint8 if kind == "q8_0" else np.float16 if kind == "f16" else np.float32
            quantized = library.GGMLQuantizationType.Q8_0 if kind == "q8_0" else None
            writer.add_tensor_info(theirs, stored, np.dtype(raw), _bytes(size, quantization), raw_dtype=quantized)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        done, total = 0, size_of(shape, quantization)
        for ours, _, size in shape.tensors():
            data = _converted(library, weights, ours, size, _kind(size, quantization))
            writer.write_tensor_data(data)
            done += data.nbytes
            if on_progress:
                on_progress(done, total)
    finally:
        writer.close()


def _describe(writer: Any, shape: Qwen3, name: str, quantization: Quantization, licence: str | None) -> None:
    library = _gguf()
    types = {"f16": library.LlamaFileType.MOSTLY_F16, "q8_0": library.LlamaFileType.MOSTLY_Q8_0}
    writer.add_type(library.GGUFType.MODEL)
    writer.add_name(name)
    if licence:
        writer.add_license(licence)
    writer.add_file_type(types[quantization])
    writer.add_quantization_version(library.GGML_QUANT_VERSION)
    writer.add_vocab_size(shape.vocab_size)
    writer.add_context_length(shape.max_position_embeddings)
    writer.add_embedding_length(shape.hidden_size)
    writer.add_block_count(shape.num_hidden_layers)
    writer.add_feed_forward_length(shape.intermediate_size)
    writer.add_head_count(shape.num_attention_heads)
    writer.add_head_count_kv(shape.num_key_value_heads)
    writer.add_key_length(shape.head_dim)
    writer.add_value_length(shape.head_dim)
    writer.add_rope_dimension_count(shape.head_dim)
    writer.add_rope_freq_base(shape.rope_theta)
    writer.add_layer_norm_rms_eps(shape.rms_norm_eps)


def _tokens(writer: Any, vocabulary: Vocabulary) -> None:
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(PRE)
    writer.add_token_list(list(vocabulary.tokens))
    writer.add_token_types(list(vocabulary.kinds))
    writer.add_token_merges(list(vocabulary.merges))
    writer.add_eos_token_id(vocabulary.end)
    if vocabulary.pad is not None:
        writer.add_pad_token_id(vocabulary.pad)
        writer.add_bos_token_id(vocabulary.pad)  # never added; llama.cpp would otherwise take id 11 for it
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)


def _kind(size: tuple[int, ...], quantization: Quantization) -> str:
    if len(size) == 1:
        return "f32"
    return quantization if size[-1] % _BLOCK == 0 else "f16"


def _bytes(size: tuple[int, ...], quantization: Quantization) -> int:
    numbers = math.prod(size)
    kind = _kind(size, quantization)
    return numbers * 4 if kind == "f32" else numbers * 2 if kind == "f16" else numbers // _BLOCK * _BLOCK_BYTES


def _converted(library: Any, weights: Weights, name: str, size: tuple[int, ...], kind: str) -> NDArray[Any]:
    """One tensor as it is stored; only a block of it is in float32 at a time."""
    raw = np.uint8 if kind == "q8_0" else np.float16 if kind == "f16" else np.float32
    out = np.empty(size if kind != "q8_0" else (*size[:-1], size[-1] // _BLOCK * _BLOCK_BYTES), dtype=raw)
    start = 0
    for block in weights.blocks(name):
        most = float(np.abs(block).max(initial=0.0))
        if not most <= _NOT_16:  # NaN is not, either
            raise InputError(f"{name!r} holds {most:g}: the training diverged; export an earlier checkpoint")
        out[start : start + len(block)] = (
            library.quants.quantize(block, library.GGMLQuantizationType.Q8_0) if kind == "q8_0" else block
        )
        start += len(block)
    return out


def _gguf() -> Any:
    try:
        import gguf
    except ImportError:
        raise MissingExtra("exporting to GGUF", "gguf", "export") from None
    return gguf
