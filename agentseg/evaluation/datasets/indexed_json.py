"""Large JSON files, record by record: where each one begins and ends, read when it is asked for.

The masks of ReVOS and MeViS and the instances of COCO fill hundreds of megabytes; parsed at once they take gigabytes.
Here a file is mapped, scanned once for brackets and strings, and only spans are kept.
"""

from __future__ import annotations

import json
import mmap
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agentseg.errors import InputError
from agentseg.evaluation.datasets.folder import Folder, parse

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)

Span = tuple[int, int]


class IndexedJson:
    """A JSON file with an object on top.

    Args:
        folder: The dataset's folder.
        path: The file.

    Raises:
        InputError: The file is missing, or no JSON object.
    """

    def __init__(self, folder: Folder, path: Path) -> None:
        self.name = repr(folder.name(path))
        try:
            with path.open("rb") as file:
                self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:  # an empty file cannot be mapped
            raise InputError(f"{self.name} cannot be read: {error}") from None
        if not self._data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            raise InputError(f"{self.name}: a JSON object is read; found {self._data[:20]!r}")
        self._spans = {key: (start, end) for key, start, end in self._scan(0, len(self._data))}

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
        """Spans of the objects in the list under a key, in their order.

        Raises:
            InputError: There is no such key.
        """
        for _, start, end in self._scan(*self._span(key)):
            yield (start, end)

    def _span(self, key: str) -> Span:
        if key not in self._spans:
            raise InputError(f"{self.name}: no list or object {key!r}; there are {', '.join(list(self._spans)[:8])}")
        return self._spans[key]

    def _scan(self, begin: int, stop: int) -> Iterator[tuple[str, int, int]]:
        """Lists and objects directly inside the container that fills begin..stop, with the string before each."""
        depth, key, start = 0, b'""', 0
        for token in _TOKEN.finditer(self._data, begin, stop):
            text = token[0]
            if text[:1] == b'"':
                key = text if depth == 1 else key
            elif text in b"{[":
                start = token.start() if depth == 1 else start
                depth += 1
            else:
                depth -= 1
                if depth == 1:
                    yield (self._text(key), start, token.end())
        if depth != 0:
            raise InputError(f"{self.name}: not JSON: it ends inside {depth} open brackets")

    def _text(self, token: bytes) -> str:
        try:
            return str(json.loads(token))
        except ValueError:
            raise InputError(f"{self.name}: not JSON: key {token[:60]!r}") from None
