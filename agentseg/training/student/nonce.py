"""Coined labels: a thing is called something that no kitchen has, in the table, the query, the plan and the rationale.

A model that has seen "brolat" only here can link it with the table's "brolat" in no way but by its spelling, and so it
learns to copy labels from the table where a query says them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from agentseg.affordances import labels_for
from agentseg.sim.classes import CLASSES, FIXTURES
from agentseg.sim.ground_truth import GRIPPER
from agentseg.sim.kitchenbench.description import GROUPS, Coloured, Description, Group, Kind, Use, walk
from agentseg.sim.kitchenbench.words import plural
from agentseg.sim.kitchenbench.words_kinds import KINDS

TWO_WORDS = 0.3
"""Share of coined labels that are two words."""
SYLLABLES = (0.3, 0.5, 0.2)
"""Shares of words of one, two and three syllables."""
CLOSED = 0.3
"""Share of the syllables before the last one that end with a consonant."""

_STARTS = (
    "b", "c", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z", "bl", "br", "cl", "cr", "dr",
    "fl", "gl", "gr", "pl", "pr", "sh", "sk", "sl", "sp", "st", "th", "tr", "tw",
)  # fmt: skip
_MIDDLES = (
    "a", "e", "i", "o", "u", "ai", "ea", "ee", "oa", "oo", "ou",
)  # fmt: skip
_ENDS = (
    "", "b", "ck", "d", "ft", "g", "l", "ll", "lt", "m", "mp", "n", "nd", "ng", "nk", "nt", "p", "r", "rd", "rk",
    "rt", "s", "sh", "ss", "st", "t", "th", "x",
)  # fmt: skip
_REAL = {word for label in (*CLASSES, *FIXTURES) for word in label.split()}
_FIXED = {*FIXTURES, GRIPPER}


@dataclass(frozen=True)
class Said:
    """What is read and written about one query.

    Attributes:
        view: The table of the twin, as ``prompt.twin_text`` has it in brief.
        query: What is asked.
        gist: The rationale.
        plan: The plan.
        why: The detailed explanation.
    """

    view: str
    query: str
    gist: str
    plan: str
    why: str


def coined(rng: np.random.Generator, taken: Collection[str] = ()) -> str:
    """A label of one or two words that no kitchen has.

    Args:
        rng: Decides.
        taken: Words that it must not have.
    """
    words: list[str] = []
    wanted = 1 + int(rng.random() < TWO_WORDS)
    while len(words) < wanted:
        most = int(rng.choice(3, p=SYLLABLES))
        word = "".join(_syllable(rng, last=place == most) for place in range(most + 1))
        if len(word) > 2 and word not in _REAL and word not in taken:
            words.append(word)
    return " ".join(words)


def with_coined(said: Said, tree: Description, rng: np.random.Generator) -> Said:
    """The same with coined labels for the kinds that the query says by their labels.

    Args:
        said: About one query.
        tree: What the query means.
        rng: Decides.

    Returns:
        It as it was where no kind can be renamed: the query says it in other words, or a use or a family in it means
        things of that label.
    """
    for label in sorted({part.label for part in walk(tree) if isinstance(part, Kind)}):
        if _can_be_renamed(label, said.query, tree):
            taken = {*re.findall(r"[a-z]+", f"{said.view} {said.query} {said.plan}".lower())}
            said = _renamed(said, label, coined(rng, taken))
    return said


def _syllable(rng: np.random.Generator, last: bool) -> str:
    ends = _ENDS if last or rng.random() < CLOSED else ("",)
    return "".join(part[int(rng.integers(len(part)))] for part in (_STARTS, _MIDDLES, ends))


def _can_be_renamed(label: str, query: str, tree: Description) -> bool:
    parts = list(walk(tree))
    if label in _FIXED or any(label in _bound(part) for part in parts):
        return False
    longer = [row.text for row in KINDS[label] if row.text != label and re.search(rf"\b{label}\b", row.text)]
    if any(re.search(rf"\b{re.escape(name)}", query, re.IGNORECASE) for name in longer):
        return False
    return len(_forms(label).findall(query)) == sum(part == Kind(label) for part in parts)


def _bound(part: Description) -> Collection[str]:
    """Labels, and words beside them, that a part of a description needs as they are."""
    match part:
        case Group(name):
            return {*GROUPS[name], name}
        case Use(use):
            return {*labels_for(use), *use.split()}
        case Coloured(_, colour):
            return {colour}
        case _:
            return ()


def _forms(label: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:(?P<many>{re.escape(plural(label))})|{re.escape(label)})\b", re.IGNORECASE)


def _renamed(said: Said, label: str, new: str) -> Said:
    def form(match: re.Match[str]) -> str:
        word = plural(new) if match["many"] else new
        return word.capitalize() if match[0][0].isupper() else word

    def plain(text: str) -> str:
        return re.sub(rf"\b{re.escape(label)}\b", new, text)

    query = re.sub(rf"\b([Aa])n(?= {new})", r"\1", _forms(label).sub(form, said.query))  # coined words have a consonant
    view = re.sub(rf"(?m)^(\d+: ){re.escape(label)}(?=,|$)", rf"\g<1>{new}", said.view)
    return replace(said, view=view, query=query, gist=plain(said.gist), plan=plain(said.plan), why=plain(said.why))
