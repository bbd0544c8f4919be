"""The typed arguments of the tools for other agents; their descriptions are what an agent's model reads."""

from __future__ import annotations

from pydantic import Field

from agentseg.tools.agent_tool import ToolArgs

FRAME_ARG = "Handle of a frame, such as 'f0'; null for the newest."
TWIN_ARG = "Handle of a twin, such as 't0'."


FRAME = "Handle of one frame, such as 'f0'; null for all frames of the camera, or for the picture opened last."


class FrameArgs(ToolArgs):
    """Arguments of build_twin."""

    frame: str | None = Field(default=None, description=FRAME_ARG)


class PictureArgs(FrameArgs):
    """Arguments of build_twin where a folder of pictures is open."""

    picture: str | None = Field(
        default=None, description="Name of a picture in the tools' folder, in place of a frame."
    )


class PhraseArgs(ToolArgs):
    """Arguments of detect_objects."""

    phrase: str = Field(description="What to look for: 1 to 4 words, such as 'red mug'.")
    handle: str = Field(description="A twin ('t0'), which what is found joins, or a frame ('f0').")


class ObjectArgs(ToolArgs):
    """Arguments of segment_object."""

    twin: str = Field(description=TWIN_ARG)
    id: int = Field(description="Id of an instance of that twin.")


class DepthArgs(ToolArgs):
    """Arguments of estimate_depth."""

    twin: str = Field(description=TWIN_ARG)
    ids: list[int] | None = Field(default=None, description="Ids of instances of that twin; null for all.")


class ClipArgs(ToolArgs):
    """Arguments of track_objects."""

    frames: list[str] | None = Field(default=None, description="Handles of frames in order; null for all frames.")


class QueryArgs(ToolArgs):
    """Arguments of segment."""

    query: str = Field(description="What to look for: a use, a place, an order, a number, a change over time.")
    frame: str | None = Field(default=None, description=FRAME)
