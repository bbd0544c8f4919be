"""The folder of a recording, open for further lines.

A trace is on the disk before its score is written, and both before the next attempt is noted: a crash loses at most the
attempts in flight. A trace whose score a crash has lost is cut off when the recording goes on.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from math import fsum
from pathlib import Path
from typing import Any, BinaryIO, Self

from pydantic import ValidationError

from agentseg.errors import InputError
from agentseg.evaluation.lines import RUN, begin, cut_after, open_lines, replacing, told, write_json
from agentseg.evaluation.rows import UNREACHED
from agentseg.training.record.asked import RecordAsked
from agentseg.training.record.recorder import Recorded
from agentseg.training.record.score import Score
from agentseg.training.rows import KEEP

TRACES, SCORES, ERRORS = "traces.jsonl", "scores.jsonl", "errors.jsonl"


class RecordFolder:
    """A recording's folder; a context manager.

    Args:
        folder: Made where it is missing.
        asked: What the recording is asked for.
        resume: Go on with the recording in the folder. Without it, the folder is new or empty.

    Attributes:
        done: (id, attempt) of what is there; attempts whose model was not reached are not, they are asked again.
        failures: How many of them are errors.

    Raises:
        InputError: The folder cannot be written to, holds something else, another recording, or one that is running.
    """

    def __init__(self, folder: Path, asked: RecordAsked, resume: bool = False) -> None:
        self.folder = folder
        self.done: set[tuple[str, int]] = set()
        self.failures = 0
        self._files: dict[str, BinaryIO] = {}
        begin(folder, asked, resume, [TRACES, SCORES, ERRORS])
        try:
            with told(folder):
                for name in (TRACES, SCORES, ERRORS):
                    self._files[name] = open_lines(folder / name)
                self._align()
            self._read()
            write_json(folder, RUN, asked.model_dump(mode="json"))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the files go."""
        for file in self._files.values():
            file.close()

    def append(self, recorded: Recorded) -> None:
        """Add an attempt; it is on the disk when this returns.

        Raises:
            InputError: It cannot be written: the disk is full.
        """
        lines = {ERRORS: recorded.error} if recorded.failed else {TRACES: recorded.trace, SCORES: recorded.score}
        with told(self.folder):
            for name, line in lines.items():
                self._files[name].write(line)
                self._files[name].flush()
                os.fsync(self._files[name].fileno())

    def summary(self) -> dict[str, Any]:
        """How many traces there are, how they ended and how right they were.

        Returns:
            ``traces``, ``errors``, ``by_status``, ``accuracy`` (mean of those that have one, or None) and ``kept``
            (those above ``rows.KEEP``, as rejection sampling takes them).
        """
        statuses = Counter[str]()
        known: list[float] = []
        for score in read_scores(self.folder / SCORES):
            statuses[score.status] += 1
            if score.accuracy is not None:
                known.append(score.accuracy)
        return {
            "traces": statuses.total(),
            "errors": self._errors(),
            "by_status": dict(sorted(statuses.items())),
            "accuracy": fsum(known) / len(known) if known else None,
            "kept": sum(value > KEEP for value in known),
        }

    def _errors(self) -> int:
        with (self.folder / ERRORS).open("rb") as file:
            return sum(1 for _ in file)

    def _align(self) -> None:
        """Bring traces and scores to the same number of lines."""
        traces, scores = (_count(self.folder / name) for name in (TRACES, SCORES))
        if traces == scores + 1:
            file = self._files[TRACES]
            file.truncate(file.seek(0, os.SEEK_END) - 1)  # its line break, so that the line counts as broken
            cut_after(file, b"\n")
        elif traces != scores:
            raise InputError(
                f"{str(self.folder)!r}: {TRACES} has {traces} lines and {SCORES} {scores}: other programs record into "
                "files of their own; name another folder"
            )

    def _read(self) -> None:
        """Learn what is done; errors of models that were not reached are taken out, to be asked again."""
        for score in read_scores(self.folder / SCORES):
            self.done.add((score.id, score.attempt))
        lines = (self.folder / ERRORS).read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if not _error(line, self.folder)["error"].startswith(UNREACHED)]
        if len(kept) < len(lines):
            with told(self.folder):
                with replacing(self.folder / ERRORS) as file:
                    file.writelines(kept)
                self._files[ERRORS].close()
                self._files[ERRORS] = open_lines(self.folder / ERRORS)
        self.done |= {(error["id"], error["attempt"]) for error in (_error(line, self.folder) for line in kept)}
        self.failures = len(kept)


def read_scores(path: Path) -> Iterator[Score]:
    """Read ``scores.jsonl`` line by line; half a last line is left out.

    Raises:
        InputError: A line is no score.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.endswith(b"\n"):
                yield parse_score(line, f"{str(path)!r}, line {number}")


def parse_score(line: bytes, where: str) -> Score:
    """A score from its line.

    Raises:
        InputError: It is none; ``where`` is what it is called.
    """
    try:
        return Score.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the line"
        raise InputError(f"{where}: {place}: {first['msg']}") from None


def _error(line: bytes, folder: Path) -> dict[str, Any]:
    try:
        data = json.loads(line)
        return {"id": str(data["id"]), "attempt": int(data["attempt"]), "error": str(data["error"])}
    except (ValueError, TypeError, KeyError):
        raise InputError(f"{str(folder / ERRORS)!r}: {line[:80]!r} is no error with id, attempt and error") from None


def _count(path: Path) -> int:
    with path.open("rb") as file:
        return sum(part.count(b"\n") for part in iter(lambda: file.read(1 << 20), b""))
