"""What holds of one thing: relations, colours and contents from the 3-D state; None where people could disagree."""

from __future__ import annotations

from agentseg.sim import ground_truth as gt
from agentseg.sim.classes import FIXTURES
from agentseg.sim.ground_truth import Unclear
from agentseg.sim.kitchenbench.description import Relation
from agentseg.sim.kitchenbench.heads import FLAT, VESSELS
from agentseg.sim.kitchenbench.scene import KitchenScene, Some, Verdict
from agentseg.sim.truth import ObjectState

VIVID = ("red", "orange", "yellow", "green", "blue", "purple", "pink")
"""Colours that nobody takes for another one, or for steel, paint or shadow."""
CLEAR_COLOURS = (*VIVID, "white", "black")
"""Colours that a query may name."""
MIXED = ("knife", "fork", "spoon", "glass", "microwave", "coffee maker", "pan", "cutting board", "robot gripper")
"""Classes of which no single colour is obvious at a glance."""
OPEN_SHARE = 0.6
"""Visible share from which a vessel or plate shows whether it is empty."""
SIDE_SLOPE = 0.25
"""Least step in depth for each metre aside from which a thing is behind or before another and not beside it."""

_NEIGHBOURS = {
    "white": ("grey",), "black": ("grey", "brown"), "orange": ("brown",), "red": ("brown",), "yellow": ("brown",),
}  # fmt: skip


def has_colour(colour: str) -> Verdict:
    """Verdict: it is of that colour.

    Raises:
        Unclear: The colour is one that people take for another (grey, brown).
    """
    if colour not in CLEAR_COLOURS:
        raise Unclear(f"people differ about {colour}")

    def holds(state: ObjectState) -> bool | None:
        if state.label in FIXTURES:
            return None
        if state.label in MIXED:
            return None if state.colour == colour or colour not in VIVID else False
        return None if state.colour in _NEIGHBOURS.get(colour, ()) else state.colour == colour

    return holds


def plain_colour(state: ObjectState) -> str:
    """The colour that everybody sees on it.

    Raises:
        Unclear: It has several, or one that people take for another.
    """
    if state.label in MIXED or state.colour not in VIVID:
        raise Unclear(f"the colour of a {state.label} in {state.colour}")
    return state.colour


def supports(scene: KitchenScene, state: ObjectState) -> set[int]:
    """Ids of all that it rests on, is in, or is held by, however far down."""
    below: set[int] = set()
    by_id = {other.id: other for other in scene.truth.states[scene.frame]}
    rest = [state]
    while rest:
        thing = rest.pop()
        for key in (thing.on, thing.inside, thing.held_by):
            if key is not None and key not in below:
                below.add(key)
                rest.append(by_id[key])
    return below


def is_on(scene: KitchenScene, anchor: ObjectState) -> Verdict:
    """Verdict: it rests on the anchor itself; doubtful for what only stands in or on something there."""
    return lambda state: state.on == anchor.id or (None if anchor.id in supports(scene, state) else False)


def is_inside(scene: KitchenScene, anchor: ObjectState) -> Verdict:
    """Verdict: it is in the anchor, or in or on something in it."""

    def holds(state: ObjectState) -> bool | None:
        if anchor.id not in supports(scene, state):
            return False
        by_id = {other.id: other for other in scene.truth.states[scene.frame]}
        chain = [state, *(by_id[key] for key in supports(scene, state))]
        return any(thing.inside == anchor.id for thing in chain) or None

    return holds


def is_held(scene: KitchenScene, anchor: ObjectState) -> Verdict:
    """Verdict: the anchor holds it; doubtful for what lies in something held."""
    return lambda state: state.held_by == anchor.id or (None if anchor.id in supports(scene, state) else False)


def is_beside(scene: KitchenScene, anchor: ObjectState, left: bool) -> Verdict:
    """Verdict: left (or right) of the anchor as the camera sees it; doubtful on, under and over it."""
    side = gt.is_left(anchor) if left else gt.is_right(anchor)
    return lambda state: None if gt.level(state, anchor) or _touching(scene, state, anchor) else side(state)


def is_beyond(scene: KitchenScene, anchor: ObjectState, behind: bool) -> Verdict:
    """Verdict: behind (or before) the anchor as the camera sees it; doubtful where it is rather beside it.

    Raises:
        Unclear: The anchor is a hole or a slab.
    """
    if anchor.label in FIXTURES:
        raise Unclear("behind a hole or a slab")
    sign = 1 if behind else -1

    def holds(state: ObjectState) -> bool | None:
        step = sign * (state.distance - anchor.distance)
        aside = max(gt.apart(state, anchor) ** 2 - step**2, 0.0) ** 0.5
        if (
            state.label in FIXTURES
            or _touching(scene, state, anchor)
            or abs(step) < max(gt.DEPTH_MARGIN, SIDE_SLOPE * aside)
        ):
            return None
        return step > 0

    return holds


def _touching(scene: KitchenScene, state: ObjectState, anchor: ObjectState) -> bool:
    """Whether one of the two stands on, in or under the other."""
    return anchor.id in supports(scene, state) or state.id in supports(scene, anchor)


def related(scene: KitchenScene, relation: Relation, anchor: ObjectState) -> Verdict:
    """Verdict: it is in the relation to the anchor; doubtful for what the frame that counts does not show well."""
    verdict = {
        "left_of": lambda: is_beside(scene, anchor, left=True),
        "right_of": lambda: is_beside(scene, anchor, left=False),
        "in_front_of": lambda: is_beyond(scene, anchor, behind=False),
        "behind": lambda: is_beyond(scene, anchor, behind=True),
        "on": lambda: is_on(scene, anchor),
        "inside": lambda: is_inside(scene, anchor),
        "held_by": lambda: is_held(scene, anchor),
    }[relation]()
    return lambda state: verdict(state) if scene.story is None or scene.placed(state) else None


def is_between(scene: KitchenScene, first: ObjectState, second: ObjectState) -> Verdict:
    """Verdict: on the way from one anchor to the other over the counter; doubtful in the air and on the anchors.

    Raises:
        Unclear: The anchors are too near to each other to have a between.
    """
    if gt.apart(first, second) < gt.BETWEEN_ROOM:
        raise Unclear("no room between them")
    way = gt.is_between(first, second)

    def holds(state: ObjectState) -> bool | None:
        odd = state.held_by is not None or _touching(scene, state, first) or _touching(scene, state, second)
        return None if odd or not scene.placed(state) else way(state)

    return holds


def holding(scene: KitchenScene, content: Some, how: str) -> Verdict:
    """Verdict: something of the content is on or in it."""
    inside = is_inside if how == "inside" else is_on

    def holds(state: ObjectState) -> bool | None:
        test = inside(scene, state)
        told = [test(thing) if scene.placed(thing) else None for thing in content.sure if thing.id != state.id]
        if any(told):
            return True
        doubtful = None in told or any(test(thing) is not False for thing in content.maybe)
        return None if doubtful or not scene.placed(state) else False

    return holds


def is_empty(scene: KitchenScene) -> Verdict:
    """Verdict: a vessel with nothing in it, a plate with nothing on it; doubtful for other and for hidden things."""

    def holds(state: ObjectState) -> bool | None:
        if state.label not in (*VESSELS, *FLAT) or not scene.placed(state):
            return None
        content = [other for other in scene.truth.states[scene.frame] if state.id in (other.inside, other.on)]
        if content:
            return False if any(scene.placed(thing) for thing in content) else None
        return True if scene.truth.visible_fraction(scene.frame, state.id) >= OPEN_SHARE else None

    return holds
