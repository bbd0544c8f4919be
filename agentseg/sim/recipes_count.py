"""Questions for a number, and questions whose answer is not there."""

from __future__ import annotations

from numpy.random import Generator

from agentseg.sim import ground_truth as gt
from agentseg.sim.classes import CLASSES
from agentseg.sim.ground_truth import View
from agentseg.sim.recipes import PAINTED, ROWS, THINGS, VIVID, Found, Recipe, Solve, coloured, need, pick, plural
from agentseg.sim.recipes_negation import CUTLERY, FRUIT
from agentseg.sim.story import Story


def _counted(labels: tuple[str, ...], zero: bool = False) -> Solve:
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
    return Found(found, f"{THINGS}; filter colour eq {colour}; count; answer", {"c": colour}, len(found))


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


def _count(solve: Solve, *texts: str, empty: bool | None = False) -> Recipe:
    return Recipe("count", texts, solve, empty=empty)


def _absent(solve: Solve, *texts: str) -> Recipe:
    return Recipe("no_target", texts, solve, empty=True)


COUNT: tuple[Recipe, ...] = (
    _count(
        _count_label,
        "how many {xs} are there?",
        "count the {xs}",
        "I wonder how many {xs} somebody left here",
        "number of {xs} in the picture?",
    ),
    _count(
        _count_in_sink,
        "how many things are in the sink?",
        "how much is there to wash up in the basin, in pieces?",
    ),
    _count(
        _count_on_stove,
        "how many burners are in use, judging by what stands on the stove?",
        "how many things stand on the stove?",
    ),
    _count(
        _counted(FRUIT),
        "how many pieces of fruit do you see?",
        "count everything I could put in a fruit salad",
    ),
    _count(
        _counted(CUTLERY),
        "how many pieces of cutlery are lying around?",
        "forks, knives and spoons: how many in total?",
    ),
    _count(_counted(("mug", "glass")), "for how many people are there mugs or glasses?"),
    _count(_count_colour, "how many {c} things are there?", "count whatever is {c}"),
    _count(_count_side, "how many {xs} are to the left of the {y}?", "left of the {y}, how many {xs}?", empty=None),
    _count(_counted(("knife",), True), "is any knife lying around, and how many?", empty=None),
)
"""Recipes of the category count."""

NO_TARGET: tuple[Recipe, ...] = (
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
    _absent(_no_such_colour, "the {c} {x}", "a {x} painted {c}", "is there a {c} {x}? mark it"),
    _absent(_not_in, "the {x} in the {y}", "which {x} lies inside the {y}?"),
    _absent(_too_few, "the third {x} from the left", "{x} number three, counted from the left"),
    _absent(_bare_board, "what is on the cutting board?"),
)
"""Recipes of the category no_target."""
