"""The steps that look at pixels again: detect, zoom and relabel, over any perceivers.

They work with every perceiver, because they use only what each one can do: read a frame (or a crop of one) into a
twin. A perceiver that can look for a free phrase says so by a method ``detect(frame, twin, phrase) -> Twin``.

Source: FastReasonSeg's refinement of the twin by tool calls; relabel corrects a wrong label, which the paper names as
a limit of its own.
"""

from __future__ import annotations

from collections.abc import Callable

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
    twin, new = _join(scene.twin, [(row, seen.mask(row.id)) for row in seen.instances if carries(row, phrase)])
    found = tuple(row.id for row in twin.instances if carries(row, phrase))
    return Outcome(found, twin=twin, refined=True, note=f"{len(new)} new")


def zoom(scene: Scene, selection: Selection, phrase: str) -> Outcome:
    """Look for a phrase on a crop of each selected instance at full resolution; what is found becomes its part."""
    frame = _pixels(scene)
    if frame is None:
        return _blind(())
    twin, found = scene.twin, []
    for parent in scene.rows(selection)[:MOST_CROPS]:
        (left, top), seen = _look_at(scene, frame, parent, phrase)
        parts = [
            (row.model_copy(update={"parent": parent.id}), _placed(seen.mask(row.id), left, top, frame.size))
            for row in seen.instances
            if carries(row, phrase)
        ]
        twin, new = _join(twin, parts)
        found.extend(new)
    return Outcome(tuple(found), twin=twin, refined=True, note=f"{len(found)} new")


def relabel(scene: Scene, selection: Selection, labels: list[str]) -> Outcome:
    """Look at each selected instance on its crop and give it the label, out of those named, that it shows there."""
    frame = _pixels(scene)
    if frame is None:
        return _blind(selection)
    changed: dict[int, str] = {}
    for row in scene.rows(selection)[:MOST_CROPS]:
        (left, top), seen = _look_at(scene, frame, row, "")
        own = scene.twin.mask(row.id)
        overlaps = [
            (iou(_placed(seen.mask(other.id), left, top, frame.size), own), label)
            for other in seen.instances
            for label in labels
            if carries(other, label)
        ]
        best, label = max(overlaps, default=(0.0, row.name))
        if best >= RELABEL_IOU and label != row.name:
            changed[row.id] = label
    rows = [row.model_copy(update={"label": changed[row.id]}) if row.id in changed else row for row in scene.twin.instances]
    note = "; ".join(f"{key} is {label}" for key, label in changed.items()) or "no label changed"
    return Outcome(selection, twin=scene.twin.replace(rows), refined=True, note=note)


def _pixels(scene: Scene) -> Frame | None:
    if scene.frames is None or not scene.perceivers:
        return None
    return scene.frames.at(scene.twin.frame)


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
    left, top = max(0, int(x1 - across)), max(0, int(y1 - down))
    right, bottom = min(width, int(x2 + across) + 1), min(height, int(y2 + down) + 1)
    crop = Frame(np.ascontiguousarray(frame.rgb[top : max(bottom, top + 1), left : max(right, left + 1)]), frame.index)
    return (left, top), _perceive(scene, crop, phrase)


def _placed(mask: Mask, left: int, top: int, size: tuple[int, int]) -> Mask:
    """Put the mask of a crop back into the frame."""
    out = np.zeros(size, dtype=bool)
    height, width = mask.shape
    out[top : top + height, left : left + width] = mask
    return out


def _join(twin: Twin, seen: list[tuple[Instance, Mask]]) -> tuple[Twin, list[int]]:
    """Add what is not there yet, under new ids."""
    rows, masks = list(twin.instances), dict(twin.masks)
    new: list[int] = []
    next_id = max(twin.ids, default=0) + 1
    for row, mask in seen:
        known = [twin.mask(other.id) for other in twin.instances if other.name == row.name and other.id in twin.masks]
        if not mask.any() or any(iou(mask, other) > SAME_IOU for other in known):
            continue
        update = {"id": next_id, "box": box_of(mask), "first_seen": twin.frame, "last_seen": twin.frame}
        rows.append(row.model_copy(update=update))
        masks[next_id] = encode(mask)
        new.append(next_id)
        next_id += 1
    return twin.replace(rows, masks), new


LOOKING: dict[str, Callable[..., Outcome]] = {"detect": detect, "zoom": zoom, "relabel": relabel}
"""Every step that perceives, by its name in a plan."""
