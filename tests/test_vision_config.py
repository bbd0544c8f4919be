"""The ``[vision]`` table, the short names of perceivers, colours, and the doctor's look at torchvision."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from agentseg.config import Config, load_config
from agentseg.config_vision import VisionOptions
from agentseg.errors import ConfigError, MissingExtra
from agentseg.frames import Frame
from agentseg.masks import box_mask, encode
from agentseg.perception import load_perceivers
from agentseg.perception.colours import Colours
from agentseg.perception.pipeline import NAMED, VISION
from agentseg.perception.vision.torch_pair import TorchPair, fix_of
from agentseg.testing import check_perceiver
from agentseg.twin import Instance, Twin


def test_profile_vision_detects_segments_and_measures() -> None:
    config = load_config("vision")
    assert config.perception == ("owlv2", "sam2", "depth_anything", "colours")
    assert config.vision == VisionOptions()


def test_every_name_stands_for_a_class_that_is_there() -> None:
    import importlib

    for place in {**NAMED, **VISION}.values():
        module, _, name = place.partition(":")
        assert isinstance(getattr(importlib.import_module(module), name), type)
    for profile in ("vision", "fastreasonseg"):
        assert set(load_config(profile).perception) <= {*NAMED, *VISION}


def test_options_reach_the_perceiver_and_a_missing_folder_is_one_line(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    path = tmp_path / "robot.toml"
    path.write_text('perception = ["owlv2"]\n[vision.weights]\nowlv2 = "/nowhere"\n')
    config = load_config(path)
    with pytest.raises(ConfigError, match="no weights of OWLv2 at '/nowhere'"):
        load_perceivers(config.perception, config.vision)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[vision]\ndevice = "gpu"', "vision.device"),
        ('[vision]\ndtype = "float64"', "vision.dtype"),
        ("[vision]\nthreshold = 2.0", "vision.threshold"),
        ("[vision]\ntop_k = 0", "vision.top_k"),
        ("[vision.weights]\nowlv3 = 'x'", "vision.weights.owlv3: Extra inputs"),
        ("[vision.sizes]\nowlv2 = 5", "vision.sizes.owlv2"),
    ],
)
def test_malformed_table_is_one_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "robot.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=told):
        load_config(path)


def test_vocabulary_is_a_name_a_path_or_a_list(tmp_path: Path) -> None:
    path = tmp_path / "robot.toml"
    path.write_text('[vision]\nvocabulary = ["mug", "plate"]\n[vision.sizes]\nowlv2 = 640\n')
    config = load_config(path)
    assert (config.vision.vocabulary, config.vision.sizes.owlv2) == (("mug", "plate"), 640)
    assert Config.model_validate(config.model_dump()) == config


@pytest.mark.parametrize("name", ["owlv2", "groundingdino", "depth_anything"])
def test_missing_torch_names_the_extra(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtra, match=r'needs torch: pip install "agentseg\[vision\]"'):
        load_perceivers([name])


def test_missing_transformers_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingExtra, match=r'OWLv2 needs transformers: pip install "agentseg\[vision\]"'):
        load_perceivers(["owlv2"], VisionOptions(device="cpu"))


def test_reading_a_profile_loads_no_torch() -> None:
    code = (
        "import sys; from agentseg.config import load_config; load_config('vision')\n"
        "import agentseg.perception.vision.owlv2, agentseg.perception.vision.groundingdino\n"
        "import agentseg.perception.vision.depth_anything\n"
        "print(sorted({'torch', 'transformers', 'scipy', 'torchvision'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_things_with_masks_get_colours_and_keep_those_they_have() -> None:
    rgb = np.full((40, 60, 3), 255, np.uint8)
    rgb[5:20, 5:20], rgb[5:20, 30:50] = (200, 0, 0), (0, 0, 200)
    boxes = {1: (5, 5, 20, 20), 2: (30, 5, 50, 20), 3: (0, 25, 9, 30)}
    rows = [Instance(id=key, label="mug", box=box) for key, box in boxes.items()]
    rows[1] = rows[1].model_copy(update={"attributes": {"colour": "green", "state": "full"}})
    masks = {key: encode(box_mask(boxes[key], (40, 60))) for key in (1, 2)}
    frame = Frame(rgb)
    twin = Colours()(frame, Twin(size=(40, 60), instances=tuple(rows), masks=masks))
    assert [row.attributes for row in twin.instances] == [
        {"colour": "red"}, {"colour": "green", "state": "full"}, {},
    ]  # fmt: skip
    assert twin.masks == masks
    check_perceiver(Colours())
    assert isinstance(load_perceivers(["colours"])[0], Colours)


@pytest.mark.parametrize(
    ("torch", "fix"),
    [
        ("2.13.0+cpu", '"torchvision==0.28.*" --index-url https://download.pytorch.org/whl/cpu'),
        ("2.6.0", '"torchvision==0.21.*"'),
    ],
)
def test_fix_names_the_torchvision_that_belongs_to_torch(torch: str, fix: str) -> None:
    assert fix_of(torch) == f"pip uninstall -y torchvision (it is not needed), or: pip install {fix}"


def test_fix_for_an_unknown_torch_is_to_do_without() -> None:
    assert fix_of("3.x") == "pip uninstall -y torchvision (it is not needed)"


def test_doctor_finds_the_broken_pair_and_prints_the_fix(tmp_path: Path) -> None:
    broken = "raise RuntimeError('operator torchvision::nms does not exist')"
    for name, version, text in (("torch", "2.13.0+cpu", ""), ("torchvision", "0.27.0", broken)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(text)
        about = tmp_path / f"{name}-{version}.dist-info"
        about.mkdir()
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    path = os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    code = (
        "import json, sys; from agentseg.cli.doctor import _torchvision as look\n"
        "print(json.dumps(look())); assert not {'torch', 'torchvision'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [
        "torch/torchvision pair",
        "broken",
        "torch 2.13.0+cpu, torchvision 0.27.0: RuntimeError: operator torchvision::nms does not exist",
        fix_of("2.13.0+cpu"),
    ]


def test_perceiver_under_a_broken_pair_tells_the_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    from agentseg.perception.vision import weights

    class Broken:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError("Failed to import transformers.models.owlv2\noperator torchvision::nms does not exist")

    pair = TorchPair("2.13.0+cpu", "0.27.0", "RuntimeError: operator torchvision::nms does not exist")
    monkeypatch.setattr(weights, "transformers_of", lambda what: Broken())
    monkeypatch.setattr(weights, "examine", lambda: pair)
    with pytest.raises(ConfigError) as caught:
        load_perceivers(["owlv2"], VisionOptions(device="cpu", weights={"owlv2": str(tmp_path)}))
    assert str(caught.value) == (
        f"OWLv2 cannot be imported by transformers: torchvision does not fit torch: {fix_of('2.13.0+cpu')}"
    )
    monkeypatch.setattr(weights, "examine", lambda: pair._replace(error=""))
    with pytest.raises(ConfigError, match="cannot be imported by transformers: Failed to import transformers.models"):
        load_perceivers(["owlv2"], VisionOptions(device="cpu", weights={"owlv2": str(tmp_path)}))
