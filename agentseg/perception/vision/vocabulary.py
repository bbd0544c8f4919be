"""Which nouns a detector looks for: a list of ours, a user's own, and what a query speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path

from agentseg.errors import ConfigError
from agentseg.twin import clean_label

SHORT = 100
"""The first nouns of the list are the vocabulary ``short``."""
MOST = 5_000
"""Most nouns of a vocabulary: a bound of the time that their embeddings take."""


def vocabulary(choice: str | Iterable[str] | None, default: str = "everyday") -> tuple[str, ...]:
    """Read a vocabulary.

    Args:
        choice: ``everyday``, ``short``, the path of a text file (UTF-8, a noun a line, ``#`` begins a comment), or the
            nouns themselves; None takes ``default``.
        default: ``everyday`` or ``short``.

    Returns:
        Nouns as labels are written (``clean_label``), each once, in their order.

    Raises:
        ConfigError: No such file, no noun in it, or more than ``MOST``.
    """
    choice = default if choice is None else choice
    if choice == "everyday":
        return _ours()
    if choice == "short":
        return _ours()[:SHORT]
    nouns = _unique(_read(choice) if isinstance(choice, str) else choice)
    if not 0 < len(nouns) <= MOST:
        raise ConfigError(f"a vocabulary has 1 to {MOST} nouns; found {len(nouns)} in {str(choice)[:80]!r}")
    return nouns


def nouns_of(query: str) -> tuple[str, ...]:
    """The words of a query that may name a thing to look for, e.g. ``the mug nearest to the kettle`` -> mug, kettle.

    Function words, places, comparisons and colours are left out; runs of words that stay are also given together
    (``coffee cup`` -> coffee cup, coffee, cup), and plurals in the singular. A noun too many costs a detector little.
    """
    found: list[str] = []
    for part in re.split(r"[^a-z0-9' -]+", query.lower()):
        run: list[str] = []
        for word in (*re.sub(r"'s?\b|'", " the ", part).replace("-", " ").split(), ""):
            if word and word not in _no_nouns() and not word.isdigit():
                run.append(word)
                continue
            if run:
                *first, last = run
                found += [" ".join((*first, singular(last))), *(singular(one) for one in run)]
                found += [one for one in run if one in _ours()]  # glasses are not glass
            run = []
    return _unique(word for word in found if len(word) > 2)


def singular(word: str) -> str:
    """The singular of a regular English plural; other words as they are."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "toes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is", "scissors")) and len(word) > 3:
        return word[:-1]
    return word


@cache
def _ours() -> tuple[str, ...]:
    return _unique(_lines(_shipped("nouns.txt")))


@cache
def _no_nouns() -> frozenset[str]:
    return frozenset(" ".join(_lines(_shipped("no_nouns.txt"))).split())


def _shipped(name: str) -> str:
    return resources.files("agentseg.perception.vision").joinpath(name).read_text(encoding="utf8")


def _read(name: str) -> list[str]:
    path = Path(name).expanduser()
    try:
        if not path.is_file():
            raise ConfigError(f"no vocabulary {name!r}: give everyday, short, a text file, or a list of nouns")
        return _lines(path.read_text(encoding="utf8"))
    except OSError as error:
        raise ConfigError(f"vocabulary {name[:200]!r} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"vocabulary {name!r} is not UTF-8 text: {error.reason} at byte {error.start}") from None


def _lines(text: str) -> list[str]:
    return [line for line in (line.partition("#")[0].strip() for line in text.splitlines()) if line]


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in map(clean_label, words) if word != "unknown"))
