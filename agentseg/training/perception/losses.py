"""Losses of the kitchen network.

Semantic: weighted cross-entropy (small instances count more) plus a soft Jaccard index a class, which is what makes
rare and thin classes matter. Centres: the penalty-reduced focal loss of CornerNet (Law and Deng 2018, eq. 1). Offsets
and log-depth: L1.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from agentseg.training.perception.net import Maps

WEIGHTS = {"semantic": 1.0, "jaccard": 0.75, "heat": 0.5, "offset": 1.0, "depth": 1.0}
"""Factors of the parts; chosen so that in mid-training each part is of the order of 0.1 to 1."""


@dataclass
class Batch:
    """Pictures and targets as tensors; shapes as in ``targets.Targets`` with a leading B.

    Attributes:
        pictures: uint8 (B, 240, 320, 3).
        semantic: int64 (B, 120, 160).
        weight: (B, 120, 160).
        heat: (B, things, 60, 80).
        offset: (B, 2, 60, 80).
        thing: (B, 60, 80).
        log_depth: (B, 60, 80), NaN = no loss.
        phase: (row, column) of the asked pixel in each 2x2 block.
    """

    pictures: Tensor
    semantic: Tensor
    weight: Tensor
    heat: Tensor
    offset: Tensor
    thing: Tensor
    log_depth: Tensor
    phase: tuple[int, int]


def losses(maps: Maps, batch: Batch) -> dict[str, Tensor]:
    """Compute the parts of the loss, each a scalar; ``total`` adds them with their weights."""
    semantic, jaccard = semantic_losses(at_phase(maps.semantic.float(), batch.phase), batch)
    offset_error = (maps.offset.float() - batch.offset).abs().sum(1)
    depth_error = (maps.log_depth.float()[:, 0] - batch.log_depth).abs()
    known = ~torch.isnan(batch.log_depth)
    parts = {
        "semantic": semantic,
        "jaccard": jaccard,
        "heat": focal(maps.heat.float(), batch.heat),
        "offset": (offset_error * batch.thing).sum() / batch.thing.sum().clamp(min=1),
        "depth": depth_error[known].sum() / known.sum().clamp(min=1),
    }
    parts["total"] = torch.stack([WEIGHTS[name] * value for name, value in parts.items()]).sum()
    return parts


def at_phase(logits: Tensor, phase: tuple[int, int]) -> Tensor:
    """Bilinear 2x upsampling read at one pixel of each 2x2 block: a quarter of the cost of the whole picture.

    Args:
        logits: (B, C, H, W) at stride 2.
        phase: (row, column), each 0 or 1.

    Returns:
        (B, C, H, W): the upsampled map's pixels [row::2, column::2].
    """
    for axis, side in ((2, phase[0]), (3, phase[1])):
        count = logits.shape[axis]
        if side:
            near = torch.cat([logits.narrow(axis, 1, count - 1), logits.narrow(axis, count - 1, 1)], axis)
        else:
            near = torch.cat([logits.narrow(axis, 0, 1), logits.narrow(axis, 0, count - 1)], axis)
        logits = torch.lerp(logits, near, 0.25)
    return logits


def semantic_losses(logits: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """Weighted cross-entropy, and one minus the mean soft Jaccard index over the classes that the batch shows."""
    classes = logits.shape[1]
    rows = logits.permute(0, 2, 3, 1).reshape(-1, classes)
    target, weight = batch.semantic.reshape(-1), batch.weight.reshape(-1)
    keep = (target < classes).nonzero()[:, 0]
    if keep.numel() < target.numel():
        rows, target, weight = rows[keep], target[keep], weight[keep]
    log_p = functional.log_softmax(rows, dim=1)
    picked = log_p.gather(1, target[:, None])[:, 0]
    entropy = -(picked * weight).sum() / weight.sum().clamp(min=1)
    hit = torch.zeros(classes).index_add(0, target, picked.exp())
    said = log_p.exp().sum(0)
    there = torch.bincount(target, minlength=classes).float()
    shown = there > 0
    jaccard = (hit / (said + there - hit).clamp(min=1))[shown]
    return entropy, 1 - jaccard.mean()


def focal(logits: Tensor, heat: Tensor) -> Tensor:
    """CornerNet's focal loss for Gaussian peaks (alpha 2, beta 4), divided by the number of centres."""
    log_p, log_q = functional.logsigmoid(logits), functional.logsigmoid(-logits)
    p = log_p.exp()
    centre = heat >= 1
    at_centre = -((1 - p) ** 2 * log_p)[centre].sum()
    elsewhere = -(p**2 * log_q * (1 - heat) ** 4 * ~centre).sum()
    return (at_centre + elsewhere) / centre.sum().clamp(min=1)
