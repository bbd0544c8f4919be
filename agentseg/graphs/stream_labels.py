"""Whether a label that has just appeared in a stream could change what a query means."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agentseg.affordances import FAMILIES, USES, labels_for
from agentseg.plan import Plan

_TABLES = (*USES.values(), *FAMILIES.values())


def matters(labels: Iterable[str], query: str, plan: Plan | None) -> tuple[str, ...]:
    """The labels for which it is worth asking the model again.

    A plan finds new instances of the labels and uses that it names by itself. Another label matters where the query
    says its name, or where the plan names a stand-in that the query does not ("find kettle" for "something to boil
    water in") and the new label serves as well. Without a plan every label matters.

    Args:
        labels: Names that the twin did not hold when the plan was written.
        query: The words asked.
        plan: The plan, or None where the model named ids.

    Returns:
        Those that matter, sorted.
    """
    fresh = sorted(set(labels))
    if plan is None:
        return tuple(fresh)
    named = _named(plan)
    stand_ins = {label for label in named if not _says(query, label)}
    return tuple(
        label for label in fresh if not _carried(label, named) and (_says(query, label) or _serves_as(label, stand_ins))
    )


def missing(labels: Iterable[str], query: str, plan: Plan | None) -> tuple[str, ...]:
    """What the query itself names, the plan therefore finds or stands by, and the twin lacks.

    A plan that finds nothing for want of these is right about the scene; asking the model again cannot help, waiting
    can.

    Args:
        labels: Names in the twin.
        query: The words asked.
        plan: The plan, or None.

    Returns:
        The labels, sorted.
    """
    there = set(labels)
    named = () if plan is None else _named(plan)
    return tuple(
        sorted(name for name in named if _says(query, name) and not any(_carried(label, {name}) for label in there))
    )


def _named(plan: Plan) -> set[str]:
    """Labels that a plan finds or stands by, those of its uses included."""
    found: set[str] = set()
    for step in plan.steps:
        args = step.args
        found.update(args.get("labels") or ())
        found.update(labels_for(args["use"]) if args.get("use") else ())
        found.update(anchor for anchor in args.get("anchors") or () if len(anchor) > 1)
        measure, _, anchor = str(args.get("by", "")).partition(" ")
        if anchor:
            found.add(anchor.split(" ", 1)[-1] if measure == "count" else anchor)
        if step.name in ("detect", "zoom"):
            found.add(str(args["phrase"]))
    return found


def _carried(label: str, named: set[str]) -> bool:
    return any(label == name or label.endswith(f" {name}") for name in named)


def _says(query: str, label: str) -> bool:
    """Whether a query has a label's last word, in the singular or plural."""
    words = set(re.findall(r"[a-z0-9]+", query.lower()))
    head = label.split()[-1]
    plurals = (head, f"{head}s", f"{head}es", re.sub(r"fe?$", "ves", head), re.sub(r"y$", "ies", head))
    return bool(words.intersection(plurals))


def _serves_as(label: str, stand_ins: set[str]) -> bool:
    return any(label in table and stand_ins.intersection(table) for table in _TABLES)
