"""R_accuracy: is the answer right. Mask IoU as FastReasonSeg has it, numbers, and one reward for every task.

Departures (FastReasonSeg): two empty masks agree, IoU 1, so that "there is no such thing" can be learned; pixels that a
data set leaves undecided do not count. A failure is 0, whatever the truth.
"""

from __future__ import annotations

from functools import partial
from math import fsum

import numpy as np

from agentseg.errors import InputError
from agentseg.masks import RLE, Mask, decode
from agentseg.sample import Sample
from agentseg.trace import Trace
from agentseg.training.rewards.reward import Reward, answered

THRESHOLD = 0.5
"""IoU above which an answer is right (Seg-Zero, WISE)."""


def mask_iou(trace: Trace, sample: Sample) -> float | None:
    """Mean over the frames with truth of the mask's IoU, in [0, 1].

    Returns:
        Two empty masks of a frame: 1. A failure, or a mask of another size: 0. None where the sample has no masks.

    Raises:
        InputError: The sample's own truth is no mask.
    """
    if not sample.targets:
        return None
    if not answered(trace):
        return 0.0
    return fsum(_iou(trace, sample, frame) for frame in sorted(sample.targets)) / len(sample.targets)


def iou_above(*, threshold: float = THRESHOLD) -> Reward:
    """Make the binary form of ``mask_iou``: 1 where it is above ``threshold`` in [0, 1), else 0 (Seg-Zero).

    Raises:
        InputError: The threshold is outside [0, 1).
    """
    return partial(_iou_above, threshold=checked(threshold))


def counting(trace: Trace, sample: Sample) -> float | None:
    """1 where the number answered is exactly right, else 0; None where the sample has no number.

    Ids that were answered without a number have been counted by the model: their number is taken.
    """
    if sample.number is None:
        return None
    number = len(trace.answer) if trace.number is None else trace.number
    return float(answered(trace) and number == sample.number)


def task_accuracy(trace: Trace, sample: Sample) -> float | None:
    """The reward of the sample's own task, in [0, 1]: ``mask_iou``, ``counting``, or ``detection`` at an IoU of .5.

    None where the sample has no truth for its task.
    """
    from agentseg.training.rewards.boxes import box_f1

    if sample.task == "count":
        return counting(trace, sample)
    if sample.task == "detect" and sample.boxes:
        return box_f1(trace, sample)
    return mask_iou(trace, sample)


def succeeded(trace: Trace, sample: Sample, threshold: float = THRESHOLD) -> bool:
    """Whether the sample's task was done: ``task_accuracy`` above ``threshold``; False where there is no truth."""
    value = task_accuracy(trace, sample)
    return value is not None and value > threshold


def answer_mask(trace: Trace, frame: int, size: tuple[int, int]) -> Mask | None:
    """The answer's pixels in one frame, bool of ``size`` (H, W); None where what stands there is no mask of it."""
    rle = trace.masks.get(frame)
    return np.zeros(size, dtype=bool) if rle is None else read_mask(rle, size)


def read_mask(rle: RLE, size: tuple[int, int]) -> Mask | None:
    """Decode a mask of a trace, or None where it has another size or is broken: a bad answer, not a crash."""
    if tuple(rle["size"]) != tuple(size):
        return None
    try:
        return decode(rle)
    except InputError:
        return None


def checked(threshold: float) -> float:
    """A threshold of an IoU.

    Raises:
        InputError: It is outside [0, 1).
    """
    if not 0 <= threshold < 1:
        raise InputError(f"a threshold of an IoU is at least 0 and below 1; found {threshold}")
    return float(threshold)


def _iou_above(trace: Trace, sample: Sample, *, threshold: float) -> float | None:
    value = mask_iou(trace, sample)
    return None if value is None else float(value > threshold)


def _iou(trace: Trace, sample: Sample, frame: int) -> float:
    target = decode(sample.targets[frame])
    found = answer_mask(trace, frame, (target.shape[0], target.shape[1]))
    if found is None:
        return 0.0
    if frame in sample.ignore:
        kept = ~decode(sample.ignore[frame])
        target, found = target & kept, found & kept
    joint = int(np.count_nonzero(target | found))
    return 1.0 if joint == 0 else int(np.count_nonzero(target & found)) / joint
