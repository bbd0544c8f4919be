"""From a recording (``agentseg record``) to what stages read: right chains, and asks with the teacher's best trace."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from agentseg.errors import InputError
from agentseg.evaluation.datasets.entry import Entry
from agentseg.prompt import Style
from agentseg.trace import Trace
from agentseg.training.record import Score, entries_of, read_recorded, rows_of
from agentseg.training.rows import KEEP
from agentseg.training.stages.asks import Ask, write_asks

CHAINS, ASKS = "chains.jsonl", "asks.jsonl"


def from_recording(
    folder: Path,
    *,
    recording: str,
    chains: bool = True,
    least: float = KEEP,
    most: int = 1,
    style: Style | None = None,
) -> dict[str, Any]:
    """Make ``chains.jsonl`` and ``asks.jsonl`` of a recording, as recipes call it.

    Twins are those that the traces end with: of a teacher whose plans look at pixels again, they hold what it found.

    Args:
        folder: Gets the two files.
        recording: Folder of a recording; its dataset has to lie where it was.
        chains: Whether the conversations are wanted; reinforcement alone needs none.
        least: Accuracy that a chain exceeds (rejection sampling, .7 in FastReasonSeg).
        most: Chains of one query.
        style: How the student is prompted; None: as the teacher was.

    Returns:
        How many asks there are, and how many have a teacher's trace.

    Raises:
        InputError: There is no recording, nothing in it was right, or its dataset is gone.
    """
    source = Path(recording)
    try:
        asked = json.loads((source / "run.json").read_text(encoding="utf8"))
        entries = entries_of(str(asked["dataset"]), str(asked["root"]), str(asked["split"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"no recording in {recording!r}: run.json cannot be read ({error})") from None
    if chains:
        rows_of(source, least, most, style, out=folder / CHAINS)
    taught = 0

    def asks() -> Iterator[Ask]:
        nonlocal taught
        for ask in asks_of(read_recorded(source), entries, least):
            taught += ask.teacher is not None
            yield ask

    return {"asks": write_asks(folder / ASKS, asks()), "taught": taught}


def asks_of(recorded: Iterable[tuple[Trace, Score]], entries: Iterable[Entry], least: float = KEEP) -> Iterator[Ask]:
    """An ask for each sample of a recording.

    Args:
        recorded: Traces with their scores, attempts at one sample in a row.
        entries: The dataset's, for the truth.
        least: Accuracy that a teacher's trace exceeds.

    Raises:
        InputError: A sample of the recording is not in the dataset.
    """
    make = {entry.id: entry.make for entry in entries}
    for id, group in groupby(recorded, key=lambda pair: pair[1].id):
        if id not in make:
            raise InputError(f"sample {id!r} was recorded and is not in the dataset: is this the split it came from?")
        traces = list(group)
        first, best = traces[0][0], max(traces, key=lambda pair: pair[1].accuracy or 0.0)
        if not first.twins:
            continue
        right = (best[1].accuracy or 0.0) > least
        slim = best[0].model_copy(update={"twins": (), "masks": {}}) if right else None
        yield Ask(twins=first.twins, media=first.media, sample=make[id](), teacher=slim)
