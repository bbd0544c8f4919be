"""Questions about where things are."""

from __future__ import annotations

from collections.abc import Callable

from numpy.random import Generator

from agentseg.sim import ground_truth as gt
from agentseg.sim.ground_truth import View
from agentseg.sim.recipes import COMMON, THINGS, Found, Recipe, need, pick, plural
from agentseg.sim.story import Story
from agentseg.sim.truth import ObjectState

Predicate = Callable[[ObjectState], Callable[[ObjectState], bool | None]]

ANCHORS = (
    "toaster",
    "microwave",
    "coffee maker",
    "kettle",
    "paper towel",
    "cutting board",
    "pan",
    "pot",
    "soap dispenser",
    "banana",
    "carton",
    "plate",
    "sink",
    "stove",
)
_ROLES = {
    "toaster": "what toasts bread",
    "microwave": "the thing that heats leftovers",
    "coffee maker": "the machine that brews coffee",
    "kettle": "what boils the tea water",
    "cutting board": "the surface for chopping",
    "sink": "where the water comes from",
    "stove": "the thing we cook on",
}


def _several(view: View, rng: Generator, labels: tuple[str, ...] = COMMON) -> str:
    """A label that at least two things carry."""
    return pick([label for label in view.present(labels) if len(view.find([label])) > 1], rng)


def _nearest(labels: tuple[str, ...] | None, anchors: tuple[str, ...], *texts: str, roles: bool = False) -> Recipe:
    def solve(view: View, story: Story | None, rng: Generator) -> Found:
        anchor = view.only(pick(view.present([a for a in anchors if not roles or a in _ROLES]), rng))
        wanted = labels or (_several(view, rng, tuple(label for label in COMMON if label != anchor.label)),)
        best = gt.nearest(view.find(wanted), anchor)
        words = {"x": wanted[0], "xs": plural(wanted[0]), "y": _ROLES[anchor.label] if roles else anchor.label}
        return Found([best], f"find {', '.join(wanted)}; rank distance {anchor.label} min; answer", words)

    return Recipe("spatial", texts, solve)


def _neighbour(*texts: str) -> Recipe:
    def solve(view: View, story: Story | None, rng: Generator) -> Found:
        anchor = view.only(
            pick(view.present(("toaster", "kettle", "coffee maker", "banana", "can", "carton", "soap dispenser")), rng)
        )
        others = [state for state in view.objects() if state.id != anchor.id]
        best = gt.nearest(others, anchor)
        plan = (
            f"a = find {anchor.label}, stove, sink, robot gripper; except a; rank distance {anchor.label} min; answer"
        )
        return Found([best], plan, {"y": anchor.label})

    return Recipe("spatial", texts, solve)


def _side(relation: str, predicate: Predicate, *texts: str, labelled: bool, roles: bool = False) -> Recipe:
    def solve(view: View, story: Story | None, rng: Generator) -> Found:
        anchor = view.only(pick(view.present([a for a in ANCHORS if not roles or a in _ROLES]), rng))
        words = {"y": _ROLES[anchor.label] if roles else anchor.label}
        if labelled:
            words["x"] = _several(view, rng, tuple(label for label in COMMON if label != anchor.label))
            pool, head = view.find([words["x"]]), f"find {words['x']}"
        else:
            pool = [state for state in view.objects() if state.id != anchor.id]
            head = THINGS
        gt.check_apart(pool, anchor, sideways=relation in ("left_of", "right_of"))
        found = gt.where(pool, predicate(anchor))
        need(0 < len(found) < min(len(pool), 5))
        return Found(found, f"{head}; relate {relation} {anchor.label}; answer", words)

    return Recipe("spatial", texts, solve)


def _support(how: str, hosts: tuple[str, ...], *texts: str) -> Recipe:
    def solve(view: View, story: Story | None, rng: Generator) -> Found:
        host = view.only(pick(view.present(hosts), rng))
        found = view.resting(host) if how == "on" else view.within(host)
        need(not any(state.on in {f.id for f in found} for state in view.things) or how == "inside")
        return Found(found, f"relate {how} {host.label}; answer", {"y": host.label})

    return Recipe("spatial", texts, solve)


def _held(view: View, story: Story | None, rng: Generator) -> Found:
    return Found(view.held(), "relate held_by robot gripper; answer")


def _closest(view: View, story: Story | None, rng: Generator) -> Found:
    best = gt.least(view.objects(), gt.camera_distance, gt.DEPTH_MARGIN)
    return Found([best], f"{THINGS}; rank depth min; answer")


def _closest_of(view: View, story: Story | None, rng: Generator) -> Found:
    label = _several(view, rng)
    best = gt.least(view.find([label]), gt.camera_distance, gt.DEPTH_MARGIN)
    return Found([best], f"find {label}; rank depth min; answer", {"x": label})


def _farthest_of(view: View, story: Story | None, rng: Generator) -> Found:
    label = _several(view, rng)
    best = gt.least(view.find([label]), lambda state: -state.distance, gt.DEPTH_MARGIN)
    return Found([best], f"find {label}; rank depth max; answer", {"x": label})


def _between(view: View, story: Story | None, rng: Generator) -> Found:
    ends = [view.only(label) for label in view.present(ANCHORS[:11]) if len(view.find([label])) == 1]
    need(len(ends) > 1)
    i, j = sorted(rng.choice(len(ends), 2, replace=False))
    a, b = ends[i], ends[j]
    need(gt.apart(a, b) > 0.25)
    found = gt.where([s for s in view.objects() if s.id not in (a.id, b.id)], gt.is_between(a, b))
    need(0 < len(found) < 4)
    plan = f"{THINGS}; relate between {a.label}, {b.label}; answer"
    return Found(found, plan, {"x": a.label, "y": b.label})


def _under(view: View, story: Story | None, rng: Generator) -> Found:
    plates = view.find(["plate"])
    found = [plate for plate in plates if view.resting(plate)]
    need(len(found) == 1)
    return Found(found, "find plate; relate under all; answer")


_BOILERS = ("kettle", "pot")

SPATIAL: tuple[Recipe, ...] = (
    _nearest(
        _BOILERS,
        ("sink",),
        "something to boil water in that is closest to the sink",
        "which of the vessels I could boil water in has the shortest way to the tap?",
    ),
    _nearest(
        None,
        ("stove", "sink", "toaster", "microwave"),
        "the {x} nearest to the {y}",
        "out of the {xs}, which one has the shortest way to the {y}?",
        "hand me the {x} by the {y}, the closest one",
    ),
    _nearest(
        ("apple", "banana", "orange"),
        ("sink", "stove", "cutting board"),
        "which piece of fruit lies closest to the {y}?",
    ),
    _nearest(None, ANCHORS, "the {x} that is closest to {y}", roles=True),
    _neighbour("what is right next to the {y}, closer than anything else?", "the object nearest to the {y}"),
    _side(
        "left_of", gt.is_left, "everything to the left of the {y}", "what can you see left of the {y}?", labelled=False
    ),
    _side(
        "right_of",
        gt.is_right,
        "whatever is further right than the {y}",
        "select all that is on the right-hand side of the {y}",
        labelled=False,
    ),
    _side(
        "left_of",
        gt.is_left,
        "1:the {x} on the left of the {y}",
        "1:I mean the {x} left of the {y}, not the other one",
        labelled=True,
    ),
    _side("right_of", gt.is_right, "1:grab the {x} to the right of the {y}", labelled=True),
    _side(
        "behind", gt.is_behind, "1:the {x} behind the {y}", "1:which {x} is farther back than the {y}?", labelled=True
    ),
    _side("in_front_of", gt.is_before, "1:the {x} in front of the {y}", labelled=True),
    _side("behind", gt.is_behind, "1:the {x} behind {y}", labelled=True, roles=True),
    _side("right_of", gt.is_right, "1:which {x} is on the right of {y}?", labelled=True, roles=True),
    _support("on", ("cutting board",), "what is lying on the cutting board?", "clear the board: what is on it?"),
    _support("on", ("plate",), "whatever sits on the plate", "what has somebody put on the plate?"),
    _support("on", ("stove",), "what is standing on the stove?", "what gets hot when I turn all the burners on?"),
    _support("on", ("microwave",), "the thing someone left on top of the microwave"),
    _support("inside", ("sink",), "what still has to be washed up in the sink?", "things lying in the basin"),
    _support("inside", ("bowl",), "what is in the bowl?", "the content of the bowl"),
    _support("inside", ("pan", "pot"), "what is inside the {y}?", "is there anything in the {y}? show me"),
    Recipe(
        "spatial",
        (
            "1:what is the robot holding?",
            "1:the object between the robot's fingers",
            "1:which thing would fall if the gripper opened now?",
        ),
        _held,
    ),
    Recipe(
        "spatial",
        ("1:the thing right at the front, closest to the camera", "1:what could I reach first from where I stand?"),
        _closest,
    ),
    Recipe("spatial", ("1:the {x} closest to me", "1:which {x} is at the front?"), _closest_of),
    Recipe("spatial", ("1:the {x} that is farthest away from us", "1:the {x} at the back"), _farthest_of),
    Recipe(
        "spatial",
        ("what stands between the {x} and the {y}?", "anything in the gap between the {x} and the {y}"),
        _between,
    ),
    Recipe("spatial", ("1:the plate that has something on it", "1:which plate is buried under another thing?"), _under),
)
"""Recipes of the category spatial."""
