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

_BLANK = rb"[ \t\r\n]*"
_STRING = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_TOKEN = re.compile(_STRING + rb"|[{}\[\]]", re.DOTALL)
_START = re.compile(rb"(?:\xef\xbb\xbf)?" + _BLANK + rb"\{" + _BLANK)
_KEY = re.compile(rb"(" + _STRING + rb")" + _BLANK + rb":" + _BLANK, re.DOTALL)
_PLAIN = re.compile(_STRING + rb'|[^ \t\r\n,:"{}\[\]]+', re.DOTALL)
_NEXT = re.compile(_BLANK + rb"([,}])" + _BLANK)

_PAIRS = {b"{": b"}", b"[": b"]"}

Span = tuple[int, int]


class IndexedJson:
    """A JSON file with an object on top; every key of it is indexed, whatever its value.

    Args:
        folder: The dataset's folder.
        path: The file.
        records: Whether to note where the objects inside each list are, too.

    Raises:
        InputError: The file is missing or empty, no JSON object, has a key twice, or text after its end.
    """

    def __init__(self, folder: Folder, path: Path, *, records: bool = False) -> None:
        self.name = repr(folder.name(path))
        try:
            if not path.stat().st_size:
                raise InputError(f"{self.name} is empty: a JSON object is read")  # and cannot be mapped
            with path.open("rb") as file:
                self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise InputError(f"{self.name} cannot be read: {error}") from None
        self._spans: dict[str, Span] = {}
        self._records: dict[str, array[int]] = {}
        self._index(records)

    def __contains__(self, key: str) -> bool:
        return key in self._spans

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def get(self, key: str) -> Any:
        """Parse the value of a key of the top object.

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
            InputError: There is no such key, or its value is no list.
        """
        start, end = self._span(key)
        if self._data[start : start + 1] != b"[":
            found = self._data[start : min(end, start + 40)]
            raise InputError(f"{self.name}: {key!r} is a list; found {found!r}")
        flat = self._records[key]
        return zip(flat[::2], flat[1::2], strict=True)

    def _span(self, key: str) -> Span:
        if key not in self._spans:
            raise InputError(f"{self.name}: no key {key!r}; there are {', '.join(list(self._spans)[:8])}")
        return self._spans[key]

    def _index(self, records: bool) -> None:
        """Note where each value of the top object is, and what is inside it where ``records`` is set."""
        top = _START.match(self._data)
        if top is None:
            raise InputError(f"{self.name}: a JSON object is read; found {self._data[:20]!r}")
        place, more = top.end(), self._data[top.end() : top.end() + 1] != b"}"
        if not more:
            place += 1
        while more:
            found = _KEY.match(self._data, place)
            if found is None:
                raise self._broken("a key and a colon are read", place)
            key, start = self._text(found[1]), found.end()
            if key in self._spans:
                raise InputError(f"{self.name}: key {key[:80]!r} is there twice: keep one of them")
            end, self._records[key] = self._value(key, start, records)
            self._spans[key] = (start, end)
            after = _NEXT.match(self._data, end)
            if after is None:
                raise self._broken("a comma or the closing bracket is read", end)
            place, more = after.end(), after[1] == b","
        if self._data[place:].strip():
            raise self._broken("nothing is read after the object", place)

    def _value(self, key: str, start: int, records: bool) -> tuple[int, array[int]]:
        """Where a value ends, and the spans of the lists and objects right inside it."""
        inner = array("Q")
        if self._data[start : start + 1] not in (b"{", b"["):
            plain = _PLAIN.match(self._data, start)
            if plain is None:
                raise self._broken("a value is read", start)
            return plain.end(), inner
        depth, begun = 0, start
        for token in _TOKEN.finditer(self._data, start):
            text = token[0]
            if text[:1] == b'"':
                continue
            if text in b"{[":
                begun = token.start() if depth == 1 else begun
                depth += 1
                continue
            depth -= 1
            if depth <= 1:
                opened = begun if depth else start
                if _PAIRS[self._data[opened : opened + 1]] != text:
                    raise InputError(f"{self.name}: not JSON: {key[:80]!r} opens and closes differently")
                if not depth:
                    return token.end(), inner
                if records:
                    inner.extend((begun, token.end()))
        raise InputError(f"{self.name}: not JSON: it ends inside {depth + 1} open brackets")

    def _broken(self, wanted: str, place: int) -> InputError:
        found = self._data[place : place + 20]
        return InputError(f"{self.name}: not JSON: {wanted} at byte {place}; found {found!r}")

    def _text(self, token: bytes) -> str:
        try:
            return str(json.loads(token))
        except ValueError:
            raise InputError(f"{self.name}: not JSON: key {token[:60]!r}") from None
