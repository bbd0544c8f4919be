"""Depth Anything against transformers' own model and processor, and what the twin gets of it."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

import tiny_vision as tiny  # noqa: E402

from agentseg.errors import PerceptionError  # noqa: E402
from agentseg.frames import Frame  # noqa: E402
from agentseg.masks import box_mask, encode  # noqa: E402
from agentseg.perception.capabilities import provides  # noqa: E402
from agentseg.perception.vision.depth_anything import FAR, DepthAnythingPerceiver, fitted  # noqa: E402
from agentseg.testing import check_perceiver  # noqa: E402
from agentseg.twin import Instance, Twin  # noqa: E402

SIDE = 112


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("depth")
    return {kind: tiny.depth_anything(root / kind, kind) for kind in ("metric", "relative")}


def make(folders: dict[str, Path], kind: str = "metric", **fields: object) -> DepthAnythingPerceiver:
    return DepthAnythingPerceiver(tiny.options(depth_anything=folders[kind], **fields))


def reference(folder: Path, frame: Frame) -> np.ndarray:
    from PIL import Image
    from transformers import DepthAnythingForDepthEstimation
    from transformers.models.dpt.image_processing_pil_dpt import DPTImageProcessorPil

    processor = DPTImageProcessorPil(
        size={"height": SIDE, "width": SIDE},
        keep_aspect_ratio=True,
        ensure_multiple_of=14,
        resample=3,
        image_mean=[0.485, 0.456, 0.406],
        image_std=[0.229, 0.224, 0.225],
    )
    inputs = processor(Image.fromarray(frame.rgb), return_tensors="pt")
    model = DepthAnythingForDepthEstimation.from_pretrained(folder).eval()
    with torch.inference_mode():
        out = model(**inputs)
    found: np.ndarray = processor.post_process_depth_estimation(out, [frame.size])[0]["predicted_depth"].numpy()
    return found


def twin_of(frame: Frame, *boxes: tuple[float, float, float, float]) -> Twin:
    rows = tuple(Instance(id=key, label="thing", box=box) for key, box in enumerate(boxes, 1))
    masks = {row.id: encode(box_mask(row.box, frame.size)) for row in rows}
    return Twin(size=frame.size, instances=rows, masks=masks)


@pytest.mark.parametrize("size", [(90, 120), (120, 90), (300, 310), (112, 112), (64, 400)])
def test_depth_is_that_of_transformers(folders: dict[str, Path], size: tuple[int, int]) -> None:
    frame = tiny.photo(*size)
    wanted = np.maximum(reference(folders["metric"], frame), 0)
    (found,) = make(folders).depth([frame])
    assert found.shape == size
    assert np.ptp(wanted) > 1e-4
    np.testing.assert_allclose(found, wanted, atol=1e-4)


def test_instances_get_mean_and_variance_over_their_masks(folders: dict[str, Path]) -> None:
    frame = tiny.photo()
    twin = twin_of(frame, (5, 5, 40, 40), (60, 30, 110, 80))
    depth = np.maximum(reference(folders["metric"], frame), 0).astype(np.float64)
    found = make(folders)(frame, twin)
    for row in found.instances:
        values = depth[twin.mask(row.id)]
        assert row.depth_mean == pytest.approx(values.mean(), abs=1e-4)
        assert row.depth_var == pytest.approx(values.var(), rel=1e-2, abs=1e-9)
    assert found.masks == twin.masks


def test_relative_depth_becomes_a_distance_that_keeps_the_order(folders: dict[str, Path]) -> None:
    frame, perceiver = tiny.photo(), make(folders, "relative")
    assert not perceiver.metric
    assert make(folders).metric
    inverse = np.maximum(reference(folders["relative"], frame), 0)
    (found,) = perceiver.depth([frame])
    assert 0 < found.min() <= found.max() <= FAR
    np.testing.assert_allclose(found, FAR / (1 + inverse), rtol=1e-4)
    near, far = inverse.argmax(), inverse.argmin()
    assert found.ravel()[near] < found.ravel()[far]


def test_only_what_lacks_depth_is_measured(folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    frame, perceiver = tiny.photo(), make(folders)
    twin = twin_of(frame, (5, 5, 40, 40), (60, 30, 110, 80))
    known = twin.replace([twin.instances[0].model_copy(update={"depth_mean": 3.0}), twin.instances[1]])
    found = perceiver(frame, known)
    assert found.instances[0].depth_mean == 3.0
    assert found.instances[0].depth_var is None
    assert found.instances[1].depth_mean is not None
    monkeypatch.setattr(perceiver, "depth", lambda frames: pytest.fail("nothing to measure"))
    assert perceiver(frame, found) is found
    assert perceiver(frame, Twin(size=frame.size)).instances == ()


def test_batch_gives_what_each_frame_gives_alone(folders: dict[str, Path]) -> None:
    frames = [tiny.photo(seed=1), tiny.photo(120, 90), tiny.photo(seed=2), tiny.photo(seed=3)]
    perceiver = make(folders, batch=2)
    for frame, found in zip(frames, perceiver.depth(frames), strict=True):
        np.testing.assert_allclose(found, perceiver.depth([frame])[0], atol=1e-4)


def test_contract_of_a_perceiver_is_kept(folders: dict[str, Path]) -> None:
    check_perceiver(make(folders))
    assert provides(make(folders)) == {"depth"}


def test_frame_and_twin_of_two_sizes_are_refused(folders: dict[str, Path]) -> None:
    with pytest.raises(PerceptionError, match="one size"):
        make(folders)(tiny.photo(), Twin(size=(5, 5)))


def test_values_that_are_not_finite_are_told(folders: dict[str, Path], tmp_path: Path) -> None:
    folder = tiny.depth_anything(tmp_path)
    perceiver = DepthAnythingPerceiver(tiny.options(depth_anything=folder))
    with torch.no_grad():
        perceiver._loaded.model.head.conv3.bias.fill_(float("nan"))
    with pytest.raises(PerceptionError, match="not finite"):
        perceiver.depth([tiny.photo()])


def test_strips_do_not_grow_without_bound() -> None:
    assert fitted((600, 20000), 518, 14) == (56, 2072)
    assert fitted((1, 9000), 518, 14)[0] == 14
    assert fitted((480, 640), 518, 14) == (518, 686)
    assert fitted((480, 640), 252, 14) == (252, 336)
