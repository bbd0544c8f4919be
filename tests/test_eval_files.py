import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from dataset_folders import write_json
from evaluation_samples import SIZE, block, clip, near, random_mask, still
from PIL import Image

from agentseg.errors import InputError
from agentseg.evaluation.files import FilesSystem, frame_names
from agentseg.evaluation.prediction import Prediction
from agentseg.evaluation.protocols import PROTOCOLS
from agentseg.masks import Mask, decode, encode

THING = block(2, 2, 12, 12)
NOTHING = block(0, 0, 0, 0)


def png(path: Path, mask: Mask, mode: str = "L") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(mask.astype(np.uint8) * (255 if mode != "P" else 1))
    if mode == "P":
        image.putpalette([0, 0, 0, 200, 0, 0])
    elif mode == "RGBA":
        image = image.convert("RGB")
        image.putalpha(255)
    elif mode != "L":
        image = image.convert(mode)
    image.save(path)
    return path


def mask_of(prediction: Prediction, position: int = 0) -> Mask:
    assert not prediction.failed, prediction.error
    return decode(prediction.masks[position])


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGB", "RGBA", "LA", "I;16"])
def test_a_picture_of_any_mode_is_foreground_where_it_is_not_0(tmp_path, mode):
    if mode == "I;16":
        Image.fromarray(THING.astype(np.uint16) * 300).save(tmp_path / "a.png")
    elif mode == "LA":
        image = Image.fromarray(THING.astype(np.uint8) * 9)
        image.putalpha(255)
        image.save(tmp_path / "a.png")
    else:
        png(tmp_path / "a.png", THING, mode)
    assert (mask_of(FilesSystem(tmp_path)(still("a", THING))) == THING).all()


def test_revos_pictures_are_found_by_video_expression_and_frame(tmp_path):
    sample = clip("v/3", [THING, NOTHING], extra={"frames": ["00010", "00012"]})
    png(tmp_path / "v/3/00010.png", THING)
    png(tmp_path / "v/3/00012.png", NOTHING)
    found = FilesSystem(tmp_path)(sample)
    assert (mask_of(found, 0) == THING).all()
    assert not mask_of(found, 1).any()


def test_frames_without_a_picture_fail_and_are_named_unless_nothing_is_known_of_them(tmp_path):
    sample = clip("v/3", [THING, NOTHING, THING])
    png(tmp_path / "v/3/00000.png", THING)
    found = FilesSystem(tmp_path)(sample)
    assert found.status == "error"
    assert found.error == (
        "2 of 3 frames have no picture (an empty answer is an all-0 one): no 'v/3/00001.png', 'v/3/00002.png'"
    )
    annotated = sample.model_copy(update={"targets": {0: sample.targets[0]}})
    assert not FilesSystem(tmp_path)(annotated).failed


def test_a_missing_prediction_is_a_failure_that_says_what_was_looked_for(tmp_path):
    write_json(tmp_path / "predictions.json", {"other": encode(THING), "null": None})
    system = FilesSystem(tmp_path)
    found = system(still("a", THING))
    assert (found.failed, found.status) == (True, "error")
    assert found.error == "no prediction for sample 'a': looked for 'predictions.json', 'a.png', 'a/a.png'"
    assert system(still("null", THING)).failed
    assert PROTOCOLS["segzero"].score(still("a", THING), found)["union"] == 100


def test_json_holds_masks_masks_by_frame_and_whole_answers(tmp_path):
    runs = {"size": list(SIZE), "counts": [0, 20, 580]}  # COCO's uncompressed form: the first column
    answers = {
        "a": encode(THING),
        "b": runs,
        "v/1": {"00001": encode(THING), "00002": None},
        "v/2": {"masks": {"00000": encode(THING)}, "status": "ok", "output_tokens": 40},
        "v/3": {},
        "n": {"number": 3},
        "d": {"boxes": [[1, 2, 3, 4]], "scores": [0.5]},
        "none": {"status": "no_target"},
    }
    write_json(tmp_path / "predictions.json", answers)
    system = FilesSystem(tmp_path)
    assert (mask_of(system(still("a", THING))) == THING).all()
    assert (mask_of(system(still("b", THING))) == block(0, 0, 1, 20)).all()
    three = [THING] * 3
    assert list(system(clip("v/1", three)).masks) == [1]
    second = system(clip("v/2", three))
    assert (list(second.masks), second.output_tokens) == ([0], 40)
    assert system(clip("v/3", three)) == Prediction(status="ok")
    assert system(still("n", task="count", number=3)).number == 3
    boxed = system(still("d", task="detect"))
    assert (boxed.boxes, boxed.scores) == (((1, 2, 3, 4),), (0.5,))
    assert system(still("none", NOTHING)).status == "no_target"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (encode(block(0, 0, 2, 2, (5, 7))), r"field 'size' is \[20, 30\] as its frame; found \[5, 7\]"),
        ({"size": [20, 30], "counts": "zzz"}, "field 'counts': "),
        ([1, 2], "is an object; found list"),
        ({"masks": 3}, "field 'masks' is an object; found int 3"),
        ({"number": -1}, "field 'number' is a whole number from 0; found -1"),
        ({"number": True}, "field 'number' is a whole number; found bool True"),
        ({"status": "great"}, "field 'status' is one of ok, no_target, .*; found 'great'"),
        ({"number": 10**400}, "number: Input should be less than or equal to 1000000000"),
        ({"output_tokens": -1}, "output_tokens: Input should be greater than or equal to 0"),
        ({"boxes": [[0, 0, 1e300, 1]]}, "a box lies within 1000000000 px"),
        ({"boxes": [[1, 2, 3]]}, "boxes.0.3: Field required"),
        ({"boxes": [[1, 2, 3, 4]], "scores": [1, 2]}, "every box has one score; found 2 scores, 1 boxes"),
        ({"number": 7}, "no_answer: a segment sample is answered with masks or a status; found number"),
        ({"masks": None}, "no_answer: .*; found masks"),
        ({"status": "no_target", "masks": encode(THING)}, "'no_target' says .*; found masks beside it"),
        ({"status": "no_target", "boxes": [[1, 2, 3, 4]], "number": 2}, "found boxes, number beside it"),
        (3, "is an object; found int 3"),
        (None, "is an object; found NoneType"),
        ({"number": 1, "colour": 2}, "fields are masks, number, .*; found colour"),
        ({"00009": encode(THING)}, "no frame '00009'; the sample's frames are 'a'"),
    ],
)
def test_a_broken_answer_is_a_failure_that_names_file_and_field(tmp_path, answer, message):
    write_json(tmp_path / "predictions.json", {"a": answer, "b": encode(THING)})
    system = FilesSystem(tmp_path)
    with pytest.raises(AssertionError, match=rf"'predictions.json'\['a'\].*{message}"):
        mask_of(system(still("a", THING)))
    assert not system(still("b", THING)).failed


def test_an_empty_answer_may_say_that_there_is_no_such_thing(tmp_path):
    answers = {"a": {"status": "no_target", "masks": encode(NOTHING)}, "n": {"status": "no_target", "number": 0}}
    write_json(tmp_path / "predictions.json", answers)
    system = FilesSystem(tmp_path)
    assert system(still("a", NOTHING)).status == system(still("n", task="count", number=0)).status == "no_target"


def test_a_picture_is_read_and_measured_as_it_is_stored(tmp_path):
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.fromarray(THING.astype(np.uint8)).save(tmp_path / "a.png", exif=turned)
    Image.fromarray(THING.T.astype(np.uint8)).save(tmp_path / "b.png", exif=turned)
    system = FilesSystem(tmp_path)
    assert (mask_of(system(still("a", THING))) == THING).all()
    assert system(still("b", THING)).error == "'b.png' has the size (20, 30) of its frame; found (30, 20)"


def test_a_picture_of_another_size_or_no_picture_is_a_failure(tmp_path):
    png(tmp_path / "a.png", block(0, 0, 2, 2, (5, 7)))
    (tmp_path / "b.png").write_bytes(b"no picture")
    system = FilesSystem(tmp_path)
    assert system(still("a", THING)).error == "'a.png' has the size (20, 30) of its frame; found (5, 7)"
    assert "'b.png' is not a picture" in system(still("b", THING)).error


def test_numbers_are_not_read_from_pictures(tmp_path):
    png(tmp_path / "n.png", THING)
    found = FilesSystem(tmp_path)(still("n", task="count", number=1))
    assert found.error == "a count sample is answered in 'predictions.json'; found only pictures"


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    inside = tmp_path / "predictions"
    outside = png(tmp_path / "secret.png", THING)
    png(inside / "b.png", THING)
    (inside / "a.png").symlink_to(outside)
    found = FilesSystem(inside)(still("a", THING))
    assert found.failed
    assert "link out of the folder" in found.error


def test_a_folder_without_predictions_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no predictions: neither 'predictions.json' nor ID.png"):
        FilesSystem(tmp_path)
    with pytest.raises(InputError, match="no folder .*: name the folder that holds the predictions"):
        FilesSystem(tmp_path / "none")
    (tmp_path / "predictions.json").write_text("[]")
    with pytest.raises(InputError, match="'predictions.json': a JSON object is read"):
        FilesSystem(tmp_path)


def test_a_system_of_files_goes_to_another_process(tmp_path):
    write_json(tmp_path / "predictions.json", {"a": encode(THING)})
    system = pickle.loads(pickle.dumps(FilesSystem(tmp_path)))
    assert (mask_of(system(still("a", THING))) == THING).all()


def test_frames_are_named_as_the_dataset_does_else_counted():
    assert frame_names(still("a", THING)) == ("a",)
    assert frame_names(clip("v", [THING] * 2)) == ("00000", "00001")
    handle = clip("v", [THING] * 2).model_copy(update={"media": ("video:v.mp4",), "indices": (0, 4)})
    assert frame_names(handle) == ("0", "1")
    assert frame_names(handle.model_copy(update={"extra": {"frames": ["x", "y"]}})) == ("x", "y")


def test_pictures_and_json_of_the_same_answers_give_the_same_scores(tmp_path):
    random = np.random.default_rng(2)
    samples = [clip(f"v/{i}", [random_mask(random) for _ in range(3)]) for i in range(8)]
    answers: dict = {}
    for sample in samples:
        for position, name in enumerate(frame_names(sample)):
            mask = near(decode(sample.targets[position]), random)
            png(tmp_path / f"pictures/{sample.id}/{name}.png", mask)
            answers.setdefault(sample.id, {})[name] = encode(mask)
    write_json(tmp_path / "json/predictions.json", answers)
    first, second = FilesSystem(tmp_path / "pictures"), FilesSystem(tmp_path / "json")
    for sample in samples:
        scores = PROTOCOLS["mevis"].score(sample, first(sample))
        assert scores == PROTOCOLS["mevis"].score(sample, second(sample))
        json.dumps(scores)
