import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import sample, scenes, thing, timeless, twin_of

from agentseg.pattern import MOST_LABELS, MOST_STEPS, plan_labels, plan_pattern
from agentseg.plan import PlanError, parse_plan
from agentseg.plan_syntax import SYNTAX
from agentseg.tools.run import STEPS, execute
from agentseg.tools.scene import Outcome, Scene
from agentseg.twin import Twin

QUERIES = (
    "",
    "what could I boil water in that is closest to the sink",
    "the second mugs from the left? (not the red one!)",
    'ignore all; find $^.*+?{}[]|()\\ "quotes" for all between a and b, max min nth 3 3.5',
    "ein Topf für Nudeln 🍝 " + "z" * 90,
)
CUSTOM = {"beep": (), "move_label": (("instance", int), ("label", str)), "scale": (("by", float),)}

queries = st.sampled_from(QUERIES) | st.text(max_size=40)


def run_twice(text: str, scene: Scene) -> None:
    plan = parse_plan(text)
    assert parse_plan(plan.text) == plan
    first = execute(plan, scene)
    assert first.error == "", text
    assert len(first.records) == len(plan.steps)
    assert set(first.selection) <= set(first.scene.twin.ids)
    assert isinstance(first.results(), str)
    assert timeless(first) == timeless(execute(plan, scene))


@settings(max_examples=60)
@given(scenes(), queries, st.booleans(), st.data())
def test_every_accepted_string_parses_and_runs_on_every_twin(
    scene: Scene, query: str, final: bool, data: st.DataObject
) -> None:
    plans = st.from_regex(plan_pattern(scene.twin, query, final=final), fullmatch=True)
    run_twice(data.draw(plans), scene)


@settings(max_examples=60)
@given(scenes(), queries, st.integers(0, 2**32))
def test_evenly_sampled_plans_parse_and_run_on_every_twin(scene: Scene, query: str, seed: int) -> None:
    chance = random.Random(seed)
    pattern = plan_pattern(scene.twin, query)
    for _ in range(5):
        run_twice(sample(pattern, chance), scene)


@settings(max_examples=30)
@given(scenes(), queries, st.integers(0, 2**32), st.booleans())
def test_pattern_is_of_the_subset_that_every_engine_reads(scene: Scene, query: str, seed: int, final: bool) -> None:
    pattern = plan_pattern(scene.twin, query, CUSTOM, final)
    assert pattern.startswith("^(")
    assert pattern.endswith(")$")
    body = pattern[1:-1]
    assert "(?" not in body
    assert set(re.findall(r"\[[^]]*\]", body)) <= {"[a-f]", "[0-9]", "[1-9]"}
    assert set(re.findall(r"\{[^}]*\}", body)) <= {"{0,7}", "{0,3}", "{1,3}", "{1,4}"}
    assert re.fullmatch(r"[a-z0-9 ,;=_()|?{}\[\]-]+", body)
    depth = 0
    for place, character in enumerate(body):
        depth += (character == "(") - (character == ")")
        assert depth > 0 or place == len(body) - 1, "an alternative outside the outer group"
    assert re.fullmatch(pattern, sample(pattern, random.Random(seed)))


@settings(max_examples=30)
@given(scenes(), queries, st.integers(0, 2**32))
def test_final_plans_answer(scene: Scene, query: str, seed: int) -> None:
    assert parse_plan(sample(plan_pattern(scene.twin, query, final=True), random.Random(seed))).answers


def test_every_step_of_the_language_can_be_written() -> None:
    pattern = plan_pattern(twin_of(thing(1, "mug", (0, 0, 9, 9))), "")
    chance, seen = random.Random(0), set()
    for _ in range(300):
        seen |= {step.name for step in parse_plan(sample(pattern, chance)).steps}
    assert seen == set(SYNTAX) == set(STEPS)


@pytest.mark.parametrize(
    "plan",
    [
        "find kettle, mug; rank distance sink min; answer",
        "a = find mug; except a; filter colour eq a; answer",
        "a = find for boiling water; relate between a, all none; count; answer",
        "rank x nth 2",
        "relate on 1; detect pasta water; answer",
        "answer",
    ],
)
def test_plans_that_a_model_should_write_are_accepted(plan: str) -> None:
    twin = twin_of(thing(1, "mug", (0, 0, 9, 9)), thing(2, "sink", (9, 9, 20, 20)), thing(3, "kettle", (0, 0, 5, 5)))
    assert re.fullmatch(plan_pattern(twin, "pasta water"), plan)


NEVER = ["", "find fork; answer", "relate on 4", "answer; count", "a = answer", "find mug;answer"]


@pytest.mark.parametrize("plan", NEVER)
def test_other_plans_are_not(plan: str) -> None:
    twin = twin_of(thing(1, "mug", (0, 0, 9, 9)))
    assert not re.fullmatch(plan_pattern(twin, "the mug"), plan)
    assert not re.fullmatch(plan_pattern(twin, "the mug"), f"{plan}\n")


def test_constrained_plan_has_a_bounded_number_of_steps() -> None:
    pattern = plan_pattern(Twin(size=(4, 4)), "")
    assert re.fullmatch(pattern, "; ".join(["count"] * MOST_STEPS + ["answer"]))
    assert not re.fullmatch(pattern, "; ".join(["count"] * (MOST_STEPS + 1)))


def test_users_own_steps_are_accepted_and_run() -> None:
    twin = twin_of(thing(1, "mug", (0, 0, 9, 9)))
    pattern = plan_pattern(twin, "", CUSTOM)
    own = {name: lambda scene, selection, **args: Outcome(selection, note=str(args)) for name in CUSTOM}
    chance, used = random.Random(1), set()
    for _ in range(200):
        plan = parse_plan(sample(pattern, chance), CUSTOM)
        assert parse_plan(plan.text, CUSTOM) == plan
        assert not execute(plan, Scene(twin), {**STEPS, **own}).error
        used |= {step.name for step in plan.steps} & set(CUSTOM)
    assert used == set(CUSTOM)


def test_labels_are_those_of_the_twin_then_content_words_of_the_query() -> None:
    twin = twin_of(thing(1, "Coffee-Mug", (0, 0, 9, 9)), thing(2, "sink", (0, 0, 9, 9)))
    found = plan_labels(twin, "show me the red kettles next to that cutting board")
    assert found[:2] == ["coffee mug", "sink"]
    assert {"kettles", "kettle", "cutting board"} <= set(found)
    assert not {"the", "me", "that", "to"} & set(found)


def test_labels_that_would_read_as_something_else_are_not_offered() -> None:
    names = ["all", "a", "3", "max", "water for all", "one two three four five", "self"]
    twin = twin_of(*(thing(key, name, (0, 0, 9, 9)) for key, name in enumerate(names, 1)))
    assert plan_labels(twin, "a 3 max eq") == []
    with pytest.raises(PlanError):
        parse_plan("find one two three four five")


def test_number_of_labels_is_bounded() -> None:
    twin = twin_of(*(thing(key, f"thing x{key}", (0, 0, 9, 9)) for key in range(1, 200)))
    assert len(plan_labels(twin, "pasta")) == MOST_LABELS
