"""What a run leaves in a folder: pictures of the answer and of the twin, the mask, and the trace."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from agentseg.errors import InputError
from agentseg.frames import Rgb
from agentseg.masks import Mask
from agentseg.overlay import draw_answer, draw_twin, save_png, save_webp
from agentseg.trace import append_trace

if TYPE_CHECKING:
    from agentseg.api import Result

NAMES = ("answer.png", "twin.png", "mask.png", "answer.webp", "trace.jsonl")
"""What ``write_outputs`` may write."""


def write_outputs(result: Result, folder: Path) -> list[Path]:
    """Write the pictures and the trace of a result.

    Args:
        result: A finished result.
        folder: Made where it is missing.

    Returns:
        The files: ``answer.png``, ``twin.png``, ``mask.png`` (0 and 255) of the newest frame, ``answer.webp`` of a
        clip, and ``trace.jsonl``, to which a further run appends. In the pictures, filled boxes that stand for masks
        are hatched.

    Raises:
        InputError: The folder cannot be made or written to.
    """
    make_folder(folder, NAMES)
    newest, twin = result.frames[-1], result.timeline.last
    title = f'"{result.trace.query}"  {result.status} {list(result.answer)}'
    mask, boxed = result.mask, result.boxed
    files = [
        save_png(folder / "answer.png", draw_answer(newest, mask, title, boxed.get(twin.frame))),
        save_png(folder / "twin.png", draw_twin(newest, twin)),
        save_png(folder / "mask.png", _grey(mask)),
    ]
    if len(result.frames) > 1:
        masks = result.masks
        pictures = [
            draw_answer(frame, masks[frame.index], title, boxed.get(frame.index))
            for frame in result.frames
            if frame.index in masks
        ]
        files.append(save_webp(folder / "answer.webp", pictures))
    append_trace(folder / "trace.jsonl", result.trace)
    return [*files, folder / "trace.jsonl"]


def check_folder(folder: Path, names: Iterable[str]) -> None:
    """Find out whether files can be written to a folder, without making or writing anything.

    Args:
        folder: A folder, or the path of one that is to be made.
        names: The files that are to be written there.

    Raises:
        InputError: The folder is a file, its path is too long, or it or one of the files may not be written to.
    """
    shown = repr(str(folder)[:200])
    try:
        there = folder
        while not there.exists() and there != there.parent:
            there = there.parent
        targets = [folder / name for name in names] if there == folder else []
        closed = [path for path in targets if path.exists() and not (path.is_file() and os.access(path, os.W_OK))]
        is_folder, is_open = there.is_dir(), os.access(there, os.W_OK | os.X_OK)
    except OSError as error:
        raise InputError(f"the folder {shown} cannot be used: {error.strerror or error}") from None
    if not is_folder:
        raise InputError(f"{str(there)[:200]!r} is a file: name a folder")
    if not is_open:
        raise InputError(f"the folder {str(there)[:200]!r} may not be written to: name another")
    if closed:
        raise InputError(f"{str(closed[0])!r} may not be written to: remove it or name another folder")


def make_folder(folder: Path, names: Iterable[str]) -> None:
    """Check a folder as ``check_folder`` does, and make it where it is missing.

    Raises:
        InputError: The folder cannot be made, or a file could not be written there.
    """
    check_folder(folder, names)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the folder {str(folder)[:200]!r} cannot be made: {error.strerror or error}") from None


def _grey(mask: Mask) -> Rgb:
    return np.repeat((mask[:, :, None] * 255).astype(np.uint8), 3, axis=2)
