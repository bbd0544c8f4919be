"""Writes a tiny random-weight Qwen3 as GGUF, with its own small BPE tokenizer: a real model file for tests, no torch.

The model knows nothing, which is the point: at temperature 1 only a working constraint makes its output valid.
"""

from collections import Counter
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
CORPUS = (
    '{"analysis": "the mug behind the kettle is nearest to the sink", "plan": "a = find toaster; find mug; '
    'relate behind a; rank depth min; answer"} {"analysis":"what toasts bread","answer":[3, 12]} filter colour eq red; '
    "rank x nth 2; count; relate left_of stove; rank distance sink min; answer in_front_of right_of above below inside "
    "contains union except system user "
) * 4


def _byte_symbols() -> list[str]:
    """The printable stand-in for each byte 0..255, as byte-level BPE of GPT-2 defines it."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    spare = iter(range(256, 512))
    return [chr(byte) if byte in plain else chr(next(spare)) for byte in range(256)]


def train_bpe(text: str, merges: int) -> tuple[list[str], list[str]]:
    """A byte-level BPE learned on text.

    Args:
        text: Corpus; words are split before spaces.
        merges: How many merges to learn.

    Returns:
        Vocabulary (256 bytes, then one token per merge) and the merges as "left right".
    """
    symbols = _byte_symbols()
    words = Counter(("Ġ" + w) if i else w for i, w in enumerate(text.split(" ")) if w)
    split = {w: ["Ġ", *w[1:]] if w[0] == "Ġ" else list(w) for w in words}
    vocab, rules = list(symbols), []
    for _ in range(merges):
        pairs: Counter[tuple[str, str]] = Counter()
        for word, n in words.items():
            for pair in zip(split[word], split[word][1:], strict=False):
                pairs[pair] += n
        if not pairs:
            break
        (a, b), _n = min(pairs.items(), key=lambda kv: (-kv[1], kv[0]))
        rules.append(f"{a} {b}")
        vocab.append(a + b)
        for word, parts in split.items():
            out: list[str] = []
            for part in parts:
                if out and out[-1] == a and part == b:
                    out[-1] = a + b
                else:
                    out.append(part)
            split[word] = out
    return vocab, rules


def write_tiny_gguf(
    path: Path, *, seed: int = 0, layers: int = 2, width: int = 64, context: int = 8192, arch: str = "qwen3"
) -> Path:
    """Write a random-weight model file of about half a megabyte.

    Args:
        path: Where to write; the folder must exist.
        seed: Seed of the weights.
        layers: Transformer blocks.
        width: Embedding width; 4 query heads, 2 key-value heads of 16.
        context: Context length written into the file, in tokens.
        arch: "qwen3" (with query and key norms) or "llama" (without).

    Returns:
        The same path.
    """
    vocab, merges = train_bpe(CORPUS, 200)
    tokens = [*vocab, *SPECIAL]
    base = len(vocab)
    rng = np.random.default_rng(seed)
    heads, kv_heads, dim, hidden = 4, 2, 16, 2 * width

    def normal(rows: int, cols: int) -> NDArray[np.float32]:
        return (rng.standard_normal((rows, cols)) / np.sqrt(cols)).astype(np.float32)

    w = gguf.GGUFWriter(str(path), arch)
    w.add_name("tiny-random")
    w.add_context_length(context)
    w.add_embedding_length(width)
    w.add_block_count(layers)
    w.add_feed_forward_length(hidden)
    w.add_head_count(heads)
    w.add_head_count_kv(kv_heads)
    w.add_key_length(dim)
    w.add_value_length(dim)
    w.add_rope_freq_base(10000.0)
    w.add_layer_norm_rms_eps(1e-6)
    if arch == "llama":
        w.add_rope_dimension_count(dim)
        w.add_vocab_size(len(tokens))
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre("qwen2")
    w.add_token_list(tokens)
    w.add_token_types([gguf.TokenType.NORMAL] * base + [gguf.TokenType.CONTROL] * len(SPECIAL))
    w.add_token_merges(merges)
    w.add_bos_token_id(base)
    w.add_eos_token_id(base + 2)
    w.add_add_bos_token(False)
    w.add_chat_template(CHATML)
    w.add_tensor("token_embd.weight", normal(len(tokens), width))
    w.add_tensor("output_norm.weight", np.ones(width, np.float32))
    head = normal(len(tokens), width) * np.sqrt(width) / 4
    head[base:] = 0.0  # special tokens are never the likeliest, so that an answer is never empty
    w.add_tensor("output.weight", head.astype(np.float32))
    for i in range(layers):
        sizes = {
            "attn_q": (heads * dim, width), "attn_k": (kv_heads * dim, width), "attn_v": (kv_heads * dim, width),
            "attn_output": (width, heads * dim), "ffn_gate": (hidden, width), "ffn_up": (hidden, width),
            "ffn_down": (width, hidden),
        }  # fmt: skip
        for name, (rows, cols) in sizes.items():
            w.add_tensor(f"blk.{i}.{name}.weight", normal(rows, cols))
        norms = {"attn_norm": width, "ffn_norm": width}
        if arch == "qwen3":
            norms |= {"attn_q_norm": dim, "attn_k_norm": dim}
        for name, size in norms.items():
            w.add_tensor(f"blk.{i}.{name}.weight", np.ones(size, np.float32))
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()
    return path
