"""A small scene for the tests of the agents' tools: painted rectangles, and a perceiver that reads their pixels."""

import json
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.messages import ToolMessage

from agentseg import AgentSegToolkit, Context, Frame, Instance, Twin
from agentseg.masks import box_of, encode
from agentseg.testing import ScriptedChat

PAINT = {
    (200, 30, 30): ("mug", "red", 1.5, 0.9),
    (30, 60, 200): ("mug", "blue", 1.0, 0.8),
    (30, 180, 60): ("kettle", "green", None, 0.4),
    (120, 120, 130): ("knife", "grey", 0.7, 0.7),
}
"""What a colour stands for: label, colour, depth in metres, score. Ids are the places from 1."""
HIDDEN = "knife"
"""Found only by those who look for it."""
NEAREST_MUG = json.dumps({"analysis": "the nearest of the mugs", "plan": "find mug; rank depth min; answer"})


class Painted:
    """Sees the rectangles of a picture; fails loudly when two threads use it at once."""

    def __init__(self, labels: dict[str, str] | None = None) -> None:
        self.labels = labels or {}
        self._busy = threading.Lock()

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        return self._see(frame, frozenset({HIDDEN}))

    def detect(self, frame: Frame, twin: Twin, phrase: str) -> Twin:
        return self._see(frame, frozenset())

    def _see(self, frame: Frame, blind_to: frozenset[str]) -> Twin:
        if not self._busy.acquire(blocking=False):
            raise RuntimeError("two threads use one perceiver")
        try:
            time.sleep(0.002)
            rows, masks = [], {}
            for key, (paint, (label, colour, depth, score)) in enumerate(PAINT.items(), 1):
                mask = (frame.rgb == paint).all(axis=2)
                if not mask.any() or label in blind_to:
                    continue
                rows.append(
                    Instance(
                        id=key,
                        label=self.labels.get(label, label),
                        box=box_of(mask),
                        score=score,
                        depth_mean=depth,
                        depth_var=None if depth is None else 0.01,
                        attributes={"colour": colour},
                        first_seen=frame.index,
                        last_seen=frame.index,
                    )
                )
                masks[key] = encode(mask)
            return Twin(frame=frame.index, size=frame.size, instances=tuple(rows), masks=masks)
        finally:
            self._busy.release()


def picture(shift: int = 0) -> Any:
    """uint8 (60, 100, 3): two mugs, a kettle and a knife, moved to the right by some pixels."""
    rgb = np.full((60, 100, 3), 90, dtype=np.uint8)
    for place, paint in enumerate(PAINT):
        left = 4 + 22 * place + shift
        rgb[15 : 35 + 3 * place, left : left + 14] = paint
    return rgb


def clip(frames: int = 3) -> list[Frame]:
    """The same scene, moving to the right by two pixels a frame."""
    return [Frame(picture(2 * index), index) for index in range(frames)]


def toolkit(
    source: Any = None, *, replies: int = 8, tools: Any = (), perceiver: Any = None, **options: Any
) -> AgentSegToolkit:
    """A toolkit over the scene whose reasoner always asks for the nearest mug."""
    context = Context.open(
        picture() if source is None else source,
        reasoner=ScriptedChat([NEAREST_MUG] * replies),
        perceivers=[perceiver or Painted()],
        tools=tools,
    )
    return AgentSegToolkit(context, **options)


def call(kit: AgentSegToolkit, name: str, **arguments: Any) -> ToolMessage:
    """Call a tool as an agent does."""
    tools = {tool.name: tool for tool in kit.get_tools(steps=True)}
    message = tools[name].invoke({"name": name, "args": arguments, "id": "1", "type": "tool_call"})
    assert isinstance(message, ToolMessage)
    return message


def told(kit: AgentSegToolkit, name: str, **arguments: Any) -> dict[str, Any]:
    """The content of a call that works, parsed."""
    message = call(kit, name, **arguments)
    assert message.status == "success", message.content
    return dict(json.loads(str(message.content)))


def save(path: Path, rgb: Any = None) -> Path:
    """Write a picture."""
    from PIL import Image

    Image.fromarray(picture() if rgb is None else rgb).save(path)
    return path
