"""What all stages share: a folder of work that is begun once, goes on after a kill, and ends by one rename.

``OUT/asked.json`` is the card as asked for; a folder that was begun with something else is refused, because a
checkpoint of two recipes is hard to notice and harder to mend.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentseg.errors import InputError
from agentseg.training.stages.card import CARD, Card, file_hash, folder_print, versions, write_text
from agentseg.training.stages.checkpoints import last_checkpoint, step_of
from agentseg.training.stages.curves import plot
from agentseg.training.stages.options import PLACES, Options
from agentseg.training.stages.setting import split_batch, uses_bf16
from agentseg.training.stages.summary import summarise

FINAL = "final"
CHECKPOINTS = "checkpoints"
TOKENS = "tokens"
ASKED = "asked.json"
Progress = Callable[[dict[str, Any]], None]
"""Called with each logged point: ``{"stage": "sft", "step": 40, "of": 900, "loss": 1.2, ...}``."""


@dataclass(frozen=True)
class Work:
    """A stage's folder.

    Attributes:
        out: The folder.
        card: What was asked for; metrics are filled in at the end.
        done: The card of the finished stage, or None.
        on_progress: Called with each logged point.
    """

    out: Path
    card: Card
    done: Card | None
    on_progress: Progress | None

    def arguments(self, make: Callable[..., Any], options: Options, **more: Any) -> Any:
        """A trainer's arguments.

        Args:
            make: TRL's configuration class.
            options: The stage's.
            **more: Further fields; they win.

        Raises:
            InputError: Processes and rows at once do not divide the batch, or a tracker is not installed.
        """
        import torch

        trackers = [name for name in options.reports if name != "tensorboard"]
        for name in trackers:
            if importlib.util.find_spec(name) is None:
                raise InputError(f"'reports' names {name!r}, which is not installed: pip install {name}")
        given = torch.accelerator.is_available()
        processes = int(os.environ.get("WORLD_SIZE", "1"))
        micro, passes = split_batch(options, processes)
        fields: dict[str, Any] = {
            "output_dir": str(self.out / CHECKPOINTS),
            "learning_rate": options.rate,
            "lr_scheduler_type": "constant_with_warmup" if options.schedule == "constant" else options.schedule,
            "warmup_steps": options.warmup,
            "weight_decay": options.decay,
            "max_grad_norm": options.clip,
            "num_train_epochs": options.epochs,
            "max_steps": options.steps or -1,
            "per_device_train_batch_size": micro,
            "gradient_accumulation_steps": passes,
            "activation_checkpointing": options.checkpointing,
            "bf16": uses_bf16(options),
            "seed": options.seed,
            "logging_steps": options.log_every,
            "logging_first_step": True,
            "save_steps": options.save_every,
            "save_total_limit": options.keep,
            "report_to": trackers,
            "run_name": self.card.stage,
            "disable_tqdm": True,
            "use_cpu": not given,
            "dataloader_pin_memory": given,
            "ddp_backend": "gloo" if processes > 1 and not given else None,
        }
        return make(**fields | more)

    def train(self, trainer: Any, tokenizer: Any, options: Options, **metrics: float) -> Card:
        """Train from the last whole checkpoint on, and finish.

        Args:
            trainer: One of TRL's.
            tokenizer: Saved beside the weights.
            options: The stage's.
            **metrics: Further figures for the card.

        Returns:
            The card.
        """
        from agentseg.training.stages.callbacks import attach

        attach(trainer, self, options)
        start = last_checkpoint(self.out / CHECKPOINTS)
        resumed = self._resumed(step_of(start)) if start is not None else self._resumed(None)
        trainer.train(resume_from_checkpoint=str(start) if start is not None else None)
        found = summarise(trainer.state.log_history, trainer.state.global_step)
        card = self.card.model_copy(
            update={"metrics": found | metrics, "resumed": resumed, "rows": len(trainer.train_dataset)}
        )
        return self._finish(trainer, tokenizer, card)

    def _finish(self, trainer: Any, tokenizer: Any, card: Card) -> Card:
        beside, final = self.out / f".{FINAL}.part", self.out / FINAL
        if trainer.is_world_process_zero():
            shutil.rmtree(beside, ignore_errors=True)
        trainer.accelerator.wait_for_everyone()
        trainer.save_model(str(beside))  # by all processes: weights may be spread over them
        if trainer.is_world_process_zero():
            tokenizer.save_pretrained(str(beside))
            (beside / "training_args.bin").unlink(missing_ok=True)  # a pickle; the card says it all
            shutil.rmtree(beside / "ref", ignore_errors=True)  # TRL's frozen copy of an adapter that was trained on
            write_text(beside / "history.json", json.dumps(trainer.state.log_history) + "\n")
            plot(trainer.state.log_history, beside / "curves.png")
            card.write(beside)
            beside.replace(final)
            for used in (CHECKPOINTS, TOKENS):
                shutil.rmtree(self.out / used, ignore_errors=True)  # nothing needs them any more
        trainer.accelerator.wait_for_everyone()
        return card

    def _resumed(self, step: int | None) -> tuple[int, ...]:
        """The steps at which this run went on, this one included."""
        path = self.out / "resumed.json"
        before = tuple(json.loads(path.read_text(encoding="utf8"))) if path.is_file() else ()
        if step is None:
            return before
        steps = (*before, step)
        if int(os.environ.get("RANK", "0")) == 0:
            write_text(path, json.dumps(steps))
        return steps


def begin(
    stage: str,
    base: str | Path,
    files: Sequence[Path],
    out: str | Path,
    options: Options,
    *,
    more: dict[str, Any] | None = None,
    on_progress: Progress | None = None,
) -> Work:
    """Begin a stage, or take up a folder that was begun with the same.

    Args:
        stage: Its name.
        base: Model to start from, a folder or a name.
        files: Data.
        out: Its folder.
        options: Its options.
        more: What else decides the outcome, for the card.
        on_progress: Called with each logged point.

    Raises:
        InputError: A file cannot be read, or the folder was begun with something else.
    """
    folder = Path(out)
    decides = options.model_dump(mode="json", exclude=set(PLACES)) | (more or {})
    card = Card(
        stage=stage,
        base=str(base),
        base_hash=folder_print(Path(base)) if Path(base).is_dir() else "",
        data=_hashes(files),
        seeds={"training": options.seed},
        versions=versions(),
        options=decides,
    )
    final = folder / FINAL
    if (final / CARD).is_file():
        done = Card.read(final)
        _same(done, card, folder)
        return Work(folder, card, done, on_progress)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        asked = folder / ASKED
        if asked.is_file():
            _same(Card.model_validate_json(asked.read_bytes()), card, folder)
        elif int(os.environ.get("RANK", "0")) == 0:
            write_text(asked, card.model_dump_json(indent=1) + "\n")
    except OSError as error:
        raise InputError(f"{str(folder)!r} cannot be written: {error.strerror or error}") from None
    return Work(folder, card, None, on_progress)


def _hashes(files: Sequence[Path]) -> dict[str, str]:
    """SHA-256 by file name; by path where two files have the same name."""
    alone = len({path.name for path in files}) == len(files)
    return {path.name if alone else str(path): file_hash(path) for path in files}


def _same(begun: Card, asked: Card, folder: Path) -> None:
    for name in ("stage", "base_hash" if asked.base_hash and begun.base_hash else "base", "data", "options"):
        before, now = getattr(begun, name), getattr(asked, name)
        if before == now:
            continue
        if isinstance(now, dict):
            key = next(key for key in (*before, *now) if before.get(key) != now.get(key))
            name, before, now = f"{name}.{key}", before.get(key), now.get(key)
        raise InputError(
            f"{str(folder)!r} was begun with {name} {str(before)[:60]!r}, now {str(now)[:60]!r} is asked for: "
            "name another folder, or ask for the same"
        )
