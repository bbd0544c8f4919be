"""A deterministic reward of the reasoning: does a chain say what is there, and answer what it found.

Our own; it stands where FastReasonSeg asks GPT-4o for logic, completeness and accuracy (R_reasoning), costs nothing and
cannot be talked to. Four parts, each a fraction in [0, 1]; the value is the mean of those that apply:

=========  ===========================================================================================
quotes     of the ids, labels, colours and numbers quoted in the rationales, and of the ids and colours of the plans,
           those that exist in the twin; labels, colours and numbers of the query count too
labels     of the labels of the plans, those that something in the twin carries or that the query says; in a list of
           alternatives (``find knife, fork, spoon``) the names of other known things count with one that is there
follows    of the ids answered, those of the last plan's selection; an empty answer follows from an empty selection
           only, and a number from a selection of that size
substance  of the turns, those whose rationale is neither empty nor a copy of the query
=========  ===========================================================================================

Departures: a wrong answer may be faithful and a right one not; the accuracy is another reward's. Plans are computed, so
their comparisons are true by construction. Words that are no name of a thing that we know are not checked: a judge may.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import partial
from math import fsum

from agentseg.affordances import FAMILIES, USES
from agentseg.errors import InputError
from agentseg.plan import Plan
from agentseg.plan_syntax import MEASURES, NAMES, PERCEIVING, SYNTAX, By
from agentseg.sample import Sample
from agentseg.trace import Trace
from agentseg.training.rewards.chain import Custom, Wrote, wrote
from agentseg.training.rewards.reward import Reward, answered
from agentseg.training.rewards.seen import KNOWN, Quote, Seen

PARTS = ("quotes", "labels", "follows", "substance")
"""Names of the parts, in the order of the table above."""
COPY = 0.9
"""Share of words in common, in order, above which a rationale is a copy of the query (``difflib`` ratio)."""

_WORD = re.compile(r"[a-z0-9]+")
_WORDS_COMPARED = 200


def faithful(*, parts: Sequence[str] = PARTS, custom: Custom = None) -> Reward:
    """Make the reward.

    Args:
        parts: Those that count, out of ``PARTS``.
        custom: Parameters of the user's own steps.

    Returns:
        A reward in [0, 1]: the mean of the parts that apply; 0 for a failure and where nothing was written; None where
        none of the parts applies.

    Raises:
        InputError: There is no such part, or none is asked for.
    """
    if not parts or not set(parts) <= set(PARTS):
        raise InputError(f"faithfulness has the parts {', '.join(PARTS)}; found {tuple(parts)}")
    return partial(_faithful, parts=tuple(parts), custom=custom)


def faithfulness_parts(trace: Trace, custom: Custom = None) -> dict[str, float]:
    """The parts that apply to a trace, by name: for logs, and to see why a chain earned little."""
    turns = wrote(trace, custom)
    said = [(one, Seen.of(trace, one.read)) for one in turns if one.turn is not None]
    quotes = [quote.true for one, seen in said for quote in _quotes(one, seen)]
    labels = [
        there for one, seen in said if one.turn and one.turn.plan for there in _labels(one.turn.plan, seen).values()
    ]
    found = {
        "quotes": _share(quotes),
        "labels": _share(labels),
        "follows": _follows(trace),
        "substance": _share(_has_substance(one.rationale, trace.query) for one in turns),
    }
    return {name: value for name, value in found.items() if value is not None}


def _faithful(trace: Trace, sample: Sample, *, parts: tuple[str, ...], custom: Custom) -> float | None:
    if not answered(trace) or not wrote(trace, custom):
        return 0.0
    found = faithfulness_parts(trace, custom)
    values = [found[part] for part in parts if part in found]
    return fsum(values) / len(values) if values else None


def _quotes(one: Wrote, seen: Seen) -> Iterator[Quote]:
    yield from seen.quotes(one.rationale)
    if one.turn is None or one.turn.plan is None:
        return
    for anchor in dict.fromkeys(_anchors(one.turn.plan)):
        if anchor.isdigit() and len(anchor) <= 10:
            yield Quote(anchor, "id", int(anchor) in seen.ids)
    for step in one.turn.plan.steps:
        value = str(step.args.get("value", ""))
        if step.name == "filter" and step.args.get("by") == "colour" and value not in NAMES:
            yield Quote(value, "colour", seen.has_colour(value))


def _labels(plan: Plan, seen: Seen) -> dict[str, bool]:
    """Labels that a plan takes to be there, and whether they are; what perceiving steps look for is not there yet."""
    found: dict[str, bool] = {}
    for step in plan.steps:
        use = step.args.get("use")
        if step.name == "find" and use:
            found.update({} if use in USES or use in FAMILIES else {use: seen.has_label(use)})
        elif step.name == "find":
            listed = {label: seen.has_label(label) for label in step.args["labels"]}
            some = any(listed.values())
            found.update({label: there or (some and label in KNOWN) for label, there in listed.items()})
        elif step.name == "filter" and step.args.get("by") == "label" and step.args["value"] not in NAMES:
            found[str(step.args["value"])] = seen.has_label(str(step.args["value"]))
    found.update({anchor: seen.has_label(anchor) for anchor in _anchors(plan) if not anchor.isdigit()})
    return found


def _anchors(plan: Plan) -> Iterator[str]:
    """Labels and ids that relations and measures refer to."""
    for step in plan.steps:
        if step.name not in SYNTAX or step.name in PERCEIVING:
            continue
        given = list(step.args.get("anchors", ()))
        by = str(step.args.get("by", ""))
        if by and by not in MEASURES:
            given.append(By.parse(by).anchor)
        yield from (anchor for anchor in given if anchor not in (*NAMES, "all", "self"))


def _follows(trace: Trace) -> float | None:
    ran = [event for event in trace.events if event.node == "refine" and event.steps]
    if not ran:
        return None
    selection = ran[-1].steps[-1].selection
    if trace.number is not None and trace.number != len(selection):
        return 0.0
    if not trace.answer:
        return float(not selection or trace.number is not None)
    return len(set(trace.answer) & set(selection)) / len(set(trace.answer))


def _has_substance(rationale: str, query: str) -> bool:
    said, asked = (_WORD.findall(text.lower())[:_WORDS_COMPARED] for text in (rationale, query))
    return bool(said) and SequenceMatcher(None, said, asked, autojunk=False).ratio() <= COPY


def _share(values: Iterable[bool]) -> float | None:
    found = list(values)
    return sum(found) / len(found) if found else None
