"""A small Qwen3 with random weights: the architecture that every server knows, at a millionth of the price."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from agentseg.errors import MissingExtra


class Shape(BaseModel):
    """Size of a student.

    Attributes:
        width: Embedding width.
        layers: Transformer blocks.
        heads: Query heads.
        kv_heads: Key and value heads; divides ``heads``.
        head_dim: Width of a head; Qwen3 sets it apart from width / heads.
        hidden: Width of the gated feed-forward layer.
        context: Longest prompt and answer together, tokens.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(default=192, ge=16, multiple_of=16)
    layers: int = Field(default=4, ge=1)
    heads: int = Field(default=6, ge=1)
    kv_heads: int = Field(default=3, ge=1)
    head_dim: int = Field(default=32, ge=8, multiple_of=8)
    hidden: int = Field(default=512, ge=16)
    context: int = Field(default=4096, ge=256)


def new_model(shape: Shape, tokenizer: Any, seed: int = 0) -> Any:
    """A ``Qwen3ForCausalLM`` with random weights, embeddings tied.

    Args:
        shape: Its size.
        tokenizer: Its tokenizer, for the vocabulary and the ids of padding and end.
        seed: Of the weights.

    Raises:
        MissingExtra: torch or transformers is not installed.
    """
    try:
        import torch
        from transformers import Qwen3Config, Qwen3ForCausalLM
    except ImportError:
        raise MissingExtra("training a student", "torch", "train") from None
    torch.manual_seed(seed)
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=shape.width,
        intermediate_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        head_dim=shape.head_dim,
        max_position_embeddings=shape.context,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        rope_parameters={"rope_type": "default", "rope_theta": 10_000.0},
    )
    return Qwen3ForCausalLM(config)
