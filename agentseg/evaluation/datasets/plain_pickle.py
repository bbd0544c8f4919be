"""Reading pickles of plain data. A pickle is a program: this reader runs none of it.

RefCOCO's references come as a pickle of lists, objects, texts and numbers. A full unpickler calls whatever a file
names; here every name is refused, so that only what the format itself has (list, dict, tuple, set, str, bytes, int,
float, bool, None) can be built.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any, NoReturn

from agentseg.errors import InputError

_SETS = {(module, name) for module in ("builtins", "__builtin__") for name in ("set", "frozenset")}
"""Pickles before protocol 4 name these two; building one calls nothing else."""

_BROKEN = (ArithmeticError, AttributeError, EOFError, ImportError, LookupError, MemoryError, RecursionError, TypeError)


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _SETS:
            return set if name == "set" else frozenset
        raise InputError(
            f"it names {module[:60]}.{name[:60]}, and only plain lists, objects, texts and numbers are read"
        )

    def persistent_load(self, pid: Any) -> NoReturn:
        raise InputError("it has a persistent reference, and only plain data are read")


def load_plain(path: Path, name: str) -> Any:
    """Read a pickle of plain containers, texts and numbers, also one of Python 2.

    Args:
        path: The file.
        name: How errors call it.

    Returns:
        The value; texts of Python 2 are read as UTF-8.

    Raises:
        InputError: The file is missing, is no pickle, or names any class or function.
    """
    try:
        with path.open("rb") as file:
            return _PlainUnpickler(file, encoding="utf-8", errors="replace").load()
    except InputError as error:
        raise InputError(f"{name} is refused: {error}") from None
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror or error}") from None
    except (pickle.UnpicklingError, ValueError, *_BROKEN) as error:
        raise InputError(f"{name} is no pickle of plain data: {type(error).__name__}: {str(error)[:100]}") from None
