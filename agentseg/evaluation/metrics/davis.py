"""Region similarity J and boundary accuracy F of one frame, as DAVIS defines them.

Source: Perazzi et al., "A Benchmark Dataset and Evaluation Methodology for Video Object Segmentation", CVPR 2016,
section 5; edge cases as in the published davis2017-evaluation, whose figures these equal.

Departures:
    - None in value. The work is done in the joint box of both masks on packed bits (``bits``), numpy only.
"""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np

from agentseg.evaluation.metrics import bits
from agentseg.masks import Mask

TOLERANCE = 0.008
"""Distance at which boundaries match, as a fraction of the frame's diagonal (DAVIS)."""


def region_similarity(predicted: Mask, truth: Mask, void: Mask | None = None) -> float:
    """Jaccard index J = |P & T| / |P | T| of two masks of one frame.

    Args:
        predicted: Foreground of the answer, bool, (H, W).
        truth: Annotated foreground, bool, same (H, W).
        void: Pixels that count for neither side, bool, same (H, W).

    Returns:
        J in [0, 1]. Two masks without foreground outside void agree: J = 1.

    Raises:
        ValueError: A mask is not bool or not 2-d, or the shapes differ.
    """
    predicted, truth = _checked(predicted, truth, void)
    joint = int(np.count_nonzero(predicted | truth))
    return 1.0 if joint == 0 else int(np.count_nonzero(predicted & truth)) / joint


def boundary_accuracy(predicted: Mask, truth: Mask, void: Mask | None = None, *, tolerance: float = TOLERANCE) -> float:
    """Boundary measure F = 2PR / (P + R): the parts of both boundaries that lie close to the other one.

    P is the fraction of the predicted boundary within ``tolerance`` of the true one, R the reverse. A mask's boundary
    is defined in ``bits.boundaries``; foreground that touches the frame's border has none there, so a mask that fills
    the frame has no boundary at all and counts as an empty one does.

    Args:
        predicted: Foreground of the answer, bool, (H, W).
        truth: Annotated foreground, bool, same (H, W).
        void: Pixels set to background on both sides before boundaries are taken, bool, same (H, W).
        tolerance: Below 1 a fraction of the frame's diagonal, rounded up to px (480x854: 8); from 1 on px, rounded up.

    Returns:
        F in [0, 1]. Neither side has a boundary: 1. Only one side has one, or nothing matches: 0.

    Raises:
        ValueError: A mask is not bool or not 2-d, the shapes differ, or the tolerance is not positive.
    """
    predicted, truth = _checked(predicted, truth, void)
    return _boundary(*_cropped(predicted, truth), radius=_radius(truth.shape, tolerance))


def region_and_boundary(
    predicted: Mask, truth: Mask, void: Mask | None = None, *, tolerance: float = TOLERANCE
) -> tuple[float, float]:
    """J and F of one frame in one pass; arguments, ranges and errors as in the two functions of their own."""
    predicted, truth = _checked(predicted, truth, void)
    radius = _radius(truth.shape, tolerance)
    predicted, truth = _cropped(predicted, truth)
    joint = int(np.count_nonzero(predicted | truth))
    similarity = 1.0 if joint == 0 else int(np.count_nonzero(predicted & truth)) / joint
    return similarity, _boundary(predicted, truth, radius)


def _boundary(predicted: Mask, truth: Mask, radius: int) -> float:
    if truth.size == 0:
        return 1.0
    edges = bits.boundaries(predicted, truth, radius)
    ours, theirs = bits.count(edges[0]), bits.count(edges[1])
    if not ours or not theirs:
        return 1.0 if ours == theirs else 0.0
    near = bits.dilate(edges, radius)
    precision = bits.count(edges[0] & near[1]) / ours
    recall = bits.count(edges[1] & near[0]) / theirs
    return 0.0 if precision + recall == 0 else 2 * precision * recall / (precision + recall)


def _cropped(predicted: Mask, truth: Mask) -> tuple[Mask, Mask]:
    """Both masks in their joint box and one pixel around it, as far as the frame goes.

    Boundaries lie up to one pixel north-west of the foreground; where the crop ends inside the frame, its last row
    and column are background, for which the rules of the frame's border give the same.
    """
    joint = predicted | truth
    rows = np.flatnonzero(joint.any(axis=1))
    if rows.size == 0:
        return predicted[:0, :0], truth[:0, :0]
    high = slice(max(0, int(rows[0]) - 1), int(rows[-1]) + 2)
    columns = np.flatnonzero(joint[high].any(axis=0))
    wide = slice(max(0, int(columns[0]) - 1), int(columns[-1]) + 2)
    return predicted[high, wide], truth[high, wide]


def _radius(shape: tuple[int, ...], tolerance: float) -> int:
    if not tolerance > 0:
        raise ValueError(f"a boundary tolerance is positive, a fraction of the diagonal or px; found {tolerance}")
    return ceil(tolerance if tolerance >= 1 else tolerance * sqrt(shape[0] ** 2 + shape[1] ** 2))


def _checked(predicted: Mask, truth: Mask, void: Mask | None) -> tuple[Mask, Mask]:
    for name, mask in (("predicted", predicted), ("truth", truth), ("void", void)):
        if mask is None:
            continue
        if mask.dtype != np.bool_ or mask.ndim != 2:
            raise ValueError(
                f"{name} is a bool mask (H, W); found {mask.dtype} {mask.shape}: give mask > 0 of one frame"
            )
        if mask.shape != truth.shape:
            raise ValueError(f"masks of one frame have one shape; found {name} {mask.shape} and truth {truth.shape}")
    if void is None:
        return predicted, truth
    return predicted & ~void, truth & ~void
