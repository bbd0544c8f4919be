"""No trace that validates makes a reward raise or leave its range; and rewards by name."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import scenes
from reward_makers import SIZE, rle, sample, trace, turn

from agentseg.errors import InputError
from agentseg.sample import Sample
from agentseg.trace import Event, StepRecord, Trace
from agentseg.training.rewards import REWARDS, Reward, load_reward, mask_iou

OPTIONS: dict[str, dict[str, Any]] = {
    "l1_exact": {"target": 20},
    "l1_max": {"target": 20},
    "wise": {"similarity": "ngram"},
    "wise_total": {"similarity": "ngram"},
}
RANGES = {"segzero": 3, "visionreasoner": 3, "wise_accuracy": 3, "wise_total": 5}

PLANS = ("find mug; answer", "relate behind 9; filter colour eq red; answer", "find for x; rank distance self min")
texts = st.text(max_size=40) | st.sampled_from(
    [turn(plan=plan) for plan in PLANS]
    + [turn("instance 3 is red, 7 mugs", answer=[3], why="the red mug is at 10"), turn("", answer=[])]
    + [f"<reason>r</reason><plan>{PLANS[0]}</plan>", '{"analysis": "\ud800", "answer": [1]}', "[" * 3000, "{" * 3000]
)
ids = st.lists(st.integers(-3, 50), max_size=5).map(tuple)
boxes = st.tuples(*[st.floats(-1e3, 1e3) | st.sampled_from([math.inf, math.nan, -1e300])] * 4)
masks = st.sampled_from(
    [rle((10, 10, 30, 30)), rle((0, 0, 0, 0)), rle((0, 0, 3, 3), (9, 9))]
    + [{"size": list(SIZE), "counts": bad} for bad in ("", "@", "ooooooooo", "é")]
    + [{"size": [], "counts": "0"}, {"size": [10**9, 10**9], "counts": "0"}]
)


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    steps = st.builds(StepRecord, step=st.text(max_size=9), selection=ids)
    node = st.sampled_from(["build_twin", "reason", "refine", "answer"])
    events = st.builds(Event, node=node, text=texts, error=st.sampled_from(["", "cut"]), steps=st.tuples(steps, steps))
    roles = st.sampled_from(["system", "human", "ai", "ai", "tool"])
    return trace(
        query=draw(st.text(max_size=30)),
        status=draw(st.sampled_from(["ok", "ok", "no_target", "format_error", "tool_error", "budget_exhausted"])),
        answer=draw(ids),
        number=draw(st.none() | st.integers(-5, 10**12)),
        masks=draw(st.dictionaries(st.integers(-2, 4), masks, max_size=3)),
        twins=tuple(draw(scenes(most=5)).timeline) * draw(st.integers(0, 2)),
        dialogue=tuple(draw(st.lists(st.tuples(roles, texts), max_size=4))),
        events=tuple(draw(st.lists(events, max_size=3))),
    )


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    frames = st.integers(0, 2)
    truth = st.sampled_from([rle((10, 10, 30, 30)), rle((0, 0, 0, 0)), rle((0, 0, 200, 100))])
    return sample(
        task=draw(st.sampled_from(["segment", "count", "detect"])),
        indices=(0, 1, 2),
        targets=draw(st.dictionaries(frames, truth, max_size=3)),
        ignore=draw(st.dictionaries(frames, truth, max_size=2)),
        boxes=draw(st.dictionaries(frames, st.lists(boxes, max_size=3).map(tuple), max_size=2)),
        number=draw(st.none() | st.integers(0, 3)),
    )


@settings(max_examples=150)
@given(traces(), samples())
def test_any_trace_has_a_value_in_range_under_every_reward(made: Trace, truth: Sample) -> None:
    for name in REWARDS:
        found = load_reward(name, **OPTIONS.get(name, {}))(made, truth)
        if found is None:
            continue
        assert math.isfinite(found), name
        assert found <= RANGES.get(name, 1), name
        assert found >= 0 or name == "l1_exact", name
        assert load_reward(name, **OPTIONS.get(name, {}))(made, truth) == found


def own(made: Trace, truth: Sample) -> float | None:
    """A user's reward."""
    return 0.25


def make_own(*, bonus: float = 0.0) -> Reward:
    """A user's maker of rewards."""
    return lambda made, truth: 0.25 + bonus


def make_nothing(*, bonus: float = 0.0) -> int:
    """No maker of rewards."""
    return 3


HERE = __name__


def test_reward_by_dotted_path_is_a_function_or_what_makes_one() -> None:
    assert load_reward(f"{HERE}:own")(trace(), sample()) == 0.25
    assert load_reward(f"{HERE}:make_own", bonus=0.5)(trace(), sample()) == 0.75
    assert load_reward("iou") is mask_iou
    assert load_reward("brevity", limit=8, tokens="builtins:len")(trace(turn("ab", answer=[1])), sample()) == 0.75


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("nonsense", {}, "no function 'nonsense'; use \"package.module:name\" or one of accuracy, brevity"),
        ("os;x:y", {}, "no function 'os;x:y'"),
        ("no_such_package:x", {}, "the module cannot be imported: No module named 'no_such_package'"),
        ("math:no_such", {}, "math has no 'no_such'"),
        ("math:pi", {}, "'math:pi' is no function but float"),
        ("iou", {"a": 1}, "reward 'iou' takes no options; found a"),
        (f"{HERE}:own", {"a": 1}, "takes no options; found a"),
        ("format", {"oder": 1}, "got an unexpected keyword argument 'oder'; its options are order, codec, custom"),
        ("wise", {}, "missing a required argument: 'similarity'; its options are similarity, condition"),
        ("wise", {"similarity": "no"}, "no function 'no'; use \"package.module:name\" or one of ngram, words"),
        ("wise", {"similarity": 3}, "a function or its name is wanted; found int"),
        ("brevity", {"limit": "x"}, "reward 'brevity': "),
        ("l1_max", {"target": 0}, "target is a number of tokens, at least 1; found 0"),
        ("l1_exact", {"target": 9, "alpha": float("nan")}, "alpha is a finite number, at least 0; found nan"),
        (f"{HERE}:make_nothing", {}, "makes int, no function of a trace and a sample"),
    ],
)
def test_wrong_names_and_options_are_told(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        load_reward(name, **options)
    assert message in str(caught.value)


def test_every_shipped_name_loads() -> None:
    for name in REWARDS:
        assert callable(load_reward(name, **OPTIONS.get(name, {})))
