"""SAM 3 with shrunken random weights: concept prompts, and agreement with a direct call of transformers."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
if not hasattr(transformers, "Sam3Model"):
    pytest.skip("this transformers has no SAM 3", allow_module_level=True)

from tiny_sam import save_clip_tokenizer, save_sam3  # noqa: E402

from agentseg.config_vision import VisionOptions, VisionSizes, VisionWeights  # noqa: E402
from agentseg.errors import ConfigError, PerceptionError  # noqa: E402
from agentseg.frames import Frame  # noqa: E402
from agentseg.masks import box_of, iou  # noqa: E402
from agentseg.perception.vision.sam3 import Sam3Perceiver  # noqa: E402
from agentseg.twin import Instance, Twin  # noqa: E402

SIDE = 112
WORDS = ("mug", "red car", "kettle")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    return save_sam3(tmp_path_factory.mktemp("sam3"))


@pytest.fixture(scope="module")
def options(folder: Path) -> VisionOptions:
    return VisionOptions(
        device="cpu",
        weights=VisionWeights(sam3=str(folder)),
        sizes=VisionSizes(sam3=SIDE),
        vocabulary=WORDS,
        threshold=0.0,
        nms=1.0,
        top_k=100,
    )


@pytest.fixture(scope="module")
def perceiver(options: VisionOptions) -> Sam3Perceiver:
    return Sam3Perceiver(options)


@pytest.fixture(scope="module")
def frame() -> Frame:
    rng = np.random.default_rng(0)
    return Frame(np.kron(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8), np.ones((12, 12, 1), dtype=np.uint8)))


def direct(folder: Path, frame: Frame, phrase: str) -> tuple[np.ndarray, np.ndarray]:
    """Scores and masks of all queries, by transformers and the steps of its processor."""
    model = transformers.Sam3Model.from_pretrained(folder).eval()
    tokens = transformers.AutoTokenizer.from_pretrained(folder)
    text = tokens([phrase], return_tensors="pt", padding="max_length", max_length=32)
    pixels = torch.from_numpy(frame.rgb.copy()).permute(2, 0, 1)[None]
    square = torch.nn.functional.interpolate(pixels, size=(SIDE, SIDE), mode="bilinear", antialias=True)
    with torch.no_grad():
        out = model(pixel_values=(square / 255.0 - 0.5) / 0.5, **text)
        scores = out.pred_logits[0].sigmoid() * out.presence_logits[0].sigmoid()
        shares = torch.nn.functional.interpolate(out.pred_masks.sigmoid(), frame.size, mode="bilinear")
    return scores.numpy(), (shares[0] > 0.5).numpy()


def test_the_instances_of_a_phrase_are_those_of_a_direct_call(folder: Path, perceiver: Sam3Perceiver, frame: Frame):
    twin = perceiver.detect(frame, Twin(size=frame.size), "red car")
    scores, masks = direct(folder, frame, "red car")
    order = [place for place in np.argsort(-scores) if masks[place].any()]
    assert len(twin.instances) == len(order) >= 5
    for row, place in zip(twin.instances, order, strict=True):
        assert row.score == pytest.approx(scores[place], abs=1e-3)
        assert iou(twin.mask(row.id), masks[place]) > 0.99
        assert row.box == box_of(twin.mask(row.id))
        assert (row.label, row.mask_source) == ("red car", "segmenter")


def test_every_phrase_of_the_vocabulary_is_asked_and_the_best_stay(options: VisionOptions, frame: Frame):
    twin = Sam3Perceiver(options)(frame, Twin(size=frame.size))
    assert set(twin.labels) == set(WORDS)
    scores = [row.score for row in twin.instances]
    assert scores == sorted(scores, reverse=True)
    few = Sam3Perceiver(options.model_copy(update={"top_k": 2}))(frame, Twin(size=frame.size))
    assert [row.label for row in few.instances] == [row.label for row in twin.instances[:2]]


def test_of_hits_that_show_one_thing_the_best_stays(options: VisionOptions, frame: Frame):
    every = Sam3Perceiver(options)(frame, Twin(size=frame.size))
    once = Sam3Perceiver(options.model_copy(update={"nms": 0.3}))(frame, Twin(size=frame.size))
    assert 0 < len(once.instances) < len(every.instances)
    assert once.instances[0].label == every.instances[0].label


def test_a_threshold_leaves_out_what_scores_less(options: VisionOptions, frame: Frame):
    every = Sam3Perceiver(options)(frame, Twin(size=frame.size))
    middle = float(np.median([row.score for row in every.instances]))
    some = Sam3Perceiver(options.model_copy(update={"threshold": middle}))(frame, Twin(size=frame.size))
    assert 0 < len(some.instances) < len(every.instances)


def test_a_query_brings_its_nouns_as_phrases(options: VisionOptions, perceiver: Sam3Perceiver):
    assert perceiver.for_query("the spoon behind the bowl").phrases == (*WORDS, "spoon", "bowl")
    free = Sam3Perceiver(options.model_copy(update={"vocabulary": None}))
    assert free.for_query("the spoon behind the bowl").phrases == ("spoon", "bowl")
    assert free.for_query("that one").phrases == free.phrases
    assert perceiver.phrases == WORDS


def test_what_is_known_stays_and_new_ids_follow(perceiver: Sam3Perceiver, frame: Frame):
    known = Instance(id=5, label="cup", box=(1, 2, 3, 4))
    twin = perceiver.detect(frame, Twin(size=frame.size, instances=(known,)), "mug")
    assert twin.instances[0] == known
    assert twin.ids == (5, *range(6, 5 + len(twin.ids)))
    with pytest.raises(PerceptionError, match="one size"):
        perceiver(Frame(frame.rgb[:50].copy()), twin)


def test_the_encoder_runs_once_for_all_phrases_of_a_frame(perceiver: Sam3Perceiver, frame: Frame):
    runs: list[int] = []
    handle = perceiver._image.loaded.model.vision_encoder.register_forward_hook(lambda *_: runs.append(1))
    try:
        perceiver(Frame(255 - frame.rgb), Twin(size=frame.size))
    finally:
        handle.remove()
    assert len(runs) == 1


def test_another_input_side_uses_the_same_weights(options: VisionOptions, frame: Frame):
    small = Sam3Perceiver(options.model_copy(update={"sizes": VisionSizes(sam3=84)}))
    assert small._image.side == 84
    assert small(frame, Twin(size=frame.size)).masks


def test_a_checkpoint_of_the_video_model_is_read_too(
    folder: Path, options: VisionOptions, frame: Frame, tmp_path: Path
):
    from safetensors.torch import load_file, save_file

    detector = json.loads((folder / "config.json").read_text())
    config = {"model_type": "sam3_video", "architectures": ["Sam3VideoModel"], "detector_config": detector}
    (tmp_path / "config.json").write_text(json.dumps(config))
    weights = {f"detector_model.{name}": value for name, value in load_file(folder / "model.safetensors").items()}
    save_file({**weights, "tracker_model.x": torch.zeros(1)}, tmp_path / "model.safetensors", metadata={"format": "pt"})
    save_clip_tokenizer(tmp_path)
    video = Sam3Perceiver(options.model_copy(update={"weights": VisionWeights(sam3=str(tmp_path))}))
    empty = Twin(size=frame.size)
    assert video.detect(frame, empty, "mug") == Sam3Perceiver(options).detect(frame, empty, "mug")


def test_weights_that_are_not_there_are_named(options: VisionOptions, tmp_path: Path):
    lost = options.model_copy(update={"weights": VisionWeights(sam3=str(tmp_path / "nothing"))})
    with pytest.raises(ConfigError, match="SAM 3"):
        Sam3Perceiver(lost)
