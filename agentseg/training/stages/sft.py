"""Supervised fine-tuning on conversations: the teacher's chains that were right.

Source: FastReasonSeg, section on distillation: the student first learns the teacher's chains whose mask reaches an IoU
above 0.7 (``training.rows.kept``), with AdamW at 5e-5 over 3 epochs.

Departures:
    - Only what the assistant wrote counts for the loss; results of plans and corrections are read, not learned.
    - A row is the dialogue of the graph in plain ChatML, not one text with tags.
    - Conversations about one table can be computed together (``share``), by transformers' own trainer: TRL packs only
      where FlashAttention is.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from agentseg.training.stages.card import Card
from agentseg.training.stages.common import TOKENS, Progress, begin
from agentseg.training.stages.models import adapter_config, load_chat_tokenizer, load_model
from agentseg.training.stages.options import SftOptions
from agentseg.training.stages.packing import packed_trainer
from agentseg.training.stages.setting import need_trl, uses_bf16
from agentseg.training.stages.tokens import tokenise


def sft(
    base: str | Path,
    rows: str | Path | Sequence[str | Path],
    out: str | Path,
    options: SftOptions | None = None,
    *,
    on_progress: Progress | None = None,
) -> Card:
    """Fine-tune a model on conversations.

    Args:
        base: Folder with weights and tokenizer (or an adapter of some), or a name of the Hugging Face hub.
        rows: JSON lines of ``training.rows.Row``: one file or several.
        out: Folder of the stage; ``out/final`` is the result.
        options: What to do; the paper's by default.
        on_progress: Called with each logged point.

    Returns:
        The card; that of a finished folder at once.

    Raises:
        InputError: The rows, the model or the folder cannot be used.
        MissingExtra: The extra ``train`` is not installed.
    """
    chosen = options or SftOptions()
    files = [Path(path) for path in ([rows] if isinstance(rows, str | Path) else rows)]
    work = begin("sft", base, files, out, chosen, on_progress=on_progress)
    if work.done is not None:
        return work.done
    need_trl("supervised fine-tuning")
    from trl import SFTConfig, SFTTrainer  # type: ignore[attr-defined, import-not-found, import-untyped]

    arguments = work.arguments(
        SFTConfig,
        chosen,
        packing=False,  # needs FlashAttention
        max_length=None,
        dataset_kwargs={"skip_prepare_dataset": True},
        train_sampling_strategy="group_by_length" if chosen.by_length else "random",
        length_column_name="length",
        remove_unused_columns=False,
    )
    tokenizer = load_chat_tokenizer(str(base))
    with arguments.main_process_first(local=False):  # nodes share the folder
        data = tokenise(
            files,
            tokenizer,
            work.out / TOKENS,
            longest=chosen.longest,
            share=chosen.share,
            workers=chosen.workers,
        )
    model = load_model(str(base), tokenizer, chosen.lora, uses_bf16(chosen))
    adapter = adapter_config(model, chosen.lora)
    if chosen.share > 1:
        trainer = packed_trainer(model, arguments, data.rows, tokenizer, adapter)
    else:
        trainer = SFTTrainer(
            model=model, args=arguments, train_dataset=data.rows, processing_class=tokenizer, peft_config=adapter
        )
    return work.train(trainer, tokenizer, chosen, left_out=float(data.left_out))
