"""The LangGraph state machine that takes a query from pixels to masks."""

from agentseg.graphs.context import Context
from agentseg.graphs.run import Progress, run_query
from agentseg.graphs.segment import build_graph, segment_graph
from agentseg.graphs.state import SegInput, SegState
from agentseg.graphs.tracing import trace_of

__all__ = ["Context", "Progress", "SegInput", "SegState", "build_graph", "run_query", "segment_graph", "trace_of"]
