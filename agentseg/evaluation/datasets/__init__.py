"""Public benchmarks from a folder that the user names: lazily, in a fixed order, nothing read outside that folder.

    for sample in open_dataset("reasonseg", "~/data/ReasonSeg", split="val", limit=20):
        for frame in open_frames(sample):
            ...

Each dataset is a function in ``DATASETS``; its module's docstring has the layout that is read. Nothing is downloaded.
KitchenBench is rendered instead of read, from any folder.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from itertools import islice
from pathlib import Path

from pydantic import ValidationError

from agentseg.errors import InputError
from agentseg.evaluation.datasets.entry import Entry, Loader
from agentseg.evaluation.datasets.folder import Folder
from agentseg.evaluation.datasets.kitchenbench import kitchenbench
from agentseg.evaluation.datasets.llmseg40k import llmseg40k
from agentseg.evaluation.datasets.parquet import parquet
from agentseg.evaluation.datasets.pixels import open_frames
from agentseg.evaluation.datasets.reasonseg import reasonseg
from agentseg.evaluation.datasets.refcoco import refcoco
from agentseg.evaluation.datasets.revos import revos
from agentseg.evaluation.datasets.sav import sav
from agentseg.sample import Sample

__all__ = ["DATASETS", "Entry", "Folder", "Loader", "open_dataset", "open_frames"]

DATASETS: dict[str, Loader] = {
    "reasonseg": reasonseg,
    "parquet": parquet,
    "llmseg40k": llmseg40k,
    "refcoco": refcoco,
    "refcoco+": refcoco,
    "refcocog": refcoco,
    "grefcoco": refcoco,
    "revos": revos,
    "mevis": revos,
    "jitbench": revos,
    "rvtbench": revos,
    "sav": sav,
    "kitchenbench": kitchenbench,
}
"""Datasets by name. A loader is ``f(folder, split, dataset)``, which yields entries; no registration."""


def open_dataset(
    name: str,
    root: str | Path,
    split: str = "test",
    limit: int | None = None,
    skip: Container[str] = (),
    on_error: Callable[[str, InputError], None] | None = None,
) -> Iterator[Sample]:
    """Open a dataset; samples are made one by one as they are asked for.

    Args:
        name: One of ``DATASETS``.
        root: The folder that holds it; see the module of the dataset for the layout.
        split: As the dataset calls it.
        limit: Only the first so many, broken and skipped ones included, so that a resumed run sees the same ones.
        skip: Ids that are passed over without reading their masks or pictures.
        on_error: Called with id and error of a broken sample, and the next one follows; None raises instead.

    Raises:
        InputError: No such dataset, folder or split, or an annotation is broken: the message names file and field.
        MissingExtra: The dataset needs a package that is not installed.
    """
    if name not in DATASETS:
        raise InputError(f"no dataset {name!r}; there are {', '.join(DATASETS)}")
    if limit is not None and limit < 0:
        raise InputError(f"a limit is a whole number from 0, or None for all; found {limit}")
    return _samples(islice(DATASETS[name](Folder(root), split, name), limit), name, skip, on_error)


def _samples(
    entries: Iterator[Entry], name: str, skip: Container[str], on_error: Callable[[str, InputError], None] | None
) -> Iterator[Sample]:
    for entry in entries:
        if entry.id in skip:
            continue
        try:
            sample = _made(entry, name)
        except InputError as error:
            if on_error is None:
                raise
            on_error(entry.id, error)
            continue
        yield sample


def _made(entry: Entry, name: str) -> Sample:
    try:
        return entry.make()
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InputError(f"{name}, sample {entry.id[:80]!r}: {place}: {first['msg']}") from None
