"""From boxes to instances: what a detector without masks needs to take part.

A box is made an instance whose mask is the filled box, marked ``mask_source="box"`` so that nobody takes it for an
outline: results, pictures and traces say so. A segmenter that comes later in the pipeline replaces such masks.

    def perceive(frame, twin):
        return add_boxes(twin, [Detection("truck", 0.9, (10, 20, 300, 200))])
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from agentseg.masks import RLE, Box, merge
from agentseg.twin import Instance, Twin

logger = logging.getLogger(__name__)

OVERLAP = 0.5
"""Two boxes of one label that overlap more than this (IoU) show one thing."""


class Detection(NamedTuple):
    """What a detector says of one thing.

    Attributes:
        label: Its name.
        score: Confidence, 0-1.
        box: (x1, y1, x2, y2) in pixels of the frame, x2 and y2 exclusive.
    """

    label: str
    score: float
    box: Box


def add_boxes(twin: Twin, detections: Iterable[Detection], overlap: float = OVERLAP) -> Twin:
    """Add detections to a twin as instances whose masks are their filled boxes.

    Args:
        twin: What is known of the frame; its instances stay as they are.
        detections: What was detected. Boxes are clipped to the frame; one that is then empty, inverted or not finite is
            dropped, and the log says so.
        overlap: Of two detections of one label whose IoU is larger, the better is kept; 1 keeps all.

    Returns:
        The twin with one more instance a detection, best first, ids above those that it had.
    """
    everything = list(detections)
    fit = [found for found in (clipped(one, twin.size) for one in everything) if found is not None]
    if len(fit) < len(everything):
        many = len(everything) - len(fit)
        logger.info("frame %d: dropped %d of %d boxes, empty or not finite", twin.frame, many, len(everything))
    rows, masks = list(twin.instances), dict(twin.masks)
    for key, one in enumerate(without_doubles(fit, overlap), max(twin.ids, default=0) + 1):
        rows.append(
            Instance(
                id=key,
                label=one.label,
                score=one.score,
                box=one.box,
                mask_source="box",
                first_seen=twin.frame,
                last_seen=twin.frame,
            )
        )
        masks[key] = box_rle(one.box, twin.size)
    return twin.replace(rows, masks)


def clipped(detection: Detection, size: tuple[int, int]) -> Detection | None:
    """Clip a detection's box to a frame of ``size`` (H, W) and its score to 0-1.

    Returns:
        The detection with plain floats, or None where the box has no pixel in the frame, is inverted, or holds (as the
        score may) NaN; an infinite side ends at the frame.
    """
    x1, y1, x2, y2 = (float(side) for side in detection.box)
    score = float(detection.score)
    if any(math.isnan(value) for value in (x1, y1, x2, y2, score)) or x1 >= x2 or y1 >= y2:
        return None
    height, width = size
    box = (min(max(x1, 0.0), width), min(max(y1, 0.0), height), min(max(x2, 0.0), width), min(max(y2, 0.0), height))
    left, top, right, bottom = (round(side) for side in box)
    if left >= right or top >= bottom:
        return None
    return Detection(str(detection.label), min(max(score, 0.0), 1.0), box)


def without_doubles(detections: Sequence[Detection], overlap: float = OVERLAP) -> list[Detection]:
    """Keep the best of the detections of one label that show one thing (non-maximum suppression), best first."""
    if not detections:
        return []
    boxes = np.array([one.box for one in detections], dtype=np.float64)
    scores = np.array([one.score for one in detections], dtype=np.float64)
    names = {label: number for number, label in enumerate(dict.fromkeys(one.label for one in detections))}
    groups = np.array([names[one.label] for one in detections])
    return [detections[place] for place in suppress(boxes, scores, overlap, groups)]


def suppress(
    boxes: NDArray[np.floating],
    scores: NDArray[np.floating],
    overlap: float = OVERLAP,
    groups: NDArray[np.integer] | None = None,
) -> list[int]:
    """Greedy non-maximum suppression.

    Args:
        boxes: (n, 4) as x1, y1, x2, y2, finite.
        scores: (n,); ties are kept in their order.
        overlap: A box whose IoU with a better one of its group is larger is left out.
        groups: (n,) numbers, such as classes; boxes of different groups leave each other alone. None: all are of one.

    Returns:
        Places of the boxes that stay, best first.
    """
    order = np.argsort(-scores, kind="stable")
    x1, y1, x2, y2 = np.asarray(boxes, dtype=np.float64)[order].T.reshape(4, -1)
    areas = (x2 - x1) * (y2 - y1)
    group = np.zeros(len(order)) if groups is None else groups[order]
    alive = np.ones(len(order), dtype=bool)
    kept: list[int] = []
    for place in range(len(order)):
        if not alive[place]:
            continue
        kept.append(int(order[place]))
        across = np.minimum(x2, x2[place]) - np.maximum(x1, x1[place])
        down = np.minimum(y2, y2[place]) - np.maximum(y1, y1[place])
        joint = across.clip(0) * down.clip(0)
        alive &= ~((joint > overlap * (areas + areas[place] - joint)) & (group == group[place]))
    return kept


def box_rle(box: Box, size: tuple[int, int]) -> RLE:
    """Encode a filled box: ``encode(box_mask(box, size))`` without its pixels, for large frames and many boxes.

    Args:
        box: (x1, y1, x2, y2) in pixels, finite; sides are rounded, and clipped to the frame.
        size: (H, W) of the frame.
    """
    height, width = size
    left, right = (min(max(round(side), 0), width) for side in (box[0], box[2]))
    top, bottom = (min(max(round(side), 0), height) for side in (box[1], box[3]))
    tall, wide = bottom - top, right - left
    runs = [height * width]
    if tall > 0 and wide > 0:
        between = [run for _ in range(wide - 1) for run in (height - tall, tall)]
        runs = [left * height + top, tall, *between, (width - right) * height + height - bottom]
    return merge([cast(RLE, {"size": [height, width], "counts": runs})], size)
