"""Average precision of boxes: by hand, and against pycocotools."""

import contextlib
import io

import numpy as np
import pytest

from agentseg.evaluation import metrics
from agentseg.masks import Box

SIZE = (100, 100)
A, B, FAR = (0.0, 0.0, 10.0, 10.0), (20.0, 20.0, 40.0, 40.0), (70.0, 70.0, 90.0, 90.0)


def test_both_boxes_found_is_one() -> None:
    assert metrics.detection_score([metrics.Detection((B, A), (A, B), SIZE)]).ap == 1.0


def test_half_of_the_boxes_is_the_recalls_up_to_a_half() -> None:
    # 51 of the 101 recalls 0, .01, ... are at most .5.
    assert metrics.detection_score([metrics.Detection((A,), (A, B), SIZE)]).ap == pytest.approx(51 / 101)


def test_a_surer_false_box_halves_the_precision() -> None:
    row = metrics.Detection((FAR, A), (A,), SIZE, scores=(0.9, 0.5))
    assert metrics.detection_score([row]).ap == pytest.approx(0.5)
    other = metrics.Detection((FAR, A), (A,), SIZE, scores=(0.5, 0.9))
    assert metrics.detection_score([other]).ap == 1.0


def test_without_scores_greater_boxes_come_first() -> None:
    assert metrics.detection_score([metrics.Detection((A, FAR), (A,), SIZE)]).ap == pytest.approx(0.5)
    assert metrics.detection_score([metrics.Detection((A, FAR), (FAR,), SIZE)]).ap == 1.0


def test_a_true_box_is_found_once() -> None:
    twice = metrics.Detection((A, A), (A, B), SIZE, scores=(0.9, 0.8))
    assert metrics.detection_score([twice]).ap == pytest.approx(51 / 101)


def test_of_equal_overlaps_the_later_true_box_is_taken() -> None:
    # The first answer overlaps both by 0.8; the second one reaches the threshold with the first of them only.
    row = metrics.Detection(
        (A, (0.0, 0.0, 10.0, 4.5)), ((0.0, 0.0, 10.0, 8.0), (0.0, 2.0, 10.0, 10.0)), SIZE, scores=(0.9, 0.8)
    )
    assert metrics.detection_score([row]).ap == 1.0 == by_coco([row])


def test_an_overlap_of_exactly_the_threshold_matches() -> None:
    half = (0.0, 0.0, 10.0, 5.0)
    assert metrics.detection_score([metrics.Detection((half,), (A,), SIZE)]).ap == 1.0
    assert metrics.detection_score([metrics.Detection((half,), (A,), SIZE)], threshold=0.51).ap == 0.0


def test_the_mean_is_over_labels_that_have_true_boxes() -> None:
    rows = [
        metrics.Detection((A,), (A,), SIZE, "mug"),
        metrics.Detection((), (A,), SIZE, "bowl"),
        metrics.Detection((A,), (), SIZE, "kettle"),
    ]
    found = metrics.detection_score(rows)
    assert found.by_label == {"bowl": 0.0, "mug": 1.0}
    assert (found.ap, found.count, found.failures) == (0.5, 3, 0)


def test_a_failure_keeps_its_true_boxes_in_the_recall() -> None:
    found = metrics.detection_score([metrics.Detection((A,), (A,), SIZE), metrics.Detection(None, (A,), SIZE)])
    assert found.ap == pytest.approx(51 / 101)
    assert found.failures == 1


def test_nothing_to_find_has_no_precision() -> None:
    assert metrics.detection_score([]).ap is None
    assert metrics.detection_score([metrics.Detection((A,), (), SIZE)]).ap is None


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="2 scores and 1 boxes"):
        metrics.Detection((A,), (A,), SIZE, scores=(1.0, 0.5))
    with pytest.raises(ValueError, match="threshold lies in"):
        metrics.detection_score([], threshold=0.0)


def boxes(random: np.random.Generator, near: tuple[Box, ...] = ()) -> tuple[Box, ...]:
    """Random boxes, about half of them close to given ones; whole pixels, so that equal IoUs occur."""
    found: list[Box] = []
    for box in near:
        if random.random() < 0.7:
            found.append(tuple(float(side) for side in np.array(box) + random.integers(-3, 4, 4)))  # type: ignore[arg-type]
    for _ in range(random.integers(0, 4)):
        x, y, w, h = random.integers(5, 40, 4).astype(float)
        found.append((x, y, x + w, y + h))
    return tuple(found)


def by_coco(rows: list[metrics.Detection]) -> float:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    labels = sorted({row.label for row in rows})
    truth: list[dict[str, object]] = []
    predicted: list[dict[str, object]] = []
    for image, row in enumerate(rows, start=1):
        shared = {"image_id": image, "category_id": labels.index(row.label) + 1}
        for x1, y1, x2, y2 in row.truth:
            area = (x2 - x1) * (y2 - y1)
            box = [x1, y1, x2 - x1, y2 - y1]
            truth.append(shared | {"id": len(truth) + 1, "bbox": box, "area": area, "iscrowd": 0})
        for place, (x1, y1, x2, y2) in enumerate(row.predicted or ()):
            score = (x2 - x1) * (y2 - y1) / 1e4 if row.scores is None else row.scores[place]
            predicted.append(shared | {"bbox": [x1, y1, x2 - x1, y2 - y1], "score": score})
    coco = COCO()
    coco.dataset = {
        "info": {},
        "images": [{"id": image} for image in range(1, len(rows) + 1)],
        "annotations": truth,
        "categories": [{"id": key, "name": name} for key, name in enumerate(labels, start=1)],
    }
    with contextlib.redirect_stdout(io.StringIO()):
        coco.createIndex()
        run = COCOeval(coco, coco.loadRes(predicted), "bbox")
        run.params.iouThrs = np.array([0.5])
        run.evaluate()
        run.accumulate()
    table = run.eval["precision"][0, :, :, 0, -1]
    return float(table[table > -1].mean())


@pytest.mark.parametrize("scored", [True, False])
def test_average_precision_is_that_of_coco(scored: bool) -> None:
    pytest.importorskip("pycocotools", exc_type=ImportError)
    random = np.random.default_rng(8)
    for _ in range(15):
        rows = []
        for _ in range(12):
            truth = boxes(random)
            predicted = boxes(random, truth)
            scores = tuple(random.integers(0, 5, len(predicted)) / 5) if scored else None
            label = ("mug", "bowl", "pan")[random.integers(3)]
            rows.append(metrics.Detection(predicted, truth, SIZE, label, scores))
        found = metrics.detection_score(rows)
        assert found.ap == pytest.approx(by_coco(rows), abs=1e-9)
