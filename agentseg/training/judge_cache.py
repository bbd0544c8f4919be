"""What a judge has said before, in one SQLite file that processes can share."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from agentseg.errors import InputError

logger = logging.getLogger(__name__)

WAIT_S = 30.0
"""Seconds that a process waits for another one's write."""


class JudgeCache:
    """Answers by key; every write is one transaction, and each call opens the file anew.

    So it can be used by threads and by processes, forked ones too. A file that cannot be read or written later on is a
    miss with a warning: a verdict can be asked for again.

    Args:
        path: The file; it is made where it is missing.

    Raises:
        InputError: The file cannot be made, or is no SQLite database.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            with self._open() as base:
                base.execute("CREATE TABLE IF NOT EXISTS verdicts (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
        except sqlite3.Error as error:
            raise InputError(f"the judge's cache cannot be opened at {str(path)!r}: {error}") from None

    def get(self, key: str) -> str | None:
        """The answer under a key, or None."""
        try:
            with self._open() as base:
                row = base.execute("SELECT value FROM verdicts WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            logger.warning("the judge's cache %s cannot be read: %s", self.path, error)
            return None
        return None if row is None else str(row[0])

    def put(self, key: str, value: str) -> None:
        """Keep an answer; the first one under a key stays."""
        try:
            with self._open() as base:
                base.execute("INSERT OR IGNORE INTO verdicts VALUES (?, ?)", (key, value))
        except sqlite3.Error as error:
            logger.warning("the judge's cache %s cannot be written: %s", self.path, error)

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        base = sqlite3.connect(self.path, timeout=WAIT_S)
        try:
            with base:  # a transaction
                yield base
        finally:
            base.close()
