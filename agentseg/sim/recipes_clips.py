"""Questions about clips: what moves, comes, goes and is carried, and a few of the other kinds at a time of the clip."""

from __future__ import annotations

from collections.abc import Callable

from numpy.random import Generator

from agentseg.sim import ground_truth as gt
from agentseg.sim.ground_truth import View
from agentseg.sim.queries import Category
from agentseg.sim.recipes import ROWS, THINGS, Found, Recipe, need, pick, plural
from agentseg.sim.story import Story
from agentseg.sim.truth import ObjectState

_GRIPPER = "robot gripper"


def _clip(
    kind: Category, solve: Callable[[Story, Generator], Found], *texts: str, empty: bool | None = False
) -> Recipe:
    def adapted(view: View, story: Story | None, rng: Generator) -> Found:
        assert story is not None
        return solve(story, rng)

    return Recipe(kind, texts, adapted, clip=True, empty=empty)


def _moving(story: Story, rng: Generator) -> Found:
    found = gt.where(story.seen(), story.moved)
    need(len(found) < 4)
    return Found(found, f"{THINGS}; filter displacement gt 8; answer")


def _most(story: Story, rng: Generator) -> Found:
    best = gt.least(story.seen(), lambda s: -story.displacement(s), 0.15)
    need(story.areas[0, best.id] >= gt.CLEAR_AREA and story.areas[-1, best.id] >= gt.CLEAR_AREA)
    return Found([best], f"{THINGS}; rank displacement max; answer")


def _slid(story: Story, rng: Generator) -> Found:
    found = [s for s in gt.where(story.seen(), story.moved) if not story.ever_held(s)]
    return Found(found, f"{THINGS}; relate held_by {_GRIPPER} none; filter displacement gt 8; answer")


def _appeared(story: Story, rng: Generator) -> Found:
    found = [s for s in story.seen() if not story.shown(0, s)]
    return Found(found, f"{THINGS}; filter first_seen gt 0; answer")


def _left(story: Story, rng: Generator) -> Found:
    found = [s for s in story.seen() if not story.shown(story.last, s)]
    return Found(found, f"{THINGS}; filter last_seen lt {story.last}; answer")


def _throughout(story: Story, rng: Generator) -> Found:
    label = pick([x for x in ROWS if len([s for s in story.seen() if s.label == x]) > 1], rng)
    pool = [s for s in story.seen() if s.label == label]
    found = [s for s in pool if story.shown(0, s) and story.shown(story.last, s)]
    need(len(found) < len(pool))
    plan = f"find {label}; filter first_seen eq 0; filter last_seen eq {story.last}; answer"
    return Found(found, plan, {"xs": plural(label)})


def _seen_held(story: Story, frame: int) -> list[ObjectState]:
    held = story.held_at(frame)
    need(all(story.areas[frame, s.held_by or 0] >= 300 for s in held))
    need(all(story.areas[frame, s.id] >= gt.CLEAR_AREA for s in held))
    return held


def _held_first(story: Story, rng: Generator) -> Found:
    return Found(_seen_held(story, 0), f"at first; relate held_by {_GRIPPER}; answer")


def _held_last(story: Story, rng: Generator) -> Found:
    return Found(_seen_held(story, story.last), f"at last; relate held_by {_GRIPPER}; answer")


def _picked(story: Story, rng: Generator) -> Found:
    need(not story.held_at(0))
    return Found(_seen_held(story, story.last), f"at last; relate held_by {_GRIPPER}; answer")


def _put(story: Story, rng: Generator) -> Found:
    need(not story.held_at(story.last))
    found = [s for s in story.seen() if story.ever_held(s)]
    need(len(found) == 1 and story.shown(story.last, found[0]))
    if story.shown(0, found[0]):
        need(_seen_held(story, 0) == story.held_at(0) != [])
        return Found(found, f"at first; relate held_by {_GRIPPER}; answer")
    return Found(found, f"{THINGS}; filter first_seen gt 0; rank displacement max; answer")


def _handled(story: Story, rng: Generator) -> Found:
    found = [s for s in story.seen() if story.ever_held(s)]
    return Found(found, f"{THINGS}; relate held_by {_GRIPPER}; filter displacement gt 8; answer")


def _toward(fixture: str) -> Callable[[Story, Generator], Found]:
    def solve(story: Story, rng: Generator) -> Found:
        anchors = [s for s in story.truth.states[0] if s.label == fixture]
        need(len(anchors) == 1 and min(story.areas[0, anchors[0].id], story.areas[-1, anchors[0].id]) > 500)
        gain = {s.id: gt.apart(story.truth.state(0, s.id), anchors[0]) - gt.apart(s, anchors[0]) for s in story.seen()}
        need(all(abs(value - 0.1) > 0.06 for value in gain.values()))
        found = [s for s in story.seen() if gain[s.id] > 0.1]
        need(all(story.shown(0, s) and story.shown(story.last, s) for s in found))
        return Found(found, f"{THINGS}; filter approach {fixture} gt 5; answer")

    return solve


def _still_label(story: Story, rng: Generator) -> Found:
    moved = gt.where(story.seen(), story.moved)
    label = pick(sorted({s.label for s in moved}), rng)
    pool = [s for s in story.seen() if s.label == label]
    found = [s for s in pool if s not in moved]
    return Found(found, f"find {label}; filter displacement lt 5; answer", {"x": label, "xs": plural(label)})


def _nothing_moves(story: Story, rng: Generator) -> Found:
    moved = gt.where(story.seen(), story.moved)
    label = pick(sorted({s.label for s in story.seen()} - {s.label for s in moved}), rng)
    return Found([], f"find {label}; filter displacement gt 8; answer", {"x": label})


def _nothing_held(story: Story, rng: Generator) -> Found:
    need(not story.held_at(0) and story.areas[0].sum() > 0)
    arms = [s for s in story.truth.states[0] if s.label == _GRIPPER]
    need(len(arms) == 1 and story.areas[0, arms[0].id] > 500)
    need(all(gt.apart(s, arms[0]) > 0.3 for s in story.seen()))
    return Found([], f"at first; relate held_by {_GRIPPER}; answer")


def _count_moved(story: Story, rng: Generator) -> Found:
    found = gt.where(story.seen(), story.moved)
    need(0 < len(found) < 4)
    return Found(found, f"{THINGS}; filter displacement gt 8; count; answer", number=len(found))


def _count_gone(story: Story, rng: Generator) -> Found:
    found = [s for s in story.seen() if not story.shown(story.last, s)]
    need(0 < len(found) < 5)
    return Found(found, f"{THINGS}; filter last_seen lt {story.last}; count; answer", number=len(found))


def _at_end(order: str) -> Callable[[Story, Generator], Found]:
    def solve(story: Story, rng: Generator) -> Found:
        view = View(story.truth, story.last)
        label = pick([x for x in view.present(ROWS) if len(view.find([x])) > 1], rng)
        row = gt.ordered(view.find([label]), gt.screen_x, gt.SCREEN_MARGIN)
        best = row[0] if order == "min" else row[-1]
        return Found([best], f"at last; find {label}; rank x {order}; answer", {"x": label})

    return solve


def _near_end(story: Story, rng: Generator) -> Found:
    view = View(story.truth, story.last)
    anchor = view.only(pick(view.present(("sink", "stove")), rng))
    best = gt.nearest(view.objects(), anchor)
    plan = f"at last; a = find stove, sink, {_GRIPPER}; except a; rank distance {anchor.label} min; answer"
    return Found([best], plan, {"y": anchor.label})


def _mover_colour(story: Story, rng: Generator) -> Found:
    moved = gt.where(story.seen(), story.moved)
    colour = pick(sorted({s.colour for s in moved}), rng)
    found = [s for s in moved if s.colour == colour]
    need(len(moved) < 4)
    return Found(found, f"{THINGS}; filter colour eq {colour}; filter displacement gt 8; answer", {"c": colour})


CLIPS: tuple[Recipe, ...] = (
    _clip(
        "temporal",
        _moving,
        "what moves in this clip?",
        "+:which things do not stay where they were?",
        "1:only one object changes its place. Which?",
    ),
    _clip("temporal", _most, "1:the thing that travelled farthest", "1:what ended up farthest from where it started?"),
    _clip(
        "temporal",
        _slid,
        "what slid over the counter without the robot's help?",
        "something moves although nobody holds it",
    ),
    _clip(
        "temporal",
        _appeared,
        "what was not there when the clip began?",
        "1:the thing that shows up later",
        "what came into the picture?",
        "+:newcomers",
    ),
    _clip(
        "temporal",
        _left,
        "what is gone by the end?",
        "1:which object leaves the scene?",
        "things that were visible once but no longer are",
        "what did we lose sight of?",
    ),
    _clip("temporal", _throughout, "which {xs} can be seen both at the beginning and at the end?"),
    _clip(
        "temporal",
        _held_first,
        "1:what was the robot holding at the beginning?",
        "1:the thing that was in the gripper when the clip started",
    ),
    _clip(
        "temporal",
        _held_last,
        "1:what does the robot hold at the end?",
        "1:in the last moment, what is in the gripper?",
    ),
    _clip("temporal", _picked, "1:what did the robot pick up?", "1:the object that got lifted off the counter"),
    _clip("temporal", _put, "1:what did the robot put down?", "1:the thing the gripper let go of"),
    _clip("temporal", _handled, "1:whatever the robot handled", "1:the item that was carried around by the gripper"),
    _clip("temporal", _toward("sink"), "what came closer to the sink?", "the thing that was brought towards the tap"),
    _clip("temporal", _toward("stove"), "what did approach the stove?"),
    _clip(
        "negation",
        _still_label,
        "{xs} that stayed put while another one moved",
        "1:not the {x} that moved, the other one",
    ),
    _clip("no_target", _nothing_moves, "the {x} that moved", "which {x} was carried away?", empty=True),
    _clip("no_target", _nothing_held, "what was the gripper holding in the first frame?", empty=True),
    _clip("count", _count_moved, "how many things change their place?", "count what moved"),
    _clip("count", _count_gone, "how many objects have disappeared by the end?"),
    _clip("ordinal", _at_end("min"), "1:in the end, which {x} is the leftmost?"),
    _clip("ordinal", _at_end("max"), "1:the {x} on the far right when the clip stops"),
    _clip("spatial", _near_end, "1:what is closest to the {y} when it is over?"),
    _clip("attribute", _mover_colour, "1:the {c} thing that moves", "something {c} changes its place. What is it?"),
)
"""Recipes about clips."""
