"""Grounding DINO against transformers' own model and processor."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

import tiny_vision as tiny  # noqa: E402

from agentseg.frames import Frame  # noqa: E402
from agentseg.perception.capabilities import Detects, ScoresLabels, provides  # noqa: E402
from agentseg.perception.vision.groundingdino import GroundingDinoPerceiver, fitted  # noqa: E402
from agentseg.testing import check_perceiver  # noqa: E402
from agentseg.twin import Twin  # noqa: E402

WORDS = ("cat", "red mug", "dog")
SIDE, LONGEST = 256, 426


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.groundingdino(tmp_path_factory.mktemp("dino"))


def make(folder: Path, **fields: object) -> GroundingDinoPerceiver:
    return GroundingDinoPerceiver(tiny.options(groundingdino=folder, **{"vocabulary": WORDS, **fields}))


def processor(folder: Path) -> object:
    from transformers import AutoTokenizer, GroundingDinoProcessor
    from transformers.models.grounding_dino.image_processing_pil_grounding_dino import GroundingDinoImageProcessorPil

    pictures = GroundingDinoImageProcessorPil(size={"shortest_edge": SIDE, "longest_edge": LONGEST})
    return GroundingDinoProcessor(pictures, AutoTokenizer.from_pretrained(folder))


def test_boxes_and_scores_are_those_of_transformers(folder: Path) -> None:
    from PIL import Image
    from transformers import GroundingDinoForObjectDetection

    frame, perceiver = tiny.photo(120, 200), make(folder)
    both = processor(folder)
    inputs = both(images=Image.fromarray(frame.rgb), text=[list(WORDS)], return_tensors="pt")  # type: ignore[operator]
    model = GroundingDinoForObjectDetection.from_pretrained(folder).eval()
    with torch.inference_mode():
        out = model(**inputs)
    wanted = both.post_process_grounded_object_detection(  # type: ignore[attr-defined]
        out, threshold=-1.0, text_threshold=0.0, target_sizes=[frame.size]
    )[0]
    (prompt,) = perceiver.prompts(WORDS)
    assert list(prompt.ids) == inputs["input_ids"][0].tolist()
    boxes, scores = perceiver._scores(frame, WORDS)
    np.testing.assert_allclose(boxes, wanted["boxes"].numpy(), atol=1e-2)
    tokens = out.logits[0].sigmoid().numpy()
    spans = np.stack([tokens[:, begin:end].max(axis=1) for begin, end in prompt.spans], axis=1)
    np.testing.assert_allclose(scores, spans, atol=1e-4)
    assert (scores.max(axis=1) <= wanted["scores"].numpy() + 1e-4).all()


@pytest.mark.parametrize("size", [(480, 640), (640, 480), (1200, 1800), (256, 300), (200, 340), (33, 33)])
def test_pictures_get_the_size_that_the_processor_gives(folder: Path, size: tuple[int, int]) -> None:
    from PIL import Image

    pictures = processor(folder).image_processor  # type: ignore[attr-defined]
    given = pictures(Image.new("RGB", size[::-1]), return_tensors="np")["pixel_values"]
    assert fitted(size, SIDE) == given.shape[-2:]


def test_strip_is_widened_so_that_the_model_can_read_it(folder: Path) -> None:
    assert fitted((20, 2000), SIDE) == (round(0.4 * SIDE), LONGEST)
    frame = Frame(np.zeros((4, 400, 3), np.uint8))
    assert make(folder, threshold=0.0)(frame, Twin(size=frame.size)).size == (4, 400)


def test_long_vocabulary_is_asked_in_passes_of_256_tokens(folder: Path) -> None:
    words = [f"thing {first}{second}" for first in "abcdefgh" for second in "abcdefgh"]
    perceiver = make(folder, vocabulary=tuple(words))
    prompts = perceiver.prompts(words)
    assert len(prompts) > 1
    assert all(len(prompt.ids) <= 256 for prompt in prompts)
    assert sum(len(prompt.spans) for prompt in prompts) == len(words)
    for prompt in prompts:
        assert all(prompt.ids[end] == 1012 for _, end in prompt.spans)  # a full stop behind each phrase
    frame = tiny.photo()
    boxes, scores = perceiver._scores(frame, words)
    assert scores.shape == (40 * len(prompts), len(words))
    assert (scores > 0).sum(axis=1).max() <= max(len(prompt.spans) for prompt in prompts)


def test_phrase_of_any_length_is_cut_to_the_model(folder: Path) -> None:
    (prompt,) = make(folder).prompts(["mug " * 300])
    assert len(prompt.ids) == 256
    assert make(folder).prompts(["???!"])[0].spans


def test_detections_are_boxes_of_the_words_asked_for(folder: Path) -> None:
    frame, perceiver = tiny.photo(), make(folder, threshold=0.1, top_k=7)
    check_perceiver(perceiver, frame)
    twin = perceiver(frame, Twin(size=frame.size))
    assert 5 <= len(twin.instances) <= 7
    assert set(twin.labels) <= set(WORDS)
    assert {row.mask_source for row in twin.instances} == {"box"}
    assert isinstance(perceiver, Detects)
    assert perceiver.detect(frame, Twin(size=frame.size), "blue plate").labels == ("blue plate",)


def test_labels_are_scored_for_a_box(folder: Path) -> None:
    frame, perceiver = tiny.photo(), make(folder, threshold=0.0)
    assert isinstance(perceiver, ScoresLabels)
    first = perceiver.detections(frame)[0]
    scores = perceiver.score_labels(frame, first.box, WORDS)
    assert scores[first.label] == pytest.approx(max(scores.values()), abs=1e-3)
    assert perceiver.score_labels(frame, first.box, []) == {}


def test_default_vocabulary_is_the_short_one_and_it_provides_instances(folder: Path) -> None:
    perceiver = make(folder, vocabulary=None)
    assert len(perceiver.words) == 100
    assert provides(perceiver) == {"instances"}
