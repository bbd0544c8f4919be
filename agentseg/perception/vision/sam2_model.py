"""SAM 2's image model: one pass of the encoder a frame, then any number of prompts.

Source: Ravi et al., "SAM 2: Segment Anything in Images and Videos" (2024); ``Sam2Model`` of transformers.

Departures:
    * ``reduced`` runs the same weights on a square of 512 instead of 1024 pixels: a quarter of the encoder's work.
    * In bfloat16 the coordinates of prompts stay float32; rounded to eight bits they would move by up to two pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from agentseg.frames import Frame
from agentseg.masks import Mask
from agentseg.perception.vision.pixels import IMAGENET
from agentseg.perception.vision.sam2_prompts import Prompt
from agentseg.perception.vision.sam_pixels import Fingerprint, fingerprint, mask_logits, scaled, square, to_masks
from agentseg.perception.vision.settings import Torch, VisionOptions, device_of, side_of, torch_of
from agentseg.perception.vision.weights import LoadedModel, load_model

FULL, REDUCED = 1024, 512
STRIDE = 32
"""A side is a multiple of it: windows of 8 patches of 4 pixels, and four halvings."""
NAME = "SAM 2"


class Sam2Image:
    """A loaded SAM 2 and the embedding of the last frame that it saw.

    Args:
        options: Device, number format, size and weights.
        source: Hugging Face id or folder; None takes that of the options.

    Raises:
        MissingExtra: torch or transformers is not installed.
        ConfigError: No such device or weights.
    """

    def __init__(self, options: VisionOptions, source: str | None = None) -> None:
        self.options = options
        self.side = sam2_side(options)
        self.loaded = load_sam2("Sam2Model", source or options.weights.sam2, options, self.side)
        self._key: Fingerprint | None = None
        self._maps: list[Torch] = []

    def predict(self, frame: Frame, prompts: Sequence[Prompt], multimask: bool) -> tuple[Torch, Torch]:
        """Masks for prompts of one form: all boxes, all points of one number, or one mask with its box.

        Args:
            frame: The frame.
            prompts: At least one; more than one only without masks.
            multimask: Three masks a prompt (whole, part, part of part) instead of one.

        Returns:
            Logits (n, 1 or 3, side/4, side/4) and predicted IoU (n, 1 or 3), float32 on the CPU.

        Raises:
            PerceptionError: Memory ran out.
        """
        parts = list(self.batches(frame, prompts, multimask))
        torch = torch_of(NAME)
        return torch.cat([logits for logits, _ in parts]), torch.cat([scores for _, scores in parts])

    def draw(self, frame: Frame, prompts: Sequence[Prompt], multimask: bool) -> list[Mask]:
        """The best mask of each prompt in the frame's pixels; see ``predict``."""
        logits, scores = self.predict(frame, prompts, multimask)
        return to_masks(logits[range(len(prompts)), scores.argmax(dim=1)], frame.size)

    def batches(self, frame: Frame, prompts: Sequence[Prompt], multimask: bool) -> Iterator[tuple[Torch, Torch]]:
        """What ``predict`` gives, a batch of prompts at a time: a thousand points would fill a gigabyte at once."""
        with self.loaded.running() as model:
            maps = self._embed(model, frame)
        step = 16 * self.options.batch
        for start in range(0, len(prompts), step):
            inputs = self._inputs(prompts[start : start + step], frame.size)
            with self.loaded.running() as model:
                out = model(image_embeddings=list(maps), multimask_output=multimask, **inputs)
                logits, scores = out.pred_masks[0].float().cpu(), out.iou_scores[0].float().cpu()
            yield logits, scores

    def _embed(self, model: Torch, frame: Frame) -> list[Torch]:
        key = fingerprint(frame)
        if key != self._key:
            self._key, self._maps = None, []  # frees the last frame's before the next one's are made
            self._maps = model.get_image_embeddings(square(frame, self.side, IMAGENET, self.loaded))
            self._key = key
        return self._maps

    def _inputs(self, prompts: Sequence[Prompt], size: tuple[int, int]) -> dict[str, Any]:
        """Tensors of some prompts; coordinates stay float32 whatever the model's number format."""
        torch, device = torch_of(NAME), self.loaded.device
        first = prompts[0]
        out: dict[str, Any] = {}
        if first.box is not None:
            boxes = scaled([prompt.box or (0.0, 0.0, 0.0, 0.0) for prompt in prompts], size, self.side)
            out["input_boxes"] = torch.from_numpy(boxes)[None].to(device)
        if first.points:
            points = np.stack([scaled(prompt.points, size, self.side) for prompt in prompts])
            out["input_points"] = torch.from_numpy(points)[None].to(device)
            out["input_labels"] = torch.from_numpy(np.stack([prompt.labels for prompt in prompts]))[None].to(device)
        if first.mask is not None:
            out["input_masks"] = mask_logits(first.mask, self.side // 4, self.loaded)
        return out


def sam2_side(options: VisionOptions) -> int:
    """Side of SAM 2's square in pixels, as the options say."""
    return side_of(options, device_of(options, NAME), "sam2", FULL, REDUCED, STRIDE)


def load_sam2(kind: str, source: str, options: VisionOptions, side: int) -> LoadedModel:
    """Load one of SAM 2's models at an input side; see ``weights.load_model``.

    Args:
        kind: ``Sam2Model`` or ``Sam2VideoModel``.
        source: Hugging Face id or folder; a checkpoint of either kind does for both.
        options: Device, number format, compile.
        side: Side of the square in pixels.
    """
    loaded = load_model(
        NAME, kind, source, options, compiled="vision_encoder", configure=_Sized(side), variant=f"side {side}"
    )
    if loaded.dtype != torch_of(NAME).float32:
        loaded.model.prompt_encoder.shared_embedding.float()
    return loaded


class _Sized:
    """Writes another input side into a configuration: the sizes of the feature maps follow from it."""

    def __init__(self, side: int) -> None:
        self.side = side

    def __call__(self, config: Any) -> None:
        side = self.side
        config.vision_config.backbone_feature_sizes = [[side // step] * 2 for step in (4, 8, 16)]
        config.vision_config.backbone_config.image_size = [side, side]
        config.prompt_encoder_config.image_size = side
        if hasattr(config, "memory_attention_rope_feat_sizes"):
            config.image_size = side
            config.memory_attention_rope_feat_sizes = [side // 16] * 2
