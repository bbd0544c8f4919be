"""gIoU and cIoU of image masks, under two named protocols that are not comparable with each other.

``lisa`` (validation of LISA, Lai et al., CVPR 2024; ReasonSeg's own figures): two classes, 255 = ignore. Ignored
pixels leave both sums; IoU of a sample = I / (U + 1e-5), and 1 where U = 0; gIoU = sum of IoU / (N + 1e-5);
cIoU = sum of I / (sum of U + 1e-10).

``segzero`` (Seg-Zero, VisionReasoner, WISE): the truth is cast to bool, so ignored pixels are target. IoU = I / U, and
0 where U = 0; gIoU = mean IoU; cIoU = sum of I / sum of U.

Departures:
    - A failure (no answer that can be read) always counts: IoU 0, I = 0, U = the target's pixels, and it is counted
      apart. LISA has no failures, Seg-Zero leaves some of them out, VisionReasoner counts them as here.
    - Sums are exact (integers, ``fsum``), so that the order of the samples does not matter; LISA adds 32-bit floats.
    - No samples give None, where LISA would give 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from agentseg.masks import Mask

Protocol = Literal["lisa", "segzero"]
IGNORE = 255
"""Value of the truth's pixels that annotators left undecided (ReasonSeg)."""


@dataclass(frozen=True)
class Overlap:
    """One sample: intersection and union in px, IoU in [0, 1] under ``protocol``, and whether there was no answer."""

    intersection: int
    union: int
    iou: float
    protocol: Protocol
    failed: bool = False


@dataclass(frozen=True)
class OverlapScore:
    """gIoU and cIoU in [0, 1] over ``count`` samples, of which ``failures`` had no answer; None without samples."""

    protocol: Protocol
    count: int
    failures: int
    giou: float | None
    ciou: float | None


def mask_overlap(
    predicted: Mask | None, truth: Mask | NDArray[np.uint8], *, protocol: Protocol, ignore: int = IGNORE
) -> Overlap:
    """Overlap of an answer with the truth.

    Args:
        predicted: Foreground of the answer, bool, (H, W); all False for "there is no such thing". None: a failure.
        truth: Target, bool, or uint8 with 0, 1 and ``ignore``, same (H, W).
        protocol: ``"lisa"`` or ``"segzero"``.
        ignore: Value of undecided pixels; ``segzero`` takes them for target.

    Returns:
        The sample's row. Empty answer on an empty target: IoU 1 under lisa, 0 under segzero. Foreground only in
        ignored pixels of an otherwise empty target: 1 under lisa. Lisa's IoU of a perfect answer is a little below 1.

    Raises:
        ValueError: Another protocol, shape, type or value.
    """
    if protocol not in ("lisa", "segzero"):
        raise ValueError(f"protocols are 'lisa' and 'segzero'; found {protocol!r}")
    target, kept = _target(truth, protocol, ignore)
    if predicted is None:
        return Overlap(0, int(np.count_nonzero(target)), 0.0, protocol, failed=True)
    if predicted.dtype != np.bool_ or predicted.shape != target.shape:
        raise ValueError(f"the answer is a bool mask {target.shape}; found {predicted.dtype} {predicted.shape}")
    answer = predicted if kept is None else predicted & kept
    shared, joint = int(np.count_nonzero(answer & target)), int(np.count_nonzero(answer | target))
    if joint == 0:
        iou = 1.0 if protocol == "lisa" else 0.0
    else:
        iou = shared / (joint + 1e-5) if protocol == "lisa" else shared / joint
    return Overlap(shared, joint, iou, protocol)


def overlap_score(rows: Iterable[Overlap], *, protocol: Protocol) -> OverlapScore:
    """Fold the samples of a data set into gIoU and cIoU.

    Args:
        rows: The samples' rows, failures among them; read once.
        protocol: The protocol that all of them were made under.

    Raises:
        ValueError: A row was made under another protocol.
    """
    ious: list[float] = []
    shared = joint = failures = 0
    for row in rows:
        if row.protocol != protocol:
            raise ValueError(f"one score has one protocol: asked for {protocol!r}, found a row of {row.protocol!r}")
        ious.append(row.iou)
        shared, joint, failures = shared + row.intersection, joint + row.union, failures + row.failed
    if not ious:
        return OverlapScore(protocol, 0, 0, None, None)
    if protocol == "lisa":
        giou, ciou = fsum(ious) / (len(ious) + 1e-5), shared / (joint + 1e-10)
    else:
        giou, ciou = fsum(ious) / len(ious), shared / joint if joint else 0.0
    return OverlapScore(protocol, len(ious), failures, giou, ciou)


def _target(truth: Mask | NDArray[np.uint8], protocol: Protocol, ignore: int) -> tuple[Mask, Mask | None]:
    """The target's pixels, and those that count at all (None: every one)."""
    if truth.ndim != 2 or truth.dtype not in (np.bool_, np.uint8):
        raise ValueError(f"a target is bool or uint8, (H, W); found {truth.dtype} {truth.shape}")
    if truth.dtype == np.bool_:
        return truth.astype(bool, copy=False), None
    ignored = truth == ignore
    target = truth == 1
    if int(np.count_nonzero(ignored)) + int(np.count_nonzero(target)) != int(np.count_nonzero(truth)):
        values = sorted(set(np.unique(truth).tolist()) - {0, 1, ignore})
        raise ValueError(f"a uint8 target holds 0, 1 and {ignore} (ignore); found {values[:5]} too")
    return (target, ~ignored) if protocol == "lisa" else (target | ignored, None)
