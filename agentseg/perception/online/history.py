"""What is remembered of each thing of a stream: a ring of sightings, bounded in length and in things."""

from __future__ import annotations

import math
from collections import deque
from typing import NamedTuple

from agentseg.errors import InputError
from agentseg.twin import Twin


class Sighting(NamedTuple):
    """Where a thing was in one frame.

    Attributes:
        frame: Index of the frame.
        x: Centre of its box, px.
        y: Centre of its box, px.
        area: Area of its box, px.
        score: Confidence, 0-1.
    """

    frame: int
    x: float
    y: float
    area: float
    score: float


class _Book:
    """One thing's pages: when it was first seen, how often, and its last sightings."""

    def __init__(self, first: int, capacity: int) -> None:
        self.first = first
        self.count = 0
        self.ring: deque[Sighting] = deque(maxlen=capacity)


class History:
    """Sightings of every id, kept within bounds; ids themselves are the tracker's.

    Args:
        capacity: Sightings kept of a thing.
        most: Things kept; the one that was not seen for the longest time leaves first.

    Raises:
        InputError: A bound is below 1.
    """

    def __init__(self, capacity: int = 64, most: int = 1000) -> None:
        if min(capacity, most) < 1:
            raise InputError(f"a history keeps at least 1 sighting of 1 thing; found {capacity} of {most}")
        self._capacity, self._most = capacity, most
        self._books: dict[int, _Book] = {}

    def __len__(self) -> int:
        return len(self._books)

    def __contains__(self, instance_id: int) -> bool:
        return instance_id in self._books

    def add(self, twin: Twin) -> None:
        """Write down what a frame shows; rows that were last seen earlier (held over a gap) are no sightings."""
        for row in twin.instances:
            if row.last_seen < twin.frame:
                continue
            x1, y1, x2, y2 = row.box
            book = self._books.pop(row.id, None) or _Book(twin.frame, self._capacity)
            self._books[row.id] = book  # to the end: the order is that of the last sighting
            book.count += 1
            book.ring.append(Sighting(twin.frame, (x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) * (y2 - y1), row.score))
        while len(self._books) > self._most:
            del self._books[next(iter(self._books))]

    def clear_paths(self) -> None:
        """Forget the places, because the frames changed their size; what was seen when and how often stays."""
        for book in self._books.values():
            book.ring.clear()

    def seen(self, instance_id: int) -> int:
        """In how many frames it was seen; 0 for an unknown id."""
        book = self._books.get(instance_id)
        return book.count if book else 0

    def first(self, instance_id: int) -> int | None:
        """Frame of the first sighting, also where the ring has lost it; None for an unknown id."""
        book = self._books.get(instance_id)
        return book.first if book else None

    def last(self, instance_id: int) -> int | None:
        """Frame of the last sighting that is kept, or None."""
        ring = self._ring(instance_id)
        return ring[-1].frame if ring else None

    def path(self, instance_id: int) -> tuple[Sighting, ...]:
        """The sightings kept, oldest first."""
        return tuple(self._ring(instance_id))

    def speed(self, instance_id: int, over: int = 10) -> float | None:
        """Mean speed over its last sightings, px a frame, the camera's own motion included; None below two of them."""
        recent = list(self._ring(instance_id))[-over:]
        if len(recent) < 2 or recent[-1].frame == recent[0].frame:
            return None
        way = sum(math.dist((a.x, a.y), (b.x, b.y)) for a, b in zip(recent, recent[1:], strict=False))
        return way / (recent[-1].frame - recent[0].frame)

    def lost(self, frame: int, since: int) -> tuple[int, ...]:
        """Ids that were seen within ``since`` frames before a frame, and not in it."""
        books = ((key, book.ring) for key, book in self._books.items() if book.ring)
        return tuple(key for key, ring in books if 0 < frame - ring[-1].frame <= since)

    def _ring(self, instance_id: int) -> deque[Sighting]:
        book = self._books.get(instance_id)
        return book.ring if book else deque()
