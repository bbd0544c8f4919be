"""The perceiver ``sam2``: outlines for what a detector has boxed (detect, then segment).

One pass of the encoder a frame and a box prompt an instance: on a CPU the twenty boxes of a frame cost a fiftieth of
automatic masks, and every mask has its label already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from agentseg.errors import PerceptionError
from agentseg.frames import Frame
from agentseg.masks import Box, Mask, box_of, encode
from agentseg.perception.vision.sam2_model import Sam2Image
from agentseg.perception.vision.sam2_prompts import Prompt, checked
from agentseg.perception.vision.sam_pixels import clip_box
from agentseg.perception.vision.settings import VisionOptions
from agentseg.twin import Instance, Twin


class DrawsPrompts(Protocol):
    """A promptable model: SAM 2 of transformers, or of its own package."""

    def draw(self, frame: Frame, prompts: Sequence[Prompt], multimask: bool) -> list[Mask]:
        """Draw the best mask of each prompt, bool (H, W) of the frame; the prompts are of one form."""
        ...


class Sam2Perceiver:
    """Draw the masks of instances that have only a box; also single masks for a box, points or a rough mask.

    Args:
        options: The ``[vision]`` table; None takes its defaults.
        source: Hugging Face id or folder of a SAM 2 or 2.1 checkpoint (tiny, small, base-plus, large); None takes
            ``options.weights.sam2``.
        multimask: Ask for three masks a prompt and take the one of the best predicted IoU. None does so where a prompt
            is ambiguous, a single point, as the authors advise; a box gets one mask.

    Raises:
        MissingExtra: torch or transformers is not installed.
        ConfigError: No such device or weights.
    """

    provides = frozenset({"masks"})

    def __init__(
        self, options: VisionOptions | None = None, source: str | None = None, multimask: bool | None = None
    ) -> None:
        self._model: DrawsPrompts = Sam2Image(options or VisionOptions(), source)
        self.multimask = multimask

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        """Replace box masks by real ones.

        Args:
            frame: The frame.
            twin: What a detector found. Instances with ``mask_source="box"`` and those without a mask are drawn; the
                others stay as they are.

        Returns:
            The twin with ``mask_source="segmenter"`` and boxes fitted to the masks. An instance for which SAM 2 draws
            nothing keeps its box.

        Raises:
            PerceptionError: The twin has instances of another frame size, or memory ran out.
        """
        if twin.instances and twin.size != frame.size:
            raise PerceptionError(f"a twin and its frame have one size; found twin {twin.size}, frame {frame.size}")
        asked = [
            (row, box)
            for row in twin.instances
            if (row.mask_source == "box" or row.id not in twin.masks)
            and (box := clip_box(row.box, frame.size)) is not None
        ]
        if not asked:
            return twin
        drawn = self._draw(frame, [Prompt(box=box) for _, box in asked])
        changed = {row.id: mask for (row, _), mask in zip(asked, drawn, strict=True) if mask.any()}
        rows = [_redrawn(row, changed[row.id]) if row.id in changed else row for row in twin.instances]
        return twin.replace(rows, {**twin.masks, **{key: encode(mask) for key, mask in changed.items()}})

    def segment(
        self,
        frame: Frame,
        *,
        box: Box | None = None,
        points: Sequence[tuple[float, float]] = (),
        inside: Sequence[bool] | None = None,
        mask: Mask | None = None,
    ) -> Mask:
        """Draw one mask.

        The frame's embedding is kept, so that further prompts on the same pixels cost the decoder only.

        Args:
            frame: The frame.
            box: (x1, y1, x2, y2) in pixels of the frame.
            points: (x, y) in pixels of the frame.
            inside: For each point whether it lies on the thing or beside it; None: all lie on it.
            mask: A rough mask, bool (H, W), to improve; its box is added where no other prompt is given.

        Returns:
            bool (H, W); empty where SAM 2 draws nothing.

        Raises:
            InputError: No prompt, a box outside the frame, an empty mask, one of another size, or flags that do not
                fit the points.
            PerceptionError: Memory ran out.
        """
        flags = None if inside is None else tuple(inside)
        prompt = checked(Prompt(box, tuple(points), flags, mask), frame.size)
        if mask is not None and box is None and not points:
            prompt = replace(prompt, box=box_of(mask))
        return self._draw(frame, [prompt])[0]

    def _draw(self, frame: Frame, prompts: Sequence[Prompt]) -> list[Mask]:
        first = prompts[0]
        one_point = len(first.points) == 1 and first.box is None and first.mask is None
        multimask = one_point if self.multimask is None else self.multimask
        return self._model.draw(frame, prompts, multimask)


def _redrawn(row: Instance, mask: Mask) -> Instance:
    return row.model_copy(update={"box": box_of(mask), "mask_source": "segmenter"})
