"""Reading a recording: traces with their scores, in the order of sample and attempt, whoever wrote them when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from agentseg.errors import InputError
from agentseg.trace import Trace, checked_trace
from agentseg.training.record.folder import SCORES, TRACES, parse_score
from agentseg.training.record.score import Score
from agentseg.training.record.table import TABLE, read_table


class _Place(NamedTuple):
    """Where a trace and its score begin in their files, in bytes; sorts by sample and attempt."""

    id: str
    attempt: int
    trace: int
    score: int


def read_recorded(folder: Path) -> Iterator[tuple[Trace, Score]]:
    """Read a recording: its lines where it has them, else its table.

    The order is that of sample ids and attempts, so that two recordings of the same have the same one. Of the lines,
    only ids and places are held in memory. A recording that is being written is read as far as it is.

    Args:
        folder: Of ``record``, or one that holds ``traces.parquet``.

    Raises:
        InputError: There is no recording, a line is broken or of another version, or a score is of another trace.
        MissingExtra: There is only a table, and pyarrow is missing.
    """
    folder = Path(folder)
    if (folder / SCORES).is_file():
        yield from _from_lines(folder)
    elif (folder / TABLE).is_file():
        yield from read_table(folder / TABLE)
    else:
        raise InputError(f"no recording in {str(folder)!r}: neither {SCORES} nor {TABLE} is there")


def _from_lines(folder: Path) -> Iterator[tuple[Trace, Score]]:
    paths = folder / TRACES, folder / SCORES
    try:
        places = sorted(_places(*paths))
        with paths[0].open("rb") as traces, paths[1].open("rb") as scores:
            for place in places:
                traces.seek(place.trace)
                scores.seek(place.score)
                where = f"{str(paths[0])!r}, byte {place.trace}"
                try:
                    data = json.loads(traces.readline())
                except (ValueError, RecursionError):
                    raise InputError(f"{where}: not JSON") from None
                trace = checked_trace(data, where)
                score = parse_score(scores.readline(), f"{str(paths[1])!r}, byte {place.score}")
                if score.trace_id != trace.trace_id:
                    raise InputError(
                        f"{where}: trace {trace.trace_id}, and the score of its line is that of {score.trace_id}: "
                        "lines were added or taken away by hand"
                    )
                yield trace, score
    except OSError as error:
        raise InputError(f"the recording {str(folder)!r}: {error.strerror or error}") from None


def _places(traces: Path, scores: Path) -> Iterator[_Place]:
    """Of each pair of whole lines, in the files' order."""
    trace, score = 0, 0
    with traces.open("rb") as theirs, scores.open("rb") as ours:
        for number, line in enumerate(ours, 1):
            seen = theirs.readline()
            if not (line.endswith(b"\n") and seen.endswith(b"\n")):
                return
            found = parse_score(line, f"{str(scores)!r}, line {number}")
            yield _Place(found.id, found.attempt, trace, score)
            trace, score = trace + len(seen), score + len(line)
