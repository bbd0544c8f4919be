"""SAM 2 and SAM 3 against their reference processing, which needs torchvision: run by hand, not by CI.

The processors of transformers and the ``sam2`` package import torchvision, which for a CPU build of torch lacks its
compiled operators; a shim of ten lines gives it the one that is needed. In an environment of its own:

    python -m venv reference && reference/bin/pip install torch torchvision transformers scipy pydantic pillow
    reference/bin/pip install hydra-core iopath tqdm && reference/bin/pip install sam2 --no-build-isolation --no-deps
    PYTHONPATH=.:tests OMP_NUM_THREADS=1 reference/bin/python tests/reference/sam_reference.py PHOTO.jpg [--full]

It prints the largest differences. Weights are random: shrunken models, and with ``--full`` SAM 2.1 tiny at 1024 px and
the ``sam2`` package.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image


def shim() -> None:
    """Let torchvision be imported where its compiled operators are missing: nms in torch."""
    try:
        import torchvision
    except RuntimeError:
        for name in [name for name in sys.modules if name.startswith("torchvision")]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.impl("nms", nms, "CPU")
        shim.library = library  # type: ignore[attr-defined]  # it ends with its object
        import torchvision
    torchvision.extension._has_ops = lambda: True


def nms(boxes: torch.Tensor, scores: torch.Tensor, overlap: float) -> torch.Tensor:
    """Greedy non-maximum suppression, as torchvision defines it."""
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    order, kept = scores.argsort(descending=True, stable=True).tolist(), []
    while order:
        best, *rest = order
        kept.append(best)
        low = torch.maximum(boxes[rest, :2], boxes[best, :2])
        sides = (torch.minimum(boxes[rest, 2:], boxes[best, 2:]) - low).clamp(min=0)
        joint = sides[:, 0] * sides[:, 1]
        near = joint / (area[rest] + area[best] - joint) <= overlap
        order = [place for place, keep in zip(rest, near, strict=True) if keep]
    return torch.tensor(kept, dtype=torch.long)


def disagreement(first: list[np.ndarray], second: list[np.ndarray]) -> str:
    """Share of pixels in which masks differ, the most of all pairs."""
    if len(first) != len(second):
        return f"{len(first)} masks against {len(second)}"
    worst = max((float((a != b).mean()) for a, b in zip(first, second, strict=True)), default=0.0)
    return f"{len(first)} masks, at most {worst:.1e} of the pixels of one differ"


def boxes_of(size: tuple[int, int]) -> list[tuple[float, float, float, float]]:
    """Six boxes that fit any frame of ``size`` (H, W)."""
    height, width = size
    places = [(0.1, 0.1, 0.5, 0.6), (0.3, 0.2, 0.9, 0.9), (0.0, 0.5, 0.3, 1.0)]
    places += [(0.55, 0.05, 0.75, 0.4), (0.2, 0.3, 0.25, 0.36), (0.6, 0.6, 0.98, 0.97)]
    return [(x1 * width, y1 * height, x2 * width, y2 * height) for x1, y1, x2, y2 in places]


def options_of(folder: Path, side: int, **more: Any) -> Any:
    """Options of weights in a folder."""
    from agentseg.config_vision import VisionOptions, VisionSizes, VisionWeights

    weights = VisionWeights(sam2=str(folder), sam3=str(folder))
    return VisionOptions(device="cpu", weights=weights, sizes=VisionSizes(sam2=side, sam3=side), **more)


def sam2(picture: np.ndarray, folder: Path, side: int) -> dict[str, str]:
    """Box prompts, pixels and automatic masks against ``Sam2Processor`` and the pipeline of transformers."""
    from transformers import Sam2ImageProcessor, Sam2Model, Sam2Processor, pipeline

    from agentseg.frames import Frame
    from agentseg.perception.boxes import Detection, add_boxes
    from agentseg.perception.vision.pixels import IMAGENET
    from agentseg.perception.vision.sam2_automatic import Filters, Sam2AutomaticPerceiver
    from agentseg.perception.vision.sam2_prompted import Sam2Perceiver
    from agentseg.perception.vision.sam_pixels import square
    from agentseg.twin import Twin

    frame, options = Frame(picture), options_of(folder, side)
    ours = Sam2Perceiver(options)
    boxes = boxes_of(frame.size)
    images = Sam2ImageProcessor(size={"height": side, "width": side})
    processor = Sam2Processor(images)
    model = Sam2Model.from_pretrained(folder).eval()
    inputs = processor(images=Image.fromarray(picture), input_boxes=[[list(box) for box in boxes]], return_tensors="pt")
    with torch.no_grad():
        out = model(**{k: v for k, v in inputs.items() if k != "original_sizes"}, multimask_output=False)
    theirs = processor.post_process_masks(out.pred_masks, inputs["original_sizes"])[0][:, 0].numpy()
    pixels = square(frame, side, IMAGENET, ours._model.loaded)
    given = [Detection("thing", 0.9 - place / 10, box) for place, box in enumerate(boxes)]
    twin = ours(frame, add_boxes(Twin(size=frame.size), given, 1.0))
    found = {"SAM 2: largest difference of a pixel value": f"{(pixels - inputs['pixel_values']).abs().max():.1e}"}
    found["SAM 2: boxes"] = disagreement([twin.mask(key) for key in twin.ids], list(theirs))
    if side > 256:
        return found
    filters = Filters(least_iou=0.5, least_stability=0.2, offset=0.02, nms=1.0)  # what random weights pass
    picture = np.ascontiguousarray(picture[:, : len(picture)])  # the pipeline lays its points as if shapes were kept
    mine = Sam2AutomaticPerceiver(options, grid=8, filters=filters).generate(Frame(picture))
    generate = pipeline("mask-generation", model=model, image_processor=images, device="cpu")
    reference = generate(
        Image.fromarray(picture),
        points_per_crop=8,
        points_per_batch=32,
        pred_iou_thresh=filters.least_iou,
        stability_score_thresh=filters.least_stability,
        stability_score_offset=filters.offset,
        crops_nms_thresh=filters.nms,
    )
    masks = [np.asarray(mask, dtype=bool) for mask in reference["masks"]]
    found["SAM 2: automatic masks"] = disagreement(list(mine.masks), masks)
    return found


def video(picture: np.ndarray, folder: Path, side: int, frames: int) -> dict[str, str]:
    """A stream against ``Sam2VideoProcessor`` and one session of transformers that forgets nothing."""
    from transformers import Sam2ImageProcessor, Sam2VideoModel, Sam2VideoProcessor, Sam2VideoVideoProcessor

    from agentseg.frames import Frame
    from agentseg.perception.vision.sam2_video import Sam2VideoTracker

    size = {"height": side, "width": side}
    processor = Sam2VideoProcessor(Sam2ImageProcessor(size=size), Sam2VideoVideoProcessor(size=size))
    model = Sam2VideoModel.from_pretrained(folder).eval()
    session = processor.init_video_session(dtype=torch.float32)
    tracker = Sam2VideoTracker(options_of(folder, side))
    boxes, ours, theirs = boxes_of(picture.shape[:2]), [], []
    for index in range(frames):
        moved = np.ascontiguousarray(np.roll(picture, 4 * index, axis=1))
        inputs = processor(images=Image.fromarray(moved), device="cpu", return_tensors="pt")
        followed = tracker.step(Frame(moved, index))
        if index == 0:
            processor.add_inputs_to_inference_session(
                inference_session=session,
                frame_idx=0,
                obj_ids=[1, 2],
                input_boxes=[[list(box) for box in boxes[:2]]],
                original_size=inputs.original_sizes[0],
            )
            followed = {key: tracker.add(key, box=boxes[key - 1]) for key in (1, 2)}
        out = model(inference_session=session, frame=inputs.pixel_values[0])
        sizes = [[session.video_height, session.video_width]]
        theirs += list(processor.post_process_masks([out.pred_masks], original_sizes=sizes)[0][:, 0].numpy())
        ours += [followed[key].mask for key in (1, 2)]
    return {f"SAM 2: stream of {frames} frames, memory pruned against kept": disagreement(ours, theirs)}


def sam3(picture: np.ndarray, folder: Path, side: int) -> dict[str, str]:
    """Concept prompts against ``Sam3Processor``."""
    from transformers import AutoTokenizer, Sam3ImageProcessor, Sam3Model, Sam3Processor

    from agentseg.frames import Frame
    from agentseg.perception.vision.sam3 import Sam3Perceiver
    from agentseg.twin import Twin

    frame = Frame(picture)
    options = options_of(folder, side, threshold=0.1, nms=1.0, top_k=1000, vocabulary=("truck",))
    twin = Sam3Perceiver(options)(frame, Twin(size=frame.size))
    processor = Sam3Processor(
        Sam3ImageProcessor(size={"height": side, "width": side}), AutoTokenizer.from_pretrained(folder)
    )
    model = Sam3Model.from_pretrained(folder).eval()
    inputs = processor(images=Image.fromarray(picture), text="truck", return_tensors="pt")
    with torch.no_grad():
        out = model(**{key: value for key, value in inputs.items() if key != "original_sizes"})
    (found,) = processor.post_process_instance_segmentation(out, threshold=0.1, target_sizes=[frame.size])
    order = [place for place in found["scores"].argsort(descending=True).tolist() if found["masks"][place].any()]
    scores = found["scores"][order].numpy()
    masks = [found["masks"][place].bool().numpy() for place in order]
    away = max((abs(row.score - score) for row, score in zip(twin.instances, scores, strict=True)), default=0.0)
    return {
        "SAM 3: a phrase": disagreement([twin.mask(key) for key in twin.ids], masks),
        "SAM 3: largest difference of a score (rounded to 4 digits)": f"{away:.1e}",
    }


def package(picture: np.ndarray) -> dict[str, str]:
    """Our backend of the ``sam2`` package against the package itself: SAM 2.1 tiny, random weights, 1024 px."""
    from sam2.automatic_mask_generator import SAM2AutomaticMaskGenerator
    from sam2.build_sam import build_sam2, build_sam2_video_predictor
    from sam2.sam2_image_predictor import SAM2ImagePredictor

    from agentseg.frames import Frame
    from agentseg.perception.boxes import Detection, add_boxes
    from agentseg.perception.vision.sam2_automatic import Filters
    from agentseg.perception.vision.sam2_package import Sam2PackageAutomatic, Sam2PackagePerceiver, Sam2PackageVideo
    from agentseg.perception.vision.sam2_prompts import Prompt
    from agentseg.twin import Twin

    frame, boxes = Frame(picture), boxes_of(picture.shape[:2])
    torch.manual_seed(0)
    config = "configs/sam2.1/sam2.1_hiera_t.yaml"
    model = build_sam2(config, device="cpu")
    given = [Detection("thing", 0.9 - place / 10, box) for place, box in enumerate(boxes)]
    twin = Sam2PackagePerceiver(model=model)(frame, add_boxes(Twin(size=frame.size), given, 1.0))
    predictor = SAM2ImagePredictor(model)
    predictor.set_image(picture)
    masks, _, _ = predictor.predict(box=np.array(boxes), multimask_output=False)
    found = {"the sam2 package: boxes": disagreement([twin.mask(key) for key in twin.ids], list(masks[:, 0] > 0))}
    filters = Filters(least_iou=0.0, least_stability=0.0, nms=0.9)
    mine = Sam2PackageAutomatic(model=model, grid=4, filters=filters).generate(frame)
    generator = SAM2AutomaticMaskGenerator(
        model,
        points_per_side=4,
        pred_iou_thresh=0.0,
        stability_score_thresh=0.0,
        box_nms_thresh=0.9,
    )
    every = sorted(generator.generate(picture), key=lambda one: -one["predicted_iou"])
    found["the sam2 package: automatic masks"] = disagreement(list(mine.masks), [one["segmentation"] for one in every])
    follower = build_sam2_video_predictor(config, device="cpu")
    with tempfile.TemporaryDirectory() as place:
        for index in range(4):
            Image.fromarray(np.roll(picture, 4 * index, axis=1)).save(Path(place, f"{index:05d}.jpg"))
        seen = list(Sam2PackageVideo(model=follower).follow(place, {1: Prompt(box=boxes[0]), 2: Prompt(box=boxes[1])}))
    shapes = {mask.shape for _, masks in seen for mask in masks.values()}
    found["the sam2 package: video"] = f"frames {[index for index, _ in seen]}, masks {shapes}"
    return found


def full_size(folder: Path) -> None:
    """Save SAM 2.1 tiny with random weights."""
    from transformers import Sam2VideoConfig, Sam2VideoModel

    torch.manual_seed(0)
    model = Sam2VideoModel(Sam2VideoConfig())
    torch.nn.init.constant_(model.mask_decoder.pred_obj_score_head.proj_out.bias, 3.0)
    model.save_pretrained(folder)


def show(found: dict[str, str]) -> None:
    """Print differences."""
    for key, value in found.items():
        print(f"  {key:<72} {value}", flush=True)


def main() -> int:
    """Print the differences; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", type=Path)
    parser.add_argument(
        "--full", action="store_true", help="also SAM 2.1 tiny at 1024 px and the sam2 package: minutes"
    )
    asked = parser.parse_args()
    shim()
    from tiny_sam import SIDE, save_sam2, save_sam2_video, save_sam3

    torch.set_num_threads(1)
    picture = np.asarray(Image.open(asked.photo).convert("RGB").resize((450, 300)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = sam2(picture, save_sam2(folder / "image"), SIDE)
        found |= video(picture, save_sam2_video(folder / "video"), SIDE, 30)
        found |= sam3(picture, save_sam3(folder / "sam3"), 112)
        show(found)
        if asked.full:
            show(package(picture))
            full_size(folder / "full")
            photo = np.asarray(Image.open(asked.photo).convert("RGB"))
            large = {**sam2(photo, folder / "full", 1024), **video(photo, folder / "full", 1024, 3)}
            show({f"1024 px, {key}": value for key, value in large.items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
