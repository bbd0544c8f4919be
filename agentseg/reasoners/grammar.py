"""From the words of a query to a plan: the rules reasoner's grammar.

A query is read as a noun phrase, from the left: a head ("the second mug", "something to boil water in"), and what
follows a relation ("behind", "closest to", "the colour of") as a noun phrase of its own, which is kept under a name.
Nothing here looks at coordinates: as every reasoner, it plans, and the tools compute.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from agentseg.plan import MAX_STEPS
from agentseg.plan_syntax import NAMES
from agentseg.reasoners.head import Head, ordinal, read_head
from agentseg.reasoners.lexicon import COMPARATIVES, RELATIONS
from agentseg.reasoners.wording import normalise, rewrite

Steps = list[str]

_COUNT = re.compile(
    r"\b(?:how many|how much|count(?: up)?|(?:the |what )number of|number of|tally|total of|amount of)\b(?! (?:two|three|four|2|3|4)\b)"
)
_ELSE = re.compile(
    r",? (?:or else|otherwise|failing that|or if there (?:is|are) (?:none|no \w+(?: \w+)?|not one),?|and if there (?:is|are) (?:none|no \w+),?|if not,?) "
)
_ELSE_IF = re.compile(
    r"^(?:if there (?:is|are) (?:no|not a|not any) (?P<first>[\w ]+?),? (?:then |give me |use )*(?P<then>(?:a|an|the|any) .+)|(?P<a>.+?),? or (?P<b>.+?) if there (?:is|are) (?:no|not)\b.*)$"
)
_EXCEPT = re.compile(
    r"^(.*?),? (?:except(?: for)?|apart from|other than|but not|but|excluding|aside from|leaving out|rather than) (.+)$"
)
_COUNTER = re.compile(r"\b(?:counter ?tops?|counters?|work ?tops?|work surface|table ?tops?|tables?|surface)\b")
_HELD = re.compile(
    r"\b(?:robot|gripper|arm|robot arm|claw|it)(?: s)?(?: gripper| arm| hand)? (?:is |has |now |currently )*(?:holding|carrying|gripping|grasping|picked up|lifting|lifted|got|holds|carries|grips|clutching)\b"
)
_ROBOT_MOVES = re.compile(
    r"\b(?:robot|gripper|arm|claw)(?: s)?(?: gripper| arm| hand)? (?:is |has |just |did |have )*(?:mov|shift|push|slid|carr|brought|bring|took|tak|drag|handl|transport|put|plac|set|relocat)\w*|\b(?:moved|pushed|shifted|dragged|displaced|relocated|slid|handled|carried around|transported|brought|put down|taken) by (?:the |a )?(?:robot|gripper|arm|claw)"
)
_SAME = re.compile(
    r"\b(?:painted|coloured|colored|tinted) like\b|\b(?:same|matching|identical) (?:shade|hue|tone) (?:as|of)\b|\b(?:same|matching|identical) (colou?r|label|kind|type) (?:as|of|with)\b|\bmatch(?:es|ing)? (?:the )?(colou?r) of\b|\bthe (colou?r) of\b|\bas (red|green|blue) as\b"
)
_NEAR = re.compile(
    r"\b(closest|nearest|farthest|furthest|most distant|shortest (?:way|distance|path|reach|route|trip)|longest (?:way|distance|path|route|trip))\b((?: (?!to\b|from\b)\w+){0,4}) (?:to|from|away from) (?!me\b|us\b|you\b|the (?:camera|viewer|left|right)\b|left\b|right\b)"
)
_BETWEEN = re.compile(r"\b(?:in )?between (.+?) and (.+)$")
_TOWARD = re.compile(r"\b(?:toward|towards|approach|approaches|approached|approaching|(?:nearer|closer) to)\b")
_AWAY = re.compile(r"\baway from\b")
_NOT = re.compile(
    r"\b(?:not|never|no longer|is n t|neither)\b(?: being| currently| sitting| standing| lying| placed)? "
)
_STRIP = re.compile(
    r"^(?:(?:please|can you|could you|would you|show me|find|segment|give me|point (?:to|at|out)|highlight|mark|select|locate|bring me|hand me|pass me|get me|pick|i want|i need|i d like|look for|where is|where are|hey|robot|everything|that|which|who|what|is|are|was|were|it|s|there|the one|ones) )+"
)


@dataclass
class Draft:
    """A plan that is being written: kept phrases first, then the flow."""

    labels: Sequence[str]
    clip: bool = False
    first_frame: int = 0
    last_frame: int = 0
    prelude: Steps = field(default_factory=list)
    used: int = 0

    def keep(self, steps: Steps) -> str:
        """Store what steps select and return the name; everything is the anchor ``all``."""
        if not steps:
            return "all"
        name = NAMES[min(self.used, len(NAMES) - 1)]
        self.used += 1
        self.prelude += [*steps[:-1], f"{name} = {steps[-1]}"]
        return name

    def anchor(self, text: str) -> str:
        """A noun phrase as an anchor: a label where it is one word, else kept under a name."""
        steps = phrase(text, self)
        plain = re.fullmatch(r"find ([a-z0-9 ]+)", steps[0]) if len(steps) == 1 else None
        if plain and not plain[1].startswith("for "):
            return plain[1]
        return self.keep(steps)


def write_plan(query: str, labels: Sequence[str], clip: bool = False, frames: tuple[int, int] = (0, 0)) -> str:
    """Write the plan of a query.

    Args:
        query: The words asked.
        labels: Labels of the twin.
        clip: Whether there is a past to ask about.
        frames: First and last frame of a clip.

    Returns:
        A plan of the language that ends with ``answer``.
    """
    text, time = rewrite(normalise(query), clip)
    counting = bool(_COUNT.search(text))
    asked = _COUNT.sub(" ", text) if counting else text
    draft = Draft(labels, clip, *frames)
    flow = _top(asked, draft)
    steps = [*draft.prelude, *flow]
    if draft.used > len(NAMES) or len(steps) > MAX_STEPS - 3:  # too long a sentence: what it begins with
        draft = Draft(labels, clip, *frames)
        head = _select(read_head(asked, labels), draft)
        steps = [*draft.prelude, *head]
    return "; ".join([*([f"at {time}"] if time else []), *steps, *(["count"] if counting else []), "answer"])


def _top(text: str, draft: Draft) -> Steps:
    """Alternatives and exceptions, which stand around noun phrases."""
    text = " ".join(text.split())
    if match := _ELSE_IF.search(text):
        first, then = (match["first"], match["then"]) if match["first"] else (match["a"], match["b"])
        return _either(first, then, draft)
    parts = _ELSE.split(text, maxsplit=1)
    if len(parts) == 2 and parts[0].strip():
        return _either(parts[0], parts[1], draft)
    if (match := _EXCEPT.match(text)) and match[1].strip():
        name = draft.keep(phrase(match[2], draft))
        return [*phrase(match[1], draft), f"except {name}"]
    return phrase(text, draft)


def _either(first: str, then: str, draft: Draft) -> Steps:
    name = draft.keep(phrase(then, draft))
    return [*phrase(first, draft), f"else {name}"]


def phrase(text: str, draft: Draft) -> Steps:
    """Steps that select what a noun phrase means, from all instances on."""
    text = _STRIP.sub("", " ".join(text.split()).strip(", ") + " ").strip(", ")
    for reader in (_robot, _same, _nearest, _between, _comparative, _motion_to):
        steps = reader(text, draft)
        if steps is not None:
            return steps
    head = read_head(text, draft.labels)
    found = _first_relation(text, head)
    if found is None or _is_vague(text[found[2] :], draft, found[0]):
        return _select(head, draft)
    relation, start, end = found
    negated = bool(_NOT.search(text[max(0, start - 22) : start] + " "))
    before = _NOT.sub(" ", text[:start] + " ") if negated else text[:start]
    return _related(before, relation, text[end:], negated, draft)


def _is_vague(text: str, draft: Draft, relation: str = "") -> bool:
    """Whether words name nothing that can be an anchor; then the relation is no more than a figure of speech."""
    if relation == "contains" or (relation in ("on", "inside") and _COUNTER.search(text)):
        return False
    other = re.match(r" ?(?:it|them|something|anything|any|other things?|another|others)\b", text)
    if other and relation in ("on", "inside", "behind", "under"):
        return False
    head = read_head(text, draft.labels)
    return not (head.labels or head.use or head.colour or head.order or _first_relation(text, head))


def _related(before: str, relation: str, after: str, negated: bool, draft: Draft) -> Steps:
    after = re.sub(r"^(?: ?(?:it|them|itself))\b", "", after).strip()
    if not after.strip(", "):
        return _select(read_head(before, draft.labels), draft)
    head = read_head(before, draft.labels)
    if (
        relation in ("on", "inside")
        and _COUNTER.search(after)
        and not _COUNTER.sub("", after).replace("the", "").strip()
    ):
        return _on_counter(head, negated, draft)
    if re.match(r"(?:something|anything|any|others?|another)\b", after) and relation != "contains":
        return _select(head, draft, f"relate {relation} all{' none' if negated else ''}")
    if relation == "contains" and re.match(r"(?:nothing|no\w*)\b", after):
        return _select(head, draft, "filter count contains all eq 0")
    if relation == "contains" and re.match(r"(?:something|anything|things?|food|stuff|some)\b", after):
        return _select(head, draft, "filter count contains all gt 0")
    if relation == "contains" and (carried := re.search(r" (inside|in|on)(?: of| top)?(?: it| them)?$", after)):
        relation, after = ("under" if carried[1] == "on" else relation), after[: carried.start()]
    anchor = draft.anchor(after)
    if anchor == "robot gripper" and relation in ("inside", "on"):
        relation = "held_by"
    return _select(head, draft, f"relate {relation} {anchor}{' none' if negated else ''}")


def _on_counter(head: Head, negated: bool, draft: Draft) -> Steps:
    """The counter is no instance: on it is what is on or in nothing else."""
    if not negated:
        return _select(head, draft, "relate on all none", "relate inside all none")
    name = draft.keep(["relate on all"])
    second = draft.keep(["relate inside all"])
    draft.prelude.append(f"from {name}")
    third = draft.keep([f"union {second}"])
    return _select(head, draft, f"intersect {third}")


def _select(head: Head, draft: Draft, *restrictions: str) -> Steps:
    """Steps of a head, then its restrictions, then its pick among what is left."""
    kind = head.steps(draft.labels, draft.clip, draft.first_frame, draft.last_frame, draft.keep)
    return [*kind, *restrictions, *head.ranking()]


def _first_relation(text: str, head: Head) -> tuple[str, int, int] | None:
    """The leftmost relational phrase outside of the head's use clause; of several at one place the longest."""
    best: tuple[int, int, str] | None = None
    for pattern, name in RELATIONS:
        for match in re.finditer(rf"\b(?:{pattern})\b", text):
            start, end = match.span()
            inside = any(a <= start < b for a, b in head.spans)
            if inside or not text[end:].strip() or (best and (start, -end) >= (best[0], -best[1])):
                continue
            if name == "inside" and re.match(
                r" (?:the )?(?:scene|picture|image|frame|view|kitchen|room|video|clip|photo|middle|background|foreground|front|back)\b",
                text[end:],
            ):
                continue
            if name == "on" and re.match(r" (?:the )?(?:far |very )?(?:left|right)\b", text[end:]):
                continue
            best = (start, end, name)
    return (best[2], best[0], best[1]) if best else None


def _robot(text: str, draft: Draft) -> Steps | None:
    if _HELD.search(text):
        return ["relate held_by robot gripper"]
    if draft.clip and _ROBOT_MOVES.search(text) and not _TOWARD.search(text):
        name = draft.keep(["find robot gripper, sink, stove"])
        return [f"except {name}", "relate held_by robot gripper", "rank displacement max"]
    return None


def _same(text: str, draft: Draft) -> Steps | None:
    match = _SAME.search(text)
    if not match or not text[match.end() :].strip():
        return None
    measure = "label" if match[1] in ("label", "kind", "type") else "colour"
    steps = phrase(text[match.end() :], draft)
    name = draft.keep(steps)
    head = read_head(text[: match.start()], draft.labels)
    return _select(head, draft, f"except {name}", f"filter {measure} eq {name}")


def _nearest(text: str, draft: Draft) -> Steps | None:
    match = _NEAR.search(text)
    if not match or _is_vague(text[match.end() :], draft):
        return None
    order = "min" if match[1].startswith(("closest", "nearest", "shortest")) else "max"
    anchor = draft.anchor(text[match.end() :])
    head = read_head(text[: match.start()] + match[2], draft.labels)
    if (place := ordinal(text[: match.start()] + match[2])) > 1:
        head.order, head.nth = None, 0
        pick = (
            [f"rank distance {anchor} nth {place}"]
            if order == "min"
            else [f"rank distance {anchor} max {place}", f"rank distance {anchor} min"]
        )
        return _select(head, draft, *pick)
    limit = f" {head.number}" if head.number and head.number > 1 else ""
    head.order = None
    return _select(head, draft, f"rank distance {anchor} {order}{limit}")


def _between(text: str, draft: Draft) -> Steps | None:
    match = _BETWEEN.search(text)
    if not match:
        return None
    first, second = draft.anchor(match[1]), draft.anchor(match[2])
    return _select(read_head(text[: match.start()], draft.labels), draft, f"relate between {first}, {second}")


def _comparative(text: str, draft: Draft) -> Steps | None:
    for pattern, measure, op in COMPARATIVES:
        match = re.search(rf"\b{pattern}\b", text)
        if match and text[match.end() :].strip():
            steps = phrase(text[match.end() :], draft)
            name = draft.keep(steps)
            head = read_head(text[: match.start()], draft.labels)
            return _select(head, draft, f"except {name}", f"filter {measure} {op} {name}")
    return None


def _motion_to(text: str, draft: Draft) -> Steps | None:
    if not draft.clip:
        return None
    for pattern, order, comparison in ((_TOWARD, "max", "gt 5"), (_AWAY, "min", "lt -5")):
        match = pattern.search(text)
        if match and text[match.end() :].strip():
            anchor = draft.anchor(text[match.end() :])
            head = read_head(text[: match.start()], draft.labels, motion=False)
            if head.labels == ["robot gripper"]:
                name = draft.keep(["find robot gripper"])
                start: Steps = [f"except {name}"]
            else:
                start = _select(head, draft)
            return [*start, f"filter approach {anchor} {comparison}", f"rank approach {anchor} {order}"]
    return None
