"""What goes wrong with a frame is a status on that frame; the stream goes on, and nothing is left behind."""

import gc
import threading
import time
import tracemalloc
import weakref

import numpy as np
import pytest
from stream_parts import SIZE, Rows, Shown, blank, pictures, planner

from agentseg import SegmentationStream, StreamOptions
from agentseg.errors import InputError, PerceptionError
from agentseg.overlay import save_png
from agentseg.tools.scene import Outcome

STILL: Rows = [("kettle", 70, 50), ("mug", 20, 80)]


class OutOfMemoryError(RuntimeError):
    """As torch raises it."""


def stream_of(seer=None, **options) -> SegmentationStream:
    return SegmentationStream(
        "the mug",
        "rules",
        reasoner=planner("find mug; answer"),
        perceivers=[seer or Shown(lambda t: STILL)],
        options=StreamOptions(**options),
    )


def statuses(stream: SegmentationStream, source) -> list[str]:
    return [step.status for step in stream.run(source)]


def test_a_corrupt_picture_of_a_folder_is_a_fault_of_its_frame(tmp_path) -> None:
    for index in range(4):
        save_png(tmp_path / f"{index}.png", blank())
    (tmp_path / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n but no more")
    stream = stream_of()
    steps = list(stream.run(tmp_path))
    assert [step.status for step in steps] == ["ok", "bad_frame", "ok", "ok"]
    assert [step.frame for step in steps] == [0, 1, 2, 3]
    assert "1.png" in steps[1].error
    assert (steps[1].mask, steps[1].twin, steps[1].answer) == (None, None, ())
    assert steps[3].answer == steps[0].answer
    assert stream.calls == 1


@pytest.mark.parametrize("junk", [None, 7, "", np.zeros((4, 4, 2)), np.full((4, 4, 3), np.nan), "no/such.png", b"x"])
def test_a_part_that_is_no_picture_is_a_fault_of_its_frame(junk) -> None:
    assert statuses(stream_of(), [blank(), junk, blank()]) == ["ok", "bad_frame", "ok"]


def test_a_source_that_breaks_off_is_told_and_ends() -> None:
    def camera():
        yield blank()
        raise OSError("the cable is gone")

    steps = list(stream_of().run(camera()))
    assert [step.status for step in steps] == ["ok", "bad_frame"]
    assert "the cable is gone" in steps[1].error


def test_a_missing_source_is_an_error_before_the_first_frame(tmp_path) -> None:
    with pytest.raises(InputError, match="no file"):
        next(iter(stream_of().run(tmp_path / "nothing.mp4")))
    with pytest.raises(InputError, match="no picture in folder"):
        next(iter(stream_of().run(tmp_path)))


def test_a_stalled_source_is_told_while_it_lasts_and_its_thread_ends() -> None:
    go = threading.Event()

    def camera():
        yield blank()
        go.wait(20)
        yield blank()

    stream = stream_of(stall_s=0.05)
    found = []
    for step in stream.run(camera()):
        found.append(step.status)
        if found.count("stalled") == 2:
            go.set()
    assert found[:3] == ["ok", "stalled", "stalled"]
    assert found[-1] == "ok"
    assert stream.push(blank()).frame == 2  # a stall takes no index
    assert no_threads()


def test_leaving_a_stream_ends_its_thread() -> None:
    def endless():
        while True:
            yield blank()

    steps = stream_of(stall_s=5).run(endless())
    assert next(steps).status == "ok"
    steps.close()
    assert no_threads()


def no_threads() -> bool:
    """Whether no thread of a source is left, after a moment."""
    for _ in range(100):
        if not any(thread.name == "agentseg-source" for thread in threading.enumerate()):
            return True
        time.sleep(0.02)
    return False


def test_a_live_source_skips_what_is_too_late() -> None:
    shown = iter(range(50))

    def camera():
        for _ in shown:
            time.sleep(0.004)
            yield blank()

    slow = Shown(lambda t: STILL)
    stream = stream_of(lambda frame, twin: time.sleep(0.03) or slow(frame, twin), latest=True)
    assert 3 <= len(statuses(stream, camera())) < 40


def test_another_resolution_keeps_ids_and_says_so() -> None:
    def seer(frame, twin):
        scale = frame.size[0] // SIZE[0]
        rows = Shown(lambda t: STILL)(frame, twin)
        boxes = [tuple(side * scale for side in row.box) for row in rows.instances]
        return rows.replace(
            [row.model_copy(update={"box": box}) for row, box in zip(rows.instances, boxes, strict=True)], {}
        )

    large = (2 * SIZE[0], 2 * SIZE[1])
    stream = stream_of(seer)
    steps = list(stream.run([*pictures(3), *pictures(3, large)]))
    assert {step.status for step in steps} == {"ok"}
    assert {step.answer for step in steps} == {(2,)}
    assert "changed their size (H, W) from (120, 160) to (240, 320)" in steps[3].error
    assert [step.error for step in steps[4:]] == ["", ""]
    assert steps[3].mask is not None
    assert steps[3].mask["size"] == list(large)
    assert steps[3].diff.moved == {}
    assert stream.calls == 1


def test_a_frame_with_nothing_and_one_with_two_hundred_things_are_frames_like_others() -> None:
    crowd: Rows = [("can", 8 * (key % 17), 10 * (key // 17)) for key in range(200)]
    shown = {0: STILL, 1: STILL, 2: STILL, 3: [], 4: crowd, 5: STILL, 6: STILL}
    stream = stream_of(Shown(lambda t: shown[t]), coast=0)
    steps = list(stream.run(pictures(7)))
    assert [step.status for step in steps[:4]] == ["ok", "ok", "ok", "no_target"]
    assert (steps[6].status, steps[6].answer) == ("ok", (2,))
    assert stream.calls == 1


@pytest.mark.parametrize(
    "error",
    [
        PerceptionError("the camera's lens is dirty"),
        OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        MemoryError(),
        RuntimeError("CUDA error: device-side assert"),
        ValueError("a user's own mistake"),
    ],
)
def test_a_perceiver_that_fails_is_a_status_and_the_next_frame_is_seen(error: Exception) -> None:
    def rows(frame: int) -> Rows:
        if frame in (2, 3):
            raise error
        return STILL

    steps = list(stream_of(Shown(rows)).run(pictures(7)))
    assert [step.status for step in steps] == ["ok", "ok", "perception_error", "perception_error", "ok", "ok", "ok"]
    assert str(error) in steps[2].error
    assert steps[2].mask is None
    assert steps[4].answer == steps[1].answer == (2,)


def test_a_perceiver_that_fails_on_the_first_frame_does_not_stop_the_query() -> None:
    def rows(frame: int) -> Rows:
        if frame == 0:
            raise OutOfMemoryError("CUDA out of memory")
        return STILL

    assert statuses(stream_of(Shown(rows)), pictures(3)) == ["perception_error", "ok", "ok"]


def test_a_tracker_that_fails_is_a_status() -> None:
    class Breaks:
        def update(self, frame, detections):
            if frame.index == 1:
                raise KeyError("lost")
            return detections

    stream = SegmentationStream(
        "the mug",
        "rules",
        reasoner=planner("find mug; answer"),
        perceivers=[Shown(lambda t: STILL)],
        tracker=Breaks(),
    )
    steps = list(stream.run(pictures(3)))
    assert [step.status for step in steps] == ["ok", "perception_error", "ok"]
    assert "the tracker failed" in steps[1].error


def test_a_step_of_the_users_own_that_fails_is_a_status() -> None:
    def shaky(scene, label: str):
        """Fail on every second frame."""
        if scene.twin.frame % 2:
            raise ValueError("no")
        return Outcome(tuple(row.id for row in scene.twin.instances if row.name == label))

    stream = SegmentationStream(
        "the mug",
        "rules",
        reasoner=planner("shaky mug; answer"),
        perceivers=[Shown(lambda t: STILL)],
        tools=[shaky],
        options=StreamOptions(asks=1),
    )
    found = statuses(stream, pictures(5))
    assert set(found) == {"ok", "tool_error"}


def test_what_failed_is_not_kept_alive() -> None:
    class Big:
        pass

    held = []

    def seer(frame, twin):
        big = Big()
        held.append(weakref.ref(big))
        raise OutOfMemoryError("CUDA out of memory")

    stream = stream_of(seer)
    steps = list(stream.run(pictures(3)))
    gc.collect()
    assert all(ref() is None for ref in held)
    assert len(steps) == 3


def test_memory_of_a_long_stream_is_flat() -> None:
    def rows(frame: int) -> Rows:
        if frame % 30 == 20:
            raise OutOfMemoryError("CUDA out of memory")
        return [("kettle", 70, 50), ("mug", 20, 80)] + ([("can", 120, 20 + frame % 80)] if frame % 7 < 5 else [])

    stream = stream_of(Shown(rows), history=16)
    for picture in pictures(40):
        stream.push(picture)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for picture in pictures(90):
        stream.push(picture)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 400_000, grown  # a ring of 16 frames replaced in full, and no frame of 57,600 bytes kept
