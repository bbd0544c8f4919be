"""Text of runs as a page can hold it: nothing invisible, nothing that turns the line around, nothing endless."""

from __future__ import annotations

import re

LONGEST = 600
"""Characters of a text that a page shows of a run."""

_ODD = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f"
    r"\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
"""Controls other than tab and line break, marks of writing direction, and lone surrogates."""


def plain(text: str, longest: int | None = None) -> str:
    """A text with a replacement character for each control, mark of direction and lone surrogate.

    Args:
        text: Of a run, a dataset or a model.
        longest: Characters to keep, with an ellipsis for the rest; None for all.
    """
    if longest is not None and len(text) > longest:
        text = text[: longest - 1] + "\N{HORIZONTAL ELLIPSIS}"
    return _ODD.sub("\N{REPLACEMENT CHARACTER}", text)


def clipped(text: str) -> str:
    """``plain`` with no more than ``LONGEST`` characters."""
    return plain(text, LONGEST)
