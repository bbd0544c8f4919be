"""agentseg behind a server: `cd examples && langgraph dev --no-browser` serves this graph on rendered kitchens.

A query and the number of a kitchen go in, the answer comes out. Clients name no file: whatever a server opens for its
clients by path, they can read. With a camera in place of the kitchen, `look` takes its newest frame.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from agentseg import Context, FrameStore, SegState, build_graph
from agentseg.graphs import SegInput
from agentseg.sim import render_kitchen

CONFIG = "local"


class Ask(BaseModel):
    """What a client gives."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(min_length=1, max_length=500, description="What to look for.")
    seed: int = Field(default=1_000_003, ge=0, lt=2**31, description="Which kitchen.")


class Answer(TypedDict):
    """What a client gets: instances (id, label, box in pixels) and the COCO RLE of their union."""

    status: str
    analysis: str
    plan: str
    number: int | None
    instances: list[dict[str, Any]]
    mask: dict[str, Any] | None


class State(Answer):
    """Both, as the graph keeps them."""

    query: str
    seed: int


context = Context.open((), CONFIG)  # the models are loaded once; each request brings its frames
segmenter = build_graph(context).compile(name="agentseg", checkpointer=False)  # the answer is kept, not every step


def look(state: Ask) -> Answer:
    """Render the kitchen, ask the graph of agentseg, keep what a client needs."""
    frames, _ = render_kitchen(state.seed, supersample=2)
    done = segmenter.invoke(SegInput(query=state.query), context=replace(context, frames=FrameStore(frames)))
    found = SegState.model_validate(done)
    twin = found.timeline.last
    return Answer(
        status=str(found.status),
        analysis=found.analysis,
        plan=found.plan,
        number=found.number,
        instances=[{"id": row.id, "label": row.name, "box": row.box} for row in map(twin.get, found.answer) if row],
        mask=dict(found.masks[twin.frame]) if twin.frame in found.masks else None,
    )


builder = StateGraph(State, input_schema=Ask, output_schema=Answer)
builder.add_node("look", look)
builder.add_edge(START, "look")
builder.add_edge("look", END)
graph = builder.compile()
