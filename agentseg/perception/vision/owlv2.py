"""The perceiver ``owlv2``: finds what a vocabulary or a phrase names, as boxes; a segmenter draws their masks."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import numpy as np

from agentseg.frames import Frame
from agentseg.masks import Box
from agentseg.perception.boxes import Detection
from agentseg.perception.vision.choosing import joined, label_scores, named, unnamed
from agentseg.perception.vision.owlv2_model import Owlv2Model, Patches
from agentseg.perception.vision.settings import VisionOptions
from agentseg.perception.vision.vocabulary import nouns_of, vocabulary
from agentseg.twin import Twin

THRESHOLD = 0.1
"""Least score where none is configured: the default of OWLv2's own post-processing."""


class Owlv2Perceiver:
    """Open-vocabulary detection with OWLv2.

    Args:
        options: The ``[vision]`` table; None takes the defaults.

    Attributes:
        words: The labels that it looks for.

    Raises:
        MissingExtra: torch or transformers is not installed.
        ConfigError: No such device, weights or vocabulary.
    """

    provides = frozenset({"instances"})

    def __init__(self, options: VisionOptions | None = None) -> None:
        self.options = options or VisionOptions()
        self.words = self._vocabulary = vocabulary(self.options.vocabulary, "everyday")
        self._model = Owlv2Model(self.options)

    def for_query(self, query: str) -> Owlv2Perceiver:
        """This perceiver, its vocabulary extended by the query's nouns; the weights and what was seen are shared."""
        other = copy.copy(self)
        other.words = tuple(dict.fromkeys((*self.words, *nouns_of(query))))
        return other

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        """Add what the frame shows of the vocabulary, and things that no word explains as ``unknown``.

        Args:
            frame: RGB of any size.
            twin: What is known so far; its instances stay, and what one of them shows already is not added again.

        Returns:
            The twin with the detections as instances; their masks are the filled boxes (``mask_source="box"``).

        Raises:
            PerceptionError: Memory ran out, or the twin is of another frame size.
        """
        return joined(frame, twin, self.detections([frame])[0], self.options.nms)

    def detect(self, frame: Frame, twin: Twin, phrase: str) -> Twin:
        """Add what goes by a phrase, e.g. ``red mug``; the label is the phrase.

        Raises:
            PerceptionError: Memory ran out, or the twin is of another frame size.
        """
        return joined(frame, twin, self.detections([frame], [phrase])[0], self.options.nms)

    def detections(self, frames: Sequence[Frame], words: Sequence[str] | None = None) -> list[list[Detection]]:
        """Detect on several frames or crops, a batch at a time.

        Args:
            frames: RGB, of any sizes.
            words: What to look for; None looks for ``words`` of this perceiver and for unknown things.

        Returns:
            The detections of each frame, best first (the unknown ones last), boxes in its pixels.

        Raises:
            PerceptionError: Memory ran out.
        """
        if words is None:
            self._model.keep(self._vocabulary)  # without a query's nouns: its file serves every query
        seen = self._model.patches(frames)
        return [self._choose(patches, frame, words) for patches, frame in zip(seen, frames, strict=True)]

    def score_labels(self, frame: Frame, box: Box, labels: Sequence[str]) -> dict[str, float]:
        """Score labels for what a box shows.

        Args:
            frame: The whole frame, or a crop of it at full resolution.
            box: (x1, y1, x2, y2) in pixels of ``frame``.
            labels: Candidates.

        Returns:
            Label -> score, 0-1, by the patches whose boxes overlap the box (``label_scores``).

        Raises:
            PerceptionError: Memory ran out.
        """
        if not labels:
            return {}
        (patches,) = self._model.patches([frame])
        return label_scores(patches.boxes, self._model.scores(patches, labels), box, labels)

    def _choose(self, patches: Patches, frame: Frame, words: Sequence[str] | None) -> list[Detection]:
        options = self.options
        least = THRESHOLD if options.threshold is None else options.threshold
        sought = self.words if words is None else words
        scores = self._model.scores(patches, sought)
        found = named(patches.boxes, scores, sought, frame.size, least, options.nms, options.top_k)
        if words is not None:
            return found
        free = np.where(scores.max(axis=1) < least, patches.objectness, -1.0)
        taken = [one.box for one in found]
        return found + unnamed(patches.boxes, free, taken, frame.size, options.objectness, options.nms, options.unknown)
