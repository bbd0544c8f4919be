"""Plain ChatML: the one prompt format of our in-process models, without thinking, tools or hidden system text.

A stock template adds thinking blocks and may reorder what it is given; a plain one keeps every token where we put it,
so prefix caches, loss masks and the served model agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentseg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.messages import BaseMessage

END = "<|im_end|>"
"""The token that ends a turn; generation stops at it."""

_ROLES = {"system": "system", "human": "user", "ai": "assistant", "tool": "tool"}


def role_of(message: BaseMessage) -> str:
    """The ChatML role of a message.

    Args:
        message: A LangChain message; ``AIMessageChunk`` and the like count as what they are chunks of.

    Returns:
        ``system``, ``user``, ``assistant`` or ``tool``; a ``ChatMessage``'s own role.
    """
    kind = message.type.removesuffix("MessageChunk").lower()
    role: str = getattr(message, "role", _ROLES.get(kind, "user"))
    return role


def text_of(message: BaseMessage) -> str:
    """The text of a message, with ChatML's control tokens made harmless.

    A label or a query that carries ``<|im_end|>`` must stay data, so every ``<|`` becomes ``< |``.

    Args:
        message: A message whose content is a string or a list of text blocks.

    Returns:
        The text; blocks are joined without a separator.

    Raises:
        InputError: A block is not text (an image, a file): these models read text only.
    """
    parts: list[str | dict[str, Any]] = [message.content] if isinstance(message.content, str) else list(message.content)
    out = []
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif part.get("type") == "text":
            out.append(str(part["text"]))
        elif part.get("type") not in ("tool_use", "tool_call", "thinking", "reasoning"):
            raise InputError(f"this reasoner reads text only; found a block of type {part.get('type')!r}: send text")
    return "".join(out).replace("<|", "< |")


def render(messages: Sequence[BaseMessage]) -> str:
    r"""Messages as one ChatML prompt that ends where the assistant begins.

    Args:
        messages: The conversation, oldest first.

    Returns:
        ``<|im_start|>ROLE\nTEXT<|im_end|>\n`` per message, then ``<|im_start|>assistant\n``. Rendering is append-only:
        a longer conversation's prompt starts with the shorter one's messages.

    Raises:
        InputError: A message holds something other than text.
    """
    turns = [f"<|im_start|>{role_of(m)}\n{text_of(m)}{END}\n" for m in messages]
    return "".join([*turns, "<|im_start|>assistant\n"])
