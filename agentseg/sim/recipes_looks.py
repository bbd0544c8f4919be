"""Questions about looks (colour, size) and about the place in a row."""

from __future__ import annotations

from numpy.random import Generator

from agentseg.sim import ground_truth as gt
from agentseg.sim.ground_truth import ObjectState, Story, Unclear, View
from agentseg.sim.recipes import Found, Recipe, need, pick, plural
from agentseg.sim.recipes_spatial import COMMON

PAINTED = (
    "mug",
    "bottle",
    "plate",
    "bowl",
    "spatula",
    "apple",
    "sponge",
    "can",
    "carton",
    "toaster",
    "kettle",
    "pot",
    "soap dispenser",
)
VIVID = ("red", "orange", "yellow", "green", "blue", "purple", "pink")
MIXED = ("knife", "fork", "spoon", "glass", "microwave", "coffee maker", "pan", "cutting board", "bottle")
"""Classes of which no single colour is obvious at a glance."""
ROWS = (
    "mug",
    "glass",
    "bottle",
    "plate",
    "bowl",
    "apple",
    "orange",
    "sponge",
    "can",
    "carton",
    "spoon",
    "fork",
    "knife",
    "banana",
)
_NO_FIXTURES = "a = find stove, sink, robot gripper; except a"


def coloured(view: View, colour: str) -> list[ObjectState]:
    """Things of a colour; Unclear if one of them has other colours on it too."""
    found = [state for state in view.objects() if state.colour == colour]
    if any(state.label in MIXED for state in found):
        raise Unclear("mixed colours")
    return found


def _label_and_colour(view: View, story: Story | None, rng: Generator) -> Found:
    label = pick([label for label in view.present(PAINTED) if len(view.find([label])) > 1], rng)
    pool = view.find([label])
    colour = pick([state.colour for state in pool], rng)
    found = [state for state in pool if state.colour == colour]
    need(len(found) < len(pool))
    return Found(
        found, f"find {label}; filter colour eq {colour}; answer", {"x": label, "xs": plural(label), "c": colour}
    )


def _all_of_colour(view: View, story: Story | None, rng: Generator) -> Found:
    colour = pick(VIVID, rng)
    found = coloured(view, colour)
    need(0 < len(found) < 5)
    return Found(found, f"{_NO_FIXTURES}; filter colour eq {colour}; answer", {"c": colour})


def _same_colour(view: View, story: Story | None, rng: Generator) -> Found:
    anchor = view.only(
        pick(view.present(("kettle", "toaster", "pot", "banana", "plate", "sponge", "apple", "mug")), rng)
    )
    need(anchor.colour in VIVID)
    found = [state for state in coloured(view, anchor.colour) if state.id != anchor.id]
    plan = (
        f"a = find {anchor.label}; b = find stove, sink, robot gripper; except a; except b; filter colour eq a; answer"
    )
    return Found(found, plan, {"y": anchor.label})


def _ripe(view: View, story: Story | None, rng: Generator) -> Found:
    found = [state for state in coloured(view, "yellow") if state.label != "banana"]
    need(not view.find(["banana"]))
    return Found(found, f"{_NO_FIXTURES}; filter colour eq yellow; answer")


def _tallest(view: View, story: Story | None, rng: Generator) -> Found:
    need(not view.find([gt.GRIPPER]))
    best = gt.least(view.objects(), lambda state: -state.extent[2], 0.05)
    return Found([best], f"{_NO_FIXTURES}; rank height max; answer")


def _tallest_of(view: View, story: Story | None, rng: Generator) -> Found:
    label = pick(
        [
            label
            for label in view.present(("bottle", "glass", "carton", "mug", "can", "pot"))
            if len(view.find([label])) > 1
        ],
        rng,
    )
    best = gt.least(view.find([label]), lambda state: -state.extent[2], 0.015)
    return Found([best], f"find {label}; rank height max; answer", {"x": label, "xs": plural(label)})


def _largest_of(view: View, story: Story | None, rng: Generator) -> Found:
    label = pick([label for label in view.present(("bowl", "plate", "pan", "pot")) if len(view.find([label])) > 1], rng)
    best = gt.least(view.find([label]), lambda state: -min(state.extent[0], state.extent[1]), 0.025)
    return Found([best], f"find {label}; rank real_size max; answer", {"x": label, "xs": plural(label)})


def _bulkiest(view: View, story: Story | None, rng: Generator) -> Found:
    found = view.find(["microwave", "toaster", "coffee maker"])
    best = gt.least(found, lambda state: -state.extent[0], 0.06)
    return Found([best], "find toaster, microwave, coffee maker; rank width max; answer")


def _nth(order: int, from_left: bool, labels: tuple[str, ...] = ROWS) -> object:
    def solve(view: View, story: Story | None, rng: Generator) -> Found:
        label = pick([label for label in view.present(labels) if len(view.find([label])) >= max(order, 2)], rng)
        row = gt.ordered(view.find([label]), gt.screen_x, gt.SCREEN_MARGIN)
        target = row[order - 1] if from_left else row[-order]
        step = f"rank x nth {order}" if from_left else f"rank x max {order}; rank x min"
        if order == 1:
            step = "rank x min" if from_left else "rank x max"
        return Found([target], f"find {label}; {step}; answer", {"x": label, "xs": plural(label)})

    return solve


def _nth_fruit(view: View, story: Story | None, rng: Generator) -> Found:
    row = gt.ordered(view.find(["apple", "banana", "orange"]), gt.screen_x, gt.SCREEN_MARGIN)
    need(len(row) > 2)
    return Found([row[1]], "find apple, banana, orange; rank x nth 2; answer")


def _middle(view: View, story: Story | None, rng: Generator) -> Found:
    label = pick([label for label in view.present(ROWS) if len(view.find([label])) == 3], rng)
    row = gt.ordered(view.find([label]), gt.screen_x, gt.SCREEN_MARGIN)
    return Found([row[1]], f"find {label}; rank x nth 2; answer", {"x": label, "xs": plural(label)})


def _outermost(right: bool) -> object:
    def solve(view: View, story: Story | None, rng: Generator) -> Found:
        pool = view.objects()
        best = gt.least(pool, (lambda s: -s.screen[0]) if right else gt.screen_x, gt.SCREEN_MARGIN)
        need(all((sum(view.box(s)) < sum(view.box(best))) == right for s in pool if s.id != best.id))
        return Found([best], f"{_NO_FIXTURES}; rank x {'max' if right else 'min'}; answer")

    return solve


def _second_closest(view: View, story: Story | None, rng: Generator) -> Found:
    label = pick([label for label in view.present(COMMON) if len(view.find([label])) > 2], rng)
    row = gt.ordered(view.find([label]), gt.camera_distance, gt.DEPTH_MARGIN)
    return Found([row[1]], f"find {label}; rank depth nth 2; answer", {"x": label, "xs": plural(label)})


def _two_closest(view: View, story: Story | None, rng: Generator) -> Found:
    row = sorted(view.objects(), key=gt.camera_distance)
    need(len(row) > 4 and row[2].distance - row[1].distance > gt.DEPTH_MARGIN)
    return Found(row[:2], f"{_NO_FIXTURES}; rank depth min 2; answer")


def _second_nearest_sink(view: View, story: Story | None, rng: Generator) -> Found:
    sink = view.only("sink")
    label = pick([label for label in view.present(ROWS) if len(view.find([label])) > 1], rng)
    row = gt.ordered(view.find([label]), gt.near_to(sink), gt.DISTANCE_MARGIN)
    return Found([row[1]], f"find {label}; rank distance sink nth 2; answer", {"x": label})


def _recipe(kind: str, solve: object, *texts: str) -> Recipe:
    return Recipe(kind, texts, solve)  # type: ignore[arg-type]


LOOKS: tuple[Recipe, ...] = (
    _recipe(
        "attribute",
        _label_and_colour,
        "1:the {c} {x}",
        "1:pass me that {x}, the {c} one",
        "+:all {c} {xs}",
        "1:which of the {xs} is {c}?",
        "1:I painted one {x} {c}. Where is it?",
    ),
    _recipe(
        "attribute",
        _all_of_colour,
        "everything {c}",
        "1:the only {c} thing in sight",
        "+:which things are {c}?",
        "+:sort out the {c} objects for me",
        "1:something {c}",
    ),
    _recipe(
        "attribute",
        _same_colour,
        "whatever has the same colour as the {y}",
        "1:what would match the {y}, colour-wise?",
        "+:things painted like the {y}",
    ),
    _recipe("attribute", _ripe, "what is as yellow as a ripe lemon?"),
    _recipe("attribute", _tallest, "1:the tallest thing on the counter", "1:what towers above everything else?"),
    _recipe("attribute", _tallest_of, "1:the tallest {x}", "1:which of the {xs} is the highest?"),
    _recipe("attribute", _largest_of, "1:the biggest {x}", "1:of the {xs}, I need the one with the most room"),
    _recipe("attribute", _bulkiest, "1:the bulkiest appliance"),
    _recipe("ordinal", _nth(1, True), "1:the leftmost {x}", "1:first {x} from the left"),
    _recipe(
        "ordinal", _nth(1, False), "1:the {x} farthest to the right", "1:the last {x} in the row, counted from the left"
    ),
    _recipe(
        "ordinal",
        _nth(2, True),
        "1:second {x} from the left",
        "1:counting {xs} from left to right, number two",
        "1:skip one {x} on the left and take the next",
    ),
    _recipe("ordinal", _nth(2, False), "1:the second {x} from the right", "1:the last but one {x}, going right"),
    _recipe("ordinal", _nth(3, True), "1:the third {x} from the left"),
    _recipe("ordinal", _nth(3, False), "1:third {x}, starting on the right"),
    _recipe(
        "ordinal",
        _nth_fruit,
        "1:the second piece of fruit from the left",
        "1:going from the left, the fruit after the first one",
    ),
    _recipe(
        "ordinal",
        _middle,
        "1:the {x} in the middle of the three",
        "1:neither the left nor the right {x}, the one in between",
    ),
    _recipe("ordinal", _outermost(False), "1:whatever is at the far left of the picture"),
    _recipe("ordinal", _outermost(True), "1:the very last object on the right"),
    _recipe(
        "ordinal",
        _second_closest,
        "1:the {x} that is second closest to me",
        "1:of the {xs}, the next one behind the front one",
    ),
    _recipe("ordinal", _two_closest, "+:the two things nearest to the camera", "+:the front two objects"),
    _recipe("ordinal", _second_nearest_sink, "1:after the {x} closest to the sink, which {x} comes next?"),
)
"""Recipes of the categories attribute and ordinal."""
