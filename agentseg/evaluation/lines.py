"""A run's folder on the disk: what it was asked for, lines that survive a crash, and JSON that is whole or not there.

Evaluations and recordings share it: a folder that holds another run is refused, only one process writes, and what a
crash left of a last line is cut off when the run goes on.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from agentseg.errors import InputError
from agentseg.evaluation.asked import Asked

RUN = "run.json"
"""What the run was asked for."""


@contextlib.contextmanager
def told(folder: Path) -> Iterator[None]:
    """Tell what the disk refuses as an InputError that names the folder."""
    try:
        yield
    except OSError as error:
        raise InputError(f"the run's folder {str(folder)!r}: {error.strerror or error}") from None


def begin(folder: Path, asked: Asked, resume: bool, rows: Iterable[str], others: Iterable[str] = ()) -> bool:
    """Make a run's folder, or find out that the run in it can go on.

    Args:
        folder: Made where it is missing.
        asked: What the run is asked for.
        resume: Go on with the run in the folder. Without it, the folder is new or holds no row yet.
        rows: Files of lines that say that a run has begun.
        others: Further files of a run.

    Returns:
        Whether there was a run already; the others have to write ``run.json``.

    Raises:
        InputError: The folder cannot be written to, holds something else, or another run.
    """
    with told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        begun = _begun(folder, tuple(rows), tuple(others))
    if begun:
        _check(folder, asked, resume)
    return begun


def write_json(folder: Path, name: str, data: dict[str, Any]) -> None:
    """Write a JSON file of the folder, whole or not at all.

    Raises:
        InputError: It cannot be written.
    """
    with told(folder), replacing(folder / name) as file:
        file.write((json.dumps(data, indent=1, sort_keys=True) + "\n").encode("ascii"))  # names may be of any bytes


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes the place of ``path`` when it is whole and on the disk."""
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def open_lines(path: Path) -> BinaryIO:
    """Open a file of lines for appending, alone, and without what a crash left of the last line.

    Raises:
        InputError: Another process has it open.
        OSError: The disk refuses.
    """
    file = path.open("ab+")
    try:
        if sys.platform != "win32":
            import fcntl

            try:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InputError(f"{str(path.parent)!r}: another process writes this run: wait for it") from None
            except OSError:  # a network file system without locks
                pass
        cut_after(file, b"\n")
    except BaseException:
        file.close()
        raise
    return file


def cut_after(file: BinaryIO, end: bytes) -> None:
    """Cut a file behind the last place where it says ``end``; all of it where it never does."""
    place = file.seek(0, os.SEEK_END)
    tail = b""
    while place > 0 and end not in tail:
        start = max(0, place - 65536)
        file.seek(start)
        tail, place = file.read(place - start) + tail, start
    broken = len(tail.rpartition(end)[2])
    if broken:
        file.truncate(file.seek(0, os.SEEK_END) - broken)


def _begun(folder: Path, rows: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether a folder holds more than a run that ended before its first row."""
    ours = (RUN, f".{RUN}.part", *rows, *others)
    if any(child.name not in ours for child in folder.iterdir()):
        return True
    return any((folder / name).exists() and (folder / name).stat().st_size > 0 for name in rows)


def _check(folder: Path, asked: Asked, resume: bool) -> None:
    """Find out whether a folder that holds something holds this run.

    Raises:
        InputError: It does not, or it was not meant to.
    """
    shown = repr(str(folder))
    try:
        before = json.loads((folder / RUN).read_text("utf8"))
    except (OSError, ValueError):
        before = None
    if not isinstance(before, dict):
        raise InputError(f"{shown} is not empty and holds no run ({RUN}): name another folder")
    if not resume:
        raise InputError(f"{shown} holds a run already: --resume goes on with it, or name another folder")
    differences = asked.differences(before)
    if differences:
        more = f" (and {len(differences) - 3} more)" if len(differences) > 3 else ""
        raise InputError(f"{shown} holds another run: {'; '.join(differences[:3])}{more}: name another folder")
