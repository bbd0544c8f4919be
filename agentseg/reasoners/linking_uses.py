"""Uses that a small model never saw, said with verbs that it knows: what ``linking`` does for labels, for "drying".

A model of a few million parameters does not copy a verb that it has not met ("what dries wet hands" became "for
drinking"). Where the affordance table has the use, its verb gets a stand-in that students are trained with.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from agentseg.affordances import labels_for

VERBS = {"zolk": "zolking", "dwab": "dwabbing", "zond": "zonding"}
"""Verbs that stand for others, with their forms in -ing; they are among the made-up ones of a student's training."""
_SAID = {
    "drying": "dry",
    "flipping": "flip",
    "baking": "bake",
    "typing": "type",
    "sleeping": "sleep",
    "writing": "write",
    "reading": "read",
}
"""Verbs by use, where they seldom mean anything else: not "sitting", which says where things are."""
_BEFORE = r"(?:to|can|could|I|you|we|one|people|and|or)"


def without_unknown_uses(query: str, known: Collection[str]) -> tuple[str, dict[str, str]]:
    """A query with stand-ins for the verbs of uses that none of the known labels serves.

    Args:
        query: What is asked.
        known: Labels that the model knows, and with them what they are for.

    Returns:
        The query in other words, and the use that each stand-in's form in -ing is for, in their order.
    """
    free = [verb for verb in VERBS if verb not in query.lower()]
    stands: dict[str, str] = {}
    for use, verb in _SAID.items():
        if not free or {*labels_for(use)} & {*known}:
            continue
        changed = _swapped(query, use, verb, free[0])
        if changed != query:
            query = changed
            stands[VERBS[free.pop(0)]] = use
    return query, stands


def _swapped(query: str, use: str, verb: str, other: str) -> str:
    def word(match: re.Match[str]) -> str:
        said = match["word"].lower()
        form = VERBS[other] if said == use else other if said == verb else f"{other}s"
        return f"{match['before']}{form}"

    forms = rf"(?P<before>\b{_BEFORE} )(?P<word>{verb})\b"
    query = re.sub(forms, word, query, flags=re.IGNORECASE)
    return re.sub(rf"(?P<before>)\b(?P<word>{use}|{_third(verb)})\b", word, query, flags=re.IGNORECASE)


def _third(verb: str) -> str:
    return f"{verb[:-1]}ies" if verb.endswith("y") else f"{verb}s"
