"""Questions with a "not", questions for a number, and questions whose answer is not there."""

from __future__ import annotations

from numpy.random import Generator

from agentseg.sim import ground_truth as gt
from agentseg.sim.classes import CLASSES
from agentseg.sim.ground_truth import Story, View
from agentseg.sim.recipes import Found, Recipe, need, pick, plural
from agentseg.sim.recipes_looks import PAINTED, ROWS, VIVID, coloured

FRUIT = ("apple", "banana", "orange")
CUTLERY = ("knife", "fork", "spoon")
_NO_FIXTURES = "a = find stove, sink, robot gripper; except a"
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
    return Found(
        found, f"b = find {_FRUIT}; {_NO_FIXTURES}; filter colour eq {colour}; except b; answer", {"c": colour}
    )


def _counted(labels: tuple[str, ...], zero: bool = False) -> object:
    def solve(view: View, story: Story | None, rng: Generator) -> Found:
        found = view.find(labels)
        need(zero or len(found) > 0)
        return Found(found, f"find {', '.join(labels)}; count; answer", number=len(found))

    return solve


def _count_label(view: View, story: Story | None, rng: Generator) -> Found:
    label = pick(
        view.present(
            ("mug", "glass", "bottle", "plate", "bowl", "can", "carton", "sponge", "spoon", "fork", "apple", "spatula")
        ),
        rng,
    )
    found = view.find([label])
    return Found(found, f"find {label}; count; answer", {"xs": plural(label)}, len(found))


def _count_in_sink(view: View, story: Story | None, rng: Generator) -> Found:
    found = view.within(view.only("sink"))
    return Found(found, "relate inside sink; count; answer", number=len(found))


def _count_on_stove(view: View, story: Story | None, rng: Generator) -> Found:
    found = view.resting(view.only("stove"))
    return Found(found, "relate on stove; count; answer", number=len(found))


def _count_colour(view: View, story: Story | None, rng: Generator) -> Found:
    colour = pick(VIVID, rng)
    found = coloured(view, colour)
    need(len(found) > 0)
    return Found(found, f"{_NO_FIXTURES}; filter colour eq {colour}; count; answer", {"c": colour}, len(found))


def _count_side(view: View, story: Story | None, rng: Generator) -> Found:
    anchor = view.only(pick(view.present(("sink", "stove", "toaster", "coffee maker", "kettle", "microwave")), rng))
    label = pick([label for label in view.present(ROWS) if len(view.find([label])) > 1], rng)
    gt.check_apart(view.find([label]), anchor, sideways=True)
    found = gt.where(view.find([label]), gt.is_left(anchor))
    return Found(
        found,
        f"find {label}; relate left_of {anchor.label}; count; answer",
        {"xs": plural(label), "y": anchor.label},
        len(found),
    )


def _nothing(labels: str, *texts: str) -> Recipe:
    """No thing of the labels is in the scene at all."""
    wanted = tuple(label.strip() for label in labels.split(","))

    def solve(view: View, story: Story | None, rng: Generator) -> Found:
        need(not set(wanted) & (set(view.truth.labels.values())))
        return Found([], f"find {', '.join(wanted)}; answer")

    return Recipe("no_target", texts, solve, empty=True)


def _no_such_colour(view: View, story: Story | None, rng: Generator) -> Found:
    label = pick(view.present(PAINTED), rng)
    colour = pick([c for c in VIVID if c not in {s.colour for s in view.find([label])}], rng)
    return Found([], f"find {label}; filter colour eq {colour}; answer", {"c": colour, "x": label})


def _not_in(view: View, story: Story | None, rng: Generator) -> Found:
    host = view.only(pick(view.present(("sink", "bowl", "pan")), rng))
    label = pick([label for label in view.present(CLASSES[:16]) if label != host.label], rng)
    need(not [s for s in view.within(host) if s.label == label])
    need(not any(gt.apart(s, host) < 0.25 for s in view.find([label])))
    return Found([], f"find {label}; relate inside {host.label}; answer", {"x": label, "y": host.label})


def _too_few(view: View, story: Story | None, rng: Generator) -> Found:
    label = pick([label for label in view.present(ROWS) if len(view.find([label])) == 2], rng)
    return Found([], f"find {label}; rank x nth 3; answer", {"x": label})


def _bare_board(view: View, story: Story | None, rng: Generator) -> Found:
    host = view.only("cutting board")
    need(not view.resting(host) and not any(gt.apart(s, host) < 0.25 for s in view.objects() if s.id != host.id))
    return Found([], "relate on cutting board; answer")


def _recipe(kind: str, solve: object, *texts: str, empty: bool | None = False) -> Recipe:
    return Recipe(kind, texts, solve, empty=empty)  # type: ignore[arg-type]


LOGIC: tuple[Recipe, ...] = (
    _recipe(
        "negation",
        _raised,
        "everything that is not on the counter top itself",
        "+:things that do not touch the counter, because they sit on or in something",
    ),
    _recipe("negation", _fruit_outside, "fruit that is not in the bowl", "which fruit did nobody put into the bowl?"),
    _recipe(
        "negation", _not_colour, "1:the {x} that isn't {c}", "+:all {xs} except the {c} ones", "any {x} but a {c} one"
    ),
    _recipe("negation", _cutlery_but, "all the cutlery but no {xs}", "cutlery other than {xs}"),
    _recipe("negation", _empty, "a bowl with nothing in it", "1:the empty bowl", "which bowl has not been filled?"),
    _recipe(
        "negation", _off_stove, "cookware that is not on the stove", "pots, pans or kettles that nobody put on a burner"
    ),
    _recipe("negation", _not_in_sink, "{xs} that are not in the sink", "1:the {x} that did not end up in the basin"),
    _recipe("negation", _off_board, "fruit and cutlery that is not lying on the cutting board"),
    _recipe(
        "negation", _stove_except, "what is on the stove apart from the {x}?", "something on the hob that is no {x}"
    ),
    _recipe(
        "negation",
        _other,
        "1:not the {x} by the {y}, the other one",
        "1:of the two {xs}, the one that is not close to the {y}",
    ),
    _recipe("negation", _no_fruit_no_dish, "{c} things you cannot eat, so no fruit"),
    _recipe(
        "count",
        _count_label,
        "how many {xs} are there?",
        "count the {xs}",
        "I wonder how many {xs} somebody left here",
        "number of {xs} in the picture?",
    ),
    _recipe(
        "count",
        _count_in_sink,
        "how many things are in the sink?",
        "how much is there to wash up in the basin, in pieces?",
    ),
    _recipe(
        "count",
        _count_on_stove,
        "how many burners are in use, judging by what stands on the stove?",
        "how many things stand on the stove?",
    ),
    _recipe(
        "count",
        _counted(FRUIT),
        "how many pieces of fruit do you see?",
        "count everything I could put in a fruit salad",
    ),
    _recipe(
        "count",
        _counted(CUTLERY),
        "how many pieces of cutlery are lying around?",
        "forks, knives and spoons: how many in total?",
    ),
    _recipe("count", _counted(("mug", "glass")), "for how many people are there mugs or glasses?"),
    _recipe("count", _count_colour, "how many {c} things are there?", "count whatever is {c}"),
    _recipe(
        "count", _count_side, "how many {xs} are to the left of the {y}?", "left of the {y}, how many {xs}?", empty=None
    ),
    _recipe("count", _counted(("knife",), True), "is any knife lying around, and how many?", empty=None),
    _nothing("scissors", "the scissors", "something to cut paper with that has two blades"),
    _nothing("laptop", "what could I type an e-mail on?"),
    _nothing("cat, dog", "where is the cat?"),
    _nothing("corkscrew", "what would open a bottle of wine?"),
    _nothing("knife", "something to slice bread with"),
    _nothing("toaster", "what makes toast?"),
    _nothing("microwave", "which appliance heats food with microwaves?"),
    _nothing("kettle, pot", "anything to boil water in"),
    _nothing("banana", "the fruit that monkeys like"),
    _nothing("coffee maker", "where does fresh coffee come from?"),
    _nothing("sponge, paper towel", "I spilled milk, what soaks it up?"),
    _nothing("robot gripper", "the robot's hand"),
    _recipe(
        "no_target", _no_such_colour, "the {c} {x}", "a {x} painted {c}", "is there a {c} {x}? mark it", empty=True
    ),
    _recipe("no_target", _not_in, "the {x} in the {y}", "which {x} lies inside the {y}?", empty=True),
    _recipe(
        "no_target", _too_few, "the third {x} from the left", "{x} number three, counted from the left", empty=True
    ),
    _recipe("no_target", _bare_board, "what is on the cutting board?", empty=True),
)
"""Recipes of the categories negation, count and no_target."""
