"""The folder of a run: ``run.json``, ``rows.jsonl``, ``timing.jsonl``, and what is made of them at the end.

A row is on the disk before the next one is begun, so that a crash loses at most the samples in flight. What a crash
left of a last line is cut off when the run goes on.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Self

from agentseg.errors import InputError
from agentseg.evaluation.asked import Asked
from agentseg.evaluation.prediction import Row, read_rows

RUN, ROWS, TIMING = "run.json", "rows.jsonl", "timing.jsonl"
UNREACHED = "ReasonerError: "
"""How the error of a row begins whose model was not reached: a resumed run asks again."""


class RunFolder:
    """A run's folder, open for further rows; a context manager.

    Args:
        folder: Made where it is missing.
        asked: What the run is asked for.
        resume: Go on with the run in the folder. Without it, the folder is new or empty.

    Attributes:
        done: (id, twin) of the rows that are there.
        failures: How many of them have no answer.

    Raises:
        InputError: The folder cannot be written to, holds something else, another run, or one that is running.
    """

    def __init__(self, folder: Path, asked: Asked, resume: bool = False) -> None:
        self.folder = folder
        self.done: set[tuple[str, str]] = set()
        self.failures = 0
        with self._told():
            folder.mkdir(parents=True, exist_ok=True)
            begun = _begun(folder)
        if begun:
            _check(folder, asked, resume)
        with self._told():
            self._rows = _opened(folder / ROWS)
        try:
            if not begun:
                self.write(RUN, asked.model_dump(mode="json"))
            self._read()
            with self._told():
                self._timing = _opened(folder / TIMING)
        except BaseException:
            self._rows.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self._rows.close()
        self._timing.close()

    def append(self, row: str, timing: str) -> None:
        """Add a row's line and that of its times; the row is on the disk when this returns.

        Raises:
            InputError: They cannot be written: the disk is full.
        """
        with self._told():
            # the times first: a row that is there is never asked again
            self._timing.write(timing.encode("utf8"))
            self._timing.flush()
            self._rows.write(row.encode("utf8"))
            self._rows.flush()
            os.fsync(self._rows.fileno())

    def rows(self, twin: str) -> Iterator[Row]:
        """The rows of a kind of twin, one at a time."""
        return (row for row in read_rows(self.folder / ROWS) if row.twin == twin)

    def times(self) -> Iterator[dict[str, Any]]:
        """The lines of ``timing.jsonl``; those that cannot be read are left out."""
        with (self.folder / TIMING).open("rb") as lines:
            for line in lines:
                with contextlib.suppress(ValueError):
                    yield json.loads(line)

    def write(self, name: str, data: dict[str, Any]) -> None:
        """Write a JSON file of the folder, whole or not at all.

        Raises:
            InputError: It cannot be written.
        """
        partial = self.folder / f".{name}.part"
        with self._told():
            with partial.open("w", encoding="utf8") as file:
                file.write(json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self.folder / name)

    def _read(self) -> None:
        """Learn what is done; rows whose model was not reached are taken out, to be asked again."""
        again = False
        for row in read_rows(self.folder / ROWS):
            if row.prediction.error.startswith(UNREACHED):
                again = True
                continue
            self.done.add(row.key)
            self.failures += row.prediction.failed
        if not again:
            return
        partial = self.folder / f".{ROWS}.part"
        with self._told():
            with partial.open("wb") as file:
                for row in read_rows(self.folder / ROWS):
                    if row.key in self.done:
                        file.write(row.line.encode("utf8"))
                file.flush()
                os.fsync(file.fileno())
            self._rows.close()
            partial.replace(self.folder / ROWS)
            self._rows = _opened(self.folder / ROWS)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise InputError(f"the run's folder {str(self.folder)!r}: {error.strerror or error}") from None


def _begun(folder: Path) -> bool:
    """Whether a folder holds more than a run that ended before its first row."""
    ours = (RUN, ROWS, TIMING, f".{RUN}.part")
    rows = folder / ROWS
    return any(child.name not in ours for child in folder.iterdir()) or (rows.exists() and rows.stat().st_size > 0)


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


def _opened(path: Path) -> BinaryIO:
    """Open a file of lines for appending, alone, and without what a crash left of the last line."""
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
        end = file.seek(0, os.SEEK_END)
        tail = b""
        while end > 0 and b"\n" not in tail:
            start = max(0, end - 65536)
            file.seek(start)
            tail, end = file.read(end - start) + tail, start
        broken = len(tail.rpartition(b"\n")[2])
        if broken:
            file.truncate(file.seek(0, os.SEEK_END) - broken)
    except BaseException:
        file.close()
        raise
    return file
