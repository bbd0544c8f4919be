"""The kitchen perceiver on rendered frames and on pictures it should survive."""

import sys

import numpy as np
import pytest

from agentseg.errors import ConfigError, MissingExtra, PerceptionError
from agentseg.frames import Frame
from agentseg.perception import kitchen as module
from agentseg.perception import load_perceivers, perceive
from agentseg.perception.letterbox import Letterbox
from agentseg.perception.session import MODEL, KitchenSession
from agentseg.testing import check_perceiver
from agentseg.twin import Instance, Twin

pytest.importorskip("onnxruntime")


@pytest.fixture(scope="module")
def perceiver():
    return module.KitchenPerceiver()


@pytest.fixture(scope="module")
def scene():
    from agentseg.sim.render import render_kitchen

    frames, truth = render_kitchen(1_000_003, supersample=2)
    return frames[0], truth


def hits(twin, truth):
    """Labels of the true things of a frame that the twin has, mask and label right."""
    out = []
    for key, label in truth.labels.items():
        real = truth.ids[0] == key
        rows = [row for row in twin.instances if row.label == label]
        masks = [twin.mask(row.id) for row in rows]
        if real.sum() >= 40 and any((m & real).sum() / (m | real).sum() >= 0.5 for m in masks):
            out.append(label)
    return out


def test_it_finds_things_from_pixels_alone(perceiver, scene):
    frame, truth = scene
    twin = perceive([perceiver], Frame(frame.rgb.copy(), 5))
    things = [label for key, label in truth.labels.items() if (truth.ids[0] == key).sum() >= 40]
    assert len(hits(twin, truth)) >= 0.5 * len(things)
    assert all(row.mask_source == "segmenter" and row.depth_mean and 0.2 < row.depth_mean < 5 for row in twin.instances)
    assert all(row.first_seen == row.last_seen == twin.frame == 5 for row in twin.instances)
    assert twin.ids == tuple(range(1, len(twin.ids) + 1))


def test_a_picture_twice_as_large_gives_much_the_same(perceiver, scene):
    frame, truth = scene
    large = Frame(frame.rgb.repeat(2, axis=0).repeat(2, axis=1))
    twin, small = perceive([perceiver], large), perceive([perceiver], frame)
    assert twin.size == (480, 640)
    assert abs(len(twin.ids) - len(small.ids)) <= 4
    assert all(mask["size"] == [480, 640] for mask in twin.masks.values())


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (700, 3), (33, 47), (241, 319)])
def test_odd_sizes_give_a_valid_twin(perceiver, size):
    rng = np.random.default_rng(0)
    twin = perceive([perceiver], Frame(rng.integers(0, 256, (*size, 3), dtype=np.uint8)))
    assert twin.size == size
    assert all(twin.mask(key).any() for key in twin.ids)


def test_an_even_grey_picture_holds_next_to_nothing(perceiver):
    assert len(perceive([perceiver], Frame(np.full((240, 320, 3), 127, np.uint8))).ids) <= 3


def test_it_keeps_the_contract_of_a_perceiver(perceiver, scene):
    check_perceiver(perceiver, scene[0])


def test_ids_go_on_above_those_of_the_given_twin(perceiver, scene):
    known = Twin(size=(240, 320), instances=(Instance(id=41, label="person", box=(0, 0, 9, 9)),))
    twin = perceiver(scene[0], known)
    assert twin.ids[0] == 41
    assert min(twin.ids[1:]) == 42


def test_a_twin_of_another_size_is_refused(perceiver, scene):
    known = Twin(size=(10, 10), instances=(Instance(id=1, label="mug", box=(0, 0, 9, 9)),))
    with pytest.raises(PerceptionError, match="size"):
        perceiver(scene[0], known)


def test_values_that_are_not_finite_are_an_error(perceiver, scene, monkeypatch):
    session = KitchenSession()

    class Broken:
        def run(self, *_):
            nan = np.full((1, 1, 60, 80), np.nan, np.float32)
            return nan, nan, nan, nan

    monkeypatch.setattr(session, "_session", Broken())
    with pytest.raises(PerceptionError, match="finite"):
        session.run(scene[0].rgb)


def test_a_missing_or_foreign_model_is_a_clear_error(tmp_path):
    with pytest.raises(ConfigError, match="no kitchen model"):
        module.KitchenPerceiver(tmp_path / "none.onnx")
    (tmp_path / "bad.onnx").write_bytes(b"not a model")
    with pytest.raises(ConfigError, match="not a kitchen model"):
        module.KitchenPerceiver(tmp_path / "bad.onnx")


def test_without_onnxruntime_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingExtra, match=r"agentseg\[local\]"):
        module.KitchenPerceiver()


def test_the_model_ships_small_with_its_card():
    assert MODEL.stat().st_size <= 4_000_000
    assert "photo" in MODEL.with_suffix(".md").read_text().lower()
    assert MODEL.with_suffix(".json").is_file()


def test_specs_name_perceivers():
    assert isinstance(load_perceivers(["kitchen"])[0], module.KitchenPerceiver)
    assert load_perceivers(["agentseg.perception.pipeline:perceive"])[0] is perceive
    bad = ["kitchn", "no.such.module:x", "agentseg.perception:nothing", "agentseg.perception.decode:Segment", ":x"]
    for spec in [*bad, "agentseg.perception.session:MODEL"]:
        with pytest.raises(ConfigError, match="perceiver"):
            load_perceivers([spec])


def test_a_letterbox_brings_masks_back_to_the_frame():
    fit = Letterbox((100, 400), (240, 320))
    assert fit.shrink(np.zeros((100, 400, 3), np.uint8)).shape == (240, 320, 3)
    mask = np.zeros((240, 320), bool)
    mask[fit.top : fit.top + fit.height // 2] = True
    back = fit.enlarge(mask)
    assert back.shape == (100, 400)
    assert abs(back.mean() - 0.5) < 0.03


def test_a_model_of_another_kind_is_a_clear_error(tmp_path):
    onnx = pytest.importorskip("onnx")
    value = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    same = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1])
    graph = onnx.helper.make_graph([onnx.helper.make_node("Identity", ["x"], ["y"])], "g", [value], [same])
    model = onnx.helper.make_model(graph, ir_version=8, opset_imports=[onnx.helper.make_opsetid("", 17)])
    (tmp_path / "other.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(ConfigError, match="not a kitchen model"):
        module.KitchenPerceiver(tmp_path / "other.onnx")
