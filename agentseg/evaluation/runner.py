"""Runs: a dataset through systems into a folder of rows, and from the rows a summary.

    asked = Asked.of(config, dataset="kitchenbench", split="test", protocol="kitchenbench", twins=("perceived", "true"))
    build = partial(build_systems, config, None, asked.twins)
    summary = evaluate(Entries("kitchenbench", ".", "test"), build, asked, Path("runs/a"))

The summary depends on the rows alone, whatever order they came in and however often the run was interrupted; times,
which no two runs share, stand apart in ``timing.json``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from agentseg.evaluation.asked import Asked
from agentseg.evaluation.datasets import Entry
from agentseg.evaluation.engines import engine_of
from agentseg.evaluation.metrics.cost import spread
from agentseg.evaluation.protocols import Protocol, protocol
from agentseg.evaluation.rows import SUMMARY, TIMES, RunFolder
from agentseg.evaluation.systems import RENDERED, Systems
from agentseg.evaluation.work import Job, Reading


@dataclass(frozen=True)
class Step:
    """How far a run is, after a row; one without an id is its start.

    Attributes:
        id: The sample whose row was written, or empty.
        done: Rows written, those of earlier runs of this folder among them.
        before: Rows that were there at the start.
        failures: Rows without an answer.
        seconds: Since the start.
    """

    id: str
    done: int
    before: int
    failures: int
    seconds: float


def evaluate(
    entries: Iterable[Entry],
    build: Callable[[], Systems],
    asked: Asked,
    out: Path,
    *,
    scoring: Protocol | None = None,
    resume: bool = False,
    workers: int = 1,
    engine: str = "local",
    on_progress: Callable[[Step], None] | None = None,
) -> dict[str, Any]:
    """Answer and score a dataset.

    Args:
        entries: Of the dataset; ``Entries`` opens one. For the engine ``ray`` they must be picklable.
        build: Makes the systems, one for each of ``asked.twins``. With more than one worker, and for ``ray``, it must
            be picklable, such as a ``partial`` of a module's function.
        asked: What decides the rows: written to ``run.json``.
        out: The run's folder, made where it is missing.
        scoring: A protocol of the user's own; None for the one that ``asked`` names.
        resume: Go on with the run in ``out``; rows whose model was not reached are asked again.
        workers: Processes that answer, each with systems of its own.
        engine: ``local`` or ``ray``.
        on_progress: Called at the start and after each row.

    Returns:
        The summary, as ``summary.json`` has it: by kind of twin, what the protocol makes of its rows.

    Raises:
        InputError: The folder holds something else or another run, the dataset cannot be opened, the protocol does not
            fit it, it has no sample, or a worker's systems cannot be made. Samples that cannot be read or answered are
            rows instead.
        MissingExtra: A package is missing.
    """
    scores = scoring or protocol(asked.protocol)
    work = engine_of(engine, workers)
    started = time.perf_counter()
    with RunFolder(out, asked, resume) as run:
        done = before = len(run.done)
        failures = run.failures
        tell = on_progress or (lambda step: None)
        tell(Step("", done, before, failures, 0.0))
        make = asked.dataset not in RENDERED  # what is rendered is made where it is answered
        reading = Reading(entries, asked.twins, asked.limit, frozenset(run.done), make)
        with closing(work(reading, Job(build, scores, asked.split), workers)) as rows:
            for row in rows:
                run.append(row.row, row.timing)
                done, failures = done + 1, failures + row.failed
                tell(Step(row.id, done, before, failures, time.perf_counter() - started))
        summary = summarised(run, asked, scores)
        run.write(SUMMARY, summary)
        run.write(TIMES, times(run))
    return summary


def summarised(run: RunFolder, asked: Asked, scores: Protocol) -> dict[str, Any]:
    """What the protocol makes of a run's rows, by kind of twin."""
    twins = {twin: scores.summarise(run.rows(twin)) for twin in asked.twins}
    for found in twins.values():
        found.pop("others", None)  # each kind stands for itself
    head = {"dataset": asked.dataset, "split": asked.split, "protocol": scores.name, "statement": scores.statement}
    return {**head, "twins": twins}


def times(run: RunFolder) -> dict[str, Any]:
    """Distribution of every time by kind of twin: of all rows, failures too; and of a frame's share of the total."""
    last = dict(run.times())  # of a sample that was asked again, the last one
    found: dict[str, Any] = {}
    for twin in sorted({key[1] for key in last}):
        rows = [numbers for key, numbers in last.items() if key[1] == twin]
        columns = {
            name: [row.get(name) for row in rows]
            for name in sorted({name for row in rows for name in row} - {"frames"})
        }
        shares = [row["total_ms"] / row["frames"] for row in rows if row.get("frames", 0) >= 1 and "total_ms" in row]
        found[twin] = {name: asdict(spread(values)) for name, values in columns.items()}
        found[twin]["total_ms_per_frame"] = asdict(spread(shares))
    return found
