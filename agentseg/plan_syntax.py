"""How each step of a plan is written: one row of ``SYNTAX`` a step, read in both directions.

Arguments are plain JSON (strings, numbers, lists), because every step is also a tool that other agents call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from agentseg.errors import PlanError

NAMES = ("a", "b", "c", "d", "e", "f")
RELATIONS = (
    "left_of", "right_of", "above", "below", "in_front_of", "behind", "on", "under", "inside", "contains",
    "next_to", "between", "overlapping", "occluded_by", "held_by", "holding",
)  # fmt: skip
MEASURES = (
    "depth", "x", "y", "width", "height", "area", "real_size", "score", "label", "colour",
    "first_seen", "last_seen", "speed", "displacement",
)  # fmt: skip
ANCHORED_MEASURES = ("approach", "distance")
CLIP_MEASURES = frozenset({"first_seen", "last_seen", "speed", "displacement", "approach"})
"""Measures that need the past; a plan that uses one has the scope ``clip``."""
OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge")
MATCHES = ("any", "all", "none")
PERCEIVING = frozenset({"detect", "zoom", "relabel"})
"""Steps that look at pixels again."""

_WORDS = re.compile(r"[a-z0-9]{1,24}( [a-z0-9]{1,24}){0,3}")
_NUMBER = re.compile(r"-?\d{1,6}(\.\d{1,3})?")

Args = dict[str, Any]
Params = tuple[tuple[str, type], ...]
"""Parameters of a user's own step: (name, int | float | str) in order."""


class By(NamedTuple):
    """A measure as a plan names it: ``depth``, ``distance kettle``, ``count contains all``."""

    measure: str
    anchor: str = ""
    relation: str = ""

    @classmethod
    def parse(cls, text: str) -> By:
        """Parse a measure.

        Raises:
            PlanError: No such measure, or its anchor or relation is missing.
        """
        head, _, rest = text.strip().partition(" ")
        if head in MEASURES:
            if rest:
                raise PlanError(f"{head!r} takes nothing after it; found {rest[:40]!r}")
            return cls(head)
        if head in ANCHORED_MEASURES:
            return cls(head, anchor(rest))
        if head == "count":
            relation, _, target = rest.partition(" ")
            if relation not in RELATIONS or relation == "between":
                raise PlanError(f"'count' takes a relation and an anchor; found {rest[:40]!r}")
            return cls("count", anchor(target), relation)
        known = ", ".join((*MEASURES, *(f"{name} ANCHOR" for name in ANCHORED_MEASURES), "count RELATION ANCHOR"))
        raise PlanError(f"no measure {text[:40]!r}; there are {known}")


class Syntax(NamedTuple):
    """How one step is written and what it takes."""

    form: str
    parse: Callable[[str], Args]
    render: Callable[[Mapping[str, Any]], str]


def words(text: str) -> str:
    """Check a label or phrase of up to four words of ``[a-z0-9]``."""
    if not _WORDS.fullmatch(text):
        raise PlanError(f"a label is 1 to 4 words of letters and digits; found {text[:40]!r}")
    return text


def anchor(text: str) -> str:
    """Check an anchor: a label, an id, a stored name, ``all`` or ``self``."""
    if not text:
        raise PlanError("an anchor is missing: a label, an id, a stored name or 'all'")
    return words(text)


def number(text: str) -> float | int:
    """Read a number of a plan; whole numbers stay integers."""
    if not _NUMBER.fullmatch(text):
        raise PlanError(f"a number is expected; found {text[:40]!r}")
    return float(text) if "." in text else int(text)


def parse_custom(text: str, params: Params) -> Args:
    """Parse the comma-separated arguments of a user's own step."""
    parts = [part.strip() for part in text.split(",")] if text else []
    if len(parts) != len(params):
        raise PlanError(f"takes {len(params)} arguments ({', '.join(name for name, _ in params)}); found {len(parts)}")
    pairs = zip(params, parts, strict=True)
    return {name: words(part) if kind is str else kind(number(part)) for (name, kind), part in pairs}


def render_args(name: str, args: Mapping[str, Any]) -> str:
    """Write the arguments of a step in the language; a user's own step lists them by commas."""
    if name in SYNTAX:
        return SYNTAX[name].render(args)
    return ", ".join(str(value) for value in args.values())


def _labels(text: str) -> list[str]:
    return list(dict.fromkeys(words(part.strip()) for part in text.split(",")))


def _find(text: str) -> Args:
    if text.startswith("for "):
        return {"use": words(text[4:])}
    return {"labels": _labels(text)}


def _filter(text: str) -> Args:
    match = re.fullmatch(rf"(.+?) ({'|'.join(OPERATORS)}) (.+)", text)
    if not match:
        raise PlanError(f"write 'filter MEASURE OP VALUE' with OP one of {', '.join(OPERATORS)}; found {text[:60]!r}")
    by, op, value = match.groups()
    By.parse(by)
    return {"by": by, "op": op, "value": number(value) if _NUMBER.fullmatch(value) else words(value)}


def _rank(text: str) -> Args:
    match = re.fullmatch(r"(.+?) (min|max|nth)(?: (\d{1,3}))?", text)
    if not match or (match[2] == "nth" and not match[3]):
        raise PlanError(f"write 'rank MEASURE min', 'rank MEASURE max 3' or 'rank MEASURE nth 2'; found {text[:60]!r}")
    by, order, k = match.groups()
    By.parse(by)
    if k and int(k) < 1:
        raise PlanError("the number of a rank counts from 1; found 0")
    return {"by": by, "order": order, "k": int(k or 1)}


def _relate(text: str) -> Args:
    relation, _, rest = text.partition(" ")
    if relation not in RELATIONS:
        raise PlanError(f"no relation {relation[:40]!r}; there are {', '.join(RELATIONS)}")
    parts = [part.strip() for part in rest.split(",")]
    head, _, tail = parts[-1].rpartition(" ")  # a lone "all" is the anchor: "between mug, all"
    match = "any"
    if head and tail in MATCHES:
        match, parts[-1] = tail, head
    anchors = [anchor(part) for part in parts]
    wanted = 2 if relation == "between" else 1
    if len(anchors) != wanted:
        raise PlanError(f"{relation!r} takes {wanted} anchor{'s' * (wanted > 1)}; found {len(anchors)}")
    return {"relation": relation, "anchors": anchors, "match": match}


def _name(text: str) -> Args:
    if text not in NAMES:
        raise PlanError(f"a stored name is one of {', '.join(NAMES)}; found {text[:40]!r}")
    return {"name": text}


def _at(text: str) -> Args:
    if text in ("first", "last", "peak") or re.fullmatch(r"\d{1,6}", text):
        return {"time": text}
    raise PlanError(f"a time is first, last, peak or the number of a frame; found {text[:40]!r}")


def _nothing(text: str) -> Args:
    if text:
        raise PlanError(f"takes nothing after it; found {text[:40]!r}")
    return {}


def _by(text: str) -> Args:
    By.parse(text)
    return {"by": text}


def _render_rank(args: Mapping[str, Any]) -> str:
    shown = "" if args["k"] == 1 and args["order"] != "nth" else f" {args['k']}"
    return f"{args['by']} {args['order']}{shown}"


def _render_relate(args: Mapping[str, Any]) -> str:
    _, *rest = args["anchors"][-1].split()
    unclear = bool(rest) and rest[-1] in MATCHES  # an anchor such as "water for all"
    match = "" if args["match"] == "any" and not unclear else f" {args['match']}"
    return f"{args['relation']} {', '.join(args['anchors'])}{match}"


_NAMED: tuple[Callable[[str], Args], Callable[[Mapping[str, Any]], str]] = (_name, lambda args: str(args["name"]))
_PHRASE: tuple[Callable[[str], Args], Callable[[Mapping[str, Any]], str]] = (
    lambda text: {"phrase": words(text)},
    lambda args: str(args["phrase"]),
)
_PLAIN: tuple[Callable[[str], Args], Callable[[Mapping[str, Any]], str]] = (_nothing, lambda args: "")

SYNTAX: dict[str, Syntax] = {
    "find": Syntax(
        "find L1, L2 | find for USE",
        _find,
        lambda args: f"for {args['use']}" if args.get("use") else ", ".join(args["labels"]),
    ),
    "filter": Syntax("filter BY OP VALUE", _filter, lambda args: f"{args['by']} {args['op']} {args['value']}"),
    "rank": Syntax("rank BY min|max [K] | rank BY nth N", _rank, _render_rank),
    "relate": Syntax("relate RELATION ANCHOR [any|all|none]", _relate, _render_relate),
    "union": Syntax("union NAME", *_NAMED),
    "intersect": Syntax("intersect NAME", *_NAMED),
    "except": Syntax("except NAME", *_NAMED),
    "else": Syntax("else NAME", *_NAMED),
    "from": Syntax("from NAME", *_NAMED),
    "count": Syntax("count", *_PLAIN),
    "detect": Syntax("detect PHRASE", *_PHRASE),
    "zoom": Syntax("zoom PHRASE", *_PHRASE),
    "relabel": Syntax("relabel L1, L2", lambda text: {"labels": _labels(text)}, lambda args: ", ".join(args["labels"])),
    "describe": Syntax("describe BY", _by, lambda args: str(args["by"])),
    "at": Syntax("at first|last|peak|FRAME", _at, lambda args: str(args["time"])),
    "answer": Syntax("answer", *_PLAIN),
}
"""Every step of the language: its form, its parser and its printer."""
