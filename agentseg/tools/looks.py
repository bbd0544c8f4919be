"""The steps that look at pixels again: detect, zoom and relabel, over any perceivers.

They work with every perceiver, because they use only what each one can do: read a frame (or a crop of one) into a
twin. A perceiver that can look for a free phrase has a method ``detect``, one that can compare labels a method
``score_labels`` (``perception.capabilities``).

Source: FastReasonSeg's refinement of the twin by tool calls; relabel corrects a wrong label, which the paper names as
a limit of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from agentseg.frames import Frame
from agentseg.masks import Mask, iou
from agentseg.perception.capabilities import ScoresLabels, scorers
from agentseg.tools.crops import blind, crop_around, join, look_at, near, perceive_phrase, pixels, placed
from agentseg.tools.scene import Outcome, Scene, Selection, carries
from agentseg.twin import Instance

RELABEL_IOU = 0.3
"""Overlap with the instance that a label seen on its crop needs."""
RELABEL_LEAD = 0.05
"""By how much a label has to score above the instance's own to replace it: less is noise."""


def detect(scene: Scene, selection: Selection, phrase: str) -> Outcome:
    """Look for a phrase in the whole frame; what is found joins the twin and is selected with what was known."""
    frame = pixels(scene)
    if frame is None:
        return blind(tuple(row.id for row in scene.twin.instances if carries(row, phrase)))
    seen = perceive_phrase(scene, frame, phrase)
    twin, _, new = join(scene, [(row, seen.mask(row.id)) for row in seen.instances if carries(row, phrase)])
    found = tuple(row.id for row in twin.instances if carries(row, phrase))
    return Outcome(found, twin=twin, refined=True, note=f"{new} new")


def zoom(scene: Scene, selection: Selection, phrase: str) -> Outcome:
    """Look for a phrase on a crop of each selected instance at full resolution; what is found becomes its part.

    What the twin knew already is selected as it is; an instance is no part of itself.
    """
    frame = pixels(scene)
    if frame is None:
        return blind(())
    found: list[int] = []
    total = 0
    for parent in near(scene, selection):
        corner, seen = look_at(scene, frame, parent, phrase)
        parts: list[tuple[Instance, Mask]] = [
            (row.model_copy(update={"parent": parent.id}), placed(seen.mask(row.id), corner, frame.size))
            for row in seen.instances
            if carries(row, phrase)
        ]
        twin, ids, new = join(scene, parts)
        scene, total = replace(scene, twin=twin), total + new
        found.extend(key for key in ids if key != parent.id)
    return Outcome(tuple(dict.fromkeys(found)), twin=scene.twin, refined=True, note=f"{total} new")


def relabel(scene: Scene, selection: Selection, labels: list[str]) -> Outcome:
    """Look at each selected instance on its crop and give it the label, out of those named, that it shows there."""
    frame = pixels(scene)
    if frame is None:
        return blind(selection)
    able = scorers(scene.perceivers)
    changed: dict[int, str] = {}
    said: list[str] = []
    for row in near(scene, selection):
        if able:
            label, words = _scored(able, frame, row, labels)
        else:
            label, words = _seen(scene, frame, row, labels), ""
        if label != row.name:
            changed[row.id] = label
            said.append(f"{row.id} is {label}{words}")
    rows = [
        row.model_copy(update={"label": changed[row.id]}) if row.id in changed else row for row in scene.twin.instances
    ]
    note = "; ".join(said) or "no label changed"
    return Outcome(selection, twin=scene.twin.replace(rows), refined=True, note=note)


def _scored(able: list[ScoresLabels], frame: Frame, row: Instance, labels: list[str]) -> tuple[str, str]:
    """The label that scores best on the crop, its own among them; and the two scores in words."""
    (left, top), crop = crop_around(frame, row.box)
    x1, y1, x2, y2 = row.box
    box = (x1 - left, y1 - top, x2 - left, y2 - top)
    candidates = list(dict.fromkeys((*labels, *([] if row.name == "unknown" else [row.name]))))
    sums = dict.fromkeys(candidates, 0.0)
    for scorer in able:
        for label, score in scorer.score_labels(crop, box, candidates).items():
            if label in sums and math.isfinite(score):
                sums[label] += score / len(able)
    best = max(candidates, key=lambda label: sums[label])
    if sums[best] < max(sums.get(row.name, 0.0) + RELABEL_LEAD, RELABEL_LEAD):
        return row.name, ""
    was = f", {row.name} {sums[row.name]:.2f}" if row.name in sums else ""
    return best, f" ({best} {sums[best]:.2f}{was})"


def _seen(scene: Scene, frame: Frame, row: Instance, labels: list[str]) -> str:
    """The label of what perceivers see on the crop in the instance's place; its own where that is none of those."""
    own = scene.twin.mask(row.id)
    if not own.any():
        return row.name
    corner, seen = look_at(scene, frame, row, "")
    overlaps = [
        (iou(placed(seen.mask(other.id), corner, frame.size), own), label)
        for other in seen.instances
        for label in labels
        if carries(other, label)
    ]
    best, label = max(overlaps, default=(0.0, row.name))
    return label if best >= RELABEL_IOU else row.name


LOOKING: dict[str, Callable[..., Outcome]] = {"detect": detect, "zoom": zoom, "relabel": relabel}
"""Every step that perceives, by its name in a plan."""
