"""One query through the graph, from a context to the final state: what ``api.segment`` and an evaluation share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from agentseg.graphs.context import Context
from agentseg.graphs.segment import segment_graph
from agentseg.graphs.state import SegInput, SegState
from agentseg.twin import Twin

Progress = Callable[[dict[str, Any]], None]


def run_query(
    query: str,
    context: Context,
    *,
    twins: Sequence[Twin] = (),
    media: str = "",
    on_progress: Progress | None = None,
) -> SegState:
    """Answer one query.

    Args:
        query: The words asked.
        context: Pixels, perceivers, reasoner and limits.
        twins: What is known of the frames already; they stand for the pixels where the context has none.
        media: ``trace.media_hash`` of the pixels that the twins were built from: the same are not perceived again.
        on_progress: Called with each event, as ``api.segment`` says.

    Returns:
        The state after the last node; its ``status`` is set.

    Raises:
        InputError: The query cannot be used.
        PerceptionError: No frame, or a perceiver failed.
        ReasonerError: The model could not be reached.
    """
    final: dict[str, Any] = {}
    # without a checkpointer, also inside an agent that has one: it would save every node of ours
    graph = segment_graph(checkpointer=False)
    given = SegInput(query=query, twins=tuple(twins), media=media)
    parts: Any = graph.stream(given, context=context, stream_mode=["custom", "updates", "values"])
    for mode, part in parts:
        if mode == "values":
            final = part
        elif on_progress is not None:
            on_progress(part if mode == "custom" else _progress(part))
    return SegState.model_validate(final)


def _progress(update: dict[str, Any]) -> dict[str, Any]:
    node, change = next(iter(update.items()))
    event = change["events"][-1]
    return {
        "stage": node,
        **{key: value for key, value in event.items() if key != "node" and value not in ("", [], None)},
    }
