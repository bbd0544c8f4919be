"""The tools of perception for other agents: build_twin, detect_objects, segment_object, estimate_depth, track_objects.

Each is a function (workspace, arguments) -> (content, artifact); they chain by handles. ``segment``, the whole graph as
one tool, joins them in ``agentseg.toolkit``.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from inspect import getdoc
from typing import Any

from langchain_core.tools import BaseTool

from agentseg.errors import InputError, ToolError
from agentseg.frames import Frame, FrameStore
from agentseg.perception import Tracker, perceive
from agentseg.plan_syntax import words
from agentseg.timeline import Timeline
from agentseg.tools.agent_tool import Reply, agent_tool, check_ids, masks_of, rows_of
from agentseg.tools.looks import detect
from agentseg.tools.public_args import ClipArgs, DepthArgs, FrameArgs, ObjectArgs, PhraseArgs, PictureArgs
from agentseg.tools.scene import Scene
from agentseg.tools.workspace import Workspace, check_sizes
from agentseg.twin import Twin


def public_tools(workspace: Workspace) -> list[BaseTool]:
    """The five tools over one workspace."""
    table = (
        (build_twin, PictureArgs if workspace.root else FrameArgs),
        (detect_objects, PhraseArgs),
        (segment_object, ObjectArgs),
        (estimate_depth, DepthArgs),
        (track_objects, ClipArgs),
    )
    return [agent_tool(each.__name__, about(each), args, partial(each, workspace)) for each, args in table]


def about(function: Any) -> str:
    """A docstring in one line: what an agent's model is told of a tool."""
    return " ".join((getdoc(function) or "").split())


def build_twin(workspace: Workspace, frame: str | None = None, picture: str | None = None) -> Reply:
    """Perceive a frame: returns a twin, the list of what is there, and its handle, which the other tools take.

    Of each thing: id, label, box (x1, y1, x2, y2 in pixels), score, depth in metres, ambiguous where the detector was
    unsure.
    """
    if picture is not None and frame is not None:
        raise InputError("give a frame or a picture; found both")
    handle = workspace.open(picture) if picture is not None else frame
    twin = _look(workspace, workspace.frame(handle))
    return _whole_twin(workspace, Scene(twin, Timeline([twin])))


def detect_objects(workspace: Workspace, phrase: str, handle: str) -> Reply:
    """Look for a phrase in a frame, for instance for a thing that a twin missed.

    Returns the handle of a twin that holds what was found, and 'found', the ids that go by the phrase (ambiguous where
    there are several).
    """
    wanted = words(" ".join(phrase.lower().split()))
    scene = _empty(workspace, handle) if handle.startswith("f") else workspace.scene(handle)
    done = detect(scene, scene.twin.ids, wanted)
    if done.twin is not None:
        scene = scene.refined(done.twin)
        handle = workspace.keep(scene)
    elif handle.startswith("f"):
        raise ToolError("there are no perceivers to look with: the application gives them in its Context")
    content = {
        "twin": handle,
        "frame": f"f{scene.twin.frame}",
        "found": list(done.selection),
        "ambiguous": len(done.selection) > 1,
        "note": done.note,
        **rows_of(scene.twin, done.selection),
    }
    return content, artifact_of(handle, scene, [scene.twin], done.selection)


def segment_object(workspace: Workspace, twin: str, id: int) -> Reply:
    """Get the mask of one instance of a twin by its id.

    The mask (in every frame of a clip) goes to the program as an artifact; its area in pixels and its box come back.
    """
    scene = workspace.scene(twin)
    ids = check_ids([id], scene.twin)
    pixels = int(scene.twin.mask(id).sum())
    content = {
        "twin": twin,
        "frame": f"f{scene.twin.frame}",
        "area": pixels,
        "frames_seen": len(scene.timeline.track(id)),
        **rows_of(scene.twin, ids),
    }
    return content, artifact_of(twin, scene, scene.timeline, ids)


def estimate_depth(workspace: Workspace, twin: str, ids: list[int] | None = None) -> Reply:
    """Get how far instances of a twin are from the camera, nearest first.

    Mean and standard deviation over the mask in metres; 'unknown' lists the ids whose depth was not measured.
    """
    scene = workspace.scene(twin)
    wanted = scene.twin.ids if ids is None else check_ids(ids, scene.twin)
    known = [(row.depth_mean, row) for row in scene.rows(wanted) if row.depth_mean is not None]
    nearest_first = sorted(known, key=lambda pair: (pair[0], pair[1].id))
    content = {
        "twin": twin,
        "frame": f"f{scene.twin.frame}",
        "depths": [
            {"id": row.id, "label": row.name, "depth": round(mean, 3), "std": round((row.depth_var or 0.0) ** 0.5, 3)}
            for mean, row in nearest_first
        ],
        "unknown": [row.id for row in scene.rows(wanted) if row.depth_mean is None],
    }
    return content, artifact_of(twin, scene, [scene.twin], wanted)


def track_objects(workspace: Workspace, frames: list[str] | None = None) -> Reply:
    """Perceive several frames in order and keep the ids over them: returns the twin of the clip and its handle.

    The twin holds each thing as it was last seen, with the frames in which it was first and last seen.
    """
    chosen = workspace.frames() if frames is None else tuple(workspace.frame(handle) for handle in frames)
    if not chosen:
        workspace.frame()  # says that there is none, and what to do
    check_sizes(chosen, "give frames= those of one clip")
    tracker, twins = Tracker(), Timeline()
    for frame in chosen:
        before = twins.last if len(twins) else Twin(frame=frame.index, size=frame.size)
        twins.append(tracker.update(before, _look(workspace, frame)))
    return _whole_twin(workspace, Scene.of(twins))


def artifact_of(handle: str, scene: Scene, twins: Iterable[Twin], ids: Iterable[int]) -> dict[str, Any]:
    """The artifact of a tool: the twin's and its frame's handle, and masks."""
    return {"twin": handle, "frame": f"f{scene.twin.frame}", "masks": masks_of(twins, ids)}


def _whole_twin(workspace: Workspace, scene: Scene) -> Reply:
    """Keep a new twin and list all of it; of a clip the artifact holds the newest frame's masks, for its size."""
    handle, clip = workspace.keep(scene), len(scene.timeline) > 1
    span = {"frames": [f"f{next(iter(scene.timeline)).frame}", f"f{scene.twin.frame}"]} if clip else {}
    content = {"twin": handle, "frame": f"f{scene.twin.frame}", **span, "size": list(scene.twin.size)}
    newest = scene.timeline.last
    return content | rows_of(scene.twin, clip=clip), artifact_of(handle, scene, [newest], newest.ids)


def _look(workspace: Workspace, frame: Frame) -> Twin:
    if not workspace.perceivers:
        raise ToolError("there are no perceivers to look with: the application gives them in its Context")
    return perceive(workspace.perceivers, frame, Twin(frame=frame.index, size=frame.size))


def _empty(workspace: Workspace, handle: str) -> Scene:
    """A frame of which nothing is known yet."""
    frame = workspace.frame(handle)
    twin = Twin(frame=frame.index, size=frame.size)
    return Scene(twin, Timeline([twin]), {}, FrameStore([frame]), workspace.perceivers)
