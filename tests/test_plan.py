import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agentseg.errors import FormatError, PlanError
from agentseg.plan import MAX_LENGTH, Plan, Step, parse_plan
from agentseg.plan_syntax import MATCHES, MEASURES, OPERATORS, RELATIONS, SYNTAX, By

DOCUMENTED = [
    "find kettle, pot; rank distance sink min; answer",
    "a = find kettle; except a; filter colour eq a; answer",
    "find mug; rank x nth 2; answer",
    "a = find glass; find mug; else a; answer",
    "find bowl; filter count contains all eq 0; answer",
    "a = find robot gripper; except a; filter approach stove gt 5; rank displacement max; answer",
    "detect knife; answer",
    "a = find toaster; find mug; relate behind a; answer",
    "find for drinking coffee; relate between sink, cutting board none; count; answer",
    "at first; from a; zoom handle; relabel cup, mug; describe depth",
    "rank distance self min 2; union b; intersect c; at 12; filter depth le -3.5",
]

odd_words = ("a", "f", "for", "min", "nth", "self", "3", "mug", "7up", "between", "count")
tricky = st.sampled_from((*MATCHES, *OPERATORS, *odd_words))
labels = st.lists(tricky, min_size=1, max_size=4).map(" ".join)
measures = st.one_of(
    st.sampled_from(MEASURES),
    st.builds("{} {}".format, st.sampled_from(("distance", "approach")), labels),
    st.builds("count {} {}".format, st.sampled_from(RELATIONS), labels),
)
names = st.sampled_from("abcdef")
numbers = st.one_of(st.integers(-(10**6) + 1, 10**6 - 1).map(str), st.decimals(-999, 999, places=3).map(str))
steps = st.one_of(
    st.builds("find {}".format, st.lists(labels, min_size=1, max_size=3).map(", ".join)),
    st.builds("find for {}".format, labels),
    st.builds("filter {} {} {}".format, measures, st.sampled_from(OPERATORS), labels | numbers),
    st.builds("rank {} {}".format, measures, st.sampled_from(("min", "max", "min 3", "max 1", "nth 2", "nth 01"))),
    st.builds("relate {} {} {}".format, st.sampled_from(RELATIONS), labels, st.sampled_from(("", *MATCHES))),
    st.builds("relate between {}, {} {}".format, labels, labels, st.sampled_from(("", *MATCHES))),
    st.builds("{} {}".format, st.sampled_from(("union", "intersect", "except", "else", "from")), names),
    st.builds("{} {}".format, st.sampled_from(("detect", "zoom", "relabel", "describe")), labels | measures),
    st.sampled_from(("count", "at first", "at peak", "at 7", "at last")),
)
lines = st.lists(st.builds("{}{}".format, st.just("") | names.map("{} = ".format), steps), min_size=1, max_size=8)


def parses(step: str) -> bool:
    try:
        return bool(parse_plan(step))
    except PlanError:
        return False


@pytest.mark.parametrize("text", DOCUMENTED)
def test_documented_plan_is_its_own_canonical_form(text: str) -> None:
    assert parse_plan(text).text == text


@given(lines, st.booleans())
def test_canonical_text_of_any_plan_parses_to_the_same_plan(parts: list[str], answers: bool) -> None:
    good = [part for part in parts if parses(part)]
    plan = parse_plan("; ".join([*good, "answer" if answers else "count"]))
    assert parse_plan(plan.text) == plan
    assert parse_plan(plan.text).text == plan.text
    assert Plan.model_validate_json(plan.model_dump_json()) == plan
    assert plan.answers == answers


@given(steps)
def test_single_step_round_trips_or_is_named_in_the_error(step: str) -> None:
    try:
        plan = parse_plan(step)
    except PlanError as error:
        assert str(error).startswith(f"step {' '.join(step.split())[:80]!r}: ")  # noqa: PT017
    else:
        assert parse_plan(plan.text) == plan


def test_case_blanks_and_a_trailing_semicolon_do_not_matter() -> None:
    assert parse_plan(" A=Find  MUG ;\n relate ON  a ; answer ; ").text == "a = find mug; relate on a; answer"


def test_repeated_label_counts_once() -> None:
    assert parse_plan("find mug, mug, cup").text == "find mug, cup"


def test_lone_all_is_an_anchor_and_a_second_one_a_match() -> None:
    assert parse_plan("relate on all").steps[0].args == {"relation": "on", "anchors": ["all"], "match": "any"}
    assert parse_plan("relate on all all").steps[0].args["match"] == "all"
    assert parse_plan("relate between mug, all").steps[0].args["anchors"] == ["mug", "all"]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("", "no step ''; the steps are find, filter"),
        ("fnd mug", "no step 'fnd'"),
        ("find", "1 to 4 words"),
        ("find mug!", "1 to 4 words of letters and digits; found 'mug!'"),
        ("find one two three four five", "1 to 4 words"),
        ("filter depth 3", "write 'filter MEASURE OP VALUE'"),
        ("filter weight gt 3", "no measure 'weight'; there are depth, x"),
        ("filter depth gt", "write 'filter MEASURE OP VALUE'"),
        ("filter depth gt ü", "1 to 4 words"),
        ("filter depth mug gt 3", "'depth' takes nothing after it; found 'mug'"),
        ("filter count mug eq 0", "'count' takes a relation and an anchor; found 'mug'"),
        ("filter count between mug eq 0", "'count' takes a relation"),
        ("rank depth", "write 'rank MEASURE min'"),
        ("rank depth nth", "write 'rank MEASURE min'"),
        ("rank depth min 0", "counts from 1; found 0"),
        ("rank distance min", "an anchor is missing"),
        ("relate near mug", "no relation 'near'; there are left_of"),
        ("relate on", "an anchor is missing"),
        ("relate on mug, cup", "'on' takes 1 anchor; found 2"),
        ("relate between mug", "'between' takes 2 anchors; found 1"),
        ("union g", "one of a, b, c, d, e, f; found 'g'"),
        ("union", "one of a, b, c, d, e, f; found ''"),
        ("count mugs", "takes nothing after it; found 'mugs'"),
        ("detect", "1 to 4 words"),
        ("describe", "no measure ''"),
        ("at noon", "first, last, peak or the number of a frame; found 'noon'"),
        ("answer 3", "takes nothing after it; found '3'"),
        ("a = b = count", "no step 'b'"),
    ],
)
def test_error_names_the_step_and_what_was_wrong(step: str, message: str) -> None:
    with pytest.raises(PlanError) as caught:
        parse_plan(f"find mug; {step}; answer")
    assert str(caught.value).startswith(f"step {step!r}: ")
    assert message in str(caught.value)
    assert isinstance(caught.value, FormatError)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the plan is empty: write at least one step"),
        (" ; ;", "the plan is empty"),
        ("count;" * 17, "at most 16 steps; found 17"),
        ("x" * (MAX_LENGTH + 1), f"at most {MAX_LENGTH} characters; found {MAX_LENGTH + 1}"),
        ("answer; count", "'answer' ends a plan"),
        ("a = answer", "cannot be stored"),
    ],
)
def test_error_of_the_whole_plan(text: str, message: str) -> None:
    with pytest.raises(PlanError, match=message):
        parse_plan(text)


@given(st.text(max_size=60) | st.text("abf =;,. 0nthmid", max_size=60))
def test_any_text_parses_or_is_a_plan_error(text: str) -> None:
    try:
        assert parse_plan(text).steps
    except PlanError as error:
        assert "\n" not in str(error)  # noqa: PT017


def test_plan_knows_its_scope_and_whether_it_answers_counts_and_looks() -> None:
    plan = parse_plan("find mug; rank speed max; count; answer")
    assert (plan.scope, plan.answers, plan.counts, plan.perceives) == ("clip", True, True, False)
    plan = parse_plan("detect mug; rank depth max")
    assert (plan.scope, plan.answers, plan.counts, plan.perceives) == ("now", False, False, True)
    assert parse_plan("at 3").scope == parse_plan("filter approach sink gt 2").scope == "clip"


def test_users_own_step_parses_by_its_signature() -> None:
    custom = {"move_label": (("instance", int), ("by", str), ("share", float)), "beep": ()}
    plan = parse_plan("find mug; a = move_label 3, coffee mug, 0.5; beep; answer", custom)
    assert plan.steps[1] == Step(name="move_label", args={"instance": 3, "by": "coffee mug", "share": 0.5}, store="a")
    assert parse_plan(plan.text, custom) == plan
    assert plan.scope == "now"
    wrong = {"move_label 3": "takes 3 arguments", "move_label x, y, 1": "a number", "beep 1": "takes 0"}
    for text, message in wrong.items():
        with pytest.raises(PlanError, match=message):
            parse_plan(text, custom)
    with pytest.raises(PlanError, match="no step 'beep'"):
        parse_plan("beep")


def test_plan_has_a_step() -> None:
    with pytest.raises(ValidationError):
        Plan(steps=())


def test_measures_read_their_anchor_and_relation() -> None:
    assert By.parse("count in_front_of coffee mug") == By("count", "coffee mug", "in_front_of")
    assert By.parse("distance 3") == By("distance", "3")
    assert set(SYNTAX) >= {"find", "filter", "rank", "relate", "answer"}
