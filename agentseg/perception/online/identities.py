"""Which ids of a tracker are one thing, and the rows of one thing put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from agentseg.masks import area, merge
from agentseg.perception.online.doubles import Doubles
from agentseg.perception.online.returns import Returns
from agentseg.perception.tracks import box_iou
from agentseg.twin import Instance, Twin

MEMORY = 0.95
"""Factor on older votes for a name, each frame."""
PATIENCE = 300
"""Frames after which an id that is not seen is forgotten: longer than a tracker gives it again."""


class Identities:
    """Gives the ids of one thing its oldest id, over the frames of one stream."""

    def __init__(self) -> None:
        self._oldest: dict[int, int] = {}
        self._votes: dict[int, dict[str, float]] = {}
        self._first: dict[int, int] = {}
        self._seen: dict[int, int] = {}
        self.forget_places()

    def forget_places(self) -> None:
        """Begin anew with frames of another size; which ids are one is kept."""
        self._doubles, self._returns = Doubles(), Returns()

    def join(self, twin: Twin) -> Twin:
        """Put the rows of one thing together.

        Args:
            twin: A frame's twin, with ids over time.

        Returns:
            The twin with one row for each thing: its oldest id, the common box and mask, the name that most pixels
            had, and the rest of its largest find. Finds that do not touch are two things again.
        """
        self._part(twin)
        out = self._joined(twin)
        back = self._returns.watch(out)
        if back:
            self._unite(back)
            out = self._joined(twin)
        self._unite(self._doubles.watch(out))
        self._forget(twin)
        return out

    def _unite(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Take each (id, older id) for one thing, and with the id all that it stood for."""
        for key, older in pairs:
            root = self._oldest.get(older, older)
            self._oldest = {one: root if kept == key else kept for one, kept in self._oldest.items()} | {key: root}
            self._returns.forget(key)

    def _forget(self, twin: Twin) -> None:
        """Let go of what the tracker has long forgotten, so that a stream may go on without end."""
        for row in twin.instances:
            self._first.setdefault(row.id, row.first_seen)
            self._seen[row.id] = self._seen[self._oldest.get(row.id, row.id)] = twin.frame
        self._seen = {key: frame for key, frame in self._seen.items() if twin.frame - frame <= PATIENCE}
        self._oldest = {key: root for key, root in self._oldest.items() if key in self._seen}
        self._first = {key: frame for key, frame in self._first.items() if key in self._seen}
        self._votes = {key: votes for key, votes in self._votes.items() if key in self._seen}

    def _part(self, twin: Twin) -> None:
        """Let go of an id whose row does not touch the row that it belonged to."""
        boxes = {row.id: row.box for row in twin.instances}
        for key, root in tuple(self._oldest.items()):
            if key in boxes and root in boxes and not box_iou(boxes[key], boxes[root]):
                del self._oldest[key]

    def _joined(self, twin: Twin) -> Twin:
        roots = {row.id: self._oldest.get(row.id, row.id) for row in twin.instances}
        if all(key == root for key, root in roots.items()):
            return twin
        groups: dict[int, list[Instance]] = defaultdict(list)
        for row in twin.instances:
            groups[roots[row.id]].append(row)
        masks = {}
        for key, rows in groups.items():
            rles = [twin.masks[row.id] for row in rows if row.id in twin.masks]
            if rles:
                masks[key] = rles[0] if len(rles) == 1 else merge(rles, twin.size)
        return twin.replace([self._whole(key, rows, twin, roots) for key, rows in groups.items()], masks)

    def _whole(self, key: int, rows: Sequence[Instance], twin: Twin, roots: Mapping[int, int]) -> Instance:
        """One row for the finds of a thing."""
        areas = [area(twin.masks[row.id]) if row.id in twin.masks else 0 for row in rows]
        main = rows[areas.index(max(areas))]
        sides = list(zip(*(row.box for row in rows), strict=True))
        parent = None if main.parent is None else roots.get(main.parent)
        fields = {
            "id": key,
            "label": self._vote(key, rows, areas),
            "box": (min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])),
            "first_seen": min(self._first.get(key, twin.frame), *(row.first_seen for row in rows)),
            "parent": None if parent == key else parent,
        }
        return main.model_copy(update=fields)

    def _vote(self, key: int, rows: Sequence[Instance], areas: Sequence[int]) -> str:
        """The name that most pixels of a thing had; of one that never was two, the tracker's."""
        if len(rows) == 1 and key not in self._votes:
            return rows[0].label
        votes = {name: MEMORY * weight for name, weight in self._votes.get(key, {}).items()}
        for row, pixels in zip(rows, areas, strict=True):
            votes[row.label] = votes.get(row.label, 0.0) + row.score * max(1, pixels)
        self._votes[key] = votes
        return max(votes, key=lambda name: votes[name])
