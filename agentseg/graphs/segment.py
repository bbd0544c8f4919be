"""The graph: build_twin -> reason -> (refine -> reason)* -> answer.

Source: FastReasonSeg's rollout, "reason, plan, results, answer", as a LangGraph state machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command

from agentseg.errors import InputError
from agentseg.graphs import nodes
from agentseg.graphs.context import Context
from agentseg.graphs.state import SegInput, SegState

Node = Callable[[SegState, Context], dict[str, Any]]


def build_graph(context: Context | None = None) -> StateGraph[SegState, Context, SegInput, SegState]:
    """Build the graph, uncompiled, so that its user chooses checkpointer, store and name.

    Args:
        context: What the graph works with where an invocation brings no ``context=`` of its own: as a subgraph of a
            graph with another context, or behind a server.

    Returns:
        A ``StateGraph`` over ``SegState``: give it ``{"query": "..."}`` and a ``Context`` with the pixels. It streams
        progress as ``custom`` events and its steps as ``updates``.
    """
    graph = StateGraph(SegState, context_schema=Context, input_schema=SegInput)
    for node in (nodes.build_twin, nodes.answer):
        graph.add_node(node.__name__, _with_context(node, context), input_schema=SegState)
    for node, ways in ((nodes.reason, ("reason", "refine", "answer")), (nodes.refine, ("reason", "answer"))):
        graph.add_node(node.__name__, _with_context(node, context, True), input_schema=SegState, destinations=ways)
    graph.add_edge(START, "build_twin")
    graph.add_edge("build_twin", "reason")
    graph.add_edge("answer", END)
    return graph


def segment_graph(
    context: Context | None = None, **compile_options: Any
) -> CompiledStateGraph[SegState, Context, SegInput, SegState]:
    """Build and compile the graph; options go to LangGraph's ``compile`` (``checkpointer=`` and the like)."""
    return build_graph(context).compile(name="agentseg", **compile_options)


def _with_context(node: Node, default: Context | None, routed: bool = False) -> Any:
    """A node as LangGraph calls it; a routed one says itself where to go, which costs less than an edge that asks."""

    def run(state: SegState, runtime: Runtime[Context]) -> Any:
        context = runtime.context if isinstance(runtime.context, Context) else default
        if context is None:
            raise InputError("the graph needs a Context: graph.invoke({'query': ...}, context=Context.open(picture))")
        update = node(state, context)
        return Command(goto=nodes.route(update), update=update) if routed else update

    run.__name__ = node.__name__
    return run
