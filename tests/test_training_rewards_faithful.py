"""Faithfulness: what a chain quotes exists, and its answer follows."""

from typing import Any

import pytest
from reward_makers import ROWS, SIZE, asked, sample, trace, turn

from agentseg.errors import InputError
from agentseg.trace import Event, StepRecord
from agentseg.training.rewards import faithful, faithfulness_parts
from agentseg.training.rewards.seen import Quote, Seen
from agentseg.twin import Twin


def quotes(text: str, **fields: Any) -> list[tuple[str, str, bool]]:
    made = trace(**fields)
    return [(quote.text, quote.kind, quote.true) for quote in Seen.of(made, "").quotes(text)]


def test_quotes_are_found_and_checked() -> None:
    said = "instance 1 is the red mug, #7 a green spatula, 3 is blue; mugs and kettles, rank 0"
    assert quotes(said) == [
        ("1", "id", True),
        ("7", "id", False),
        ("mug", "label", True),
        ("spatula", "label", False),
        ("kettle", "label", True),
        ("red", "colour", True),
        ("green", "colour", False),
        ("blue", "colour", True),
        ("3", "number", True),
        ("0", "number", True),
    ]


def test_words_of_the_query_may_be_quoted() -> None:
    assert quotes("a green spatula, not 55") == [
        ("spatula", "label", False),
        ("green", "colour", False),
        ("55", "number", False),
    ]
    assert all(true for *_, true in quotes("a green spatula, not 55", query="the green spatulas within 55 cm"))


def test_ordinals_and_words_with_two_meanings_are_no_claims() -> None:
    assert quotes("the 2nd thing that I can watch in the light, an orange one") == [("orange", "colour", False)]


def test_numbers_that_were_not_shown_are_not_known() -> None:
    made = trace(turn("mug at 10, 77 deep", answer=[1]))
    full, brief = Seen.of(made, ""), Seen.of(made, "1: mug, red\nquery: mug")
    assert 10.0 in full.numbers
    assert 10.0 not in brief.numbers
    assert 2.0 in brief.numbers  # two mugs may be counted


def test_faithful_chain_of_the_graph_has_full_marks() -> None:
    made = asked(
        "the mug next to the kettle",
        turn("mugs by their distance to the kettle", plan="find mug; describe distance kettle"),
        turn("mug 1 is nearer to the kettle than 3", answer=[1]),
    )
    assert faithfulness_parts(made) == {"quotes": 1, "labels": 1, "follows": 1, "substance": 1}
    assert faithful()(made, sample()) == 1


def test_each_part_is_a_fraction_and_the_value_their_mean() -> None:
    made = asked(
        "the mug next to the kettle",
        turn("green mug by the ladle", plan="a = find toaster; find mug, blob; describe distance kettle"),
        turn("the mug next to the kettle", answer=[1, 2]),
    )
    parts = faithfulness_parts(made)
    # quotes: mug true, ladle and green false; mug and kettle true. labels: mug and kettle of toaster, mug, blob, kettle
    assert parts == {"quotes": 3 / 5, "labels": 2 / 4, "follows": 1 / 2, "substance": 1 / 2}
    assert faithful()(made, sample()) == pytest.approx((0.6 + 0.5 + 0.5 + 0.5) / 4)
    assert faithful(parts=("follows", "substance"))(made, sample()) == 0.5


def test_plan_quotes_ids_and_colours() -> None:
    made = trace(turn("so", plan="relate behind 9; filter colour eq green; filter colour eq red; answer"))
    assert faithfulness_parts(made)["quotes"] == pytest.approx(1 / 3)


def test_list_of_alternatives_needs_one_that_is_there() -> None:
    plans = (
        "find knife, fork, spoon",
        "find mug, glass, cup",
        "find mug, glass, blob",
        "find glass; relate behind cup",
    )
    parts = [faithfulness_parts(trace(turn("so", plan=f"{plan}; answer")))["labels"] for plan in plans]
    assert parts == [0, 1, pytest.approx(2 / 3), 0]


def test_uses_and_things_to_be_detected_need_not_be_there() -> None:
    made = trace(turn("so", plan="a = find for drinking; detect whisk; relabel jug, vase; except a; answer"))
    assert "labels" not in faithfulness_parts(made)


def test_label_of_the_end_of_a_name_is_there() -> None:
    rows = (ROWS[0].model_copy(update={"label": "coffee mug"}),)
    made = trace(turn("a mug", plan="find mug; answer"), twins=(Twin(size=SIZE, instances=rows),))
    assert faithfulness_parts(made)["labels"] == 1


def ran(*selection: int) -> tuple[Event, ...]:
    return (Event(node="refine", plan="x", steps=(StepRecord(step="answer", selection=selection),)),)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"answer": (1, 2), "events": ran(2, 3)}, 1 / 2),
        ({"answer": (), "status": "no_target", "events": ran()}, 1),
        ({"answer": (), "status": "no_target", "events": ran(2)}, 0),
        ({"answer": (1, 2), "number": 2, "events": ran(1, 2)}, 1),
        ({"answer": (1, 2), "number": 3, "events": ran(1, 2)}, 0),
        ({"answer": (1,), "events": ()}, None),
    ],
)
def test_answer_follows_from_the_last_selection(fields: dict[str, Any], wanted: float | None) -> None:
    assert faithfulness_parts(trace(**fields)).get("follows") == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("", 0),
        (" . ", 0),
        ("What I drink from, closest to me!", 0),
        ("mugs in order of depth", 1),
    ],
)
def test_empty_rationale_and_copy_of_the_query_have_no_substance(said: str, wanted: float) -> None:
    assert faithfulness_parts(trace(turn(said, answer=[1])))["substance"] == wanted


def test_failure_and_silence_are_zero_and_no_part_is_none() -> None:
    assert faithful()(trace(status="tool_error"), sample()) == 0
    assert faithful()(trace(dialogue=(), events=()), sample()) == 0
    assert faithful(parts=("labels",))(trace(turn(answer=[1])), sample()) is None
    with pytest.raises(InputError, match="parts quotes, labels, follows, substance; found \\('truth',\\)"):
        faithful(parts=("truth",))


def test_correction_does_not_show_what_it_quotes() -> None:
    made = asked("the mug", turn("so", plan="find mug; leap 4242"), turn("it is 4242", answer=[1]))
    assert any("4242" in text for role, text in made.dialogue if role == "human")
    assert faithfulness_parts(made)["quotes"] == 0
    assert list(Seen.of(made, "").quotes("4242")) == [Quote("4242", "number", False)]
