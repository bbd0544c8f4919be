"""The twins of a clip or a stream: a ring of bounded length, and what is known of each instance over time."""

from __future__ import annotations

import statistics
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from agentseg.errors import InputError
from agentseg.masks import RLE, Box
from agentseg.twin import Instance, Twin

Moves = dict[int, tuple[float, float]]
"""Motion (x, y) in pixels by instance id."""


class Timeline:
    """Twins by frame, oldest first; a still picture is a timeline of one.

    Args:
        twins: Twins with rising frame indices.
        capacity: Twins kept: a stream's bound of memory. None keeps all of a clip.

    Raises:
        InputError: A frame index does not rise, the frames differ in size, or the capacity is below 1.
    """

    def __init__(self, twins: Iterable[Twin] = (), capacity: int | None = None) -> None:
        if capacity is not None and capacity < 1:
            raise InputError(f"a timeline keeps at least 1 twin; found capacity {capacity}")
        self._twins: deque[Twin] = deque(maxlen=capacity)
        self._moves: dict[int, Moves] = {}
        for twin in twins:
            self.append(twin)

    def __len__(self) -> int:
        return len(self._twins)

    def __iter__(self) -> Iterator[Twin]:
        return iter(self._twins)

    def append(self, twin: Twin) -> None:
        """Add the next frame's twin; the oldest leaves where the ring is full."""
        if self._twins and twin.frame <= self._twins[-1].frame:
            raise InputError(f"frames of a timeline rise; found {twin.frame} after {self._twins[-1].frame}")
        if self._twins and twin.size != self._twins[-1].size:
            raise InputError(f"frames of a timeline have one size; found {twin.size} after {self._twins[-1].size}")
        self._twins.append(twin)

    def moves(self) -> list[tuple[int, Moves]]:
        """Frames passed and the motion of every instance into each frame but the first, in pixels.

        Less the median motion of all instances into that frame, which is the camera's own, where there are at least
        three. Each frame's motion is worked out once.
        """
        pairs = list(pairwise(self._twins))
        known = self._moves
        self._moves = {after.frame: known.get(after.frame) or _moves(before, after) for before, after in pairs}
        return [(after.frame - before.frame, self._moves[after.frame]) for before, after in pairs]

    @property
    def last(self) -> Twin:
        """The newest twin.

        Raises:
            InputError: The timeline is empty.
        """
        if not self._twins:
            raise InputError("the timeline has no frame yet")
        return self._twins[-1]

    def at(self, frame: int) -> Twin:
        """Return the twin of a frame; a frame outside the ring gives the nearest one that is kept."""
        self.last  # noqa: B018 - an empty timeline raises here
        return min(self._twins, key=lambda twin: abs(twin.frame - frame))

    def summary(self) -> Twin:
        """Everything seen, each instance as it was last seen, in the newest frame's twin.

        ``first_seen`` and ``last_seen`` come from the twins kept (and from the tracker's older word where it has one);
        an instance that has left keeps its last box and mask, so relations to it stay defined.
        """
        newest = self.last
        if len(self._twins) == 1:
            return newest
        rows: dict[int, Instance] = {}
        masks = {}
        first: dict[int, int] = {}
        for twin in self._twins:
            for instance in twin.instances:
                tracked = instance.last_seen >= twin.frame  # else nobody kept the book: the fields are their defaults
                since = min(twin.frame, instance.first_seen) if tracked else twin.frame
                update = {
                    "first_seen": first.setdefault(instance.id, since),
                    "last_seen": max(twin.frame, instance.last_seen),
                }
                rows[instance.id] = instance.model_copy(update=update)
            masks.update(twin.masks)
        return Twin(
            frame=newest.frame,
            size=newest.size,
            instances=tuple(rows[key] for key in sorted(rows)),
            masks={key: rle for key, rle in masks.items() if key in rows},
        )

    def revised(self, frame: int, rows: Iterable[Instance], masks: Mapping[int, RLE]) -> Timeline:
        """Return this timeline with rows that were added or changed at one frame.

        In that frame's twin a new row joins, and a changed row takes its old place with its mask. The other frames keep
        their own boxes, depths and masks; what a changed row is called (label, attributes, parent) holds there too.
        """
        changed = {row.id: row for row in rows}
        if not changed:
            return self
        known = {instance.id for twin in self._twins for instance in twin.instances}
        out = Timeline(capacity=self._twins.maxlen)
        for twin in self._twins:
            if twin.frame != frame:
                out.append(twin.replace(_renamed(row, changed.get(row.id)) for row in twin.instances))
                continue
            kept = [changed.get(row.id, row) for row in twin.instances]
            new = [row for key, row in changed.items() if key not in known]
            fresh = {row.id: masks[row.id] for row in (*kept, *new) if row.id in changed and row.id in masks}
            out.append(twin.replace([*kept, *new], {**twin.masks, **fresh}))
        return out

    def without_brief(self, least: int) -> Timeline:
        """Return this timeline without instances that fewer than ``least`` of its frames show: a detector's noise.

        What the newest frame shows stays: it may just have appeared.
        """
        newest = set(self.last.ids)
        shown = Counter(row.id for twin in self._twins for row in twin.instances)
        out = Timeline(capacity=self._twins.maxlen)
        for twin in self._twins:
            out.append(twin.replace(row for row in twin.instances if shown[row.id] >= least or row.id in newest))
        return out

    def track(self, instance_id: int) -> list[tuple[int, Instance]]:
        """(frame, instance) for every twin that has this id, oldest first."""
        found = ((twin.frame, twin.get(instance_id)) for twin in self._twins)
        return [(frame, instance) for frame, instance in found if instance is not None]


def _renamed(row: Instance, changed: Instance | None) -> Instance:
    if changed is None:
        return row
    return row.model_copy(update={name: getattr(changed, name) for name in ("label", "attributes", "parent")})


def _moves(before: Twin, after: Twin) -> Moves:
    old = {row.id: row.box for row in before.instances}
    moves = {row.id: _shift(old[row.id], row.box) for row in after.instances if row.id in old}
    if len(moves) < 3:
        return moves
    across, down = (statistics.median(move[axis] for move in moves.values()) for axis in (0, 1))
    return {key: (dx - across, dy - down) for key, (dx, dy) in moves.items()}


def _shift(old: Box, new: Box) -> tuple[float, float]:
    """Motion of the centre of a box."""
    return ((new[0] + new[2] - old[0] - old[2]) / 2, (new[1] + new[3] - old[1] - old[3]) / 2)
