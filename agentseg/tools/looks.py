"""The steps that look at pixels again: detect, zoom and relabel, over any perceivers.

They work with every perceiver, because they use only what each one can do: read a frame (or a crop of one) into a
twin. A perceiver that can look for a free phrase says so by a method ``detect(frame, twin, phrase) -> Twin``.

Source: FastReasonSeg's refinement of the twin by tool calls; relabel corrects a wrong label, which the paper names as
a limit of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from agentseg.frames import Frame
from agentseg.masks import Mask, box_of, encode, iou
from agentseg.tools.scene import Outcome, Scene, Selection, carries
from agentseg.twin import Instance, Twin

MOST_CROPS = 8
"""Instances of a selection that one step crops at most: a bound of its time."""
MARGIN = 0.25
"""Context around a crop, as a share of the box's sides."""
SAME_IOU = 0.5
"""Two masks of one label that overlap more than this show one instance."""
RELABEL_IOU = 0.3
"""Overlap with the instance that a label seen on its crop needs."""


def detect(scene: Scene, selection: Selection, phrase: str) -> Outcome:
    """Look for a phrase in the whole frame; what is found joins the twin and is selected with what was known."""
    frame = _pixels(scene)
    if frame is None:
        return _blind(tuple(row.id for row in scene.twin.instances if carries(row, phrase)))
    seen = _perceive(scene, frame, phrase)
    twin, _, new = _join(scene, [(row, seen.mask(row.id)) for row in seen.instances if carries(row, phrase)])
    found = tuple(row.id for row in twin.instances if carries(row, phrase))
    return Outcome(found, twin=twin, refined=True, note=f"{new} new")


def zoom(scene: Scene, selection: Selection, phrase: str) -> Outcome:
    """Look for a phrase on a crop of each selected instance at full resolution; what is found becomes its part.

    What the twin knew already is selected as it is; an instance is no part of itself.
    """
    frame = _pixels(scene)
    if frame is None:
        return _blind(())
    found: list[int] = []
    total = 0
    for parent in _near(scene, selection):
        (left, top), seen = _look_at(scene, frame, parent, phrase)
        parts = [
            (row.model_copy(update={"parent": parent.id}), _placed(seen.mask(row.id), left, top, frame.size))
            for row in seen.instances
            if carries(row, phrase)
        ]
        twin, ids, new = _join(scene, parts)
        scene, total = replace(scene, twin=twin), total + new
        found.extend(key for key in ids if key != parent.id)
    return Outcome(tuple(dict.fromkeys(found)), twin=scene.twin, refined=True, note=f"{total} new")


def relabel(scene: Scene, selection: Selection, labels: list[str]) -> Outcome:
    """Look at each selected instance on its crop and give it the label, out of those named, that it shows there."""
    frame = _pixels(scene)
    if frame is None:
        return _blind(selection)
    changed: dict[int, str] = {}
    for row in _near(scene, selection):
        own = scene.twin.mask(row.id)
        if not own.any():
            continue
        (left, top), seen = _look_at(scene, frame, row, "")
        overlaps = [
            (iou(_placed(seen.mask(other.id), left, top, frame.size), own), label)
            for other in seen.instances
            for label in labels
            if carries(other, label)
        ]
        best, label = max(overlaps, default=(0.0, row.name))
        if best >= RELABEL_IOU and label != row.name:
            changed[row.id] = label
    rows = [
        row.model_copy(update={"label": changed[row.id]}) if row.id in changed else row for row in scene.twin.instances
    ]
    note = "; ".join(f"{key} is {label}" for key, label in changed.items()) or "no label changed"
    return Outcome(selection, twin=scene.twin.replace(rows), refined=True, note=note)


def _pixels(scene: Scene) -> Frame | None:
    if scene.frames is None or not scene.perceivers:
        return None
    return scene.frames.at(scene.twin.frame)


def _near(scene: Scene, selection: Selection) -> list[Instance]:
    """The instances of a selection that the current frame shows, as many as one step looks at."""
    return [row for row in scene.rows(selection) if scene.shows(row.id)][:MOST_CROPS]


def _blind(selection: Selection) -> Outcome:
    return Outcome(selection, note="no pixels of this frame at hand")


def _perceive(scene: Scene, frame: Frame, phrase: str) -> Twin:
    twin = Twin(frame=frame.index, size=frame.size)
    for perceiver in scene.perceivers:
        search: Callable[[Frame, Twin, str], Twin] | None = getattr(perceiver, "detect", None)
        twin = search(frame, twin, phrase) if search is not None and phrase else perceiver(frame, twin)
    return twin


def _look_at(scene: Scene, frame: Frame, row: Instance, phrase: str) -> tuple[tuple[int, int], Twin]:
    """Perceive the surroundings of one instance as a picture of its own; returns the crop's corner and its twin."""
    height, width = frame.size
    x1, y1, x2, y2 = row.box
    across, down = MARGIN * (x2 - x1) + 1, MARGIN * (y2 - y1) + 1
    left, top = min(max(0, int(x1 - across)), width - 1), min(max(0, int(y1 - down)), height - 1)
    right, bottom = max(int(x2 + across) + 1, left + 1), max(int(y2 + down) + 1, top + 1)
    crop = Frame(np.ascontiguousarray(frame.rgb[top:bottom, left:right]), frame.index)
    return (left, top), _perceive(scene, crop, phrase)


def _placed(mask: Mask, left: int, top: int, size: tuple[int, int]) -> Mask:
    """Put the mask of a crop back into the frame."""
    out = np.zeros(size, dtype=bool)
    height, width = mask.shape
    out[top : top + height, left : left + width] = mask
    return out


def _join(scene: Scene, seen: list[tuple[Instance, Mask]]) -> tuple[Twin, list[int], int]:
    """Add what is not there yet, under new ids; returns the twin, the ids of all that was seen, how many are new."""
    twin, next_id = scene.twin, scene.next_id
    rows, masks = list(twin.instances), dict(twin.masks)
    known = [(row.id, row.name, twin.mask(row.id)) for row in rows if row.id in masks and scene.shows(row.id)]
    ids: list[int] = []
    new = 0
    for row, mask in seen:
        if not mask.any():
            continue
        same = next((key for key, name, other in known if name == row.name and iou(mask, other) > SAME_IOU), None)
        if same is None:
            same, next_id, new = next_id, next_id + 1, new + 1
            update = {"id": same, "box": box_of(mask), "first_seen": twin.frame, "last_seen": twin.frame}
            rows.append(row.model_copy(update=update))
            masks[same] = encode(mask)
            known.append((same, row.name, mask))
        ids.append(same)
    return twin.replace(rows, masks), ids, new


LOOKING: dict[str, Callable[..., Outcome]] = {"detect": detect, "zoom": zoom, "relabel": relabel}
"""Every step that perceives, by its name in a plan."""
