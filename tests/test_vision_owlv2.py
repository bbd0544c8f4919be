"""OWLv2 against transformers' own model and processor, and what the perceiver makes of it."""

import os
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("scipy")

import tiny_vision as tiny  # noqa: E402

from agentseg.errors import PerceptionError  # noqa: E402
from agentseg.frames import Frame  # noqa: E402
from agentseg.masks import area, iou  # noqa: E402
from agentseg.perception.capabilities import Detects, ScoresLabels, provides  # noqa: E402
from agentseg.perception.vision.owlv2 import Owlv2Perceiver  # noqa: E402
from agentseg.perception.vision.owlv2_model import PROMPT  # noqa: E402
from agentseg.perception.vision.pixels import CLIP, normalised, padded_square  # noqa: E402
from agentseg.testing import check_perceiver  # noqa: E402
from agentseg.twin import Twin  # noqa: E402

WORDS = ("mug", "cat", "dog", "plate", "box")
PIXEL = 1e-2
"""Tolerance of boxes, px; of scores: 1e-4. Both are float32 sums in another order."""


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.owlv2(tmp_path_factory.mktemp("owlv2"))


def make(folder: Path, **fields: object) -> Owlv2Perceiver:
    base = {"vocabulary": WORDS, "threshold": 0.3, "cache": str(folder / "cache"), "objectness": 0.3}
    return Owlv2Perceiver(tiny.options(owlv2=folder, **{**base, **fields}))


def reference(folder: Path, frame: Frame, words: tuple[str, ...], side: int) -> tuple[np.ndarray, ...]:
    """Boxes in pixels, scores and objectness as transformers' processor and model give them."""
    from transformers import AutoTokenizer, Owlv2ForObjectDetection
    from transformers.models.owlv2.image_processing_pil_owlv2 import Owlv2ImageProcessorPil, center_to_corners_format

    processor = Owlv2ImageProcessorPil(size={"height": side, "width": side})
    pixels = processor(frame.rgb, return_tensors="pt", input_data_format="channels_last")["pixel_values"]
    prompts = [PROMPT.format(word) for word in words]
    texts = AutoTokenizer.from_pretrained(folder)(
        prompts, padding="max_length", max_length=16, truncation=True, return_tensors="pt"
    )
    model = Owlv2ForObjectDetection.from_pretrained(folder).eval()
    with torch.inference_mode():
        out = model(
            input_ids=texts["input_ids"],
            attention_mask=texts["attention_mask"],
            pixel_values=pixels,
            interpolate_pos_encoding=side != 96,
        )
    boxes = center_to_corners_format(out.pred_boxes)[0].numpy() * max(frame.size)
    return boxes, out.logits[0].sigmoid().numpy(), out.objectness_logits[0].sigmoid().numpy()


@pytest.mark.parametrize(("size", "whole"), [((90, 120), "full"), ((131, 77), "full"), ((200, 300), "reduced")])
def test_boxes_scores_and_objectness_are_those_of_transformers(folder: Path, size: tuple[int, int], whole: str) -> None:
    perceiver, frame = make(folder, size=whole), tiny.photo(*size)
    side = 96 if whole == "full" else 48
    assert perceiver._model.side == side
    boxes, scores, objectness = reference(folder, frame, WORDS, side)
    (patches,) = perceiver._model.patches([frame])
    np.testing.assert_allclose(patches.boxes, boxes, atol=PIXEL)
    np.testing.assert_allclose(perceiver._model.scores(patches, WORDS), scores, atol=1e-4)
    np.testing.assert_allclose(patches.objectness, objectness, atol=1e-4)


def test_pixels_are_those_of_the_processor() -> None:
    from transformers.models.owlv2.image_processing_pil_owlv2 import Owlv2ImageProcessorPil

    for height, width, side in ((90, 120, 96), (300, 200, 64), (20, 33, 96), (1, 9, 48), (64, 64, 64)):
        frame = tiny.photo(max(height, 21), max(width, 21)).rgb[:height, :width]
        processor = Owlv2ImageProcessorPil(size={"height": side, "width": side})
        wanted = processor(frame, return_tensors="np", input_data_format="channels_last")["pixel_values"][0]
        np.testing.assert_allclose(normalised(padded_square(frame, side), CLIP), wanted, atol=1e-5)


def test_best_detection_is_the_processors(folder: Path) -> None:
    frame = tiny.photo()
    boxes, scores, _ = reference(folder, frame, WORDS, 96)
    found = make(folder).detections([frame])[0]
    inside = np.clip(boxes, 0, [120, 90, 120, 90])
    seen = np.minimum(inside[:, 2:] - inside[:, :2], np.round(inside[:, 2:]) - np.round(inside[:, :2])).min(axis=1) >= 1
    best = int(np.argmax(scores.max(axis=1) * seen))
    assert found[0].label == WORDS[int(scores[best].argmax())]
    assert found[0].box == pytest.approx(tuple(inside[best]), abs=PIXEL)
    assert found[0].score == pytest.approx(float(scores[best].max()), abs=1e-4)


def test_instances_are_filled_boxes_in_the_frame_and_say_so(folder: Path) -> None:
    frame = tiny.photo()
    perceiver = make(folder, threshold=0.5)
    check_perceiver(perceiver, frame)
    twin = perceiver(frame, Twin(size=frame.size))
    assert len(twin.instances) >= 5
    assert {row.mask_source for row in twin.instances} == {"box"}
    assert all(area(twin.masks[row.id]) > 0 for row in twin.instances)
    named = [row for row in twin.instances if row.name != "unknown"]
    assert {row.name for row in named} <= set(WORDS)
    assert all(row.score >= 0.5 for row in named)


def test_unknown_things_overlap_no_named_one(folder: Path) -> None:
    frame = tiny.photo()
    twin = make(folder, threshold=0.5, unknown=4)(frame, Twin(size=frame.size))
    strange = [row for row in twin.instances if row.name == "unknown"]
    named = [row for row in twin.instances if row.name != "unknown"]
    assert 1 <= len(strange) <= 4
    assert named
    for row in strange:
        assert all(iou(twin.mask(row.id), twin.mask(other.id)) <= 0.55 for other in named)  # 0.5 before rounding
    none = make(folder, threshold=0.5, unknown=0)(frame, Twin(size=frame.size))
    assert "unknown" not in none.labels


def test_top_k_keeps_the_best(folder: Path) -> None:
    frame = tiny.photo()
    every = make(folder, unknown=0).detections([frame])[0]
    few = make(folder, unknown=0, top_k=3).detections([frame])[0]
    assert few == every[:3]
    assert [one.score for one in every] == sorted((one.score for one in every), reverse=True)


def test_what_the_twin_shows_already_is_not_added_again(folder: Path) -> None:
    frame, perceiver = tiny.photo(), make(folder, unknown=0)
    once = perceiver(frame, Twin(size=frame.size))
    assert perceiver(frame, once) == once


def test_phrase_is_detected_under_its_own_name(folder: Path) -> None:
    frame, perceiver = tiny.photo(), make(folder, threshold=0.0)
    assert isinstance(perceiver, Detects)
    twin = perceiver.detect(frame, Twin(size=frame.size), "red mug")
    assert set(twin.labels) == {"red mug"}


def test_labels_are_scored_for_a_box(folder: Path) -> None:
    frame, perceiver = tiny.photo(), make(folder, threshold=0.0)
    assert isinstance(perceiver, ScoresLabels)
    first = perceiver.detections([frame])[0][0]
    scores = perceiver.score_labels(frame, first.box, WORDS)
    assert max(scores, key=lambda word: scores[word]) == first.label
    assert scores[first.label] >= first.score - 1e-6
    assert set(perceiver.score_labels(frame, (0.0, 0.0, 1.0, 1.0), ["cat"])) == {"cat"}
    assert perceiver.score_labels(frame, first.box, []) == {}


def test_batch_of_frames_gives_what_each_gives_alone(folder: Path) -> None:
    frames = [tiny.photo(seed=seed, height=60 + 20 * seed) for seed in range(3)]
    together = make(folder, batch=2).detections(frames)
    for frame, found in zip(frames, together, strict=True):
        alone = make(folder).detections([frame])[0]
        assert [one.label for one in found] == [one.label for one in alone]
        np.testing.assert_allclose([one.box for one in found], [one.box for one in alone], atol=PIXEL)


def test_frame_is_looked_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame, perceiver = tiny.photo(), make(folder)
    looks: list[int] = []
    look = perceiver._model._look
    monkeypatch.setattr(perceiver._model, "_look", lambda frames: looks.append(len(frames)) or look(frames))
    perceiver(frame, Twin(size=frame.size))
    perceiver.detect(frame, Twin(size=frame.size), "red mug")
    perceiver.score_labels(frame, (0.0, 0.0, 9.0, 9.0), ["mug"])
    assert looks == [1]
    perceiver(Frame(frame.rgb.copy()), Twin(size=frame.size))
    assert looks == [1, 1]


def test_vocabulary_is_embedded_once_and_kept_on_disk(folder: Path, tmp_path: Path) -> None:
    words = tuple(f"thing {letter}{other}" for letter in "abcdef" for other in "abcdef")
    frame = tiny.photo()
    fields = {"vocabulary": words, "cache": str(tmp_path / "kept")}
    first = make(folder, **fields)
    wanted = first.detections([frame])
    (file,) = (tmp_path / "kept").iterdir()
    assert file.suffix == ".safetensors"
    written = file.stat().st_mtime_ns

    second = make(folder, **fields)
    compute = second._model._texts._compute
    computed: list[str] = []
    second._model._texts._compute = lambda words: computed.extend(words) or compute(words)
    second.detect(frame, Twin(size=frame.size), words[3])
    second.for_query("the samovar").detections([frame])
    assert second.detections([frame]) == wanted
    assert computed == [words[3], "samovar"]
    assert file.stat().st_mtime_ns == written

    file.write_bytes(b"broken")
    assert make(folder, **fields).detections([frame]) == wanted
    assert file.stat().st_size > 1000
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [file.name]


def test_other_weights_have_other_embeddings(folder: Path, tmp_path: Path) -> None:
    other = make(tiny.owlv2(tmp_path / "other", seed=1))
    mine = make(folder)
    assert mine._model._texts.path(WORDS).name != other._model._texts.path(WORDS).name


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root writes everywhere")
def test_cache_folder_that_cannot_be_written_is_no_error(folder: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    make(folder, vocabulary="short", cache=str(tmp_path / "kept")).detections([tiny.photo()])


def test_cache_that_is_a_file_is_no_error(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert make(folder, vocabulary="short", cache=str(tmp_path / "file")).detections([tiny.photo()])


def test_query_extends_the_vocabulary_and_shares_the_model(folder: Path) -> None:
    perceiver = make(folder)
    asked = perceiver.for_query("the samovar behind the two red mugs")
    assert asked.words == (*WORDS, "samovar")
    assert perceiver.words == WORDS
    assert asked._model is perceiver._model


def test_frame_and_twin_of_two_sizes_are_refused(folder: Path) -> None:
    with pytest.raises(PerceptionError, match="one size"):
        make(folder)(tiny.photo(), Twin(size=(5, 5)))


def test_memory_that_runs_out_in_a_frame_is_told_and_the_next_frame_works(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame, perceiver = tiny.photo(), make(folder)
    model = perceiver._model._loaded.model

    def full(*given: object, **named: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB")

    with monkeypatch.context() as patched:
        patched.setattr(model, "image_embedder", full)
        with pytest.raises(PerceptionError, match="OWLv2 ran out of memory on cpu"):
            perceiver(frame, Twin(size=frame.size))
    assert perceiver(frame, Twin(size=frame.size)).instances


def test_bfloat16_keeps_boxes_to_a_pixel(folder: Path) -> None:
    frame = tiny.photo(480, 640)
    fine, coarse = (make(folder, dtype=dtype)._model.patches([frame])[0] for dtype in ("float32", "bfloat16"))
    assert coarse.features.dtype == torch.float32
    assert np.median(np.abs(fine.boxes - coarse.boxes)) < 2


def test_owlv2_provides_instances_only(folder: Path) -> None:
    assert provides(make(folder)) == {"instances"}
