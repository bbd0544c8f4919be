"""Two reasoners at one query: who is taken, who gives way, and who is named in the trace."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage

from agentseg import Twin, segment
from agentseg.config import Config, Limits, ReasonerConfig, load_config
from agentseg.errors import ConfigError
from agentseg.reasoners import load_reasoner
from agentseg.reasoners.coverage import unread
from agentseg.reasoners.grammar import write_plan
from agentseg.reasoners.partner import SURE, confidence, trusts
from agentseg.testing import FakePerceiver, ScriptedChat
from agentseg.twin import Instance

LABELS = ["mug", "plate", "sink", "spatula"]
TWIN = Twin(
    size=(40, 120),
    instances=tuple(
        Instance(id=key, label=label, box=(20 * key, 4, 20 * key + 9, 12), depth_mean=1.0)
        for key, label in enumerate(LABELS, 1)
    ),
)
LONG = "the mug that reminds my uncle of Vienna"
"""Words that the rules pass over."""


def said(sure: float | None, **fields: Any) -> AIMessage:
    tokens = [] if sure is None else [{"token": "x", "logprob": 0.0}, {"token": "y", "logprob": math.log(sure)}]
    return AIMessage(
        json.dumps({"analysis": "so", **fields}), response_metadata={"logprobs": {"content": tokens}} if tokens else {}
    )


def asked(query: str, *replies: Any, refine: int = 2, **options: Any) -> Any:
    config = Config(reasoner=ReasonerConfig(prompt="brief", partner="rules", **options), limits=Limits(refine=refine))
    picture = np.zeros((*TWIN.size, 3), np.uint8)
    model = ScriptedChat(replies)
    result = segment(picture, query, config, reasoner=model, perceivers=[FakePerceiver(TWIN)])
    by = [event.by for event in result.trace.events if event.node == "reason"]
    return result.answer, result.status, by, model


@pytest.mark.parametrize(
    ("query", "sure", "answer", "by"),
    [
        ("the mug", SURE, (2,), ["model"]),
        ("the mug", SURE - 0.01, (1,), ["rules"]),
        (LONG, SURE, (2,), ["model"]),
        (LONG, SURE - 0.01, (1,), ["rules"]),
        ("the mug", None, (1,), ["rules"]),
        (LONG, None, (2,), ["model"]),
    ],
)
def test_who_is_taken_depends_on_what_each_is_sure_of(query: str, sure: float | None, answer: Any, by: Any) -> None:
    assert asked(query, said(sure, plan="find plate; answer"))[:3] == (answer, "ok", by)


@pytest.mark.parametrize(
    "reply", ["what?", said(1.0, answer=[99]), said(1.0, plan="frobnicate; answer"), said(1.0, answer=[])]
)
def test_a_turn_that_cannot_be_used_gives_way_to_the_rules(reply: Any) -> None:
    assert asked("the mug", reply)[:3] == ((1,), "ok", ["rules"])


def test_a_plan_that_finds_nothing_gives_way_to_the_other() -> None:
    answer, status, by, _ = asked("the mug", said(1.0, plan="find toaster; answer"))
    assert (answer, status, by) == ((1,), "ok", ["model", "rules"])
    answer, status, by, model = asked(
        "the unicorn", said(0.1, plan="find mug; answer"), said(0.1, plan="find plate; answer")
    )
    assert (answer, status, by) == ((2,), "ok", ["rules", "model"])
    assert [len(messages) for messages in model.calls] == [2, 2]  # each sees the opening alone


def test_where_neither_finds_something_there_is_no_such_thing() -> None:
    empty = said(1.0, plan="find toaster; answer")
    assert asked("the unicorn", empty)[:3] == ((), "no_target", ["model", "rules", "rules"])
    assert asked("the unicorn", empty, refine=0)[:3] == ((), "no_target", ["model"])
    assert asked("the unicorn", said(0.1, answer=[1]), "what?")[:3] == ((), "no_target", ["rules", "rules"])


def test_results_that_the_model_asked_for_go_back_to_it() -> None:
    first, second = said(1.0, plan="find plate; describe x"), said(1.0, answer=[2])
    answer, status, by, model = asked("the mug", first, second)
    assert (answer, status, by) == ((2,), "ok", ["model", "model"])
    assert model.calls[1][-1].content.startswith("results:")


def test_the_partner_reads_real_labels_beside_stand_ins() -> None:
    answer, _, by, model = asked("the spatula", said(0.1, plan="find mug; answer"), known=("mug", "plate", "sink"))
    assert (answer, by) == ((4,), ["rules"])
    assert str(model.calls[0][-1].content).endswith("query: the wug")


def test_alone_nobody_is_named_and_the_rules_keep_out() -> None:
    picture = np.zeros((*TWIN.size, 3), np.uint8)
    model = ScriptedChat([said(0.1, plan="find plate; answer")])
    result = segment(picture, "the mug", reasoner=model, perceivers=[FakePerceiver(TWIN)])
    assert result.answer == (2,)
    assert {event.by for event in result.trace.events} == {""}


def test_an_unknown_partner_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"reasoner.partner"):
        load_config("rules", reasoner={"model": "rules", "partner": "oracle"})


def test_confidence_is_the_chance_of_the_least_likely_token() -> None:
    assert confidence(said(0.25, answer=[])) == pytest.approx(0.25)
    for metadata in (
        {},
        {"logprobs": None},
        {"logprobs": {"content": []}},
        {"logprobs": {"content": [{"token": "x"}]}},
    ):
        assert confidence(AIMessage("", response_metadata=metadata)) is None


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("the mug nearest to the sink", []),
        ("please show me the second mug from the left", []),
        ("how many red plates are there?", []),
        ("something to cut bread with", []),
        ("everything but the spatula", []),
        (LONG, ["reminds", "uncle", "vienna"]),
        ("the mug with the chipped handle", ["chipped", "handle"]),
    ],
)
def test_words_that_no_step_answers_to_are_unread(query: str, words: list[str]) -> None:
    assert [word for word in unread(query, write_plan(query, LABELS), LABELS) if word != "with"] == words


@given(st.text(max_size=120), st.floats(0, 1) | st.none())
def test_any_text_is_judged(query: str, sure: float | None) -> None:
    assert trusts(sure, query, write_plan(query, LABELS), LABELS) in (True, False)


def test_a_local_model_tells_its_chances_where_a_partner_listens(tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp")
    path = pytest.importorskip("tiny_gguf").write_tiny_gguf(tmp_path / "tiny.gguf")
    options = ReasonerConfig(model=f"gguf:{path}", max_tokens=16, num_ctx=512, partner="rules")
    chance = confidence(load_reasoner(options.model, options).invoke("the mug"))
    assert chance is not None
    assert 0 < chance < 1
    alone = options.model_copy(update={"partner": ""})
    assert "logprobs" not in load_reasoner(alone.model, alone).invoke("the mug").response_metadata
