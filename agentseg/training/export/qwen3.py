"""The architecture that is exported: Qwen3 in the words of transformers, and the same tensors in those of llama.cpp."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agentseg.config import explain
from agentseg.errors import InputError

ARCHITECTURE = "Qwen3ForCausalLM"
MOST, MOST_LAYERS = 2**31 - 1, 10_000
"""Greatest size and number of layers that is read; GGUF keeps sizes in 32 bits."""
LARGEST = 1e12
"""Greatest constant that is read; GGUF keeps them as float32."""

_LAYER = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
"""Parts of a layer: name in transformers, name in GGUF. Rotary halves are ordered alike, so nothing is permuted."""


class Qwen3(BaseModel):
    """Size and constants of a Qwen3, as ``config.json`` gives them.

    Attributes:
        vocab_size: Rows of the embedding; may exceed the tokens of the tokenizer.
        hidden_size: Embedding width.
        intermediate_size: Width of the gated feed-forward layer.
        num_hidden_layers: Transformer blocks.
        num_attention_heads: Query heads.
        num_key_value_heads: Key and value heads.
        head_dim: Width of a head, not bound to ``hidden_size / num_attention_heads``.
        max_position_embeddings: Longest context, tokens.
        rms_norm_eps: Epsilon of the norms.
        rope_theta: Base of the rotary frequencies.
        tie_word_embeddings: Whether the embedding is the output head, too.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    vocab_size: int = Field(ge=1, le=MOST)
    hidden_size: int = Field(ge=1, le=MOST)
    intermediate_size: int = Field(ge=1, le=MOST)
    num_hidden_layers: int = Field(ge=1, le=MOST_LAYERS)
    num_attention_heads: int = Field(ge=1, le=MOST)
    num_key_value_heads: int = Field(ge=1, le=MOST)
    head_dim: int = Field(ge=2, le=MOST)
    max_position_embeddings: int = Field(ge=1, le=MOST)
    rms_norm_eps: float = Field(gt=0, le=LARGEST)
    rope_theta: float = Field(gt=0, le=LARGEST)
    tie_word_embeddings: bool

    def tensors(self) -> Iterator[tuple[str, str, tuple[int, ...]]]:
        """Every tensor in writing order: name in transformers, name in GGUF, shape as transformers has it."""
        width, head = self.hidden_size, self.head_dim
        queries, keys = self.num_attention_heads * head, self.num_key_value_heads * head
        shapes = {
            "attn_norm": (width,), "ffn_norm": (width,), "attn_q_norm": (head,), "attn_k_norm": (head,),
            "attn_q": (queries, width), "attn_k": (keys, width), "attn_v": (keys, width),
            "attn_output": (width, queries), "ffn_gate": (self.intermediate_size, width),
            "ffn_up": (self.intermediate_size, width), "ffn_down": (width, self.intermediate_size),
        }  # fmt: skip
        yield "model.embed_tokens.weight", "token_embd.weight", (self.vocab_size, width)
        yield "model.norm.weight", "output_norm.weight", (width,)
        if not self.tie_word_embeddings:
            yield "lm_head.weight", "output.weight", (self.vocab_size, width)
        for layer in range(self.num_hidden_layers):
            for ours, theirs in _LAYER.items():
                yield f"model.layers.{layer}.{ours}.weight", f"blk.{layer}.{theirs}.weight", shapes[theirs]


def read_config(config: Mapping[str, Any]) -> Qwen3:
    """Check that a model can be exported, and read its size.

    Args:
        config: Its ``config.json``, as transformers 4 or 5 writes it.

    Raises:
        InputError: Another architecture, quantised weights, biases, scaled rotary frequencies or a sliding window, or
            a field is missing or malformed.
    """
    named = config.get("architectures")
    found = named[0] if isinstance(named, list) and named else config.get("model_type")
    if found != ARCHITECTURE:
        raise InputError(f"cannot export the architecture {found!r}: {ARCHITECTURE} is what is exported")
    if config.get("quantization_config"):
        raise InputError("the checkpoint is quantised already: export the unquantised weights")
    rope = config.get("rope_parameters") or config.get("rope_scaling") or {}
    kind = rope.get("rope_type", rope.get("type", "default")) if isinstance(rope, dict) else rope
    for trait, wanted, value in (
        ("rope_type", "default", kind),
        ("attention_bias", False, config.get("attention_bias", False)),
        ("use_sliding_window", False, config.get("use_sliding_window", False)),
        ("hidden_act", "silu", config.get("hidden_act", "silu")),
    ):
        if value != wanted:
            raise InputError(f"cannot export a Qwen3 with {trait} = {value!r}: only {wanted!r} is written")
    theta = rope.get("rope_theta", config.get("rope_theta"))
    try:
        return Qwen3.model_validate({"tie_word_embeddings": False, **config, "rope_theta": theta})
    except ValidationError as error:
        raise InputError(f"config.json: {explain(error)}: save the checkpoint again") from None


def check_tensors(shape: Qwen3, found: Mapping[str, tuple[int, ...]]) -> None:
    """Hold the tensors of a checkpoint against its configuration.

    Raises:
        InputError: One is missing, has another shape, or is none that the architecture knows.
    """
    wanted = {name: size for name, _, size in shape.tensors()}
    for name, size in wanted.items():
        if name not in found:
            raise InputError(f"the checkpoint lacks the tensor {name!r}: it is incomplete")
        if found[name] != size:
            raise InputError(f"{name!r} has the shape {found[name]}; config.json asks for {size}")
    extra = sorted(found.keys() - wanted.keys() - {"lm_head.weight"})
    if extra:
        raise InputError(f"the checkpoint has a tensor {extra[0]!r}, which {ARCHITECTURE} has not: it is not exported")
