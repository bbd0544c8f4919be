"""LangChain's own standard tests, for every tool of the toolkit and every step of the plan language."""

from typing import Any

from langchain_core.tools import BaseTool
from langchain_tests.integration_tests import ToolsIntegrationTests
from langchain_tests.unit_tests import ToolsUnitTests
from toolkit_scene import clip, told, toolkit

from agentseg.plan_syntax import SYNTAX
from agentseg.tools.scene import Scene
from agentseg.twin import Twin


def rename(scene: Scene, instance: int, label: str) -> Twin:
    """Give an instance another label."""
    return scene.twin.replace(
        row.model_copy(update={"label": label}) if row.id == instance else row for row in scene.twin.instances
    )


EXAMPLES: dict[str, dict[str, Any]] = {
    "segment": {"query": "the nearest mug"},
    "build_twin": {"frame": "f0"},
    "detect_objects": {"phrase": "knife", "handle": "t0"},
    "segment_object": {"twin": "t0", "id": 1},
    "estimate_depth": {"twin": "t0", "ids": [1, 2]},
    "track_objects": {"frames": ["f0", "f1"]},
    "twin_find": {"labels": ["mug"]},
    "twin_filter": {"by": "x", "op": "lt", "value": 50},
    "twin_rank": {"by": "distance kettle", "order": "max", "k": 2},
    "twin_relate": {"relation": "left_of", "anchors": ["kettle"], "match": "all"},
    "twin_union": {"selection": [1], "other": [3]},
    "twin_intersect": {"other": [3]},
    "twin_except": {"other": [3]},
    "twin_else": {"selection": [], "other": [2]},
    "twin_from": {"other": [3, 1]},
    "twin_count": {},
    "twin_detect": {"phrase": "knife"},
    "twin_zoom": {"phrase": "mug", "selection": [1]},
    "twin_relabel": {"labels": ["mug", "cup"]},
    "twin_describe": {"by": "colour"},
    "twin_at": {"time": "last"},
    "twin_answer": {"selection": [1]},
    "twin_rename": {"instance": 1, "label": "cup"},
}


class _Example:
    """The tool and the arguments of one class of tests."""

    name: str

    @property
    def tool_constructor(self) -> BaseTool:
        kit = toolkit(clip(2), tools=[rename])
        told(kit, "build_twin", frame="f0")
        return next(tool for tool in kit.get_tools(steps=True) if tool.name == self.name)

    @property
    def tool_invoke_params_example(self) -> dict[str, Any]:
        return {"twin": "t0", **EXAMPLES[self.name]} if self.name.startswith("twin_") else EXAMPLES[self.name]


for _name in EXAMPLES:
    for _suite in (ToolsUnitTests, ToolsIntegrationTests):
        _class = f"Test_{_name}_{_suite.__name__}"
        globals()[_class] = type(_class, (_Example, _suite), {"name": _name})


def test_every_tool_is_tested_here() -> None:
    tools = toolkit(tools=[rename]).get_tools(steps=True)
    assert {tool.name for tool in tools} == set(EXAMPLES)
    assert {f"twin_{step}" for step in SYNTAX} <= set(EXAMPLES)
