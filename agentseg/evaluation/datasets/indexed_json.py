"""Large JSON files, record by record: where each one begins and ends, read when it is asked for.

The masks of ReVOS and MeViS and the instances of COCO fill hundreds of megabytes; parsed at once they take gigabytes.
Here a file is mapped, scanned once for brackets and strings, and only spans are kept.
"""

from __future__ import annotations

import json
import mmap
import re
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agentseg.errors import InputError
from agentseg.evaluation.datasets.folder import Folder, parse

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)

_PAIRS = {b"{": b"}", b"[": b"]"}

Span = tuple[int, int]


class IndexedJson:
    """A JSON file with an object on top.

    Args:
        folder: The dataset's folder.
        path: The file.
        records: Whether to note where the objects inside each list are, too.

    Raises:
        InputError: The file is missing, or no JSON object.
    """

    def __init__(self, folder: Folder, path: Path, *, records: bool = False) -> None:
        self.name = repr(folder.name(path))
        try:
            with path.open("rb") as file:
                self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:  # an empty file cannot be mapped
            raise InputError(f"{self.name} cannot be read: {error}") from None
        if not self._data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            raise InputError(f"{self.name}: a JSON object is read; found {self._data[:20]!r}")
        self._spans: dict[str, Span] = {}
        self._records: dict[str, array[int]] = {}
        inner = array("Q")
        for depth, key, start, end in self._scan(2 if records else 1):
            if depth == 2:
                inner.extend((start, end))
            else:
                self._spans[key], self._records[key], inner = (start, end), inner, array("Q")

    def __contains__(self, key: str) -> bool:
        return key in self._spans

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def get(self, key: str) -> Any:
        """Parse the value of a key of the top object; only lists and objects are indexed.

        Raises:
            InputError: There is no such key, or its value is not JSON.
        """
        return self.at(self._span(key), f"[{key!r}]")

    def at(self, span: Span, place: str = "") -> Any:
        """Parse the value of a span that ``records`` gave."""
        return parse(self._data[span[0] : span[1]], f"{self.name}{place}")

    def records(self, key: str) -> Iterator[Span]:
        """Spans of the objects in the list under a key, in their order; the file was opened with ``records``.

        Raises:
            InputError: There is no such key.
        """
        self._span(key)
        flat = self._records[key]
        return zip(flat[::2], flat[1::2], strict=True)

    def _span(self, key: str) -> Span:
        if key not in self._spans:
            raise InputError(f"{self.name}: no list or object {key!r}; there are {', '.join(list(self._spans)[:8])}")
        return self._spans[key]

    def _scan(self, most: int) -> Iterator[tuple[int, str, int, int]]:
        """Lists and objects inside 1 to ``most`` others, as they close: (that number, its key, start, end)."""
        depth, key, starts = 0, b'""', [0] * (most + 1)
        for token in _TOKEN.finditer(self._data):
            text = token[0]
            if text[:1] == b'"':
                key = text if depth == 1 else key
            elif text in b"{[":
                if depth <= most:
                    starts[depth] = token.start()
                depth += 1
            else:
                depth -= 1
                if 0 < depth <= most:
                    start = starts[depth]
                    if _PAIRS[self._data[start : start + 1]] != text:
                        raise InputError(f"{self.name}: not JSON: {self._text(key)!r} opens and closes differently")
                    yield (depth, self._text(key) if depth == 1 else "", start, token.end())
        if depth != 0:
            raise InputError(f"{self.name}: not JSON: it ends inside {depth} open brackets")

    def _text(self, token: bytes) -> str:
        try:
            return str(json.loads(token))
        except ValueError:
            raise InputError(f"{self.name}: not JSON: key {token[:60]!r}") from None
