"""What the ``sam2`` package's backend says where the package or its torchvision cannot be used, and its adapters."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from agentseg.config_vision import VisionOptions  # noqa: E402
from agentseg.errors import ConfigError, InputError, MissingExtra  # noqa: E402
from agentseg.frames import Frame  # noqa: E402
from agentseg.perception.boxes import Detection, add_boxes  # noqa: E402
from agentseg.perception.vision import sam2_package  # noqa: E402
from agentseg.perception.vision.package_import import check_package  # noqa: E402
from agentseg.perception.vision.sam2_prompts import Prompt  # noqa: E402
from agentseg.twin import Twin  # noqa: E402


@pytest.mark.skipif(importlib.util.find_spec("sam2") is not None, reason="sam2 is installed")
def test_a_missing_package_is_named_with_its_extra():
    with pytest.raises(MissingExtra, match=r'pip install "agentseg\[sam2\]"'):
        sam2_package.Sam2PackagePerceiver()


def test_a_broken_torchvision_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name, text in (
        ("sam2", ""),
        ("torchvision", "raise RuntimeError('operator torchvision::nms does not exist')"),
    ):
        tmp_path.joinpath(name).mkdir()
        tmp_path.joinpath(name, "__init__.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("sam2", "torchvision"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(ConfigError, match="nms does not exist") as caught:
        check_package()
    assert "\n" not in str(caught.value)
    assert torch.__version__ in str(caught.value)


class Predictor:
    """Answers as ``SAM2ImagePredictor`` does: one prompt gives (M, H, W), several give (N, M, H, W)."""

    def __init__(self, model: object) -> None:
        self.images = 0

    def set_image(self, image: np.ndarray) -> None:
        self.images += 1
        self.size = image.shape[:2]

    def predict(self, box=None, point_coords=None, point_labels=None, mask_input=None, multimask_output=True):
        count, three = len(box if box is not None else point_coords), 3 if multimask_output else 1
        masks = np.zeros((count, three, *self.size), dtype=np.float32)
        for place in range(count):
            x, y = (int(side) for side in (box[place][:2] if box is not None else point_coords[place][0]))
            for layer in range(three):
                masks[place, layer, y : y + 3 + layer, x : x + 5] = 1.0
        scores = np.tile(np.arange(three, dtype=np.float32), (count, 1))
        return (masks[0], scores[0], masks[0]) if count == 1 else (masks, scores, masks)


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> object:
    """A stand-in of the package, with a model of one weight."""
    for name in ("sam2", "sam2.sam2_image_predictor", "sam2.build_sam", "torchvision"):
        module = ModuleType(name)
        module.__spec__ = importlib.util.spec_from_loader(name, None)
        monkeypatch.setitem(sys.modules, name, module)
    sys.modules["sam2.sam2_image_predictor"].SAM2ImagePredictor = Predictor
    sys.modules["sam2.build_sam"].HF_MODEL_ID_TO_FILENAMES = {"facebook/sam2.1-hiera-tiny": ()}
    model = torch.nn.Linear(1, 1)
    model.image_size = 64
    return model


def test_its_masks_take_the_place_of_boxes(package: object):
    perceiver = sam2_package.Sam2PackagePerceiver(VisionOptions(batch=1), model=package)
    frame = Frame(np.zeros((40, 50, 3), dtype=np.uint8))
    boxes = [(float(place), 3.0, place + 12.0, 20.0) for place in range(6)]  # more than one batch
    given = add_boxes(
        Twin(size=frame.size), [Detection("mug", 0.9 - place / 10, box) for place, box in enumerate(boxes)], 1
    )
    twin = perceiver(frame, given)
    assert [row.box for row in twin.instances] == [(place, 3, place + 5, 6) for place in range(6)]
    assert {row.mask_source for row in twin.instances} == {"segmenter"}
    assert perceiver._model._predictor.images == 1


def test_a_point_takes_the_surest_of_three_masks(package: object):
    perceiver = sam2_package.Sam2PackagePerceiver(model=package)
    frame = Frame(np.zeros((40, 50, 3), dtype=np.uint8))
    assert perceiver.segment(frame, points=[(10.0, 10.0)]).sum() == 5 * 5
    assert perceiver.segment(frame, box=(10.0, 10.0, 20.0, 20.0)).sum() == 5 * 3


def test_weights_that_it_does_not_know_are_named(package: object):
    with pytest.raises(ConfigError, match=r"knows no 'mine.pt': give a .pt file with its config, or one of facebook"):
        sam2_package.Sam2PackagePerceiver(source="mine.pt")


def test_its_video_wants_a_folder_and_a_prompt(package: object, tmp_path: Path):
    video = sam2_package.Sam2PackageVideo(model=package)
    with pytest.raises(InputError, match="at least one prompt"):
        next(video.follow(tmp_path, {}))
    with pytest.raises(InputError, match="a folder of JPEG files"):
        next(video.follow(tmp_path / "none", {1: Prompt(box=(0, 0, 5, 5))}))
