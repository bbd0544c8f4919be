"""A light tracker: ids that stay with their things over the frames of a clip, from boxes alone.

Each frame's instances are assigned to the tracks known so far at the least total cost (overlap with where the track
should be by now, distance of the centres, another label). Ids only rise; a track that is not seen waits for a few
frames (*lost*), and after them (*gone*) may still come back where it was, as a thing of the same label and colour,
while the camera's own motion carries its place along. Labels are voted over time, so that one frame's mistake does not
rename a thing.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from agentseg.frames import Frame
from agentseg.perception.association import assign
from agentseg.perception.pieces import join, pieces
from agentseg.perception.tracks import Track, TrackerConfig, centre, shifted
from agentseg.twin import Instance, Twin

__all__ = ["State", "Track", "Tracker", "TrackerConfig"]

State = Literal["seen", "lost", "gone"]
"""Of a track: in the last frame, within the patience before it, or longer ago."""


class Tracker:
    """Keeps ids over the frames of one clip; make a new one for the next clip.

    Called with a frame and its twin it is a perceiver itself: the last of a chain.

    Args:
        config: Numbers; None takes the defaults.
    """

    def __init__(self, config: TrackerConfig | None = None) -> None:
        self.config = config or TrackerConfig()
        self._reset()

    def _reset(self) -> None:
        self._tracks: dict[int, Track] = {}
        self._next = 1
        self._first: int | None = None
        self._last: Twin | None = None

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        """Rename the twin's instances to their ids over time; a frame index that does not rise begins a new clip."""
        if self._last is not None and twin.frame <= self._last.frame:
            self._reset()
        return self.update(self._last or Twin(frame=frame.index, size=frame.size), twin)

    def states(self) -> dict[int, State]:
        """The state of every track that is remembered, by id."""
        now = -1 if self._last is None else self._last.frame
        return {key: self._state(track, now) for key, track in self._tracks.items()}

    def _state(self, track: Track, frame: int) -> State:
        if track.frame >= frame:
            return "seen"
        return "lost" if frame - track.frame <= self.config.patience else "gone"

    def rescale(self, old: tuple[int, int], new: tuple[int, int]) -> None:
        """Go on with frames of another size.

        Args:
            old: (H, W) of the frames so far, px.
            new: (H, W) of those to come.
        """
        down, across = new[0] / old[0], new[1] / old[1]
        for track in self._tracks.values():
            x1, y1, x2, y2 = track.box
            track.box = (x1 * across, y1 * down, x2 * across, y2 * down)
            track.velocity = (track.velocity[0] * across, track.velocity[1] * down)

    def update(self, previous: Twin, current: Twin) -> Twin:
        """Give the instances of a frame the ids of the things that they are.

        Args:
            previous: The twin of the frame before, as this tracker returned it, or an empty one at the start.
                Instances that the tracker does not know are taken up as tracks.
            current: The twin of the new frame, with ids of its own.

        Returns:
            ``current`` with ids over time, voted labels, ``first_seen`` and ``last_seen``; no id is used twice.
        """
        frame = current.frame
        self._first = frame if self._first is None else self._first
        for row in previous.instances:
            self._take_up(row, previous.frame)
        longest = max(self.config.patience + 1, self.config.return_patience)
        self._tracks = {key: track for key, track in self._tracks.items() if frame - track.frame <= longest}
        owner, current = self._owners(current)
        rows = current.instances
        self._carry(owner, rows, frame)
        names: dict[int, int] = {}
        renamed, masks = [], {}
        for place, row in enumerate(rows):
            track = owner.get(place) or self._begin(row, frame)
            track.see(row, frame, self.config.memory, frame - self._first)
            names[row.id] = track.id
            fields = {"id": track.id, "label": track.label, "first_seen": track.first, "last_seen": frame}
            renamed.append(row.model_copy(update=fields))
            if row.id in current.masks:
                masks[track.id] = current.masks[row.id]
        renamed = [_with_parent(row, names) for row in renamed]
        self._last = Twin(frame=frame, size=current.size, instances=tuple(renamed), masks=masks)
        return self._last

    def _owners(self, twin: Twin) -> tuple[dict[int, Track], Twin]:
        """The track of each row that has one, by the row's place, and the twin with pieces put together.

        Those seen lately are served first, then those that are gone.
        """
        rows, frame = twin.instances, twin.frame
        known = [track for track in self._tracks.values() if track.frame < frame]
        recent = [track for track in known if frame - track.frame <= self.config.patience + 1]
        cost = np.array([[track.cost(row, frame, self.config) for row in rows] for track in recent], dtype=np.float64)
        pairs = assign(cost.reshape(len(recent), len(rows)), self.config.most_cost)
        owner = {column: recent[row] for row, column in pairs}
        if self.config.whole is not None:
            home = pieces(rows, owner, frame, self.config.whole)
            kept = [place for place in range(len(rows)) if place not in home]
            owner = {kept.index(place): track for place, track in owner.items() if place not in home}
            twin = join(twin, home)
            rows = twin.instances
        taken = {track.id for track in owner.values()}
        waiting = [track for track in known if track.id not in taken]
        new = [place for place in range(len(rows)) if place not in owner]
        if waiting and new:
            likeness = np.array([[track.return_cost(rows[place], self.config) for place in new] for track in waiting])
            owner |= {new[column]: waiting[row] for row, column in assign(likeness, self.config.return_cost)}
        return owner, twin

    def _carry(self, owner: Mapping[int, Track], rows: Sequence[Instance], frame: int) -> None:
        """Move the places of what is not seen along with the camera: by the median motion of what is seen."""
        seen = [(track, rows[place]) for place, track in owner.items() if frame - track.frame == 1]
        if len(seen) < 3:
            return
        moves = [(centre(row.box), centre(track.box)) for track, row in seen]
        dx, dy = (statistics.median(new[axis] - old[axis] for new, old in moves) for axis in (0, 1))
        owned = {track.id for track in owner.values()}
        for track in self._tracks.values():
            if track.id not in owned and frame - track.frame > 3:  # until then its own velocity moves it
                track.box = shifted(track.box, dx, dy)

    def _take_up(self, row: Instance, frame: int) -> None:
        if row.id in self._tracks:
            return
        colour = row.attributes.get("colour", "")
        votes = {row.label: max(row.score, 0.05)}
        self._tracks[row.id] = Track(row.id, row.box, frame, row.first_seen, votes=votes, colour=colour)
        self._next = max(self._next, row.id + 1)

    def _begin(self, row: Instance, frame: int) -> Track:
        track = Track(self._next, row.box, frame, frame)
        self._tracks[track.id] = track
        self._next += 1
        return track


def _with_parent(row: Instance, names: dict[int, int]) -> Instance:
    return row if row.parent is None else row.model_copy(update={"parent": names.get(row.parent)})
