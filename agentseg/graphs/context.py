"""What a run works with and a checkpoint never holds: pixels, models, limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from langchain_core.language_models import BaseChatModel

from agentseg.config import Config, load_config
from agentseg.errors import InputError
from agentseg.frames import FrameStore, as_frames
from agentseg.graphs.just_in_time import lookers, measuring_steps
from agentseg.perception import Tracker, load_perceivers
from agentseg.perception.capabilities import looking_for
from agentseg.plan_syntax import Params
from agentseg.reasoners import load_reasoner
from agentseg.timeline import Timeline
from agentseg.tools.as_tool import StepTool, as_tool
from agentseg.tools.run import STEPS, StepFunction
from agentseg.tools.scene import Scene
from agentseg.twin import Perceiver


@dataclass(frozen=True)
class Context:
    """The runtime context of the graph (LangGraph's ``context=``).

    Attributes:
        frames: The picture, or the frames of a clip.
        perceivers: Perceivers in order; each reads a frame and extends the twin.
        reasoner: Any LangChain chat model.
        config: Limits and sampling; its names were resolved into the three above.
        tools: The user's own steps, beside those of the plan language.
    """

    frames: FrameStore
    perceivers: tuple[Perceiver, ...]
    reasoner: BaseChatModel
    config: Config = field(default_factory=Config)
    tools: tuple[StepTool, ...] = ()

    @classmethod
    def open(
        cls,
        source: Any = (),
        config: Any = None,
        *,
        reasoner: str | BaseChatModel | None = None,
        perceivers: Sequence[Perceiver] | None = None,
        tools: Sequence[Any] = (),
    ) -> Context:
        """Make a context from what a user has.

        Args:
            source: Anything that ``as_frames`` takes, read to its end (a picture or a clip, no endless camera); empty
                where the twins are given in the state.
            config: A profile's name, a TOML file, or a ``Config``.
            reasoner: A chat model or a reasoner string in place of the configured one.
            perceivers: Perceivers in place of the configured ones.
            tools: Functions or ``as_tool`` results: further steps for plans.

        Raises:
            InputError: The source, the configuration, a perceiver or the reasoner cannot be used.
        """
        name = type(reasoner).__name__ if isinstance(reasoner, BaseChatModel) else reasoner
        chosen = load_config(config, reasoner=name)
        frames = FrameStore(as_frames(source))
        model = load_reasoner(
            reasoner if isinstance(reasoner, BaseChatModel) else chosen.reasoner.model, chosen.reasoner
        )
        seers = load_perceivers(chosen.perception, chosen.vision) if perceivers is None else tuple(perceivers)
        steps = tuple(as_tool(tool) for tool in tools)
        names = [step.name for step in steps]
        if len(set(names)) < len(names):
            raise InputError(f"steps have different names; found {', '.join(names)}")
        return cls(frames, tuple(seers), model, chosen, steps)

    @cached_property
    def steps(self) -> Mapping[str, StepFunction]:
        """Every step's function by name, the user's own among them; just in time, each measures what it reads."""
        steps = {**STEPS, **{tool.name: tool.run for tool in self.tools}}
        return measuring_steps(steps, self.perceivers) if self.waits else steps

    @property
    def waits(self) -> bool:
        """Whether perceivers wait until a plan asks for what they measure (``perception_mode``)."""
        return self.config.perception_mode == "just_in_time"

    @property
    def lookers(self) -> tuple[Perceiver, ...]:
        """The perceivers that look at a frame before any plan."""
        return lookers(self.perceivers) if self.waits else self.perceivers

    @cached_property
    def custom(self) -> Mapping[str, Params]:
        """Parameters of the user's own steps, for the parser and the schema."""
        return {tool.name: tool.params for tool in self.tools}

    def for_query(self, query: str) -> Context:
        """This context with perceivers that look also for what a query names, where they can."""
        found = looking_for(self.perceivers, query)
        return self if found == self.perceivers else replace(self, perceivers=found)

    def tracker(self) -> Tracker | None:
        """A fresh tracker for one clip, or None where ids are not to be kept."""
        return Tracker() if self.config.track else None

    def scene(self, twins: Timeline) -> Scene:
        """The scene that a plan runs on."""
        return Scene.of(twins, self.frames, self.perceivers)
