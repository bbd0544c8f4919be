"""The perceiver ``groundingdino``: a second detector, for phrases with words that belong together.

Source: Liu et al., "Grounding DINO" (2023); ``GroundingDinoForObjectDetection`` of transformers.

Departures:
    * A box goes by the one phrase whose tokens score best. The reference joins every token above a text threshold, and
      so makes words like "cat dog" that were never asked for.
    * A vocabulary of more than ``max_text_len`` (256) tokens is asked in several passes; ``short`` fits into one.
    * float32 on every device: its deformable attention is not made for bfloat16.
    * Pictures of reduced size on a CPU: 480 in place of 800 pixels on the shortest side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from agentseg.frames import Frame
from agentseg.masks import Box
from agentseg.perception.boxes import Detection
from agentseg.perception.vision.choosing import joined, label_scores, named
from agentseg.perception.vision.pixels import IMAGENET, normalised, resized
from agentseg.perception.vision.settings import VisionOptions, side_of
from agentseg.perception.vision.vocabulary import vocabulary
from agentseg.perception.vision.weights import load_model, load_tokenizer
from agentseg.twin import Twin

Floats = NDArray[np.float32]

NAME = "Grounding DINO"
THRESHOLD = 0.3
"""Least score where none is configured; the reference's examples use 0.25 to 0.4."""
FULL, REDUCED = 800, 480
"""Shortest side of a picture, px; the longest is at most 1333/800 of it."""

NARROWEST = 0.4
"""Least shortest side of a picture, in ``side``: a thinner one has fewer places than the model has queries."""


@dataclass(frozen=True)
class Prompt:
    """A text of the model, and where its phrases stand.

    Attributes:
        ids: Token ids: [CLS], the phrases each with a full stop behind it, [SEP].
        spans: First and last-plus-one token of each phrase.
    """

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


class GroundingDinoPerceiver:
    """Open-vocabulary detection with Grounding DINO (tiny or base).

    Args:
        options: The ``[vision]`` table; None takes the defaults.

    Attributes:
        words: The labels that it looks for.
        side: Shortest side of the pictures that the model reads, px.

    Raises:
        MissingExtra: torch or transformers is not installed.
        ConfigError: No such device, weights or vocabulary.
    """

    provides = frozenset({"instances"})

    def __init__(self, options: VisionOptions | None = None) -> None:
        self.options = (options or VisionOptions()).model_copy(update={"dtype": "float32"})
        self.words = vocabulary(self.options.vocabulary, "short")
        source = self.options.weights.groundingdino
        self._loaded = load_model(NAME, "GroundingDinoForObjectDetection", source, self.options)
        self._tokenizer = load_tokenizer(NAME, source, self.options)
        self._longest = int(self._loaded.model.config.max_text_len)
        self.side = side_of(self.options, self._loaded.device, "groundingdino", FULL, REDUCED)

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        """Add what the frame shows of the vocabulary.

        Args:
            frame: RGB of any size.
            twin: What is known so far; its instances stay, and what one of them shows already is not added again.

        Returns:
            The twin with the detections as instances; their masks are the filled boxes (``mask_source="box"``).

        Raises:
            PerceptionError: Memory ran out, or the twin is of another frame size.
        """
        return joined(frame, twin, self.detections(frame), self.options.nms)

    def detect(self, frame: Frame, twin: Twin, phrase: str) -> Twin:
        """Add what goes by a phrase, e.g. ``the red mug``; the label is the phrase.

        Raises:
            PerceptionError: Memory ran out, or the twin is of another frame size.
        """
        return joined(frame, twin, self.detections(frame, [phrase]), self.options.nms)

    def detections(self, frame: Frame, words: Sequence[str] | None = None) -> list[Detection]:
        """Detect on a frame or crop.

        Args:
            frame: RGB of any size.
            words: What to look for; None looks for ``words`` of this perceiver.

        Returns:
            Detections, best first, boxes in pixels of the frame.

        Raises:
            PerceptionError: Memory ran out.
        """
        options = self.options
        least = THRESHOLD if options.threshold is None else options.threshold
        sought = self.words if words is None else words
        boxes, scores = self._scores(frame, sought)
        return named(boxes, scores, sought, frame.size, least, options.nms, options.top_k)

    def score_labels(self, frame: Frame, box: Box, labels: Sequence[str]) -> dict[str, float]:
        """Score labels for what a box (pixels of ``frame``) shows: label -> score, 0-1, see ``label_scores``.

        Raises:
            PerceptionError: Memory ran out.
        """
        if not labels:
            return {}
        boxes, scores = self._scores(frame, labels)
        return label_scores(boxes, scores, box, labels)

    def _scores(self, frame: Frame, words: Sequence[str]) -> tuple[Floats, Floats]:
        """Boxes (n, 4) in pixels of the frame and their scores (n, words), over all passes; 0 where not asked."""
        picture = normalised(resized(frame.rgb, fitted(frame.size, self.side), Image.Resampling.BILINEAR), IMAGENET)
        boxes: list[Floats] = []
        scores: list[Floats] = []
        first = 0
        for prompt in self.prompts(words):
            corners, tokens = self._run(picture, prompt)
            part = np.zeros((len(corners), len(words)), np.float32)
            for place, (begin, end) in enumerate(prompt.spans, first):
                part[:, place] = tokens[:, begin:end].max(axis=1)
            first += len(prompt.spans)
            boxes.append(corners * np.tile(np.array(frame.size[::-1], np.float32), 2))
            scores.append(part)
        return np.concatenate(boxes), np.concatenate(scores)

    def prompts(self, words: Sequence[str]) -> list[Prompt]:
        """The texts that ask for some words, as few as ``max_text_len`` allows; a phrase that is longer is cut."""
        tokenizer = self._tokenizer
        stop = tokenizer.convert_tokens_to_ids(".")
        coded = tokenizer([word.lower().replace(".", " ") for word in words], add_special_tokens=False)["input_ids"]
        texts: list[Prompt] = []
        ids: list[int] = []
        spans: list[tuple[int, int]] = []
        for phrase in coded:
            tokens = (phrase or [tokenizer.unk_token_id])[: self._longest - 3]
            if spans and len(ids) + len(tokens) + 3 > self._longest:
                texts.append(Prompt((tokenizer.cls_token_id, *ids, tokenizer.sep_token_id), tuple(spans)))
                ids, spans = [], []
            spans.append((len(ids) + 1, len(ids) + 1 + len(tokens)))
            ids += [*tokens, stop]
        texts.append(Prompt((tokenizer.cls_token_id, *ids, tokenizer.sep_token_id), tuple(spans)))
        return texts

    def _run(self, picture: Floats, prompt: Prompt) -> tuple[Floats, Floats]:
        """Corners (n, 4), 0-1 of the picture, and the score of each token, (n, tokens), 0-1."""
        with self._loaded.running() as model:
            out = model(
                pixel_values=self._loaded.tensor(picture[None]),
                input_ids=self._loaded.tensor(np.array([prompt.ids], dtype=np.int64)),
            )
            centred = out.pred_boxes[0].float().cpu().numpy()
            tokens = out.logits[0].float().sigmoid().cpu().numpy()
        half = centred[:, 2:] / 2
        return np.concatenate([centred[:, :2] - half, centred[:, :2] + half], axis=1), tokens


def fitted(size: tuple[int, int], side: int) -> tuple[int, int]:
    """(H, W) of a frame of ``size`` once scaled as the model's processor does it: the shape stays, roughly.

    The shortest side becomes ``side``, or less where the longest would be more than 1333/800 of that; strips are
    widened to ``NARROWEST``, which the processor does not do.
    """
    height, width = size
    least, most = min(size), max(size)
    longest = side * 1333 // FULL
    raw = float(side)
    if most / least * side > longest:
        raw = longest * least / most
    short = round(raw)
    long = most if least == short else int(raw * most / least)
    short = max(short, round(NARROWEST * side))
    return (long, short) if width < height else (short, long)
