"""What the options of the ``[vision]`` table mean on this machine: device, number format, input sizes."""

from __future__ import annotations

from typing import Any, TypeAlias

from agentseg.config_vision import VisionOptions, VisionSizes, VisionWeights
from agentseg.errors import ConfigError, MissingExtra

__all__ = [
    "VisionOptions",
    "VisionSizes",
    "VisionWeights",
    "device_of",
    "dtype_of",
    "is_reduced",
    "side_of",
    "torch_of",
]

Torch: TypeAlias = Any
"""torch, its tensors and modules: not typed here, because it is imported only where it is used."""


def torch_of(what: str) -> Torch:
    """Import torch.

    Args:
        what: Who needs it, for the message.

    Raises:
        MissingExtra: It is not installed.
    """
    try:
        import torch
    except ImportError:
        raise MissingExtra(what, "torch", "vision") from None
    return torch


def device_of(options: VisionOptions, what: str = "vision") -> Torch:
    """The ``torch.device`` that the models run on.

    Raises:
        MissingExtra: torch is not installed.
        ConfigError: The device that was asked for is not here.
    """
    torch = torch_of(what)
    cuda, mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if options.device == "auto":
        return torch.device("cuda" if cuda else "mps" if mps else "cpu")
    device = torch.device(options.device)
    here = {"cpu": True, "cuda": cuda and (device.index or 0) < torch.cuda.device_count(), "mps": mps}
    if not here[device.type]:
        found = f"{torch.cuda.device_count()} cuda, {int(mps)} mps"
        raise ConfigError(f'no device {options.device!r} for {what}; torch finds {found}: use device = "auto"')
    return device


def dtype_of(options: VisionOptions, device: Torch) -> Torch:
    """The ``torch.dtype`` of weights and pictures: bfloat16 on a cuda that has it, else float32, unless configured."""
    torch = torch_of("vision")
    if options.dtype != "auto":
        return getattr(torch, options.dtype)
    return torch.bfloat16 if device.type == "cuda" and torch.cuda.is_bf16_supported() else torch.float32


def is_reduced(options: VisionOptions, device: Torch) -> bool:
    """Whether models get pictures of reduced size: as configured, by default on a CPU."""
    return bool(options.size == "reduced" or (options.size == "auto" and device.type == "cpu"))


def side_of(options: VisionOptions, device: Torch, name: str, full: int, reduced: int, patch: int = 1) -> int:
    """Input side of a model in pixels.

    Args:
        options: The options.
        device: Where the model runs.
        name: A field of ``VisionSizes``; a size given there is taken, rounded to whole patches.
        full: The checkpoint's own side.
        reduced: The side where pictures are reduced.
        patch: Side of a patch; the answer is a multiple of it.
    """
    asked: int | None = getattr(options.sizes, name)
    side = asked if asked is not None else reduced if is_reduced(options, device) else full
    return max(patch, round(side / patch) * patch)
