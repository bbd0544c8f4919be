"""The folder of a run: ``run.json``, ``rows.jsonl``, ``timing.jsonl``, and what is made of them at the end.

A row is on the disk before the next one is begun, so that a crash loses at most the samples in flight. What a crash
left of a last line is cut off when the run goes on.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self, get_args

from agentseg.evaluation.asked import Asked
from agentseg.evaluation.lines import RUN, begin, open_lines, replacing, told, write_json
from agentseg.evaluation.prediction import Row, TwinKind, read_rows

ROWS, TIMING = "rows.jsonl", "timing.jsonl"
SUMMARY, TIMES = "summary.json", "timing.json"
UNREACHED = "ReasonerError: "
"""How the error of a row begins whose model was not reached: a resumed run asks again."""
LONGEST = 1e15
"""No time in ms is as great; sums and shares of such are still finite."""


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
        begun = begin(folder, asked, resume, [ROWS], [TIMING])
        with told(folder):
            self._rows = open_lines(folder / ROWS)
        try:
            if not begun:
                self.write(RUN, asked.model_dump(mode="json"))
            self._read()
            with told(self.folder):
                self._timing = open_lines(folder / TIMING)
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
        with told(self.folder):
            # the times first: a row that is there is never asked again
            self._timing.write(timing.encode("utf8"))
            self._timing.flush()
            self._rows.write(row.encode("utf8"))
            self._rows.flush()
            os.fsync(self._rows.fileno())

    def rows(self, twin: str) -> Iterator[Row]:
        """The rows of a kind of twin, one at a time."""
        return (row for row in read_rows(self.folder / ROWS) if row.twin == twin)

    def times(self) -> Iterator[tuple[tuple[str, str], dict[str, float]]]:
        """The lines of ``timing.jsonl`` as (id, twin) and numbers; those that hold anything else are left out."""
        with (self.folder / TIMING).open("rb") as lines:
            for line in lines:
                with contextlib.suppress(ValueError, RecursionError):
                    found = json.loads(line)
                    if _timed(found):
                        yield (found.pop("id"), found.pop("twin")), found

    def write(self, name: str, data: dict[str, Any]) -> None:
        """Write a JSON file of the folder, whole or not at all.

        Raises:
            InputError: It cannot be written.
        """
        write_json(self.folder, name, data)

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
        with told(self.folder):
            for name in (SUMMARY, TIMES):  # of rows that will not be there, should this run be stopped
                (self.folder / name).unlink(missing_ok=True)
            with replacing(self.folder / ROWS) as file:
                for row in read_rows(self.folder / ROWS):
                    if row.key in self.done:
                        file.write(row.line.encode("utf8"))
            self._rows.close()
            self._rows = open_lines(self.folder / ROWS)


def unreached(folder: Path) -> str:
    """What the first row of a run says, where no row's model was reached; else nothing."""
    first = ""
    for row in read_rows(folder / ROWS):
        if not row.prediction.error.startswith(UNREACHED):
            return ""
        first = first or row.prediction.error.removeprefix(UNREACHED)
    return first


def _timed(line: Any) -> bool:
    """Whether a line of ``timing.jsonl`` is an object of id, twin and finite numbers."""
    if not isinstance(line, dict) or not isinstance(line.get("id"), str) or line.get("twin") not in get_args(TwinKind):
        return False
    numbers = [value for name, value in line.items() if name not in ("id", "twin")]
    return all(isinstance(n, int | float) and not isinstance(n, bool) and abs(n) < LONGEST for n in numbers)
