"""What each step of a plan reads of a twin: which part (outlines, depth, colour), of which instances, in which frame.

The table follows ``measures``, ``relations`` and ``geometry``; a test holds a plan that runs on what it says to the
same answers as on a twin where everything is measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from agentseg.plan_syntax import NAMES, By
from agentseg.tools.scene import Scene, Selection

DEPTH, MASKS, COLOUR = "depth", "masks", "colour"

RELATION_PARTS: dict[str, tuple[str, ...]] = {
    "behind": (DEPTH,),
    "in_front_of": (DEPTH,),
    "occluded_by": (DEPTH,),
    "next_to": (DEPTH,),
    "held_by": (DEPTH,),
    "holding": (DEPTH,),
    "on": (MASKS, DEPTH),
    "under": (MASKS, DEPTH),
    "inside": (MASKS, DEPTH),
    "contains": (MASKS, DEPTH),
}
"""What a relation reads of both its sides beside boxes and labels."""

MEASURE_PARTS = {"real_size": (MASKS, DEPTH), "area": (MASKS,), "colour": (COLOUR,), "distance": (DEPTH,)}
"""What a measure reads of the instances measured and of its anchors; ``depth``, ``count`` and ``approach`` apart."""


class Need(NamedTuple):
    """One part of some instances.

    Attributes:
        part: ``masks``, ``depth`` or ``colour``.
        ids: Of which instances.
        frame: In which frame; None where each was last seen, as the plan sees it.
    """

    part: str
    ids: Selection
    frame: int | None = None


def needs(name: str, args: Mapping[str, Any], scene: Scene, selection: Selection) -> list[Need]:
    """What a step of the language reads.

    Args:
        name: The step.
        args: Its arguments.
        scene: The scene that it is to run on.
        selection: The selection that it gets.
    """
    if name == "answer":
        return [Need(MASKS, selection)]
    if name == "relate":
        anchors = [row.id for anchor in args["anchors"] for row in scene.resolve(anchor, selection)]
        return [Need(part, _all(selection, anchors)) for part in RELATION_PARTS.get(args["relation"], ())]
    if name not in ("filter", "rank", "describe"):
        return []
    value = args.get("value")
    if name == "filter" and isinstance(value, str) and value in NAMES:
        selection = _all(selection, scene.names.get(value, ()))
    return _of_measure(By.parse(args["by"]), scene, selection, name != "rank")


def _of_measure(by: By, scene: Scene, selection: Selection, absolute: bool) -> list[Need]:
    if by.measure == "depth":  # on a grid from the twin's nearest to its farthest; its order needs no grid
        return [Need(DEPTH, scene.twin.ids if absolute else selection)]
    anchors = [row.id for row in scene.resolve(by.anchor, selection)] if by.anchor else []
    if by.measure == "approach":
        return _of_approach(scene, selection, anchors)
    parts = RELATION_PARTS.get(by.relation, ()) if by.measure == "count" else MEASURE_PARTS.get(by.measure, ())
    return [Need(part, _all(selection, anchors)) for part in parts]


def _of_approach(scene: Scene, selection: Selection, anchors: list[int]) -> list[Need]:
    """Depths in the first and the last frame that shows both of a pair."""
    wanted: dict[int, set[int]] = {}
    for key in selection:
        for anchor in anchors:
            both = [twin.frame for twin in scene.timeline if {key, anchor} <= set(twin.ids)]
            for frame in {both[0], both[-1]} if both and key != anchor else ():
                wanted.setdefault(frame, set()).update((key, anchor))
    return [Need(DEPTH, tuple(sorted(ids)), frame) for frame, ids in sorted(wanted.items())]


def _all(first: Iterable[int], second: Iterable[int]) -> Selection:
    return tuple(dict.fromkeys((*first, *second)))
