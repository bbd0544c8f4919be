"""A kitchen as KitchenBench asks about it, and sets of things of which some may or may not belong.

A thing that people can hardly see, or a relation on its border, does not make every question unclear: only those whose
answer hangs on it. So a description stands for things that belong for sure and things that may belong; what may belong
can still be ruled out by the rest of the description, and only a doubt that is left at the end makes it unclear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from agentseg.sim.ground_truth import Unclear, View
from agentseg.sim.story import Story
from agentseg.sim.truth import ObjectState, Truth

States = tuple[ObjectState, ...]
Verdict = Callable[[ObjectState], bool | None]
"""Whether something holds of a thing; None where people could disagree."""


@dataclass(frozen=True)
class Some:
    """Things that a description stands for.

    Attributes:
        sure: Those that belong.
        maybe: Those of which people could disagree.
    """

    sure: States
    maybe: States = ()

    @property
    def all(self) -> States:
        """Both kinds, the sure ones first."""
        return self.sure + self.maybe

    def keep(self, holds: Verdict) -> Some:
        """Those for which a verdict holds; a doubtful verdict or a doubtful thing stays doubtful."""
        told = [(state, holds(state)) for state in self.all]
        sure = tuple(state for state, verdict in told if verdict and state in self.sure)
        return Some(sure, tuple(state for state, verdict in told if verdict is not False and state not in sure))

    def without(self, others: Some) -> Some:
        """Those that are not among others."""
        out, doubtful = {s.id for s in others.sure}, {s.id for s in others.maybe}
        return self.keep(lambda state: False if state.id in out else None if state.id in doubtful else True)

    def joined(self, others: Some) -> Some:
        """Those of either."""
        sure = {state.id: state for state in self.sure + others.sure}
        maybe = {state.id: state for state in self.maybe + others.maybe if state.id not in sure}
        return Some(tuple(sure.values()), tuple(maybe.values()))

    def certain(self) -> States:
        """The things, where nobody doubts any.

        Raises:
            Unclear: One of them may or may not belong.
        """
        if self.maybe:
            raise Unclear(f"doubtful: {', '.join(state.label for state in self.maybe)}")
        return self.sure

    def one(self) -> ObjectState:
        """The only thing.

        Raises:
            Unclear: There is none, there are several, or another one may belong.
        """
        found = self.certain()
        if len(found) != 1:
            raise Unclear(f"{len(found)} things where one is meant")
        return found[0]


class KitchenScene:
    """One picture or clip.

    Args:
        truth: The truth about it.
        frame: The frame that a clip's description is about; None for the whole clip (places are then those of the last
            frame).
    """

    def __init__(self, truth: Truth, frame: int | None = None) -> None:
        self.truth = truth
        self.last = len(truth.ids) - 1
        self.frame = self.last if frame is None else frame
        self.view = View(truth, self.frame)
        self.story: Story | None = Story(truth) if self.last > 0 and frame is None else None
        self._moments: dict[int, KitchenScene] = {}
        self._clear = {state.id for state in self.view.things}
        self._known, self._glimpsed = self._seen()

    def at(self, frame: int) -> KitchenScene:
        """One frame of the clip by itself."""
        if frame not in self._moments:
            self._moments[frame] = KitchenScene(self.truth, frame)
        return self._moments[frame]

    def _seen(self) -> tuple[set[int], set[int]]:
        """Ids that are well seen at any time, and those of which some pixels are."""
        if self.story is None:
            return self._clear, self._clear | {state.id for state in self.view.doubtful}
        known = set().union(*self.story.clear)
        return known, set(np.flatnonzero(self.story.areas.any(axis=0)).tolist())

    def find(self, labels: Iterable[str]) -> Some:
        """Things of some labels, as they are in the frame that counts; of a clip, all that it shows at any time."""
        wanted = set(labels)
        states = [state for state in self.truth.states[self.frame] if state.label in wanted]
        sure = tuple(state for state in states if state.id in self._known)
        return Some(sure, tuple(s for s in states if s.id in self._glimpsed and s.id not in self._known))

    def placed(self, state: ObjectState) -> bool:
        """Whether it is well seen in the frame whose places count."""
        return state.id in self._clear

    def need_placed(self, states: Iterable[ObjectState]) -> None:
        """Raises Unclear unless all of them are well seen in the frame whose places count."""
        if not all(self.placed(state) for state in states):
            raise Unclear("not in view where its place counts")
