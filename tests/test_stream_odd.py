"""Streams among careless code of others: sources, perceivers, trackers and models that do what they should not."""

import asyncio
import io
import time

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError
from stream_parts import SIZE, Planner, Rows, Shown, blank, pictures, planner, twin_at

from agentseg import SegmentationStream, StreamOptions
from agentseg.config import load_config
from agentseg.errors import InputError, MissingExtra
from agentseg.graphs.stream_reader import read_ahead
from agentseg.graphs.stream_source import Fault, read_source

STILL: Rows = [("kettle", 70, 50), ("mug", 20, 80)]


def stream_of(seer=None, tracker=None, track: bool = True, model=None, **options) -> SegmentationStream:
    return SegmentationStream(
        "the mug",
        load_config("rules").model_copy(update={"track": track}),
        reasoner=model or planner("find mug; answer"),
        perceivers=[seer or Shown(lambda t: STILL)],
        tracker=tracker,
        options=StreamOptions(**options),
    )


def statuses(stream: SegmentationStream, source) -> list[str]:
    return [step.status for step in stream.run(source)]


def cut_png() -> Image.Image:
    """A picture that opens, and breaks off where its pixels are read."""
    noise = np.random.default_rng(0).integers(0, 255, (*SIZE, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    return Image.open(io.BytesIO(file.getvalue()[:3000]))


@pytest.mark.parametrize("options", [{}, {"stall_s": 5}])
def test_a_picture_that_breaks_off_while_it_is_read_is_a_fault_of_its_frame(options) -> None:
    assert statuses(stream_of(**options), [blank(), cut_png(), blank()]) == ["ok", "bad_frame", "ok"]


def test_one_bad_frame_of_a_stack_is_a_fault_of_its_frame() -> None:
    stack = np.zeros((3, *SIZE, 3))
    stack[1, 0, 0, 0] = np.nan
    assert statuses(stream_of(), stack) == ["ok", "bad_frame", "ok"]


@pytest.mark.parametrize("nothing", [[], np.zeros((0, 4, 4, 3), np.uint8), cut_png()])
def test_nothing_pushed_is_a_fault(nothing) -> None:
    stream = stream_of()
    assert stream.push(nothing).status == "bad_frame"
    assert stream.push(blank()).frame == 1


@pytest.mark.parametrize("name", ["²", "x" * 5000, "9" * 5000])
def test_a_name_that_is_no_source_is_one_line(name: str) -> None:
    with pytest.raises(InputError, match="no file|cannot be read"):
        next(read_source(name))


@pytest.mark.parametrize("address", ["rtsp://user:secret@127.0.0.1:1/a", "RTSP://user:secret@127.0.0.1:1/a"])
def test_an_address_that_cannot_be_opened_is_told_without_its_password(address: str) -> None:
    pytest.importorskip("av")
    with pytest.raises(InputError, match="cannot be opened as a video or camera") as caught:
        next(read_source(address))
    assert "127.0.0.1" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_the_reading_thread_hides_no_error() -> None:
    def breaks():
        yield Fault("one")
        raise ValueError("a bug")

    items = read_ahead(breaks(), 5, False)
    assert next(items).error == "one"
    with pytest.raises(ValueError, match="a bug"):
        next(items)


def test_a_wait_without_bounds_is_refused() -> None:
    with pytest.raises(ValidationError, match="86400"):
        StreamOptions(stall_s=float("inf"))


@pytest.mark.parametrize("error", [InputError("a mask is a 2-d array"), MissingExtra("it", "scipy", "vision")])
def test_whatever_a_perceiver_raises_of_ours_is_a_status(error: Exception) -> None:
    def rows(frame: int) -> Rows:
        if frame == 1:
            raise error
        return STILL

    steps = list(stream_of(Shown(rows)).run(pictures(3)))
    assert [step.status for step in steps] == ["ok", "perception_error", "ok"]
    assert steps[1].error == str(error)


def test_a_mask_that_is_none_is_a_status() -> None:
    def seer(frame, twin):
        seen = Shown(lambda t: STILL)(frame, twin)
        return seen.replace(seen.instances, {2: {"size": list(SIZE), "counts": "0n"}}) if frame.index == 1 else seen

    assert statuses(stream_of(seer, track=False), pictures(3)) == ["ok", "perception_error", "ok"]


@pytest.mark.parametrize("kind", ["nothing", "two of one id", "another frame"])
def test_a_tracker_that_returns_no_twin_of_the_frame_is_a_status(kind: str) -> None:
    class Careless:
        def update(self, frame, detections):
            if frame.index != 1:
                return detections
            double = detections.model_copy(update={"instances": (detections.instances[0],) * 2})
            return {"nothing": None, "two of one id": double, "another frame": twin_at(7, STILL)}[kind]

    assert statuses(stream_of(tracker=Careless()), pictures(3)) == ["ok", "perception_error", "ok"]


def test_a_model_that_raises_is_a_status_and_is_asked_again() -> None:
    replies = [RuntimeError("a bug of the model"), '{"analysis": "so", "plan": "find mug; answer"}']
    stream = stream_of(model=Planner(replies=replies, heard=[]), patience=2)
    steps = list(stream.run(pictures(4)))
    assert [step.status for step in steps] == ["reasoner_error", "reasoner_error", "ok", "ok"]
    assert "a bug of the model" in steps[0].error


def test_another_resolution_is_perceived_at_once() -> None:
    steps = list(stream_of(every=10).run([*pictures(3), *pictures(2, (60, 80))]))
    assert [step.key for step in steps] == ["first", "", "", "first", ""]
    assert steps[3].status == "ok"


def test_the_time_of_a_frame_counts_from_the_first(tmp_path) -> None:
    av = pytest.importorskip("av")
    with av.open(str(tmp_path / "late.mkv"), "w") as file:
        stream = file.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for index in range(3):
            picture = av.VideoFrame.from_ndarray(blank((48, 64)), format="rgb24")
            picture.pts = 100 + index
            file.mux(stream.encode(picture))
        file.mux(stream.encode())
    times = [frame.time_s for frame in read_source(tmp_path / "late.mkv")]
    assert times == pytest.approx([0.0, 0.1, 0.2], abs=0.005)


async def gathered(stream: SegmentationStream, source) -> list[str]:
    return [step.status async for step in stream.arun(source)]


def run_async(work):
    return asyncio.run(asyncio.wait_for(work, 10))


def test_an_asynchronous_source_has_faults_like_any_other() -> None:
    async def camera():
        yield blank()
        yield []
        yield blank()
        raise OSError("the cable is gone")

    assert run_async(gathered(stream_of(), camera())) == ["ok", "bad_frame", "ok", "bad_frame"]


def test_an_asynchronous_source_that_stalls_is_told() -> None:
    async def camera():
        yield blank()
        await asyncio.sleep(0.3)
        yield blank()

    found = run_async(gathered(stream_of(stall_s=0.1), camera()))
    assert found[:2] == ["ok", "stalled"]
    assert found[-1] == "ok"


def test_an_asynchronous_run_can_be_cancelled_at_work() -> None:
    ended = []

    def endless():
        try:
            while True:
                yield blank()
        finally:
            ended.append(True)

    def slow(frame, twin):
        time.sleep(0.2)
        return Shown(lambda t: STILL)(frame, twin)

    async def cancelled() -> bool:
        task = asyncio.ensure_future(gathered(stream_of(slow), endless()))
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.wait([task])
        await asyncio.sleep(0.3)
        return task.cancelled()

    assert run_async(cancelled())
    assert ended == [True]
