"""OWLv2 in two halves: a picture's patches, computed once, and words to compare them with, whenever they come.

Source: Minderer et al., "Scaling Open-Vocabulary Object Detection" (2023); ``Owlv2ForObjectDetection`` of transformers.

Departures:
    * One text template (``PROMPT``) in place of an ensemble of seven: a seventh of the text model's work.
    * A reduced side (480 in place of 960 pixels: a seventh of the time on a CPU) interpolates the positions of patches;
      small things are lost first.
    * The heads run in float32 whatever the number format: boxes in bfloat16 would be off by up to four pixels.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from agentseg.frames import Frame
from agentseg.perception.vision.embeddings import TextEmbeddings, fingerprint
from agentseg.perception.vision.pixels import CLIP, normalised, padded_square
from agentseg.perception.vision.settings import Torch, VisionOptions, side_of, torch_of
from agentseg.perception.vision.weights import load_model, load_tokenizer

Floats = NDArray[np.float32]

NAME = "OWLv2"
PROMPT = "a photo of a {}"
"""Template of a label, from CLIP; the model was trained on captions."""
KEPT = 4
"""Frames whose patches are kept: a later question about the same frame costs only its words."""


@dataclass(frozen=True)
class Patches:
    """What the image half says of one frame; n patches.

    Attributes:
        features: (1, n, d) tensor on the device.
        boxes: (n, 4), x1, y1, x2, y2 in pixels of the frame; they may reach out of it.
        objectness: (n,), 0-1: how much a patch's box looks like a thing.
    """

    features: Torch
    boxes: Floats
    objectness: Floats


class Owlv2Model:
    """A loaded OWLv2.

    Args:
        options: Device, number format, size, weights, batch and the folder of the text embeddings.

    Attributes:
        side: Side of the square that it reads, px.

    Raises:
        MissingExtra: torch or transformers is not installed.
        ConfigError: No such device or weights.
    """

    def __init__(self, options: VisionOptions) -> None:
        source = options.weights.owlv2
        self.options = options
        self._loaded = load_model(NAME, "Owlv2ForObjectDetection", source, options, compiled="owlv2.vision_model")
        self._tokenizer = load_tokenizer(NAME, source, options)
        model = self._loaded.model
        for head in (model.box_head, model.class_head, model.objectness_head):
            head.float()
        look, text = model.config.vision_config, model.config.text_config
        half = round(look.image_size / 2)
        self.side = side_of(options, self._loaded.device, "owlv2", look.image_size, half, look.patch_size)
        self._words = int(text.max_position_embeddings)
        marks = (model.owlv2.text_projection.weight, model.owlv2.text_model.final_layer_norm.weight)
        identity = (NAME, source, str(self._loaded.dtype), PROMPT, fingerprint(marks))
        self._texts = TextEmbeddings(options.cache, identity, self._embed)
        self._seen: OrderedDict[int, tuple[Frame, Patches]] = OrderedDict()
        self._seen_lock = Lock()

    def patches(self, frames: Sequence[Frame]) -> list[Patches]:
        """The patches of frames or crops, ``options.batch`` at a time; those of the last ``KEPT`` frames are kept.

        Raises:
            PerceptionError: Memory ran out.
        """
        with self._seen_lock:
            known = {id(frame): self._seen[id(frame)][1] for frame in frames if id(frame) in self._seen}
        new = list({id(frame): frame for frame in frames if id(frame) not in known}.values())
        for start in range(0, len(new), self.options.batch):
            batch = new[start : start + self.options.batch]
            known.update(zip(map(id, batch), self._look(batch), strict=True))
        with self._seen_lock:
            for frame in frames:  # the frame is kept with its patches, so that its id stays its own
                self._seen[id(frame)] = (frame, known[id(frame)])
                self._seen.move_to_end(id(frame))
            while len(self._seen) > KEPT:
                self._seen.popitem(last=False)
        return [known[id(frame)] for frame in frames]

    def keep(self, words: Sequence[str]) -> None:
        """Read a vocabulary's embeddings from the disk, or compute them once and write them there."""
        self._texts.keep(words)

    def scores(self, patches: Patches, words: Sequence[str]) -> Floats:
        """How well each word fits each patch, (n, len(words)), 0-1; words are independent of each other.

        Raises:
            PerceptionError: Memory ran out.
        """
        torch = torch_of(NAME)
        texts = torch.from_numpy(self._texts.of(words))[None]
        with self._loaded.running() as model:
            logits = model.class_predictor(patches.features, texts.to(self._loaded.device))[0]
            found: Floats = logits[0].sigmoid().cpu().numpy()
        return found

    def _look(self, frames: Sequence[Frame]) -> list[Patches]:
        pixels = np.stack([normalised(padded_square(frame.rgb, self.side), CLIP) for frame in frames])
        with self._loaded.running() as model:
            full = self.side == model.config.vision_config.image_size
            grid = model.image_embedder(self._loaded.tensor(pixels), interpolate_pos_encoding=not full)[0].float()
            flat = grid.flatten(1, 2)
            centred = model.box_predictor(flat, grid, interpolate_pos_encoding=True).cpu().numpy()
            objectness = model.objectness_predictor(flat).sigmoid().cpu().numpy()
        corners = np.concatenate([centred[..., :2] - centred[..., 2:] / 2, centred[..., :2] + centred[..., 2:] / 2], -1)
        return [
            Patches(flat[place : place + 1], corners[place] * max(frame.size), objectness[place])
            for place, frame in enumerate(frames)
        ]

    def _embed(self, words: Sequence[str]) -> Floats:
        """Normalised text embeddings of words, (n, d) float32."""
        parts = []
        step = 16 * self.options.batch
        for start in range(0, len(words), step):
            prompts = [PROMPT.format(word) for word in words[start : start + step]]
            read = self._tokenizer(
                prompts, padding="max_length", truncation=True, max_length=self._words, return_tensors="np"
            )
            with self._loaded.running() as model:
                ids, mask = (self._loaded.tensor(read[key].astype(np.int64)) for key in ("input_ids", "attention_mask"))
                pooled = model.owlv2.text_model(input_ids=ids, attention_mask=mask).pooler_output
                texts = model.owlv2.text_projection(pooled).float()
                parts.append((texts / texts.norm(dim=-1, keepdim=True)).cpu().numpy())
        return np.concatenate(parts)
