"""A stream whose masks are followed by SAM 2 between keyframes, with a shrunken model of random weights."""

from pathlib import Path

import numpy as np
import pytest

from agentseg import Config, Frame, SegmentationStream
from agentseg.config_vision import VisionOptions, VisionSizes, VisionWeights
from agentseg.perception.boxes import Detection, add_boxes

pytest.importorskip("torch")
pytest.importorskip("transformers")
tiny_sam = pytest.importorskip("tiny_sam")


class Finds:
    """Finds a mug in every frame that it is shown."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def __call__(self, frame, twin):
        self.seen.append(frame.index)
        return add_boxes(twin, [Detection("mug", 0.9, (20, 20, 60, 60))])


def test_the_detector_sees_keyframes_and_the_tracker_all(tmp_path: Path) -> None:
    weights = tiny_sam.save_sam2_video(tmp_path / "sam2")
    sizes = VisionSizes(sam2=tiny_sam.SIDE)
    vision = VisionOptions(device="cpu", weights=VisionWeights(sam2=str(weights)), sizes=sizes)
    config = Config(stream_tracker="sam2", vision=vision, confirm=1)
    finds = Finds()
    stream = SegmentationStream("the mug", config, reasoner="rules", perceivers=[finds])
    rng = np.random.default_rng(0)
    frames = [Frame(rng.integers(0, 255, (96, 128, 3), dtype=np.uint8), index) for index in range(12)]
    steps = list(stream.run(iter(frames)))
    assert [step.frame for step in steps] == list(range(12))
    assert finds.seen[0] == 0
    assert len(finds.seen) < 6  # on the schedule, and where the tracker lost it
    assert stream.calls >= 1
    assert any(step.answer for step in steps)


def test_a_box_that_stands_for_a_mask_is_marked_on_every_frame() -> None:
    frames = [Frame(np.zeros((96, 128, 3), np.uint8), index) for index in range(4)]
    config = Config(confirm=1)
    steps = list(SegmentationStream("the mug", config, reasoner="rules", perceivers=[Finds()]).run(iter(frames)))
    assert [step.to_json()["answer"][0]["mask_source"] for step in steps] == ["box"] * 4
    assert all(np.array_equal(step.boxed, step.pixels) for step in steps)
