"""Rows of parquet files: what they say a few at a time, pictures one row group at a time (pyarrow, extra ``data``)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from agentseg.errors import InputError, MissingExtra
from agentseg.evaluation.datasets.folder import Folder

BATCH = 4
"""Rows read at a time; a mask of 1080p is a quarter of a megabyte."""


def pyarrow_parquet() -> Any:
    """The module ``pyarrow.parquet``.

    Raises:
        MissingExtra: It is not installed.
    """
    try:
        import pyarrow.parquet
    except ImportError:
        raise MissingExtra("reading parquet files", "pyarrow", "data") from None
    return pyarrow.parquet


def image_bytes(folder: Folder, name: str, row: int) -> bytes:
    """The encoded picture of one row.

    Raises:
        InputError: There is no such row, or its column ``image`` holds no bytes.
    """
    path = folder.path(name, "media")
    group, place = _locate(path, row, name)
    try:
        images = _images(path, group, path.stat().st_mtime_ns)
        found = images[place].as_py()
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{name!r}: column 'image' cannot be read: {str(error)[:120]}") from None
    data = found.get("bytes") if isinstance(found, dict) else found
    if not isinstance(data, bytes):
        raise InputError(
            f"{name!r}, row {row}: field 'image' holds the bytes of a picture; found {type(data).__name__}"
        )
    return data


@lru_cache(maxsize=1)
def _images(path: Path, group: int, changed: int) -> Any:
    """Column of encoded pictures of one row group; neighbours are opened together, so one is kept."""
    return pyarrow_parquet().ParquetFile(path).read_row_group(group, columns=["image"]).column("image")


def _locate(path: Path, row: int, name: str) -> tuple[int, int]:
    """Row group of a row, and its place in it."""
    meta = _open(path, name).metadata
    place = row
    for group in range(meta.num_row_groups):
        count = meta.row_group(group).num_rows
        if 0 <= place < count:
            return group, place
        place -= count
    raise InputError(f"{name!r}: no row {row}; there are {meta.num_rows}")


def _open(path: Path, name: str) -> Any:
    try:
        return pyarrow_parquet().ParquetFile(path)
    except (OSError, ValueError) as error:  # pyarrow's own errors are both
        raise InputError(f"{name!r} is not a parquet file that can be read: {str(error)[:120]}") from None


def rows(folder: Folder, path: Path) -> Iterator[dict[str, Any]]:
    """Rows as objects without pictures; ``mask`` stays an arrow value, which is small.

    Raises:
        InputError: The file is broken or is of neither form: it has other columns.
    """
    name = folder.name(path)
    file = _open(path, name)
    columns = file.schema_arrow.names
    wanted = ("mask", "text") if "mask" in columns else ("problem", "solution")
    for column in ("image", *wanted):
        if column not in columns:
            raise InputError(f"{name!r}: no column {column!r}; there are {', '.join(columns[:12])}")
    keep = [column for column in columns if column != "image"]
    try:
        for batch in file.iter_batches(batch_size=BATCH, columns=keep):
            for row in range(batch.num_rows):
                yield {key: batch.column(key)[row] if key == "mask" else batch.column(key)[row].as_py() for key in keep}
    except (OSError, ValueError) as error:
        raise InputError(f"{name!r} cannot be read to its end: {str(error)[:120]}") from None
