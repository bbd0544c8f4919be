"""agentseg for agents that exist already: a LangChain toolkit.

    toolkit = AgentSegToolkit(Context.open("kitchen.png"))
    agent = create_agent(model, toolkit.get_tools())

A camera adds its frames by ``toolkit.workspace.add(frame)``. The tools' bodies stand in ``agentseg.tools``; this module
joins them with the whole graph, which stands above them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from langchain_core.tools import BaseTool, BaseToolkit
from pydantic import PrivateAttr

from agentseg.api import Result, segment
from agentseg.frames import FrameStore
from agentseg.graphs import Context
from agentseg.tools.agent_tool import Reply, agent_tool, masks_of, rows_of
from agentseg.tools.public import about, public_tools
from agentseg.tools.public_args import QueryArgs
from agentseg.tools.scene import Scene
from agentseg.tools.step_tools import step_tools
from agentseg.tools.workspace import Workspace

MOST_WORDS = 300
"""Characters of the model's rationale that go to the agent at most."""


class AgentSegToolkit(BaseToolkit):
    """The tools of agentseg over one context.

    Args:
        context: Frames to begin with, perceivers, reasoner, limits; ``Context.open(picture)``. Its own steps
            (``tools=``) become tools as well.
        root: Folder whose pictures ``build_twin`` may open by name, and nothing outside it; None opens none.
        keep_frames: Frames kept, at least those of the context; the oldest leave first.
        keep_twins: Twins kept; the oldest leave first.

    Raises:
        InputError: The folder is missing, or a bound is below 1.
    """

    _context: Context = PrivateAttr()
    _workspace: Workspace = PrivateAttr()

    def __init__(
        self, context: Context, *, root: str | Path | None = None, keep_frames: int = 64, keep_twins: int = 64
    ) -> None:
        super().__init__()
        self._workspace = Workspace(
            context.frames, context.perceivers, root=root, keep_frames=keep_frames, keep_twins=keep_twins
        )
        self._context = replace(context, perceivers=self._workspace.perceivers)

    @property
    def workspace(self) -> Workspace:
        """Frames and twins by handle: ``workspace.add(frame)`` adds one, ``workspace.twin("t0")`` reads one."""
        return self._workspace

    def get_tools(self, steps: bool = False) -> list[BaseTool]:
        """The tools: segment, build_twin, detect_objects, segment_object, estimate_depth, track_objects.

        Each answers with compact JSON (content) and COCO RLE masks by frame and id (artifact); they chain by handles,
        and a call that cannot be carried out comes back as one line.

        Args:
            steps: Add every step of the plan language, and the user's own, as a tool: ``twin_find``, ``twin_rank``, ...
        """
        whole = agent_tool("segment", about(self._segment), QueryArgs, self._segment)
        more = step_tools(self._workspace, self._context.tools) if steps else []
        return [whole, *public_tools(self._workspace), *more]

    def _segment(self, query: str, frame: str | None = None) -> Reply:
        """Find what a query asks for and return the ids of the instances that are the answer, in a twin with a handle.

        A language model plans over what is seen, tools compute. The status is ok, no_target (no such thing is there) or
        the name of a failure; 'number' answers a counting query; ambiguous: the choice was a close one. A picture
        opened by name is looked at alone.
        """
        frames = self._workspace.clip() if frame is None else (self._workspace.frame(frame),)
        result = segment(replace(self._context, frames=FrameStore(frames)), query)
        scene = Scene.of(result.timeline)
        handle = self._workspace.keep(scene)
        content: dict[str, Any] = {
            "status": result.status,
            "answer": list(result.answer),
            "twin": handle,
            "frame": f"f{scene.twin.frame}",
            "ambiguous": _ambiguous(result),
            "analysis": result.analysis[:MOST_WORDS],
        }
        if result.plan is not None:
            content["plan"] = result.plan.text
        if result.number is not None:
            content["number"] = result.number
        clip = len(result.timeline) > 1
        return content | rows_of(scene.twin, result.answer, clip), _artifact(handle, scene, result)


def _artifact(handle: str, scene: Scene, result: Result) -> dict[str, Any]:
    """Masks by frame and id, and their union by frame."""
    union = [{"frame": f"f{frame}", "rle": dict(rle)} for frame, rle in result.trace.masks.items()]
    masks = masks_of(result.timeline, result.answer)
    return {"twin": handle, "frame": f"f{scene.twin.frame}", "masks": masks, "union": union}


def _ambiguous(result: Result) -> bool:
    """Whether a winner of the last plan was ahead by less than its measure's noise."""
    ran = [event.steps for event in result.trace.events if event.steps]
    return bool(ran) and any(step.ambiguous for step in ran[-1])
