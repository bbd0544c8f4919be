"""Labels that a small model never saw, swapped for words that it knows: string work around the model, both ways.

A student that was trained on a few dozen labels writes right plans over others only where it has seen them. So each
thing that a query names and that the student does not know gets a stand-in, in the query and in the twin ("the wug
nearest to the sink"); what the query does not name is ``other``; a "wine bottle" is a "bottle" to who knows bottles. In
what the model writes, stand-ins become labels again, before anybody reads it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agentseg.pattern import clean_words, plan_labels
from agentseg.plan_syntax import ANCHORED_MEASURES, MEASURES, RELATIONS, SYNTAX
from agentseg.reasoners.linking_text import aligned, asked, retold, swap
from agentseg.reasoners.linking_uses import without_unknown_uses
from agentseg.reasoners.names import Named, named
from agentseg.twin import Instance, Twin

STAND_INS = ("wug", "fep", "blick", "dap", "zup", "lorp", "mib", "tolm")
"""Words for what a query names; students are trained with them."""
OTHER = "other"
"""What every unknown thing is that the query does not name."""

_OTHERWISE = frozenset(
    (
        "box", "bread", "bus", "cake", "carrot", "ladle", "light", "man", "men", "milk", "people", "pizza", "screen",
        "train", "vase", "watch", "woman", "women",
    )
)  # fmt: skip
"""Names that are taken as things only where the twin has them: "what toasts bread", "could use as a vase"."""

_LANGUAGE = frozenset((*SYNTAX, *MEASURES, *ANCHORED_MEASURES, *RELATIONS, "analysis", "plan", "why", "results"))
"""Words of messages that stay, whatever a thing is called."""


@dataclass(frozen=True)
class Links:
    """What stands for what in one dialogue; falsy where nothing is replaced.

    Attributes:
        query: The query as the model reads it.
        shown: What the model reads in place of each label that it does not know.
        labels: The label, or use, that each stand-in stands for.
        uses: Stand-ins for uses, which may come after "find for".
    """

    query: str
    shown: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    uses: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.shown)

    def twin(self, twin: Twin) -> Twin:
        """The twin as the model reads it: ids, masks and all but the labels are the same."""
        if not self:
            return twin
        names = [(row, self.shown.get(row.name)) for row in twin.instances]
        rows = (row if name is None else row.model_copy(update={"label": name}) for row, name in names)
        return twin.model_copy(update={"instances": tuple(rows)})

    def hide(self, text: str) -> str:
        """A text with what the model reads in place of labels, as whole words."""
        return swap(text, {label: word for label, word in self.shown.items() if label not in _LANGUAGE})

    def show(self, text: str) -> str:
        """A text with labels in place of stand-ins, as whole words."""
        return swap(text, self.labels)

    def dialogue(self, messages: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """A dialogue as the model reads it.

        Args:
            messages: (role, text) in order; the first of role ``human`` holds the table and the query.
        """
        if not self:
            return list(messages)
        first = next((place for place, (role, _) in enumerate(messages) if role == "human"), -1)
        return [
            (role, retold(text, self.shown, self.query))
            if place == first
            else (role, text if role == "system" else self.hide(text))
            for place, (role, text) in enumerate(messages)
        ]


def link(twin: Twin, query: str, known: Collection[str]) -> Links:
    """Find what stands for what.

    Args:
        twin: What is seen.
        query: What is asked.
        known: Labels that the model knows; with none nothing is replaced.

    Returns:
        The links. The label of each name in the query that stands for exactly one label, and for none that is known,
        has a stand-in, in their order; names beyond the eighth stay. A label of the twin that ends with a known one is
        shown as that; any other is ``other``. Verbs of uses that no known label serves have stand-ins of their own.
    """
    if not known:
        return Links(query)
    familiar = frozenset((*known, *STAND_INS, OTHER))
    found = _unknown(twin, query, familiar)
    words = {*clean_words(query), *(word for label in (*twin.labels, *known) for word in label.split())}
    free = [word for word in STAND_INS if not words & {word, f"{word}s"}]
    order = list(dict.fromkeys(label for _, label in found))
    given = dict(zip(order, free, strict=False))
    spare = frozenset(order) - given.keys()
    shown = dict(given)
    for label in twin.labels:
        if label not in familiar | spare | given.keys():
            shown[label] = _familiar_part(label, familiar, given)
    places = [(name, given[label]) for name, label in found if label in given]
    said, uses = without_unknown_uses(_rewritten(query, places), known)
    shown |= {use: verb for verb, use in uses.items()}
    return Links(said, shown, {word: label for label, word in given.items()} | uses, tuple(uses))


def linked(
    twin: Twin, query: str, dialogue: Sequence[tuple[str, str]], known: Collection[str]
) -> tuple[Links, list[tuple[str, str]]]:
    """The links of a dialogue, and the dialogue as the model reads it; both as they are where nothing is replaced.

    Args:
        twin: What is seen now.
        query: What is asked.
        dialogue: (role, text) in order.
        known: Labels that the model knows.
    """
    opening = next((text for role, text in dialogue if role == "human"), "")
    links = link(twin, asked(opening), known) if known and opening else Links(query)
    return (links, links.dialogue(dialogue)) if links else (Links(query), list(dialogue))


def _unknown(twin: Twin, query: str, familiar: Collection[str]) -> list[tuple[Named, str]]:
    """Names in the query, by their place in it, and the one unknown label that each stands for."""
    parts = {part for label in twin.labels if label not in familiar for part in _ends(label)}
    text, places = aligned(query)
    present = tuple(sorted({*twin.labels, *parts}))
    things: list[tuple[Named, str]] = []
    for name in named(text, present):
        label = _one(name.labels, present)
        if label is None or label in familiar or (name.name in _OTHERWISE and label not in present):
            continue
        things.append((name._replace(start=places[name.start], end=places[name.end - 1] + 1), label))
    usable = _usable({label for _, label in things})
    return _joined([thing for thing in things if thing[1] in usable], query)


def _one(labels: tuple[str, ...], present: Collection[str]) -> str | None:
    """The one label that a name stands for here; None for a family of things, or where it may be either."""
    there = [label for label in labels if label in present] or list(labels)
    return there[0] if len(labels) <= 2 and len(there) == 1 else None


def _usable(labels: Iterable[str]) -> set[str]:
    """Labels that can stand in a plan: not too long, no words of the language."""
    box = (0.0, 0.0, 0.0, 0.0)
    rows = tuple(Instance(id=place, label=label, box=box) for place, label in enumerate(sorted(labels), 1))
    return set(plan_labels(Twin(size=(1, 1), instances=rows)))


def _joined(things: list[tuple[Named, str]], query: str) -> list[tuple[Named, str]]:
    """Names of one label side by side are one ("tin can")."""
    out: list[tuple[Named, str]] = []
    for name, label in things:
        if out and out[-1][1] == label and query[out[-1][0].end : name.start] in (" ", "-"):
            name = name._replace(start=out.pop()[0].start)
        out.append((name, label))
    return out


def _ends(label: str) -> list[str]:
    """The last words of a label, the longest first, without the label itself: what it goes by as well."""
    words = label.split()
    return [" ".join(words[place:]) for place in range(1, len(words))]


def _familiar_part(label: str, familiar: Collection[str], given: Mapping[str, str]) -> str:
    for part in _ends(label):
        if part in given:
            return given[part]
        if part in familiar and part not in STAND_INS:
            return part
    return OTHER


def _rewritten(query: str, places: Iterable[tuple[Named, str]]) -> str:
    """The query with stand-ins in place of names: plurals, capitals and the article follow."""
    out, done = "", 0
    for name, word in places:
        said = query[name.start : name.end]
        before = re.sub(r"\b([Aa])[Nn](?=\s+$)", r"\1", query[done : name.start])
        form = f"{word}s" if name.many else word
        out += before + (form.capitalize() if said[:1].isupper() else form)
        done = name.end
    return out + query[done:]
