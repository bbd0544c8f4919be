"""The perceiver ``depth_anything``: how far each thing is, mean and variance over its mask.

Source: Yang et al., "Depth Anything V2" (2024); ``DepthAnythingForDepthEstimation`` of transformers. FastReasonSeg's
twin holds mean and variance of depth over the mask.

Departures:
    * A checkpoint of metric depth (``depth_estimation_type = "metric"`` in its configuration; indoor up to 20 m,
      outdoor up to 80 m) fills metres, as ``Instance.depth_mean`` wants them. One of relative depth gives r, the
      inverse of distance up to an unknown scale and shift; it is turned into the pseudo-distance ``FAR / (1 + r)``,
      which is no metres: it keeps every pixel's order (greater is farther) and lies in (0, FAR], by one rule for
      every frame, so that ranks and approaching things can be told, but no lengths. ``metric`` says which it is.
    * Pictures of reduced size (252 in place of 518 pixels on the shortest side: a sixth of the time on a CPU) keep the
      order of things but blur their edges.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from agentseg.errors import PerceptionError
from agentseg.frames import Frame
from agentseg.masks import Mask
from agentseg.perception.vision.pixels import IMAGENET, normalised, resized
from agentseg.perception.vision.settings import VisionOptions, side_of, torch_of
from agentseg.perception.vision.weights import load_model
from agentseg.twin import Instance, Twin

Floats = NDArray[np.float32]

NAME = "Depth Anything"
FAR = 10.0
"""Pseudo-distance of what is farthest, where the checkpoint gives no metres."""
FULL, REDUCED = 518, 252
"""Shortest side of a picture, px: that of training, and that of a CPU."""

LONGEST = 4
"""Longest side of a picture, in shortest sides: a bound of memory on frames that are strips."""


class DepthAnythingPerceiver:
    """Depth Anything V2: small, base or large, metric or relative.

    Args:
        options: The ``[vision]`` table; None takes the defaults.

    Attributes:
        metric: Whether the depths are metres.
        side: Shortest side of the pictures that the model reads, px.

    Raises:
        MissingExtra: torch or transformers is not installed.
        ConfigError: No such device or weights.
    """

    provides = frozenset({"depth"})

    def __init__(self, options: VisionOptions | None = None) -> None:
        self.options = options or VisionOptions()
        source = self.options.weights.depth_anything
        self._loaded = load_model(NAME, "DepthAnythingForDepthEstimation", source, self.options, compiled="backbone")
        config = self._loaded.model.config
        self._patch = int(config.patch_size)
        self.metric = config.depth_estimation_type == "metric"
        self.side = side_of(self.options, self._loaded.device, "depth_anything", FULL, REDUCED, self._patch)

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        """Measure the instances that have a mask and no depth yet.

        Args:
            frame: RGB of any size.
            twin: What is known so far.

        Returns:
            The twin with ``depth_mean`` and ``depth_var``; the rest stays.

        Raises:
            PerceptionError: Memory ran out, or the twin is of another frame size.
        """
        if twin.size != frame.size:
            raise PerceptionError(f"a twin and its frame have one size; found twin {twin.size}, frame {frame.size}")
        asked = {row.id for row in twin.instances if row.depth_mean is None and row.id in twin.masks}
        if not asked:
            return twin
        depth = self.depth([frame])[0]
        return twin.replace(
            _measured(row, depth, twin.mask(row.id)) if row.id in asked else row for row in twin.instances
        )

    def depth(self, frames: Sequence[Frame]) -> list[Floats]:
        """Distance of every pixel, for several frames or crops; those of one size go through the model together.

        Returns:
            (H, W) float32 for each frame: metres where ``metric``, else pseudo-distances in (0, FAR].

        Raises:
            PerceptionError: Memory ran out, or the model gave values that are not finite.
        """
        sizes = [fitted(frame.size, self.side, self._patch) for frame in frames]
        out: dict[int, Floats] = {}
        for size in dict.fromkeys(sizes):
            places = [place for place, other in enumerate(sizes) if other == size]
            for start in range(0, len(places), self.options.batch):
                batch = places[start : start + self.options.batch]
                out.update(zip(batch, self._run([frames[place] for place in batch], size), strict=True))
        return [out[place] for place in range(len(frames))]

    def _run(self, frames: Sequence[Frame], size: tuple[int, int]) -> list[Floats]:
        torch = torch_of(NAME)
        pictures = [normalised(resized(frame.rgb, size, Image.Resampling.BICUBIC), IMAGENET) for frame in frames]
        found = []
        with self._loaded.running() as model:
            coarse = model(self._loaded.tensor(np.stack(pictures))).predicted_depth.float()
            for frame, one in zip(frames, coarse, strict=True):
                fine = torch.nn.functional.interpolate(
                    one[None, None], size=frame.size, mode="bicubic", align_corners=False
                )
                found.append(self._distance(fine[0, 0].cpu().numpy()))
        return found

    def _distance(self, raw: Floats) -> Floats:
        if not np.isfinite(raw).all():
            raise PerceptionError(f"{NAME} gave values that are not finite: its weights may be damaged")
        positive: Floats = np.maximum(raw, 0)  # bicubic enlargement can fall below
        pseudo: Floats = np.float32(FAR) / (1 + positive)
        return positive if self.metric else pseudo


def fitted(size: tuple[int, int], side: int, patch: int) -> tuple[int, int]:
    """(H, W) of a frame of ``size`` once scaled as the model's processor does it.

    The scale that changes the picture less, of those that bring height or width to ``side``, rounded to whole patches;
    none makes a side longer than ``LONGEST`` times ``side``.
    """
    tall, wide = side / size[0], side / size[1]
    scale = min(wide if abs(1 - wide) < abs(1 - tall) else tall, LONGEST * side / max(size))
    height, width = (max(patch, round(scale * length / patch) * patch) for length in size)
    return height, width


def _measured(row: Instance, depth: Floats, mask: Mask) -> Instance:
    values = depth[mask].astype(np.float64)
    if values.size == 0:
        return row
    return row.model_copy(update={"depth_mean": float(values.mean()), "depth_var": float(values.var())})
