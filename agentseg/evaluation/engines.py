"""Who does the work of a run: this process, several processes of this machine, or a Ray cluster (``on_ray``).

An engine is a function ``(reading, job, workers) -> results``; they come in whatever order they are finished.
"""

from __future__ import annotations

import pickle
import signal
from collections import deque
from collections.abc import Generator, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from agentseg.errors import AgentSegError, InputError
from agentseg.evaluation.work import Chunk, R, Reading, Work


class Engine(Protocol):
    """Carries work out."""

    def __call__(self, reading: Reading, job: Work[R], workers: int) -> Generator[R, None, None]:
        """Yield the results of every chunk."""
        ...


STOP_SECONDS = 5.0
"""How long a worker may take to end before it is killed."""


def in_process(reading: Reading, job: Work[R], workers: int = 1) -> Generator[R, None, None]:
    """Work here, one sample after the other."""
    systems = job.build()
    for chunk in reading:
        yield from job.work(chunk, systems)


def in_processes(reading: Reading, job: Work[R], workers: int) -> Generator[R, None, None]:
    """Work in processes of this machine, each with systems of its own; this process reads the dataset.

    Workers end when this process does, however it ends.

    Args:
        reading: Read here.
        job: Must be picklable: functions and classes of modules.
        workers: How many processes.

    Raises:
        AgentSegError: As ``Job.work`` does, or a worker died.
        InputError: The job cannot be sent to another process.
    """
    try:
        pickle.dumps(job)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        reason = f"{type(error).__name__}: {str(error)[:120]}"
        raise InputError(f"workers need systems and protocols of modules, no local functions ({reason})") from None
    crew = [_Worker(job) for _ in range(workers)]
    try:
        yield from _shared_out(iter(reading), crew)
    finally:
        for worker in crew:
            worker.stop()


def on_ray(reading: Reading, job: Work[R], workers: int) -> Generator[R, None, None]:
    """Work on a Ray cluster; see ``ray_engine``."""
    from agentseg.evaluation.ray_engine import on_ray as work

    return work(reading, job, workers)


ENGINES: dict[str, Engine] = {"local": in_processes, "ray": on_ray}
"""Engines by name; ``local`` with one worker is ``in_process``."""


def engine_of(name: str, workers: int) -> Engine:
    """The engine of a name.

    Raises:
        InputError: There is no such engine, or fewer than 1 worker.
    """
    if name not in ENGINES:
        raise InputError(f"no engine {name!r}; there are {', '.join(ENGINES)}")
    if workers < 1:
        raise InputError(f"a run has at least 1 worker; found {workers}")
    return in_process if (name, workers) == ("local", 1) else ENGINES[name]


class _Worker:
    """A process that is given one chunk at a time, so that neither end ever waits to send."""

    def __init__(self, job: Work[Any]) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_serve, args=(theirs, job), daemon=True)
        self.process.start()
        theirs.close()  # so that a worker that dies closes the pipe
        self.chunk: Chunk = []

    def give(self, chunk: Chunk) -> None:
        """Send a chunk to this idle worker."""
        self.chunk = chunk
        try:
            self.pipe.send(chunk)
        except OSError:
            raise self._dead() from None

    def take(self) -> Any:
        """The next row, or None where the chunk is done."""
        try:
            kind, what = self.pipe.recv()
        except (EOFError, OSError):
            raise self._dead() from None
        if kind == "error":
            raise InputError(what)
        return what if kind == "row" else None

    def stop(self) -> None:
        """End the process."""
        self.pipe.close()
        self.process.terminate()
        self.process.join(STOP_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()

    def _dead(self) -> AgentSegError:
        self.process.join(STOP_SECONDS)
        where = f" at {self.chunk[0].id!r} or soon after it" if self.chunk else ""
        return AgentSegError(f"a worker ended with code {self.process.exitcode}{where}: go on with --resume")


def _shared_out(chunks: Iterator[Chunk], crew: list[_Worker]) -> Generator[Any, None, None]:
    """Keep every worker busy, and read ahead by one chunk for each of them while they work."""
    idle, busy = list(crew), dict[Any, _Worker]()
    ahead: deque[Chunk] = deque()
    more = True
    while True:
        while idle and (ahead or more):
            chunk = ahead.popleft() if ahead else next(chunks, None)
            if chunk is None:
                more = False
                break
            worker = idle.pop()
            worker.give(chunk)
            busy[worker.pipe] = worker
        if not busy:
            return
        if more and len(ahead) < len(crew) and not wait(list(busy), 0):
            chunk = next(chunks, None)
            if chunk is None:
                more = False
            else:
                ahead.append(chunk)
            continue
        for pipe in wait(list(busy)):
            row = busy[pipe].take()
            if row is None:
                idle.append(busy.pop(pipe))
            else:
                yield row


def _serve(pipe: Connection, job: Work[Any]) -> None:
    """A worker's life: build the systems, then answer chunks until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    try:
        systems = job.build()
        while True:
            for row in job.work(pipe.recv(), systems):
                pipe.send(("row", row))
            pipe.send(("done", None))
    except AgentSegError as error:
        pipe.send(("error", str(error)))
    except (EOFError, OSError):  # the parent is gone
        return
