"""The kitchen student's data: conversations that graphs can run, asks with their truth, labels coined. No torch."""

import itertools
import json
import re
from itertools import islice

import numpy as np
import pytest

from agentseg.affordances import USES
from agentseg.errors import FormatError, InputError
from agentseg.prompt import system_text
from agentseg.protocol import parse
from agentseg.reasoners.linking import OTHER, STAND_INS
from agentseg.sim.kitchenbench.description import Between, Both, Coloured, Group, Kind, Nearest, Related, Use
from agentseg.sim.kitchenbench.splits import HELD_LABELS
from agentseg.sim.kitchenbench.words_uses_elsewhere import ELSEWHERE
from agentseg.training.rewards import load_reward
from agentseg.training.stages.asks import Asks
from agentseg.training.stages.episode import Episode, opened, told
from agentseg.training.stages.rules import Rules, static_rules
from agentseg.training.stages.wise import BREVITY
from agentseg.training.student.beyond import beyond, elsewhere
from agentseg.training.student.corpus import conversations
from agentseg.training.student.kitchen import TESTS, kitchen_data
from agentseg.training.student.manner import Manner
from agentseg.training.student.questions import asks
from agentseg.training.student.stand_ins import KNOWN, Said, renamed_view, with_stand_ins
from agentseg.training.student.thinned import thinned

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
    shown = {row["messages"][1]["content"].rpartition("\nquery: ")[0] for row in rows}
    rules = Rules(known=KNOWN)
    starts = [told(opened(ask, rules), rules) for ask in islice(asks("train", FIRST), 20)]
    opening = starts[0][1][1]
    assert opening.rpartition("\nquery: ")[0] in shown  # other tables of the scene have stand-ins or lost rows
    assert {start[0][1] for start in starts} == {rows[0]["messages"][0]["content"]}


def test_the_programs_plan_is_right_on_the_true_twins_of_an_ask():
    right = load_reward("accuracy")
    found = []
    for ask in islice(asks("train", FIRST), 30):
        episode = Episode(opened(ask, Rules(refine=0)), Rules(refine=0))
        episode.take(json.dumps({"analysis": "", "plan": ask.sample.extra["plan"]}), cut=False)
        found.append(right(episode.trace(0, 0), ask.sample))
    assert np.mean(found) > 0.95


def test_some_tables_have_stand_ins_and_the_plan_says_them(rows):
    shown = [(row, {*table(row)} - {*KNOWN}) for row in rows]
    assert {label for _, labels in shown for label in labels} <= {*STAND_INS, OTHER}  # held labels are hidden
    renamed = [(row, labels & {*STAND_INS}) for row, labels in shown if labels & {*STAND_INS}]
    assert 0.2 < len(renamed) / len(rows) < 0.6
    said = 0
    for row, labels in renamed:
        query, plan = row["messages"][1]["content"].rpartition("query: ")[2], parse(turns(row)[0]).plan.text
        for label in labels:
            mentioned = bool(re.search(rf"\b{label}s?\b", query, re.IGNORECASE))
            assert mentioned == (label in plan)
            said += mentioned
    assert said > len(renamed) / 20


def test_a_stand_in_is_said_in_every_place_with_its_number_and_article():
    said = Said(VIEW, "Apples nearest to an apple", "apple", "find apple; answer", "The query means apple.")
    found = with_stand_ins(said, Both(Kind("apple"), Kind("apple")), {"apple": "wug"})
    assert found == Said(VIEW, "Wugs nearest to a wug", "wug", "find wug; answer", "The query means wug.")
    assert renamed_view(VIEW, {"apple": "wug"}).split("\n")[1:3] == ["1: wug, red", "2: wug, green"]


@pytest.mark.parametrize(
    ("query", "tree", "label"),
    [
        ("the frying pan", Kind("pan"), "pan"),  # another name of it
        ("the skillet", Kind("pan"), "pan"),
        ("the orange knife", Coloured(Kind("orange"), "orange"), "orange"),  # a colour too
        ("the orange knife", Coloured(Kind("knife"), "orange"), "orange"),
        ("cutlery nearest to the knife", Nearest(Group("cutlery"), Kind("knife")), "knife"),  # a family needs the label
        ("what cuts, nearest to the knife", Nearest(Use("cutting"), Kind("knife")), "knife"),
        ("the sink", Kind("sink"), "sink"),  # plans name fixtures
    ],
)
def test_labels_that_words_or_plans_need_have_no_stand_in(query, tree, label):
    assert with_stand_ins(Said(VIEW, query, "x", "find x; answer", ""), tree, {label: "wug"}) is None


def test_a_colour_that_is_a_label_stays():
    assert renamed_view(VIEW, {"orange": "wug"}).split("\n")[4] == "4: wug, orange"


def test_places_that_the_benchmark_leaves_out_are_said_and_planned(rows):
    plans = [parse(turns(row)[0]).plan.text for row in rows]
    assert any("relate next_to" in plan for plan in plans)
    turned = beyond(Coloured(Nearest(Kind("mug"), Kind("sink")), "red"), np.random.default_rng(0))
    assert turned == Coloured(Related(Kind("mug"), "next_to", Kind("sink")), "red")
    assert beyond(Coloured(Kind("mug"), "red"), np.random.default_rng(0)) is None


def test_between_is_said_of_uses_here_and_elsewhere_but_never_of_held_ones():
    behind = Related(Kind("mug"), "behind", Kind("sink"))
    turned = [beyond(behind, np.random.default_rng(seed)) for seed in range(400)]
    places = {part.use for tree in turned if isinstance(tree, Between) for part in (tree.first, tree.second)
              if isinstance(part, Use)}  # fmt: skip
    assert places & {*ELSEWHERE}
    assert places & {*USES}
    assert not places & {"drying", "flipping"}
    assert all(Kind("sink") in (tree.first, tree.second) for tree in turned if isinstance(tree, Between))


def test_uses_of_other_places_are_planned_by_the_verb_that_is_said(rows):
    tree = Both(Nearest(Use("cutting"), Use("cutting")), Kind("mug"))
    turned = elsewhere(tree, np.random.default_rng(0))
    assert turned.first.base == turned.first.anchor
    assert turned.first.base.use in ELSEWHERE
    assert elsewhere(Kind("mug"), np.random.default_rng(0)).use in ELSEWHERE
    assert elsewhere(Kind("stove"), np.random.default_rng(0)) is None
    assert not {*ELSEWHERE} & {*USES}
    assert {"dwipping", "zwying", "dwaving", "hammering"} < {*ELSEWHERE}
    plans = [(row["messages"][1]["content"], parse(turns(row)[0]).plan.text) for row in rows]
    found = [(asked, use) for asked, plan in plans for use in ELSEWHERE if f"find for {use};" in plan]
    assert found
    assert np.mean([use[:3] in asked.rpartition("query: ")[2].lower() for asked, use in found]) > 0.9  # slips aside


def test_careless_turns_pass_over_what_is_said_last():
    def of(share, static=False):
        manner = Manner(static=static, careless=share, levels=(1,), simple=True)
        return [row["messages"] for row in islice(conversations(FIRST, 0, manner), 60)]

    careful, careless = of(0.0), of(1.0)
    shorter = [len(parse(b[2]["content"]).plan.text) < len(parse(a[2]["content"]).plan.text)
               for a, b in zip(careful, careless, strict=True)]  # fmt: skip
    assert np.mean(shorter) > 0.5
    read = of(1.0, static=True)
    assert all(parse(row[2]["content"]).plan is None for row in read)


def test_prose_is_no_turn_of_the_protocol():
    rows = [row["messages"] for row in islice(conversations(FIRST, 0, Manner(prose=1.0, simple=True)), 20)]
    assert {len(messages) for messages in rows} == {3}
    assert all(messages[2]["content"].startswith("That is the ") for messages in rows)
    with pytest.raises(FormatError):
        parse(rows[0][2]["content"])


def test_stills_alone():
    assert all(len(ask.twins) == 1 for ask in islice(asks("test", stills=True), 20))
    rows = islice(conversations(FIRST, 0, Manner(stills=True, simple=True)), 200)
    assert not any(row["messages"][1]["content"].startswith("clip") for row in rows)


def test_conversations_about_one_table_follow_each_other(rows):
    tables = [row["messages"][1]["content"].rpartition("\nquery: ")[0] for row in rows]
    runs = 1 + sum(one != other for one, other in itertools.pairwise(tables))
    assert len(rows) / runs > 3  # a table that nothing was done to may come twice in a row


def test_a_table_that_lost_rows_says_how_many_it_has():
    head, *left = thinned(VIEW, np.random.default_rng(0)).split("\n")
    assert 2 <= len(left) < 5
    assert head == f"picture, {len(left)} instances"
    assert set(left) < set(VIEW.split("\n"))


def test_static_turns_are_ids_of_the_table():
    for row in islice(conversations(FIRST, 0, Manner(static=True)), 60):
        (turn,) = map(parse, turns(row))
        assert turn.plan is None
        _, shown, asked = row["messages"][1]["content"].split("\n")
        table = json.loads(shown)
        assert {"x1", "rank"} <= set(table["cols"])  # a brief view would leave where things are to the tools
        assert set(turn.answer) <= {line[0] for line in table["rows"]}
        assert not {line[1] for line in table["rows"]} & set(HELD_LABELS)
        rules = static_rules(Rules())
        assert row["messages"][0]["content"] == system_text(style=rules.prompt)


def test_a_teacher_that_thinks_at_length_is_short_where_it_is_asked_to_be():
    long = list(islice(conversations(FIRST, 0, Manner(lengthy=1.0, briefly=0.5)), 60))
    brief = [row for row in long if row["messages"][1]["content"].endswith(f"({BREVITY})")]
    assert 15 < len(brief) < 45
    for row in long:
        said = parse(turns(row)[0]).analysis
        assert said.startswith("The query means") != (row in brief)


def test_simple_conversations_are_the_benchmarks_own_of_the_levels_wanted():
    shown = [table(row) for row in islice(conversations(FIRST, 0, Manner(levels=(1,), simple=True)), 120)]
    assert not {label for labels in shown for label in labels} & {*STAND_INS, *HELD_LABELS}
    assert len({tuple(labels) for labels in shown}) <= 3  # whole tables of two or three scenes
    assert {ask.sample.level for ask in islice(asks("train", FIRST, (1,)), 6)} == {1}


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
    ("change", "said"),
    [
        ({"rows": 0}, "at least 1"),
        ({"why": 2.0}, "share"),
        ({"order": ["why"]}, "each once"),
        ({"levels": [4]}, "out of"),
    ],
)
def test_what_cannot_be_made_is_refused(tmp_path, change, said):
    with pytest.raises(InputError, match=said):
        kitchen_data(tmp_path, **(SMALL | change))
