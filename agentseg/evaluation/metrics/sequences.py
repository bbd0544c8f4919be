"""J and F over a sequence, as DAVIS reports them: mean, recall and decay; one object or label maps of several.

Source: Perazzi et al., CVPR 2016, section 5; davis2017-evaluation for the details (first and last frame dropped in the
semi-supervised track, bins of the decay).

Departures:
    - The bins of the decay are whole numbers of any size; the published code keeps them in 8 bits, which is wrong for
      more than 256 frames.
    - A frame without an answer (None) counts J = F = 0 instead of ending the evaluation.
    - Frames are read one at a time, so memory does not grow with the length of a video.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import fsum
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from agentseg.evaluation.metrics.davis import region_and_boundary
from agentseg.evaluation.metrics.frames import aligned
from agentseg.masks import Mask

RECALL_ABOVE = 0.5
"""A frame counts towards recall where its measure is above this (DAVIS)."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class Statistics:
    """Mean (0..1), recall (fraction of frames above 0.5) and decay (first quarter minus last, -1..1) of a measure."""

    mean: float
    recall: float
    decay: float


@dataclass(frozen=True)
class SequenceScore:
    """J and F of one object in one sequence; ``frames`` were scored, of which ``failures`` had no answer."""

    j: Statistics
    f: Statistics
    frames: int
    failures: int = 0

    @property
    def jf(self) -> float:
        """J&F: the mean of the two means, 0..1."""
        return (self.j.mean + self.f.mean) / 2


def statistics(values: Sequence[float]) -> Statistics:
    """Mean, recall and decay of a measure over the frames of a sequence.

    Args:
        values: One value in [0, 1] a frame; nan (not measured) leaves the mean and the decay, and misses the recall.

    Returns:
        The mean over all, the fraction above 0.5, and the mean of the first quarter minus that of the last. Quarters
        begin and end at round(linspace(1, N, 5)) and share the frames where they meet; one frame has decay 0.

    Raises:
        ValueError: There are no values.
    """
    if len(values) == 0:
        raise ValueError("a sequence has at least one scored frame; found none (are the first and last dropped?)")
    array = np.asarray(values, dtype=float)
    ends = (np.round(np.linspace(1, array.size, 5) + 1e-10) - 1).astype(int)
    first, last = array[ends[0] : ends[1] + 1], array[ends[3] : ends[4] + 1]
    return Statistics(_mean(array), float(np.mean(array > RECALL_ABOVE)), _mean(first) - _mean(last))


def sequence_score(
    predicted: Iterable[Mask | None],
    truth: Iterable[Mask],
    *,
    void: Iterable[Mask] | None = None,
    drop_ends: bool = True,
) -> SequenceScore:
    """J and F of one object over a sequence.

    Args:
        predicted: A bool mask (H, W) a frame, or None where there is no answer: J = F = 0 there.
        truth: A bool mask a frame, as many.
        void: Pixels that do not count, a bool mask a frame, as many.
        drop_ends: Leave out the first and the last frame, as the semi-supervised track does; ReVOS, MeViS and the
            unsupervised track do not.

    Raises:
        ValueError: The lengths or the shapes differ, or no frame is left.
    """
    js: list[float] = []
    fs: list[float] = []
    failures = 0
    pairs = aligned(predicted, truth)
    frames: Iterable[tuple[tuple[Mask | None, Mask], Mask | None]] = (
        ((pair, None) for pair in pairs) if void is None else aligned(pairs, void, ("truth", "void"))
    )
    for (answer, target), ignored in _inner(frames) if drop_ends else frames:
        j, f = (0.0, 0.0) if answer is None else region_and_boundary(answer, target, ignored)
        failures += answer is None
        js.append(j)
        fs.append(f)
    return SequenceScore(statistics(js), statistics(fs), len(js), failures)


def label_scores(
    predicted: Iterable[NDArray[np.integer]],
    truth: Iterable[NDArray[np.integer]],
    *,
    void_label: int | None = None,
    drop_ends: bool = True,
) -> dict[int, SequenceScore]:
    """J and F of every object of a sequence of label maps (DAVIS 2017's indexed PNG files).

    Args:
        predicted: A map (H, W) of object ids a frame, 0 = background.
        truth: A map a frame, as many, of the same shapes.
        void_label: Id in ``truth`` of pixels that do not count (255 in the unsupervised track).
        drop_ends: As in ``sequence_score``.

    Returns:
        A score for each id that occurs in a scored frame of ``truth``, in ascending order. Ids that only the
        prediction has are no objects. Frames in which neither side has the object count J = F = 1, also those before
        it comes (vos-benchmark leaves the latter out).

    Raises:
        ValueError: The lengths or the shapes differ, or no frame is left.
    """
    rows: dict[int, list[tuple[float, float]]] = {}
    objects: set[int] = set()
    frames = aligned(predicted, truth)
    seen = 0
    for answer, target in _inner(frames) if drop_ends else frames:
        void = None if void_label is None else target == void_label
        present = _ids(target) - {void_label}
        objects |= present
        for key in rows.keys() | present | _ids(answer):
            row = rows.setdefault(key, [(1.0, 1.0)] * seen)
            row.append(region_and_boundary(answer == key, target == key, void))
        seen += 1
    if not seen:
        raise ValueError("a sequence has at least one scored frame; found none (are the first and last dropped?)")
    return {key: _score(rows[key]) for key in sorted(objects)}


def mean_score(scores: Iterable[SequenceScore]) -> tuple[float, float, float] | None:
    """(J&F, J, F) of a data set: means over all its objects, each 0..1; None without any object."""
    found = list(scores)
    if not found:
        return None
    j, f = (fsum(values) / len(found) for values in zip(*((s.j.mean, s.f.mean) for s in found), strict=True))
    return (j + f) / 2, j, f


def _score(row: list[tuple[float, float]]) -> SequenceScore:
    return SequenceScore(statistics([j for j, _ in row]), statistics([f for _, f in row]), len(row))


def _ids(labels: NDArray[np.integer]) -> set[int]:
    flat = labels.ravel()
    # Every value begins a run somewhere, and maps have few runs.
    starts = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    return set(np.unique(np.append(flat[:1], flat[starts])).tolist()) - {0}


def _inner(items: Iterable[Item]) -> Iterator[Item]:
    """All but the first and the last item, one in hand."""
    held: list[Item] = []
    for place, item in enumerate(items):
        yield from held
        held = [item] if place else []


def _mean(values: NDArray[np.float64]) -> float:
    return float("nan") if np.isnan(values).all() else float(np.nanmean(values))
