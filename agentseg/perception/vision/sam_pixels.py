"""Pictures into the square that SAM 2 and SAM 3 read, and their mask logits back into the frame.

Own code, because the processors of transformers need torchvision here. They squash the frame to the model's square (the
shape is not kept), in bytes and with antialiasing, and normalise; so do we, with the same kernel of torch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agentseg.frames import Frame
from agentseg.masks import Box, Mask
from agentseg.perception.vision.settings import Torch, torch_of
from agentseg.perception.vision.weights import LoadedModel

HALF = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
"""Mean and deviation of a channel, 0-1: SAM 3. SAM 2 has those of ImageNet."""
STRIP = 32_000_000
"""Most logits that are enlarged to the frame at a time (128 MB)."""


Fingerprint = tuple[tuple[int, int], bytes]


def fingerprint(frame: Frame) -> Fingerprint:
    """What two frames of the same pixels share (size and hash), by which an embedding is found again."""
    return (frame.size, hashlib.blake2b(frame.rgb.tobytes(), digest_size=16).digest())


def square(frame: Frame, side: int, scale: tuple[Sequence[float], Sequence[float]], loaded: LoadedModel) -> Torch:
    """Squash a frame to a model's input.

    Args:
        frame: RGB of any size.
        side: Side of the model's square in pixels.
        scale: Mean and deviation of a channel, values 0-1.
        loaded: The model: its device and number format.

    Returns:
        (1, 3, side, side).
    """
    torch = torch_of(loaded.what)
    pixels = torch.from_numpy(np.array(frame.rgb)).permute(2, 0, 1)[None]  # a copy: cameras reuse their buffers
    if frame.size != (side, side):
        pixels = torch.nn.functional.interpolate(
            pixels, size=(side, side), mode="bilinear", align_corners=False, antialias=True
        )
    mean, deviation = (torch.tensor(part).view(1, 3, 1, 1) * 255.0 for part in scale)
    return ((pixels.float() - mean) / deviation).to(loaded.device, loaded.dtype)


def scaled(points: Sequence[Sequence[float]], size: tuple[int, int], side: int) -> NDArray[np.float32]:
    """Scale points (x, y) or boxes (x1, y1, x2, y2) of a frame of ``size`` (H, W) to the model's square."""
    height, width = size
    values = np.asarray(points, dtype=np.float64)
    scale = np.tile([side / width, side / height], values.shape[-1] // 2)
    out: NDArray[np.float32] = (values * scale).astype(np.float32)
    return out


def enlarged(logits: Torch, size: tuple[int, int]) -> Torch:
    """Enlarge mask logits (n, h, w) to a frame's ``size`` (H, W), float32, as SAM's own post-processing does."""
    torch = torch_of("SAM")
    return torch.nn.functional.interpolate(logits[:, None].float(), size=size, mode="bilinear", align_corners=False)[
        :, 0
    ]


def to_masks(logits: Torch, size: tuple[int, int], threshold: float = 0.0) -> list[Mask]:
    """Cut mask logits at a threshold in the frame's pixels.

    Args:
        logits: (n, h, w).
        size: (H, W) of the frame.
        threshold: What is above it is foreground.

    Returns:
        n masks, bool (H, W).
    """
    step = max(1, STRIP // (size[0] * size[1]))
    masks: list[Mask] = []
    for start in range(0, len(logits), step):
        masks.extend((enlarged(logits[start : start + step], size) > threshold).cpu().numpy())
    return masks


def mask_logits(mask: Mask, side: int, loaded: LoadedModel) -> Torch:
    """A mask as the logits (1, 1, side, side) that SAM's prompt encoder reads: -10 outside, +10 inside."""
    torch = torch_of(loaded.what)
    given = torch.from_numpy(np.array(mask, dtype=np.float32))[None, None]
    small = torch.nn.functional.interpolate(
        given, size=(side, side), mode="bilinear", align_corners=False, antialias=True
    )
    return (small * 20.0 - 10.0).to(loaded.device, loaded.dtype)


def clip_box(box: Box, size: tuple[int, int]) -> Box | None:
    """Clip a box to a frame of ``size`` (H, W); None where nothing of it is left."""
    height, width = size
    x1, y1, x2, y2 = box
    inside = (min(max(x1, 0.0), width), min(max(y1, 0.0), height), min(max(x2, 0.0), width), min(max(y2, 0.0), height))
    return inside if inside[2] > inside[0] and inside[3] > inside[1] else None
