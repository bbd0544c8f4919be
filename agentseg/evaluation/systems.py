"""Systems under evaluation: functions from a sample to an answer and its times.

``GraphSystem`` is agentseg itself. It sees a sample's query and pixels, or the twins that its simulator knows to be
true; of the truth to be found it sees nothing (only the oracle is told the plan).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from langchain_core.language_models import BaseChatModel

from agentseg.config import Config, load_config
from agentseg.errors import ConfigError
from agentseg.evaluation.datasets import open_frames
from agentseg.evaluation.files import FilesSystem
from agentseg.evaluation.from_state import predict
from agentseg.evaluation.oracle import is_oracle, oracle_for
from agentseg.evaluation.prediction import Prediction, TwinKind
from agentseg.frames import FrameStore
from agentseg.graphs import Context, SegState, run_query
from agentseg.graphs.perceiving import perceive_all
from agentseg.perception import load_perceivers
from agentseg.reasoners import load_reasoner
from agentseg.sample import Sample
from agentseg.trace import media_hash
from agentseg.twin import Perceiver, Twin

Timing = Mapping[str, float]
"""``frames`` and milliseconds: ``read_ms`` pixels from the disk, ``perceive_ms``, ``reason_ms`` the model, ``run_ms``
plans, ``total_ms`` all but the reading."""


@dataclass(frozen=True)
class Answered:
    """What a system says to a sample, and what it took (empty where nobody measured it)."""

    prediction: Prediction
    timing: Timing


System = Callable[[Sample], Answered | Prediction]
Systems = Mapping[TwinKind, System]
"""Systems by what their answers stand on: each answers every sample, and each answer is a row."""

TrueTwins = Callable[[Sample], Sequence[Twin]]

RENDERED = ("kitchenbench",)
"""Datasets that a simulator makes as they are asked for: it knows the true twins, and no folder is needed."""


class Scene(NamedTuple):
    """The pixels of a sample, what was perceived in them, and what both took.

    Attributes:
        frames: None where true twins stand for them.
        twins: One a frame.
        media: Hash of the pixels, or empty.
        read_ms: Milliseconds for the pixels.
        perceive_ms: Milliseconds for the twins.
    """

    frames: FrameStore
    twins: tuple[Twin, ...]
    media: str
    read_ms: float
    perceive_ms: float


class Ran(NamedTuple):
    """One query that has gone through the graph.

    Attributes:
        state: As the graph left it.
        model: What reasoned.
        scene: What it reasoned over.
        ms: Milliseconds for the query alone.
    """

    state: SegState
    model: BaseChatModel
    scene: Scene
    ms: float


class GraphSystem:
    """agentseg on samples.

    Samples that follow each other on the same pixels share one perception; each is charged its whole time, as if it had
    been asked alone. With true twins no pixel is looked at, so steps that look again see nothing new.

    Args:
        config: As ``load_config`` takes it.
        reasoner: A chat model, a name, ``oracle`` or ``oracle:detail``; None for the configured one.
        twin: ``perceived`` or ``true``.
        perceivers: In place of the configured ones.
        true_twins: Where true twins come from; None for those of ``RENDERED``.

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
        self._config = load_config(config, reasoner=reasoner if isinstance(reasoner, str) else None)
        name = self._config.reasoner.model
        model = reasoner if isinstance(reasoner, BaseChatModel) else name
        self._model = None if is_oracle(model) else load_reasoner(model, self._config.reasoner)
        self._true_twins = true_twins or _true_twins
        self._twin = twin
        self._perceivers: tuple[Perceiver, ...] = ()
        if twin == "perceived":
            if perceivers is None:
                perceivers = load_perceivers(self._config.perception, self._config.vision)
            self._perceivers = tuple(perceivers)
        self._last: tuple[tuple[object, ...], Scene] | None = None

    def __call__(self, sample: Sample) -> Answered:
        """Answer a sample.

        Raises:
            AgentSegError: There is no answer: its pixels cannot be read, a perceiver failed, no model was reached.
        """
        state, model, scene, ms = self.run(sample)
        timing = {
            "frames": len(scene.twins),
            "read_ms": scene.read_ms,
            "perceive_ms": scene.perceive_ms,
            "reason_ms": round(sum(event.ms for event in state.events if event.node == "reason"), 3),
            "run_ms": round(sum(event.ms for event in state.events if event.node == "refine"), 3),
            "total_ms": round(scene.perceive_ms + ms, 3),
        }
        return Answered(predict(state, sample, model), timing)

    def run(self, sample: Sample, model: BaseChatModel | None = None) -> Ran:
        """Take a sample's query through the graph.

        Args:
            sample: Its query is asked over its scene.
            model: In place of the system's own.

        Raises:
            AgentSegError: As for an answer.
        """
        model = model or self._model or self._oracle(sample)
        scene = self._scene(sample)
        context = Context(scene.frames, self._perceivers, model, self._config)
        started = time.perf_counter()
        state = run_query(sample.query, context, twins=scene.twins, media=scene.media)
        return Ran(state, model, scene, _since(started))

    def _oracle(self, sample: Sample) -> BaseChatModel:
        return oracle_for(sample, self._config.reasoner.model)

    def _scene(self, sample: Sample) -> Scene:
        """The sample's scene: the last one again, or a new one."""
        key = (sample.dataset, sample.root, sample.media, sample.indices)
        if self._last is None or self._last[0] != key:
            self._last = None  # let the old pixels go before the new ones come
            self._last = (key, self._perceived(sample) if self._twin == "perceived" else self._known(sample))
        return self._last[1]

    def _perceived(self, sample: Sample) -> Scene:
        started = time.perf_counter()
        frames = FrameStore(open_frames(sample))
        read = _since(started)
        started = time.perf_counter()
        # the reasoner is not asked yet; a context has one
        context = Context(frames, self._perceivers, self._model or self._oracle(sample), self._config)
        twins = tuple(perceive_all(context))
        return Scene(frames, twins, media_hash(frames), read, _since(started))

    def _known(self, sample: Sample) -> Scene:
        return Scene(FrameStore(), tuple(self._true_twins(sample)), "", 0.0, 0.0)


def build_systems(
    config: Config, reasoner: str | BaseChatModel | None, twins: Sequence[TwinKind]
) -> dict[TwinKind, System]:
    """Make agentseg for each kind of twin, with one model between them.

    Raises:
        InputError: A perceiver or the reasoner cannot be used.
    """
    named = config.reasoner.model if reasoner is None else reasoner
    model = named if is_oracle(named) else load_reasoner(named, config.reasoner)
    return {twin: GraphSystem(config, model, twin) for twin in twins}


def build_files(folder: str) -> dict[TwinKind, System]:
    """Another system's outputs; see ``files``.

    Raises:
        InputError: There are none in the folder.
    """
    return {"files": FilesSystem(folder)}


def _true_twins(sample: Sample) -> Sequence[Twin]:
    if sample.dataset not in RENDERED:
        raise ConfigError(
            f"nobody knows the true twins of {sample.dataset}: use --twin perceived (true ones: {', '.join(RENDERED)})"
        )
    from agentseg.evaluation.datasets.kitchenbench import true_twins

    return true_twins(sample)


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)
