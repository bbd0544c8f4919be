"""Words of a text swapped for others; the table and the query of an opening message told in other words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache

from agentseg.reasoners.names import plural, plural_pattern

QUERY = "query: "
"""How the last line of an opening message begins."""

_ROW = re.compile(r"(\d+: )([a-z0-9 ]+)((?:, [a-z0-9 ]+)?)")


def swap(text: str, words: Mapping[str, str]) -> str:
    """A text with some words in place of others.

    Args:
        text: Any text; capitals at the start and plurals are kept.
        words: New words by old ones, both in lower case and singular; whole words are swapped, the longest first.
    """
    if not words:
        return text
    pattern, names = _pattern(tuple(words))

    def other(match: re.Match[str]) -> str:
        said = match[0].lower()
        name = said if said in words else next(name for name in names if re.fullmatch(plural_pattern(name), said))
        word = words[name] if said == name else plural(words[name])
        return word.capitalize() if match[0][0].isupper() else word

    return pattern.sub(other, text)


@lru_cache(maxsize=64)
def _pattern(names: tuple[str, ...]) -> tuple[re.Pattern[str], list[str]]:
    longest = sorted(names, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(plural_pattern, longest))})\b", re.IGNORECASE | re.ASCII), longest


def aligned(text: str) -> tuple[str, list[int]]:
    """A text as names are looked for in it, and the place in the text of each of its characters.

    Lower-case words with single blanks between them; what ends a clause is a comma.
    """
    out: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        low = sign.lower() if sign.isascii() and sign.isalnum() else ("," if sign in ",.;:!?()" else " ")
        if low == " " and (not out or out[-1] == " "):
            continue
        out.append(low)
        places.append(place)
    return "".join(out), places


def asked(opening: str) -> str:
    """The query of an opening message: what follows ``query:`` in its last line."""
    return opening.rpartition("\n")[2].removeprefix(QUERY)


def retold(opening: str, words: Mapping[str, str], query: str) -> str:
    """An opening message with other labels in its table, brief or full, and another query.

    Args:
        opening: The table and, as its last line, the query.
        words: New labels by old ones.
        query: The new query.
    """
    *table, _ = opening.split("\n")
    return "\n".join([*(_row(line, words) for line in table), f"{QUERY}{query}"])


def _row(line: str, words: Mapping[str, str]) -> str:
    if row := _ROW.fullmatch(line):
        return f"{row[1]}{words.get(row[2], row[2])}{row[3]}"
    if not line.startswith('{"cols"'):
        return line
    try:
        table = json.loads(line)
        place = table["cols"].index("label")
        for row in table["rows"]:
            row[place] = words.get(row[place], row[place])
    except (ValueError, KeyError, IndexError, TypeError):  # no table of ours
        return line
    return json.dumps(table, separators=(",", ":"))
