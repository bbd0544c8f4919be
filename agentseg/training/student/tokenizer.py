"""A byte-level BPE of our own, split the way Qwen2 splits, so that llama.cpp (``pre = qwen2``) gives the same ids."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from agentseg.errors import MissingExtra
from agentseg.reasoners.chatml import END

START = "<|im_start|>"
PAD = "<|endoftext|>"
SPECIAL = (PAD, START, END)

SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""Where text is cut before merging: the expression of Qwen2's tokenizer, digits one by one."""

TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}"
    "{{ '\n' }}{% else %}{{ message['content'] + '<|im_end|>\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""Plain ChatML (``agentseg.reasoners.chatml``), with the assistant's tokens marked for the loss."""


def train_tokenizer(texts: Iterable[str], vocabulary: int = 4096) -> Any:
    """Train a tokenizer.

    Args:
        texts: What models read and write: views of twins, queries, turns.
        vocabulary: Tokens in all, at least 300 (256 bytes and the special ones come first).

    Returns:
        A ``PreTrainedTokenizerFast`` with plain ChatML as its template.

    Raises:
        MissingExtra: tokenizers or transformers is not installed.
    """
    try:
        from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
        from transformers import PreTrainedTokenizerFast
    except ImportError:
        raise MissingExtra("training a tokenizer", "transformers", "train") from None
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        min_frequency=2,
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    made: Any = PreTrainedTokenizerFast
    return made(
        tokenizer_object=bpe,
        eos_token=END,
        pad_token=PAD,
        chat_template=TEMPLATE,
        clean_up_tokenization_spaces=False,
        additional_special_tokens=[START],
    )


def load_tokenizer(folder: str | Path) -> Any:
    """Load a tokenizer that ``save_pretrained`` wrote.

    Raises:
        MissingExtra: transformers is not installed.
    """
    try:
        from transformers import PreTrainedTokenizerFast
    except ImportError:
        raise MissingExtra("loading a tokenizer", "transformers", "train") from None
    return PreTrainedTokenizerFast.from_pretrained(str(folder))
