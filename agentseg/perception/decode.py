"""From the kitchen network's maps to instances, in numpy (Panoptic-DeepLab's grouping, Cheng et al. 2020, section 3.2).

Departures:
    * Centres carry a class. A pixel goes to the centre that explains it best: squared distance of its vote from the
      centre against the probability of the centre's class at the pixel. Panoptic-DeepLab takes the nearest centre and
      lets the pixels vote the class afterwards, which merges an apple with the plate below it.
    * Fixtures (sink, stove) have no centre: there is one of each, and their pixels are the instance.
    * Masks are decided on the network's half-size grid and enlarged by interpolating the evidence, not the masks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentseg.masks import Mask
from agentseg.perception.winners import winners

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class DecodeConfig:
    """Numbers of the decoder.

    Attributes:
        threshold: Least height of a peak in the heat map, 0-1.
        window: Side of the window in which only the highest peak of a class stays, cells (odd).
        most: Most centres of a frame, the highest first.
        spread: Deviation of a vote about its centre, pixels of the network's input.
        least_area: Smallest instance, pixels of the network's input.
        least_score: Lowest score of an instance.
        fixture_area: Smallest fixture, pixels of the network's input.
        fixture_score: Lowest score of a fixture.
    """

    threshold: float = 0.25
    window: int = 7
    most: int = 40
    spread: float = 14.0
    least_area: int = 40
    least_score: float = 0.45
    fixture_area: int = 300
    fixture_score: float = 0.5


@dataclass(frozen=True)
class Segment:
    """One found instance.

    Attributes:
        label: Class index.
        score: Confidence, 0-1.
        mask: bool (H, W) in pixels of the network's input.
    """

    label: int
    score: float
    mask: Mask


@dataclass(frozen=True)
class Centres:
    """K peaks of the heat map.

    Attributes:
        label: (K,) class.
        y: (K,) row in pixels of the network's input.
        x: (K,) column.
        score: (K,) height, 0-1.
    """

    label: NDArray[np.int64]
    y: Floats
    x: Floats
    score: Floats


def find_centres(heat: Floats, config: DecodeConfig, stride: int = 4) -> Centres:
    """Peaks of the heat map: local maxima of a class above the threshold.

    Args:
        heat: (things, h, w) probabilities.
        config: Threshold, window and limit.
        stride: Pixels a cell.

    Returns:
        The peaks, highest first.
    """
    padded = np.pad(heat, ((0, 0), (1, 1), (1, 1)))
    height, width = heat.shape[1:]
    highest = heat
    for dy in range(3):
        for dx in range(3):
            highest = np.maximum(highest, padded[:, dy : dy + height, dx : dx + width])
    label, row, column = np.nonzero((heat >= config.threshold) & (heat >= highest))
    score = heat[label, row, column]
    order = np.argsort(-score, kind="stable")[: 10 * config.most]
    label, row, column, score = label[order], row[order], column[order], score[order]
    reach = config.window // 2
    keep: list[int] = []
    for k in range(len(order)):  # candidates are few: a peak beats what lies in its window
        mine = np.array(keep, dtype=np.int64)
        near = (label[mine] == label[k]) & (abs(row[mine] - row[k]) <= reach) & (abs(column[mine] - column[k]) <= reach)
        if not near.any():
            keep.append(k)
        if len(keep) == config.most:
            break
    chosen = np.array(keep, dtype=np.int64)
    middle = (stride - 1) / 2
    return Centres(
        label[chosen],
        (row[chosen] * stride + middle).astype(np.float32),
        (column[chosen] * stride + middle).astype(np.float32),
        score[chosen].astype(np.float32),
    )


def decode(semantic: Floats, heat: Floats, offset: Floats, config: DecodeConfig, things: int) -> list[Segment]:
    """Group pixels to instances.

    Args:
        semantic: (C, H/2, W/2) class probabilities, things first.
        heat: (things, H/4, W/4) centre probabilities.
        offset: (2, H/4, W/4) (dy, dx) to the centre, pixels of the network's input.
        config: Numbers.
        things: Thing classes.

    Returns:
        Instances, things by score, then fixtures; masks do not overlap.
    """
    centres = find_centres(heat, config)
    log_p = np.log(np.maximum(semantic, 1e-4))
    evidence = thing_evidence(log_p, offset, centres, config)
    stuff = log_p[things:]
    half = np.concatenate([stuff, evidence])
    winner = winners(half)
    segments = []
    for k in range(len(centres.label)):
        mask = winner == len(stuff) + k
        if np.count_nonzero(mask) < config.least_area:
            continue
        sure = float(semantic[centres.label[k]][mask[::2, ::2]].mean()) if mask[::2, ::2].any() else 0.0
        score = float(np.sqrt(centres.score[k] * sure))
        if score >= config.least_score:
            segments.append(Segment(int(centres.label[k]), min(1.0, score), mask))
    segments.sort(key=lambda segment: -segment.score)
    return segments + fixtures(winner, semantic, things, config)


def fixtures(winner: NDArray[np.int64], semantic: Floats, things: int, config: DecodeConfig) -> list[Segment]:
    """The stuff classes after wall and counter, one instance each where enough of it is seen."""
    found = []
    for label in range(things + 2, semantic.shape[0]):
        mask = winner == label - things
        cells = mask[::2, ::2]
        if np.count_nonzero(mask) < config.fixture_area or not cells.any():
            continue
        score = float(semantic[label][cells].mean())
        if score >= config.fixture_score:
            found.append(Segment(label, min(1.0, score), mask))
    return found


def thing_evidence(log_p: Floats, offset: Floats, centres: Centres, config: DecodeConfig) -> Floats:
    """Evidence (K, H/2, W/2) that a pixel belongs to each centre: log p(class) - (vote - centre)^2 / (2 spread^2)."""
    height, width = log_p.shape[1:]
    rows = np.repeat(np.arange(offset.shape[1], dtype=np.float32) * 4 + 1.5, 2)[:height, None]
    columns = np.repeat(np.arange(offset.shape[2], dtype=np.float32) * 4 + 1.5, 2)[None, :width]
    vote = offset.repeat(2, axis=1).repeat(2, axis=2)[:, :height, :width]
    vote_y, vote_x = vote[0] + rows, vote[1] + columns
    distance = (vote_y[None] - centres.y[:, None, None]) ** 2 + (vote_x[None] - centres.x[:, None, None]) ** 2
    evidence: Floats = log_p[centres.label] - np.minimum(distance / (2 * config.spread**2), 12.0)
    return evidence
