"""Questions about looks: colour and size."""

from __future__ import annotations

from numpy.random import Generator

from agentseg.sim import ground_truth as gt
from agentseg.sim.ground_truth import View
from agentseg.sim.recipes import PAINTED, THINGS, VIVID, Found, Recipe, Solve, coloured, need, pick, plural
from agentseg.sim.story import Story


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
    return Found(found, f"{THINGS}; filter colour eq {colour}; answer", {"c": colour})


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
    return Found(found, f"{THINGS}; filter colour eq yellow; answer")


def _tallest(view: View, story: Story | None, rng: Generator) -> Found:
    need(not view.find([gt.GRIPPER]))
    best = gt.least(view.objects(), lambda state: -state.extent[2], 0.05)
    return Found([best], f"{THINGS}; rank height max; answer")


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


def _recipe(solve: Solve, *texts: str) -> Recipe:
    return Recipe("attribute", texts, solve)


ATTRIBUTE: tuple[Recipe, ...] = (
    _recipe(
        _label_and_colour,
        "1:the {c} {x}",
        "1:pass me that {x}, the {c} one",
        "+:all {c} {xs}",
        "1:which of the {xs} is {c}?",
        "1:I painted one {x} {c}. Where is it?",
    ),
    _recipe(
        _all_of_colour,
        "everything {c}",
        "1:the only {c} thing in sight",
        "+:which things are {c}?",
        "+:sort out the {c} objects for me",
        "1:something {c}",
    ),
    _recipe(
        _same_colour,
        "whatever has the same colour as the {y}",
        "1:what would match the {y}, colour-wise?",
        "+:things painted like the {y}",
    ),
    _recipe(_ripe, "what is as yellow as a ripe lemon?"),
    _recipe(_tallest, "1:the tallest thing on the counter", "1:what towers above everything else?"),
    _recipe(_tallest_of, "1:the tallest {x}", "1:which of the {xs} is the highest?"),
    _recipe(_largest_of, "1:the biggest {x}", "1:of the {xs}, I need the one with the most room"),
    _recipe(_bulkiest, "1:the bulkiest appliance"),
)
"""Recipes of the category attribute."""
