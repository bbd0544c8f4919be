"""What listens to a trainer: progress for people, TensorBoard in the run's own folder, curves at every checkpoint."""

from __future__ import annotations

import importlib.util
import time
from typing import TYPE_CHECKING, Any

from transformers import PrinterCallback, TrainerCallback

from agentseg.training.stages.curves import plot
from agentseg.training.stages.options import Options

if TYPE_CHECKING:
    from agentseg.training.stages.common import Work


def attach(trainer: Any, work: Work, options: Options) -> None:
    """Add ours to a trainer, and take off what prints on stdout."""
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(Listener(work))
    if "tensorboard" in options.reports and importlib.util.find_spec("tensorboard") is not None:
        from transformers.integrations import TensorBoardCallback  # type: ignore[attr-defined]

        board = TensorBoardCallback()  # type: ignore[no-untyped-call]
        board.logging_dir = str(work.out / "tensorboard")
        trainer.add_callback(board)


class Listener(TrainerCallback):
    """Passes logged points on, and draws the curves whenever a checkpoint is written."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._from: tuple[float, int] | None = None

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Start the clock."""
        self._from = (time.monotonic(), state.global_step)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        """Pass a point on, with the seconds that are left."""
        for name in [name for name, value in (logs or {}).items() if value is None]:
            del logs[name]  # a reward that applied nowhere; TensorBoard would complain of each
        if self._work.on_progress is None or not state.is_world_process_zero or "loss" not in (logs or {}):
            return
        point = {"stage": self._work.card.stage, "step": state.global_step, "of": state.max_steps, **logs}
        if self._from is not None and state.global_step > self._from[1]:
            pace = (time.monotonic() - self._from[0]) / (state.global_step - self._from[1])
            point |= {"step_s": pace, "left_s": pace * (state.max_steps - state.global_step)}
        self._work.on_progress(point)

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Draw the curves so far."""
        if state.is_world_process_zero:
            plot(state.log_history, self._work.out / "curves.png")
