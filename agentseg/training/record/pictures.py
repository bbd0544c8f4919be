"""A folder of pictures with queries in ``queries.jsonl``, as a dataset without truth.

    {"picture": "photos/a.jpg", "query": "the mug nearest to the sink"}
    {"frames": ["clip/000.png", "clip/001.png"], "query": "what fell over"}

Names are relative to the folder. Lines on the same picture are best written one after the other: they share one
perception. A line may carry an ``id``; without one its id follows from names and query, so that lines can be added,
moved and removed between runs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from agentseg.errors import InputError
from agentseg.evaluation.datasets import Entry, Folder
from agentseg.evaluation.datasets.entry import base
from agentseg.evaluation.work import Entries
from agentseg.prompt import query_text
from agentseg.sample import Sample, is_plain_name

FOLDER = "folder"
"""Its name, in place of a dataset's."""
QUERIES = "queries.jsonl"


class _Line(NamedTuple):
    id: str
    media: tuple[str, ...]
    query: str


@dataclass(frozen=True)
class Pictures:
    """Entries of such a folder, read afresh by each iteration, in whichever process it is.

    Attributes:
        root: The folder.
        split: The name that samples carry.
    """

    root: str
    split: str = ""

    def __iter__(self) -> Iterator[Entry]:
        """Yield an entry a line.

        Raises:
            InputError: There is no ``queries.jsonl``, or a line is not as above or has the id of an earlier one; the
                message names it.
        """
        folder = Folder(self.root)
        path = folder.path(QUERIES, "queries")
        seen: dict[str, int] = {}
        try:
            with path.open("rb") as file:
                for number, text in enumerate(file, 1):
                    if text.strip():
                        where = f"{QUERIES!r}, line {number}"
                        line = _read(text, where)
                        if seen.setdefault(line.id, number) != number:
                            found = f"{line.id[:80]!r} of line {seen[line.id]} again"
                            raise InputError(f"{where}: every line has its own picture and query, or id; found {found}")
                        yield Entry(line.id, partial(_sample, folder, self.split, line))
        except OSError as error:
            found = f"{str(folder.root)!r}: {QUERIES} cannot be read: {error.strerror or error}"
            raise InputError(f'{found}; a line is {{"picture": "a.jpg", "query": "the mug"}}') from None


def entries_of(dataset: str, root: str, split: str) -> Iterable[Entry]:
    """The entries of a dataset, or of a folder of pictures where the dataset is called ``folder``."""
    return Pictures(root, split) if dataset == FOLDER else Entries(dataset, root, split)


def _read(text: bytes, where: str) -> _Line:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(f"{where}: not JSON") from None
    if not isinstance(data, dict) or not set(data) <= {"picture", "frames", "query", "id"}:
        raise InputError(f"{where}: a line has picture or frames, query, and may have an id; found {str(data)[:80]}")
    query, media = data.get("query"), _media(data, where)
    if not isinstance(query, str):
        raise InputError(f"{where}: query is text; found {type(query).__name__}")
    try:
        query_text(query)  # empty and endless ones are told before anything is asked
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    known = hashlib.sha256(json.dumps([media, query]).encode()).hexdigest()[:8]
    id = data.get("id", f"{media[0]}/{known}")
    if not isinstance(id, str) or not is_plain_name(id):
        raise InputError(f"{where}: an id is a plain relative name without '..'; found {str(id)[:80]!r}")
    return _Line(id, media, query)


def _media(data: dict[str, Any], where: str) -> tuple[str, ...]:
    if ("picture" in data) == ("frames" in data):
        found = "both" if "picture" in data else "neither"
        raise InputError(f"{where}: either picture (a name) or frames (names in order); found {found}")
    names = [data["picture"]] if "picture" in data else data["frames"]
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise InputError(f"{where}: picture is a name, and frames a list of names; found {str(names)[:80]}")
    for name in names:
        if not is_plain_name(name):
            raise InputError(f"{where}: a name below the folder, without '..', is read; found {name[:80]!r}")
    return tuple(names)


def _sample(folder: Folder, split: str, line: _Line) -> Sample:
    return Sample(
        id=line.id,
        query=line.query,
        media=line.media,
        indices=tuple(range(len(line.media))),
        **base(folder, split, FOLDER),
    )
