"""An entry: the name of a sample, and the means to make it.

Loaders yield entries, so that a run that resumes passes over what it has done without reading pictures or masks, and
one broken sample does not end the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

from agentseg.evaluation.datasets.folder import Folder
from agentseg.sample import Sample


class Entry(NamedTuple):
    """One sample that can be made.

    Attributes:
        id: The sample's id.
        make: Reads its annotation; raises InputError with file and field where that is broken.
    """

    id: str
    make: Callable[[], Sample]


class Loader(Protocol):
    """A dataset: entries of a split, in a fixed order, from a folder."""

    def __call__(self, folder: Folder, split: str, dataset: str) -> Iterator[Entry]:
        """Yield the entries; ``dataset`` is the name that samples carry."""
        ...


def base(folder: Folder, split: str, dataset: str) -> dict[str, Any]:
    """The fields that all samples of a split share."""
    return {"dataset": dataset, "split": split, "root": str(folder.root)}
