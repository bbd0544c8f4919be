"""agentseg: reasoning segmentation that agents and robots can use.

Pixels become a digital twin, a language model plans over the twin, tools compute, masks come back::

    from agentseg import segment
    result = segment("kitchen.png", "the thing I could drink coffee from")
    result.mask        # bool (H, W)

Names are loaded when they are first used, so that ``import agentseg`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentseg.api import Result, segment
    from agentseg.config import Config, load_config
    from agentseg.frames import Frame, FrameStore, as_frames
    from agentseg.graphs import Context, SegState, build_graph, segment_graph
    from agentseg.graphs.stream import SegmentationStream
    from agentseg.graphs.stream_options import StreamOptions
    from agentseg.graphs.stream_step import StreamStep
    from agentseg.plan import Plan, parse_plan
    from agentseg.protocol import Turn
    from agentseg.timeline import Timeline
    from agentseg.toolkit import AgentSegToolkit
    from agentseg.tools import as_tool
    from agentseg.trace import Trace
    from agentseg.twin import Instance, Perceiver, Twin

__version__ = "0.1.0"

_HOMES = {
    "AgentSegToolkit": "toolkit",
    "Config": "config",
    "Context": "graphs",
    "Frame": "frames",
    "FrameStore": "frames",
    "Instance": "twin",
    "Perceiver": "twin",
    "Plan": "plan",
    "Result": "api",
    "SegState": "graphs",
    "SegmentationStream": "graphs.stream",
    "StreamOptions": "graphs.stream_options",
    "StreamStep": "graphs.stream_step",
    "Timeline": "timeline",
    "Trace": "trace",
    "Turn": "protocol",
    "Twin": "twin",
    "as_frames": "frames",
    "as_tool": "tools",
    "build_graph": "graphs",
    "load_config": "config",
    "parse_plan": "plan",
    "segment": "api",
    "segment_graph": "graphs",
}

__all__ = [
    "AgentSegToolkit",
    "Config",
    "Context",
    "Frame",
    "FrameStore",
    "Instance",
    "Perceiver",
    "Plan",
    "Result",
    "SegState",
    "SegmentationStream",
    "StreamOptions",
    "StreamStep",
    "Timeline",
    "Trace",
    "Turn",
    "Twin",
    "as_frames",
    "as_tool",
    "build_graph",
    "load_config",
    "parse_plan",
    "segment",
    "segment_graph",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"agentseg.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'agentseg' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted((*__all__, "__version__"))
