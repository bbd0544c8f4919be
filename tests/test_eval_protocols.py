import numpy as np
import pytest
from evaluation_samples import FAILED, SIZE, block, clip, near, random_box, random_mask, rows_of, says, still, values

from agentseg.errors import InputError
from agentseg.evaluation import metrics
from agentseg.evaluation.datasets import DATASETS
from agentseg.evaluation.prediction import Prediction
from agentseg.evaluation.protocols import DEFAULTS, PROTOCOLS, default_protocol, protocol
from agentseg.masks import Mask, encode

NOTHING = block(0, 0, 0, 0)
THING = block(2, 2, 12, 12)


def pairs_of_stills(count: int, ignore: bool = False):
    random = np.random.default_rng(7)
    out = []
    for place in range(count):
        truth = random_mask(random, 0.15)
        facts = {"ignore": {0: encode(block(10, 5, 18, 9))}} if ignore and random.random() < 0.5 else {}
        answer = near(truth, random)
        prediction = FAILED if random.random() < 0.1 else says(answer)
        out.append((still(f"s{place}", truth, **facts), prediction, truth, None if prediction.failed else answer))
    return out


@pytest.mark.parametrize("name", ["lisa", "segzero"])
def test_overlaps_of_a_run_equal_the_metric_called_directly(name):
    found = pairs_of_stills(200, ignore=True)
    rows = []
    for sample, _, truth, answer in found:
        labels: Mask | np.ndarray = truth.astype(np.uint8)
        if sample.ignore:
            labels[block(10, 5, 18, 9)] = 255
        rows.append(metrics.mask_overlap(answer, labels, protocol=name))
    wanted = metrics.overlap_score(rows, protocol=name)
    summary = PROTOCOLS[name].summarise(rows_of(PROTOCOLS[name], [pair[:2] for pair in found]))
    assert values(summary) == {"gIoU": wanted.giou, "cIoU": wanted.ciou}
    assert (summary["count"], summary["failures"]) == (wanted.count, wanted.failures)
    assert wanted.failures > 5


def test_grefcoco_of_a_run_equals_the_metric_called_directly():
    found = pairs_of_stills(200)
    wanted = metrics.grounding_score(metrics.grounding(answer, truth) for _, _, truth, answer in found)
    summary = PROTOCOLS["grefcoco"].summarise(rows_of(PROTOCOLS["grefcoco"], [pair[:2] for pair in found]))
    assert values(summary) == {
        "gIoU": wanted.giou,
        "cIoU": wanted.ciou,
        "N-acc": wanted.n_acc,
        "T-acc": wanted.t_acc,
        **{f"Pr@{k:g}": value for k, value in wanted.precision_at.items()},
    }
    assert summary["figures"]["N-acc"]["count"] == wanted.no_target > 0


def pairs_of_clips(count: int):
    random = np.random.default_rng(3)
    out = []
    for place in range(count):
        truth = [random_mask(random, 0.3) for _ in range(int(random.integers(3, 7)))]
        answer = [near(mask, random) for mask in truth]
        prediction = FAILED if random.random() < 0.1 else says(*answer)
        sample = clip(f"c{place}", truth, category=("referring", "reasoning")[int(random.random() < 0.3)])
        out.append((sample, prediction, truth, None if prediction.failed else answer))
    return out


def test_clips_of_a_run_equal_the_metrics_called_directly():
    found = pairs_of_clips(60)
    rows = [metrics.clip(answer, truth, subset=sample.category) for sample, _, truth, answer in found]
    wanted = metrics.revos_score(rows)
    revos = values(PROTOCOLS["revos"].summarise(rows_of(PROTOCOLS["revos"], [pair[:2] for pair in found])))
    for part, score in wanted.items():
        measured = [revos[f"{name} {part}"] for name in ("J", "F", "JF")]
        assert measured == pytest.approx([score.j, score.f, score.jf], abs=1e-12)
    mevis = values(PROTOCOLS["mevis"].summarise(rows_of(PROTOCOLS["mevis"], [pair[:2] for pair in found])))
    score = metrics.mevis_score(rows)
    assert [mevis["J"], mevis["F"], mevis["JF"]] == pytest.approx([score.j, score.f, score.jf], abs=1e-12)
    assert revos["J overall"] != pytest.approx(mevis["J"], abs=1e-6)


def test_sequences_of_a_run_equal_the_metric_called_directly():
    found = pairs_of_clips(40)
    scores = [
        metrics.sequence_score(answer if answer is not None else [None] * len(truth), truth)
        for _, _, truth, answer in found
    ]
    jf, j, f = metrics.mean_score(scores)
    summary = PROTOCOLS["davis"].summarise(rows_of(PROTOCOLS["davis"], [pair[:2] for pair in found]))
    measured = values(summary)
    assert [measured["JF"], measured["J"], measured["F"]] == pytest.approx([jf, j, f], abs=1e-12)
    assert measured["J decay"] == pytest.approx(np.mean([score.j.decay for score in scores]), abs=1e-12)
    assert measured["F recall"] == pytest.approx(np.mean([score.f.recall for score in scores]), abs=1e-12)


def test_boxes_of_a_run_equal_average_precision_called_directly():
    random = np.random.default_rng(5)
    pairs, rows = [], []
    for place in range(300):
        truth = tuple(random_box(random) for _ in range(int(random.integers(0, 4))))
        moved = [tuple(np.array(box) + random.uniform(-1.5, 1.5)) for box in truth if random.random() < 0.8]
        boxes = tuple(moved + [random_box(random) for _ in range(int(random.random() < 0.3))])
        # few values, so that scores tie
        scores = tuple(round(random.random(), 1) for _ in boxes) if place % 2 else None
        label = ("mug", "fork", "pan")[place % 3]
        failed = random.random() < 0.1
        prediction = FAILED if failed else Prediction(status="ok", boxes=boxes, scores=scores)
        pairs.append((still(f"b{place:03d}", task="detect", boxes={0: truth}, extra={"label": label}), prediction))
        rows.append(metrics.Detection(None if failed else boxes, truth, SIZE, label, None if failed else scores))
    wanted = metrics.detection_score(rows)
    summary = PROTOCOLS["detect"].summarise(rows_of(PROTOCOLS["detect"], pairs))
    assert values(summary)["AP50"] == wanted.ap
    assert summary["failures"] == wanted.failures > 10
    interval = summary["figures"]["AP50"]
    assert interval["low"] < wanted.ap < interval["high"] < interval["low"] + 0.2


def test_counts_of_a_run_equal_the_metric_called_directly():
    numbers = [(3, 3), (2, 3), (None, 1), (0, 0), (5, 1)]
    pairs = [(still(f"n{i}", task="count", number=truth), Prediction(status="ok", number=number))
             for i, (number, truth) in enumerate(numbers)]  # fmt: skip
    wanted = metrics.counting_score(metrics.Count(*row) for row in numbers)
    summary = PROTOCOLS["count"].summarise(rows_of(PROTOCOLS["count"], pairs))
    assert values(summary) == {"accuracy": 0.4, "within one": 0.6, "error": 1.25}
    assert values(summary) == {"accuracy": wanted.accuracy, "within one": wanted.within_one, "error": wanted.error}
    assert summary["by_status"] == {"no_answer": 1, "ok": 4}
    assert summary["failures"] == 1


def test_kitchenbench_scores_every_task_by_hand():
    count = still("count", task="count", number=0, level=2, category="spatial")
    box = still("box", task="detect", boxes={0: ((0, 0, 10, 10),)}, level=1, category="semantic")
    pairs = [
        (still("exact", THING, level=1, category="semantic"), says(THING)),
        (still("half", THING, level=1, category="semantic"), says(block(2, 2, 12, 7))),  # J = 50 / 100
        (still("below", THING, level=2, category="spatial"), says(block(2, 2, 12, 6))),
        (still("none", NOTHING, level=2, category="spatial"), Prediction(status="no_target")),
        (still("ghost", NOTHING, level=2, category="spatial"), says(THING)),
        (still("lost", THING, level=2, category="spatial"), FAILED),
        (count, Prediction(status="no_target")),
        (box, Prediction(status="ok", boxes=((0, 0, 10, 9), (12, 12, 14, 14)), scores=(0.9, 0.5))),
    ]
    summary = PROTOCOLS["kitchenbench"].summarise(rows_of(PROTOCOLS["kitchenbench"], pairs))
    found = values(summary)
    assert found["right"] == 4 / 8  # exact, half, none, count
    assert found["J"] == pytest.approx((1 + 0.5 + 0.4 + 1 + 0 + 0) / 6)
    assert found["hit"] == 3 / 6
    assert (found["count exact"], found["all right"], found["AP50"]) == (1.0, 0.0, 1.0)
    assert (found["N-acc"], found["T-acc"]) == (1 / 2, 4 / 5)
    assert summary["by_status"] == {"format_error": 1, "no_target": 2, "ok": 5}
    assert summary["by"]["level"]["1"]["figures"]["right"]["value"] == pytest.approx(2 / 3)
    assert summary["by"]["category x level"]["spatial x 2"]["figures"]["right"]["value"] == 2 / 5
    assert summary["by"]["category x level"]["spatial x 2"]["failures"] == 1
    assert set(summary["by"]["task"]) == {"count", "detect", "segment"}


def test_a_wrong_thing_in_a_mostly_empty_clip_is_not_right_though_its_j_is_high():
    truth = [NOTHING] * 8 + [THING] * 4
    for answer in ([NOTHING] * 8 + [block(20, 2, 28, 12)] * 4, [NOTHING] * 12):
        scores = PROTOCOLS["kitchenbench"].score(clip("c", truth), says(*answer))
        assert scores["j"] == pytest.approx(8 / 12)
        assert scores["right"] == scores["hit"] == 0


@pytest.mark.parametrize("name", ["kitchenbench", "lisa", "segzero", "mevis", "grefcoco"])
def test_masks_of_another_size_or_frame_count_as_a_failure(name):
    sample = still("a", THING)
    for prediction in (says(block(0, 0, 2, 2, (5, 5))), says(THING, THING)):
        scores = PROTOCOLS[name].score(sample, prediction)
        assert scores["failed"] == 1
        assert scores.get("iou", scores.get("j")) == 0.0


def test_a_protocol_that_does_not_fit_names_those_that_do():
    count = still("n", task="count", number=2)
    cases = [
        ("lisa", count, "scores the task segment; found count .*: use kitchenbench or count$"),
        ("lisa", clip("c", [THING] * 4), "single pictures; found a clip of 4 frames .*: use kitchenbench or davis or"),
        ("davis", still("a", THING), "clips of 3 annotated frames or more; found 1 .*use kitchenbench or lisa or"),
        ("revos", still("a", THING, category="spatial"), "category referring or reasoning; found 'spatial'"),
        ("detect", still("a", THING), "scores the task detect; found segment"),
        ("mevis", still("a"), "needs true masks; found none .*no protocol can score it"),
        ("count", still("a", task="count"), "needs the true number"),
    ]
    for name, sample, message in cases:
        with pytest.raises(InputError, match=message):
            PROTOCOLS[name].score(sample, FAILED)


def test_every_dataset_has_a_protocol_and_unknown_names_are_listed():
    assert set(DATASETS) - {"kitchenbench"} == set(DEFAULTS) - {"kitchenbench"}
    assert default_protocol("grefcoco") is protocol("grefcoco")
    with pytest.raises(InputError, match="no protocol 'iou'; there are kitchenbench, lisa"):
        protocol("iou")
    with pytest.raises(InputError, match="no default protocol for dataset 'mine': name one of"):
        default_protocol("mine")
