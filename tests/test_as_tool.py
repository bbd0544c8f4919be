"""A step of the user's own: one function, usable in plans and as a tool."""

import functools
import json
from typing import Any

import pytest
from toolkit_scene import Painted, call, picture, told, toolkit

from agentseg import Twin, as_tool, segment
from agentseg.errors import InputError
from agentseg.testing import ScriptedChat
from agentseg.tools import Outcome, Scene, StepTool


def rename(scene: Scene, instance: int, label: str) -> Twin:
    """Give an instance another label.

    Only the first line is told to the model.
    """
    return scene.twin.replace(
        row.model_copy(update={"label": label}) if row.id == instance else row for row in scene.twin.instances
    )


def wider(scene: Scene, selection: tuple[int, ...], pixels: float) -> Outcome:
    """Keep what is wider than a number of pixels."""
    rows = scene.rows(selection)
    return Outcome(tuple(row.id for row in rows if row.box[2] - row.box[0] > pixels), note="widths compared")


def broken(scene: Scene) -> Twin:
    """Fail."""
    raise RuntimeError("gripper\nlost")


def wrong(scene: Scene) -> Any:
    """Return what no step returns."""
    return [1]


def test_signature_and_docstring_say_everything() -> None:
    tool = as_tool(rename)
    assert (tool.name, tool.params) == ("rename", (("instance", int), ("label", str)))
    assert tool.form == "rename INSTANCE, LABEL (Give an instance another label.)"
    assert as_tool(tool) is tool
    assert isinstance(tool, StepTool)


def untyped(scene: Scene, thing) -> Twin:  # type: ignore[no-untyped-def]
    """Take anything."""
    return scene.twin


def listed(scene: Scene, things: list[int]) -> Twin:
    """Take a list."""
    return scene.twin


def late(thing: int, scene: Scene) -> Twin:
    """Take the scene last."""
    return scene.twin


def silent(scene: Scene) -> Twin:
    return scene.twin


def blank(scene: Scene) -> Twin:
    return scene.twin


blank.__doc__ = "  "


def eager(scene: Scene, many: int = 3) -> Twin:
    """Take a default."""
    return scene.twin


def starred(scene: Scene, *many: int) -> Twin:
    """Take any number."""
    return scene.twin


def unknown(scene: "Nowhere") -> Twin:  # type: ignore[name-defined]  # noqa: F821
    """Name a type that is not there."""
    return scene.twin


class Called:
    """Be called."""

    def __call__(self, scene: Scene) -> Twin:
        return scene.twin


def find(scene: Scene) -> Twin:
    """Shadow a step of the language."""
    return scene.twin


@pytest.mark.parametrize(
    ("function", "line"),
    [
        (untyped, "argument 'thing' of step 'untyped' is int, float or str"),
        (listed, "argument 'things' of step 'listed' is int, float or str"),
        (late, "step 'late' takes 'scene' first"),
        (silent, "step 'silent' has no docstring"),
        (blank, "step 'blank' has no docstring"),
        (eager, "argument 'many' of step 'eager' has a default, but a plan writes all: remove it"),
        (starred, "argument 'many' of step 'starred' is an ordinary one; found '*many: int'"),
        (unknown, "the signature of step 'unknown' cannot be read (name 'Nowhere' is not defined)"),
        (5, "a step is a function (scene, ...) -> Twin; found int: write it as def"),
        (Called(), "found Called: write it as def"),
        (functools.partial(rename, label="cup"), "found partial: write it as def"),
        (find, "none of the language's own; found 'find'"),
        (lambda scene: scene.twin, "found '<lambda>'"),
    ],
)
def test_function_that_is_no_step_is_refused(function: Any, line: str) -> None:
    with pytest.raises(InputError) as caught:
        as_tool(function)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def ask(plan: str, *more: str, tools: list[Any]) -> Any:
    replies = [json.dumps({"analysis": "so", "plan": text}) for text in (plan, *more)]
    model = ScriptedChat(replies)
    return segment(picture(), "the cup", reasoner=model, perceivers=[Painted()], tools=tools), model


def test_plan_uses_the_step() -> None:
    result, model = ask("rename 3, cup; find cup; answer", tools=[rename])
    assert (result.status, result.answer) == ("ok", (3,))
    assert "rename INSTANCE, LABEL (Give an instance another label.)" in model.calls[0][0].content
    assert result.timeline.last.get(3).label == "cup"


def test_returned_twin_selects_the_rows_that_changed() -> None:
    result, _ = ask("rename 3, cup; answer", tools=[rename])
    assert result.answer == (3,)


def test_selection_is_given_where_it_is_asked_for() -> None:
    result, _ = ask("find mug; wider 13.5; answer", tools=[wider])
    assert result.answer == (1, 2)


@pytest.mark.parametrize("tool", [broken, wrong])
def test_failing_step_is_a_status(tool: Any) -> None:
    name = tool.__name__
    result, _ = ask(*[f"{name}; answer"] * 3, tools=[tool])
    assert (result.status, result.answer) == ("tool_error", ())


def test_step_is_a_langchain_tool_too() -> None:
    kit = toolkit(tools=[rename, wider])
    told(kit, "build_twin")
    found = told(kit, "twin_rename", twin="t0", instance=3, label="Tea pot")
    assert (found["twin"], found["selection"]) == ("t1", [3])
    assert found["instances"][0]["label"] == "tea pot"
    assert kit.workspace.twin("t0").get(3).label == "kettle"
    kept = told(kit, "twin_wider", twin="t1", pixels=13.5, selection=[1])
    assert (kept["twin"], kept["selection"], kept["note"]) == ("t1", [1], "widths compared")


def test_failing_step_comes_back_to_the_agent_as_one_line() -> None:
    kit = toolkit(tools=[rename, broken, wrong])
    told(kit, "build_twin")
    lines = {name: call(kit, f"twin_{name}", twin="t0") for name in ("broken", "wrong")}
    assert lines["broken"].content == "broken failed: RuntimeError: gripper lost"
    assert "returns a Twin or an Outcome; found list" in str(lines["wrong"].content)
    bad = call(kit, "twin_rename", twin="t0", instance=3, label="a, b")
    assert (bad.status, bad.content) == ("error", "takes 2 arguments (instance, label); found 3")


def test_argument_named_as_one_of_every_tool_is_refused_with_the_fix() -> None:
    def copy_from(scene: Scene, twin: str) -> Twin:
        """Copy from another twin."""
        return scene.twin

    with pytest.raises(InputError, match="rename it"):
        toolkit(tools=[copy_from]).get_tools(steps=True)
