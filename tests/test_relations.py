"""Every relation and measure on hand-made twins; the frame is 100 x 200, so 1 grid is 2 pixels across and 1 down."""

import pytest
from hypothesis import given
from makers import run, scene_of, scenes, thing, twin_of

from agentseg.masks import box_mask, encode
from agentseg.measures import measure
from agentseg.plan_syntax import MEASURES, RELATIONS, By
from agentseg.relations import RELATION_TABLE, between
from agentseg.timeline import Timeline
from agentseg.tools.scene import Scene
from agentseg.twin import Box, Instance

MUG = thing(1, "mug", (90, 40, 110, 60), 1.0)
BOARD = thing(2, "cutting board", (60, 55, 160, 75), 1.1)
BOWL = thing(2, "bowl", (80, 45, 140, 80), 1.1)
GRIPPER = thing(2, "robot gripper", (85, 0, 115, 50), 1.1)


def mug(box: Box, depth: float | None = 1.0) -> Instance:
    return thing(1, "mug", box, depth)


def at(x: float, y: float, depth: float | None = 1.0, key: int = 2, label: str = "can") -> Instance:
    """A thing of 20 x 20 pixels with its centre at (x, y)."""
    return thing(key, label, (x - 10, y - 10, x + 10, y + 10), depth)


@pytest.mark.parametrize(
    ("relation", "instance", "anchor", "holds"),
    [
        ("left_of", MUG, at(102.5, 50), True),
        ("left_of", MUG, at(102, 50), False),
        ("right_of", MUG, at(97.5, 50), True),
        ("right_of", MUG, at(102.5, 50), False),
        ("above", MUG, at(100, 51.5), True),
        ("above", MUG, at(100, 51), False),
        ("below", MUG, at(100, 48.5), True),
        ("below", MUG, at(100, 51.5), False),
        ("behind", MUG, at(0, 0, 0.97), True),
        ("behind", MUG, at(0, 0, 0.99), False),
        ("behind", MUG, at(0, 0, None), False),
        ("in_front_of", MUG, at(0, 0, 1.03), True),
        ("in_front_of", MUG, at(0, 0, 1.01), False),
        ("in_front_of", mug((0, 0, 9, 9), None), at(0, 0, 9.0), False),
        ("on", MUG, BOARD, True),
        ("on", mug((90, 10, 110, 40)), BOARD, False),  # its foot is above the board
        ("on", mug((90, 70, 110, 95)), BOARD, False),  # its foot is below it
        ("on", mug((40, 40, 70, 60)), BOARD, False),  # its middle is beside it
        ("on", mug((50, 40, 170, 60)), BOARD, False),  # it is wider
        ("on", mug((90, 40, 110, 60), 1.5), BOARD, False),  # it stands far behind
        ("on", mug((90, 40, 110, 60), None), BOARD, True),
        ("on", MUG, BOWL, False),  # a bowl contains
        ("on", thing(1, "hand", (90, 40, 110, 60), 1.0), BOARD, False),
        ("under", BOARD.model_copy(update={"id": 1}), thing(2, "mug", (90, 40, 110, 60), 1.0), True),
        ("inside", MUG, BOWL, True),
        ("inside", MUG, BOARD, False),
        ("inside", mug((90, 20, 110, 48)), BOWL, False),  # only its foot is in
        ("inside", mug((90, 40, 110, 60), 1.4), BOWL, False),
        ("contains", BOWL.model_copy(update={"id": 1}), thing(2, "apple", (90, 40, 110, 60), 1.0), True),
        ("next_to", MUG, thing(2, "can", (122, 40, 142, 60), 1.2), True),
        ("next_to", MUG, thing(2, "can", (123, 40, 143, 60), 1.2), False),
        ("next_to", MUG, thing(2, "can", (112, 40, 132, 60), 1.3), False),
        ("next_to", MUG, thing(2, "can", (112, 40, 132, 60), None), True),
        ("overlapping", MUG, at(119, 50), True),
        ("overlapping", MUG, at(120, 50), False),
        ("occluded_by", MUG, at(119, 50, 0.9), True),
        ("occluded_by", MUG, at(119.5, 50, 0.9), False),  # a fortieth
        ("occluded_by", MUG, at(119, 50, 1.1), False),  # behind it
        ("held_by", MUG, GRIPPER, True),
        ("held_by", MUG, at(110, 30), False),  # a can holds nothing
        ("held_by", mug((90, 52, 110, 70)), GRIPPER, False),  # below the fingers
        ("held_by", mug((90, 40, 110, 60), 1.6), GRIPPER, False),
        ("holding", GRIPPER.model_copy(update={"id": 1}), thing(2, "mug", (90, 40, 110, 60), 1.0), True),
        ("held_by", mug((105, 30, 125, 50)), GRIPPER, False),  # beside the fingers
    ],
)
def test_relation_holds_as_worked_out_by_hand(relation: str, instance: Instance, anchor: Instance, holds: bool) -> None:
    scene = scene_of(instance, anchor)
    assert RELATION_TABLE[relation](instance, anchor, scene.twin) is holds
    assert (1 in run(f"relate {relation} 2", scene).selection) is holds


@pytest.mark.parametrize(
    ("x", "y", "holds"),
    [
        (100, 50, True),
        (54, 50, False),
        (56, 50, True),
        (146, 50, False),
        (20, 50, False),
        (100, 84, True),
        (100, 86, False),
    ],
)
def test_between_is_along_the_line_of_two_anchors(x: float, y: float, holds: bool) -> None:
    first, second = at(50, 50, key=2), at(150, 50, key=3, label="kettle")
    row = at(x, y, key=1, label="mug")
    assert between(row, first, second, twin_of(row, first, second)) is holds
    assert (run("find mug; relate between can, kettle", scene_of(row, first, second)).selection == (1,)) is holds


def test_nothing_is_between_a_thing_and_itself() -> None:
    scene = scene_of(at(100, 50, key=1), at(100, 50, key=2))
    assert run("relate between all, all", scene).selection == ()


def test_every_relation_has_a_definition() -> None:
    assert {*RELATION_TABLE, "between"} == set(RELATIONS)


@given(scenes(most=5))
def test_opposite_relations_are_opposite_and_none_is_of_itself_left(scene: Scene) -> None:
    pairs = [("left_of", "right_of"), ("above", "below"), ("behind", "in_front_of"), ("on", "under")]
    for a in scene.twin.instances:
        for b in scene.twin.instances:
            for there, back in pairs:
                holds, reverse = RELATION_TABLE[there](a, b, scene.twin), RELATION_TABLE[back](a, b, scene.twin)
                assert holds == RELATION_TABLE[back](b, a, scene.twin)
                assert not (holds and reverse)


ROW = thing(1, "Coffee-Mug", (20, 10, 60, 50), 2.0, colour="red", score=0.875, first_seen=3, last_seen=9)
OTHERS = (
    thing(2, "sink", (60, 10, 100, 50), 2.0),
    thing(3, "lamp", (0, 0, 9, 9), 1.0),
    thing(4, "tap", (0, 0, 9, 9), 3.0),
)


@pytest.mark.parametrize(
    ("by", "value"),
    [
        ("x", 20),
        ("y", 30),
        ("width", 20),
        ("height", 40),
        ("area", 8),  # 1600 of 20000 pixels
        ("depth", 50),  # half way between 1 m and 3 m
        ("real_size", 100 * 40 * 2 / 180),  # 40 pixels at 2 m with a focal length of 180 pixels, in cm
        ("score", 87.5),
        ("label", "coffee mug"),
        ("colour", "red"),
        ("first_seen", 3),
        ("last_seen", 9),
        ("speed", None),
        ("displacement", None),
        ("distance sink", 20),  # 40 of 200 pixels at one depth
        ("distance all", 20),
        ("distance fork", None),
        ("approach sink", None),
        ("count next_to all", 1),
        ("count next_to fork", 0),
    ],
)
def test_measure_is_as_worked_out_by_hand(by: str, value: float | str | None) -> None:
    scene = scene_of(ROW, *OTHERS)
    parsed = By.parse(by)
    found = measure(parsed, ROW, scene.twin, scene.timeline, scene.resolve(parsed.anchor) if parsed.anchor else [])
    assert found == (pytest.approx(value) if isinstance(value, float | int) else value)


def test_every_measure_is_defined() -> None:
    scene = scene_of([ROW], [ROW])
    for name in MEASURES:
        assert measure(By(name), ROW, scene.twin, scene.timeline) is not None


def test_area_and_real_size_count_the_pixels_of_the_mask() -> None:
    half = encode(box_mask((20, 10, 40, 50), (100, 200)))
    twin = twin_of(ROW).replace([ROW], {1: half})
    assert measure(By("area"), ROW, twin, Timeline()) == 4
    assert measure(By("area"), ROW, twin.replace([ROW], {}), Timeline()) == 8


def test_distance_in_space_is_put_on_the_anchors_scale() -> None:
    """At 2 m behind an anchor at 1 m: 1 m, which at 1 m from a lens of 0.9 widths spans 90% of the picture."""
    near, far = at(100, 50, 1.0), at(100, 50, 2.0, key=1)
    twin = twin_of(near, far)
    assert measure(By("distance", "can"), far, twin, Timeline(), [near]) == pytest.approx(90)
    flat = near.model_copy(update={"depth_mean": 0.0})
    assert measure(By("distance", "can"), far, twin, Timeline(), [flat]) == 0


def test_motion_leaves_out_that_of_the_camera() -> None:
    """The camera pans 10 pixels a frame; the mug moves 8 more (4% of the width) a frame."""
    frames = [
        [at(30 + 18 * t, 50, None, 1, "mug"), at(20 + 10 * t, 20, None, 2, "sink"), at(90 + 10 * t, 90, None, 3, "pot")]
        for t in range(3)
    ]
    scene = scene_of(*frames)
    done = run("describe displacement; describe speed; describe approach pot", scene)
    displacement, speed, approach = (record.values for record in done.records)
    assert displacement == pytest.approx({1: 8, 2: 0, 3: 0})
    assert speed == pytest.approx({1: 4, 2: 0, 3: 0})
    assert set(approach) == {1, 2}
    assert approach[2] == 0
    assert approach[1] > 0


def test_speed_is_per_frame_where_frames_were_left_out() -> None:
    twins = Timeline([twin_of(at(20 + 4 * frame, 50, key=1), frame=frame) for frame in (0, 5, 10)])
    done = run("describe speed; describe displacement", Scene.of(twins))
    assert [record.values[1] for record in done.records] == [2, 20]


def test_motion_of_what_was_seen_once_is_nothing() -> None:
    scene = scene_of([at(50, 50, key=1)], [at(90, 50, key=2)])
    assert run("describe speed", scene).records[0].values == {1: 0, 2: 0}
    assert run("describe approach 2", scene).records[0].note == "approach 2 is not known of 2"
