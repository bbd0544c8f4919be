"""Every step of the plan language as a LangChain tool of its own, for an agent that plans by tool calls.

``twin_find(twin="t0", labels=["mug"])`` gives a selection, a list of ids; the next call takes it:
``twin_rank(twin="t0", selection=[2, 5], by="distance sink")``. A step that looks again (detect, zoom, relabel) or goes
to another time (at) gives the handle of a new twin.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from langchain_core.tools import BaseTool

from agentseg.errors import ToolError
from agentseg.plan import Plan, Step
from agentseg.tools.agent_tool import Reply, agent_tool, check_ids, rows_of
from agentseg.tools.as_tool import StepTool
from agentseg.tools.public import about, artifact_of
from agentseg.tools.run import STEPS, execute
from agentseg.tools.step_args import FIELDS, SELECTION, args_model, step_args
from agentseg.tools.workspace import Workspace
from agentseg.twin import clean_label

PREFIX = "twin_"
"""Before a step's name in the name of its tool."""


def step_tools(workspace: Workspace, custom: Iterable[StepTool] = ()) -> list[BaseTool]:
    """The steps of the language, and the user's own, as tools over one workspace.

    Args:
        workspace: Where the twins are.
        custom: The user's own steps (``agentseg.as_tool``).

    Raises:
        InputError: An argument of a user's own step is called ``twin`` or ``selection``.
    """
    # a plan stores the other selection under a name, a tool call lists its ids
    steps = [(name, about(STEPS[name]).replace("a stored selection", "another selection"), None) for name in FIELDS]
    own = [(tool.name, tool.about, tool) for tool in custom]
    return [
        agent_tool(f"{PREFIX}{name}", text, args_model(name, tool), partial(_call, workspace, name, tool))
        for name, text, tool in (*steps, *own)
    ]


def _call(
    workspace: Workspace,
    name: str,
    custom: StepTool | None,
    twin: str,
    selection: list[int] | None = None,
    **given: Any,
) -> Reply:
    """Carry one step out, as the plan ``from SELECTION; STEP``, and keep the twin that it leaves."""
    scene = workspace.scene(twin)
    for key, value in given.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise ToolError(f"{key} of {name} is a finite number; found {value}")
    args, named = step_args(name, given, custom)
    named[SELECTION] = scene.twin.ids if selection is None else tuple(selection)
    scene = replace(scene, names={key: check_ids(ids, scene.twin) for key, ids in named.items()})
    plan = Plan(steps=(Step(name="from", args={"name": SELECTION}), Step(name=name, args=args)))
    done = execute(plan, scene, STEPS if custom is None else {**STEPS, name: custom.run})
    if done.error:
        raise ToolError(f"{name} failed: {done.error}")
    record, after = done.records[-1], done.scene
    handle = twin if after.twin == scene.twin else workspace.keep(after)
    content: dict[str, Any] = {"twin": handle, "frame": f"f{after.twin.frame}", "selection": list(done.selection)}
    content["ambiguous"] = record.ambiguous
    values = {key: clean_label(found) if isinstance(found, str) else found for key, found in record.values.items()}
    extra = {"values": values, "number": done.number, "note": record.note}
    content |= {key: found for key, found in extra.items() if found not in ({}, None, "")}
    if done.changed:
        content |= rows_of(after.twin, [row.id for row in done.changed])
    return content, artifact_of(handle, after, [after.twin], done.selection)
