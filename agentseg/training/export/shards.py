"""Tensors of safetensors files, read a few rows at a time, so that a model of any size needs the memory of one tensor.

The format is small (a JSON header, then raw numbers; https://github.com/huggingface/safetensors#format) and read here
because numpy has no bfloat16, which the library's numpy side therefore refuses, and torch would be needed otherwise.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from agentseg.errors import InputError

Rows = NDArray[np.float32]

_TYPES: Mapping[str, np.dtype[Any]] = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype("<u2"),
}
_MOST_HEADER = 100_000_000  # the library's own bound, bytes
_BLOCK = 4 * 2**20
"""Numbers handed over at once: 16 MiB as float32."""


class Weights(Protocol):
    """Where tensors come from."""

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Shape of each tensor, by name."""

    def blocks(self, name: str) -> Iterator[Rows]:
        """A tensor from its first row to its last, float32, in blocks of whole rows."""


class _Place(NamedTuple):
    """Where a tensor lies."""

    file: Path
    kind: str
    shape: tuple[int, ...]
    start: int


class Shards:
    """The tensors of one or more safetensors files.

    Args:
        files: The files; only their headers are read now.

    Raises:
        InputError: A file is damaged, a tensor is of a type other than F64, F32, F16 or BF16, or two files hold the
            same tensor.
    """

    def __init__(self, files: Iterable[Path]) -> None:
        self._places: dict[str, _Place] = {}
        for file in files:
            for name, place in _header(file):
                if name in self._places:
                    raise InputError(f"two shards hold {name!r} ({self._places[name].file.name}, {file.name})")
                self._places[name] = place

    @property
    def shapes(self) -> Mapping[str, tuple[int, ...]]:
        """Shape of each tensor, by name."""
        return {name: place.shape for name, place in self._places.items()}

    def blocks(self, name: str) -> Iterator[Rows]:
        """A tensor from its first row to its last, float32, in blocks of whole rows."""
        place = self._places[name]
        raw = np.memmap(place.file, _TYPES[place.kind], mode="r", offset=place.start, shape=place.shape)
        for block in cut(raw):
            yield (block.astype(np.uint32) << 16).view(np.float32) if place.kind == "BF16" else block.astype(np.float32)


def cut(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """An array as blocks of whole rows of about four million numbers."""
    rows = max(1, _BLOCK // max(1, math.prod(array.shape[1:])))
    for start in range(0, array.shape[0], rows):
        yield array[start : start + rows]


def _header(file: Path) -> Iterator[tuple[str, _Place]]:
    """Names and places of a file's tensors, each checked to lie inside the file."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if not 2 <= length <= min(size - 8, _MOST_HEADER):
            raise InputError(f"{str(file)!r} is not a safetensors file, or was cut off: save the checkpoint again")
        text = stream.read(length)
    try:
        table = json.loads(text)
        entries = [(name, entry) for name, entry in table.items() if name != "__metadata__"]
        places = [
            (name, str(row["dtype"]), tuple(map(int, row["shape"])), *map(int, row["data_offsets"]))
            for name, row in entries
        ]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise InputError(f"{str(file)!r} has a malformed header: save the checkpoint again") from None
    for name, kind, shape, start, stop in places:
        if kind not in _TYPES:
            raise InputError(f"{file.name}: {name!r} is of type {kind}; only {', '.join(_TYPES)} are read")
        if min(shape, default=1) < 1 or not 0 <= start <= stop <= size - 8 - length:
            raise InputError(f"{str(file)!r}: {name!r} lies outside the file, which was cut off: copy it again")
        if stop - start != math.prod(shape) * _TYPES[kind].itemsize:
            raise InputError(f"{str(file)!r}: {name!r} has {stop - start} bytes for the shape {shape}: save it again")
        yield name, _Place(file, kind, shape, 8 + length + start)
