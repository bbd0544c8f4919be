"""The parts that programs are put together from: each fills one kind of node with what a scene shows."""

from __future__ import annotations

from collections.abc import Sequence

from agentseg.sim.classes import FIXTURES
from agentseg.sim.ground_truth import States, Unclear, View
from agentseg.sim.kitchenbench.description import (
    Alike,
    Anything,
    But,
    Coloured,
    Description,
    Empty,
    Extreme,
    Group,
    Holding,
    Kind,
    Measure,
    Nearest,
    Nth,
    OrElse,
    Related,
    Relation,
    Use,
)
from agentseg.sim.kitchenbench.draw import Draw
from agentseg.sim.kitchenbench.heads import VESSELS
from agentseg.sim.kitchenbench.order import extreme
from agentseg.sim.kitchenbench.sightings import Head
from agentseg.sim.kitchenbench.verdicts import CLEAR_COLOURS, MIXED, VIVID, has_colour
from agentseg.sim.truth import ObjectState

_SAME: dict[Relation, tuple[Measure, bool]] = {
    "left_of": ("x", False),
    "right_of": ("x", True),
    "in_front_of": ("depth", False),
    "behind": ("depth", True),
}
"""The extreme that a side does not change: the leftmost of those on the left is the leftmost of all."""
SIDES: tuple[Relation, ...] = ("left_of", "right_of", "in_front_of", "behind")


def coloured(d: Draw, heads: Sequence[Head], *, least: int = 1, no: bool = False) -> Coloured:
    """One of the heads in a colour that some of its things have, and others have not; none in empty draws."""
    for head in heads:
        found = d.members(head)
        told = {colour: [has_colour(colour)(state) for state in found] for colour in CLEAR_COLOURS}
        clear = {colour: verdicts for colour, verdicts in told.items() if None not in verdicts}
        fits = [colour for colour, verdicts in clear.items() if sum(map(bool, verdicts)) >= least]
        if d.empty and not no:
            fits = [colour for colour, verdicts in clear.items() if found and not any(verdicts)]
        telling = [colour for colour in fits if no is False or not all(clear[colour])]
        telling = [colour for colour in telling if not all(clear[colour])] or (telling if d.chance(0.3) else [])
        if telling:
            return Coloured(head, d.pick(telling), no)
    raise Unclear("no colour tells them apart")


def alike(d: Draw, heads: Sequence[Head], *, least: int = 1, use: bool = False) -> Alike:
    """Those of one of the heads in the colour of an anchor; none in empty draws."""
    single = [group[0] for group in d.seen.by_label.values() if len(group) == 1]
    plain = [state for state in single if state.colour in VIVID and state.label not in (*MIXED, *FIXTURES)]
    for head in heads:
        owners = [state.label for state in plain if d.empty != (len(_like(d, head, state)) >= least)]
        anchors = d.anchors(owners, use=use)
        if anchors:
            return Alike(head, d.pick(anchors))
    raise Unclear("nothing of the same colour")


def _like(d: Draw, head: Head, state: ObjectState) -> States:
    return [other for other in d.members(head) if other.colour == state.colour and other.id != state.id]


def beside(d: Draw, base: Description, anchor: Description, *, no: bool = False) -> Related:
    """Left of, right of, in front of or behind the anchor."""
    return Related(base, d.pick(SIDES), anchor, no)


def supported(d: Draw, hows: Sequence[Relation] = ("on", "inside"), *, use: bool = False) -> Related:
    """What is on or in a thing that holds something: "what is on the plate"; one that holds nothing in empty draws."""
    how = d.pick(hows)
    hosts = {getattr(state, how) for state in d.seen.states.values()} - {None}
    labels = [label for label, group in d.seen.by_label.items() if (group[0].id in hosts) != d.empty]
    return Related(Anything(), how, d.pick(d.anchors(labels, use=use)))


def nearest(d: Draw, base: Description, anchor: Description) -> Nearest:
    """The nearest to an anchor, sometimes the farthest."""
    return Nearest(base, anchor, far=d.chance(0.25))


def size(d: Draw, bases: Description | Sequence[Head]) -> Extreme:
    """The tallest, lowest, largest or smallest of a base; of several, one in which a size stands out."""
    return _extreme(d, bases, ("height", "size"))


def place(d: Draw, bases: Description | Sequence[Head]) -> Extreme:
    """The leftmost, rightmost, nearest or farthest, as the camera sees it; bases as for ``size``."""
    return _extreme(d, bases, ("x", "depth"))


def _extreme(d: Draw, bases: Description | Sequence[Head], measures: Sequence[Measure]) -> Extreme:
    if not isinstance(bases, Sequence):
        told = _SAME.get(bases.relation) if isinstance(bases, Related) else None
        return Extreme(bases, *d.pick([(m, most) for m in measures for most in (True, False) if (m, most) != told]))
    for base in bases:
        found = tuple(d.members(base))
        clear = [(m, most) for m in measures for most in (True, False) if _stands_out(found, d.seen.view, m, most)]
        if clear or (d.empty and not found):
            return Extreme(base, *d.pick(clear or [(m, True) for m in measures]))
    raise Unclear("nothing stands out")


def _stands_out(found: tuple[ObjectState, ...], view: View, measure: Measure, most: bool) -> bool:
    if len(found) < 2:
        return False
    try:
        extreme(found, view, measure, most)
    except Unclear:
        return False
    return True


def nth(d: Draw, head: Kind | Use) -> Nth:
    """The n-th from a side, not the first."""
    most = min(4, len(d.members(head)))
    if most < 2:
        raise Unclear("nothing to count off")
    return Nth(head, d.pick(("left", "right")), int(d.rng.integers(2, most + 1)))


def holder(d: Draw, *, use: bool = False, content_use: bool = False) -> Holding:
    """The vessel or surface that has such a thing on or in it."""
    states = d.seen.states
    pairs = [
        (states[host], state, how)
        for state in d.seen.objects()
        for how in ("on", "inside")
        if (host := getattr(state, how)) is not None and states[host].label not in FIXTURES
    ]
    host, content, how = d.pick(pairs)
    return Holding(
        _named(d, host.label, use=use), _named(d, content.label, use=content_use), "on" if how == "on" else "inside"
    )


def _named(d: Draw, label: str, *, use: bool) -> Kind | Use:
    options: list[Kind | Use] = []
    if use:
        options += [one for one in d.served() if any(state.label == label for state in d.members(one))]
    elif label in d.seen.by_label and label not in d.banned:
        options.append(Kind(label))
    return d.pick(options)


def empty_vessel(d: Draw) -> Empty:
    """The empty ones of some vessels."""
    kinds = [Kind(label) for label in VESSELS if label not in d.banned]
    return Empty(d.pick([kind for kind in kinds if len(d.members(kind)) > (not d.empty)]))


def but_kind(d: Draw, head: Group | Use) -> But:
    """A family or use without one of its kinds."""
    labels = sorted({state.label for state in d.members(head)} - d.banned)
    if len(labels) < 2:
        raise Unclear("nothing is left")
    return But(head, Kind(d.pick(labels)))


def but_use(d: Draw, head: Use) -> But:
    """Things of a use that do not serve another use, of which some do."""
    return But(head, d.pick([use for use in d.served() if 0 < _shared(d, head, use) < len(d.members(head))]))


def but_itself(best: Extreme) -> But:
    """All of a base but its extreme: "all mugs but the tallest"."""
    return But(best.base, best)


def apart_uses(d: Draw, base: Description, least: int = 1) -> list[Use]:
    """Uses of things that are there and not among those of a head, in random order."""
    return [use for use in d.there.uses(least) if not _shared(d, base, use)]


def apart_kinds(d: Draw, base: Description, least: int = 1) -> list[Kind]:
    """Kinds that are there and not among those of a head, in random order."""
    return [kind for kind in d.there.kinds(least) if not _shared(d, base, kind)]


def apart_use(d: Draw, base: Description) -> Use:
    """One of ``apart_uses``."""
    return d.first(apart_uses(d, base))


def apart_kind(d: Draw, base: Description) -> Kind:
    """One of ``apart_kinds``."""
    return d.first(apart_kinds(d, base))


def kinds_in(d: Draw, head: Use) -> list[Kind]:
    """Kinds with several things, all of which serve a use that other things serve too, in random order."""
    inside = [kind for kind in d.there.kinds(2) if _shared(d, head, kind) == len(d.members(kind))]
    return [kind for kind in inside if len(d.members(kind)) < len(d.members(head))]


def or_else(d: Draw, *, use: bool = False) -> OrElse:
    """A kind (or use) that may be there or not, and one that is: "a glass, or else a mug"."""
    second = d.there.use() if use else d.there.kind()
    if d.empty:
        second = d.use() if use else d.kind()
    heads = (
        d.served() if use else [Kind(label) for label in (*d.seen.hidden, *d.seen.by_label) if label not in d.banned]
    )
    missing = d.chance(0.5) or d.empty
    first = d.pick([head for head in heads if bool(d.members(head)) != missing and not _shared(d, second, head)])
    if first == second:
        raise Unclear("the same twice")
    return OrElse(first, second)


def _shared(d: Draw, first: Description, second: Head) -> int:
    assert isinstance(first, Kind | Group | Use | Anything)
    ids = {state.id for state in d.members(first)}
    return sum(state.id in ids for state in d.members(second))
