"""Filling in what a twin lacks, for the rows that are asked about and no others: outlines, depths, colours.

A provider of a part (``perception.capabilities``) is handed a twin of those rows alone, and of what it returns only
that part is taken over. So a row changes in one respect, and no model runs for a row that has it already.

Departures:
    * The box stays the detector's when an outline is drawn, so that motion over frames compares like with like.
    * Depth and colour are means over the mask: where a pipeline has a provider of outlines, it draws them first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from agentseg.frames import Frame
from agentseg.masks import area, encode
from agentseg.perception.capabilities import outliners, providers
from agentseg.twin import Instance, Perceiver, Twin

FIRST = {"masks": ("masks",), "depth": ("masks", "depth"), "colour": ("masks", "colour")}
"""What is filled in for each part, in order."""


def lacks(row: Instance, twin: Twin, part: str) -> bool:
    """Whether an instance has no outline (``masks``; a filled box is none), no ``depth`` or no ``colour``."""
    if part == "masks":
        return row.mask_source == "box" or row.id not in twin.masks
    return row.depth_mean is None if part == "depth" else "colour" not in row.attributes


def fill_in(twin: Twin, frame: Frame, ids: Iterable[int], part: str, perceivers: Sequence[Perceiver]) -> Twin:
    """Measure a part of some rows where it is missing.

    Args:
        twin: The twin of a frame, or rows of it.
        frame: The frame's pixels.
        ids: The rows to look at; others stay as they are.
        part: ``masks``, ``depth`` or ``colour``.
        perceivers: Those that provide the part, or outlines before it, and no instances are called.

    Returns:
        The twin with that part of these rows; rows that have it, or that nobody could measure, are unchanged.
    """
    for each in FIRST[part]:
        twin = _fill(twin, frame, set(ids), each, perceivers)
    return twin


def _fill(twin: Twin, frame: Frame, ids: set[int], part: str, perceivers: Sequence[Perceiver]) -> Twin:
    wanted = [row for row in twin.instances if row.id in ids and lacks(row, twin, part)]
    if not wanted:
        return twin
    asked = twin.replace(wanted).model_copy(update={"frame": frame.index})
    able = providers(perceivers, part)
    for perceiver in able:
        asked = perceiver(frame, asked)
    if part == "masks" and not able:
        asked = _outlined(asked, frame, perceivers)
    return taken(twin, asked, {row.id for row in wanted}, part)


def _outlined(twin: Twin, frame: Frame, perceivers: Sequence[Perceiver]) -> Twin:
    """Outlines by a perceiver that draws single ones but is no provider of them."""
    able = outliners(perceivers)
    if not able:
        return twin
    drawn = {row.id: able[0].segment(frame, box=row.box) for row in twin.instances}
    found = {key: encode(mask) for key, mask in drawn.items() if mask.any()}
    rows = [row.model_copy(update={"mask_source": "segmenter"}) if row.id in found else row for row in twin.instances]
    return twin.replace(rows, {**twin.masks, **found})


def taken(twin: Twin, measured: Twin, ids: Collection[int], part: str) -> Twin:
    """The twin with one part of some rows as another twin of the same things has it."""
    masks = dict(twin.masks)
    rows = []
    for row in twin.instances:
        new = measured.get(row.id) if row.id in ids else None
        if new is None or lacks(new, measured, part):
            rows.append(row)
        elif part == "masks" and not area(measured.masks[row.id]):
            rows.append(row)  # nothing was drawn: what is known of it stays
        elif part == "masks":
            masks[row.id] = measured.masks[row.id]
            rows.append(row.model_copy(update={"mask_source": new.mask_source}))
        elif part == "depth":
            rows.append(row.model_copy(update={"depth_mean": new.depth_mean, "depth_var": new.depth_var}))
        else:
            attributes = {**row.attributes, "colour": new.attributes["colour"]}
            rows.append(row.model_copy(update={"attributes": attributes}))
    return twin.replace(rows, masks)
