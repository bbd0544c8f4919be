"""Comparisons of things: nearest, leftmost, tallest, the n-th. A close race is unclear."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal

from agentseg.sim import ground_truth as gt
from agentseg.sim.classes import FIXTURES
from agentseg.sim.ground_truth import Key, Unclear, View
from agentseg.sim.kitchenbench.description import Measure
from agentseg.sim.kitchenbench.scene import KitchenScene, Some, States
from agentseg.sim.truth import ObjectState

LARGER = 1.25
"""How many times as tall or as large the winner must be."""
UPRIGHT = (
    "mug", "glass", "bottle", "kettle", "pot", "can", "carton", "paper towel", "coffee maker", "toaster", "microwave",
    "soap dispenser",
)  # fmt: skip
"""Classes that stand and have a height that people compare."""


def best_of(pool: Some, scene: KitchenScene, choose: Callable[[States], ObjectState]) -> Some:
    """The winner of a comparison.

    Args:
        pool: The things compared; the winner must belong for sure, and win over those that may belong.
        scene: All of them must be well seen where their place counts.
        choose: Picks the winner of at least two; raises Unclear in a close race.

    Returns:
        The winner alone; nothing where the pool is empty.

    Raises:
        Unclear: There is one thing only, a doubtful one would win, or the race is close.
    """
    if not pool.all:
        return pool
    if len(pool.sure) < 2:
        raise Unclear("nothing to choose from")
    scene.need_placed(pool.sure)
    best = choose(pool.all)
    if best not in pool.sure:
        raise Unclear("a doubtful thing wins")
    return Some((best,))


def _comparable(states: Sequence[ObjectState]) -> None:
    if len(states) < 2:
        raise Unclear("nothing to choose from")
    if any(state.label in FIXTURES for state in states):
        raise Unclear("a hole or a slab among things")


def nearest(states: States, anchor: ObjectState, far: bool) -> ObjectState:
    """The state nearest to (or farthest from) an anchor, by centre and by surface."""
    _comparable(states)
    sign = -1 if far else 1
    best = gt.least(states, lambda state: sign * gt.apart(state, anchor), gt.DISTANCE_MARGIN)
    limit = sign * gt.gap(best, anchor) + 0.01
    if any(sign * gt.gap(state, anchor) < limit for state in states if state.id != best.id):
        raise Unclear("near by surface, far by centre")
    return best


def extreme(states: States, view: View, measure: Measure, most: bool) -> ObjectState:
    """The state with the least or greatest measure; what is large must be seen whole, and all where the least wins."""
    _comparable(states)
    sign = -1 if most else 1
    if measure == "x":
        best = gt.least(states, lambda state: sign * gt.screen_x(state), gt.SCREEN_MARGIN)
        if any(gt.level(state, best) for state in states if state.id != best.id):
            raise Unclear("over or before the outermost")
        return best
    if measure == "depth":
        return gt.least(states, lambda state: sign * gt.camera_distance(state), gt.DEPTH_MARGIN)
    if measure == "height":
        if any(state.label not in UPRIGHT for state in states):
            raise Unclear("things that lie have a length rather than a height")
        best = _ahead(states, (tallness,), most)
    else:
        best = _ahead(states, (volume, diagonal, broadest), most)
    if not all(view.whole(state) for state in ([best] if most else states)):
        raise Unclear("not seen whole")
    return best


def tallness(state: ObjectState) -> float:
    """Height of its box, metres."""
    return state.extent[2]


def volume(state: ObjectState) -> float:
    """Side of the cube that takes as much room as its box, metres."""
    return math.prod(state.extent) ** (1 / 3)


def diagonal(state: ObjectState) -> float:
    """Diagonal of its box, metres."""
    return math.hypot(*state.extent)


def broadest(state: ObjectState) -> float:
    """Side of the square as large as the largest face of its box, metres."""
    *_, second, first = sorted(state.extent)
    return math.sqrt(first * second)


def _ahead(states: States, keys: Sequence[Key], most: bool) -> ObjectState:
    """The state with the least or greatest key, by a factor over the next; several keys must agree."""
    winners = []
    for key in keys:
        row = sorted(states, key=key, reverse=most)
        large, small = (key(row[0]), key(row[1])) if most else (key(row[1]), key(row[0]))
        if large < LARGER * small:
            raise Unclear("a tie")
        winners.append(row[0])
    if any(winner.id != winners[0].id for winner in winners):
        raise Unclear("larger in one way, smaller in another")
    return winners[0]


def nth(pool: Some, scene: KitchenScene, side: Literal["left", "right"], n: int) -> Some:
    """The n-th from one side; nothing where there are fewer.

    Raises:
        Unclear: A neighbour in the row is level with it, one that counts is doubtful, or there is one thing only.
    """
    if not pool.all:
        return pool
    row = sorted(pool.all, key=gt.screen_x, reverse=side == "right")
    if n > len(row):
        if side == "right" and len(row) > 0:
            raise Unclear("too few, counted from the right")
        return Some(pool.certain()[:0])
    if len(pool.sure) < 2 or any(state not in pool.sure for state in row[:n]):
        raise Unclear("nothing to count off")
    scene.need_placed(pool.sure)
    _comparable(row)
    ends = row[max(n - 2, 0) : n + 1]
    if any(abs(a.screen[0] - b.screen[0]) < gt.SCREEN_MARGIN or gt.level(a, b) for a, b in pairwise(ends)):
        raise Unclear("a tie")
    return Some((row[n - 1],))
