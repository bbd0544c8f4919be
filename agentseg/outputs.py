"""What a run leaves in a folder: pictures of the answer and of the twin, the mask, and the trace."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from agentseg.api import Result
from agentseg.errors import InputError
from agentseg.frames import Rgb
from agentseg.masks import Mask
from agentseg.overlay import draw_answer, draw_twin, save_png, save_webp
from agentseg.trace import append_trace


def write_outputs(result: Result, folder: Path) -> list[Path]:
    """Write the pictures and the trace of a result.

    Args:
        result: A finished result.
        folder: Made where it is missing.

    Returns:
        The files: ``answer.png``, ``twin.png``, ``mask.png`` (0 and 255) of the newest frame, ``answer.webp`` of a
        clip, and ``trace.jsonl``, to which a further run appends.

    Raises:
        InputError: The folder cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the folder {str(folder)!r} cannot be made: {error.strerror or error}") from None
    newest, twin = result.frames[-1], result.timeline.last
    title = f'"{result.trace.query}"  {result.status} {list(result.answer)}'
    mask = result.mask
    files = [
        save_png(folder / "answer.png", draw_answer(newest, mask, title)),
        save_png(folder / "twin.png", draw_twin(newest, twin)),
        save_png(folder / "mask.png", _grey(mask)),
    ]
    if len(result.frames) > 1:
        masks = result.masks
        pictures = [draw_answer(frame, masks[frame.index], title) for frame in result.frames if frame.index in masks]
        files.append(save_webp(folder / "answer.webp", pictures))
    append_trace(folder / "trace.jsonl", result.trace)
    return [*files, folder / "trace.jsonl"]


def _grey(mask: Mask) -> Rgb:
    return np.repeat((mask[:, :, None] * 255).astype(np.uint8), 3, axis=2)
