"""The rules reasoner: wordings to plans, never a malformed one."""

import json
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from agentseg.plan import parse_plan
from agentseg.protocol import parse
from agentseg.reasoners.grammar import write_plan
from agentseg.reasoners.rules import RulesReasoner, reply

LABELS = ["apple", "bowl", "kettle", "knife", "mug", "plate", "robot gripper", "sink", "stove", "toaster"]
ALL = "a = find sink, stove, robot gripper; except a"


@pytest.mark.parametrize(
    ("query", "plan"),
    [
        ("the thing I could drink coffee from", "find for drinking coffee; answer"),
        (
            "What could I boil water in that is closest to the sink?",
            "find for boiling water; rank distance sink min; answer",
        ),
        ("second mug from the left", "find mug; rank x nth 2; answer"),
        ("the third largest plate", "find plate; rank real_size max 3; rank real_size min; answer"),
        ("how many bowls are empty?", "find bowl; filter count contains all eq 0; count; answer"),
        ("a glass, or else a mug", "a = find mug; find glass; else a; answer"),
        ("any mug that isn't red", "find mug; filter colour ne red; answer"),
        ("the orange mug", "find mug; filter colour eq orange; answer"),
        ("the orange", "find orange; answer"),
        ("what is the robot holding?", "relate held_by robot gripper; answer"),
        ("a mug that is not on the plate", "find mug; relate on plate none; answer"),
        ("the mug between the kettle and the toaster", "find mug; relate between kettle, toaster; answer"),
        ("of the mugs, the red one", "find mug; filter colour eq red; answer"),
        ("the apple in the bowl on the left", "find bowl; a = rank x min; find apple; relate inside a; answer"),
        ("the leftmost thing on the stove", f"{ALL}; relate on stove; rank x min; answer"),
        ("the grand piano", "find grand piano; answer"),
        ("a plate with an apple on it", "find plate; relate under apple; answer"),
        ("a bowl with an apple in it", "find bowl; relate contains apple; answer"),
        ("a dragon", "find dragon; answer"),
        ("the third unicorn from the left", "find unicorn; rank x nth 3; answer"),
        ("how many unicorns are there", "find unicorn; count; answer"),
        ("the left mug", "find mug; rank x min; answer"),
    ],
)
def test_wording_becomes_the_plan_a_person_would_write(query: str, plan: str) -> None:
    assert write_plan(query, LABELS) == plan


@pytest.mark.parametrize(
    ("query", "plan"),
    [
        ("what moves the most", f"{ALL}; rank displacement max; answer"),
        (
            "the mug that is moving toward the stove",
            "find mug; filter approach stove gt 5; rank approach stove max; answer",
        ),
        ("which object leaves the view", f"{ALL}; filter last_seen lt 11; answer"),
        ("in the end, which knife is the leftmost?", "at last; find knife; rank x min; answer"),
    ],
)
def test_words_of_time_count_in_clips(query: str, plan: str) -> None:
    assert write_plan(query, LABELS, clip=True, frames=(0, 11)) == plan


@given(st.text(max_size=300), st.booleans())
def test_any_text_at_all_becomes_a_plan_that_parses(text: str, clip: bool) -> None:
    assert parse_plan(write_plan(text, LABELS, clip, (0, 11))).answers


def test_any_mix_of_its_own_words_becomes_a_plan_that_parses() -> None:
    words = re.findall(
        r"\S+",
        "the a mug mugs red orange left right of on in behind between and or else if not there is no empty with how "
        "many something two second from nearest closest to sink stove robot holding moved toward what that which "
        "drink coffee cut bread , same colour as bigger than except everything thing it end all last but one number",
    )
    dice = random.Random(0)
    for _ in range(3000):
        query = " ".join(dice.choices(words, k=dice.randint(1, 14)))
        assert parse_plan(write_plan(query, LABELS, dice.random() < 0.5, (0, 11))).answers, query


def test_it_is_a_chat_model_that_sees_only_the_messages() -> None:
    table = 'picture, 1 instances\n{"cols":["id","label"],"rows":[[1,"mug"]]}\nquery: the mug'
    model = RulesReasoner()
    first = model.invoke([SystemMessage("..."), HumanMessage(table)])
    assert parse(first.text).plan == parse_plan("find mug; answer")
    after = [
        HumanMessage(table),
        AIMessage(first.text),
        HumanMessage("results:\nfind mug: []\nanswer: []\nwrite the answer"),
    ]
    assert json.loads(model.invoke(after).text)["answer"] == []


def test_query_without_words_is_no_target() -> None:
    assert json.loads(reply(["query: 42 !?"]))["answer"] == []


def test_results_that_select_something_are_its_answer() -> None:
    assert json.loads(reply(["query: mug", "results:\nfind mug: [3, 7]\nwrite the answer"]))["answer"] == [3, 7]


def test_broken_table_is_read_as_an_empty_one() -> None:
    for table in ('{"cols"', '{"cols":["id"],"rows":[[1]]}', '{"cols":["label"],"rows":[[]]}'):
        assert parse(reply([f"{table}\nquery: the mug"])).plan is not None
