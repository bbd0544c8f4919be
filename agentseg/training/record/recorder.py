"""From a sample to a trace, and the work of a recording in pieces that can be sent to other processes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from langchain_core.language_models import BaseChatModel

from agentseg.config import Config, load_config
from agentseg.errors import AgentSegError, ConfigError, MissingExtra
from agentseg.evaluation.datasets import open_frames
from agentseg.evaluation.oracle import is_oracle
from agentseg.evaluation.prediction import TwinKind
from agentseg.evaluation.systems import GraphSystem, TrueTwins
from agentseg.evaluation.work import Chunk, sample_of, words
from agentseg.graphs import trace_of
from agentseg.reasoners import load_reasoner
from agentseg.sample import Sample
from agentseg.trace import Trace, media_hash, trace_line
from agentseg.training.record.score import score_of
from agentseg.twin import Perceiver

SEEDS = 2**31
"""Seeds wrap around here: every server takes those below."""


class Recorder:
    """The graph on samples, attempt by attempt; samples in a row on the same pixels share one perception.

    Args:
        config: As ``load_config`` takes it; its seed is that of attempt 0.
        reasoner: A chat model, a name, ``oracle`` or ``oracle:detail``; None for the configured one.
        twin: ``perceived`` or ``true``.
        perceivers: In place of the configured ones.
        true_twins: Where true twins come from; None for those of rendered datasets.

    Raises:
        InputError: The configuration, a perceiver or the reasoner cannot be used.
    """

    def __init__(
        self,
        config: Config | str | None = None,
        reasoner: str | BaseChatModel | None = None,
        twin: TwinKind = "perceived",
        perceivers: Sequence[Perceiver] | None = None,
        true_twins: TrueTwins | None = None,
    ) -> None:
        name = type(reasoner).__name__ if isinstance(reasoner, BaseChatModel) else reasoner
        chosen = load_config(config, reasoner=name)
        self._name, self._seed = chosen.reasoner.model, chosen.reasoner.seed
        self._model: BaseChatModel | None = None
        if isinstance(reasoner, BaseChatModel):
            self._model = reasoner
        elif not is_oracle(self._name):
            self._model = load_reasoner(self._name, chosen.reasoner)
        self._system = GraphSystem(chosen, self._model, twin, perceivers, true_twins)
        self._hashed: tuple[object, str] = (None, "")

    def __call__(self, sample: Sample, attempt: int = 0) -> Trace:
        """The trace of one attempt.

        Args:
            sample: What is asked.
            attempt: From 0; attempt k samples with the configured seed + k, and its trace says so.

        Raises:
            AgentSegError: There is no trace: pixels cannot be read, a perceiver failed, no model was reached.
        """
        seed = (self._seed + attempt) % SEEDS
        if self._model is not None and "seed" in type(self._model).model_fields:
            # a copy of the last one shares the weights that it has loaded
            self._model = self._model.model_copy(update={"seed": seed})
        ran = self._system.run(sample, self._model)
        media = ran.scene.media or self._media(sample)
        return trace_of(ran.state, self._name, seed, media=media, attempt=attempt)

    def _media(self, sample: Sample) -> str:
        """Hash of the pixels behind true twins, which the graph has not seen."""
        key = (sample.dataset, sample.root, sample.media, sample.indices)
        if self._hashed[0] != key:
            self._hashed = (key, media_hash(open_frames(sample)))
        return self._hashed[1]


def build_recorder(config: Config, twin: TwinKind) -> Recorder:
    """A recorder of a configuration; picklable as a ``partial``."""
    return Recorder(config, twin=twin)


class Recorded(NamedTuple):
    """One attempt as lines: a trace with its score, or an error."""

    id: str
    attempt: int
    failed: bool
    trace: bytes = b""
    score: bytes = b""
    error: bytes = b""


@dataclass(frozen=True)
class RecordJob:
    """What is to be done with a chunk, wherever that is.

    Attributes:
        build: Makes what answers; called once in each process.
        twin: What it reasons over.
        revision: Which weights answer.
    """

    build: Callable[[], Callable[[Sample, int], Trace]]
    twin: TwinKind
    revision: str = ""

    def work(self, chunk: Chunk, systems: Callable[[Sample, int], Trace]) -> Iterator[Recorded]:
        """Record a chunk, an attempt at a time; what goes wrong with one is its error.

        Raises:
            AgentSegError: What no sample is to blame for: a configuration, a missing package.
        """
        for task in chunk:
            sample = sample_of(task)
            for attempt in task.ways:
                if isinstance(sample, str):
                    yield _failed(task.id, attempt, sample)
                else:
                    yield self._recorded(sample, attempt, systems)

    def _recorded(self, sample: Sample, attempt: int, recorder: Callable[[Sample, int], Trace]) -> Recorded:
        try:
            trace = recorder(sample, attempt)
            score = score_of(trace, sample, attempt, self.twin, self.revision)
        except (ConfigError, MissingExtra):
            raise
        except AgentSegError as error:
            return _failed(sample.id, attempt, words(error))
        return Recorded(sample.id, attempt, False, trace=trace_line(trace), score=score.line)


def _failed(id: str, attempt: int, error: str) -> Recorded:
    line = json.dumps({"id": id, "attempt": attempt, "error": error}, separators=(",", ":")) + "\n"
    return Recorded(id, attempt, True, error=line.encode("ascii"))
