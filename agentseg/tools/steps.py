"""The steps that compute on a twin: pure functions (scene, selection, arguments) -> outcome.

Each is total: it runs on every twin, and an empty result is a value with a note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from agentseg.affordances import labels_for
from agentseg.measures import NOISE, Value, measure
from agentseg.plan_syntax import NAMES, By
from agentseg.relations import RELATION_TABLE, between
from agentseg.tools.scene import Outcome, Scene, Selection, carries
from agentseg.twin import Instance, Twin


def find(scene: Scene, selection: Selection, labels: list[str] | None = None, use: str = "") -> Outcome:
    """Keep the instances that carry one of the labels, or that serve a use such as "drinking" or "cutting"."""
    wanted = labels_for(use) if use else tuple(labels or ())
    kept = tuple(row.id for row in scene.rows(selection) if any(carries(row, label) for label in wanted))
    note = "" if kept or not selection else f"none of {', '.join(wanted) or repr(use)} here"
    return Outcome(kept, note=note)


def filter_by(scene: Scene, selection: Selection, by: str, op: str, value: float | str) -> Outcome:
    """Keep the instances whose measure compares with a number, a word, or the measure of a stored selection."""
    values, missing = _measured(scene, selection, by)
    note = _missing_note(by, missing)
    targets: list[Value] = [float(value) if isinstance(value, int | float) else value]
    stored = isinstance(value, str) and value in NAMES
    if stored:
        targets = list(_measured(scene, _named(scene, str(value)), by)[0].values())
        note = note or _name_note(scene, str(value))
    # no measure is finer than its noise: "x eq 50" means as near to 50 as can be told
    slack = NOISE.get(By.parse(by).measure, 0.0) if stored or op in ("eq", "ne") else 0.0
    kept = tuple(key for key, found in values.items() if _compares(found, op, targets, slack))
    return Outcome(kept, values={key: values[key] for key in kept}, note=note)


def rank(scene: Scene, selection: Selection, by: str, order: str = "min", k: int = 1) -> Outcome:
    """Order by a measure and keep the k least (min), the k greatest (max), or the k-th least alone (nth)."""
    values, missing = _measured(scene, selection, by)
    score = {row.id: row.score for row in scene.rows(selection)}
    ties = sorted(values, key=lambda key: (-score[key], key))
    ordered = sorted(ties, key=lambda key: _sortable(values[key]), reverse=order == "max")  # stable, in reverse too
    kept = tuple(ordered[k - 1 : k] if order == "nth" else ordered[:k])
    return Outcome(
        kept,
        values={key: values[key] for key in kept},
        note=_missing_note(by, missing),
        ambiguous=_is_close(ordered, values, k, by, order),
    )


def relate(scene: Scene, selection: Selection, relation: str, anchors: list[str], match: str = "any") -> Outcome:
    """Keep the instances in a relation to any, all or none of what the anchor stands for, never to themselves."""
    groups = [scene.resolve(anchor, selection) for anchor in anchors]
    holds = _test(relation, groups, scene.twin)
    kept = tuple(row.id for row in scene.rows(selection) if _matches(holds(row), match))
    absent = [anchor for anchor, group in zip(anchors, groups, strict=True) if not group]
    return Outcome(kept, note=f"no {', '.join(absent)} here" if absent else "")


def union(scene: Scene, selection: Selection, name: str) -> Outcome:
    """Add a stored selection."""
    return Outcome(tuple(dict.fromkeys((*selection, *_named(scene, name)))), note=_name_note(scene, name))


def intersect(scene: Scene, selection: Selection, name: str) -> Outcome:
    """Keep what a stored selection has too."""
    named = set(_named(scene, name))
    return Outcome(tuple(key for key in selection if key in named), note=_name_note(scene, name))


def except_(scene: Scene, selection: Selection, name: str) -> Outcome:
    """Drop what a stored selection has."""
    named = set(_named(scene, name))
    return Outcome(tuple(key for key in selection if key not in named), note=_name_note(scene, name))


def else_(scene: Scene, selection: Selection, name: str) -> Outcome:
    """Take a stored selection where this one is empty."""
    return Outcome(selection or _named(scene, name), note=_name_note(scene, name))


def from_(scene: Scene, selection: Selection, name: str) -> Outcome:
    """Go on from a stored selection."""
    return Outcome(_named(scene, name), note=_name_note(scene, name))


def count(scene: Scene, selection: Selection) -> Outcome:
    """Count the selection: its size is the number that the plan answers."""
    return Outcome(selection, note=f"count {len(selection)}")


def describe(scene: Scene, selection: Selection, by: str) -> Outcome:
    """Measure each instance of the selection; the values come back as rows of the results."""
    values, missing = _measured(scene, selection, by)
    return Outcome(selection, values=values, note=_missing_note(by, missing))


def at(scene: Scene, selection: Selection, time: str) -> Outcome:
    """Stand on the twin of one time: the first, the last, the one that shows most of the selection (peak), or a frame.

    A frame that is not kept gives the nearest one.
    """
    twins = list(scene.timeline) or [scene.twin]
    if time == "first":
        twin = twins[0]
    elif time == "last":
        twin = twins[-1]
    elif time == "peak":
        wanted = set(selection)
        twin = max(twins, key=lambda twin: (len(wanted.intersection(twin.ids)), -twin.frame))
    else:
        twin = min(twins, key=lambda twin: abs(twin.frame - int(time)))
    return Outcome(tuple(key for key in selection if key in twin.ids), twin=twin, note=f"frame {twin.frame}")


def answer(scene: Scene, selection: Selection) -> Outcome:
    """End the plan: the selection is the answer."""
    return Outcome(selection)


def _named(scene: Scene, name: str) -> Selection:
    return tuple(row.id for row in scene.rows(scene.names.get(name, ())))


def _name_note(scene: Scene, name: str) -> str:
    return "" if name in scene.names else f"nothing is stored under {name}"


def _sortable(value: Value) -> tuple[str, float]:
    """Words by the alphabet, numbers by size; a measure gives either, never both."""
    return (value, 0.0) if isinstance(value, str) else ("", value or 0.0)


def _measured(scene: Scene, selection: Selection, by_text: str) -> tuple[dict[int, Value], int]:
    by = By.parse(by_text)
    anchors = scene.resolve(by.anchor, selection) if by.anchor else []
    values = {row.id: measure(by, row, scene.twin, scene.timeline, anchors) for row in scene.rows(selection)}
    known: dict[int, Value] = {key: found for key, found in values.items() if found is not None}
    return known, len(values) - len(known)


def _missing_note(by: str, missing: int) -> str:
    return f"{by} is not known of {missing}" if missing else ""


def _compares(found: Value, op: str, targets: list[Value], slack: float) -> bool:
    """Equal to any target, different from all, less than the least, greater than the greatest."""
    if op in ("eq", "ne"):
        same = any(_same(found, target, slack) for target in targets)
        return same if op == "eq" else not same
    numbers = [target for target in targets if isinstance(target, int | float)]
    if not isinstance(found, int | float) or not numbers:
        return False
    return {
        "lt": found < min(numbers) - slack,
        "le": found <= min(numbers) + slack,
        "gt": found > max(numbers) + slack,
        "ge": found >= max(numbers) - slack,
    }[op]


def _same(found: Value, target: Value, slack: float) -> bool:
    if isinstance(found, int | float) and isinstance(target, int | float):
        return abs(found - target) <= slack
    return found == target


def _is_close(ordered: list[int], values: dict[int, Value], k: int, by: str, order: str) -> bool:
    """Whether a neighbour in the order that lost is within the noise of one that won."""
    noise = NOISE.get(By.parse(by).measure, 0.0)
    borders = [k - 1, k] if order == "nth" else [k]
    for border in borders:
        if 0 < border < len(ordered):
            won, lost = values[ordered[border - 1]], values[ordered[border]]
            if isinstance(won, int | float) and isinstance(lost, int | float) and abs(won - lost) < noise:
                return True
    return False


def _test(relation: str, groups: list[list[Instance]], twin: Twin) -> Callable[[Instance], Iterator[bool]]:
    """For an instance: whether the relation holds, for every anchor (or pair of anchors) that is not the instance."""
    if relation == "between":
        first, second = groups
        pairs = [(a, b) for a in first for b in second if a.id != b.id]
        return lambda row: (between(row, a, b, twin) for a, b in pairs if row.id not in (a.id, b.id))
    holds = RELATION_TABLE[relation]
    return lambda row: (holds(row, anchor, twin) for anchor in groups[0] if anchor.id != row.id)


def _matches(held: Iterator[bool], match: str) -> bool:
    """Whether any, all or none hold, asked no further than needed; of no anchor, neither any nor all do."""
    if match == "all":
        return next(held, False) and all(held)
    return any(held) == (match == "any")


COMPUTING: dict[str, Callable[..., Outcome]] = {
    "find": find,
    "filter": filter_by,
    "rank": rank,
    "relate": relate,
    "union": union,
    "intersect": intersect,
    "except": except_,
    "else": else_,
    "from": from_,
    "count": count,
    "describe": describe,
    "at": at,
    "answer": answer,
}
"""Every step that computes, by its name in a plan."""
