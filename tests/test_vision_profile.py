"""The profile ``vision`` as a person runs it, with shrunken models in place of the published ones."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

import tiny_sam  # noqa: E402
import tiny_vision as tiny  # noqa: E402

from agentseg import segment  # noqa: E402
from agentseg.config import load_config  # noqa: E402
from agentseg.perception import load_perceivers, perceive  # noqa: E402


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A TOML file: the profile with local weights."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("vision")
    places = {
        "owlv2": tiny.owlv2(folder / "owlv2"),
        "sam2": tiny_sam.save_sam2(folder / "sam2"),
        "depth_anything": tiny.depth_anything(folder / "depth"),
    }
    weights = "\n".join(f'{name} = "{place}"' for name, place in places.items())
    path = folder / "robot.toml"
    path.write_text(
        f'perception = {list(load_config("vision").perception)}\n[vision]\ndevice = "cpu"\ndownload = false\n'
        f'vocabulary = ["mug", "cat", "plate"]\nthreshold = 0.5\ntop_k = 12\ncache = "{folder / "cache"}"\n'
        f"[vision.sizes]\nowlv2 = 96\nsam2 = {tiny_sam.SIDE}\ndepth_anything = 112\n[vision.weights]\n{weights}\n"
    )
    return path


def test_frame_gets_labels_masks_depth_and_colours(config: Path) -> None:
    chosen = load_config(config)
    frame = tiny.photo(180, 240)
    twin = perceive(load_perceivers(chosen.perception, chosen.vision), frame)
    drawn = [row for row in twin.instances if row.mask_source == "segmenter" and twin.mask(row.id).any()]
    assert len(drawn) >= 5
    for row in drawn:
        assert row.name in ("mug", "cat", "plate", "unknown")
        assert row.depth_mean is not None
        assert row.depth_var is not None
        assert row.attributes["colour"]
    assert {row.mask_source for row in twin.instances} <= {"segmenter", "box"}


def test_query_is_answered_by_masks_of_that_twin(config: Path) -> None:
    frame = tiny.photo(180, 240)
    chosen = load_config(config)
    label = perceive(load_perceivers(chosen.perception, chosen.vision), frame).instances[0].name
    result = segment(frame.rgb, f"the {label}", config=config)
    assert result.status == "ok"
    assert result.mask.shape == frame.size
    assert result.mask.any()
