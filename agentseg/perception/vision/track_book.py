"""Whose mask is whose over time: the book that a video tracker keeps beside its masks. No torch.

A video model follows the masks that it was given; it does not know when something new comes in, what a thing is called
or when it is gone. A detector on some frames (keyframes) does. The book pairs the two: ids only rise, a thing that is
hidden keeps its id, labels are voted over all detections, and nothing is wiped at a keyframe.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from agentseg.masks import Mask, box_of, encode
from agentseg.perception.association import assign
from agentseg.perception.vision.mask_overlap import area_of, centre_way, overlaps
from agentseg.twin import Instance, Twin

UNKNOWN = "unknown"


class Seen(NamedTuple):
    """A followed object in one frame.

    Attributes:
        mask: bool (H, W); empty where the object is hidden.
        score: Probability that it is to be seen, 0-1.
    """

    mask: Mask
    score: float


@dataclass(frozen=True)
class BookRules:
    """Numbers of the book.

    Attributes:
        least_iou: A detection with a followed mask's IoU of at least this shows the same object.
        covered: A detection that lies in an object of its own label with at least this share is a part of it.
        least_score: A frame in which an object scores less does not show it.
        lost_after: Frames in a row that do not show an object until it is lost.
        forget_after: Frames until a lost object is followed no longer; its id is not used again.
        reach: Farthest place at which a detection of a lost object's label is taken for it, in its diagonals.
        memory: Factor on older votes for a label, each detection.
        most: Most objects that are followed at once; each costs the model's time.
    """

    least_iou: float = 0.5
    covered: float = 0.8
    least_score: float = 0.5
    lost_after: int = 3
    forget_after: int = 150
    reach: float = 2.0
    memory: float = 0.9
    most: int = 40


@dataclass
class Entry:
    """What the book knows of one object.

    Attributes:
        row: It as it was last seen, with what the last detection said of it (depth, attributes).
        first: Index of the frame in which it was first seen.
        last: Index of the frame in which it was last seen.
        hidden: Frames in a row that have not shown it.
        votes: Weight of each label so far.
    """

    row: Instance
    first: int
    last: int
    hidden: int = 0
    votes: dict[str, float] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The label with the most votes."""
        return max(self.votes, key=lambda name: self.votes[name])

    def vote(self, label: str, score: float, memory: float) -> None:
        """Count a detection; ``unknown`` weighs a tenth, so that any name beats it."""
        self.votes = {name: weight * memory for name, weight in self.votes.items()}
        weight = max(score, 0.05) * (0.1 if label == UNKNOWN else 1.0)
        self.votes[label] = self.votes.get(label, 0.0) + weight


class Pairing(NamedTuple):
    """What the detections of a keyframe show.

    Attributes:
        same: Detection -> the object that is followed there.
        back: Detection -> the lost object that it shows again.
        new: Detections of what nobody follows, best first.
    """

    same: dict[int, int]
    back: dict[int, int]
    new: tuple[int, ...]


class TrackBook:
    """The book of one video.

    Args:
        rules: Numbers; None takes the defaults.
    """

    def __init__(self, rules: BookRules | None = None) -> None:
        self.rules = rules or BookRules()
        self._entries: dict[int, Entry] = {}
        self._next = 1

    @property
    def ids(self) -> tuple[int, ...]:
        """Objects that are followed, seen or lost."""
        return tuple(self._entries)

    @property
    def lost(self) -> tuple[int, ...]:
        """Objects that no frame has shown for a while."""
        return tuple(key for key, entry in self._entries.items() if entry.hidden >= self.rules.lost_after)

    @property
    def next_id(self) -> int:
        """The id that the next object gets; ids only rise."""
        return self._next

    def observe(self, frame: int, seen: Mapping[int, Seen]) -> None:
        """Take in where the model sees the objects in a frame; one that is not in ``seen`` is hidden."""
        for key, entry in self._entries.items():
            now = seen.get(key)
            if now is None or not self._shows(now):
                entry.hidden += 1
                continue
            entry.hidden, entry.last = 0, frame
            entry.row = entry.row.model_copy(update={"box": box_of(now.mask)})

    def pair(self, detections: Twin, seen: Mapping[int, Seen]) -> Pairing:
        """Say which detections show which objects.

        Args:
            detections: A detector's twin of the frame, with ids of its own.
            seen: Where the model sees the objects in that frame.
        """
        rules = self.rules
        masks = {row.id: detections.mask(row.id) for row in detections.instances}
        rows = [row for row in detections.instances if area_of(row, masks[row.id], detections.size) > 0]
        shown = [key for key in self._entries if key in seen and self._shows(seen[key])]
        found = [
            [overlaps(row, masks[row.id], seen[key].mask, self._entries[key].row.box) for row in rows] for key in shown
        ]
        iou = np.array([[one.iou for one in line] for line in found], dtype=np.float64).reshape(len(shown), len(rows))
        labels = np.array([[row.name != self._entries[key].row.name for row in rows] for key in shown], dtype=bool)
        pairs = assign(1.0 - iou + 0.05 * labels.reshape(iou.shape), 1.0 - rules.least_iou + 0.05)
        same = {rows[column].id: shown[place] for place, column in pairs if iou[place, column] >= rules.least_iou}
        free = []
        for column, row in enumerate(rows):
            double = any(
                line[column].iou >= rules.least_iou
                or (line[column].inside >= rules.covered and row.name == self._entries[key].row.name)
                for key, line in zip(shown, found, strict=True)
            )
            if row.id not in same and not double:
                free.append(row)
        back = self._returned(free, set(shown))
        new = sorted((row for row in free if row.id not in back), key=lambda row: -row.score)
        room = max(0, rules.most - len(self._entries))
        return Pairing(same, back, tuple(row.id for row in new[:room]))

    def _returned(self, free: list[Instance], shown: set[int]) -> dict[int, int]:
        """Hidden objects that detections of their label near their last place show again."""
        hidden = [key for key in self._entries if key not in shown]
        cost = np.full((len(hidden), len(free)), np.inf)
        for place, key in enumerate(hidden):
            for column, row in enumerate(free):
                if row.name == self._entries[key].row.name and row.name != UNKNOWN:
                    cost[place, column] = centre_way(self._entries[key].row.box, row.box)
        return {free[column].id: hidden[place] for place, column in assign(cost, self.rules.reach)}

    def rescale(self, old: tuple[int, int], new: tuple[int, int]) -> None:
        """Scale the known boxes to frames of another size (H, W)."""
        down, across = new[0] / old[0], new[1] / old[1]
        for entry in self._entries.values():
            x1, y1, x2, y2 = entry.row.box
            box = (x1 * across, y1 * down, x2 * across, y2 * down)
            entry.row = entry.row.model_copy(update={"box": box})

    def begin(self, row: Instance, frame: int) -> int:
        """Enter a new object as a detection shows it, and return its id."""
        key, self._next = self._next, self._next + 1
        self._entries[key] = Entry(row, frame, frame)
        self.confirm(key, row, frame)
        return key

    def confirm(self, key: int, row: Instance, frame: int) -> None:
        """Take in a detection of an object: its label's vote, and what it says of depth and attributes."""
        entry = self._entries[key]
        entry.vote(row.label, row.score, self.rules.memory)
        old = entry.row
        update: dict[str, Any] = {"id": key, "label": entry.label, "attributes": {**old.attributes, **row.attributes}}
        update["parent"] = old.parent if old.id == key else None  # ``relate`` says it in our ids
        if row.depth_mean is None:
            update |= {"depth_mean": old.depth_mean, "depth_var": old.depth_var}
        entry.row, entry.hidden, entry.last = row.model_copy(update=update), 0, frame

    def relate(self, detections: Twin, names: Mapping[int, int]) -> None:
        """Note which objects are parts of which others, as a keyframe says it of its detections.

        Args:
            detections: The keyframe's twin, with ids of its own.
            names: Detection -> the object that it shows.
        """
        for row in detections.instances:
            if row.id in names:
                entry = self._entries[names[row.id]]
                parent = None if row.parent is None else names.get(row.parent)
                entry.row = entry.row.model_copy(update={"parent": parent})

    def forget(self) -> tuple[int, ...]:
        """Strike out objects that have been lost for too long, and return their ids."""
        gone = tuple(key for key, entry in self._entries.items() if entry.hidden > self.rules.forget_after)
        for key in gone:
            del self._entries[key]
        return gone

    def twin(self, frame: int, size: tuple[int, int], seen: Mapping[int, Seen]) -> Twin:
        """The objects that a frame shows, as a twin of ``size`` (H, W)."""
        rows, masks = [], {}
        for key, entry in self._entries.items():
            now = seen.get(key)
            if now is None or not self._shows(now):
                continue
            update = {
                "score": round(min(1.0, max(0.0, now.score)), 4),
                "box": box_of(now.mask),
                "mask_source": "segmenter",
                "first_seen": entry.first,
                "last_seen": frame,
            }
            rows.append(entry.row.model_copy(update=update))
            masks[key] = encode(now.mask)
        return Twin(frame=frame, size=size, instances=tuple(rows), masks=masks)

    def _shows(self, seen: Seen) -> bool:
        return seen.score >= self.rules.least_score and bool(seen.mask.any())
