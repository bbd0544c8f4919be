"""A model and its tokenizer from a folder or a name, ready to be trained; an adapter goes on being trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agentseg.errors import InputError, MissingExtra
from agentseg.reasoners.chatml import END
from agentseg.training.stages.options import Lora
from agentseg.training.student.tokenizer import START, TEMPLATE

ADAPTER = "adapter_config.json"


def load_chat_tokenizer(base: str) -> Any:
    """The tokenizer of a model, with plain ChatML as its template, as every served model of ours is prompted.

    Raises:
        InputError: There is none, or it does not know ChatML's control tokens.
        MissingExtra: transformers is not installed.
    """
    try:
        from transformers import AutoTokenizer
    except ImportError:
        raise MissingExtra("training", "transformers", "train") from None
    try:
        tokenizer = AutoTokenizer.from_pretrained(base)
    except (OSError, ValueError) as error:
        raise InputError(f"no tokenizer at {base!r}: {_line(error)}") from None
    known = tokenizer.get_vocab()
    for token in (START, END):
        if token not in known:
            raise InputError(f"the tokenizer of {base!r} has no {token!r}: its model cannot be prompted in ChatML")
    tokenizer.chat_template = TEMPLATE
    tokenizer.eos_token = END
    if tokenizer.pad_token is None or tokenizer.pad_token == END:
        if "<|endoftext|>" not in known:
            raise InputError(f"the tokenizer of {base!r} has no token for padding: set its pad_token")
        tokenizer.pad_token = "<|endoftext|>"
    return tokenizer


def load_model(base: str, tokenizer: Any, lora: Lora | None, bf16: bool) -> Any:
    """The model of a stage.

    Args:
        base: Folder of full weights or of an adapter, or a name of the Hugging Face hub.
        tokenizer: Its tokenizer.
        lora: Whether only an adapter will be trained: the base is then held in bf16 where the device computes in it.
        bf16: Whether the device computes in bf16.

    Returns:
        A causal language model. Of an adapter with ``lora`` set it is a ``PeftModel`` whose adapter is trained on;
        without, the adapter is merged and every weight trained.

    Raises:
        InputError: There is no such model.
    """
    import torch
    from transformers import AutoModelForCausalLM

    dtype = torch.bfloat16 if bf16 and lora is not None else torch.float32
    try:
        if (Path(base) / ADAPTER).is_file():
            from peft import AutoPeftModelForCausalLM

            model = AutoPeftModelForCausalLM.from_pretrained(base, dtype=dtype, is_trainable=lora is not None)
            model = model if lora is not None else model.merge_and_unload().requires_grad_(True)
        else:
            model = AutoModelForCausalLM.from_pretrained(base, dtype=dtype)
    except (OSError, ValueError) as error:
        raise InputError(f"no model at {base!r}: {_line(error)}") from None
    for config in (model.config, model.generation_config):
        config.eos_token_id, config.pad_token_id = tokenizer.eos_token_id, tokenizer.pad_token_id
    return model


def adapter_config(model: Any, lora: Lora | None) -> Any:
    """Configuration of a new adapter, or None where none is wanted or the model has one."""
    if lora is None or hasattr(model, "peft_config"):
        return None
    from peft import LoraConfig

    targets = lora.targets if isinstance(lora.targets, str) else list(lora.targets)
    return LoraConfig(
        r=lora.r, lora_alpha=lora.alpha, lora_dropout=lora.dropout, target_modules=targets, task_type="CAUSAL_LM"
    )


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
