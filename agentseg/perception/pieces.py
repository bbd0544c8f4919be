"""Pieces of one thing: what stands before it cuts its mask in two, and a perceiver takes them for two things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agentseg.masks import Box, merge
from agentseg.perception.tracks import Track, box_iou
from agentseg.twin import Instance, Twin

INSIDE = 0.5
"""Share of a piece's box that lies where the whole is expected."""
DOUBLE = 0.35
"""Overlap (IoU) with where the whole is expected from which a piece is the whole itself, found twice."""
SAME = 0.5
"""Overlap (IoU) of two finds of one colour from which they are one thing, though a track of its own claims each."""
BETTER = 0.02
"""By how much the whole fits better with its piece than without (IoU with the expected box)."""


def pieces(rows: Sequence[Instance], owner: Mapping[int, Track], frame: int, steady: float) -> dict[int, int]:
    """Find rows that are a piece of a thing that another row shows.

    Args:
        rows: What was found in a frame.
        owner: The track of each row that has one, by the row's place.
        frame: Index of the frame.
        steady: Steadiness from which a track is known well enough to say what it looks like.

    Returns:
        Place of the row to which each piece belongs, by the piece's place. A piece goes by the name of its thing or
        has its colour, and lies where the whole thing is expected. It has no track, or it nearly coincides with its
        thing, which is more like itself: then the piece's track has strayed, and is left without a row.
    """
    known = {place: track.at(frame) for place, track in owner.items() if track.steady >= steady}
    found = {}
    for place, row in enumerate(rows):
        if place in owner:
            here = box_iou(row.box, owner[place].at(frame))
            fits = [home for home in known if home != place and _is_same(row, rows[home])]
            fits = [home for home in fits if box_iou(rows[home].box, known[home]) > here]
        else:
            homes = [home for home in known if _alike(row, owner[home])]
            fits = [home for home in homes if _is_piece(row.box, rows[home].box, known[home])]
        if fits:
            found[place] = max(fits, key=lambda home: _inside(row.box, known[home]))
    return {place: _end(found, home) for place, home in found.items()}


def join(twin: Twin, home: Mapping[int, int]) -> Twin:
    """Put pieces into the rows of their things.

    Args:
        twin: What was found in a frame.
        home: Place of the row to which each piece belongs, by the piece's place.

    Returns:
        The twin without the pieces' rows; a row with pieces has their common box and mask.
    """
    if not home:
        return twin
    rows = list(twin.instances)
    masks = dict(twin.masks)
    for place, whole in home.items():
        piece, thing = rows[place], rows[whole]
        rows[whole] = thing.model_copy(update={"box": _around(thing.box, piece.box)})
        rles = [masks[key] for key in (thing.id, piece.id) if key in masks]
        if rles:
            masks[thing.id] = merge(rles, twin.size)
    return twin.replace([row for place, row in enumerate(rows) if place not in home], masks)


def _end(found: Mapping[int, int], place: int) -> int:
    """Where a row goes whose thing is itself a piece of another; each step fits better, so there is an end."""
    while place in found:
        place = found[place]
    return place


def _alike(row: Instance, track: Track) -> bool:
    """Whether a piece goes by the whole's name, or at least has its colour."""
    return row.label == track.label or (bool(track.colour) and row.attributes.get("colour") == track.colour)


def _is_same(a: Instance, b: Instance) -> bool:
    """Whether two finds of one colour nearly coincide."""
    colour = a.attributes.get("colour")
    return colour is not None and colour == b.attributes.get("colour") and box_iou(a.box, b.box) >= SAME


def _is_piece(box: Box, main: Box, expected: Box) -> bool:
    if _inside(box, expected) < INSIDE:
        return False
    better = box_iou(_around(box, main), expected) >= box_iou(main, expected) + BETTER
    return better or box_iou(box, expected) >= DOUBLE


def _around(a: Box, b: Box) -> Box:
    """The smallest box around two."""
    return (min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3]))


def _inside(box: Box, whole: Box) -> float:
    """Share of a box that lies in another."""
    width = min(box[2], whole[2]) - max(box[0], whole[0])
    height = min(box[3], whole[3]) - max(box[1], whole[1])
    size = (box[2] - box[0]) * (box[3] - box[1])
    return width * height / size if width > 0 and height > 0 and size > 0 else 0.0
