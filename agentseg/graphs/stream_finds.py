"""What a plan finds by itself (``detect``, ``zoom``): ids over time that no tracker gives, held until the next look."""

from __future__ import annotations

from collections.abc import Collection

from agentseg.perception.tracker import Tracker
from agentseg.twin import Instance, Twin

FIRST = 500_000_000
"""Ids above it are of rows that a plan added. A stream's tracker counts from 1 and does not get there."""


class PlanFinds:
    """Keeps the rows that a stream's plans add to its twins; the tracker does not know of them."""

    def __init__(self) -> None:
        self._tracker = Tracker()
        self._last: Twin | None = None
        self._size: tuple[int, int] | None = None

    def take(self, twin: Twin, known: Collection[int]) -> tuple[Twin, dict[int, int]]:
        """Give the rows that a plan added their ids over time.

        Args:
            twin: A frame's twin after a plan.
            known: Ids of the rows that it had before; all others are the plan's.

        Returns:
            The twin with new ids above ``FIRST``, and these by the old ones.
        """
        new = [row for row in twin.instances if row.id not in known]
        self._last = None
        if not new:
            return twin, {}
        added = twin.replace(new)
        if self._size not in (None, twin.size):
            self._tracker.rescale(self._size, twin.size)
        self._size = twin.size
        tracked = self._tracker.update(Twin(frame=twin.frame, size=twin.size), added)
        names = {old.id: FIRST + now.id for old, now in zip(new, tracked.instances, strict=True)}
        own = {old.id: _named(old, now, names) for old, now in zip(new, tracked.instances, strict=True)}
        masks = {names.get(key, key): rle for key, rle in twin.masks.items()}
        renamed = twin.replace([own.get(row.id, row) for row in twin.instances], masks)
        self._last = renamed.replace(own.values())
        return renamed, names

    def held(self, view: Twin) -> Twin:
        """A frame's twin with what the plan found when it last looked, where it was then."""
        last = self._last
        if last is None or last.size != view.size:
            return view
        return view.replace([*view.instances, *last.instances], {**view.masks, **last.masks})


def _named(row: Instance, tracked: Instance, names: dict[int, int]) -> Instance:
    """A row under its id over time; it stays a part of what it is a part of."""
    parent = None if row.parent is None else names.get(row.parent, row.parent)
    return tracked.model_copy(update={"id": names[row.id], "parent": parent})
