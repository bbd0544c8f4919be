"""What a plan of a stream finds by itself keeps an id that nothing else gets, and holds between keyframes."""

from stream_parts import SIZE, Rows, pictures, planner, twin_at

from agentseg import SegmentationStream, StreamOptions
from agentseg.config import load_config
from agentseg.frames import Frame
from agentseg.graphs.stream_finds import FIRST, PlanFinds
from agentseg.twin import Twin


class Searches:
    """Sees a kettle, and from a frame on a can; whatever it is asked for, it finds at one place on some frames."""

    def __init__(self, can_from: int, finds_until: int = 1000) -> None:
        self.can_from, self.finds_until = can_from, finds_until

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        rows: Rows = [("kettle", 70, 50)] + ([("can", 10, 10)] if frame.index >= self.can_from else [])
        return twin_at(frame.index, rows, frame.size)

    def detect(self, frame: Frame, twin: Twin, phrase: str) -> Twin:
        rows: Rows = [(phrase, 120 - 2 * frame.index, 80)] if frame.index < self.finds_until else []
        return twin_at(frame.index, rows, frame.size)


def steps_of(seer: Searches, frames: int, confirm: int = 3, **options):
    config = load_config("rules").model_copy(update={"confirm": confirm})
    stream = SegmentationStream(
        "the red mug",
        config,
        reasoner=planner("detect red mug; answer"),
        perceivers=[seer],
        options=StreamOptions(**options),
    )
    return list(stream.run(pictures(frames)))


def test_what_a_plan_finds_has_one_id_and_the_tracker_gives_another() -> None:
    steps = steps_of(Searches(can_from=3), 10)
    assert {step.answer for step in steps} == {(FIRST + 1,)}
    assert steps[-1].twin.ids == (1, 2, FIRST + 1)
    assert [row.name for row in steps[-1].twin.instances] == ["kettle", "can", "red mug"]


def test_what_a_plan_found_holds_between_keyframes() -> None:
    steps = steps_of(Searches(can_from=99), 8, every=4)
    assert [bool(step.key) for step in steps[:5]] == [True, False, False, False, True]
    assert all(step.status == "ok" and step.pixels.any() for step in steps)


def test_a_find_that_is_gone_is_not_taken_for_what_comes_next() -> None:
    steps = steps_of(Searches(can_from=1, finds_until=1), 4, confirm=1)
    assert [step.answer for step in steps] == [(FIRST + 1,), (), (), ()]
    assert steps[2].twin.ids == (1, 2)


def test_parts_stay_with_their_wholes_and_other_sizes_hold_nothing() -> None:
    finds = PlanFinds()
    twin = twin_at(0, [("mug", 20, 20), ("handle", 30, 30)])
    part = twin.instances[1].model_copy(update={"parent": 1})
    after, names = finds.take(twin.replace([twin.instances[0], part]), {1})
    assert names == {2: FIRST + 1}
    assert after.get(FIRST + 1).parent == 1
    assert after.mask(FIRST + 1).sum() == 400
    assert finds.held(Twin(frame=1, size=SIZE)).ids == (FIRST + 1,)
    assert finds.held(Twin(frame=1, size=(60, 80))).ids == ()
