"""The work of a run in pieces that can be sent to other processes: samples in, lines out.

Whoever reads the dataset makes chunks, runs of samples on the same pixels. Whoever works answers and scores them with
its own systems. A sample that cannot be read or answered is a row too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple, Protocol, TypeVar

from pydantic import ValidationError

from agentseg.config import explain
from agentseg.errors import AgentSegError, ConfigError, InputError, MissingExtra
from agentseg.evaluation import protocols
from agentseg.evaluation.datasets import DATASETS, Entry, Folder
from agentseg.evaluation.prediction import Prediction, Row, TwinKind
from agentseg.evaluation.systems import Answered, System, Systems
from agentseg.sample import Sample

_SURROGATE = re.compile(r"[\ud800-\udfff]|\\ud[89a-f]")
"""A lone surrogate, or what it is spelled like."""

MOST_AT_ONCE = 8
"""Samples of one chunk: what a worker takes at a time."""


@dataclass(frozen=True)
class Entries:
    """The entries of a dataset, opened afresh by each iteration, in whichever process it is.

    Attributes:
        dataset: One of ``DATASETS``.
        root: Its folder.
        split: As the dataset calls it.
    """

    dataset: str
    root: str
    split: str

    def __iter__(self) -> Iterator[Entry]:
        if self.dataset not in DATASETS:
            raise InputError(f"no dataset {self.dataset!r}; there are {', '.join(DATASETS)}")
        return iter(DATASETS[self.dataset](Folder(self.root), self.split, self.dataset))

    def __str__(self) -> str:
        return f"{self.dataset}, split {self.split!r}, at {self.root!r}"


class Task(NamedTuple):
    """What is to be answered: a sample, or how it is made, or why there is none.

    Attributes:
        id: The sample's.
        ways: Those in which an answer is wanted: kinds of twins, or numbers of attempts.
        what: The sample; a function that makes it; or what was wrong with it.
        first: Whether it is the first of the dataset: a protocol that does not fit it does not fit the dataset.
    """

    id: str
    ways: tuple[Any, ...]
    what: Sample | Callable[[], Sample] | str
    first: bool = False


class Done(NamedTuple):
    """A row as its line, with the line of its times."""

    id: str
    twin: TwinKind
    failed: bool
    row: str
    timing: str


Chunk = list[Task]
R = TypeVar("R", covariant=True)


class Work(Protocol[R]):
    """What an engine carries out, wherever that is: picklable, and a function of chunks."""

    @property
    def build(self) -> Callable[[], Any]:
        """Makes what answers; called once in each process."""
        ...

    def work(self, chunk: Chunk, systems: Any) -> Iterator[R]:
        """Answer a chunk, a result at a time."""
        ...


@dataclass(frozen=True)
class Reading:
    """What is to be read: chunks of the samples that are not done yet, those of one scene, picture or clip together.

    Attributes:
        entries: Of the dataset. Ids that differ in their last part only are taken to be of one scene.
        ways: Ways in which each sample is answered: kinds of twins, or numbers of attempts.
        limit: Only the first so many, or None.
        done: (id, way) of what is there.
        make: Whether samples are made here; else where they are answered, which pays where making them is the most
            work and an entry is small.

    Raises:
        InputError: While it is read: there is no sample, or an id is of two.
    """

    entries: Iterable[Entry]
    ways: tuple[Any, ...]
    limit: int | None = None
    done: Container[tuple[str, Any]] = frozenset()
    make: bool = True

    def __iter__(self) -> Iterator[Chunk]:
        chunk: Chunk = []
        for task in self._tasks():
            if chunk and (len(chunk) == MOST_AT_ONCE or _scene(chunk[-1].id) != _scene(task.id)):
                yield chunk
                chunk = []
            chunk.append(task)
        if chunk:
            yield chunk

    def _tasks(self) -> Iterator[Task]:
        seen: set[str] = set()
        for entry in islice(self.entries, self.limit):
            id = written(entry.id)
            if id in seen:
                raise InputError(f"the dataset has two samples {id!r}: an id is of one sample")
            seen.add(id)
            ways = tuple(way for way in self.ways if (id, way) not in self.done)
            if ways:
                yield Task(id, ways, made(entry.make) if self.make else entry.make, len(seen) == 1)
        if not seen and self.limit != 0:
            where = self.entries if isinstance(self.entries, Entries) else "the dataset"
            raise InputError(f"no samples in {where}: nothing to do")


@dataclass(frozen=True)
class Job:
    """What is to be done with a chunk, wherever that is.

    Attributes:
        build: Makes the systems; called once in each process.
        protocol: Scores their predictions.
        split: Of samples that cannot be read.
    """

    build: Callable[[], Systems]
    protocol: protocols.Protocol
    split: str

    def work(self, chunk: Chunk, systems: Systems) -> Iterator[Done]:
        """Answer and score a chunk, a row at a time.

        Raises:
            AgentSegError: What no sample is to blame for: a protocol or reasoner that does not fit the dataset, or a
                missing package.
        """
        samples = [sample_of(task) for task in chunk]
        if chunk[0].first and isinstance(samples[0], Sample):
            self.protocol.check(samples[0])
        for twin, system in systems.items():
            for task, sample in zip(chunk, samples, strict=True):
                if twin in task.ways:
                    yield self._done(task.id, sample, twin, system)

    def _done(self, id: str, sample: Sample | str, twin: TwinKind, system: System) -> Done:
        timing: dict[str, float] = {}
        if isinstance(sample, str):
            prediction = Prediction.failure(sample)
            row = Row(id=id, twin=twin, task="segment", split=self.split, query="", prediction=prediction)
        else:
            row, timing = self._row(sample, twin, system)
        times = json.dumps({"id": id, "twin": twin, **timing}) + "\n"
        return Done(id, twin, row.prediction.failed, row.line, times)

    def _row(self, sample: Sample, twin: TwinKind, system: System) -> tuple[Row, dict[str, float]]:
        """The row of a sample and its times; what goes wrong is in the row."""
        try:
            self.protocol.check(sample)
        except InputError as error:  # a single one, such as a clip that is too short
            return Row.of(sample, twin, Prediction.failure(words(error)), {}), {}
        try:
            prediction, timing = _answered(system(sample))
            return Row.of(sample, twin, prediction, self.protocol.score(sample, prediction)), timing
        except (ConfigError, MissingExtra):
            raise
        except AgentSegError as error:
            prediction = Prediction.failure(words(error))
            return Row.of(sample, twin, prediction, self.protocol.score(sample, prediction)), {}


def _answered(said: Answered | Prediction) -> tuple[Prediction, dict[str, float]]:
    """Prediction and times; of a system that only predicts there are no times."""
    return (said, {}) if isinstance(said, Prediction) else (said.prediction, dict(said.timing))


def sample_of(task: Task) -> Sample | str:
    """The sample of a task, made where it is not yet, or what is wrong with it."""
    return made(task.what) if callable(task.what) else task.what


def made(make: Callable[[], Sample]) -> Sample | str:
    """The sample, or what is wrong with it.

    Raises:
        ConfigError: What no sample is to blame for.
        MissingExtra: A package is missing.
    """
    try:
        return make()
    except (ConfigError, MissingExtra):
        raise
    except ValidationError as error:
        return f"InputError: {explain(error)}"
    except AgentSegError as error:
        return words(error)


def words(error: AgentSegError) -> str:
    """An error as rows have it: its kind and what it says."""
    return f"{type(error).__name__}: {error}"


def written(id: str) -> str:
    """An id as a file can hold it: lone surrogates are spelled out; different ids stay different."""
    if not _SURROGATE.search(id):
        return id
    return id.replace("\\", "\\\\").encode("utf8", "backslashreplace").decode("utf8")


def _scene(id: str) -> str:
    """What the ids of one scene have in common; an id without parts is a scene of its own."""
    return id.rpartition("/")[0] or id
