"""Ids that are one thing: finds that swap their pixels, and things that come back piece by piece."""

import numpy as np
import pytest
from stream_parts import SIZE, blank, twin_at

from agentseg.frames import Frame
from agentseg.masks import Box, box_mask, box_of, encode
from agentseg.perception.online import LightTracker
from agentseg.perception.online.identities import Identities
from agentseg.twin import Instance, Twin

PLATE: Box = (20, 20, 60, 60)


def twin_of(frame: int, finds, size=SIZE) -> Twin:
    """A twin of (label, colour, mask) finds, with ids of its own."""
    rows = [
        Instance(
            id=key,
            label=label,
            score=0.8,
            box=box_of(mask),
            attributes={"colour": colour},
            first_seen=frame,
            last_seen=frame,
        )
        for key, (label, colour, mask) in enumerate(finds, 1)
    ]
    masks = {row.id: encode(mask) for row, (_, _, mask) in zip(rows, finds, strict=True)}
    return Twin(frame=frame, size=size, instances=rows, masks=masks)


def run(clip) -> list[Twin]:
    tracker = LightTracker()
    return [tracker.update(Frame(blank(twin.size), twin.frame), twin) for twin in clip]


def split(t: int):
    """A plate that is found as a plate with a bowl in it; the bowl is large and small by turns."""
    whole = box_mask(PLATE, SIZE)
    inner = box_mask((24, 24, 56, 56) if t % 4 < 2 else (36, 36, 44, 44), SIZE)
    return [
        ("plate", "pink", whole & ~inner),
        ("bowl", "white", inner),
        ("can", "blue", box_mask((100, 60, 120, 90), SIZE)),
    ]


def test_two_finds_that_swap_their_pixels_become_one_thing() -> None:
    out = run(twin_of(t, split(t)) for t in range(20))
    assert len(out[0].ids) == 3
    assert all(twin.ids == out[-1].ids and len(twin.ids) == 2 for twin in out[10:])
    plate = next(row for row in out[-1].instances if row.label != "can")
    assert plate.label == "plate"
    assert plate.id == min(out[0].ids)
    assert plate.box == PLATE
    assert (out[-1].mask(plate.id) == box_mask(PLATE, SIZE)).all()


def test_a_find_that_goes_by_two_names_in_turn_becomes_one_thing() -> None:
    """The two names are found together once; later either of them is found, for some frames each."""

    def finds(t: int):
        whole, half = box_mask(PLATE, SIZE), box_mask((20, 20, 40, 60), SIZE)
        if t in (5, 6, 7):
            return [("sponge", "white", half), ("banana", "yellow", whole & ~half)]
        return [("sponge", "white", whole) if t // 4 % 2 == 0 else ("banana", "yellow", whole)]

    out = run(twin_of(t, finds(t)) for t in range(40))
    assert {twin.ids for twin in out[25:]} == {(1,)}


def test_a_bowl_on_a_plate_stays_a_thing_of_its_own() -> None:
    inner = box_mask((24, 24, 56, 56), SIZE)
    rows = [("plate", "pink", box_mask(PLATE, SIZE) & ~inner), ("bowl", "white", inner)]
    out = run(twin_of(t, rows) for t in range(30))
    assert {twin.ids for twin in out} == {(1, 2)}


def test_a_thing_that_moves_to_and_fro_before_another_stays_another() -> None:
    def finds(t: int):
        x = 20 + 10 * (t % 6 if t // 6 % 2 == 0 else 6 - t % 6)
        front = box_mask((x, 30, x + 26, 56), SIZE)
        back = box_mask((50, 20, 84, 60), SIZE) & ~front
        return [("mug", "red", front), ("kettle", "grey", back)]

    out = run(twin_of(t, finds(t)) for t in range(60))
    assert {row.label: row.id for row in out[-1].instances} == {row.label: row.id for row in out[0].instances}
    assert all(len(twin.ids) == 2 for twin in out)


def test_doubles_that_part_are_two_things_again() -> None:
    def apart(t: int):
        can = ("can", "blue", box_mask((100, 60, 120, 90), SIZE))
        x = 20 + 12 * min(t - 20, 5)
        return [
            ("plate", "pink", box_mask(PLATE, SIZE) & ~box_mask((x, 20, x + 24, 60), SIZE)),
            ("bowl", "white", box_mask((x, 24, x + 24, 56), SIZE)),
            can,
        ]

    out = run(twin_of(t, split(t) if t < 20 else apart(t)) for t in range(32))
    assert len(out[19].ids) == 2
    assert len(out[-1].ids) == 3


def emerging(t: int, colour: str = "blue", x: float = 0.0):
    """A toaster is hidden bit by bit, and then comes out, at first as one small brown piece."""
    wide = max(4, 40 - 6 * max(0, t - 5)) if t < 13 else 0 if t < 30 else min(40, 10 + 10 * (t - 30))
    rest = [("can", "red", box_mask((0, 80, 20, 100), SIZE))]
    if not wide:
        return rest
    first = t == 30
    box = (100 - wide + x, 40, 100 + x, 50 if first else 80)
    return [("toaster", "brown" if first else colour if t > 30 else "blue", box_mask(box, SIZE)), *rest]


def toaster(twin: Twin) -> int:
    return next(row.id for row in twin.instances if row.label == "toaster")


def test_a_thing_that_comes_out_bit_by_bit_has_its_id_when_it_counts() -> None:
    out = run(twin_of(t, emerging(t)) for t in range(40))
    assert toaster(out[30]) != toaster(out[0])
    assert {toaster(twin) for twin in out[32:]} == {toaster(out[0])}
    back = next(row for row in out[-1].instances if row.label == "toaster")
    assert (back.first_seen, back.last_seen) == (0, 39)


@pytest.mark.parametrize(("colour", "x"), [("green", 0.0), ("blue", -60.0)])
def test_what_comes_out_in_another_colour_or_elsewhere_is_another_thing(colour: str, x: float) -> None:
    out = run(twin_of(t, emerging(t, colour, x if t >= 30 else 0.0)) for t in range(40))
    assert toaster(out[-1]) != toaster(out[0])


def test_joined_ids_outlive_a_change_of_the_frames_size() -> None:
    small = [twin_of(t, split(t)) for t in range(20)]
    large = (2 * SIZE[0], 2 * SIZE[1])
    doubled = [
        twin_of(t, [(name, colour, np.kron(mask, np.ones((2, 2), bool))) for name, colour, mask in split(t)], large)
        for t in range(20, 24)
    ]
    out = run([*small, *doubled])
    assert all(set(twin.ids) == set(out[19].ids) for twin in out[20:])


def test_rows_without_masks_are_left_alone() -> None:
    clip = [twin_at(t, [("mug", 10, 20), ("can", 60, 20)]) for t in range(5)]
    out = run(twin.replace(twin.instances, {}) for twin in clip)
    assert {twin.ids for twin in out} == {(1, 2)}


def test_what_is_remembered_of_ids_is_bounded() -> None:
    same = Identities()
    for t in range(0, 5000, 10):
        find = twin_of(t, [("mug", "red", box_mask((10, 10, 30, 30), SIZE))])
        same._votes[t + 1], same._oldest[t + 2] = {"mug": 1.0}, t + 1
        same._seen |= {t + 1: t, t + 2: t}
        same.join(find.replace([find.instances[0].model_copy(update={"id": t + 1})], {}))
    assert max(len(same._votes), len(same._oldest), len(same._seen)) < 80
