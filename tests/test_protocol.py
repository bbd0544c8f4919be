import json
import random
import sys
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import sample, scenes, thing, twin_of
from pydantic import ValidationError

from agentseg.errors import FormatError
from agentseg.pattern import plan_pattern
from agentseg.plan import parse_plan
from agentseg.protocol import ANALYSIS_PATTERN, MAX_ANSWER, MAX_TEXT, Turn, parse, turn_schema
from agentseg.tools.scene import Scene
from agentseg.twin import Twin

PLAN = "a = find toaster; find mug; relate behind a; answer"
rationales = st.from_regex(ANALYSIS_PATTERN, fullmatch=True).map(str.strip)
turns = st.one_of(
    st.builds(lambda analysis: Turn(analysis=analysis, plan=parse_plan(PLAN)), rationales),
    st.builds(
        lambda analysis, ids, why: Turn(analysis=analysis, answer=tuple(ids), why=why or None),
        rationales,
        st.lists(st.integers(0, 10**9), unique=True, max_size=8),
        rationales,
    ),
)


@given(turns)
def test_turn_round_trips_in_both_codecs(turn: Turn) -> None:
    assert parse(turn.to_text("json")) == turn
    assert parse(turn.to_text("tags")) == turn


@given(st.text(max_size=60), st.text(min_size=1, max_size=20))
def test_any_text_that_is_no_thought_round_trips_in_json(analysis: str, why: str) -> None:
    turn = Turn(analysis=analysis.strip(), answer=(1,), why=why.strip() or None)
    if "<think>" not in f"{analysis}{why}".lower():
        assert parse(turn.to_text()) == turn


GOOD = '{"analysis": "so", "answer": [3]}'


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"\n\t {GOOD} \n",
        f'<think>maybe {{"answer": [1]}}</think>{GOOD}',
        f"<THINK>\n</THINK>\n\n{GOOD}",
        f"```json\n{GOOD}\n```",
        f"The set {{1, 2}} is {{}} so: {GOOD} I hope that helps {{.",
        f'First I thought {{"answer": [1]}}, but: {GOOD}',
        '{"answer": [3, 3, 3], "analysis": "so"}',
        '{"analysis":"so","answer":[1],"answer":[3]}',
        '{"analysis": " so ", "answer": [3], "plan": null, "why": null}',
        '{"analysis": "so", "answer": [3], "plan": " "}',
        "<reason>so</reason><answer>[3]</answer>",
        "<think>so</think><answer>[3]</answer>",
        "<reason>so</reason>\n<plan></plan>\n<answer> [3] </answer>",
        "<reason>so</reason><plan>find mug</plan><results>1</results><answer>[3]</answer>",
        "<Reason>so<Answer>[3]",
    ],
)
def test_turn_is_read_whatever_stands_around_it(text: str) -> None:
    turn = parse(text)
    assert (turn.analysis, turn.answer, turn.plan) == ("so", (3,), None)


def test_empty_answer_says_that_there_is_no_such_thing() -> None:
    assert parse('{"answer": []}').answer == parse("<answer>[]</answer>").answer == ()


def test_why_comes_after_the_answer_in_both_codecs() -> None:
    assert parse('{"answer": [1], "why": "it boils"}').why == "it boils"
    assert parse("<answer>[1]</answer><why>it boils</why>").why == "it boils"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no turn found: write {"),
        ("the mug", "no turn found"),
        ("[1, 2]", "no turn found"),
        ('{"analysis": "so"}', "no turn found"),
        ('{"turn": {"answer": [1]}}', "no turn found"),
        ('{"analysis": "so", "answer": [1', "no turn found"),
        ('{"answer": [1], "plan": "count"}', "either a plan or an answer; found both"),
        ('{"answer": null}', "found neither"),
        ('{"plan": ""}', "found neither"),
        ("<plan></plan>", "found neither"),
        ('{"answer": 3}', "a list of instance ids such as [1, 4]; found '3'"),
        ('{"answer": ["3"]}', "a list of instance ids"),
        ('{"answer": [1.0]}', "a list of instance ids"),
        ('{"answer": [true]}', "a list of instance ids"),
        ('{"answer": [-1]}', "a list of instance ids"),
        ('{"answer": [1e400]}', "found '[inf]'"),
        ('{"answer": [NaN]}', "found '[nan]'"),
        (f'{{"answer": [{"9" * 40}]}}', "a list of instance ids"),
        (f'{{"answer": [{"9" * 5000}]}}', "no turn found"),
        ('{"plan": ["find mug"]}', "a plan is text such as 'find mug; answer'; found list"),
        ('{"plan": "fnd mug"}', "step 'fnd mug': no step 'fnd'"),
        ('{"analysis": 3, "answer": []}', "analysis is text; found int"),
        ('{"answer": [], "thought": ""}', "found 'thought'"),
        ("<answer>mug</answer>", "found 'mug'"),
        ("<answer>" + "[" * 5000 + "</answer>", "a list of instance ids"),
        ("x" * (MAX_TEXT + 1), f"at most {MAX_TEXT} characters; found {MAX_TEXT + 1}"),
    ],
    ids=lambda part: part[:30],
)
def test_text_that_is_no_turn_says_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_what_is_no_text_is_a_format_error() -> None:
    for odd in (None, 3, b"{}", ["{}"]):
        with pytest.raises(FormatError, match="a turn is text"):
            parse(odd)  # type: ignore[arg-type]


def test_lone_surrogates_do_not_reach_the_turn() -> None:
    turn = parse('{"analysis": "a\\ud800b", "answer": [], "why": "\\udfff"}')
    assert (turn.analysis, turn.why) == ("a?b", "?")


@pytest.mark.parametrize("depth", [*range(300, 1100, 7), 5000])
def test_nesting_of_any_depth_is_a_format_error(depth: int) -> None:
    for text in (
        f'{{"answer": {"[" * depth}{"]" * depth}}}',
        f'{{"analysis": {"[" * depth}{"]" * depth}, "plan": "count"}}',
        '{"answer":' * depth,
        f"<answer>{'[' * depth}{']' * depth}</answer>",
    ):
        with pytest.raises(FormatError):
            parse(text)


def mutate(text: str, chance: random.Random) -> str:
    """Cut, flip, repeat, swap or nest."""
    place = chance.randrange(len(text) + 1)
    odd = ["\ud800", "\x00", "NaN", "-Infinity", "1e999", "9" * 20, "9" * 5000, "[" * 9, "[" * 5000, '{"answer":' * 900]
    odd += ["<plan>", "</THINK>", "<think>", '"', "\\", "}", "]", ";", "\\u12", "<answer>", "💥", ", ", '"answer":[2],']
    match chance.randrange(6):
        case 0:
            return text[:place]
        case 1:
            return text[:place] + chr(chance.randrange(1, sys.maxunicode)) + text[place + 1 :]
        case 2:
            return text[:place] + text[: chance.randrange(len(text) + 1)] + text[place:]
        case 3:
            return text.swapcase()
        case 4:
            return text[place:] + text[:place]
        case _:
            return text[:place] + chance.choice(odd) + text[place:]


def test_ten_thousand_random_and_mutated_outputs_raise_only_format_errors() -> None:
    chance = random.Random(7)
    pattern = plan_pattern(twin_of(thing(1, "mug", (0, 0, 9, 9))), "the sink")
    valid = [
        Turn(analysis="so it is", plan=parse_plan(sample(pattern, chance))).to_text(codec)  # type: ignore[arg-type]
        for codec in ("json", "tags")
        for _ in range(40)
    ]
    valid += [Turn(analysis="a", answer=(1, 2), why="b").to_text(codec) for codec in ("json", "tags")]  # type: ignore[arg-type]
    read = 0
    for number in range(10_000):
        if number % 10 == 0:
            text = "".join(map(chr, chance.choices(range(0x10FFFF), k=chance.randrange(200))))
        else:
            text = chance.choice(valid)
            for _ in range(chance.randint(1, 4)):
                text = mutate(text, chance)
        try:
            turn = parse(text)
        except FormatError as error:
            str(error).encode()
        else:
            read += 1
            turn.to_text().encode()
    assert 300 < read < 7_000


@settings(max_examples=20)
@given(scenes(), st.integers(0, 2**32), st.text(max_size=20))
def test_texts_that_the_schema_accepts_are_turns(scene: Scene, seed: int, query: str) -> None:
    chance = random.Random(seed)
    pattern = plan_pattern(scene.twin, query)
    schema = turn_schema(pattern, scene.twin.ids)
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    analysis = sample(ANALYSIS_PATTERN, chance)
    ids = chance.sample(scene.twin.ids, min(len(scene.twin.ids), chance.randint(0, MAX_ANSWER)))
    for turn in ({"analysis": analysis, "plan": sample(pattern, chance)}, {"analysis": analysis, "answer": ids}):
        check.validate(turn)
        assert parse(json.dumps(turn))
    for wrong in (
        {"analysis": analysis},
        {"analysis": analysis, "answer": [41]},
        {"analysis": analysis, "answer": ids, "plan": "count"},
        {"analysis": "a\nb", "answer": ids},
        {"analysis": analysis, "plan": "fnd mug"},
        {"analysis": "x" * 201, "answer": ids},
    ):
        assert not check.is_valid(wrong)


def test_schema_uses_only_what_both_grammar_engines_read() -> None:
    def keys(part: Any) -> set[str]:
        if isinstance(part, list):
            return set().union(*map(keys, part)) if part else set()
        return set(part) | set().union(*map(keys, part.values())) if isinstance(part, dict) else set()

    for twin in (Twin(size=(9, 9)), twin_of(thing(1, "mug", (0, 0, 9, 9)))):
        schema = turn_schema(plan_pattern(twin), twin.ids)
        allowed = {"anyOf", "type", "properties", "required", "additionalProperties", "items", "enum", "maxItems"}
        assert keys(schema) <= allowed | {"pattern", "analysis", "plan", "answer"}
        answer = schema["anyOf"][1]["properties"]["answer"]
        assert answer["maxItems"] == len(answer["items"]["enum"]) == len(twin.ids)
        for form in schema["anyOf"]:
            assert list(form["properties"]) == sorted(form["properties"]) == form["required"]


def test_turn_has_a_plan_or_an_answer() -> None:
    for fields in ({}, {"plan": parse_plan("count"), "answer": ()}):
        with pytest.raises(ValidationError, match="either a plan or an answer"):
            Turn(**fields)


def test_what_a_rationale_quotes_is_neither_plan_nor_answer() -> None:
    quoted = '<reason>not {"answer":[2]} and no <plan>find fork</plan></reason><plan>find mug; answer</plan>'
    turn = parse(quoted)
    assert turn.plan is not None
    assert turn.plan.text == "find mug; answer"
