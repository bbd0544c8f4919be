"""Walking over the frames of an answer and of its truth side by side, one pair in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import TypeVar, cast

First = TypeVar("First")
Second = TypeVar("Second")
_END = object()


def aligned(
    first: Iterable[First], second: Iterable[Second], names: tuple[str, str] = ("predicted", "truth")
) -> Iterator[tuple[First, Second]]:
    """Pairs of two streams of the same length; read as they are asked for.

    Args:
        first: One item a frame.
        second: One item a frame.
        names: What the two are, for the error.

    Raises:
        ValueError: One of them ends before the other.
    """
    for place, (one, other) in enumerate(zip_longest(first, second, fillvalue=_END)):
        if one is _END or other is _END:
            short = names[0] if one is _END else names[1]
            raise ValueError(f"{names[0]} and {names[1]} have one item a frame; found only {place} in {short}")
        yield cast("First", one), cast("Second", other)
