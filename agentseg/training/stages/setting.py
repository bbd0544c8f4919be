"""What a stage runs in: packages, precision, and how a batch is divided over processes and passes."""

from __future__ import annotations

import os
import warnings

from agentseg.errors import InputError, MissingExtra
from agentseg.training.stages.options import Options


def need_trl(what: str) -> None:
    """Import TRL, without its telemetry.

    Raises:
        MissingExtra: A package of the extra ``train`` is not installed.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
    try:
        import huggingface_hub.constants
        import peft  # noqa: F401
        import torch  # noqa: F401
        import transformers.utils.logging as its_log
        import trl  # noqa: F401
    except ImportError as error:
        raise MissingExtra(what, error.name or "trl", "train") from None
    warnings.filterwarnings("ignore", message=r".*gradient_checkpointing.*deprecated", category=FutureWarning)  # TRL's
    its_log.disable_progress_bar()  # type: ignore[no-untyped-call]  # ours tells how far a stage is
    huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY = True  # also where it was imported before


def uses_bf16(options: Options) -> bool:
    """Whether a stage computes in bf16."""
    import torch

    if options.precision != "auto":
        return options.precision == "bf16"
    return bool(torch.cuda.is_available() and torch.cuda.is_bf16_supported())


def split_batch(options: Options, processes: int) -> tuple[int, int]:
    """Rows at once and passes a step."""
    micro = min(options.micro, max(1, options.batch // processes))
    passes, rest = divmod(options.batch, micro * processes)
    if rest:
        raise InputError(
            f"a batch of {options.batch} rows is not {processes} processes x {micro} rows at once, whole times: "
            "choose 'micro' so that it divides"
        )
    return micro, passes
