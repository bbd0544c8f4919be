"""The head of a noun phrase: what kind of thing, of which colour, which one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from agentseg.affordances import USES
from agentseg.reasoners.lexicon import (
    COLOURS,
    FIXTURES,
    HINTS,
    MOTION,
    NUMBERS,
    ORDINALS,
    SUPERLATIVES,
    USE_WORDS,
)
from agentseg.reasoners.names import GENERIC, mentions

_TRAILING = re.compile(
    r"(?:,? \w+){0,6}? (?:from|in|with|on|off|out of|into|using)(?=$|,| (?:that|which|and|closest|nearest|farthest|furthest|on the (?:far )?(?:left|right)|behind|in front|next to|near))"
)
_STOP = re.compile(
    r",| (?:that|which|and|closest|nearest|farthest|furthest|next to|near|behind|in front|left of|to the|on the|between|beside|under|above|inside|from the)\b|$"
)
_WITH_NOTHING = re.compile(r"\b(?:empty|unused|nothing (?:is )?(?:in|inside|on) (?:it|them))\b")
_FULL = re.compile(r"\b(?:full|filled|not empty|non empty|something (?:is )?(?:in|inside) (?:it|them))\b")


@dataclass
class Head:
    """What a head says.

    Attributes:
        labels: Labels that it names.
        use: Use that it names, or empty.
        spans: Places in the text of use clauses, whose prepositions are no relations.
        colour: (colour, negated), or None.
        contents: Comparison of the number of things inside, or empty.
        number: How many are asked for, or 0.
        plural: Whether several may be meant.
        order: (measure, end) of a superlative or of counting from a side, or None.
        nth: Place in that order, or 0.
        motion: Steps about motion and time.
        excluded: Labels after "not a".
    """

    labels: list[str] = field(default_factory=list)
    use: str = ""
    spans: list[tuple[int, int]] = field(default_factory=list)
    colour: tuple[str, bool] | None = None
    contents: str = ""
    number: int = 0
    plural: bool = False
    order: tuple[str, str] | None = None
    nth: int = 0
    motion: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)

    def steps(
        self, present: Sequence[str], clip: bool, first: int, last: int, keep: Callable[[list[str]], str]
    ) -> list[str]:
        """The steps that select its kind; ``ranking`` picks among them."""
        out: list[str] = []
        if self.labels:
            out.append(f"find {', '.join(self.labels[:8])}")
        elif self.use:
            out.append(f"find for {self.use}" if self.use in USES else f"find {self.use}")
        else:
            fixtures = [name for name in FIXTURES if name in present]
            if fixtures:
                out.append(f"except {keep(['find ' + ', '.join(fixtures)])}")
        if self.excluded:
            out.append(f"except {keep(['find ' + ', '.join(self.excluded)])}")
        if self.colour:
            out.append(f"filter colour {'ne' if self.colour[1] else 'eq'} {self.colour[0]}")
        if self.contents:
            out.append(f"filter count contains all {self.contents}")
        if clip:
            out += [step.format(first=first, last=last) for step in self.motion]
        return out

    def ranking(self) -> list[str]:
        """The step that picks which of them, after every other restriction."""
        if self.order is None:
            return []
        measure, end = self.order
        if self.nth:
            return (
                [f"rank {measure} nth {self.nth}"]
                if end == "min"
                else [f"rank {measure} max {self.nth}", f"rank {measure} min"]
            )
        if self.plural and measure == "x" and not self.number:
            return [f"filter x {'lt' if end == 'min' else 'gt'} 50"]
        return [f"rank {measure} {end}{f' {self.number}' if self.number > 1 else ''}"]


def is_generic(text: str) -> bool:
    """Whether the words name no kind of thing ("the one", "something")."""
    return bool(re.search(rf"\b{GENERIC}\b", text))


def read_head(text: str, present: Sequence[str], motion: bool = True) -> Head:
    """Read the head of a noun phrase.

    Args:
        text: Normalised words; what follows a relation does not matter here.
        present: Labels of the twin.
        motion: Whether words of motion count.
    """
    head = Head()
    named_things = mentions(text, present)
    _read_use(text, named_things, head)
    limit = min([start for start, _ in head.spans], default=len(text))
    cut = _relation_start(text, head)
    named = [(start, labels) for start, _, labels in named_things if start < cut and not _in_spans(start, head)]
    excluded = [labels for start, labels in named if re.search(r"\bnot (?:a|an|the|any|another)?\s*$", text[:start])]
    head.excluded = [label for labels in excluded for label in labels]
    wanted = [labels for _, labels in named if labels not in excluded]
    head.labels = list(dict.fromkeys(label for labels in wanted for label in labels))
    if head.labels and named[0][0] < limit:
        head.use = ""
    front = text[:cut] if head.spans or cut < len(text) else text
    for start, end in head.spans:
        front = front[:start] + " " * (min(end, len(front)) - start) + front[end:] if start < len(front) else front
    _read_modifiers(front, head)
    if motion:
        _read_motion(front, head)
    if not head.labels and not head.use:
        head.labels = next((list(labels) for pattern, labels in HINTS if re.search(rf"\b(?:{pattern})\b", front)), [])
    if not (head.labels or head.use or head.motion or head.contents or head.excluded or is_generic(front)):
        head.labels = _unknown_name(front)
    return head


EMPTY_WORDS = frozenset(
    (*COLOURS, *NUMBERS, *ORDINALS, *re.findall(r"[a-z]+", " ".join(row[0] for row in SUPERLATIVES)))
) | frozenset(
    re.findall(
        r"\S+",
        "the a an any some my your our this these those there here is are was were be been being do does did has have had i you we "
        "they he she it me us them to of for in on at by from with and or but not no so than then as if who how when where why "
        "could can would will should may might must please show find give point want need like see look get take all both each "
        "every only just also still again now exactly middle centre center side row counting counted going number one ones "
        "came come comes went goes gets got put puts let lets wash turn sits sit lies lie stands stand belongs kept left "
        "nothing full empty most more less very much many kind sort type colour color way place",
    )
)
"""Words that name nothing."""


def _unknown_name(text: str) -> list[str]:
    """The noun of words that name something the lexicon does not know: "the grand piano" is a "grand piano"."""
    words = [
        word
        for word in re.findall(r"[a-z0-9]{2,24}", text)
        if word not in EMPTY_WORDS and not word.endswith(("est", "ed", "ing"))
    ]
    if not words:
        return []
    last = words[-1][:-1] if words[-1].endswith("s") and len(words[-1]) > 3 else words[-1]
    return [" ".join([*words[-3:-1], last])]


def ordinal(text: str) -> int:
    """The place that words count to ("second", "number two", "last but one"), or 0."""
    if re.search(r"\b(?:last but one|next to last|second to last|penultimate)\b", text):
        return 2
    match = re.search(rf"\b(?:number|no) ({'|'.join(NUMBERS)})\b", text)
    if match:
        return NUMBERS[match[1]]
    match = re.search(rf"\b({'|'.join(ORDINALS)})\b", text)
    return ORDINALS[match[1]] if match else 0


def _in_spans(place: int, head: Head) -> bool:
    return any(start <= place < end for start, end in head.spans)


def _read_use(text: str, things: list[tuple[int, int, tuple[str, ...]]], head: Head) -> None:
    """The first pattern of a use that matches outside of names; its clause runs to its last preposition."""
    best: tuple[int, int, str] | None = None
    for pattern, use in USE_WORDS:
        for match in re.finditer(rf"\b(?:{pattern})", text):
            start, end = match.span()
            if any(a <= start < b for a, b, _ in things):
                continue
            if best is None or start < best[0]:
                best = (start, end, use)
            break
    if best is None:
        return
    start, end, use = best
    if _HARD.search(text[:start]):  # the clause belongs to what follows a relation, which is read by itself
        return
    head.use = use
    head.spans.append((start, clause_end(text, end)))


def clause_end(text: str, end: int) -> int:
    """Where the clause of a use ends whose verb ends at a place: at its last preposition, or before what follows."""
    tail, rest = _TRAILING.match(text, end), _STOP.search(text[end:])
    return max(end, tail.end() if tail else end + (rest.start() if rest else 0))


_HARD = re.compile(
    r"\b(?:left of|right of|in front of|behind|on top of|next to|beside|inside|closest to|nearest to|underneath|beneath|between|near|above|below|occluded by|hidden by|held by)\b"
)


_TO_CAMERA = re.compile(
    r"(?:closest to|nearest to|farthest from|furthest from) (?:me|us|you|the (?:camera|viewer|robot s? ?camera))\b"
)


def _relation_start(text: str, head: Head) -> int:
    """Where the first relation that cannot be part of the head begins."""
    for match in re.finditer(
        r"\b(?:left of|right of|in front of|behind|on|in|inside|with|next to|beside|near|by|under|underneath|above|below|over|between|containing|holding|closest to|nearest to|farthest from|furthest from|touching|beneath|beyond|atop)\b",
        text,
    ):
        if _TO_CAMERA.match(text, match.start()):
            continue
        if not _in_spans(match.start(), head) and not re.match(
            r"(?:on|in|at) the (?:far |very |extreme )?(?:left|right|middle|front|back|end|begin)",
            text[match.start() :],
        ):
            return match.start()
    return len(text)


def _read_modifiers(text: str, head: Head) -> None:
    for word, colour in COLOURS.items():
        match = re.search(rf"\b{word}\b", text)
        if match and not (word == "orange" and "orange" in head.labels):
            negated = bool(re.search(r"\b(?:not|non|isn t|no)\b[\w ]{0,12}$", text[: match.start()]))
            head.colour = (colour, negated)
            break
    if _FULL.search(text):
        head.contents = "gt 0"
    elif _WITH_NOTHING.search(text):
        head.contents = "gt 0" if re.search(r"\bnot empty\b", text) else "eq 0"
    head.plural = bool(
        re.search(r"\b(?:all|every|each|both|those|these|ones|things|objects|items|are|were|\w{3,}s)\b(?! of)", text)
    ) and not re.search(r"\b(?:the one|which one)\b", text)
    _read_order(text, head)


def _read_order(text: str, head: Head) -> None:
    sides = {
        "left": ("x", "min"),
        "right": ("x", "max"),
        "front": ("depth", "min"),
        "back": ("depth", "max"),
        "top": ("y", "min"),
        "bottom": ("y", "max"),
    }
    place = ordinal(text)
    counted = re.search(
        r"\b(?:from|counting from|starting (?:from|at)|going|counted from) (?:the )?(left|right|front|back|top|bottom)\b",
        text,
    )
    if (back := re.search(r"\bfrom (?:the )?(left|right) to (?:the )?(left|right)\b", text)) or (
        back := re.search(r"\bgoing (left|right)(?:wards?)?\b", text)
    ):
        counted = None
        start = back[1] if back.lastindex == 2 else {"left": "right", "right": "left"}[back[1]]
        head.order, head.nth = sides[start], max(place, 1)
    number = re.search(rf"\b({'|'.join(NUMBERS)})\b(?! of)", text)
    if head.order is None:
        head.order = next(
            ((measure, end) for pattern, measure, end in SUPERLATIVES if re.search(rf"\b(?:{pattern})\b", text)), None
        )
    if counted:
        head.order = sides[counted[1]]
        head.nth = max(place, 1)
    elif place > 1 and head.order:
        head.nth = place
    if head.order and re.search(r"\blast\b", text) and (counted or back):
        measure, end = head.order
        head.order, head.nth = (measure, "max" if end == "min" else "min"), 2 if "last but one" in text else 0
    if number and head.order and not head.nth:
        head.number = NUMBERS[number[1]] if number[1] != "one" else 0


def _read_motion(text: str, head: Head) -> None:
    for pattern, steps in MOTION:
        if re.search(rf"\b(?:{pattern})\b", text):
            head.motion = list(steps)
            if steps[0].startswith("rank"):
                head.order = None
            return
