import json
import time

import numpy as np
import pytest
from evaluation_samples import FAILED, SIZE, block, near, random_box, random_mask, rows_of, says, still, values

from agentseg.errors import InputError
from agentseg.evaluation.average_precision import AveragePrecision, box_scores
from agentseg.evaluation.metrics import Detection, detection_score, mean_interval, ratio_interval
from agentseg.evaluation.prediction import Prediction, Row, read_rows
from agentseg.evaluation.protocols import PROTOCOLS


def random_rows(count: int, per_picture: int = 1, twin="perceived"):
    random = np.random.default_rng(1)
    pairs = []
    for place in range(count):
        truth = random_mask(random)
        prediction = FAILED if random.random() < 0.1 else says(near(truth, random), reasoning_tokens=place)
        facts = {"level": place % 3 + 1, "category": ("semantic", "spatial")[place % 2]}
        pairs.append((still(f"s{place}", truth, media=(f"{place // per_picture}.jpg",), **facts), prediction))
    return list(rows_of(PROTOCOLS["lisa"], pairs, twin))


def as_bytes(rows, name="lisa"):
    return json.dumps(PROTOCOLS[name].summarise(rows), sort_keys=True)


def test_the_order_of_rows_changes_no_byte():
    rows = random_rows(300, per_picture=3) + random_rows(300, per_picture=3, twin="true")
    shuffled = [rows[place] for place in np.random.default_rng(0).permutation(len(rows))]
    assert as_bytes(iter(rows)) == as_bytes(iter(shuffled))


def test_rows_read_back_from_their_lines_give_the_same_summary(tmp_path):
    rows = random_rows(50)
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(row.line for row in rows) + '{"id": "half', encoding="utf-8")
    assert list(read_rows(path)) == rows
    bare = [row.model_copy(update={"prediction": row.prediction.model_copy(update={"masks": {}})}) for row in rows]
    assert as_bytes(read_rows(path)) == as_bytes(bare)  # no mask is needed


def test_a_broken_line_is_named(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(random_rows(1)[0].line + '{"id": 3}\n', encoding="utf-8")
    with pytest.raises(InputError, match="line 2: id: "):
        list(read_rows(path))


def test_odd_text_of_a_model_stays_one_line_that_can_be_read():
    odd = Prediction(status="ok", analysis="a\ud800b\u2028c\x85d\né")
    line = random_rows(1)[0].model_copy(update={"prediction": odd}).line
    assert line.splitlines() == [line.rstrip("\n")]
    assert Row.model_validate_json(line).prediction.analysis == "a?b\u2028c\x85d\né"


def test_intervals_are_those_of_the_bootstrap_over_pictures():
    rows = sorted(random_rows(240, per_picture=3), key=lambda row: row.id)
    media = [row.scores["media"] for row in rows]
    assert len(set(media)) == 80
    figures = PROTOCOLS["lisa"].summarise(rows)["figures"]
    mean = mean_interval([row.scores["iou"] for row in rows], groups=media)
    ratio = ratio_interval(
        [row.scores["intersection"] for row in rows], [row.scores["union"] for row in rows], groups=media
    )
    for name, wanted in (("gIoU", mean), ("cIoU", ratio)):
        found = figures[name]
        assert [found["value"], found["low"], found["high"]] == pytest.approx(
            [wanted.value, wanted.low, wanted.high], abs=1e-6
        )


def test_resampled_average_precision_is_that_of_rows_that_come_several_times():
    random = np.random.default_rng(4)
    rows, scores = [], []
    for place in range(30):
        truth = tuple(random_box(random) for _ in range(int(random.integers(0, 3))))
        boxes = (*truth[: int(random.integers(0, 3))], random_box(random))
        # equal in some samples, not within one: their copies would otherwise come in another order
        sure = tuple(round(random.random(), 1) + 0.01 * number for number, _ in enumerate(boxes))
        rows.append(Detection(boxes, truth, SIZE, str(place % 2), sure))
        scores.append({**box_scores(boxes, truth, SIZE, sure), "label": str(place % 2)})
    weights = random.multinomial(30, [1 / 30] * 30, size=40)
    bound = AveragePrecision("AP50").bind(scores, np.arange(30), 30)
    for weight, found in zip(weights, bound.resampled(weights.astype(float)), strict=True):
        drawn = [row for row, times in zip(rows, weight, strict=True) for _ in range(times)]
        assert found == pytest.approx(detection_score(drawn).ap, abs=1e-12)


def test_bounds_of_fractions_stay_within_0_and_1():
    thing = block(0, 0, 3, 1)
    pairs = [(still(f"s{i}", thing), says(thing if i else block(0, 0, 1, 1))) for i in range(6)]
    figure = PROTOCOLS["segzero"].summarise(rows_of(PROTOCOLS["segzero"], pairs))["figures"]["gIoU"]
    assert 0 <= figure["low"] < figure["value"] < figure["high"] == 1.0


def test_samples_that_all_score_the_same_have_an_interval_of_one_point():
    truth, answer = block(0, 0, 3, 1), block(0, 0, 1, 1)
    rows = rows_of(PROTOCOLS["segzero"], [(still(f"s{i}", truth), says(answer)) for i in range(7)])
    figure = PROTOCOLS["segzero"].summarise(rows)["figures"]["gIoU"]
    assert figure["low"] == figure["value"] == figure["high"] == pytest.approx(1 / 3)


def test_figures_without_samples_are_none():
    summary = PROTOCOLS["grefcoco"].summarise([])
    assert summary["count"] == summary["failures"] == 0
    assert set(values(summary).values()) == {None}
    targeted = PROTOCOLS["grefcoco"].summarise(
        rows_of(PROTOCOLS["grefcoco"], [(still("a", block(0, 0, 9, 9)), says(block(0, 0, 9, 9)))])
    )
    assert targeted["figures"]["N-acc"] == {"value": None, "low": None, "high": None, "count": 0}
    assert values(targeted)["T-acc"] == 1.0


def test_two_twins_are_summed_apart_and_perceived_stands_first():
    perceived, true = random_rows(40), random_rows(60, twin="true")
    both = PROTOCOLS["lisa"].summarise(true + perceived)
    alone = PROTOCOLS["lisa"].summarise(perceived)
    assert (both["twin"], both["count"], both["figures"]) == ("perceived", 40, alone["figures"])
    assert both["others"]["true"]["count"] == 60
    assert PROTOCOLS["lisa"].summarise(true)["twin"] == "true"


def test_a_sample_that_could_not_be_read_counts_as_wrong():
    lost = Row(id="lost", twin="perceived", task="segment", split="val", query="", prediction=Prediction.failure("no"))
    rows = rows_of(PROTOCOLS["segzero"], [(still("a", block(0, 0, 9, 9)), says(block(0, 0, 9, 9)))])
    summary = PROTOCOLS["segzero"].summarise([lost, *rows])
    assert values(summary)["gIoU"] == 0.5
    assert (summary["count"], summary["failures"], summary["by_status"]) == (2, 1, {"error": 1, "ok": 1})
    for protocol in PROTOCOLS.values():
        assert protocol.summarise([lost])["failures"] == 1


def test_a_sample_with_two_rows_of_one_twin_is_refused():
    rows = random_rows(3)
    with pytest.raises(InputError, match="sample 's1' has two rows of the perceived twin"):
        PROTOCOLS["lisa"].summarise([*rows, rows[1]])


def test_reasoning_tokens_are_spread_over_the_rows_that_have_them():
    summary = PROTOCOLS["lisa"].summarise(random_rows(100))
    spread = summary["reasoning_tokens"]
    assert spread["count"] + spread["missing"] == 100
    assert spread["missing"] == summary["failures"] > 0
    assert 30 < spread["p50"] < 70


def test_ten_thousand_rows_are_summed_in_seconds():
    random = np.random.default_rng(0)
    prediction = Prediction(status="ok")
    rows = []
    for place in range(10_000):
        hit = int(random.random() < 0.7)
        task = ("segment", "segment", "segment", "count", "detect")[place % 5]
        scores: dict = {"media": f"kitchen:{place}", "right": hit, "failed": 0}
        if task == "segment":
            scores |= {name: float(random.random()) for name in ("j", "f", "jf")} | {"hit": hit, "t_acc": hit}
        elif task == "count":
            scores |= {"exact": hit}
        else:
            boxes = [[float(random.random()), float(random.random() < 0.6)] for _ in range(3)]
            scores |= {"boxes": boxes, "wanted": 2, "label": "", "all_right": hit}
        rows.append(
            Row(
                id=str(place),
                twin="true",
                task=task,
                level=place % 3 + 1,
                category=("spatial", "temporal")[place % 2],
                split="test",
                query="",
                prediction=prediction,
                scores=scores,
            )  # fmt: skip
        )
    start = time.process_time()
    summary = PROTOCOLS["kitchenbench"].summarise(rows)
    assert summary["count"] == 10_000
    assert time.process_time() - start < 6  # about 2 s on an idle core
