"""From a finished state of the graph to its trace."""

from __future__ import annotations

from agentseg.graphs.state import SegState
from agentseg.trace import Trace, trace_id


def trace_of(state: SegState, reasoner: str, seed: int = 0, *, media: str = "", attempt: int = 0) -> Trace:
    """The trace of a finished run of the graph.

    Args:
        state: As the graph left it.
        reasoner: The model's name as configured.
        seed: The seed that it sampled with.
        media: Hash of the pixels, where the state does not know them (its twins were given); empty for the state's.
        attempt: Number of the attempt at the same query, part of the trace's id.
    """
    pixels = media or state.media
    return Trace(
        trace_id=trace_id(state.query, pixels, reasoner, seed, attempt),
        query=state.query,
        media=pixels,
        reasoner=reasoner,
        seed=seed,
        status=state.status or "format_error",
        answer=state.answer,
        number=state.number,
        masks=state.masks,
        twins=state.twins,
        dialogue=state.dialogue,
        events=state.events,
    )
