"""Every measure of time of the plan language works over a stream's ring, as it goes on."""

import pytest
from stream_parts import Rows, Shown, pictures, planner

from agentseg import SegmentationStream, StreamOptions


def scene(frame: int) -> Rows:
    """A mug comes nearer to the kettle, a can stands, a pot comes at frame 10, an apple leaves at frame 15."""
    rows: Rows = [("kettle", 130, 90), ("mug", 10 + 2 * frame, 90), ("can", 10, 10), ("plate", 60, 10)]
    rows += [("pot", 100, 40)] if frame >= 10 else []
    return rows + ([("apple", 10, 50)] if frame < 15 else [])


def answers(plan: str, frames: int = 40, **options) -> dict[int, set[str]]:
    stream = SegmentationStream(
        "the mug and the kettle",
        "rules",
        reasoner=planner(plan),
        perceivers=[Shown(scene)],
        options=StreamOptions(patience=1000, **options),
    )
    out = {}
    for step in stream.run(pictures(frames)):
        names = {row.id: row.name for row in stream.memory.timeline.summary().instances}
        out[step.frame] = {names[key] for key in step.answer}
        assert stream.calls == 1
    return out


@pytest.mark.parametrize(
    ("plan", "early", "late"),
    [
        ("filter first_seen gt 0; answer", set(), {"pot"}),
        ("filter last_seen lt 1; answer", set(), {"apple"}),
        ("rank speed max; answer", {"mug"}, {"mug"}),
        ("filter displacement gt 8; answer", set(), {"mug"}),
        ("filter approach kettle gt 5; answer", set(), {"mug"}),
        ("filter speed gt 0.5; answer", {"mug"}, {"mug"}),
        ("at first; find apple; answer", {"apple"}, {"apple"}),
        ("at last; find pot; answer", set(), {"pot"}),
        ("find pot; at peak; answer", set(), {"pot"}),
        ("a = find kettle; find mug; filter distance a lt 40; answer", set(), {"mug"}),
    ],
)
def test_measures_of_time_follow_the_stream(plan: str, early: set[str], late: set[str]) -> None:
    found = answers(plan)
    assert (found[3], found[39]) == (early, late)


def test_the_past_reaches_as_far_as_the_ring_but_first_sightings_are_never_forgotten() -> None:
    moved = answers("filter displacement gt 8; answer", 40, history=5)
    assert moved[39] == set()  # in 5 frames nothing moves by 8 % of the width
    appeared = answers("filter first_seen gt 0; answer", 40, history=5)
    assert appeared[39] == {"pot"}
