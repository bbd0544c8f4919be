"""The plan that asks for a description: one rule for each kind of node, so that plans are short and alike.

    Nearest(Kind("fork"), Use("toasting"))  ->  a = find for toasting; find fork; rank distance a min; answer

What a plan needs beside its main line (an anchor that is more than a label, what is left out) comes first, kept under a
name. Plans know nothing of the truth: they are what a reasoner should write.
"""

from __future__ import annotations

from agentseg.plan import MAX_STEPS
from agentseg.plan_syntax import NAMES
from agentseg.sim.ground_truth import GRIPPER, Unclear
from agentseg.sim.kitchenbench import description as d
from agentseg.sim.kitchenbench.heads import FLAT, heads, possible

MOVED = 9
"""Displacement from which a plan takes a thing as moved, percent of the frame's width."""
NEARER = 9
"""Gain from which a plan takes a thing as come nearer, percent of the frame's width."""

_FIXED = ["find for surroundings"]
_RANKS = {"x": "x", "depth": "depth", "height": "height", "size": "real_size"}


def plan_of(tree: d.Description, frames: int, count: bool = False) -> str:
    """The text of the plan that finds what a description means.

    Args:
        tree: The description.
        frames: Frames of the clip; 1 for a picture.
        count: Whether the answer is the number of things.

    Returns:
        A plan that ends with ``answer``.

    Raises:
        Unclear: The plan would take more than 16 steps or 6 names.
    """
    writer = _Writer(frames)
    head = []
    if isinstance(tree, d.At):
        head, tree = [f"at {tree.when}"], tree.base
    line = writer.line(tree)
    steps = [*head, *writer.before, *line, *(["count"] if count else []), "answer"]
    if len(steps) > MAX_STEPS:
        raise Unclear(f"{len(steps)} steps")
    return "; ".join(steps)


class _Writer:
    """Writes the lines of a plan; what is kept under a name goes to ``before``."""

    def __init__(self, frames: int) -> None:
        self.frames = frames
        self.before: list[str] = []
        self.names: dict[tuple[str, ...], str] = {}

    def keep(self, line: list[str]) -> str:
        """The name under which a line's things are kept; the same line is kept once."""
        if tuple(line) not in self.names:
            if len(self.names) == len(NAMES):
                raise Unclear("too many names")
            name = NAMES[len(self.names)]
            self.names[tuple(line)] = name
            self.before += [*line[:-1], f"{name} = {line[-1]}", *_back(line)]
        return self.names[tuple(line)]

    def anchor(self, tree: d.Description) -> str:
        """How a step names an anchor: a kind by its label, all else by the name under which it is kept."""
        return tree.label if isinstance(tree, d.Kind) else self.keep(self.line(tree))

    def line(self, tree: d.Description) -> list[str]:
        """The steps that end with a description's things."""
        match tree:
            case d.Kind() | d.Group() | d.Use() | d.Anything():
                return self._head(tree)
            case d.But() | d.Both() | d.OrElse():
                return self._combined(tree)
            case d.Moved() | d.MovedMost() | d.Appeared() | d.Vanished() | d.Toward() | d.Carried():
                return self._timed(tree)
            case d.At():
                raise Unclear("a time inside a description")
            case _:
                return self._placed(tree)

    def _head(self, tree: d.Kind | d.Group | d.Use | d.Anything) -> list[str]:
        match tree:
            case d.Kind(label):
                return [f"find {label}"]
            case d.Group(name):
                return [f"find for {name}"]
            case d.Use(use):
                return [f"find for {use}"]
            case _:
                return [f"except {self.keep(_FIXED)}"]

    def _combined(self, tree: d.But | d.Both | d.OrElse) -> list[str]:
        match tree:
            case d.But(base, others):
                name = self.keep(self.line(others))
                return [*self.line(base), f"except {name}"]
            case d.Both(first, second):
                name = self.keep(self.line(first))
                return [*self.line(second), f"union {name}"]
            case d.OrElse(first, second):
                name = self.keep(self.line(second))
                return [*self.line(first), f"else {name}"]

    def _placed(self, tree: d.Description) -> list[str]:
        match tree:
            case d.Coloured(base, colour, no):
                return [*self.line(base), f"filter colour {'ne' if no else 'eq'} {colour}"]
            case d.Alike(base, anchor):
                name = self.keep(self.line(anchor))
                return [*self._without(base, anchor), f"filter colour eq {name}"]
            case d.Related(base, relation, anchor, no):
                place = self.anchor(anchor)
                line = self._without(base, anchor) if no else self._now(base)
                return [*line, f"relate {relation} {place}{' none' if no else ''}"]
            case d.Between(base, first, second):
                places = self.anchor(first), self.anchor(second)
                return [*self._now(base), f"relate between {', '.join(places)}"]
            case d.Nearest(base, anchor, far):
                place = self.anchor(anchor)
                return [*self._now(base), f"rank distance {place} {'max' if far else 'min'}"]
            case d.Extreme(base, measure, most):
                return [*self._now(base), f"rank {_RANKS[measure]} {'max' if most else 'min'}"]
            case d.Nth(base, side, n):
                return [*self._now(base), *_counted_off(side == "left", n)]
            case d.Holding(base, content, how):
                place = "all" if isinstance(content, d.Anything) else self.anchor(content)
                return [*self._now(base), f"relate {'contains' if how == 'inside' else 'under'} {place}"]
            case d.Empty(base):
                return [*self._now(base), f"filter count {_filled(base)} all eq 0"]
            case _:
                raise TypeError(f"no rule for {tree!r}")

    def _timed(self, tree: d.Moved | d.MovedMost | d.Appeared | d.Vanished | d.Toward | d.Carried) -> list[str]:
        match tree:
            case d.Moved(base, no):
                return [*self.line(base), f"filter displacement {'lt' if no else 'gt'} {MOVED}"]
            case d.MovedMost(base):
                return [*self.line(base), "rank displacement max"]
            case d.Appeared(base):
                return [*self.line(base), "filter first_seen gt 0"]
            case d.Vanished(base):
                return [*self.line(base), f"filter last_seen lt {self.frames - 1}"]
            case d.Toward(base, anchor):
                place = self.anchor(anchor)
                return [*self.line(base), f"filter approach {place} gt {NEARER}"]
            case d.Carried(base, no):
                held = f"relate held_by {GRIPPER}{' none' if no else ''}"
                return [f"at {(self.frames - 1) // 2}", *self.line(base), held, f"filter displacement gt {MOVED}"]

    def _now(self, base: d.Description) -> list[str]:
        """The line of what a place is asked of: after the middle of a clip was looked at, back to its end."""
        line = self.line(base)
        return [*line, *_back(line)]

    def _without(self, base: d.Description, anchor: d.Description) -> list[str]:
        """The line of a base without the anchor, where the anchor could be one of it.

        Of what a use or a family is made up a plan need not know: a label may be one that nobody had told of.
        """
        if all(isinstance(head, d.Kind) for head in heads(base)) and not possible(base) & possible(anchor):
            return self._now(base)
        name = self.keep(self.line(anchor))
        return [*self._now(base), f"except {name}"]


def _filled(base: d.Description) -> str:
    """The relation of a thing to what fills it: vessels contain, plates are under.

    Raises:
        Unclear: The base has both.
    """
    flat = possible(base) & {*FLAT}
    if flat and flat != possible(base):
        raise Unclear("vessels and plates together")
    return "under" if flat else "contains"


def _back(line: list[str]) -> list[str]:
    """The step that goes back to the end of the clip, where a line looked at another time."""
    return ["at last"] if any(step.startswith("at ") for step in line) else []


def _counted_off(left: bool, n: int) -> list[str]:
    if n == 1:
        return ["rank x min" if left else "rank x max"]
    return [f"rank x nth {n}"] if left else [f"rank x max {n}", "rank x min"]
