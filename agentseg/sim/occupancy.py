"""Which parts of the counter top are taken: a grid of 1 cm cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agentseg.sim.mesh import Array
from agentseg.sim.room import FRONT_Y, STOVE_SIZE, WALL_Y, Room

CELL = 0.01
X0 = -1.0
WIDTH = 200
DEPTH = int(round((WALL_Y - FRONT_Y) / CELL))


class Occupancy:
    """A bool grid over x in [-1, 1] and the depth of the counter, world metres."""

    def __init__(self) -> None:
        self.cells: NDArray[np.bool_] = np.zeros((WIDTH, DEPTH), dtype=bool)

    @classmethod
    def around(cls, room: Room) -> Occupancy:
        """The empty counter of a room: only its sink and stove take place."""
        grid = cls()
        if room.basin is not None:
            x0, y0, x1, y1 = room.basin
            grid.fill((x0 - 0.03, y0 - 0.03, x1 + 0.03, y1 + 0.1))
        if room.stove is not None:
            w, d, _ = STOVE_SIZE
            grid.fill((room.stove - w / 2, -d / 2, room.stove + w / 2, d / 2))
        return grid

    def fill(self, rect: tuple[float, float, float, float]) -> None:
        """Marks the rectangle (x0, y0, x1, y1) as taken."""
        i0, i1 = (int(np.clip((v - X0) / CELL, 0, WIDTH)) for v in (rect[0], rect[2]))
        j0, j1 = (int(np.clip((v - FRONT_Y) / CELL, 0, DEPTH)) for v in (rect[1], rect[3]))
        self.cells[i0:i1, j0:j1] = True

    def _footprint(
        self, bounds: tuple[Array, Array], at: Array, yaw: float, margin: float
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]] | None:
        """The window of the grid under an object and the cells of it that are covered; None off the counter."""
        low, high = bounds
        centre, half = (low + high) / 2, (high - low) / 2 + margin
        c, s = np.cos(yaw), np.sin(yaw)
        mid = np.array([c * centre[0] - s * centre[1], s * centre[0] + c * centre[1]]) + at[:2]
        reach = np.array([abs(c) * half[0] + abs(s) * half[1], abs(s) * half[0] + abs(c) * half[1]])
        if mid[1] - reach[1] < FRONT_Y or mid[1] + reach[1] > WALL_Y - 0.01 or abs(mid[0]) + reach[0] > 1.0:
            return None
        if self.cells[int((mid[0] - X0) / CELL), int((mid[1] - FRONT_Y) / CELL)]:
            return None
        i0, j0 = int((mid[0] - reach[0] - X0) / CELL), int((mid[1] - reach[1] - FRONT_Y) / CELL)
        i1, j1 = int((mid[0] + reach[0] - X0) / CELL) + 1, int((mid[1] + reach[1] - FRONT_Y) / CELL) + 1
        dx = (X0 + (np.arange(i0, i1) + 0.5) * CELL - mid[0])[:, None]
        dy = (FRONT_Y + (np.arange(j0, j1) + 0.5) * CELL - mid[1])[None, :]
        inside = (np.abs(c * dx + s * dy) <= half[0] + CELL / 2) & (np.abs(-s * dx + c * dy) <= half[1] + CELL / 2)
        window = self.cells[i0:i1, j0:j1]
        return window, inside[: window.shape[0], : window.shape[1]]

    def free(self, bounds: tuple[Array, Array], at: Array, yaw: float, margin: float = 0.006) -> bool:
        """Whether an object would stand on the counter with nothing in its way; arguments as in ``take``."""
        found = self._footprint(bounds, at, yaw, margin)
        return found is not None and not (found[0] & found[1]).any()

    def take(self, bounds: tuple[Array, Array], at: Array, yaw: float, margin: float = 0.006) -> bool:
        """Takes the footprint of an object if it is free and on the counter.

        Args:
            bounds: Its lower and upper corner in object space, metres.
            at: Position, metres.
            yaw: Heading, radians.
            margin: Air around it, metres.

        Returns:
            Whether the place was free; if not, nothing changes.
        """
        found = self._footprint(bounds, at, yaw, margin)
        if found is None or (found[0] & found[1]).any():
            return False
        window, inside = found
        window |= inside
        return True
