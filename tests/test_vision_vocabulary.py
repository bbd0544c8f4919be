"""What a detector looks for, and how its boxes become detections; no torch is needed for either."""

from pathlib import Path

import numpy as np
import pytest

from agentseg.errors import ConfigError
from agentseg.perception.boxes import Detection
from agentseg.perception.vision.choosing import label_scores, named, overlaps, unnamed, unseen
from agentseg.perception.vision.vocabulary import MOST, nouns_of, singular, vocabulary
from agentseg.twin import Instance, clean_label

SIZE = (100, 200)


def test_our_list_has_about_a_thousand_labels_that_models_can_write() -> None:
    everyday = vocabulary("everyday")
    assert 900 <= len(everyday) <= 1100
    assert len(set(everyday)) == len(everyday)
    assert all(word == clean_label(word) and len(word) <= 24 for word in everyday)
    assert vocabulary("short") == everyday[:100]
    assert {"mug", "person", "truck", "apple", "screwdriver"} <= set(everyday)
    assert vocabulary(None) == everyday
    assert vocabulary(None, "short") == vocabulary("short")


def test_own_vocabulary_comes_from_a_list_or_a_file(tmp_path: Path) -> None:
    assert vocabulary(["Mug ", "tea-pot", "mug", ""]) == ("mug", "tea pot")
    path = tmp_path / "nouns.txt"
    path.write_text("# mine\nmug\n\nspoon  # for soup\n")
    assert vocabulary(str(path)) == ("mug", "spoon")


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ("nouns.txt", "no vocabulary 'nouns.txt': give everyday, short, a text file, or a list of nouns"),
        ((), f"a vocabulary has 1 to {MOST} nouns; found 0"),
        (tuple(f"w{n}" for n in range(MOST + 1)), f"found {MOST + 1}"),
        ("x" * 5000, "cannot be read|no vocabulary"),
    ],
    ids=["missing", "empty", "too many", "long name"],
)
def test_vocabulary_that_cannot_be_used_is_told(choice: str | tuple[str, ...], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        vocabulary(choice)


def test_vocabulary_file_of_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "nouns.txt"
    path.write_bytes(b"caf\xe9\n")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        vocabulary(str(path))


@pytest.mark.parametrize(
    ("query", "nouns"),
    [
        ("the mug nearest to the kettle", ("mug", "kettle")),
        ("Which two red coffee cups are behind the toaster?", ("coffee cup", "coffee", "cup", "toaster")),
        ("the person's glasses, and the boxes", ("person", "glass", "glasses", "box")),
        ("show me what is on the left", ()),
        ("", ()),
    ],
)
def test_query_is_searched_for_things(query: str, nouns: tuple[str, ...]) -> None:
    assert nouns_of(query) == nouns


def test_plurals_are_made_singular() -> None:
    words = "cups cherries dishes boxes tomatoes glass bus scissors glasses tennis mugs bus"
    assert [singular(word) for word in words.split()] == [
        "cup", "cherry", "dish", "box", "tomato", "glass", "bus", "scissors", "glass", "tennis", "mug", "bus",
    ]  # fmt: skip


def test_doubles_of_a_label_go_and_other_labels_stay_unless_the_box_is_the_same() -> None:
    boxes = np.array([[0, 0, 50, 50], [2, 0, 52, 50], [10, 0, 60, 50], [0, 0, 50, 49], [100, 0, 150, 50]], float)
    scores = np.array([[0.9, 0], [0.8, 0], [0, 0.7], [0, 0.6], [0.2, 0.1]])
    found = named(boxes, scores, ["mug", "cup"], SIZE, least=0.15, nms=0.5, most=9)
    assert [(one.label, one.score) for one in found] == [("mug", 0.9), ("cup", 0.7), ("mug", 0.2)]


def test_boxes_are_cut_to_the_frame_and_broken_ones_dropped() -> None:
    inside = [[-9, -9, 30, 30], [190, 90, 500, 500]]
    broken = [[300, 0, 350, 50], [5, 5, 5.4, 50], [np.nan, 0, 9, 9], [50, 50, 40, 60]]
    boxes = np.array([*inside, *broken])
    found = named(boxes, np.full((6, 1), 0.5), ["mug"], SIZE, least=0.1, nms=0.5, most=9)
    assert {one.box for one in found} == {(0, 0, 30, 30), (190, 90, 200, 100)}
    scores = np.array([[np.nan], [0.5], [0.5], [0.5], [0.5], [0.5]])
    assert [one.box for one in named(boxes, scores, ["mug"], SIZE, 0.1, 0.5, 9)] == [(190, 90, 200, 100)]


def test_no_candidates_are_no_detections() -> None:
    assert named(np.zeros((0, 4)), np.zeros((0, 3)), ["a", "b", "c"], SIZE, 0.1, 0.5, 9) == []
    assert unnamed(np.zeros((0, 4)), np.zeros(0), [], SIZE, 0.1, 0.5, 9) == []


def test_200_detections_of_thousands_are_chosen_quickly_and_in_order() -> None:
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 80, (3600, 2))
    boxes = np.concatenate([corners, corners + rng.uniform(2, 20, (3600, 2))], axis=1)
    found = named(boxes, rng.uniform(0, 1, (3600, 50)), [f"w{n}" for n in range(50)], SIZE, 0.1, 0.5, 200)
    assert len(found) == 200
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_unknown_things_are_where_no_named_one_is() -> None:
    boxes = np.array([[0, 0, 50, 50], [1, 0, 51, 50], [60, 0, 90, 40], [61, 0, 91, 40]], float)
    objectness = np.array([0.9, 0.8, 0.7, 0.6])
    found = unnamed(boxes, objectness, [(0.0, 0.0, 50.0, 50.0)], SIZE, least=0.2, nms=0.5, most=5)
    assert found == [Detection("unknown", 0.7, (60, 0, 90, 40))]
    assert unnamed(boxes, objectness, [], SIZE, 0.2, 0.5, 0) == []


def test_only_rows_of_the_same_name_stand_in_the_way() -> None:
    rows = [Instance(id=1, label="Mug", box=(0, 0, 50, 50)), Instance(id=2, label="unknown", box=(60, 0, 90, 40))]
    seen = [Detection("mug", 0.9, (1, 0, 50, 50)), Detection("plate", 0.8, (60, 0, 90, 40))]
    assert unseen(seen, rows, 0.5) == [seen[1]]


def test_label_scores_come_from_boxes_that_overlap_or_the_nearest_one() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 9], [50, 50, 60, 60]], float)
    scores = np.array([[0.1, 0.2], [0.6, 0.1], [0.9, 0.9]])
    assert label_scores(boxes, scores, (0, 0, 10, 10), ["mug", "cup"]) == {"mug": 0.6, "cup": 0.2}
    assert label_scores(boxes, scores, (0, 0, 2, 10), ["mug", "cup"]) == {"mug": 0.1, "cup": 0.2}


def test_overlaps_are_zero_for_boxes_without_area() -> None:
    boxes = np.array([[0, 0, 0, 0], [0, 0, 10, 10]], float)
    np.testing.assert_allclose(overlaps(boxes, boxes), [[0, 0], [0, 1]])
