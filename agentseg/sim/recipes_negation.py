"""Questions with a "not"."""

from __future__ import annotations

from numpy.random import Generator

from agentseg.sim import ground_truth as gt
from agentseg.sim.ground_truth import View
from agentseg.sim.recipes import PAINTED, ROWS, THINGS, VIVID, Found, Recipe, Solve, coloured, need, pick, plural
from agentseg.sim.story import Story

FRUIT = ("apple", "banana", "orange")
CUTLERY = ("knife", "fork", "spoon")
_FRUIT, _CUTLERY = ", ".join(FRUIT), ", ".join(CUTLERY)


def _raised(view: View, story: Story | None, rng: Generator) -> Found:
    need(not view.find([gt.GRIPPER]))
    found = [s for s in view.objects() if s.on is not None or s.inside is not None]
    return Found(found, "a = relate on all; relate inside all; union a; answer")


def _fruit_outside(view: View, story: Story | None, rng: Generator) -> Found:
    view.only("bowl")
    fruit = view.find(FRUIT)
    found = [s for s in fruit if s.inside is None or view.truth.labels[s.inside] != "bowl"]
    need(len(found) < len(fruit))
    return Found(found, f"find {_FRUIT}; relate inside bowl none; answer")


def _not_colour(view: View, story: Story | None, rng: Generator) -> Found:
    label = pick([label for label in view.present(PAINTED) if len(view.find([label])) > 1], rng)
    pool = view.find([label])
    colour = pick(sorted({s.colour for s in pool}), rng)
    found = [s for s in pool if s.colour != colour]
    return Found(
        found, f"find {label}; filter colour ne {colour}; answer", {"c": colour, "x": label, "xs": plural(label)}
    )


def _cutlery_but(view: View, story: Story | None, rng: Generator) -> Found:
    there = view.present(CUTLERY)
    need(len(there) > 1)
    left_out = pick(there, rng)
    rest = [label for label in CUTLERY if label != left_out]
    return Found(
        view.find(rest) if view.find(CUTLERY) else [], f"find {', '.join(rest)}; answer", {"xs": plural(left_out)}
    )


def _empty(view: View, story: Story | None, rng: Generator) -> Found:
    bowls = view.find(["bowl"])
    found = [b for b in bowls if not view.within(b) and not view.resting(b)]
    need(len(found) < len(bowls) and all(view.truth.visible_fraction(view.frame, b.id) > 0.7 for b in bowls))
    return Found(found, "find bowl; filter count contains all eq 0; answer")


def _off_stove(view: View, story: Story | None, rng: Generator) -> Found:
    stove = view.only("stove")
    pool = view.find(["pan", "pot", "kettle"])
    found = [s for s in pool if s.on != stove.id]
    need(len(found) < len(pool))
    return Found(found, "find pan, pot, kettle; relate on stove none; answer")


def _not_in_sink(view: View, story: Story | None, rng: Generator) -> Found:
    sink = view.only("sink")
    label = pick([label for label in view.present(("mug", "plate", "bowl", "glass", "spoon", "fork", "sponge"))], rng)
    pool = view.find([label])
    found = [s for s in pool if s.inside != sink.id]
    need(len(found) < len(pool))
    return Found(found, f"find {label}; relate inside sink none; answer", {"x": label, "xs": plural(label)})


def _off_board(view: View, story: Story | None, rng: Generator) -> Found:
    board = view.only("cutting board")
    pool = view.find((*FRUIT, *CUTLERY))
    found = [s for s in pool if s.on != board.id]
    need(0 < len(found) < min(len(pool), 5))
    return Found(found, f"find {_FRUIT}, {_CUTLERY}; relate on cutting board none; answer")


def _stove_except(view: View, story: Story | None, rng: Generator) -> Found:
    stove = view.only("stove")
    there = view.resting(stove)
    left_out = pick(sorted({s.label for s in there}), rng)
    found = [s for s in there if s.label != left_out]
    return Found(found, f"a = find {left_out}; relate on stove; except a; answer", {"x": left_out})


def _other(view: View, story: Story | None, rng: Generator) -> Found:
    label = pick([label for label in view.present(ROWS) if len(view.find([label])) == 2], rng)
    anchor = view.only(
        pick(
            view.present(
                [a for a in ("toaster", "stove", "sink", "coffee maker", "cutting board", "paper towel") if a != label]
            ),
            rng,
        )
    )
    pool = view.find([label])
    near = gt.nearest(pool, anchor)
    plan = f"find {label}; rank distance {anchor.label} max; answer"
    return Found([s for s in pool if s is not near], plan, {"x": label, "xs": plural(label), "y": anchor.label})


def _no_fruit_no_dish(view: View, story: Story | None, rng: Generator) -> Found:
    need(not view.find([gt.GRIPPER]))
    red = coloured(view, colour := pick(VIVID, rng))
    found = [s for s in red if s.label not in FRUIT]
    need(len(found) < len(red))
    return Found(found, f"b = find {_FRUIT}; {THINGS}; filter colour eq {colour}; except b; answer", {"c": colour})


def _recipe(solve: Solve, *texts: str) -> Recipe:
    return Recipe("negation", texts, solve)


NEGATION: tuple[Recipe, ...] = (
    _recipe(
        _raised,
        "everything that is not on the counter top itself",
        "+:things that do not touch the counter, because they sit on or in something",
    ),
    _recipe(_fruit_outside, "fruit that is not in the bowl", "which fruit did nobody put into the bowl?"),
    _recipe(_not_colour, "1:the {x} that isn't {c}", "+:all {xs} except the {c} ones", "any {x} but a {c} one"),
    _recipe(_cutlery_but, "all the cutlery but no {xs}", "cutlery other than {xs}"),
    _recipe(_empty, "a bowl with nothing in it", "1:the empty bowl", "which bowl has not been filled?"),
    _recipe(_off_stove, "cookware that is not on the stove", "pots, pans or kettles that nobody put on a burner"),
    _recipe(_not_in_sink, "{xs} that are not in the sink", "1:the {x} that did not end up in the basin"),
    _recipe(_off_board, "fruit and cutlery that is not lying on the cutting board"),
    _recipe(_stove_except, "what is on the stove apart from the {x}?", "something on the hob that is no {x}"),
    _recipe(
        _other,
        "1:not the {x} by the {y}, the other one",
        "1:of the two {xs}, the one that is not close to the {y}",
    ),
    _recipe(_no_fruit_no_dish, "{c} things you cannot eat, so no fruit"),
)
"""Recipes of the category negation."""
