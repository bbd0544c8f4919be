"""Queries as people talk: lines of text, gist and plan, with slots for kinds and colours (``phrasebook.txt``).

    any {colour:2} {things:1} about? | {2} {1} | find {1}; filter colour eq {2}; answer

The lines were written by language models, as a large teacher's would be, without sight of any evaluation split; lines
that say a held-back wording or name a held label were taken out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from agentseg.sim.kitchenbench.words import Row, plural
from agentseg.sim.kitchenbench.words_kinds import KINDS
from agentseg.training.student.stand_ins import FIXED, KNOWN, Said

SHOWN = 0.75
"""Share of the slots that are filled with what the table shows."""
PLAIN = 0.6
"""Share of the slots that say a kind by its label."""

_SLOT = re.compile(r"\{(thing|things|colour):(\d)\}")
_OF_TIME = re.compile(r"\bat (?:first|last|\d)|displacement|approach|first_seen|last_seen")


@dataclass(frozen=True)
class Phrase:
    """One line.

    Attributes:
        text: What is said, with slots ``{thing:1}``, ``{things:1}``, ``{colour:2}``.
        gist: The rationale, with ``{1}``.
        plan: The plan, with ``{1}``.
    """

    text: str
    gist: str
    plan: str

    @property
    def of_clip(self) -> bool:
        """Whether it is about a clip of twelve frames."""
        return bool(_OF_TIME.search(self.plan))


@cache
def phrases() -> tuple[Phrase, ...]:
    """All lines."""
    text = resources.files("agentseg.training.student").joinpath("phrasebook.txt").read_text(encoding="utf8")
    rows = [line.split(" | ") for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return tuple(Phrase(*row) for row in rows)


def said_of(
    phrase: Phrase, kinds: Sequence[str], colours: Sequence[str], names: Mapping[str, str], rng: np.random.Generator
) -> Said | None:
    """A line with its slots filled.

    Args:
        phrase: The line.
        kinds: Kinds of the table.
        colours: Colours of the table.
        names: Stand-in by label.
        rng: Decides.

    Returns:
        None where the line itself names a kind that has a stand-in.
    """
    if any(re.search(rf"\b{re.escape(label)}\b", f"{phrase.text} {phrase.plan}") for label in names):
        return None
    meant: dict[str, str] = {}
    taken: set[str] = set()

    def word(match: re.Match[str]) -> str:
        form, number = match[1], match[2]
        if number not in meant:
            pool = colours if form == "colour" else kinds
            everything = COLOURS if form == "colour" else tuple(label for label in KNOWN if label not in FIXED)
            options = [one for one in (pool if rng.random() < SHOWN else everything) if one not in taken]
            options = options or [one for one in everything if one not in taken]
            meant[number] = options[int(rng.integers(len(options)))]
            taken.add(meant[number])
        if form == "colour":
            return meant[number]
        return _name(meant[number], form == "things", names, rng)

    text = re.sub(r"\b([Aa])n? (\{thing:\d\})", r"\1 \2", phrase.text)
    text = _SLOT.sub(word, text)
    text = re.sub(r"\b([Aa]) (?=[aeiou]\w)", lambda match: f"{match[1]}n ", text) if "{thing" in phrase.text else text
    labels = {number: names.get(label, label) for number, label in meant.items()}

    def label(match: re.Match[str]) -> str:
        return labels[match[1]]

    gist, plan = (re.sub(r"\{(\d)\}", label, part) for part in (phrase.gist, phrase.plan))
    return Said("", text, gist, plan, f"The query means {gist}. The answer is {gist}.")


COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "grey", "white")


def _name(label: str, many: bool, names: Mapping[str, str], rng: np.random.Generator) -> str:
    if label in names:
        return f"{names[label]}s" if many else names[label]
    rows: Sequence[Row] = [row for row in KINDS[label] if not row.held]
    word = label if rng.random() < PLAIN else rows[int(rng.integers(len(rows)))].text
    return plural(word) if many else word
