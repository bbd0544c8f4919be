"""A recording: a dataset through the graph into a folder of traces; see the package for an example."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from agentseg.evaluation.datasets import Entry
from agentseg.evaluation.engines import engine_of
from agentseg.evaluation.runner import Step
from agentseg.evaluation.systems import RENDERED
from agentseg.evaluation.work import Reading
from agentseg.sample import Sample
from agentseg.trace import Trace
from agentseg.training.record.asked import RecordAsked
from agentseg.training.record.folder import RecordFolder
from agentseg.training.record.recorder import RecordJob


def record(
    entries: Iterable[Entry],
    build: Callable[[], Callable[[Sample, int], Trace]],
    asked: RecordAsked,
    out: Path,
    *,
    resume: bool = False,
    workers: int = 1,
    engine: str = "local",
    on_progress: Callable[[Step], None] | None = None,
) -> dict[str, Any]:
    """Record a dataset.

    Args:
        entries: Of the dataset. For the engine ``ray`` they must be picklable.
        build: Makes a ``Recorder``, or any other function from sample and attempt to a trace. With more than one
            worker, and for ``ray``, it must be picklable, such as a ``partial`` of ``build_recorder``.
        asked: What decides the traces: written to ``run.json``. It names one kind of twin.
        out: The recording's folder, made where it is missing.
        resume: Go on with the recording in ``out``, by what is done: attempts whose model was not reached are asked
            again, and ``asked`` may want more samples or attempts than before.
        workers: Processes that answer, each with a model of its own.
        engine: ``local`` or ``ray``.
        on_progress: Called at the start and after each attempt.

    Returns:
        As ``RecordFolder.summary``.

    Raises:
        InputError: The folder holds something else or another recording, or the dataset or a model cannot be used.
            Samples that cannot be read or answered are errors of ``errors.jsonl`` instead.
        MissingExtra: A package is missing.
    """
    work = engine_of(engine, workers)
    started = time.perf_counter()
    tell = on_progress or (lambda step: None)
    with RecordFolder(out, asked, resume) as folder:
        done = before = len(folder.done)
        failures = folder.failures
        tell(Step("", done, before, failures, 0.0))
        ways = tuple(range(asked.attempts))
        make = asked.dataset not in RENDERED  # what is rendered is made where it is answered
        reading = Reading(entries, ways, asked.limit, frozenset(folder.done), make)
        job = RecordJob(build, asked.twins[0], asked.revision)
        with closing(work(reading, job, workers)) as found:
            for one in found:
                folder.append(one)
                done, failures = done + 1, failures + one.failed
                tell(Step(one.id, done, before, failures, time.perf_counter() - started))
        return folder.summary()
