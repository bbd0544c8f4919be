"""Reasoning and referring over whole clips: ReVOS and MeViS.

Sources: Yan et al., "VISA", ECCV 2024 (ReVOS), Ding et al., "MeViS", ICCV 2023, and their published evaluations; the
robustness R is that of Li et al., "R2VOS", ICCV 2023. J and F are means over all frames of an expression, first and
last included. ReVOS has referring (``type_id`` 0) and reasoning (1) expressions and reports as overall **the mean of
the two subset means**, not the mean over expressions. MeViS is the mean over expressions.

Departures:
    - Masks of several objects are united; the published code adds them, so that overlaps become 2 and, in R, negative.
    - Figures are not rounded before they are averaged (ReVOS rounds each expression to 0.01 %).
    - A failure counts J = F = R = 0 and is counted apart (as published, where a missing folder does the same).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum
from typing import Literal

import numpy as np

from agentseg.evaluation.metrics.davis import region_and_boundary
from agentseg.evaluation.metrics.frames import aligned
from agentseg.masks import Mask

Subset = Literal["referring", "reasoning"]
SUBSETS: tuple[Subset, Subset] = ("referring", "reasoning")
"""Subset of a ReVOS expression by its ``type_id``; expressions of other types are in no subset."""


@dataclass(frozen=True)
class Clip:
    """One expression over one clip: means over its frames in [0, 1]; ``r`` is None without foreground masks."""

    j: float
    f: float
    r: float | None = None
    subset: Subset | None = None
    failed: bool = False


@dataclass(frozen=True)
class ClipScore:
    """Means in [0, 1] over ``count`` expressions, ``failures`` among them; None where nothing was measured."""

    j: float | None
    f: float | None
    r: float | None
    count: int
    failures: int

    @property
    def jf(self) -> float | None:
        """J&F: the mean of J and F."""
        return None if self.j is None or self.f is None else (self.j + self.f) / 2


def clip(
    predicted: Iterable[Mask] | None,
    truth: Iterable[Mask],
    *,
    foreground: Iterable[Mask] | None = None,
    subset: Subset | None = None,
) -> Clip:
    """Score one expression over all frames of its clip.

    Args:
        predicted: A bool mask (H, W) a frame. None: a failure, no mask is read.
        truth: The union of the targets, a bool mask a frame, as many.
        foreground: The union of all annotated objects, a bool mask a frame, as many; for R.
        subset: ``"referring"`` or ``"reasoning"`` (ReVOS).

    Raises:
        ValueError: The lengths or the shapes differ, or there are no frames.
    """
    if predicted is None:
        return Clip(0.0, 0.0, None if foreground is None else 0.0, subset, failed=True)
    js: list[float] = []
    fs: list[float] = []
    rs: list[float] = []
    pairs = aligned(predicted, truth)
    frames: Iterable[tuple[tuple[Mask, Mask], Mask | None]] = (
        ((pair, None) for pair in pairs) if foreground is None else aligned(pairs, foreground, ("truth", "foreground"))
    )
    for (answer, target), around in frames:
        j, f = region_and_boundary(answer, target)
        js.append(j)
        fs.append(f)
        if around is not None:
            rs.append(robustness(answer, target, around))
    if not js:
        raise ValueError("a clip has at least one frame; found none")
    return Clip(fsum(js) / len(js), fsum(fs) / len(fs), fsum(rs) / len(rs) if rs else None, subset)


def robustness(predicted: Mask, truth: Mask, foreground: Mask) -> float:
    """R of one frame: 1 - |predicted outside the truth| / (|foreground| + 1e-6), not below 0.

    Args:
        predicted: Foreground of the answer, bool, (H, W).
        truth: The targets, bool, same (H, W).
        foreground: All annotated objects of the frame, bool, same (H, W).

    Returns:
        R in [0, 1]: 1 without false pixels, 0 where they outnumber the annotated ones.

    Raises:
        ValueError: The shapes differ, or a mask is not bool.
    """
    for mask in (predicted, truth, foreground):
        if mask.dtype != np.bool_ or mask.shape != truth.shape:
            raise ValueError(f"masks of one frame are bool {truth.shape}; found {mask.dtype} {mask.shape}")
    false = int(np.count_nonzero(predicted & ~truth))
    return max(1 - false / (int(np.count_nonzero(foreground)) + 1e-6), 0.0)


def mevis_score(rows: Iterable[Clip]) -> ClipScore:
    """Means over all expressions, failures among them."""
    found = list(rows)
    return ClipScore(
        j=_mean([row.j for row in found]),
        f=_mean([row.f for row in found]),
        r=_mean([row.r for row in found]),
        count=len(found),
        failures=sum(row.failed for row in found),
    )


def revos_score(rows: Iterable[Clip]) -> dict[Literal["referring", "reasoning", "overall"], ClipScore]:
    """ReVOS: both subsets, and their overall, which is the mean of the two (None if one of them is empty).

    Args:
        rows: Expressions; those without a subset are left out, as in the published evaluation.
    """
    found = list(rows)
    first, second = (mevis_score(row for row in found if row.subset == name) for name in SUBSETS)
    overall = ClipScore(
        j=_middle(first.j, second.j),
        f=_middle(first.f, second.f),
        r=_middle(first.r, second.r),
        count=first.count + second.count,
        failures=first.failures + second.failures,
    )
    return {"referring": first, "reasoning": second, "overall": overall}


def _mean(values: list[float] | list[float | None]) -> float | None:
    measured = [value for value in values if value is not None]
    return fsum(measured) / len(measured) if measured and len(measured) == len(values) else None


def _middle(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else (first + second) / 2
