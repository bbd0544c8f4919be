"""Metrics of an instance perceiver against the truth of the renders.

Recall counts the things (not the fixtures) that show at least 40 pixels; a thing is found if an instance of its class
overlaps it with IoU >= 0.5. Precision counts the perceiver's things; one that matches a thing of fewer than 40 pixels
counts neither way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agentseg.twin import Twin

LEAST_PIXELS = 40
"""Visible pixels from which on a thing counts."""

LEAST_IOU = 0.5
"""Overlap of a thing that is found."""

APART = 0.10
"""Difference of depth in metres above which the order of two things is asked."""


@dataclass
class Truth:
    """What a frame really shows.

    Attributes:
        ids: uint8 (H, W), 0 = no instance.
        depth: (H, W) metres.
        labels: Label by id.
        colours: Colour word by id, where known.
    """

    ids: NDArray[np.uint8]
    depth: NDArray[Any]
    labels: Mapping[int, str]
    colours: Mapping[int, str] = field(default_factory=dict)


@dataclass
class Tally:
    """Counts over frames; ``figures`` turns them into the published numbers."""

    fixtures: tuple[str, ...]
    things: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    any_class: int = 0
    frames: int = 0
    depth_errors: list[float] = field(default_factory=list)
    ordered: list[bool] = field(default_factory=list)
    colour_right: list[bool] = field(default_factory=list)
    overlaps: list[float] = field(default_factory=list)

    def add(self, twin: Twin, truth: Truth) -> None:
        """Count one frame."""
        self.frames += 1
        table, keys, areas = overlaps(twin, truth)
        hit_rows = set()
        depths: list[tuple[float, float]] = []
        for column, key in enumerate(keys):
            label = truth.labels[key]
            counted = areas[column] >= LEAST_PIXELS
            if counted:
                self.things[label] += 1
            rows = np.flatnonzero(table[:, column] >= LEAST_IOU) if len(table) else np.zeros(0, dtype=int)
            same = [int(row) for row in rows if twin.instances[row].label == label]
            self.any_class += bool(len(rows)) and counted and label not in self.fixtures
            if not same:
                continue
            hit_rows.add(same[0])
            if counted:
                self._found(twin, same[0], truth, key, float(table[same[0], column]), depths)
        for row, instance in enumerate(twin.instances):
            if row in hit_rows and areas[int(np.argmax(table[row]))] < LEAST_PIXELS:
                continue
            self.said[instance.label] += 1
            self.wrong[instance.label] += row not in hit_rows
        for (true_a, said_a), (true_b, said_b) in combinations(depths, 2):
            if abs(true_a - true_b) > APART:
                self.ordered.append((true_a < true_b) == (said_a < said_b))

    def _found(
        self, twin: Twin, row: int, truth: Truth, key: int, overlap: float, depths: list[tuple[float, float]]
    ) -> None:
        instance, label = twin.instances[row], truth.labels[key]
        self.found[label] += 1
        if label in self.fixtures:
            return
        self.overlaps.append(overlap)
        real = float(truth.depth[truth.ids == key].astype(np.float64).mean())
        if instance.depth_mean is not None and real > 0:
            self.depth_errors.append(abs(instance.depth_mean - real) / real)
            depths.append((real, instance.depth_mean))
        if key in truth.colours:
            self.colour_right.append(instance.attributes.get("colour") == truth.colours[key])

    def figures(self) -> dict[str, Any]:
        """The published numbers; shares are 0 to 1, None where nothing was counted."""
        names = [name for name in self.things if name not in self.fixtures]
        total = sum(self.things[name] for name in names)
        said = sum(count for name, count in self.said.items() if name not in self.fixtures)
        wrong = sum(count for name, count in self.wrong.items() if name not in self.fixtures)
        return {
            "frames": self.frames,
            "counted": f"things with at least {LEAST_PIXELS} visible px; found = IoU >= {LEAST_IOU} and class right",
            "things": total,
            "recall": share(sum(self.found[name] for name in names), total),
            "precision": share(said - wrong, said),
            "recall_any_class": share(self.any_class, total),
            "mean_iou_of_found": mean(self.overlaps),
            "recall_by_class": {name: share(self.found[name], self.things[name]) for name in sorted(names)},
            "things_by_class": {name: self.things[name] for name in sorted(names)},
            "precision_by_class": {
                name: share(self.said[name] - self.wrong[name], self.said[name]) for name in sorted(names)
            },
            "fixtures": {name: share(self.found[name], self.things[name]) for name in self.fixtures},
            "depth_abs_rel": mean(self.depth_errors),
            "near_far_right": mean(self.ordered),
            "near_far_pairs": len(self.ordered),
            "colour_right": mean(self.colour_right),
        }


def overlaps(twin: Twin, truth: Truth) -> tuple[NDArray[np.float64], list[int], list[int]]:
    """IoU (instances, true instances), the true ids in the frame, and their visible pixels."""
    areas = np.bincount(truth.ids.ravel(), minlength=256)
    keys = [key for key in truth.labels if areas[key] > 0]
    table = np.zeros((len(twin.instances), len(keys)))
    for row, instance in enumerate(twin.instances):
        mask = twin.mask(instance.id)
        shared = np.bincount(truth.ids[mask], minlength=256)
        own = int(np.count_nonzero(mask))
        for column, key in enumerate(keys):
            table[row, column] = shared[key] / max(1, own + areas[key] - shared[key])
    return table, keys, [int(areas[key]) for key in keys]


def share(part: int, whole: int) -> float | None:
    """``part / whole`` to four digits, or None."""
    return round(part / whole, 4) if whole else None


def mean(values: Iterable[float]) -> float | None:
    """Mean to four digits, or None."""
    kept = list(values)
    return round(float(np.mean(kept)), 4) if kept else None
