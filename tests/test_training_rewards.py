"""Rewards of format, accuracy, brevity and WISE on hand-made traces, with values worked out on paper."""

import pickle
from typing import Any

import pytest
from reward_makers import SIZE, asked, rle, sample, trace, turn

from agentseg.errors import InputError
from agentseg.training.rewards import (
    brief,
    conciseness,
    counting,
    iou_above,
    l1_exact,
    l1_max,
    mask_iou,
    ngram_cosine,
    non_repeat,
    succeeded,
    task_accuracy,
    weighted,
    well_formed,
    wise_distill,
    wise_total,
    wrote,
)

PLAN = "find mug; rank depth min; answer"


def value(reward: Any, made: Any, truth: Any = None) -> Any:
    return reward(made, truth or sample())


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (turn(plan=PLAN), 1),
        (turn(answer=[1]), 1),
        ("<think>\n\n</think>\n\n" + turn(answer=[1]) + "\n", 1),
        (f"<reason>near</reason>\n<plan>{PLAN}</plan>", 1),
        ("<think>near</think><answer>[1]</answer>", 1),
        (f"<reason>r</reason><plan>{PLAN}</plan><results>1</results><answer>[1]</answer>", 1),
        ('{"plan": "find mug; answer", "analysis": "order"}', 0),
        ("```json\n" + turn(answer=[1]) + "\n```", 0),
        ("Sure! " + turn(answer=[1]), 0),
        ("<answer>[1]</answer><reason>late</reason>", 0),
        ("<reason>near</reason><answer>[1]</answer> done", 0),
        (turn(plan="find mug; dance"), 0),
        (turn(answer=[1], why="because"), 0),
        ('{"answer": [1]}', 0),
        ("hello", 0),
        ("", 0),
    ],
)
def test_format_is_a_turn_and_nothing_else(text: str, wanted: float) -> None:
    assert value(well_formed(), trace(text)) == wanted


def test_format_of_one_codec_refuses_the_other() -> None:
    tagged = trace("<reason>near</reason><answer>[1]</answer>")
    assert value(well_formed(codec="tags"), tagged) == 1
    assert value(well_formed(codec="json"), tagged) == 0


def test_format_wants_wise_order_and_the_other_order_where_asked() -> None:
    wise, other = ("analysis", "answer", "why"), ("why", "analysis", "answer")
    after = trace(turn(answer=[1], why="it is red"))
    before = trace('{"why": "it is red", "analysis": "red", "answer": [1]}')
    assert [value(well_formed(order=order), after) for order in (wise, other)] == [1, 0]
    assert [value(well_formed(order=order), before) for order in (wise, other)] == [0, 1]
    assert value(well_formed(order=wise), trace(turn(answer=[1]))) == 0


def test_format_is_a_fraction_of_the_turns() -> None:
    corrected = asked("the nearest mug", "hello", turn(plan="find mug; describe depth"), turn(answer=[1]))
    assert corrected.status == "ok"
    assert value(well_formed(), corrected) == pytest.approx(2 / 3)
    detailed = trace(turn(plan="find mug"), turn(answer=[1], why="it is red"))  # only the last turn has to explain
    assert value(well_formed(order=("analysis", "answer", "why")), detailed) == 1
    early = trace(turn(answer=[1]), turn(answer=[1]))  # an answer ends a dialogue
    assert value(well_formed(), early) == 0.5


def test_answer_with_unknown_id_counts_as_malformed_turn() -> None:
    made = asked("the mug", turn(answer=[9]), turn(answer=[1]))
    assert [one.turn is None for one in wrote(made)] == [True, False]
    assert value(well_formed(), made) == 0.5


@pytest.mark.parametrize("status", ["format_error", "budget_exhausted", "tool_error"])
def test_failed_query_has_neither_format_nor_accuracy(status: str) -> None:
    failed = trace(status=status)
    assert value(well_formed(), failed) == 0
    assert value(mask_iou, failed) == 0
    assert value(mask_iou, failed, sample(targets={0: rle((0, 0, 0, 0))})) == 0
    assert value(brief(), failed) == 0


def test_order_without_answer_is_refused() -> None:
    for order in (("analysis",), ("answer", "answer"), ("answer", "thought")):
        with pytest.raises(InputError, match="out of analysis, answer, why, with answer"):
            well_formed(order=order)


def test_mask_iou_is_the_mean_over_frames_with_truth() -> None:
    clip = sample(indices=(0, 1, 2), targets={0: rle((10, 10, 30, 30)), 2: rle((0, 0, 0, 0))})
    half = {0: rle((10, 10, 30, 20)), 1: rle((0, 0, 50, 50))}  # frame 0: 200 of 400 px; frame 2: both empty
    assert value(mask_iou, trace(masks=half), clip) == pytest.approx((0.5 + 1) / 2)
    assert value(mask_iou, trace(masks={}), clip) == pytest.approx((0 + 1) / 2)
    assert value(mask_iou, trace(), sample(targets={}, size=None)) is None


def test_mask_iou_leaves_undecided_pixels_out() -> None:
    truth = sample(ignore={0: rle((10, 20, 30, 30))})
    assert value(mask_iou, trace(masks={0: rle((10, 10, 30, 20))}), truth) == 1


def test_mask_of_another_size_or_broken_is_wrong_and_not_raised() -> None:
    assert value(mask_iou, trace(masks={0: rle((0, 0, 5, 5), (9, 9))})) == 0
    assert value(mask_iou, trace(masks={0: {"size": list(SIZE), "counts": "@@"}})) == 0


def test_binary_iou_is_strictly_above_its_threshold() -> None:
    half = trace(masks={0: rle((10, 10, 30, 20))})
    assert (value(iou_above(), half), value(iou_above(threshold=0.49), half), value(iou_above(), trace())) == (0, 1, 1)
    assert succeeded(trace(), sample())
    assert not succeeded(half, sample())


def test_counting_is_exact_and_takes_ids_for_a_number() -> None:
    two = sample(task="count", number=2, targets={}, size=None)
    assert value(counting, trace(number=2), two) == 1
    assert value(counting, trace(number=3), two) == 0
    assert value(counting, trace(answer=(1, 3)), two) == 1
    assert value(counting, trace(number=2, status="tool_error"), two) == 0
    assert value(counting, trace(number=2)) is None
    assert value(task_accuracy, trace(number=2), two) == 1


def test_brevity_falls_linearly_and_silence_earns_nothing() -> None:
    assert value(brief(limit=10), trace(turn("one two three", answer=[1]))) == pytest.approx(0.7)
    assert value(brief(limit=3), trace(turn("one two three", answer=[1]))) == 0
    assert value(brief(), trace(turn("", answer=[1]))) == 0
    assert value(brief(limit=10, tokens=len), trace(turn("one", answer=[1]))) == pytest.approx(0.7)


def test_l1_agrees_with_its_formulas() -> None:
    five = trace(turn("one two three four five", answer=[1]))
    wrong = trace(turn("one two three four five", answer=[1]), masks={})
    assert value(l1_exact(target=10, alpha=0.01), five) == pytest.approx(1 - 0.01 * 5)
    assert value(l1_exact(target=2, alpha=0.01), wrong) == pytest.approx(-0.01 * 3)
    assert value(l1_exact(target=10, alpha=0.01, with_success=False), five) == pytest.approx(-0.05)
    assert value(l1_max(target=10, alpha=0.01), five) == pytest.approx(0.01 * 5 + 0.5)
    assert value(l1_max(target=2, alpha=0.01), five) == pytest.approx(0.5 - 0.03)
    assert value(l1_max(target=2, alpha=0.5), five) == 0
    assert value(l1_max(target=10, alpha=0.5), five) == 1
    assert value(l1_max(target=10, alpha=0.01), wrong) == 0
    assert value(l1_max(target=10, alpha=0.01, with_success=False), wrong) == pytest.approx(0.55)


def test_second_repeat_of_a_sentence_is_too_many() -> None:
    said = ["a b. c.", "a b. a b.", "a b. a b. a b.", "a. a. c. c."]
    assert [value(non_repeat, trace(turn(text, answer=[1]))) for text in said] == [1, 1, 0, 0]


def half(first: str, second: str) -> float:
    """A similarity that is 0.5 for all texts."""
    return 0.5


def told(analysis: str, why: str, **fields: Any) -> Any:
    return trace(turn(analysis, answer=[1], why=why), **fields)


def test_wise_is_similarity_times_conciseness_where_the_task_succeeded() -> None:
    made = told("a b", "a b c d e f g h")  # 2 of 8 words
    assert value(wise_distill(similarity=half), made) == pytest.approx(0.5 * (1 - 2 / 8))
    assert value(wise_distill(similarity=half, tokens=len), made) == pytest.approx(0.5 * (1 - 3 / 15))
    wrong = told("a b", "a b c d e f g h", masks={0: rle((10, 10, 30, 20))})  # IoU .5 is not above .5
    assert value(wise_distill(similarity=half), wrong) == 0
    assert value(wise_distill(similarity=half, threshold=0.4), wrong) == pytest.approx(0.375)
    assert value(wise_distill(similarity=half, condition="always"), wrong) == pytest.approx(0.375)
    failed = told("a b", "a b c d e f g h", status="tool_error")
    assert value(wise_distill(similarity=half, condition="always"), failed) == 0


def test_wise_cuts_a_longer_rationale_at_zero_as_the_code_does() -> None:
    made = told("a b c d", "a b")
    assert value(wise_distill(similarity=half), made) == 0
    assert value(wise_distill(similarity=half, floor=False), made) == pytest.approx(-0.5)
    assert (conciseness(3, 4), conciseness(4, 2), conciseness(4, 2, floor=False), conciseness(0, 0)) == (0.25, 0, -1, 0)


def test_wise_gives_nothing_for_a_missing_part_or_a_broken_similarity() -> None:
    assert value(wise_distill(similarity=half), trace()) == 0
    assert value(wise_distill(similarity=half), told("", "a b c")) == 0
    assert value(wise_distill(similarity=lambda a, b: float("nan")), told("a", "a b c")) == 0
    assert value(wise_distill(similarity=lambda a, b: -1.0), told("a", "a b c")) == 0


def test_wise_total_adds_format_accuracy_and_distillation() -> None:
    made = told("a b", "a b c d e f g h")
    assert value(wise_total(similarity=half), made) == pytest.approx(1 + 3 + 0.375)
    # box (10, 10, 30, 18): IoU 0.4, mean L1 (0 + 0 + 0 + 12) / 4 = 3 px, point (19.5, 13.5) near (19.5, 19.5)
    low = told("a b", "a b c d e f g h", masks={0: rle((10, 10, 30, 18))})
    assert value(wise_total(similarity=half), low) == pytest.approx(1 + 0 + 1 + 1)
    assert value(wise_total(similarity=half, iou="continuous"), low) == pytest.approx(1 + 0.4 + 1 + 1)


def test_ngram_cosine_agrees_with_its_formula() -> None:
    assert ngram_cosine("the red mug", "The red, mug!") == pytest.approx(1)
    assert ngram_cosine("mug", "kettle") == 0
    assert ngram_cosine("", "mug") == 0
    # a b: {a, b, ab}; a c: {a, c, ac}; one in common
    assert ngram_cosine("a b", "a c") == pytest.approx(1 / 3)


def test_weighted_sum_leaves_out_what_does_not_apply() -> None:
    both = weighted([mask_iou, counting], [0.5, 2.0])
    assert value(both, trace(number=2)) == 0.5
    assert value(both, trace(number=2), sample(number=2)) == 2.5
    assert value(both, trace(), sample(targets={}, size=None)) is None
    assert value(weighted([mask_iou, well_formed()]), trace()) == 2
    for rewards, weights in ([], []), ([mask_iou], [1, 2]), ([mask_iou], [float("nan")]):
        with pytest.raises(InputError, match="weight"):
            weighted(rewards, weights)


def test_made_rewards_survive_pickling() -> None:
    made = weighted([well_formed(), brief(), wise_distill(similarity="ngram")], [1, 1, 0.5])
    assert value(pickle.loads(pickle.dumps(made)), trace()) == value(made, trace())
