"""What a change means: who travelled, came, went, drew near and was carried, from the 3-D states of a clip."""

from __future__ import annotations

from agentseg.sim import ground_truth as gt
from agentseg.sim.ground_truth import Unclear
from agentseg.sim.kitchenbench.scene import Some, Verdict
from agentseg.sim.story import Story
from agentseg.sim.truth import ObjectState

NEARER = 0.18
"""Gain from which a thing came nearer, metres; below a quarter of it, it did not."""
LEAD = 0.15
"""How much farther the one that travelled most must have come than the next, metres."""


def absent(story: Story, frame: int, state: ObjectState) -> bool | None:
    """Whether a frame does not show it at all; None if barely."""
    if state.id in story.clear[frame]:
        return False
    return None if story.areas[frame, state.id] else True


def moved_most(pool: Some, story: Story) -> Some:
    """The one that ended farthest from where it started, seen at both ends.

    Raises:
        Unclear: There is nothing to choose from, the race is close, or the winner is not seen at both ends.
    """
    if not pool.all:
        return pool
    best = gt.least(pool.all, lambda state: -story.displacement(state), LEAD)
    if best not in pool.sure or not story.moved(best) or not story.seen_throughout(best):
        raise Unclear("hard to tell what moved most")
    return Some((best,))


def toward(story: Story, anchor: ObjectState) -> Verdict:
    """Verdict: it came nearer to an anchor that stayed where it was.

    Raises:
        Unclear: The anchor moved, or is not well seen at both ends.
    """
    if story.moved(anchor) is not False or not story.seen_throughout(anchor):
        raise Unclear("an anchor that moves or is out of view")

    def holds(state: ObjectState) -> bool | None:
        gain = gt.apart(story.truth.state(0, state.id), anchor) - gt.apart(state, anchor)
        if gain < NEARER / 4:
            return False
        return True if gain > NEARER and story.seen_throughout(state) else None

    return holds


def carried(story: Story, no: bool) -> Verdict:
    """Verdict: the robot held it and it moved; with ``no``, it moved and the robot never held it."""

    def holds(state: ObjectState) -> bool | None:
        moved, held = story.moved(state), story.carried(state)
        if moved is False or held is no:
            return False
        return None if moved is None or held is None else True

    return holds
