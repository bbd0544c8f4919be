"""Labels that a small model never saw: hidden in what it reads, shown in what it writes."""

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentseg import Twin, segment
from agentseg.config import Config, ReasonerConfig
from agentseg.prompt import query_text, twin_text
from agentseg.reasoners.linking import OTHER, STAND_INS, Links, link, linked
from agentseg.reasoners.linking_text import aligned, swap
from agentseg.reasoners.names import plural, plural_pattern
from agentseg.sample import Sample
from agentseg.testing import FakePerceiver, ScriptedChat
from agentseg.timeline import Timeline
from agentseg.trace import Trace
from agentseg.training.rows import row
from agentseg.training.stages.asks import Ask
from agentseg.training.stages.episode import Episode, opened, told
from agentseg.training.stages.rules import Rules
from agentseg.twin import Instance

KNOWN = ("bottle", "mug", "orange", "plate", "robot gripper", "sink", "stove")


def twin_of(*labels: str) -> Twin:
    rows = [
        Instance(id=key, label=label, box=(10 * key, 4, 10 * key + 8, 12), attributes={"colour": "red"})
        for key, label in enumerate(labels, 1)
    ]
    return Twin(size=(40, 120), instances=tuple(rows))


def read(query: str, *labels: str) -> str:
    return link(twin_of(*labels), query, KNOWN).query


@pytest.mark.parametrize(
    ("query", "labels", "shown"),
    [
        ("the spatula next to the mug", ["spatula", "mug"], "the wug next to the mug"),
        ("Spatulas, please", ["spatula"], "Wugs, please"),
        ("an oven mitt", ["oven mitt"], "a wug"),
        ("an old oven mitt", ["oven mitt"], "an old wug"),
        ("the turner by the kitchen roll", ["spatula", "paper towel"], "the wug by the fep"),
        ("the kitchen rolls behind the tin can", ["can", "paper towel"], "the wugs behind the fep"),
        ("two cans of food", ["can"], "two wugs"),
        ("the can left of the can's lid", ["can"], "the wug left of the wug's lid"),
        ("can you see what can be moved? the can", ["can"], "can you see what can be moved? the wug"),
        ("put a box around the box", ["box"], "put a box around the wug"),
        ("the carton", ["mug"], "the wug"),  # not there: a plan for it finds nothing
        ("what toasts bread", ["mug"], "what toasts bread"),
        ("the mitt", ["oven mitt"], "the wug"),  # it goes by its last word
        ("the bottle", ["wine bottle"], "the bottle"),
        ("the wine bottle", ["wine bottle", "bottle"], "the wug"),
        ("the orange mug", ["orange", "mug"], "the orange mug"),
        ("any utensil", ["spatula", "fork"], "any utensil"),  # a family, no thing
        ("the wug on the spatula", ["spatula"], "the wug on the fep"),
        ("the grand piano", ["mug"], "the grand piano"),
        ("", ["spatula"], ""),
    ],
)
def test_unknown_names_of_a_query_get_stand_ins(query: str, labels: list[str], shown: str) -> None:
    assert read(query, *labels) == shown


def test_the_twin_shows_what_the_query_names_what_is_familiar_and_others() -> None:
    twin = twin_of("spatula", "mug", "wine bottle", "carton", "spatula", "opener bottle cap")
    links = link(twin, "the spatula", KNOWN)
    seen = links.twin(twin)
    assert [row.label for row in seen.instances] == ["wug", "mug", "bottle", OTHER, "wug", OTHER]
    assert [row.model_copy(update={"label": ""}) for row in seen.instances] == [
        row.model_copy(update={"label": ""}) for row in twin.instances
    ]
    assert links.hide("find spatula: [1, 5] | carton, wine bottle") == "find wug: [1, 5] | other, bottle"
    assert links.show('{"analysis": "Wugs near a wugly wug", "plan": "find wug, bottle; answer"}') == (
        '{"analysis": "Spatulas near a wugly spatula", "plan": "find spatula, bottle; answer"}'
    )


def test_a_known_part_gives_way_where_the_query_names_the_whole() -> None:
    twin = twin_of("coffee mug", "mug")
    assert link(twin, "the mug", KNOWN).twin(twin).labels == ("mug",)
    assert link(twin, "the coffee mug", KNOWN).twin(twin).labels == ("mug", "wug")


def test_no_stand_in_is_a_word_that_is_there() -> None:
    twin = twin_of("wug", "fep box", "spatula")
    links = link(twin, "the spatula, not the blick or the daps", KNOWN)
    assert links.labels == {"zup": "spatula"}
    assert links.twin(twin).labels == ("other", "wug", "zup")


def test_more_things_than_stand_ins_stay() -> None:
    labels = ["toaster", "fork", "spoon", "kettle", "pan", "pot", "bowl", "apple", "banana", "sponge"]
    links = link(twin_of(*labels), " ".join(labels), KNOWN)
    assert links.query.split() == [*STAND_INS, "banana", "sponge"]
    assert links.twin(twin_of(*labels)).labels == tuple(sorted((*STAND_INS, "banana", "sponge")))


def test_labels_that_no_plan_can_name_stay_unnamed() -> None:
    labels = ("a b c d e f", "top of all")
    assert read("the a b c d e f and the top of all", *labels) == "the a b c d e f and the top of all"


def test_nothing_changes_without_known_labels_or_with_known_ones_only() -> None:
    messages = [("system", "plan"), ("human", "1: spatula\nquery: the spatula"), ("ai", "{}")]
    twin = twin_of("spatula")
    for known in ((), ("spatula",)):
        links, dialogue = linked(twin, "the spatula", messages, known)
        assert (bool(links), links.query, dialogue) == (False, "the spatula", messages)
        assert links.twin(twin) is twin
        assert links.show(links.hide("a spatula")) == "a spatula"


@pytest.mark.parametrize("style", ["full", "brief"])
def test_a_linked_opening_is_that_of_the_linked_twin(style: str) -> None:
    twin, query = twin_of("spatula", "carton", "mug"), "Where's  an spatula?"
    opening = f"{twin_text(Timeline([twin]), style=style)}\n{query_text(query)}"  # type: ignore[arg-type]
    links, ((_, told_so),) = linked(twin, query, [("human", opening)], KNOWN)
    assert told_so == f"{twin_text(Timeline([links.twin(twin)]), style=style)}\nquery: Where's a wug?"  # type: ignore[arg-type]


WORDS = st.sampled_from(
    ["mug", "mugs", "spatula", "Spatulas", "tin", "wug", "other", "paper", "towel", "wine", "bottle"]
)
LABELS = st.lists(
    st.sampled_from(["spatula", "can", "tin can", "paper towel", "wine bottle", "mug", "tin", "towel"]), max_size=5
)


@given(st.lists(WORDS, max_size=9).map(" ".join) | st.text(max_size=60), LABELS)
def test_linking_is_total_and_done_once(query: str, labels: list[str]) -> None:
    twin = twin_of(*labels)
    links = link(twin, query, KNOWN)
    assert not link(links.twin(twin), links.query, KNOWN)
    assert links.query == query or links
    assert links.twin(twin).ids == twin.ids


@given(
    LABELS, st.lists(st.sampled_from(["find", "the", "two", "4:", "[1, 2]", ";", "carton", "sofa", "fork"]), max_size=6)
)
def test_what_is_hidden_is_shown_again(labels: list[str], between: list[str]) -> None:
    links = link(twin_of(*labels), ", ".join(labels), KNOWN)
    said = [label for label in labels if label in links.labels.values()]
    text = " ; ".join([*said, *between, *(plural(label) for label in said)])
    assert links.show(links.hide(text)) == text
    assert links.hide(links.hide(text)) == links.hide(text)
    assert not any(re.search(rf"\b{plural_pattern(label)}\b", links.hide(text)) for label in said)


@given(st.text(max_size=80))
def test_every_character_of_the_words_knows_its_place(text: str) -> None:
    words, places = aligned(text)
    assert len(words) == len(places)
    assert all(text[place].lower() == sign for sign, place in zip(words, places, strict=True) if sign.isalnum())


def test_plurals_and_capitals_follow_a_swap() -> None:
    knife = {"knife": "wug", "box": "fep", "can of food": "dap", "cherry": "mib"}
    assert swap("Knives, boxes, cans of food, cherries; knifed", knife) == "Wugs, feps, daps, mibs; knifed"
    back = {new: old for old, new in knife.items()}
    assert swap("Wugs, feps, daps, mibs", back) == "Knives, boxes, cans of food, cherries"


def turn(**fields: object) -> str:
    return json.dumps({"analysis": "so", **fields})


def test_a_model_that_never_saw_a_spatula_finds_it() -> None:
    twin = twin_of("mug", "spatula", "carton")
    model = ScriptedChat([turn(plan="find wug; filter colour eq blue; answer"), turn(plan="find wug; answer")])
    config = Config(reasoner=ReasonerConfig(prompt="brief", known=KNOWN))
    picture = np.zeros((*twin.size, 3), np.uint8)
    result = segment(picture, "the spatula", config, reasoner=model, perceivers=[FakePerceiver(twin)])
    assert (result.status, result.answer) == ("ok", (2,))
    assert result.plan is not None
    assert result.plan.text == "find spatula; answer"
    read_by_model = "\n".join(str(message.content) for call in model.calls for message in call)
    assert "query: the wug" in read_by_model
    assert "results:\nfind wug: [2]" in read_by_model
    assert not re.search("spatula|carton", read_by_model)
    kept = json.dumps(result.trace.model_dump(mode="json"))
    assert not re.search(r"\bwug\b", kept)


def test_the_schema_takes_stand_ins_and_no_hidden_label() -> None:
    twin = twin_of("mug", "spatula")
    made = []

    class Schemed(ScriptedChat):
        def bind(self, **options: object) -> object:
            made.append(options["schema"])
            return self

    Schemed.__name__, Schemed.__module__ = "GgufChat", "agentseg.reasoners.gguf"
    model = Schemed([turn(plan="find wug; answer")])
    config = Config(reasoner=ReasonerConfig(prompt="brief", known=KNOWN))
    picture = np.zeros((*twin.size, 3), np.uint8)
    segment(picture, "the spatula", config, reasoner=model, perceivers=[FakePerceiver(twin)])
    pattern = made[0]["anyOf"][0]["properties"]["plan"]["pattern"]  # type: ignore[index]
    assert re.fullmatch(pattern, "find wug; answer")
    assert not re.fullmatch(pattern, "find spatula; answer")


def test_a_policy_learns_in_the_views_that_it_is_served() -> None:
    twin = twin_of("mug", "spatula")
    sample = Sample(id="1", dataset="made", split="train", query="the spatula", media=("m",), size=twin.size)
    rules = Rules(known=KNOWN)
    start = opened(Ask(twins=(twin,), sample=sample), rules)
    assert "spatula" in start.dialogue[1][1]
    assert told(start, rules)[1][1].endswith("2: wug, red\nquery: the wug")
    episode = Episode(start, rules)
    ((_, results),) = episode.take(turn(plan="find wug; filter colour eq blue; answer"), cut=False)
    assert "find wug: [2]" in results
    assert episode.take(turn(plan="find wug; answer"), cut=False) == ()
    trace = episode.trace(0, 0)
    assert (trace.answer, trace.executed_plans[-1]) == ((2,), "find spatula; answer")
    assert "spatula" not in json.dumps(row(trace, known=KNOWN)["messages"])
    assert "wug" not in json.dumps(row(trace)["messages"])


def test_a_row_without_twins_stays_as_it_is() -> None:
    trace = Trace(
        trace_id="1", query="spatula", media="", reasoner="x", status="ok", answer=(), dialogue=(("human", "spatula"),)
    )
    assert row(trace, known=KNOWN)["messages"][0]["content"] == "spatula"
    assert Links("x").dialogue([("ai", "spatula")]) == [("ai", "spatula")]
