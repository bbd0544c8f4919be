"""A recording as one Parquet file: a row for each trace, columns to filter by, and nothing lost.

What is nested (twins, dialogue, events, masks) is compact ASCII JSON, because Arrow would give every struct all fields
and the ``datasets`` package turns 0.3 into 0.30000000000000004; floats, the integer keys of masks and lone surrogates
come back as they were.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from agentseg.config import explain
from agentseg.errors import InputError, MissingExtra
from agentseg.evaluation.lines import replacing, told
from agentseg.trace import Trace, checked_trace
from agentseg.training.record.score import Score

TABLE = "traces.parquet"
TABLE_VERSION = 1
"""Version of the columns; a reader refuses another."""
ROWS = 64
"""Rows that are in memory at a time."""

_NESTED = ("masks", "twins", "dialogue", "events")
_EXACT = "exact"
"""Column of the texts that Unicode has no bytes for, as JSON; null in nearly every row."""
_KINDS: dict[str, str] = {
    "schema_version": "int32", "trace_version": "int32", "plan_version": "int32", "prompt_version": "int32",
    "trace_id": "text", "id": "text", "attempt": "int64", "dataset": "text", "split": "text", "twin": "text",
    "task": "text", "level": "int64", "category": "text", "licence": "text", "revision": "text", "query": "text",
    "media": "text", "reasoner": "text", "seed": "int64", "status": "text", "accuracy": "float64", "answer": "ids",
    "truth": "ids", "number": "int64", "masks": "text", "twins": "text", "dialogue": "text", "events": "text",
    _EXACT: "text",
}  # fmt: skip


def write_table(path: Path, recorded: Iterable[tuple[Trace, Score]]) -> None:
    """Write a table, whole or not at all.

    Raises:
        InputError: The disk refuses.
        MissingExtra: pyarrow is missing.
    """
    pa, pq = _arrow()
    kinds = {"int32": pa.int32(), "int64": pa.int64(), "float64": pa.float64(), "text": pa.string()}
    kinds["ids"] = pa.list_(pa.int64())
    schema = pa.schema([(name, kinds[kind]) for name, kind in _KINDS.items()])
    rows = (_row(trace, score) for trace, score in recorded)
    with told(path.parent), replacing(path) as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        while some := list(islice(rows, ROWS)):
            writer.write_table(pa.Table.from_pylist(some, schema))


def read_table(path: Path) -> Iterator[tuple[Trace, Score]]:
    """Read a table row by row.

    Raises:
        InputError: It is no such table, or one of another version.
        MissingExtra: pyarrow is missing.
    """
    pa, pq = _arrow()
    try:
        with pq.ParquetFile(path) as table:
            missing = [name for name in _KINDS if name not in table.schema_arrow.names]
            if missing:
                raise InputError(f"{str(path)!r} has no column {missing[0]!r}: it is no table of traces")
            for batch in table.iter_batches(ROWS, columns=list(_KINDS)):
                for row in batch.to_pylist():
                    yield _read(row, f"{str(path)!r}, trace {row['trace_id']}")
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{str(path)!r} cannot be read as Parquet: {str(error)[:120]}") from None


def _row(trace: Trace, score: Score) -> dict[str, Any]:
    row = {**score.model_dump(mode="json"), **trace.model_dump(mode="json"), "schema_version": TABLE_VERSION}
    for name in _NESTED:
        row[name] = _json(row[name])
    odd = {name: text for name, text in row.items() if isinstance(text, str) and not _is_unicode(text)}
    plain = {name: text.encode("utf8", "replace").decode("utf8") for name, text in odd.items()}
    return {**row, **plain, _EXACT: _json(odd) if odd else None}


def _read(row: dict[str, Any], where: str) -> tuple[Trace, Score]:
    if row.pop("schema_version") != TABLE_VERSION:
        raise InputError(f"{where}: a table of another version is not read: record or compact again")
    try:
        row |= json.loads(row.pop(_EXACT) or "{}")
        row |= {name: json.loads(row[name]) for name in _NESTED}
        score = Score.model_validate({name: row[name] for name in Score.model_fields})
    except ValidationError as error:
        raise InputError(f"{where}: {explain(error)}") from None
    except (ValueError, TypeError):
        raise InputError(f"{where}: a column that holds JSON does not") from None
    return checked_trace({name: row[name] for name in Trace.model_fields}, where), score


def _json(value: Any) -> str:
    """Compact ASCII, keys as they stand: the fields of a model have an order."""
    return json.dumps(value, separators=(",", ":"))


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf8")
    except UnicodeEncodeError:
        return False
    return True


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtra(TABLE, "pyarrow", "data") from None
    return pyarrow, pyarrow.parquet
