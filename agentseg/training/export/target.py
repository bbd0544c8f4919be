"""Where an export goes: a name that files and servers take, and a folder that appears when it is complete."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agentseg.errors import InputError

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}(:[A-Za-z0-9][A-Za-z0-9._-]{0,31})?")


def check_name(name: str) -> str:
    """A model's name, checked.

    Raises:
        InputError: It is not one that both a file and Ollama can have.
    """
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name[:80]!r} cannot be a model's name: use lower-case letters, digits, dots, dashes and underscores, "
            "and :TAG where wanted"
        )
    return name


def name_of(folder: Path) -> str:
    """A model's name made of a folder's."""
    plain = re.sub(r"[^a-z0-9._-]+", "-", folder.resolve().name.lower()).strip("-._")[:64]
    return plain or "student"


def check_folder(to: str | Path, size: int) -> Path:
    """The folder to make, where that is possible; nothing is made yet.

    Args:
        to: A path where nothing is, or an empty folder.
        size: Bytes that the disk has to take.

    Returns:
        The real path.

    Raises:
        InputError: Something is there, it may not be written to, or the disk has no room.
    """
    if not str(to):
        raise InputError("--to is empty: name a folder")
    folder = Path(os.path.realpath(Path(to).expanduser()))
    try:
        if folder.is_dir() and any(folder.iterdir()):
            raise InputError(f"--to {str(to)!r} is not empty: name a new folder")
        there = folder.parent
        while not there.exists() and there != there.parent:
            there = there.parent
        if not there.is_dir() or (folder.exists() and not folder.is_dir()):
            raise InputError(f"--to {str(to)!r} is a file: name a folder")
        free = shutil.disk_usage(there).free
    except OSError as error:
        raise InputError(f"--to {str(to)[:200]!r} cannot be used: {error.strerror or error}") from None
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"the folder {str(there)!r} may not be written to: name another --to")
    if free < size:
        raise InputError(f"the model takes {size / 1e9:.1f} GB; the disk of {str(to)!r} has {free / 1e9:.1f} GB free")
    return folder


@contextmanager
def appearing(folder: Path) -> Iterator[Path]:
    """A hidden folder beside another, which takes that one's name when the block ends well and is removed else.

    Args:
        folder: A path where nothing is, or an empty folder.

    Yields:
        Where to write.

    Raises:
        InputError: The folder cannot be made, or something was put there meanwhile.
    """
    partial = folder.with_name(f".{folder.name[:100]}.part-{secrets.token_hex(4)}")
    try:
        partial.mkdir(parents=True)
    except OSError as error:
        raise InputError(f"--to {str(folder)[:200]!r} cannot be made: {error.strerror or error}") from None
    try:
        yield partial
        for path in partial.iterdir():
            with path.open("rb+") as stream:
                os.fsync(stream.fileno())
        _rename(partial, folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _rename(partial: Path, folder: Path) -> None:
    try:
        if folder.is_dir():
            folder.rmdir()  # ours to take only while it is empty
        partial.rename(folder)
    except OSError as error:
        raise InputError(f"--to {str(folder)!r} cannot be made: {error.strerror or error}") from None
