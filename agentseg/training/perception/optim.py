"""Optimiser, schedule and weight average of the kitchen training.

Muon (Jordan et al. 2024: momentum, then a quintic Newton-Schulz iteration that makes the update of a weight matrix
nearly orthogonal) moves the convolutions; AdamW moves norms, biases and the output layers.

Departures:
    * A convolution (O, I, k, k) is one matrix (O, I * k * k).
    * The update is scaled by sqrt(max(1, O / (I * k * k))) and the learning rate is relative to the weight's own norm.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn


def orthogonal(matrix: Tensor, steps: int = 4) -> Tensor:
    """Bring the singular values of a matrix (O, N) near 1 (Newton-Schulz with Muon's coefficients)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = (matrix / (matrix.norm() + 1e-7)).bfloat16()
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    back: Tensor = (x.T if tall else x).float()
    return back


class Muon(torch.optim.Optimizer):
    """Momentum with orthogonalised updates, for convolution weights.

    Args:
        weights: Parameters with at least two dimensions.
        lr: Step relative to the weight's norm.
        momentum: Nesterov momentum.
    """

    def __init__(self, weights: Iterable[Tensor], lr: float = 0.03, momentum: float = 0.9) -> None:
        super().__init__(weights, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        """Move the weights once."""
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(weight.grad)
                    state["norm"] = weight.norm()
                average = state["momentum"].lerp_(weight.grad, 1 - group["momentum"])
                update = weight.grad.lerp(average, group["momentum"]).flatten(1)
                direction = orthogonal(update).reshape(weight.shape)
                # batch norm follows, so only the direction of a weight matters: keep its norm, step relative to it
                weight.add_(direction, alpha=-group["lr"] * float(state["norm"]) / math.sqrt(min(update.shape)))
                weight.mul_(state["norm"] / weight.norm())


def split(net: nn.Module) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
    """Sort parameters: convolutions before a batch norm (Muon), other weights, norms and biases."""
    normed: list[Tensor] = []
    plain: list[Tensor] = []
    small: list[Tensor] = []
    for name, weight in net.named_parameters():
        if weight.ndim == 4 and name.endswith("0.weight"):
            normed.append(weight)
        else:
            (plain if weight.ndim == 4 else small).append(weight)
    return normed, plain, small


def optimisers(net: nn.Module, kind: str, rate: float) -> list[torch.optim.Optimizer]:
    """Make the optimisers.

    Args:
        net: The network.
        kind: ``"muon"`` or ``"adamw"``.
        rate: Peak learning rate of AdamW; Muon's is 10 times that.
    """
    normed, plain, small = split(net)
    groups: list[dict[str, Any]] = [{"params": plain, "weight_decay": 0.01}, {"params": small, "weight_decay": 0.0}]
    if kind == "adamw":
        groups.append({"params": normed, "weight_decay": 0.03})
    made: list[torch.optim.Optimizer] = [torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98))]
    if kind == "muon":
        made.append(Muon(normed, lr=10 * rate))
    for each in made:
        for group in each.param_groups:
            group["peak"] = group["lr"]
    return made


def schedule(progress: float, step: int, warmup: int = 60) -> float:
    """Factor on the peak learning rate: linear warm-up over steps, then a half cosine over the time budget to 0.5%.

    Args:
        progress: Share of the time budget that is used, 0 to 1.
        step: Steps so far.
        warmup: Steps of the warm-up.
    """
    cosine = 0.5 + 0.5 * math.cos(math.pi * min(1.0, max(0.0, progress)))
    return min(1.0, (step + 1) / warmup) * max(cosine, 0.005)


class Average:
    """Exponential moving average of a network's weights and of its norms' statistics.

    Args:
        net: The network that is trained.
        decay: Weight of the past, reached slowly.
    """

    def __init__(self, net: nn.Module, decay: float = 0.997) -> None:
        self.decay, self.count = decay, 0
        self.values = {name: value.detach().clone() for name, value in net.state_dict().items()}

    @torch.no_grad()
    def update(self, net: nn.Module) -> None:
        """Take in the network's present weights."""
        self.count += 1
        keep = min(self.decay, (1 + self.count) / (10 + self.count))
        for name, value in net.state_dict().items():
            if value.dtype.is_floating_point:
                self.values[name].lerp_(value, 1 - keep)
            else:
                self.values[name].copy_(value)
