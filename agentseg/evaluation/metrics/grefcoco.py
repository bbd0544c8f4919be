"""Generalised referring segmentation: several targets, one, or none (gRefCOCO).

Source: Liu et al., "GRES: Generalized Referring Expression Segmentation", CVPR 2023, section 5.1, and its published
evaluation. Positive means "no target": N-acc = TP / (TP + FN), T-acc = TN / (TN + FP). No-target samples: an answer of
"none" has IoU 1 and adds nothing to U, any other has IoU 0 and adds its pixels to U. Targeted samples: "none" has
I = 0 and the target's pixels as U. gIoU over all samples; Pr@k is the fraction of targeted samples with IoU >= k.

Departures:
    - An empty mask is the answer "none"; the published code has a class of its own for it.
    - A failure counts against N-acc on a no-target sample and against T-acc on a targeted one; it is never "none".
    - A measure without samples is None, where the published code gives 0 or divides by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np

from agentseg.masks import Mask

PRECISION_AT = (0.7, 0.8, 0.9)


@dataclass(frozen=True)
class Grounding:
    """One sample: px of intersection and union, IoU, whether it has a target, whether the answer named any pixel."""

    intersection: int
    union: int
    iou: float
    targeted: bool
    answered: bool
    failed: bool = False


@dataclass(frozen=True)
class GroundingScore:
    """Figures in [0, 1], None where no sample counts for them.

    ``precision_at`` maps k to Pr@k; ``no_target`` and ``targeted`` are the numbers of samples of both kinds.
    """

    giou: float | None
    ciou: float | None
    n_acc: float | None
    t_acc: float | None
    precision_at: dict[float, float | None]
    no_target: int
    targeted: int
    failures: int


def grounding(predicted: Mask | None, truth: Mask) -> Grounding:
    """Score one answer.

    Args:
        predicted: Foreground of the answer, bool, (H, W); all False for "none". None: a failure.
        truth: Union of the targets, bool, same (H, W); all False for a no-target sample.

    Raises:
        ValueError: A mask is not bool, or the shapes differ.
    """
    if truth.dtype != np.bool_ or truth.ndim != 2:
        raise ValueError(f"a target is a bool mask (H, W); found {truth.dtype} {truth.shape}")
    wanted = int(np.count_nonzero(truth))
    if predicted is None:
        return Grounding(0, wanted, 0.0, wanted > 0, answered=False, failed=True)
    if predicted.dtype != np.bool_ or predicted.shape != truth.shape:
        raise ValueError(f"the answer is a bool mask {truth.shape}; found {predicted.dtype} {predicted.shape}")
    shared, joint = int(np.count_nonzero(predicted & truth)), int(np.count_nonzero(predicted | truth))
    iou = shared / joint if joint else 1.0
    return Grounding(shared, joint, iou, wanted > 0, answered=bool(predicted.any()))


def grounding_score(rows: Iterable[Grounding], *, precision_at: Sequence[float] = PRECISION_AT) -> GroundingScore:
    """All figures of a data set.

    Args:
        rows: The samples' rows, failures among them; read once.
        precision_at: The k of Pr@k; an IoU of exactly k counts.
    """
    found = list(rows)
    targeted = [row for row in found if row.targeted]
    empty = [row for row in found if not row.targeted]
    joint = sum(row.union for row in found)
    return GroundingScore(
        giou=fsum(row.iou for row in found) / len(found) if found else None,
        ciou=sum(row.intersection for row in found) / joint if joint else None,
        n_acc=_fraction([not row.answered and not row.failed for row in empty]),
        t_acc=_fraction([row.answered for row in targeted]),
        precision_at={k: _fraction([row.iou >= k for row in targeted]) for k in precision_at},
        no_target=len(empty),
        targeted=len(targeted),
        failures=sum(row.failed for row in found),
    )


def _fraction(hits: list[bool]) -> float | None:
    return sum(hits) / len(hits) if hits else None
