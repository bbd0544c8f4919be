"""SAM 2 with shrunken random weights: prompts, automatic masks, and agreement with direct calls of transformers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from tiny_sam import SIDE, save_sam2, save_sam2_video  # noqa: E402

from agentseg.config_vision import VisionOptions, VisionSizes, VisionWeights  # noqa: E402
from agentseg.errors import InputError, PerceptionError  # noqa: E402
from agentseg.frames import Frame  # noqa: E402
from agentseg.masks import box_mask, box_of, encode, iou  # noqa: E402
from agentseg.perception.boxes import Detection, add_boxes  # noqa: E402
from agentseg.perception.vision.candidates import point_grid, without_twins  # noqa: E402
from agentseg.perception.vision.sam2_automatic import (  # noqa: E402
    Filters,
    Sam2AutomaticPerceiver,
)
from agentseg.perception.vision.sam2_prompted import Sam2Perceiver  # noqa: E402
from agentseg.perception.vision.weights import release_models  # noqa: E402
from agentseg.twin import Instance, Twin  # noqa: E402

BOXES = [(10.0, 12.0, 60.0, 50.0), (40.0, 5.0, 95.0, 70.0), (0.0, 40.0, 30.0, 72.0)]
EVERYTHING = Filters(least_iou=-100.0, least_stability=0.0, nms=1.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    return save_sam2(tmp_path_factory.mktemp("sam2"))


@pytest.fixture(scope="module")
def options(folder: Path) -> VisionOptions:
    return VisionOptions(device="cpu", weights=VisionWeights(sam2=str(folder)), sizes=VisionSizes(sam2=SIDE), batch=1)


@pytest.fixture(scope="module")
def perceiver(options: VisionOptions) -> Sam2Perceiver:
    return Sam2Perceiver(options)


@pytest.fixture(scope="module")
def frame() -> Frame:
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Frame(np.kron(coarse, np.ones((12, 12, 1), dtype=np.uint8)))


@pytest.fixture
def boxed(frame: Frame) -> Twin:
    found = [Detection("mug", 0.9, BOXES[0]), Detection("pan", 0.8, BOXES[1]), Detection("fork", 0.7, BOXES[2])]
    return add_boxes(Twin(size=frame.size), found)


def direct(folder: Path, frame: Frame, multimask: bool = False, **prompts: object) -> tuple[np.ndarray, np.ndarray]:
    """Logits in the frame's pixels and predicted IoU, by transformers and the steps that its processor documents."""
    model = transformers.Sam2Model.from_pretrained(folder).eval()
    pixels = torch.from_numpy(frame.rgb.copy()).permute(2, 0, 1)[None]
    square = torch.nn.functional.interpolate(pixels, size=(SIDE, SIDE), mode="bilinear", antialias=True) / 255.0
    mean, deviation = (torch.tensor(part).view(3, 1, 1) for part in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
    with torch.no_grad():
        out = model(pixel_values=(square - mean) / deviation, multimask_output=multimask, **prompts)
        masks = torch.nn.functional.interpolate(out.pred_masks[0], frame.size, mode="bilinear", align_corners=False)
    return masks.numpy(), out.iou_scores[0].numpy()


def on_square(values: list[tuple[float, ...]], frame: Frame) -> object:
    scale = torch.tensor([SIDE / frame.size[1], SIDE / frame.size[0]]).repeat(len(values[0]) // 2)
    return torch.tensor(values)[None] * scale


def test_box_prompts_give_the_masks_of_a_direct_call(folder: Path, perceiver: Sam2Perceiver, frame: Frame, boxed: Twin):
    twin = perceiver(frame, boxed)
    expected, _ = direct(folder, frame, input_boxes=on_square(BOXES, frame))
    for row, logits in zip(twin.instances, expected[:, 0], strict=True):
        unsure = np.abs(logits) < 1e-3  # float32 sums in another order
        assert not ((twin.mask(row.id) != (logits > 0)) & ~unsure).any()
        assert 0 < twin.mask(row.id).sum() < frame.rgb[..., 0].size


def test_more_boxes_than_a_batch_are_the_same_as_one_at_a_time(perceiver: Sam2Perceiver, frame: Frame):
    rng = np.random.default_rng(1)
    corners = rng.uniform(0, 40, (35, 2))
    boxes = [(x, y, x + 30.0, y + 25.0) for x, y in corners]
    twin = Twin(
        size=frame.size,
        instances=tuple(Instance(id=k, label="x", box=box, mask_source="box") for k, box in enumerate(boxes, 1)),
    )
    drawn = perceiver(frame, twin)
    for row, box in zip(drawn.instances, boxes, strict=True):
        assert iou(drawn.mask(row.id), perceiver.segment(frame, box=box)) > 0.999


def test_boxes_become_outlines_and_what_has_one_stays(perceiver: Sam2Perceiver, frame: Frame, boxed: Twin):
    known = encode(box_mask((70, 30, 90, 60), frame.size))
    row = Instance(id=9, label="cup", box=(70, 30, 90, 60), mask_source="truth")
    given = boxed.replace([*boxed.instances, row], {**boxed.masks, 9: known})
    twin = perceiver(frame, given)
    assert [row.mask_source for row in twin.instances] == ["segmenter"] * 3 + ["truth"]
    assert twin.masks[9] == known
    assert all(row.box == box_of(twin.mask(row.id)) for row in twin.instances[:3])
    assert [row.label for row in twin.instances] == ["mug", "pan", "fork", "cup"]


def test_an_instance_for_which_nothing_is_drawn_keeps_its_box(options: VisionOptions, frame: Frame, boxed: Twin):
    perceiver = Sam2Perceiver(options)
    empty = np.zeros(frame.size, dtype=bool)

    class Blank:
        def draw(self, frame, prompts, multimask):
            return [empty for _ in prompts]

    perceiver._model = Blank()
    assert perceiver(frame, boxed) == boxed


def test_points_ask_for_three_masks_and_take_the_surest(folder: Path, perceiver: Sam2Perceiver, frame: Frame):
    mask = perceiver.segment(frame, points=[(30.0, 30.0)])
    logits, scores = direct(
        folder,
        frame,
        multimask=True,
        input_points=on_square([(30.0, 30.0)], frame)[None],
        input_labels=torch.ones(1, 1, 1, dtype=torch.long),
    )
    assert iou(mask, logits[0, scores[0].argmax()] > 0) > 0.999


def test_points_beside_the_thing_and_a_mask_change_the_answer(perceiver: Sam2Perceiver, frame: Frame):
    plain = perceiver.segment(frame, box=BOXES[1])
    pointed = perceiver.segment(frame, box=BOXES[1], points=[(50.0, 30.0), (90.0, 60.0)], inside=[True, False])
    rough = perceiver.segment(frame, mask=box_mask(BOXES[1], frame.size))
    assert plain.shape == pointed.shape == rough.shape == frame.size
    assert not np.array_equal(plain, pointed)
    assert not np.array_equal(plain, rough)


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ({}, "needs a prompt"),
        ({"box": (200.0, 0.0, 300.0, 50.0)}, "has an area in its frame"),
        ({"box": (float("nan"), 0.0, 30.0, 50.0)}, "has an area in its frame"),
        ({"points": [(1.0, 2.0)], "inside": [True, False]}, "a flag belongs to each point"),
        ({"points": [(float("inf"), 2.0)]}, "finite pixels"),
        ({"mask": np.ones((3, 3), dtype=bool)}, "the frame's size"),
        ({"mask": np.zeros((72, 96), dtype=bool)}, "at least one pixel"),
    ],
)
def test_a_prompt_that_does_not_fit_is_refused(perceiver: Sam2Perceiver, frame: Frame, prompt: dict, words: str):
    with pytest.raises(InputError, match=words):
        perceiver.segment(frame, **prompt)


def test_the_encoder_runs_once_for_prompts_on_the_same_pixels(perceiver: Sam2Perceiver, frame: Frame):
    runs = []
    model = perceiver._model.loaded.model
    handle = model.vision_encoder.register_forward_hook(lambda *_: runs.append(1))
    try:
        perceiver.segment(Frame(255 - frame.rgb), box=BOXES[0])
        perceiver.segment(frame, box=BOXES[0])
        perceiver.segment(Frame(frame.rgb.copy(), index=7), box=BOXES[1])
        perceiver.segment(frame, points=[(5.0, 5.0)])
    finally:
        handle.remove()
    assert len(runs) == 2


def test_a_twin_of_another_size_is_refused(perceiver: Sam2Perceiver, frame: Frame, boxed: Twin):
    with pytest.raises(PerceptionError, match="one size"):
        perceiver(Frame(frame.rgb[:50].copy()), boxed)


def test_running_out_of_memory_is_an_error_of_the_frame_and_the_next_one_works(
    perceiver: Sam2Perceiver, frame: Frame, boxed: Twin
):
    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")

    handle = perceiver._model.loaded.model.mask_decoder.register_forward_pre_hook(full)
    try:
        with pytest.raises(PerceptionError, match="ran out of memory"):
            perceiver(frame, boxed)
    finally:
        handle.remove()
    assert len(perceiver(frame, boxed).masks) == 3


def test_bfloat16_draws_nearly_the_same(options: VisionOptions, perceiver: Sam2Perceiver, frame: Frame, boxed: Twin):
    short = Sam2Perceiver(options.model_copy(update={"dtype": "bfloat16"}))
    exact, rough = perceiver(frame, boxed), short(frame, boxed)
    assert np.mean([iou(exact.mask(key), rough.mask(key)) for key in exact.ids]) > 0.8


def test_a_video_checkpoint_serves_the_image_model_at_another_side(tmp_path: Path, frame: Frame, boxed: Twin):
    weights = VisionWeights(sam2=str(save_sam2_video(tmp_path)))
    perceiver = Sam2Perceiver(VisionOptions(device="cpu", weights=weights, sizes=VisionSizes(sam2=96)))
    assert perceiver._model.side == 96
    assert len(perceiver(frame, boxed).masks) == 3
    release_models()


def test_automatic_masks_are_those_of_the_grid_by_direct_calls(folder: Path, options: VisionOptions, frame: Frame):
    perceiver = Sam2AutomaticPerceiver(options, grid=5, filters=EVERYTHING)
    found = perceiver.generate(frame)
    places = [(x * frame.size[1], y * frame.size[0]) for x, y in point_grid(5)]
    points = on_square(places, frame)[0][None, :, None]
    logits, scores = direct(
        folder, frame, multimask=True, input_points=points, input_labels=torch.ones(1, 25, 1, dtype=torch.long)
    )
    every, sure = logits.reshape(-1, *frame.size) > 0, scores.reshape(-1)
    seen = every.reshape(len(every), -1).any(axis=1)
    kept = without_twins([box_of(mask) for mask in every[seen]], sure[seen], 1.0)
    assert len(found.masks) == len(kept) > 5
    assert np.allclose(np.sort(found.scores), np.sort(sure[seen][kept]), atol=1e-4)
    best = every[seen][kept[0]]
    assert iou(found.masks[0], best) > 0.999


def test_automatic_masks_pass_the_filters_best_first(options: VisionOptions, frame: Frame):
    few = options.model_copy(update={"top_k": 4})
    every = Sam2AutomaticPerceiver(options, grid=6, filters=EVERYTHING).generate(frame)
    middle = float(np.median(every.scores))
    picky = Filters(least_iou=middle, least_stability=0.0, nms=0.9)
    found = Sam2AutomaticPerceiver(options, grid=6, filters=picky).generate(frame)
    assert 0 < len(found.masks) < len(every.masks)
    assert found.scores.min() > middle
    steady = Filters(least_iou=-100, least_stability=0.5, offset=0.5, nms=1.0)
    assert len(Sam2AutomaticPerceiver(options, grid=6, filters=steady).generate(frame).masks) < len(every.masks)
    twin = Sam2AutomaticPerceiver(few, grid=6, filters=EVERYTHING)(frame, Twin(size=frame.size))
    assert [row.label for row in twin.instances] == ["unknown"] * 4
    assert {row.mask_source for row in twin.instances} == {"segmenter"}


def test_no_mask_passes_and_the_twin_stays_as_it_was(options: VisionOptions, frame: Frame, boxed: Twin):
    assert Sam2AutomaticPerceiver(options, grid=3, filters=Filters(least_iou=100.0))(frame, boxed) == boxed


def test_small_regions_of_automatic_masks_go(options: VisionOptions, frame: Frame):
    pytest.importorskip("scipy")
    plain = Sam2AutomaticPerceiver(options, grid=4, filters=EVERYTHING).generate(frame)
    clean = Sam2AutomaticPerceiver(options, grid=4, filters=replace(EVERYTHING, least_region=400)).generate(frame)
    assert 0 < len(clean.masks) <= len(plain.masks)
    assert not any(np.array_equal(first, second) for first in plain.masks[:3] for second in clean.masks[:1])
    from scipy import ndimage

    for mask in clean.masks:
        islands, count = ndimage.label(mask, structure=np.ones((3, 3)))
        assert count == 1 or np.bincount(islands.ravel())[1:].min() >= 400


def test_automatic_masks_of_the_same_pixels_are_found_once(options: VisionOptions, frame: Frame):
    perceiver = Sam2AutomaticPerceiver(options, grid=3, filters=EVERYTHING)
    runs: list[int] = []
    handle = perceiver._image.loaded.model.mask_decoder.register_forward_hook(lambda *_: runs.append(1))
    try:
        first = perceiver(frame, Twin(size=frame.size))
        assert perceiver(Frame(frame.rgb.copy()), Twin(size=frame.size)) == first
        assert len(runs) == 1
        perceiver(Frame(255 - frame.rgb), Twin(size=frame.size))
        assert len(runs) == 2
    finally:
        handle.remove()
