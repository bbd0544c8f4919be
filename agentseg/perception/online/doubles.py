"""Doubles: one thing under two ids, because a perceiver that wavers between two names finds it twice.

Between such finds the pixels of the thing flow to and fro: the one grows by what the other loses, and soon the other
way round. Two things hardly do that: what moves before another does not grow, and what comes out from behind another
leaves that as large as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agentseg.masks import decode
from agentseg.twin import Twin

FLOW = 0.5
"""Share of their common area that has to flow from one find to another, and as much back, until they are one."""
MEMORY = 0.95
"""Factor on older flow, each frame."""
PATIENCE = 8
"""Frames for which what a find covered is remembered while it is not seen."""


class _Cover(NamedTuple):
    """The frame in which a find was last seen, and its pixels there."""

    frame: int
    area: int


class Doubles:
    """Finds doubles over the frames of one size."""

    def __init__(self) -> None:
        self._owner: NDArray[np.int64] | None = None
        self._covers: dict[int, _Cover] = {}
        self._flow: dict[tuple[int, int], float] = {}

    def watch(self, twin: Twin) -> list[tuple[int, int]]:
        """Measure what flowed between a frame's finds since each was seen last.

        Args:
            twin: A frame's twin, with ids over time; rows without a mask are no doubles.

        Returns:
            (id, older id) of finds that have swapped their pixels.
        """
        pixels = {key: np.flatnonzero(decode(rle).ravel(order="F")) for key, rle in twin.masks.items()}
        areas = {key: len(places) for key, places in pixels.items()}
        owner = np.zeros(twin.size[0] * twin.size[1], np.int64) if self._owner is None else self._owner
        self._covers = {key: kept for key, kept in self._covers.items() if twin.frame - kept.frame <= PATIENCE}
        self._flow = {pair: MEMORY * flow for pair, flow in self._flow.items() if flow > 0.01}
        shrunk = {key for key, kept in self._covers.items() if areas.get(key, 0) < kept.area}
        for key, places in pixels.items():
            if shrunk and areas[key] > self._before(key):
                self._take(key, owner[places], areas, shrunk)
        for key, places in pixels.items():
            owner[places] = key
            self._covers[key] = _Cover(twin.frame, areas[key])
        self._owner = owner
        return self._swapped()

    def _before(self, key: int) -> int:
        return self._covers[key].area if key in self._covers else 0

    def _take(self, key: int, owners: NDArray[np.int64], areas: Mapping[int, int], shrunk: set[int]) -> None:
        """Note what a find has of the pixels of others: no more than it grew, and than they lost."""
        before = self._before(key)
        for other in shrunk:
            had, has = self._covers[other].area, areas.get(other, 0)
            pixels = int(np.count_nonzero(owners == other))
            taken = min(pixels, areas[key] - before, had - has)
            if taken > 0:
                pair = (other, key)
                self._flow[pair] = self._flow.get(pair, 0.0) + taken / max(before + had, areas[key] + has)

    def _swapped(self) -> list[tuple[int, int]]:
        back = {(b, a): flow for (a, b), flow in self._flow.items()}
        least = {pair: min(flow, back.get(pair, 0.0)) for pair, flow in self._flow.items()}
        found = [(max(pair), min(pair)) for pair, flow in least.items() if flow >= FLOW and pair[0] < pair[1]]
        for pair in found:
            del self._flow[pair]
        return found
