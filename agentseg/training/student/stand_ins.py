"""Stand-ins: words that stand for any label, in the table, the query, the plan and the rationale.

A student meets labels that it was not trained on. ``reasoners.linking`` swaps those that a query names for one of a few
stand-ins and the rest for "other", so what the student has to learn is to treat a stand-in as any label; here kinds
that it knows are swapped in a share of its training tables.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from agentseg.affordances import labels_for
from agentseg.reasoners.linking import OTHER
from agentseg.sim.classes import FIXTURES
from agentseg.sim.ground_truth import GRIPPER
from agentseg.sim.kitchenbench.description import GROUPS, Coloured, Description, Group, Kind, Use, walk
from agentseg.sim.kitchenbench.splits import HELD_LABELS
from agentseg.sim.kitchenbench.words import plural
from agentseg.sim.kitchenbench.words_kinds import KINDS

FIXED = frozenset((*FIXTURES, GRIPPER))
"""Labels that plans name whatever is asked."""
KNOWN = tuple(label for label in (*KINDS, *FIXTURES, GRIPPER) if label not in HELD_LABELS)
"""Labels that a student may be told about in training: what a configuration gives as ``[reasoner] known``."""


@dataclass(frozen=True)
class Said:
    """What is read and written about one query.

    Attributes:
        view: The table of the twin, as ``prompt.twin_text`` has it in brief; ``renamed_view`` renames it.
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


def with_stand_ins(said: Said, tree: Description, names: Mapping[str, str]) -> Said | None:
    """The same with stand-ins for kinds.

    Args:
        said: About one query.
        tree: What the query means.
        names: Stand-in by label.

    Returns:
        None where the query cannot be said so: it calls a kind by another name, or a use or a family in it means
        things of that label.
    """
    for label, new in names.items():
        if any(part == Kind(label) for part in walk(tree)):
            if not _can_be_renamed(label, said.query, tree):
                return None
            said = _renamed(said, label, new)
        elif _forms(label).search(said.query):
            return None
    return said


def renamed_view(view: str, names: Mapping[str, str]) -> str:
    """A table in brief whose rows carry stand-ins; what is held from training is "other"."""
    for label, new in ({held: OTHER for held in HELD_LABELS} | dict(names)).items():
        view = re.sub(rf"(?m)^(\d+: ){re.escape(label)}(?=,|$)", rf"\g<1>{new}", view)
    return view


def _can_be_renamed(label: str, query: str, tree: Description) -> bool:
    parts = list(walk(tree))
    if label in FIXED or any(label in _bound(part) for part in parts):
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
        word = f"{new}s" if match["many"] else new
        return word.capitalize() if match[0][0].isupper() else word

    def plain(text: str) -> str:
        return re.sub(rf"\b{re.escape(label)}\b", new, text)

    query = re.sub(rf"\b([Aa])n(?= {new})", r"\1", _forms(label).sub(form, said.query))  # stand-ins have a consonant
    return replace(said, query=query, gist=plain(said.gist), plan=plain(said.plan), why=plain(said.why))
