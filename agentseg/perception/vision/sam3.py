"""The perceiver ``sam3``: instances of concepts by SAM 3, each phrase of the vocabulary asked for by itself.

Detection, outline and label come from one model of 0.84G parameters: a GPU's work (72 s a frame on one CPU thread).
Concept prompts replace detect-then-segment; boxes as prompts are ``sam2``'s.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from agentseg.errors import PerceptionError
from agentseg.frames import Frame
from agentseg.masks import RLE, Box, box_of, encode
from agentseg.perception.boxes import suppress
from agentseg.perception.vision.sam3_model import Sam3Image
from agentseg.perception.vision.sam_pixels import to_masks
from agentseg.perception.vision.settings import VisionOptions
from agentseg.perception.vision.vocabulary import nouns_of, vocabulary
from agentseg.twin import Instance, Twin

THRESHOLD = 0.5
"""Least score of an instance where the options name none (the authors' own)."""


class _Hit(NamedTuple):
    label: str
    score: float
    box: Box
    rle: RLE


class Sam3Perceiver:
    """Find and outline what goes by the phrases of a vocabulary.

    Args:
        options: The ``[vision]`` table; None takes its defaults. ``vocabulary`` are the phrases (None: the short list,
            for each costs a pass of the detector), ``threshold`` the least score (None: 0.5), ``nms`` the overlap above
            which two hits are one thing, ``top_k`` the most instances of a frame.
        source: Hugging Face id or folder; None takes ``options.weights.sam3``.

    Raises:
        MissingExtra: torch or transformers is not installed.
        ConfigError: No such device, weights or vocabulary.
    """

    provides = frozenset({"instances", "masks"})

    def __init__(self, options: VisionOptions | None = None, source: str | None = None) -> None:
        self.options = options or VisionOptions()
        self.phrases = vocabulary(self.options.vocabulary, "short")
        self._image = Sam3Image(self.options, source)

    def for_query(self, query: str) -> Sam3Perceiver:
        """This perceiver for one query; the weights and what was seen are shared.

        Its phrases are the query's nouns, after those of a configured vocabulary; where neither names a thing, the
        short list stays.
        """
        other = copy.copy(self)
        own = () if self.options.vocabulary is None else self.phrases
        other.phrases = tuple(dict.fromkeys((*own, *nouns_of(query)))) or self.phrases
        return other

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        """Add what the frame shows of the vocabulary.

        Args:
            frame: The frame.
            twin: What is known so far; its instances stay.

        Returns:
            The twin with at most ``top_k`` more instances, best first, their masks by SAM 3.

        Raises:
            PerceptionError: The twin has instances of another frame size, or memory ran out.
        """
        return self._add(frame, twin, self.phrases)

    def detect(self, frame: Frame, twin: Twin, phrase: str) -> Twin:
        """Add what goes by one phrase, which need not be in the vocabulary; see ``__call__``."""
        return self._add(frame, twin, [phrase])

    def _add(self, frame: Frame, twin: Twin, phrases: Sequence[str]) -> Twin:
        if twin.instances and twin.size != frame.size:
            raise PerceptionError(f"a twin and its frame have one size; found twin {twin.size}, frame {frame.size}")
        hits = self._best(hit for phrase in phrases for hit in self._find(frame, phrase))
        rows, masks = list(twin.instances), dict(twin.masks)
        for key, hit in enumerate(hits, max(twin.ids, default=0) + 1):
            row = Instance(
                id=key,
                label=hit.label,
                score=round(hit.score, 4),
                box=hit.box,
                first_seen=frame.index,
                last_seen=frame.index,
            )
            rows.append(row)
            masks[key] = hit.rle
        return Twin(frame=frame.index, size=frame.size, instances=tuple(rows), masks=masks)

    def _find(self, frame: Frame, phrase: str) -> list[_Hit]:
        threshold = THRESHOLD if self.options.threshold is None else self.options.threshold
        found = self._image.find(frame, phrase, threshold)
        order = found.scores.argsort(descending=True)[: self.options.top_k]
        masks = to_masks(found.shares[order.to(found.shares.device)], frame.size, threshold=0.5)
        scores = found.scores[order].tolist()
        return [
            _Hit(phrase, score, box_of(mask), encode(mask))
            for score, mask in zip(scores, masks, strict=True)
            if mask.any()
        ]

    def _best(self, hits: Iterable[_Hit]) -> list[_Hit]:
        """The best of the hits that show one thing, whatever they call it."""
        every = list(hits)
        boxes = np.array([hit.box for hit in every], dtype=np.float64).reshape(-1, 4)
        kept = suppress(boxes, np.array([hit.score for hit in every]), self.options.nms)
        return [every[place] for place in kept[: self.options.top_k]]
