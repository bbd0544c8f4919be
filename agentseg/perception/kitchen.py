"""The kitchen perceiver: labels, masks, depth and colours of a kitchen picture by a 2 MB network on one CPU thread.

It was trained on this project's renders only and reads nothing but RGB. On photographs of real kitchens it fails; its
card (``models/kitchen.md``) says what it reaches and where.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agentseg.errors import PerceptionError
from agentseg.frames import Frame
from agentseg.masks import RLE, Mask, box_of, encode
from agentseg.perception.colour import brightness, dominant_colour
from agentseg.perception.decode import DecodeConfig, Segment, decode
from agentseg.perception.letterbox import Letterbox
from agentseg.perception.session import KitchenMaps, KitchenSession
from agentseg.twin import Instance, Twin


class KitchenPerceiver:
    """Find the things and the fixtures of a kitchen frame.

    Args:
        path: Another ONNX model of the same kind; None takes the one that ships with the package.
        threads: Threads of one call.
        threshold: Least height of a centre, 0-1: lower finds more, also what is not there. None takes the decoder's.

    Raises:
        MissingExtra: onnxruntime is not installed.
        ConfigError: The file is missing or no kitchen model.
    """

    def __init__(self, path: Path | None = None, threads: int = 1, threshold: float | None = None) -> None:
        self._session = KitchenSession(path, threads)
        config = DecodeConfig()
        self.config = config if threshold is None else replace(config, threshold=threshold)

    @property
    def labels(self) -> tuple[str, ...]:
        """What can be found: the thing classes and the fixtures."""
        names, things = self._session.labels, self._session.things
        return names[:things] + names[things + 2 :]

    @property
    def about(self) -> dict[str, Any]:
        """What the training wrote into the model: steps, frames seen, minutes, a hash of the data."""
        return dict(self._session.about)

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        """Add what the frame shows.

        Args:
            frame: RGB of any size; scaled into 320x240 with its shape kept.
            twin: What is known so far; its instances stay.

        Returns:
            A twin of the frame's index and size: the given instances, then the found ones with ids above theirs.
            Masks are the network's (``mask_source="segmenter"``), in the frame's pixels.

        Raises:
            PerceptionError: The twin has instances of another frame size.
        """
        if twin.instances and twin.size != frame.size:
            raise PerceptionError(f"a twin and its frame have one size; found twin {twin.size}, frame {frame.size}")
        session = self._session
        fit = Letterbox(frame.size, (session.height, session.width))
        maps = session.run(fit.shrink(frame.rgb))
        segments = decode(maps.semantic, maps.heat, maps.offset, self.config, session.things)
        first, bright = max(twin.ids, default=0) + 1, brightness(frame.rgb)
        instances: list[Instance] = []
        masks: dict[int, RLE] = dict(twin.masks)
        for segment in segments:
            mask = fit.enlarge(segment.mask)
            if not mask.any():
                continue
            row = self._instance(first + len(instances), segment, mask, maps, frame, bright)
            instances.append(row)
            masks[row.id] = encode(mask)
        return Twin(frame=frame.index, size=frame.size, instances=(*twin.instances, *instances), masks=masks)

    def _instance(
        self, key: int, segment: Segment, mask: Mask, maps: KitchenMaps, frame: Frame, bright: float
    ) -> Instance:
        mean, variance = depth_of(segment.mask, maps.depth)
        thing = segment.label < self._session.things
        return Instance(
            id=key,
            label=self._session.labels[segment.label],
            score=round(min(1.0, max(0.0, segment.score)), 4),
            box=box_of(mask),
            depth_mean=mean,
            depth_var=variance,
            attributes={"colour": dominant_colour(frame.rgb, mask, bright)} if thing else {},
            mask_source="segmenter",
            first_seen=frame.index,
            last_seen=frame.index,
        )


def depth_of(mask: Mask, depth: NDArray[np.float32]) -> tuple[float, float]:
    """Mean and variance of the depth under a mask.

    Args:
        mask: bool (H, W), not empty.
        depth: (H/4, W/4) metres.

    Returns:
        Metres and square metres.
    """
    rows, columns = np.nonzero(mask)
    metres = depth[rows // 4, columns // 4].astype(np.float64)
    return float(metres.mean()), float(metres.var())
