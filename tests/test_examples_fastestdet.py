"""The detector of the example: with a network made here, and with the real one where it is at hand."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from agentseg import Frame, Twin, load_config, segment
from agentseg.masks import area
from agentseg.testing import check_perceiver

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "fastestdet.py"
CELLS = 22


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    pytest.importorskip("onnxruntime")
    spec = importlib.util.spec_from_file_location("fastestdet", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, "fastestdet", module)
    return module


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A network of FastestDet's form that always sees one truck: cell (11, 11), half as wide and high as the frame."""
    onnx = pytest.importorskip("onnx")
    helper, floats = onnx.helper, onnx.TensorProto.FLOAT
    out = np.zeros((1, 85, CELLS, CELLS), np.float32)
    out[0, 0, 11, 11] = 0.9
    out[0, 5 + 7, 11, 11] = 0.8
    nodes = [
        helper.make_node("ReduceMean", ["in"], ["mean"], keepdims=1),
        helper.make_node("Sub", ["mean", "mean"], ["zero"]),
        helper.make_node("Add", ["zero", "answer"], ["out"]),
    ]
    graph = helper.make_graph(
        nodes,
        "stub",
        [helper.make_tensor_value_info("in", floats, [1, 3, 352, 352])],
        [helper.make_tensor_value_info("out", floats, [1, 85, CELLS, CELLS])],
        [onnx.numpy_helper.from_array(out, "answer")],
    )
    opsets = [helper.make_opsetid("", 13)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), tmp_path / "FastestDet.onnx")
    (tmp_path / "coco.names").write_text("\n".join(f"class{n}" if n != 7 else "truck" for n in range(80)))
    monkeypatch.setenv("FASTESTDET", str(tmp_path))
    return tmp_path


def test_example_has_at_most_40_lines_and_no_path_of_a_machine() -> None:
    text = EXAMPLE.read_text()
    assert len(text.splitlines()) <= 40
    assert '"/' not in text


def test_cell_becomes_a_box_of_the_frame(example: ModuleType, stub: Path) -> None:
    twin = example.perceive(Frame(np.zeros((220, 440, 3), np.uint8)), Twin(size=(220, 440)))
    (truck,) = twin.instances
    assert (truck.label, truck.mask_source, truck.box) == ("truck", "box", (110, 55, 330, 165))
    assert truck.score == pytest.approx(0.9**0.6 * 0.8**0.4)
    check_perceiver(example.perceive)


def test_example_works_as_a_configured_perceiver(example: ModuleType, stub: Path) -> None:
    config = load_config("rules", perception=["fastestdet:perceive"])
    result = segment(np.zeros((220, 440, 3), np.uint8), "the truck", config)
    assert (result.answer, result.mask_sources, result.mask.sum()) == ((1,), {1: "box"}, 220 * 110)


def test_real_detector_segments_the_truck_of_a_photo_and_marks_it_as_box(shared: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    weights, photo = shared / "weights", shared / "photos" / "truck.jpg"
    if not (weights / "FastestDet.onnx").is_file() or not photo.is_file():
        pytest.skip("the detector or the photo is not at hand")
    command = [sys.executable, str(EXAMPLE), str(weights), str(photo), "the truck", str(tmp_path)]
    subprocess.run(command, check=True, cwd=ROOT, timeout=60)
    from agentseg.trace import read_traces

    (trace,) = read_traces(tmp_path / "trace.jsonl")
    (truck,) = (row for row in trace.twins[0].instances if row.id in trace.answer)
    assert (trace.status, truck.label, truck.mask_source) == ("ok", "truck", "box")
    x1, y1, x2, y2 = truck.box
    assert x1 < 120
    assert x2 > 1650
    assert 200 < y1 < 320
    assert 780 < y2 < 900
    assert area(trace.masks[0]) == pytest.approx((x2 - x1) * (y2 - y1), rel=0.01)
    assert (tmp_path / "answer.png").is_file()
