"""The kitchen student's data: conversations that graphs can run, asks with their truth, labels coined. No torch."""

import json
import re
from itertools import islice

import numpy as np
import pytest

from agentseg.errors import InputError
from agentseg.protocol import parse
from agentseg.sim.classes import CLASSES, FIXTURES
from agentseg.sim.kitchenbench.description import Both, Coloured, Group, Kind, Nearest, Use
from agentseg.training.rewards import load_reward
from agentseg.training.stages.asks import Asks
from agentseg.training.stages.episode import Episode, opened
from agentseg.training.stages.rules import Rules
from agentseg.training.student.corpus import Manner, conversations, thinned
from agentseg.training.student.kitchen import TESTS, kitchen_data
from agentseg.training.student.nonce import Said, with_coined
from agentseg.training.student.questions import asks

FIRST = 2_000_003
SMALL = {"warm": 40, "rows": 60, "asks": 5, "test": 1}
VIEW = "picture, 5 instances\n1: apple, red\n2: apple, green\n3: knife, grey\n4: orange, orange\n5: frying pan, black"


@pytest.fixture(scope="module")
def rows():
    return list(islice(conversations(FIRST, 0, Manner()), 300))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kitchen")
    said = []
    return folder, kitchen_data(folder, **SMALL, seed=1, on_progress=said.append), said


def turns(row):
    return [message["content"] for message in row["messages"] if message["role"] == "assistant"]


def table(row):
    return re.findall(r"(?m)^\d+: ([^,\n]+)", row["messages"][1]["content"].rpartition("\nquery: ")[0])


def test_every_turn_is_read_and_plans_first(rows):
    for row in rows:
        first, *rest = map(parse, turns(row))
        assert first.plan.answers
        assert first.analysis
        assert [turn.answer for turn in rest] in ([], [()])
        assert [message["role"] for message in row["messages"][:3]] == ["system", "user", "assistant"]
    assert 0.02 < np.mean([len(turns(row)) > 1 for row in rows]) < 0.15  # what is not there is said after the results
    assert len({row["trace_id"] for row in rows}) == len(rows)


def test_conversations_open_as_the_graph_opens_them(rows):
    shown = {row["messages"][1]["content"] for row in rows}
    starts = [opened(ask, Rules()).dialogue for ask in islice(asks("train", FIRST), 20)]
    assert sum(start[1][1] in shown for start in starts) >= 8  # the rest have coined labels or lost rows
    assert {start[0][1] for start in starts} == {rows[0]["messages"][0]["content"]}


def test_the_programs_plan_is_right_on_the_true_twins_of_an_ask():
    right = load_reward("accuracy")
    found = []
    for ask in islice(asks("train", FIRST), 30):
        episode = Episode(opened(ask, Rules(refine=0)), Rules(refine=0))
        episode.take(json.dumps({"analysis": "", "plan": ask.sample.extra["plan"]}), cut=False)
        found.append(right(episode.trace(0, 0), ask.sample))
    assert np.mean(found) > 0.95


def test_some_tables_have_coined_labels_and_the_plan_says_them(rows):
    known = {*CLASSES, *FIXTURES}
    coined = [(row, label) for row in rows for label in set(table(row)) - known]
    assert 0.08 < len({row["trace_id"] for row, _ in coined}) / len(rows) < 0.5
    for row, label in coined:
        assert label in parse(turns(row)[0]).plan.text
        assert label in parse(turns(row)[0]).analysis
        assert label.split()[0] in row["messages"][1]["content"].rpartition("query: ")[2].lower()


def test_a_label_is_coined_in_every_place_with_its_number_and_article():
    said = Said(VIEW, "Apples nearest to an apple", "apple", "find apple; answer", "The query means apple.")
    both = Both(Kind("apple"), Kind("apple"))
    found = with_coined(said, both, np.random.default_rng(0))
    new = found.gist
    assert new not in CLASSES
    assert found.plan == f"find {new}; answer"
    assert found.why == f"The query means {new}."
    assert found.view.split("\n")[1:3] == [f"1: {new}, red", f"2: {new}, green"]
    assert re.fullmatch(rf"{new}e?s nearest to a {new}", found.query, re.IGNORECASE)
    assert found.query[0].isupper()


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("the frying pan", Kind("pan")),  # another name of it
        ("the skillet", Kind("pan")),
        ("the orange knife", Coloured(Kind("orange"), "orange")),  # a colour too
        ("cutlery nearest to the knife", Nearest(Group("cutlery"), Kind("knife"))),  # a family needs the label
        ("what cuts, nearest to the knife", Nearest(Use("cutting"), Kind("knife"))),
        ("the sink", Kind("sink")),  # plans name fixtures
    ],
)
def test_labels_that_words_or_plans_need_stay(query, tree):
    said = Said(VIEW, query, "x", "find x; answer", "")
    assert all(with_coined(said, tree, np.random.default_rng(seed)) == said for seed in range(5))


def test_a_colour_that_is_a_label_stays():
    said = Said(VIEW, "the orange", "orange", "find orange; answer", "")
    found = with_coined(said, Kind("orange"), np.random.default_rng(1))
    assert found.view.split("\n")[4] == f"4: {found.gist}, orange"


def test_a_table_that_lost_rows_says_how_many_it_has():
    head, *left = thinned(VIEW, np.random.default_rng(0)).split("\n")
    assert 2 <= len(left) < 5
    assert head == f"picture, {len(left)} instances"
    assert set(left) < set(VIEW.split("\n"))


def test_static_turns_are_ids_of_the_table():
    for row in islice(conversations(FIRST, 0, Manner(static=True)), 60):
        (turn,) = map(parse, turns(row))
        assert turn.plan is None
        shown = row["messages"][1]["content"].split("\n")
        assert all(any(line.startswith(f"{id}: ") for line in shown) for id in turn.answer)


@pytest.mark.parametrize("order", [("analysis", "answer", "why"), ("why", "analysis", "answer")])
def test_explanations_stand_in_their_order_and_are_asked_for(order):
    for row in islice(conversations(FIRST, 0, Manner(why=1.0, order=order)), 30):
        fields = json.loads(turns(row)[0])
        assert ["answer" if name == "plan" else name for name in fields] == list(order)
        assert fields["why"].startswith("The query means")
        assert '"why"' in row["messages"][0]["content"]


def test_files_have_what_was_asked_for_and_progress_is_told(made):
    folder, counts, said = made
    assert counts == {"warm": 40, "chains": 60, "asks": 5} | dict.fromkeys(TESTS, 1)
    assert {path.stem for path in folder.iterdir()} == set(counts)
    for name in ("asks", *TESTS):
        ask = Asks([folder / f"{name}.jsonl"])[0]
        assert ask.sample.split == ("train" if name == "asks" else name)
        assert set(ask.sample.targets) == set(range(len(ask.twins)))
    scenes = [
        {row["group"] for row in map(json.loads, (folder / f"{name}.jsonl").open())} for name in ("warm", "chains")
    ]
    assert not scenes[0] & scenes[1]
    assert {"stage": "data", "say": "chains 60/60"} in said


def test_a_half_filled_folder_goes_on_to_the_same_bytes(made, tmp_path):
    folder, counts, _ = made
    for name in ("warm", *TESTS):
        (tmp_path / f"{name}.jsonl").write_bytes((folder / f"{name}.jsonl").read_bytes())
    (tmp_path / "chains.part").write_text("half a line")
    assert kitchen_data(tmp_path, **SMALL, seed=1) == counts
    for name in counts:
        assert (tmp_path / f"{name}.jsonl").read_bytes() == (folder / f"{name}.jsonl").read_bytes()
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("change", "said"), [({"rows": 0}, "at least 1"), ({"why": 2.0}, "share"), ({"order": ["why"]}, "each once")]
)
def test_what_cannot_be_made_is_refused(tmp_path, change, said):
    with pytest.raises(InputError, match=said):
        kitchen_data(tmp_path, **(SMALL | change))
