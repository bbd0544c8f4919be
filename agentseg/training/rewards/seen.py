"""What a model could read of a scene, and which of it a text quotes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from agentseg.affordances import USES
from agentseg.perception.colour import COLOURS
from agentseg.protocol import MAX_TEXT
from agentseg.tools.scene import carries
from agentseg.trace import Trace
from agentseg.twin import ALL_COLUMNS, Instance, clean_label

AMBIGUOUS = frozenset({"can", "light", "watch", "orange", "train", "screen", "hand", "fan", "x"})
"""Names of things that are other words too: where no such thing is there, they are not taken for a quote."""
KNOWN = frozenset(label for labels in USES.values() for label in labels)
"""Names of things that there are in the world: those of the affordance table."""
THINGS = KNOWN - AMBIGUOUS
"""Names of things that a rationale may invent."""

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w])")
_ID = re.compile(r"(?:\b(?:ids?|instances?)|#)[ :=]*(\d{1,10})(?![\w.])")


@dataclass(frozen=True)
class Quote:
    """A claim of a text that something is there.

    Attributes:
        text: As it was quoted.
        kind: id, label, colour or number.
        true: Whether it is there.
    """

    text: str
    kind: str
    true: bool


@dataclass(frozen=True)
class Seen:
    """A scene as a model knew it: every instance of every twin, the query, and the numbers that were shown."""

    rows: tuple[Instance, ...]
    query: str
    numbers: frozenset[float]

    @classmethod
    def of(cls, trace: Trace, read: str) -> Seen:
        """What was there to read.

        Args:
            trace: Its twins, query and selections.
            read: What the model had read (``chain.Wrote.read``); where that is empty, the twins in full are taken.
        """
        rows = tuple({(row.id, row.name): row for twin in trace.twins for row in twin.instances}.values())
        text = read or "\n".join(twin.to_prompt(ALL_COLUMNS) for twin in trace.twins)
        shown = {float(found) for found in _NUMBER.findall(f"{text}\n{trace.query}")}
        names = Counter({row.id: row.name for row in rows}.values())
        counts = {len({row.id for row in rows}), *names.values()}
        counts |= {len(step.selection) for event in trace.events for step in event.steps}
        return cls(rows, trace.query.lower(), frozenset({*shown, *map(float, counts), *(float(r.id) for r in rows)}))

    @property
    def ids(self) -> frozenset[int]:
        """Ids of the instances."""
        return frozenset(row.id for row in self.rows)

    def has_label(self, label: str) -> bool:
        """Whether something is called so, as ``find`` would take it, or the query says it."""
        return any(carries(row, label) for row in self.rows) or self.asks(label)

    def has_colour(self, colour: str) -> bool:
        """Whether something has the colour, or the query says it."""
        return any(clean_label(row.attributes.get("colour", "")) == colour for row in self.rows) or self.asks(colour)

    def asks(self, words: str) -> bool:
        """Whether the query says these words, in the singular or the plural."""
        return bool(re.search(rf"(?<!\w){re.escape(words)}(?:e?s)?(?!\w)", self.query))

    def quotes(self, text: str) -> Iterator[Quote]:
        """The different ids, labels, colours and numbers that a text quotes.

        A label is a name of the scene or of ``THINGS``, in the singular or with -s or -es; a colour is one of the
        eleven words or a colour of the scene; a number is written in digits, ordinals apart.
        """
        left = text[:MAX_TEXT].lower()
        for word in dict.fromkeys(_ID.findall(left)):
            yield Quote(word, "id", int(word) in self.ids)
        left = _ID.sub(" ", left)
        names = frozenset(row.name for row in self.rows)
        for word in dict.fromkeys(_words(names | THINGS).findall(left)):
            yield Quote(word, "label", self.has_label(word))
        left = _words(names | THINGS).sub(" ", left)
        colours = frozenset(clean_label(row.attributes["colour"]) for row in self.rows if row.attributes.get("colour"))
        for word in dict.fromkeys(_words(colours | frozenset(COLOURS)).findall(left)):
            yield Quote(word, "colour", self.has_colour(word))
        for word in dict.fromkeys(_NUMBER.findall(left)):
            yield Quote(word, "number", float(word) in self.numbers)


@lru_cache(maxsize=512)
def _words(names: frozenset[str]) -> re.Pattern[str]:
    """A pattern that finds any of the names, the longest first."""
    ordered = sorted(names, key=lambda name: (-len(name), name))
    return re.compile(rf"(?<!\w)({'|'.join(map(re.escape, ordered))})(?:e?s)?(?!\w)")
