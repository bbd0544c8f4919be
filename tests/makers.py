"""Makers of hand-made twins and strategies of random ones, shared by the tests of plans and steps."""

import functools
import random
from collections.abc import Iterator, Sequence
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from hypothesis import strategies as st

from agentseg.masks import box_mask, encode
from agentseg.plan import parse_plan
from agentseg.timeline import Timeline
from agentseg.tools.run import Execution, execute
from agentseg.tools.scene import Scene
from agentseg.twin import Box, Instance, Twin

SIZE = (100, 200)
COLOURS = ("red", "blue", "green")
LABELS = ("mug", "coffee mug", "cutting board", "kettle", "robot gripper", "sink", "bowl", "x", "7 up", "sponge")


def thing(key: int, label: str, box: Box, depth: float | None = None, **fields: Any) -> Instance:
    """An instance; ``colour`` is short for the attribute."""
    colour = fields.pop("colour", None)
    attributes = {"colour": colour} if colour else {}
    return Instance(id=key, label=label, box=box, depth_mean=depth, attributes=attributes, **fields)


def scene_of(*rows: Instance | Sequence[Instance], size: tuple[int, int] = SIZE) -> Scene:
    """A still picture of instances, or a clip where each argument is the list of one frame."""
    frames = [rows] if not rows or isinstance(rows[0], Instance) else rows
    twins = [twin_of(*frame, frame=index, size=size) for index, frame in enumerate(frames)]  # type: ignore[misc]
    return Scene.of(Timeline(twins))


def twin_of(*rows: Instance, frame: int = 0, size: tuple[int, int] = SIZE) -> Twin:
    """A twin whose masks are the filled boxes."""
    masks = {row.id: encode(box_mask(row.box, size)) for row in rows}
    return Twin(frame=frame, size=size, instances=rows, masks=masks)


def run(plan: str, scene: Scene) -> Execution:
    """Parse and execute; a step that failed fails the test."""
    done = execute(parse_plan(plan), scene)
    assert not done.error, done.error
    return done


def timeless(done: Execution) -> tuple[object, ...]:
    """What an execution found, without the wall time."""
    records = tuple(record.model_copy(update={"ms": 0.0}) for record in done.records)
    return (records, done.selection, done.number, done.changed, done.scene.twin, list(done.scene.timeline))


@st.composite
def instances(draw: st.DrawFn, key: int, rich: bool) -> Instance:
    """A random instance, with boxes that touch, nest, are empty or leave the frame."""
    x1, y1 = draw(st.integers(-20, 200)), draw(st.integers(-20, 100))
    width, height = draw(st.integers(0, 120)), draw(st.integers(0, 80))
    return thing(
        key,
        draw(st.sampled_from(LABELS)),
        (x1, y1, x1 + width, y1 + height),
        draw(st.none() | st.floats(0, 1e9)) if rich else None,
        score=draw(st.floats(0, 1)),
        colour=draw(st.sampled_from((None, *COLOURS))) if rich else None,
    )


@st.composite
def scenes(draw: st.DrawFn, most: int = 12) -> Scene:
    """A random scene: 0 to ``most`` instances, 1 to 5 frames, with or without depth, colour and masks."""
    rich, masked = draw(st.booleans()), draw(st.booleans())
    keys = draw(st.lists(st.integers(1, 40), unique=True, max_size=most))
    rows = [draw(instances(key, rich)) for key in keys]
    twins, frame = [], 0
    for _ in range(draw(st.integers(1, 5))):
        shown = [row for row in rows if draw(st.integers(0, 4))]
        twin = twin_of(*shown, frame=frame)
        twins.append(twin if masked else twin.replace(shown, {}))
        frame += draw(st.integers(1, 3))
        rows = [_moved(row, draw(st.integers(-9, 9))) for row in rows]
    return Scene.of(Timeline(twins))


def sample(pattern: str, chance: random.Random) -> str:
    """A random string that a regular expression accepts; every branch is as likely as its neighbours."""
    return "".join(_walk(_parsed(pattern), chance))


@functools.lru_cache(8)
def _parsed(pattern: str) -> Any:
    return parser.parse(pattern)


def _walk(tokens: Any, chance: random.Random) -> Iterator[str]:
    for kind, value in tokens:
        match str(kind):
            case "LITERAL":
                yield chr(value)
            case "IN":
                yield chr(chance.choice([code for _, ends in value for code in _codes(ends)]))
            case "SUBPATTERN":
                yield from _walk(value[3], chance)
            case "BRANCH":
                yield from _walk(chance.choice(value[1]), chance)
            case "MAX_REPEAT":
                for _ in range(chance.randint(int(value[0]), int(value[1]))):
                    yield from _walk(value[2], chance)
            case "AT":
                pass
            case _:
                raise AssertionError(f"{kind} is not of the subset that every grammar engine reads")


def _codes(ends: Any) -> Sequence[int]:
    return range(ends[0], ends[1] + 1) if isinstance(ends, tuple) else [ends]


def _moved(row: Instance, step: int) -> Instance:
    x1, y1, x2, y2 = row.box
    return row.model_copy(update={"box": (x1 + step, y1, x2 + step, y2)})
