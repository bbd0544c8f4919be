"""Objects followed through a video without an end: SAM 2's memory, a frame at a time, in bounded space.

Each object has a session of its own over the one model; the sessions share the frame's embedding, so the encoder runs
once a frame. An object can so come and go at any time, and the others' masks do not change by a bit.

Source: Ravi et al., "SAM 2: Segment Anything in Images and Videos" (2024); ``Sam2VideoModel`` of transformers.

Departures:
    * Objects in one session, as the processor of transformers puts them, disturb each other: on a frame where one is
      prompted the memories of all are made from binarised masks, and a session cannot let one go.
    * What no later frame reads is forgotten (``sam2_memory``), so that a stream may be endless.
    * A new prompt for an object that is followed already begins its memory anew instead of adding a second
      conditioning frame, so that their number stays bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from agentseg.errors import InputError
from agentseg.frames import Frame
from agentseg.masks import Box, Mask
from agentseg.perception.vision.pixels import IMAGENET
from agentseg.perception.vision.sam2_memory import forget
from agentseg.perception.vision.sam2_model import NAME, load_sam2, sam2_side
from agentseg.perception.vision.sam2_prompts import Prompt, checked, video_mask, video_points
from agentseg.perception.vision.sam_pixels import square, to_masks
from agentseg.perception.vision.settings import Torch, VisionOptions, torch_of
from agentseg.perception.vision.track_book import Seen


class Sam2VideoTracker:
    """Follow objects over frames that are pushed one at a time.

    Args:
        options: Device, number format, size and weights; None takes the defaults of ``[vision]``.
        source: Hugging Face id or folder; None takes ``options.weights.sam2``.
        prune: Forget what no later frame reads; False keeps everything, which only measurements want.

    Raises:
        MissingExtra: torch or transformers is not installed.
        ConfigError: No such device or weights.
    """

    def __init__(self, options: VisionOptions | None = None, source: str | None = None, prune: bool = True) -> None:
        options = options or VisionOptions()
        self.side = sam2_side(options)
        self.loaded = load_sam2("Sam2VideoModel", source or options.weights.sam2, options, self.side)
        self.prune = prune
        self.reset()

    def reset(self) -> None:
        """Forget all objects and the frame: a new video begins."""
        self._sessions: dict[int, Any] = {}
        self._cache: Any = None
        self._pixels: Torch = None
        self._size = (0, 0)
        self._frame = -1

    @property
    def ids(self) -> tuple[int, ...]:
        """The objects that are followed, in the order in which they came."""
        return tuple(self._sessions)

    def step(self, frame: Frame) -> dict[int, Seen]:
        """Go on to the next frame.

        Args:
            frame: The next frame of the video; its own index is not read. Its size may change.

        Returns:
            Every object's mask and score in it.

        Raises:
            PerceptionError: Memory ran out; the next frame goes on, for some objects without a memory of this one.
        """
        self._pixels = square(frame, self.side, IMAGENET, self.loaded)
        self._size, self._frame = frame.size, self._frame + 1
        return self._run(self._sessions)

    def add(
        self,
        key: int,
        *,
        box: Box | None = None,
        points: Sequence[tuple[float, float]] = (),
        inside: Sequence[bool] | None = None,
        mask: Mask | None = None,
    ) -> Seen:
        """Follow one more object from the frame of the last ``step`` on.

        Args:
            key: Its id; one that is followed already begins anew with this prompt.
            box: (x1, y1, x2, y2) in pixels of that frame.
            points: (x, y) in pixels of that frame; they may go with a box.
            inside: For each point whether it lies on the object; None: all do.
            mask: bool (H, W): the object itself, instead of a box and points.

        Returns:
            Its mask and score in that frame.

        Raises:
            InputError: No frame yet, no prompt, or one that does not fit the frame.
            PerceptionError: Memory ran out; the object is not followed.
        """
        if self._pixels is None:
            raise InputError("a video tracker has no frame yet: call step(frame) before add(...)")
        if mask is not None and (box is not None or points):
            raise InputError("an object is given by a mask or by a box and points; found both")
        flags = None if inside is None else tuple(inside)
        prompt = checked(Prompt(box, tuple(points), flags, mask), self._size)
        session = self._session()
        if mask is not None:
            session.add_mask_inputs(0, self._frame, video_mask(mask, self.side))
        else:
            session.add_point_inputs(0, self._frame, video_points(prompt, self._size, self.side))
        session.obj_with_new_inputs = [0]
        followed = self._run({key: session})[key]
        self._sessions.pop(key, None)
        self._sessions[key] = session
        return followed

    def remove(self, key: int) -> None:
        """Stop following an object; the others' masks do not change.

        Raises:
            InputError: It is not followed.
        """
        if key not in self._sessions:
            raise InputError(f"no object {key} is followed; there are {list(self._sessions)}")
        del self._sessions[key]

    def _session(self) -> Any:
        from transformers import Sam2VideoInferenceSession

        device = self.loaded.device
        session = Sam2VideoInferenceSession(
            video_height=self._size[0],
            video_width=self._size[1],
            inference_device=device,
            inference_state_device=device,
            video_storage_device=device,
            dtype=self.loaded.dtype,
        )
        if self._cache is None:
            self._cache = session.cache
        session.cache = self._cache  # one embedding a frame for all
        session.obj_id_to_idx(0)
        return session

    def _run(self, sessions: dict[int, Any]) -> dict[int, Seen]:
        if not sessions:
            return {}
        torch = torch_of(NAME)
        logits, scores = [], []
        with self.loaded.running() as model:
            for session in sessions.values():
                out = model(inference_session=session, frame=self._pixels, frame_idx=self._frame)
                logits.append(out.pred_masks[:, 0].float())
                scores.append(out.object_score_logits.float().flatten()[:1])
                if self.prune:
                    self._forget(session, model.config)
            masks = to_masks(torch.cat(logits), self._size)
            probabilities = torch.cat(scores).sigmoid().cpu().numpy()
        pairs: Iterable[tuple[int, Mask, np.floating[Any]]] = zip(sessions, masks, probabilities, strict=True)
        return {key: Seen(mask, float(score)) for key, mask, score in pairs}

    def _forget(self, session: Any, config: Any) -> None:
        forget(session, self._frame, config.num_maskmem, config.max_object_pointers_in_encoder)
