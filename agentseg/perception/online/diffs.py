"""What changed from one twin of a stream to the next, so that a listener need not compare whole twins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agentseg.twin import Instance, Twin

LEAST_MOVE = 0.01
"""Motion of a box's centre from which a thing counts as moved, as a share of the frame's width."""


@dataclass(frozen=True)
class TwinDiff:
    """Rows that differ between two twins, by id.

    Attributes:
        added: Ids that only the later twin has.
        removed: Ids that only the earlier twin has.
        moved: Motion (x, y) of the box's centre in pixels, of what moved by ``LEAST_MOVE`` or more.
        relabelled: (old, new) name.
    """

    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    moved: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    relabelled: Mapping[int, tuple[str, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.added or self.removed or self.moved or self.relabelled)

    def to_json(self) -> dict[str, Any]:
        """The parts that are not empty, as plain JSON; pixels are rounded."""
        parts: dict[str, Any] = {
            "added": list(self.added),
            "removed": list(self.removed),
            "moved": {key: [round(dx), round(dy)] for key, (dx, dy) in self.moved.items()},
            "relabelled": {key: list(names) for key, names in self.relabelled.items()},
        }
        return {name: part for name, part in parts.items() if part}


def diff_twins(before: Twin | None, after: Twin, least: float = LEAST_MOVE) -> TwinDiff:
    """Compare two twins of one stream.

    Args:
        before: The earlier twin, or None where there was none. A twin of another frame size has other pixels: its
            motions are not reported.
        after: The later twin.
        least: Motion from which a thing counts as moved, as a share of the frame's width.
    """
    old = {} if before is None else {row.id: row for row in before.instances}
    new = {row.id: row for row in after.instances}
    moves: dict[int, tuple[float, float]] = {}
    if before is not None and before.size == after.size:
        shifts = {key: _shift(old[key], row) for key, row in new.items() if key in old}
        moves = {key: move for key, move in shifts.items() if max(map(abs, move)) >= least * after.size[1]}
    renamed = {key: (old[key].name, row.name) for key, row in new.items() if key in old and old[key].name != row.name}
    return TwinDiff(
        added=tuple(key for key in new if key not in old),
        removed=tuple(key for key in old if key not in new),
        moved=moves,
        relabelled=renamed,
    )


def _shift(before: Instance, after: Instance) -> tuple[float, float]:
    (a, b, c, d), (e, f, g, h) = before.box, after.box
    return ((e + g - a - c) / 2, (f + h - b - d) / 2)
