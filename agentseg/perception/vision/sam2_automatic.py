"""The perceiver ``sam2_automatic``: everything that SAM 2 can cut out, without a detector and without names.

A grid of points prompts the decoder; what it is sure of, what hardly changes with the threshold and what is not there
twice stays. This is the way of the paper's profile ``fastreasonseg``, where ``label_masks`` names the masks
afterwards. It costs the decoder a prompt a point: minutes on a CPU, where the grid is reduced.

Source: SAM 2's ``SAM2AutomaticMaskGenerator``, whose thresholds are ours.

Departures:
    * No crops: the grid is laid over the whole frame only (``crop_n_layers=0``, the generator's default).
    * The best ``top_k`` masks by predicted IoU are kept, because a twin is read by a language model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentseg.errors import PerceptionError
from agentseg.frames import Frame
from agentseg.masks import Mask, box_of, encode
from agentseg.perception.vision.candidates import Packed, point_grid, stability, without_twins
from agentseg.perception.vision.labelling import UNKNOWN
from agentseg.perception.vision.regions import without_small_regions
from agentseg.perception.vision.sam2_model import Sam2Image
from agentseg.perception.vision.sam2_prompts import Prompt
from agentseg.perception.vision.sam_pixels import STRIP, Fingerprint, enlarged, fingerprint
from agentseg.perception.vision.settings import Torch, VisionOptions, is_reduced
from agentseg.twin import Instance, Twin


@dataclass(frozen=True)
class Filters:
    """Which masks stay.

    Attributes:
        least_iou: Predicted IoU has to be above it.
        least_stability: IoU of the masks cut at ``offset`` above and below the threshold has to be at least this.
        offset: Change of the logits' threshold for the stability.
        nms: Of two masks whose boxes overlap more than this (IoU), the surer stays.
        least_region: Islands and holes below this many pixels are removed and filled; 0 leaves them (needs scipy).
    """

    least_iou: float = 0.8
    least_stability: float = 0.95
    offset: float = 1.0
    nms: float = 0.7
    least_region: int = 0


@dataclass(frozen=True)
class Found:
    """Masks of a frame, surest first.

    Attributes:
        masks: bool (H, W) each.
        scores: Predicted IoU of each, (n,).
    """

    masks: tuple[Mask, ...]
    scores: NDArray[np.float32]


class Sam2AutomaticPerceiver:
    """Cut out everything.

    Args:
        options: The ``[vision]`` table (``top_k`` masks are kept); None takes its defaults.
        source: Hugging Face id or folder; None takes ``options.weights.sam2``.
        grid: Points along a side; None is 32, or 12 where sizes are reduced.
        filters: Which masks stay.

    Raises:
        MissingExtra: torch or transformers is not installed.
        ConfigError: No such device or weights.
    """

    provides = frozenset({"instances", "masks"})
    _last: tuple[Fingerprint, Found] | None = None

    def __init__(
        self,
        options: VisionOptions | None = None,
        source: str | None = None,
        grid: int | None = None,
        filters: Filters | None = None,
    ) -> None:
        self.options = options or VisionOptions()
        self.filters = filters or Filters()
        self._image = Sam2Image(self.options, source)
        self.grid = grid or (12 if is_reduced(self.options, self._image.loaded.device) else 32)

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        """Add the masks that were found, all called ``unknown``.

        Args:
            frame: The frame.
            twin: What is known so far; its instances stay.

        Returns:
            The twin with at most ``top_k`` more instances; the score is the predicted IoU.

        Raises:
            PerceptionError: The twin has instances of another frame size, or memory ran out.
        """
        if twin.instances and twin.size != frame.size:
            raise PerceptionError(f"a twin and its frame have one size; found twin {twin.size}, frame {frame.size}")
        pixels = fingerprint(frame)
        if self._last is None or self._last[0] != pixels:  # a plan may look at the same pixels again
            self._last = (pixels, self.generate(frame, self.options.top_k))
        found = self._last[1]
        first = max(twin.ids, default=0) + 1
        rows, masks = list(twin.instances), dict(twin.masks)
        for key, (mask, score) in enumerate(zip(found.masks, found.scores, strict=True), first):
            rows.append(
                Instance(
                    id=key,
                    label=UNKNOWN,
                    score=round(min(1.0, max(0.0, float(score))), 4),
                    box=box_of(mask),
                    first_seen=frame.index,
                    last_seen=frame.index,
                )
            )
            masks[key] = encode(mask)
        return Twin(frame=frame.index, size=frame.size, instances=tuple(rows), masks=masks)

    def generate(self, frame: Frame, most: int | None = None) -> Found:
        """Find the masks of a frame.

        Args:
            frame: The frame.
            most: Most masks that are kept; None keeps all.

        Returns:
            Masks that are not empty, surest first.
        """
        height, width = frame.size
        prompts = [Prompt(points=((x * width, y * height),)) for x, y in point_grid(self.grid)]
        every: list[Packed] = []
        for logits, scores in self._image.batches(frame, prompts, multimask=True):
            sure = scores.flatten() > self.filters.least_iou
            every += self._stable(logits.flatten(0, 1)[sure], scores.flatten()[sure].tolist(), frame.size)
        scored = np.array([one.score for one in every], dtype=np.float32)
        chosen = without_twins([one.box for one in every], scored, self.filters.nms)
        cleans = self.filters.least_region > 0
        masks = [every[place].mask(frame.size) for place in (chosen if cleans else chosen[:most])]
        kept = scored[chosen]
        if cleans:
            masks, kept = self._cleaned(masks, kept)
        return Found(tuple(masks[:most]), kept[:most])

    def _stable(self, logits: Torch, scores: list[float], size: tuple[int, int]) -> list[Packed]:
        """Enlarge in strips and keep what hardly changes with the threshold and is not empty."""
        kept: list[Packed] = []
        step = max(1, STRIP // (size[0] * size[1]))
        for start in range(0, len(logits), step):
            large = enlarged(logits[start : start + step], size)
            steady = stability(large, self.filters.offset) >= self.filters.least_stability
            cut = (large > 0) & steady[:, None, None]
            for place in cut.flatten(1).any(dim=1).nonzero().flatten().tolist():
                mask = cut[place].numpy()
                kept.append(Packed(np.packbits(mask), box_of(mask), scores[start + place]))
        return kept

    def _cleaned(self, masks: list[Mask], scores: NDArray[np.float32]) -> tuple[list[Mask], NDArray[np.float32]]:
        """Remove small regions, then masks that have become the twin of another; untouched ones go before them."""
        least = self.filters.least_region
        clean = [without_small_regions(mask, least) for mask in masks]
        intact = np.array([float(np.array_equal(old, new)) for old, new in zip(masks, clean, strict=True)])
        boxes = [box_of(mask) for mask in clean]
        chosen = sorted(place for place in without_twins(boxes, intact, self.filters.nms) if clean[place].any())
        return [clean[place] for place in chosen], scores[chosen]
