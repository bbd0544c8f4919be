"""Functions by name: ``"package.module:name"``, or the short name of one that ships."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from agentseg.errors import AgentSegError, InputError

_ROOM = "agentseg.training.rewards"
FUNCTIONS = {"ngram": f"{_ROOM}.similarity:ngram_cosine", "words": f"{_ROOM}.brevity:words"}
"""Functions that rewards take, by short name."""


def function_of(given: Callable[..., Any] | str) -> Callable[..., Any]:
    """The function that a recipe means.

    Args:
        given: The function itself, a name of ``FUNCTIONS``, or ``"package.module:name"``.

    Raises:
        InputError: See ``import_name``.
    """
    if not isinstance(given, str):
        if not callable(given):
            raise InputError(f"a function or its name is wanted; found {type(given).__name__}")
        return given
    return import_name(FUNCTIONS.get(given, given), FUNCTIONS)


def import_name(name: str, shipped: dict[str, str]) -> Callable[..., Any]:
    """Import what ``"package.module:name"`` names.

    Args:
        name: The dotted path.
        shipped: Short names, for the message.

    Raises:
        InputError: The name has another form, its module cannot be imported or has no such name, or that cannot be
            called.
    """
    module_name, colon, path = name.partition(":")
    if not (colon and all(part.isidentifier() for part in (*module_name.split("."), *path.split(".")))):
        raise InputError(f'no function {name!r}; use "package.module:name" or one of {", ".join(sorted(shipped))}')
    try:
        found: Any = importlib.import_module(module_name)
    except AgentSegError:
        raise  # a missing extra says itself what to do
    except ImportError as error:
        raise InputError(f"{name!r}: the module cannot be imported: {error}") from None
    for part in path.split("."):
        if not hasattr(found, part):
            raise InputError(f"{name!r}: {getattr(found, '__name__', module_name)} has no {part!r}")
        found = getattr(found, part)
    if not callable(found):
        raise InputError(f"{name!r} is no function but {type(found).__name__}")
    function: Callable[..., Any] = found
    return function
