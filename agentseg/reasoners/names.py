"""Which things a text names: labels, their other words, singular and plural."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from agentseg.affordances import USES
from agentseg.reasoners.lexicon import SYNONYMS

GENERIC = r"(?:things?|objects?|items?|ones?|stuff|something|anything|everything|what|which|whatever)"
"""Pattern of the words that name no kind of thing."""

_GENERIC = re.compile(rf"{GENERIC}\b")
_VERBS = ("drink", "snack", "can", "tap", "dish", "board", "box", "hand", "watch", "light", "ladle", "brush")
"""Names that are verbs after "to" or "could"."""

_ENDS = r" ?(?:$|,| (?:that|which|is|are|was|were|on|in|to|at|of|by|from|with|and|or|next|near|behind|beside|left|right|if|as|s)\b)"
"""What may follow a noun phrase."""
_OTHERWISE: dict[str, tuple[tuple[str, str], ...]] = {
    "can": (
        ("", r" (?:i|we|you|it|one|they|be|not|no|now|still|help|hold|go|the|a|he|she|people|\w+(?:body|one))\b"),
        (r"\bbut\s*$", ""),
        (
            r"\b(?:that|which|what|who|it|things?|ones?|robot|gripper|arm|people|where|how|i|we|you)\s*$",
            rf"(?!{_ENDS}| can\b| [a-z]{{2,}}s\b)",
        ),
    ),
    "box": (
        (r"\bbounding\s*$", ""),
        ("", r" (?:around|round|for)\b"),
        ("", r" (?:the|each|every|all|any|both|whatever|my)\b"),
        ("", r" of (?:the|an?|each|every|all|any|both|whatever|my|it|them)\b"),
        (r"\b(?:with|draw|put|place) (?:an?|some|the)?\s*$", ""),
        (r"(?:^|, )$", r" in\b"),
    ),
    "milk": ((r"\b(?:spil\w+|some|and|or|of|keep|store|pour|drink|heat|boil|cold|warm|hot)\s*$", ""),),
    "people": (("", rf"(?!{_ENDS}| \w+ing\b)"),),
}
"""Names that are something else between such words (before, after): the tool that can flip, a box around the mug."""


class Named(NamedTuple):
    """A name in a text.

    Attributes:
        start: Its first character.
        end: One after its last.
        name: It in singular, as the lexicon or the twin has it.
        labels: Labels that it stands for.
        many: Whether the text has it in plural.
    """

    start: int
    end: int
    name: str
    labels: tuple[str, ...]
    many: bool = False


def mentions(text: str, present: Sequence[str]) -> list[tuple[int, int, tuple[str, ...]]]:
    """(start, end, labels) of every name of a thing, the longest at each place; "orange" before a noun is a colour."""
    return [(name.start, name.end, name.labels) for name in named(text, present)]


def named(text: str, present: Sequence[str]) -> list[Named]:
    """Every name of a thing in a text, in order, the longest at each place.

    Args:
        text: Normalised words.
        present: Labels of the twin, which are names too.
    """
    names, order = _names(tuple(present))
    found: list[Named] = []
    for name in order:
        for match in _pattern(name).finditer(text):
            start, end = match.span()
            if (match[0] == name or name == "box") and _is_other(name, text[:start], text[end:]):
                continue
            taken = any(start < other.end and other.start < end for other in found)
            if not taken and not (name == "orange" and _before_noun(text, end, order)):
                found.append(Named(start, end, name, names[name], match[0] != name))
    return sorted(found)


@lru_cache(maxsize=64)
def _names(present: tuple[str, ...]) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """What each name stands for, and the names from the longest on."""
    names: dict[str, tuple[str, ...]] = {label: (label,) for uses in USES.values() for label in uses}
    names |= {label: (label,) for label in ("sink", "stove", *present)}
    names |= {name: labels for name, labels in SYNONYMS.items() if name not in present}
    return names, sorted(names, key=len, reverse=True)


@lru_cache(maxsize=4096)
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"\b{plural_pattern(name)}\b")


def _before_noun(text: str, end: int, names: Sequence[str]) -> bool:
    """Whether the next word of a text, or the one after it, names a thing."""
    words = re.compile(r" (?=\w)(?:\w+ )??").match(text, end), re.compile(r" \w+ ").match(text, end)
    places = {match.end() for match in words if match}
    return any(
        _GENERIC.match(text, place) or any(_pattern(name).match(text, place) for name in names) for place in places
    )


def _is_other(name: str, before: str, after: str) -> bool:
    """Whether the words around a name say that it is no thing."""
    if name == "can" and re.search(r"\b(?:the|an?|this|each|every|any|my|your|our|no)\s*$", before):
        return False
    if name in _VERBS and re.search(r"\b(?:could|can|to|would|i|you|we|one|may|might)\s*$", before):
        return True
    return any(re.search(left, before) and re.match(right, after) for left, right in _OTHERWISE.get(name, ()))


def plural_pattern(name: str) -> str:
    """A pattern of a name in singular and plural ("cans of food", "knives")."""
    head, of, rest = name.partition(" of ")
    if of:
        return f"{plural_pattern(head)} of {plural_pattern(rest)}"
    if name.endswith("knife"):
        return f"{name[:-2]}(?:fe|ves)"
    if name.endswith("shelf"):
        return f"{name[:-1]}(?:f|ves)"
    if name.endswith(("sh", "ch", "ss", "x")):
        return f"{name}(?:es)?"
    if name.endswith("y"):
        return f"{name[:-1]}(?:ys?|ies)"
    return f"{name}s?"


def plural(name: str) -> str:
    """A name in plural ("cans of food", "knives")."""
    head, of, rest = name.partition(" of ")
    if of:
        return f"{plural(head)} of {rest}"
    if name.endswith(("knife", "shelf")):
        return f"{name.removesuffix('e')[:-1]}ves"
    if name.endswith(("sh", "ch", "s", "x")):
        return f"{name}es"
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}s"
