"""What the looking steps share: pixels of the scene, crops at full resolution, and a twin that new rows join."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from agentseg.frames import Frame
from agentseg.masks import Box, Mask, box_of, encode, iou
from agentseg.perception.capabilities import provides
from agentseg.tools.scene import Outcome, Scene, Selection
from agentseg.twin import Instance, Twin

MOST_CROPS = 8
"""Instances of a selection that one step crops at most: a bound of its time."""
MARGIN = 0.25
"""Context around a crop, as a share of the box's sides."""
SAME_IOU = 0.5
"""Two masks of one label that overlap more than this show one instance."""


def pixels(scene: Scene) -> Frame | None:
    """The frame that the scene stands on; None where its pixels or the perceivers are not at hand."""
    if scene.frames is None or not scene.perceivers:
        return None
    return scene.frames.at(scene.twin.frame)


def near(scene: Scene, selection: Selection) -> list[Instance]:
    """The instances of a selection that the current frame shows, as many as one step looks at."""
    return [row for row in scene.rows(selection) if scene.shows(row.id)][:MOST_CROPS]


def blind(selection: Selection) -> Outcome:
    """What a step yields that cannot look."""
    return Outcome(selection, note="no pixels of this frame at hand")


def perceive_phrase(scene: Scene, frame: Frame, phrase: str, crop: bool = False) -> Twin:
    """Let every perceiver look at a frame or a crop, for a phrase where it can.

    Args:
        scene: Its perceivers look.
        frame: The pixels.
        phrase: Empty to look for everything.
        crop: The frame is a crop, of which depth alone is not measured: a network for depth has its scale from the
            whole frame.
    """
    twin = Twin(frame=frame.index, size=frame.size)
    for perceiver in scene.perceivers:
        if crop and provides(perceiver) == {"depth"}:
            continue
        search: Callable[[Frame, Twin, str], Twin] | None = getattr(perceiver, "detect", None)
        twin = search(frame, twin, phrase) if search is not None and phrase else perceiver(frame, twin)
    return twin


def crop_around(frame: Frame, box: Box) -> tuple[tuple[int, int], Frame]:
    """Cut the surroundings of a box out of a frame at full resolution; returns the crop's corner (left, top) and it."""
    height, width = frame.size
    x1, y1, x2, y2 = box
    across, down = MARGIN * (x2 - x1) + 1, MARGIN * (y2 - y1) + 1
    left, top = min(max(0, int(x1 - across)), width - 1), min(max(0, int(y1 - down)), height - 1)
    right, bottom = max(int(x2 + across) + 1, left + 1), max(int(y2 + down) + 1, top + 1)
    return (left, top), Frame(np.ascontiguousarray(frame.rgb[top:bottom, left:right]), frame.index)


def look_at(scene: Scene, frame: Frame, row: Instance, phrase: str) -> tuple[tuple[int, int], Twin]:
    """Perceive the surroundings of one instance as a picture of its own; returns the crop's corner and its twin."""
    corner, crop = crop_around(frame, row.box)
    return corner, perceive_phrase(scene, crop, phrase, crop=True)


def placed(mask: Mask, corner: tuple[int, int], size: tuple[int, int]) -> Mask:
    """Put the mask of a crop back into a frame of ``size`` (H, W)."""
    left, top = corner
    out = np.zeros(size, dtype=bool)
    height, width = mask.shape
    out[top : top + height, left : left + width] = mask
    return out


def join(scene: Scene, seen: list[tuple[Instance, Mask]]) -> tuple[Twin, list[int], int]:
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
