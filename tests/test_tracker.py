"""The tracker: ids stay with their things over motion, gaps and wrong labels."""

import itertools

import numpy as np
import pytest

from agentseg.frames import Frame
from agentseg.masks import box_mask, encode
from agentseg.perception import Tracker, perceive
from agentseg.perception.association import assign
from agentseg.perception.pieces import join, pieces
from agentseg.perception.tracks import Track
from agentseg.twin import Instance, Twin

SIZE = (240, 320)


def twin_of(frame, boxes):
    """A twin with fresh ids; boxes are (label, x, y) of 40x40 px things."""
    rows = [
        Instance(id=key, label=label, score=0.9, box=(x, y, x + 40, y + 40), first_seen=frame, last_seen=frame)
        for key, (label, x, y) in enumerate(boxes, 1)
    ]
    return Twin(frame=frame, size=SIZE, instances=rows, masks={row.id: encode(box_mask(row.box, SIZE)) for row in rows})


def run(frames, tracker=None):
    tracker, previous, out = tracker or Tracker(), Twin(size=SIZE), []
    for twin in frames:
        previous = tracker.update(previous, twin)
        out.append(previous)
    return out


def by_label(twin):
    return {row.label: row.id for row in twin.instances}


def test_ids_stay_over_a_moving_clip_whatever_the_order():
    clip = [
        twin_of(t, [("mug", 20 + 8 * t, 100), ("kettle", 240 - 8 * t, 40)][:: 1 if t % 2 else -1]) for t in range(12)
    ]
    out = run(clip)
    assert all(by_label(twin) == by_label(out[0]) for twin in out)
    assert all(row.last_seen == twin.frame and row.first_seen == 0 for twin in out for row in twin.instances)
    assert all(twin.masks.keys() == set(twin.ids) for twin in out)


def test_an_id_comes_back_after_two_frames_without_it():
    clip = [twin_of(t, [("mug", 20 + 5 * t, 100)] if t not in (3, 4) else []) for t in range(8)]
    out = run(clip)
    assert [twin.ids for twin in out] == [(1,)] * 3 + [(), ()] + [(1,)] * 3
    assert (out[-1].instances[0].first_seen, out[-1].instances[0].last_seen) == (0, 7)


def test_ids_rise_and_are_not_used_again():
    clip = [twin_of(0, [("mug", 20, 20)]), *(twin_of(t, []) for t in range(1, 15)), twin_of(15, [("mug", 250, 180)])]
    out = run(clip)
    assert out[0].ids == (1,)
    assert out[-1].ids == (2,)


def test_one_wrong_label_does_not_rename_a_thing():
    clip = [twin_of(t, [("can" if t == 4 else "mug", 60, 60)]) for t in range(6)]
    out = run(clip)
    assert all(twin.ids == (1,) and twin.labels == ("mug",) for twin in out)


def test_things_that_pass_each_other_keep_their_ids():
    clip = [twin_of(t, [("mug", 20 + 20 * t, 100), ("can", 260 - 20 * t, 110)]) for t in range(13)]
    out = run(clip)
    assert by_label(out[-1]) == by_label(out[0])


def test_instances_of_a_previous_twin_are_taken_up():
    previous = twin_of(3, [("mug", 20, 20)])
    previous = previous.replace([previous.instances[0].model_copy(update={"id": 7})], {})
    current = Tracker().update(previous, twin_of(4, [("mug", 24, 20), ("can", 200, 100)]))
    assert by_label(current) == {"mug": 7, "can": 8}


def test_a_tracker_is_a_perceiver_and_a_new_clip_starts_again():
    shown = {t: twin_of(t, [("mug", 20 + 5 * t, 100)]) for t in range(3)}
    chain = [lambda frame, twin: shown[frame.index], Tracker()]
    for _ in range(2):
        for t in range(3):
            assert perceive(chain, Frame(np.zeros((*SIZE, 3), np.uint8), t)).ids == (1,)


def test_parents_follow_the_ids():
    twin = twin_of(0, [("plate", 20, 20), ("apple", 30, 120)])
    rows = [twin.instances[0], twin.instances[1].model_copy(update={"parent": 1})]
    tracker = Tracker()
    tracker.update(Twin(size=SIZE), twin_of(0, [("can", 250, 180)]))
    out = tracker.update(Twin(size=SIZE), twin.replace(rows).model_copy(update={"frame": 1}))
    plate, apple = out.instances
    assert apple.parent == plate.id != 1


@pytest.mark.parametrize("seed", range(20))
def test_assignment_is_the_cheapest(seed):
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(1, 5, 2)
    cost = rng.random((rows, columns))
    cost[rng.random((rows, columns)) < 0.2] = np.inf
    most = float(rng.uniform(0.2, 1.0))
    pairs = assign(cost, most)
    total = sum(cost[pair] for pair in pairs) + most * (rows - len(pairs))
    best = np.inf
    for choice in itertools.product(range(-1, columns), repeat=int(rows)):
        used = [column for column in choice if column >= 0]
        if len(set(used)) == len(used):
            costs = [most if column < 0 else cost[row, column] for row, column in enumerate(choice)]
            best = min(best, sum(costs) if max(costs) <= most else np.inf)
    assert total == pytest.approx(best)


def test_assignment_of_nothing_is_nothing():
    assert assign(np.zeros((0, 3)), 1.0) == []
    assert assign(np.zeros((2, 0)), 1.0) == []


def test_a_piece_of_a_find_that_is_itself_a_piece_keeps_its_pixels():
    size = (80, 80)
    boxes = [(20, 20, 50, 60), (18, 20, 50, 60), (50, 20, 60, 60)]
    rows = [Instance(id=key, label="mug", box=box, attributes={"colour": "red"}) for key, box in enumerate(boxes, 1)]
    twin = Twin(frame=1, size=size, instances=rows, masks={row.id: encode(box_mask(row.box, size)) for row in rows})
    strayed = Track(1, (20, 20, 64, 60), 0, 0, votes={"mug": 1.0}, colour="red", steady=0.9)
    main = Track(2, (18, 20, 50, 60), 0, 0, votes={"mug": 1.0}, colour="red", steady=0.9)
    home = pieces(rows, {0: strayed, 1: main}, 1, 0.15)
    assert home == {0: 1, 2: 1}
    joined = join(twin, home)
    assert joined.get(2).box == (18, 20, 60, 60)
    assert np.array_equal(joined.mask(2), twin.union(twin.ids))
