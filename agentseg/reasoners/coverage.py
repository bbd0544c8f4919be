"""How much of a query the plan of ``rules`` takes up: the words that no step of it answers to.

The rules read the words that they know and pass over the rest, so their plan is to be trusted where nothing was passed
over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agentseg.affordances import labels_for
from agentseg.reasoners.head import EMPTY_WORDS, clause_end
from agentseg.reasoners.lexicon import (
    COLOURS,
    COMPARATIVES,
    IDIOMS,
    MOTION,
    NUMBERS,
    ORDINALS,
    RELATIONS,
    SUPERLATIVES,
    USE_WORDS,
)
from agentseg.reasoners.names import GENERIC, named
from agentseg.reasoners.wording import FIRST, LAST, normalise

Claim = tuple[str, tuple[str, ...]]
"""A pattern of words, and the texts of which a plan has one if it takes them up; with none, it need not."""

_NEAR = r"closest|nearest|farthest|furthest|most distant|distance|close"
_FIXED: tuple[Claim, ...] = (
    (r"how many|how much|count(?:ing)?|number|total|tally", ("count;",)),
    (r"or else|otherwise|failing that|if|instead", ("else ",)),
    (r"except|excluding|apart|other than|but|aside|leaving|without|rather|besides|minus", ("except ", "none", "eq 0")),
    (
        r"not|never|no|neither|nor|nobody|nothing|isn t|n t",
        ("none", "except ", " ne ", "eq 0", "lt ", "else ", "last_seen"),
    ),
    (r"and|together|plus|both|as well as|along", ("union ", "between ", ", ")),
    (_NEAR, ("distance ", "depth ", "next_to ", "approach ")),
    (r"toward|towards|approach\w*|nearer|closer|away", ("approach ", "distance ", "depth ", "in_front_of", "behind")),
    (r"same|match\w*|colou?r\w*|shade|hue|kind|type|like", ("filter colour", "filter label")),
    (r"empty|full|filled|unused", ("contains",)),
    (r"counter ?tops?|counters?|work ?tops?|surface|tables?", ("on all none",)),
)


def unread(query: str, plan: str, labels: Sequence[str]) -> list[str]:
    """Words of a query that say something and that the plan does not take up.

    Args:
        query: The words asked.
        plan: A plan for it.
        labels: Labels of the twin.

    Returns:
        The words, in order; none where all of them are taken up.
    """
    text = normalise(query)
    taken = [False] * len(text)
    for start, end in _taken(text, plan, labels):
        taken[start:end] = [True] * (end - start)
    return [
        word[0]
        for word in re.finditer(r"[a-z0-9]+", text)
        if not all(taken[word.start() : word.end()]) and word[0] not in _EMPTY
    ]


_SAID = frozenset(("not", "no", "both", "than", "middle", "centre", "center", *COLOURS, *NUMBERS, *ORDINALS))
_EMPTY = (EMPTY_WORDS - _SAID) | {
    "that", "kitchen", "used", "use", "using", "box", "boxes", "bounding", "draw", "mark", "mask", "circle",
    "return", "tell", "say", "know", "wonder", "figure", "fetch", "grab", "pass", "pick", "bring", "hand", "clip",
    "video", "picture", "image", "scene", "located", "placed", "lying", "lay", "sat", "resting", "people",
    "somebody", "someone", "hey", "ok", "please", "thank", "thanks", "suitable", "meant", "good", "seen", "its",
    "am", "ca", "well", "asked", "ask", "piece", "pieces", "makes", "during", "around", "fresh", "ripe", "bit",
    "while", "exactly", "just", "only", "would", "could", "might", "robot", "rather", "one", "s",
}  # fmt: skip
"""Words that a plan need not answer to."""


def _taken(text: str, plan: str, labels: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Places of the words that a plan takes up."""
    for name in named(text, labels):
        if any(_names(plan, label) for label in name.labels):
            yield name.start, name.end
    for verbs, use in _USES:
        if f" {use};" in plan or f" {use}," in plan:
            yield from ((match.start(), clause_end(text, match.end())) for match in verbs.finditer(text))
    for words, steps in _CLAIMS:
        if not steps or any(step in f"{plan};" for step in steps):
            yield from (match.span() for match in words.finditer(text))
    for time, said in (("at first", FIRST), ("at last", LAST)):
        if time in plan:
            yield from (match.span() for match in said.finditer(text))


def _names(plan: str, label: str) -> bool:
    uses = re.findall(r"find for ([a-z0-9 ]+)", plan)
    return bool(re.search(rf"\b{label}\b", plan)) or any(label in labels_for(use) for use in uses)


def _claims() -> Iterator[Claim]:
    yield from _FIXED
    yield IDIOMS.pattern.removeprefix(r"\b").removesuffix(r"\b"), ()
    yield GENERIC, ()
    yield from ((word, (f" {colour}",)) for word, colour in COLOURS.items())
    for pattern, relation in RELATIONS:
        more = {"inside": ("held_by", "contains"), "on": ("under",), "contains": ("under",)}.get(relation, ())
        yield pattern, (f"{relation} ", *(f"{other} " for other in more))
    yield from (
        (pattern, (f"rank {measure}", f"filter {measure}", "rank distance")) for pattern, measure, _ in SUPERLATIVES
    )
    yield from ((pattern, (f"filter {measure}",)) for pattern, measure, _ in COMPARATIVES)
    yield from ((pattern, tuple(step.split(" {")[0] for step in steps)) for pattern, steps in MOTION)
    yield rf"(?:{'|'.join(ORDINALS)})|last but one|next to last|penultimate", (" nth ", "max 2", "max 3", "max 4")
    yield from ((word, (f"min {number}", f"max {number}", "count;")) for word, number in NUMBERS.items())
    yield r"from the (?:left|right|front|back)|leftmost|rightmost", ("rank x", "rank depth")


_USES = tuple((re.compile(rf"\b(?:{pattern})"), use) for pattern, use in USE_WORDS)
_CLAIMS = tuple((re.compile(rf"\b(?:{pattern})\b"), steps) for pattern, steps in _claims())
