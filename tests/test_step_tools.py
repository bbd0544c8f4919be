"""Every step of the plan language as a tool of its own: the same as in a plan, with ids in place of names."""

import json
from typing import Any

import pytest
from toolkit_scene import Painted, call, clip, told, toolkit

from agentseg.plan import parse_plan
from agentseg.plan_syntax import MATCHES, OPERATORS, RELATIONS
from agentseg.tools import execute


@pytest.mark.parametrize(
    ("name", "arguments", "plan"),
    [
        ("find", {"labels": ["Mug", "kettle"]}, "find mug, kettle"),
        ("find", {"use": "boiling water"}, "find for boiling water"),
        ("find", {"labels": ["spoon"]}, "find spoon"),
        ("filter", {"by": "x", "op": "gt", "value": 30}, "filter x gt 30"),
        ("filter", {"by": "x", "op": "gt", "value": 30.12345}, "filter x gt 30.123"),
        ("filter", {"by": "colour", "op": "eq", "value": "blue"}, "filter colour eq blue"),
        ("filter", {"by": "colour", "op": "ne", "value": [1]}, "b = from a; from a; filter colour ne a"),
        ("rank", {"by": "depth"}, "rank depth min"),
        ("rank", {"by": "distance kettle", "order": "max", "k": 2}, "rank distance kettle max 2"),
        ("rank", {"by": "x", "order": "nth", "k": 2}, "rank x nth 2"),
        ("relate", {"relation": "left_of", "anchors": [3]}, "relate left_of 3"),
        ("relate", {"relation": "right_of", "anchors": ["mug"], "match": "all"}, "relate right_of mug all"),
        ("relate", {"relation": "between", "anchors": ["kettle", 1]}, "relate between kettle, 1"),
        ("count", {}, "count"),
        ("detect", {"phrase": "knife"}, "detect knife"),
        ("zoom", {"phrase": "mug"}, "zoom mug"),
        ("relabel", {"labels": ["mug"]}, "relabel mug"),
        ("describe", {"by": "area"}, "describe area"),
        ("answer", {}, "answer"),
    ],
)
def test_tool_does_what_the_step_does(name: str, arguments: dict[str, Any], plan: str) -> None:
    kit = toolkit()
    told(kit, "build_twin")
    found = told(kit, f"twin_{name}", twin="t0", **arguments)
    scene = kit.workspace.scene("t0").stored("a", (1,))
    wanted = execute(parse_plan(plan if "=" not in plan else "filter colour ne a"), scene)
    record = wanted.records[-1]
    assert tuple(found["selection"]) == record.selection
    assert found.get("note", "") == record.note
    assert found["ambiguous"] == record.ambiguous
    assert {int(key): value for key, value in found.get("values", {}).items()} == record.values


@pytest.mark.parametrize(
    ("name", "selection", "other", "wanted"),
    [
        ("union", [2], [1, 2], [2, 1]),
        ("intersect", [1, 2, 3], [3, 2], [2, 3]),
        ("except", None, [2], [1, 3]),
        ("else", [], [3], [3]),
        ("else", [1], [3], [1]),
        ("from", [1], [3, 2], [3, 2]),
        ("union", [], [], []),
    ],
)
def test_second_selection_is_a_list_of_ids(
    name: str, selection: list[int] | None, other: list[int], wanted: list[int]
) -> None:
    kit = toolkit()
    told(kit, "build_twin")
    assert told(kit, f"twin_{name}", twin="t0", selection=selection, other=other)["selection"] == wanted


def test_anchor_may_be_a_list_of_ids() -> None:
    kit = toolkit()
    told(kit, "build_twin")
    found = told(kit, "twin_relate", twin="t0", relation="between", anchors=[[1], [3]], selection=[2, 3])
    assert found["selection"] == [2]
    assert told(kit, "twin_relate", twin="t0", relation="right_of", anchors=[[1, 2]])["selection"] == [2, 3]


def test_step_that_looks_gives_a_new_twin_and_others_keep_the_old() -> None:
    kit = toolkit()
    told(kit, "build_twin")
    assert told(kit, "twin_find", twin="t0", labels=["mug"])["twin"] == "t0"
    found = told(kit, "twin_detect", twin="t0", phrase="knife")
    assert (found["twin"], found["selection"], [row["label"] for row in found["instances"]]) == ("t1", [4], ["knife"])
    assert told(kit, "twin_rank", twin="t1", by="depth", selection=found["selection"])["selection"] == [4]


def test_at_stands_on_the_twin_of_one_frame() -> None:
    kit = toolkit(clip(3))
    told(kit, "track_objects")
    first = told(kit, "twin_at", twin="t0", time="f0")
    assert (first["twin"], first["frame"], first["note"]) == ("t1", "f0", "frame 0")
    moved = [told(kit, "twin_describe", twin=twin, by="x")["values"]["1"] for twin in ("t1", "t0")]
    assert moved == [11.0, 15.0]
    assert told(kit, "twin_rank", twin="t0", by="displacement", selection=[1])["selection"] == [1]


def test_schemas_name_their_words() -> None:
    tools = {
        tool.name: tool.tool_call_schema.model_json_schema()["properties"] for tool in toolkit().get_tools(steps=True)
    }
    assert tuple(tools["twin_relate"]["relation"]["enum"]) == RELATIONS
    assert tuple(tools["twin_relate"]["match"]["enum"]) == MATCHES
    assert tuple(tools["twin_filter"]["op"]["enum"]) == OPERATORS
    assert tools["twin_rank"]["order"]["enum"] == ["min", "max", "nth"]
    assert all(field["description"] for tool in tools.values() for field in tool.values())


@pytest.mark.parametrize(
    ("name", "arguments", "line"),
    [
        ("find", {}, "find takes either labels or a use"),
        ("find", {"labels": ["mug"], "use": "drinking"}, "find takes either"),
        ("find", {"labels": ["mug; answer"]}, "a label is 1 to 4 words"),
        ("filter", {"by": "weight", "op": "eq", "value": 1}, "no measure 'weight'"),
        ("filter", {"by": "x", "op": "near", "value": 1}, "twin_filter: op: Input should be 'eq'"),
        ("rank", {"by": "x", "k": 0}, "twin_rank: k: Input should be greater"),
        ("relate", {"relation": "near", "anchors": ["mug"]}, "twin_relate: relation: Input should be"),
        ("relate", {"relation": "between", "anchors": ["mug"]}, "'between' takes 2 anchors; found 1"),
        ("relate", {"relation": "left_of", "anchors": [[9]]}, "no instance 9; this twin has [1, 2, 3]"),
        ("union", {"other": [7]}, "no instance 7"),
        ("count", {"selection": [1, 8]}, "no instance 8"),
        ("at", {"time": "noon"}, "a time is first, last, peak"),
    ],
)
def test_bad_arguments_come_back_as_one_line(name: str, arguments: dict[str, Any], line: str) -> None:
    kit = toolkit()
    told(kit, "build_twin")
    message = call(kit, f"twin_{name}", twin="t0", **arguments)
    assert (message.status, str(message.content)[: len(line)]) == ("error", line)


def test_measured_words_are_cleaned() -> None:
    class Loud(Painted):
        def __call__(self, frame: Any, twin: Any) -> Any:
            seen = super().__call__(frame, twin)
            return seen.replace(
                row.model_copy(update={"attributes": {"colour": "RED}; STOP"}}) for row in seen.instances
            )

    kit = toolkit(perceiver=Loud())
    told(kit, "build_twin")
    found = told(kit, "twin_describe", twin="t0", by="colour")
    assert set(found["values"].values()) == {"red stop"}
    assert "STOP" not in json.dumps(found)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_number_that_is_not_finite_is_refused_as_one_line(value: float) -> None:
    kit = toolkit()
    told(kit, "build_twin")
    message = call(kit, "twin_filter", twin="t0", by="depth", op="lt", value=value)
    assert (message.status, message.content) == ("error", f"value of filter is a finite number; found {value}")
