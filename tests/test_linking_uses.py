"""Uses that a small model never saw: said with verbs that it knows, and written by their own names again."""

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentseg import Twin, segment
from agentseg.affordances import USES
from agentseg.config import Config, ReasonerConfig
from agentseg.pattern import plan_pattern
from agentseg.reasoners.linking import link
from agentseg.reasoners.linking_uses import VERBS, without_unknown_uses
from agentseg.sim.kitchenbench.words_uses_elsewhere import ELSEWHERE
from agentseg.testing import FakePerceiver, ScriptedChat
from agentseg.twin import Instance

KNOWN = ("mug", "plate", "sponge")
TWIN = Twin(
    size=(40, 120),
    instances=tuple(
        Instance(id=key, label=label, box=(10 * key, 4, 10 * key + 8, 12))
        for key, label in enumerate(("mug", "towel"), 1)
    ),
)


@pytest.mark.parametrize(
    ("query", "said", "uses"),
    [
        ("the thing to dry plates with", "the thing to zolk plates with", {"zolking": "drying"}),
        ("the pancake-flipping tool", "the pancake-zolking tool", {"zolking": "flipping"}),
        ("What dries wet hands?", "What zolks wet hands?", {"zolking": "drying"}),
        ("what can I flip or dry", "what can I dwab or zolk", {"zolking": "drying", "dwabbing": "flipping"}),
        ("the dry sponge", "the dry sponge", {}),
        ("what is the drying sitting on", "what is the zolking sitting on", {"zolking": "drying"}),
        ("what could I zolk or dry", "what could I zolk or dwab", {"dwabbing": "drying"}),
        ("the mug to drink from", "the mug to drink from", {}),
        ("what gets my hands dry", "what zolks my hands", {"zolking": "drying"}),
        ("something to pat the salad dry", "something to zolk the salad", {"zolking": "drying"}),
        ("what takes the wetness off", "what zolks wetness", {"zolking": "drying"}),
        ("things which take the wetness off", "things which zolk wetness", {"zolking": "drying"}),
        ("what is good for turning the burgers", "what is good for zolking the burgers", {"zolking": "flipping"}),
        ("what I can turn over an egg with", "what I can zolk an egg with", {"zolking": "flipping"}),
        ("to turn a fish fillet over", "to zolk a fish fillet", {"zolking": "flipping"}),
        ("the mug that gets dry", "the mug that gets dry", {}),
        ("the knob you turn", "the knob you turn", {}),
        ("what turns the stove on over there", "what turns the stove on over there", {}),
        ("what drie\u017f plates", "what drie\u017f plates", {}),  # a long s, which is an s to who ignores case
    ],
)
def test_verbs_of_unknown_uses_get_stand_ins(query: str, said: str, uses: dict[str, str]) -> None:
    assert without_unknown_uses(query, KNOWN) == (said, uses)


def test_a_use_that_a_known_label_serves_stays() -> None:
    assert without_unknown_uses("something to dry plates with", (*KNOWN, "towel")) == (
        "something to dry plates with",
        {},
    )


def test_stand_ins_are_verbs_of_a_students_training_and_no_uses() -> None:
    for verb in VERBS:
        _, uses = without_unknown_uses(f"to dry {' '.join({*VERBS} - {verb})}", KNOWN)
        assert {*uses} < {*ELSEWHERE} - {*USES}
        assert [*uses.values()] == ["drying"]


def test_only_the_stand_ins_of_a_query_may_be_planned() -> None:
    links = link(TWIN, "the thing to dry plates with", KNOWN)
    assert links.uses == ("zolking",)
    assert links.show("find for zolking; answer") == "find for drying; answer"
    assert links.hide("find for drying: [2]") == "find for zolking: [2]"
    pattern = plan_pattern(links.twin(TWIN), links.query, uses=links.uses)
    assert re.fullmatch(pattern, "find for zolking; answer")
    assert not re.fullmatch(plan_pattern(TWIN), "find for zolking; answer")


def test_a_model_that_never_saw_drying_finds_the_towel() -> None:
    model = ScriptedChat([json.dumps({"analysis": "what is for zolking", "plan": "find for zolking; answer"})])
    config = Config(reasoner=ReasonerConfig(prompt="brief", known=KNOWN))
    picture = np.zeros((*TWIN.size, 3), np.uint8)
    result = segment(picture, "what to dry plates with", config, reasoner=model, perceivers=[FakePerceiver(TWIN)])
    assert (result.status, result.answer) == ("ok", (2,))
    assert result.plan is not None
    assert result.plan.text == "find for drying; answer"
    assert "zolk" not in json.dumps(result.trace.model_dump(mode="json"))


@given(st.text(max_size=80), st.sets(st.sampled_from([*KNOWN, "towel", "spatula"])))
def test_any_query_can_be_linked(query: str, known: set[str]) -> None:
    said, uses = without_unknown_uses(query, known)
    assert (said == query) == (not uses)
