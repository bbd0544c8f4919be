"""Returns: a thing that comes out from behind another under a new id, because its first sight is but a part of it.

The tracker decides at the first sight, when an edge of the thing is all that shows, in any colour. Here the decision
is made again when the new find is confirmed, and with what the lost thing looked like while it was whole.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from agentseg.masks import Box
from agentseg.perception.tracks import centre, shifted
from agentseg.twin import Instance, Twin

SURE = 3
"""Sightings after which a find counts."""
MEMORY = 150
"""Frames after which a thing that is not seen is forgotten."""
REACH = 1.0
"""How far from its place a thing may come back, in diagonals of the whole thing."""
FADE = 0.99
"""Factor on the size that a thing had earlier, each sighting."""


@dataclass
class _Known:
    """What a find looked like.

    Attributes:
        box: Where it was last seen, px; moved along with the camera since then.
        first: Index of the frame in which it was first seen.
        last: Index of the frame in which it was last seen.
        size: Diagonal of its box, px: the largest lately.
        count: Sightings.
        label: Its name when it was last seen.
        colours: How often it was seen in each colour.
    """

    box: Box
    first: int
    last: int
    size: float = 0.0
    count: int = 0
    label: str = ""
    colours: Counter[str] = field(default_factory=Counter)

    def see(self, row: Instance, frame: int) -> None:
        """Take in a sighting."""
        self.box, self.last, self.label = row.box, frame, row.label
        self.size = max(FADE * self.size, _diagonal(row.box))
        self.count += 1
        if "colour" in row.attributes:
            self.colours[row.attributes["colour"]] += 1

    @property
    def colour(self) -> str:
        """The colour that it was seen in most often, or empty."""
        return max(self.colours, key=lambda name: self.colours[name], default="")


class Returns:
    """Finds returns over the frames of one size."""

    def __init__(self) -> None:
        self._known: dict[int, _Known] = {}

    def watch(self, twin: Twin) -> list[tuple[int, int]]:
        """Take in a frame.

        Args:
            twin: A frame's twin, with ids over time.

        Returns:
            (id, older id) of finds that are confirmed in this frame and are taken for a thing that was lost.
        """
        self._carry(twin.instances)
        self._known = {key: kept for key, kept in self._known.items() if twin.frame - kept.last <= MEMORY}
        for row in twin.instances:
            self._known.setdefault(row.id, _Known(row.box, twin.frame, twin.frame)).see(row, twin.frame)
        found: dict[int, int] = {}
        for row in twin.instances:
            older = self._older(self._known[row.id]) if self._known[row.id].count == SURE else None
            if older is not None and older not in found.values():
                found[row.id] = older
        for key, older in found.items():
            self._known[older].see(next(row for row in twin.instances if row.id == key), twin.frame)
        return list(found.items())

    def forget(self, key: int) -> None:
        """Forget an id that goes under another from now on."""
        self._known.pop(key, None)

    def _older(self, new: _Known) -> int | None:
        away = {
            key: math.dist(centre(new.box), centre(old.box)) / max(1.0, old.size, new.size)
            for key, old in self._known.items()
            if old.count >= SURE and old.last < new.first and (old.label, old.colour) == (new.label, new.colour)
        }
        return min((key for key, way in away.items() if way <= REACH), key=lambda key: away[key], default=None)

    def _carry(self, rows: Iterable[Instance]) -> None:
        """Move the places of what is not seen along with the camera: by the median motion of what is seen."""
        seen = {row.id: row.box for row in rows}
        moves = [(centre(self._known[key].box), centre(box)) for key, box in seen.items() if key in self._known]
        if len(moves) < SURE:
            return
        dx, dy = (statistics.median(new[axis] - old[axis] for old, new in moves) for axis in (0, 1))
        for key, known in self._known.items():
            if key not in seen:
                known.box = shifted(known.box, dx, dy)


def _diagonal(box: Box) -> float:
    return math.hypot(box[2] - box[0], box[3] - box[1])
