"""A recording's lines into one Parquet file."""

from __future__ import annotations

from pathlib import Path

from agentseg.training.record.read import read_recorded
from agentseg.training.record.table import TABLE, write_table


def compact(folder: Path) -> Path:
    """Write ``traces.parquet`` beside a recording's lines, in the order of sample and attempt; whole or not at all.

    The lines stay, and are what is read while they are there; whoever keeps only the table may remove them.

    Returns:
        Path of the table.

    Raises:
        InputError: There is no recording, or the disk refuses.
        MissingExtra: pyarrow is missing.
    """
    path = Path(folder) / TABLE
    write_table(path, read_recorded(Path(folder)))
    return path
