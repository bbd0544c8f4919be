"""The files of a run's folder, read for a report: errors say which file, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from agentseg.errors import InputError
from agentseg.evaluation.prediction import Row
from agentseg.evaluation.report.plain import clipped


def rows(path: Path) -> Iterator[tuple[Row, int]]:
    """The rows of a run, one at a time, each with the byte at which its line starts.

    Raises:
        InputError: The file cannot be read, or a line is no row; the message names it.
    """
    start, number = 0, 1
    try:
        with path.open("rb") as lines:
            for line in lines:
                yield Row.model_validate_json(line), start
                start, number = start + len(line), number + 1
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read: {error.strerror or error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the line"
        raise InputError(f"{str(path)!r}, line {number}: {place}: {first['msg']}") from None


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """A file of a finished run.

    Raises:
        InputError: It is missing, because the run is not finished or is none, or it is no JSON object.
    """
    path = folder / name
    try:
        found = json.loads(path.read_text("utf8"))
    except FileNotFoundError:
        hint = "finish it with --resume" if (folder / "run.json").is_file() else "name the folder that eval wrote"
        raise InputError(f"{str(folder)!r} is no finished run (no {name}): {hint}") from None
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{str(path)!r} is no JSON: {str(error)[:100]}") from None
    if not isinstance(found, dict):
        raise InputError(f"{str(path)!r} holds an object; found {type(found).__name__}")
    return found


def spreads(found: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, dict[str, float]]]:
    """Every distribution (whatever has a median) of ``timing.json``, under its path."""
    for name, value in found.items():
        if not isinstance(value, Mapping):
            continue
        if isinstance(value.get("p50"), int | float):
            numbers = {key: float(part) for key, part in value.items() if isinstance(part, int | float)}
            yield " ".join((*path, name)), numbers
        else:
            yield from spreads(value, (*path, name))


def names_of(folders: Sequence[Path]) -> list[str]:
    """The shortest ends of the paths that tell the folders apart.

    Raises:
        InputError: A folder is named twice.
    """
    parts = [folder.resolve().parts for folder in folders]
    for length in range(1, max(map(len, parts)) + 1):
        names = [clipped("/".join(part[-length:])) for part in parts]
        if len(set(names)) == len(names):
            return names
    raise InputError("the same run is named twice: name each once")
