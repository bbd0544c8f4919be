"""What rollouts start from: a query over recorded twins, with its truth and, for distillation, the teacher's chain.

A file of asks is JSON lines. It is read line by line where it lies, so that neither memory nor Arrow, which would turn
0.3 into 0.30000000000000004, stands between a twin and the plan that runs on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agentseg.errors import InputError
from agentseg.sample import Sample
from agentseg.trace import Trace
from agentseg.twin import Twin

KEPT = 256
"""Asks that are kept as values; a batch asks for the same one as often as it has generations."""


class Ask(BaseModel):
    """One query to answer in training.

    Attributes:
        twins: What is known of the frames, true or recorded; one for a picture.
        media: Hash of the pixels that they were made from, or empty.
        sample: The query and its truth.
        teacher: A right trace of the teacher, to compare a chain with; None where there is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    twins: tuple[Twin, ...] = Field(min_length=1)
    media: str = ""
    sample: Sample
    teacher: Trace | None = None


class Asks:
    """Asks of files, by number.

    Args:
        files: JSON lines of ``Ask``.

    Raises:
        InputError: A file cannot be read, is empty, or its first line is no ask.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self._places: list[tuple[Path, int]] = []
        for path in files:
            before = len(self._places)
            try:
                with path.open("rb") as file:
                    offset = 0
                    for line in file:
                        if line.strip():
                            self._places.append((path, offset))
                        offset += len(line)
            except OSError as error:
                raise InputError(f"no asks at {str(path)!r}: {error.strerror or error}") from None
            if len(self._places) == before:
                raise InputError(f"{str(path)!r} is empty: write a line for each ask")
            self._read(before)
        self._kept = lru_cache(maxsize=KEPT)(self._read)

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, number: int) -> Ask:
        return self._kept(number)

    def _read(self, number: int) -> Ask:
        path, offset = self._places[number]
        with path.open("rb") as file:
            file.seek(offset)
            line = file.readline()
        try:
            return Ask.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the whole"
            raise InputError(f"{str(path)!r}, byte {offset}: {where}: {first['msg']}") from None


def write_asks(path: Path, asks: Iterable[Ask]) -> int:
    """Write asks as JSON lines; returns how many."""
    count = 0
    with path.open("w", encoding="utf8") as file:
        for ask in asks:
            file.write(json.dumps(ask.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
    return count
