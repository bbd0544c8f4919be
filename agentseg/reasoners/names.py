"""Which things a text names: labels, their other words, singular and plural."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agentseg.affordances import USES
from agentseg.reasoners.lexicon import SYNONYMS

GENERIC = r"(?:things?|objects?|items?|ones?|stuff|something|anything|everything|what|which|whatever)"
"""Pattern of the words that name no kind of thing."""

_VERBS = ("drink", "snack", "can", "tap", "dish", "board", "box", "hand", "watch", "light")
"""Names that are verbs after "to" or "could"."""


def mentions(text: str, present: Sequence[str]) -> list[tuple[int, int, tuple[str, ...]]]:
    """(start, end, labels) of every name of a thing, the longest at each place; "orange" before a noun is a colour."""
    names: dict[str, tuple[str, ...]] = {label: (label,) for uses in USES.values() for label in uses}
    names |= {label: (label,) for label in ("sink", "stove", *present)}
    names |= {name: labels for name, labels in SYNONYMS.items() if name not in present}
    found: list[tuple[int, int, tuple[str, ...]]] = []
    for name in sorted(names, key=len, reverse=True):
        for match in re.finditer(rf"\b{_plural(name)}\b", text):
            start, end = match.span()
            verb = name == "can" and re.match(r" (?:i|we|you|it|one|they|be|not|help|hold|go|the|a)\b", text[end:])
            verb = (
                verb
                or name in _VERBS
                and re.search(r"\b(?:could|can|to|would|i|you|we|one|may|might)\s*$", text[:start])
            )
            if verb:
                continue
            taken = any(start < b and a < end for a, b, _ in found)
            colour = name == "orange" and re.match(
                rf" (?:\w+ )?(?:{GENERIC}|{'|'.join(map(_plural, names))})\b", text[end:]
            )
            if not taken and not colour:
                found.append((start, end, names[name]))
    return sorted(found)


def _plural(name: str) -> str:
    """A pattern of a name in singular and plural."""
    if name.endswith(("knife", "shelf")):
        return f"{name[:-2]}(?:fe|ves|f)"
    if name.endswith(("sh", "ch", "ss", "x")):
        return f"{name}(?:es)?"
    if name.endswith("y"):
        return f"{name[:-1]}(?:y|ies)"
    return f"{name}s?"
