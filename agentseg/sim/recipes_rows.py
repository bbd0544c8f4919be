"""Questions about the place in a row."""

from __future__ import annotations

from numpy.random import Generator

from agentseg.sim import ground_truth as gt
from agentseg.sim.ground_truth import View
from agentseg.sim.recipes import COMMON, ROWS, THINGS, Found, Recipe, Solve, need, pick, plural
from agentseg.sim.story import Story


def _nth(order: int, from_left: bool, labels: tuple[str, ...] = ROWS) -> Solve:
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


def _outermost(right: bool) -> Solve:
    def solve(view: View, story: Story | None, rng: Generator) -> Found:
        pool = view.objects()
        best = gt.least(pool, (lambda s: -s.screen[0]) if right else gt.screen_x, gt.SCREEN_MARGIN)
        need(all((sum(view.box(s)) < sum(view.box(best))) == right for s in pool if s.id != best.id))
        return Found([best], f"{THINGS}; rank x {'max' if right else 'min'}; answer")

    return solve


def _second_closest(view: View, story: Story | None, rng: Generator) -> Found:
    label = pick([label for label in view.present(COMMON) if len(view.find([label])) > 2], rng)
    row = gt.ordered(view.find([label]), gt.camera_distance, gt.DEPTH_MARGIN)
    return Found([row[1]], f"find {label}; rank depth nth 2; answer", {"x": label, "xs": plural(label)})


def _two_closest(view: View, story: Story | None, rng: Generator) -> Found:
    row = sorted(view.objects(), key=gt.camera_distance)
    need(len(row) > 4 and row[2].distance - row[1].distance > gt.DEPTH_MARGIN)
    return Found(row[:2], f"{THINGS}; rank depth min 2; answer")


def _second_nearest_sink(view: View, story: Story | None, rng: Generator) -> Found:
    sink = view.only("sink")
    label = pick([label for label in view.present(ROWS) if len(view.find([label])) > 1], rng)
    row = gt.ordered(view.find([label]), gt.near_to(sink), gt.DISTANCE_MARGIN)
    return Found([row[1]], f"find {label}; rank distance sink nth 2; answer", {"x": label})


def _recipe(solve: Solve, *texts: str) -> Recipe:
    return Recipe("ordinal", texts, solve)


ORDINAL: tuple[Recipe, ...] = (
    _recipe(_nth(1, True), "1:the leftmost {x}", "1:first {x} from the left"),
    _recipe(_nth(1, False), "1:the {x} farthest to the right", "1:the last {x} in the row, counted from the left"),
    _recipe(
        _nth(2, True),
        "1:second {x} from the left",
        "1:counting {xs} from left to right, number two",
        "1:skip one {x} on the left and take the next",
    ),
    _recipe(_nth(2, False), "1:the second {x} from the right", "1:the last but one {x}, going right"),
    _recipe(_nth(3, True), "1:the third {x} from the left"),
    _recipe(_nth(3, False), "1:third {x}, starting on the right"),
    _recipe(
        _nth_fruit,
        "1:the second piece of fruit from the left",
        "1:going from the left, the fruit after the first one",
    ),
    _recipe(
        _middle,
        "1:the {x} in the middle of the three",
        "1:neither the left nor the right {x}, the one in between",
    ),
    _recipe(_outermost(False), "1:whatever is at the far left of the picture"),
    _recipe(_outermost(True), "1:the very last object on the right"),
    _recipe(
        _second_closest,
        "1:the {x} that is second closest to me",
        "1:of the {xs}, the next one behind the front one",
    ),
    _recipe(_two_closest, "+:the two things nearest to the camera", "+:the front two objects"),
    _recipe(_second_nearest_sink, "1:after the {x} closest to the sink, which {x} comes next?"),
)
"""Recipes of the category ordinal."""
