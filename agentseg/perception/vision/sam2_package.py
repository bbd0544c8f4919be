"""The user's own ``sam2`` package (extra ``sam2``) in the place of transformers: boxes, automatic masks, whole videos.

It needs a torchvision that fits the installed torch; where that is broken, the message says so. In a configuration it
is named by ``"agentseg.perception.vision.sam2_package:Sam2PackagePerceiver"``.

Departures:
    * Its checkpoints are ``.pt`` files. The package reads them with ``weights_only=True``, which runs no code.
    * Its video predictor wants all frames in a folder (``00000.jpg`` ...) before it begins, and keeps them all: for
      streams there is ``Sam2VideoTracker``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

from agentseg.errors import InputError
from agentseg.frames import Frame
from agentseg.masks import Mask
from agentseg.perception.vision.loaded import LoadedModel
from agentseg.perception.vision.package_import import package_model
from agentseg.perception.vision.sam2_automatic import Filters, Found, Sam2AutomaticPerceiver
from agentseg.perception.vision.sam2_prompted import Sam2Perceiver
from agentseg.perception.vision.sam2_prompts import Prompt
from agentseg.perception.vision.sam_pixels import Fingerprint, fingerprint, mask_logits
from agentseg.perception.vision.settings import Torch, VisionOptions, is_reduced, torch_of


class PackageImage:
    """``SAM2ImagePredictor`` behind our prompts; it keeps the embedding of the last frame.

    Args:
        loaded: A model of the package.
        batch: Prompts of one pass.
    """

    def __init__(self, loaded: LoadedModel, batch: int) -> None:
        from sam2.sam2_image_predictor import SAM2ImagePredictor

        self.loaded, self.batch = loaded, batch
        self._predictor = SAM2ImagePredictor(loaded.model)
        self._key: Fingerprint | None = None

    def draw(self, frame: Frame, prompts: Sequence[Prompt], multimask: bool) -> list[Mask]:
        """Draw the best mask of each prompt, bool (H, W) of the frame."""
        key = fingerprint(frame)
        masks: list[Mask] = []
        with self.loaded.running(), precision(self.loaded):
            if key != self._key:
                self._key = None
                self._predictor.set_image(np.ascontiguousarray(frame.rgb))
                self._key = key
            for start in range(0, len(prompts), self.batch):
                part = prompts[start : start + self.batch]
                drawn, scores, _ = self._predictor.predict(multimask_output=multimask, **self._inputs(part))
                drawn = drawn.reshape(len(part), -1, *frame.size) > 0
                masks.extend(drawn[range(len(part)), scores.reshape(len(part), -1).argmax(axis=1)])
        return masks

    def _inputs(self, prompts: Sequence[Prompt]) -> dict[str, Any]:
        first = prompts[0]
        out: dict[str, Any] = {}
        if first.box is not None:
            out["box"] = np.array([prompt.box for prompt in prompts], dtype=np.float32)
        if first.points:
            out["point_coords"] = np.array([prompt.points for prompt in prompts], dtype=np.float32)
            out["point_labels"] = np.stack([prompt.labels for prompt in prompts])
        if first.mask is not None:
            side = self.loaded.model.image_size // 4
            out["mask_input"] = mask_logits(first.mask, side, self.loaded)[0].float().cpu().numpy()
        return out


class Sam2PackagePerceiver(Sam2Perceiver):
    """``sam2`` by its own package: outlines for boxes, and single masks for a box, points or a rough mask.

    Args:
        options: The ``[vision]`` table (device, number format, batch); None takes its defaults.
        source: One of the package's Hugging Face ids, or the path of a ``.pt`` checkpoint with ``config``.
        config: The package's configuration of a checkpoint of one's own, e.g.
            ``configs/sam2.1/sam2.1_hiera_s.yaml``.
        model: A model that ``sam2.build_sam`` has built already, instead of a source.
        multimask: As for ``Sam2Perceiver``.

    Raises:
        MissingExtra: sam2 or torch is not installed.
        ConfigError: torchvision does not fit torch, or no such weights.
    """

    def __init__(
        self,
        options: VisionOptions | None = None,
        source: str | None = None,
        config: str | None = None,
        model: Torch = None,
        multimask: bool | None = None,
    ) -> None:
        options = options or VisionOptions()
        self._model = PackageImage(package_model(options, source, config, model), 4 * options.batch)
        self.multimask = multimask


class Sam2PackageAutomatic(Sam2AutomaticPerceiver):
    """``sam2_automatic`` by the package's ``SAM2AutomaticMaskGenerator``; see ``Sam2PackagePerceiver``.

    Args:
        options: The ``[vision]`` table; None takes its defaults.
        source: As for ``Sam2PackagePerceiver``.
        config: The same.
        model: The same.
        grid: Points along a side; None is 32, or 12 where sizes are reduced.
        filters: Which masks stay; ``least_region`` needs OpenCV.
        **more: Further arguments of the generator, e.g. ``crop_n_layers=1``.
    """

    def __init__(
        self,
        options: VisionOptions | None = None,
        source: str | None = None,
        config: str | None = None,
        model: Torch = None,
        grid: int | None = None,
        filters: Filters | None = None,
        **more: Any,
    ) -> None:
        self.options, self.filters = options or VisionOptions(), filters or Filters()
        self._package = package_model(self.options, source, config, model)
        self.grid = grid or (12 if is_reduced(self.options, self._package.device) else 32)
        self._more = more

    def generate(self, frame: Frame, most: int | None = None) -> Found:
        """Find the masks of a frame; see ``Sam2AutomaticPerceiver.generate``."""
        from sam2.automatic_mask_generator import SAM2AutomaticMaskGenerator

        filters = self.filters
        generator = SAM2AutomaticMaskGenerator(
            self._package.model,
            points_per_side=self.grid,
            points_per_batch=16 * self.options.batch,
            pred_iou_thresh=filters.least_iou,
            stability_score_thresh=filters.least_stability,
            stability_score_offset=filters.offset,
            box_nms_thresh=filters.nms,
            min_mask_region_area=filters.least_region,
            **self._more,
        )
        with self._package.running(), precision(self._package):
            found = generator.generate(np.ascontiguousarray(frame.rgb))
        found = sorted((one for one in found if one["area"] > 0), key=lambda one: -one["predicted_iou"])[:most]
        scores = np.array([one["predicted_iou"] for one in found], dtype=np.float32)
        return Found(tuple(np.asarray(one["segmentation"], dtype=bool) for one in found), scores)


class Sam2PackageVideo:
    """The package's video predictor: objects of one frame followed through a folder of frames.

    Args:
        options: The ``[vision]`` table; None takes its defaults.
        source: As for ``Sam2PackagePerceiver``.
        config: The same.
        model: A predictor that ``sam2.build_sam.build_sam2_video_predictor`` has built already, instead of a source.
    """

    def __init__(
        self,
        options: VisionOptions | None = None,
        source: str | None = None,
        config: str | None = None,
        model: Torch = None,
    ) -> None:
        self._package = package_model(options or VisionOptions(), source, config, model, video=True)

    def follow(
        self, folder: str | Path, prompts: Mapping[int, Prompt], frame: int = 0
    ) -> Iterator[tuple[int, dict[int, Mask]]]:
        """Follow objects from a frame to the last.

        Args:
            folder: JPEG files named by number (``00000.jpg`` ...).
            prompts: A box, points or a mask by id, at least one, in pixels of that frame.
            frame: Index of the frame of the prompts.

        Yields:
            Index of a frame, and the masks in it by id, bool (H, W).

        Raises:
            InputError: No prompt, or no such folder.
            PerceptionError: Memory ran out.
        """
        if not prompts:
            raise InputError("a video is followed from at least one prompt; found none")
        if not Path(folder).is_dir():
            raise InputError(f"SAM 2's package follows a folder of JPEG files; found none at {str(folder)!r}")
        with self._package.running() as predictor, precision(self._package):
            state = predictor.init_state(str(folder))
            for key, prompt in prompts.items():
                _add(predictor, state, frame, key, prompt)
            steps = predictor.propagate_in_video(state, start_frame_idx=frame)
        while True:
            with self._package.running(), precision(self._package):  # let go of it while the caller has the masks
                step = next(steps, None)
                if step is None:
                    return
                index, keys, logits = step
                masks = (logits[:, 0] > 0).cpu().numpy()
            yield index, dict(zip(keys, masks, strict=True))


def precision(loaded: LoadedModel) -> AbstractContextManager[Any]:
    """The package computes in bfloat16 by autocast, over weights in float32."""
    torch = torch_of(loaded.what)
    manager: AbstractContextManager[Any] = torch.autocast(
        loaded.device.type, dtype=torch.bfloat16, enabled=loaded.dtype == torch.bfloat16
    )
    return manager


def _add(predictor: Torch, state: Any, frame: int, key: int, prompt: Prompt) -> None:
    if prompt.mask is not None:
        predictor.add_new_mask(state, frame_idx=frame, obj_id=key, mask=np.asarray(prompt.mask, dtype=bool))
        return
    if prompt.box is None and not prompt.points:
        raise InputError(f"object {key} needs a prompt: a mask, a box or points")
    given: dict[str, Any] = {}
    if prompt.points:
        given = {"points": np.array(prompt.points, dtype=np.float32), "labels": prompt.labels.astype(np.int32)}
    if prompt.box is not None:
        given["box"] = np.array(prompt.box, dtype=np.float32)
    predictor.add_new_points_or_box(state, frame_idx=frame, obj_id=key, **given)
