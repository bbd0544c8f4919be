"""SAM 3's image model: one pass of the encoder a frame, then a pass of the detector a phrase.

Source: Carion et al., "SAM 3: Segment Anything with Concepts" (2025); ``Sam3Model`` of transformers.

Departures:
    * Phrases are asked one after the other, because a batch of them repeats the frame's maps in memory.
    * ``reduced`` runs on a square of 672 instead of 1008 pixels: whole windows of the encoder, four ninths of its work.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from agentseg.frames import Frame
from agentseg.perception.vision.sam_pixels import HALF, Fingerprint, fingerprint, square
from agentseg.perception.vision.settings import Torch, VisionOptions, device_of, side_of
from agentseg.perception.vision.weights import load_model, load_tokenizer

FULL, REDUCED, PATCH = 1008, 672, 14
NAME = "SAM 3"
TOKENS = 32
"""Length of a phrase in tokens, padded or cut to it."""


class Concept(NamedTuple):
    """What SAM 3 finds of one phrase.

    Attributes:
        scores: (n,), 0-1, of the instances above the threshold.
        shares: Probability of each pixel, (n, h, w) at a quarter or so of the model's square, on its device.
    """

    scores: Torch
    shares: Torch


class Sam3Image:
    """A loaded SAM 3, the embedding of the last frame and those of the phrases asked so far.

    Args:
        options: Device, number format, size and weights.
        source: Hugging Face id or folder; None takes that of the options.

    Raises:
        MissingExtra: torch or transformers is not installed.
        ConfigError: No such device or weights.
    """

    def __init__(self, options: VisionOptions, source: str | None = None) -> None:
        name = source or options.weights.sam3
        self.side = side_of(options, device_of(options, NAME), "sam3", FULL, REDUCED, PATCH)
        self.loaded = load_model(
            NAME,
            "Sam3Model",
            name,
            options,
            compiled="vision_encoder",
            configure=_Sized(self.side),
            variant=f"side {self.side}",
        )
        self._tokens = load_tokenizer(NAME, name, options)
        self._texts: dict[str, tuple[Torch, Torch]] = {}
        self._key: Fingerprint | None = None
        self._maps: Torch = None

    def find(self, frame: Frame, phrase: str, threshold: float) -> Concept:
        """Look for a phrase in a frame.

        Args:
            frame: The frame.
            phrase: A noun phrase.
            threshold: Least score, 0-1: that of the instance times that of the phrase's presence in the frame.

        Raises:
            PerceptionError: Memory ran out.
        """
        with self.loaded.running() as model:
            text, attention = self._text(model, phrase)
            out = model(vision_embeds=self._embed(model, frame), text_embeds=text, attention_mask=attention)
            scores = (out.pred_logits[0].float().sigmoid() * out.presence_logits[0].float().sigmoid()).cpu()
            kept = scores > threshold
            return Concept(scores[kept], out.pred_masks[0][kept.to(self.loaded.device)].float().sigmoid())

    def _embed(self, model: Torch, frame: Frame) -> Torch:
        key = fingerprint(frame)
        if key != self._key:
            self._key, self._maps = None, None  # frees the last frame's before the next one's are made
            self._maps = model.get_vision_features(square(frame, self.side, HALF, self.loaded))
            self._key = key
        return self._maps

    def _text(self, model: Torch, phrase: str) -> tuple[Torch, Torch]:
        if phrase not in self._texts:
            tokens = self._tokens(
                [phrase], return_tensors="pt", padding="max_length", max_length=TOKENS, truncation=True
            ).to(self.loaded.device)
            mask = tokens["attention_mask"]
            features = model.get_text_features(input_ids=tokens["input_ids"], attention_mask=mask)
            self._texts[phrase] = (features, mask)
        return self._texts[phrase]


class _Sized:
    """Writes another input side into a configuration; a checkpoint of the video model holds the image model's."""

    def __init__(self, side: int) -> None:
        self.side = side

    def __call__(self, config: Any) -> None:
        inner = getattr(config, "detector_config", None)
        if isinstance(inner, dict):
            inner = config.detector_config = type(config)(**inner)
        vision = (inner or config).vision_config
        vision.backbone_config.image_size = self.side
        patches = self.side // PATCH
        vision.backbone_feature_sizes = [[patches * step] * 2 for step in (4, 2, 1)]
