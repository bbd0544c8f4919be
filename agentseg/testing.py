"""Fakes for tests, ours and yours, and a check that a perceiver keeps its contract.

Nothing in the package imports this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field

from agentseg.errors import InputError
from agentseg.frames import Frame
from agentseg.masks import box_mask, box_of, encode
from agentseg.twin import Instance, Perceiver, Twin


class ScriptedChat(BaseChatModel):
    """A chat model that writes the given replies in order, whatever it is asked.

    Attributes:
        replies: Texts or messages to give, one a call; an exception is raised in its turn.
        calls: The messages of every call so far, oldest first.
        options: The keyword arguments of every call, as a provider would get them (a schema, a bound on tokens).
        tools: What ``bind_tools`` was last given.

    Raises:
        AssertionError: It is asked once more than it has replies.
    """

    replies: list[Any]
    calls: list[list[BaseMessage]] = Field(default_factory=list)
    options: list[dict[str, Any]] = Field(default_factory=list)
    tools: list[Any] = Field(default_factory=list)

    def __init__(self, replies: Iterable[str | AIMessage | Exception] = (), **fields: Any) -> None:
        super().__init__(replies=list(replies), **fields)

    @property
    def _llm_type(self) -> str:
        return "agentseg-scripted"

    def bind_tools(self, tools: Sequence[Any], **options: Any) -> Any:
        """Note the tools; the script decides whether one is called."""
        self.tools[:] = tools
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        place = len(self.calls)
        self.calls.append(list(messages))
        self.options.append(kwargs)
        if place >= len(self.replies):
            raise AssertionError(f"this script has {len(self.replies)} replies; it was asked {place + 1} times")
        reply = self.replies[place]
        if isinstance(reply, Exception):
            raise reply
        message = reply if isinstance(reply, AIMessage) else AIMessage(content=reply)
        return ChatResult(generations=[ChatGeneration(message=message)])


class FakePerceiver:
    """Sees the same instances in every frame; their masks are their filled boxes.

    Args:
        rows: Instances in pixels of the frames to come, or a twin whose instances and masks are seen as they are.

    Attributes:
        frames: The frames that it was shown, oldest first.
    """

    def __init__(self, rows: Iterable[Instance] | Twin) -> None:
        self._masks = dict(rows.masks) if isinstance(rows, Twin) else {}
        self._rows = tuple(rows.instances if isinstance(rows, Twin) else rows)
        self.frames: list[Frame] = []

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        """Return a twin of the frame that holds the rows, and whatever else the twin so far has."""
        self.frames.append(frame)
        own = {row.id for row in self._rows}
        others = [row for row in twin.instances if row.id not in own]
        rows = [row.model_copy(update={"last_seen": max(row.last_seen, frame.index)}) for row in self._rows]
        drawn = {row.id: self._masks.get(row.id) or encode(box_mask(row.box, frame.size)) for row in rows}
        return twin.replace([*others, *rows], {**twin.masks, **drawn})


def check_perceiver(perceiver: Perceiver, frame: Frame | None = None) -> None:
    """Check that a perceiver keeps the contract ``(frame, twin) -> twin``.

    It must return a valid twin of that frame for a real picture, an even grey one and a single pixel, and take a twin
    that has an instance already; ids are unique, boxes lie in the frame and fit their masks; it must not write to the
    pixels, and what it returns must survive JSON.

    Args:
        perceiver: The function or object to check.
        frame: A picture to look at; by default one with two coloured boxes.

    Raises:
        AssertionError: The contract is broken; the message says where and how.
    """
    picture = frame or _sample()
    known = Instance(id=7, label="table", box=(0, 0, 4, 4))
    samples = [
        (picture, ()),
        (picture, (known,)),
        (Frame(np.full((48, 64, 3), 128, np.uint8), 3), ()),
        (Frame(np.zeros((1, 1, 3), np.uint8)), ()),
    ]
    name = getattr(perceiver, "__name__", type(perceiver).__name__)
    for shown, rows in samples:
        where = f"perceiver {name!r}, frame {shown.index} of {shown.size}"
        masks = {row.id: encode(box_mask(row.box, shown.size)) for row in rows}
        before = shown.rgb.copy()
        found = perceiver(shown, Twin(frame=shown.index, size=shown.size, instances=rows, masks=masks))
        _check(isinstance(found, Twin), f"{where}: returns a Twin; found {type(found).__name__}")
        _check(np.array_equal(before, shown.rgb), f"{where}: must not write to the pixels; work on a copy")
        _check(found.size == shown.size, f"{where}: the twin has the frame's size; found {found.size}")
        _check(found.frame == shown.index, f"{where}: the twin has the frame's index; found {found.frame}")
        _check_twin(found, where)


def _check_twin(twin: Twin, where: str) -> None:
    try:
        again = Twin.model_validate_json(twin.model_dump_json())
    except ValueError as error:
        raise AssertionError(f"{where}: the twin does not validate: {error}") from None
    _check(again == twin, f"{where}: the twin changes on its way through JSON; use float() and int(), no numpy numbers")
    height, width = twin.size
    for row in twin.instances:
        of = f"{where}: instance {row.id}"
        x1, y1, x2, y2 = row.box
        _check(min(x1, y1) >= -1 and x2 <= width + 1 and y2 <= height + 1, f"{of}: box {row.box} leaves the frame")
        _check(row.id in twin.masks, f"{of} has no mask; draw the filled box and set mask_source='box'")
        try:
            tight = box_of(twin.mask(row.id))
        except InputError as error:
            raise AssertionError(f"{of}: {error}") from None
        _check(tight[2] > 0, f"{of} has an empty mask; leave the instance out")
        near = all(abs(a - b) <= 2 for a, b in zip(tight, row.box, strict=True))
        _check(near, f"{of}: box {row.box} does not fit its mask's {tight}; x2 and y2 are exclusive")


def _check(holds: bool, message: str) -> None:
    if not holds:
        raise AssertionError(message)


def _sample() -> Frame:
    rgb = np.full((96, 128, 3), 90, np.uint8)
    rgb[20:60, 10:50] = (200, 30, 30)
    rgb[40:90, 70:110] = (30, 60, 200)
    return Frame(rgb)
