"""Uses that a small model never saw, said with verbs that it knows: what ``linking`` does for labels, for "drying".

A model of a few million parameters does not copy a verb that it has not met ("what dries wet hands" became "for
drinking"). Where the affordance table has the use, its verb gets a stand-in that students are trained with.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from agentseg.affordances import labels_for

_FLAGS = re.IGNORECASE | re.ASCII
VERBS = {"zolk": "zolking", "dwab": "dwabbing", "zond": "zonding"}
"""Verbs that stand for others, with their forms in -ing; they are among the made-up ones of a student's training."""
_SAID = {
    "drying": ("dry", "dries"),
    "flipping": ("flip", "flips"),
    "baking": ("bake", "bakes"),
    "typing": ("type", "types"),
    "sleeping": ("sleep", "sleeps"),
    "writing": ("write", "writes"),
    "reading": ("read", "reads"),
}
"""Verbs by use, where they seldom mean anything else: not "sitting", which says where things are."""
_BEFORE = r"(?:to|can|could|I|you|we|one|people|someone|somebody|me|us|helps?|and|or)"
_FOOD = r"(?:burgers?|patty|patties|pancakes?|crepes?|eggs?|omelettes?|steaks?|meat|bacon|fish|fillets?)"
_TOLD: dict[str, tuple[str, ...]] = {
    "drying": (
        r"(?P<verb>gets?|getting|pats?|patting|dabs?|dabbing|rubs?|rubbing|wipes?|wiping) "
        r"(?P<what>\w+(?: \w+){0,2}?) dry",
        r"(?P<verb>takes?|taking|gets?|getting) the (?P<what>wetness|moisture|damp) off",
    ),
    "flipping": (
        rf"(?P<verb>turns?|turning) over (?P<what>the|an?|my|your|some|things|something|it|them|{_FOOD})",
        r"(?P<verb>turns?|turning) (?P<what>\w+(?: \w+){0,2}?)(?<! on)(?<! off) over",
        rf"(?P<verb>turns?|turning) (?P<what>(?:(?:the|an?|my|your|some) )?(?:\w+ )?{_FOOD})",
    ),
}
"""Uses told without their verb ("pat my hands dry", "turn the burgers"): what is done, and what with."""


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
    for use in _SAID:
        if not free or {*labels_for(use)} & {*known}:
            continue
        changed = _swapped(query, use, free[0])
        if changed != query:
            query = changed
            stands[VERBS[free.pop(0)]] = use
    return query, stands


def _swapped(query: str, use: str, other: str) -> str:
    verb, third = _SAID[use]
    forms = {use: VERBS[other], third: f"{other}s"}

    def told(match: re.Match[str]) -> str:
        said = match["verb"].lower()
        form = VERBS[other] if said.endswith("ing") else f"{other}s" if said.endswith("s") else other
        return f"{form} {match['what']}"

    for pattern in _TOLD.get(use, ()):
        query = re.sub(rf"\b{pattern}\b", told, query, flags=_FLAGS)
    query = re.sub(rf"\b({use}|{third})\b", lambda match: forms[match[1].lower()], query, flags=_FLAGS)
    return re.sub(rf"\b({_BEFORE} ){verb}\b", rf"\g<1>{other}", query, flags=_FLAGS)
