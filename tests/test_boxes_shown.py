"""A filled box that stands for a mask says so wherever a user meets it."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from agentseg import AgentSegToolkit, Context, Frame, Result, Twin, segment
from agentseg.cli import main
from agentseg.errors import InputError
from agentseg.evaluation.from_state import predict
from agentseg.evaluation.prediction import Prediction
from agentseg.evaluation.report.case_words import said_of
from agentseg.evaluation.report.pictures import picture as case_picture
from agentseg.graphs import Context as GraphContext
from agentseg.graphs import run_query
from agentseg.outputs import write_outputs
from agentseg.overlay import ANSWER, draw_answer, draw_twin, save_png
from agentseg.perception.boxes import Detection, add_boxes
from agentseg.sample import Sample
from agentseg.twin import Instance

BOX = (8.0, 10.0, 28.0, 26.0)


def perceive(frame: Frame, twin: Twin) -> Twin:
    return add_boxes(twin, [Detection("mug", 0.9, BOX)])


@pytest.fixture
def result(picture: Frame) -> Result:
    return segment(picture, "the mug", "rules", perceivers=[perceive])


def test_result_says_which_masks_are_boxes(result: Result) -> None:
    assert (result.status, result.mask_sources) == ("ok", {1: "box"})
    assert np.array_equal(result.boxed[0], result.mask)
    assert result.trace.twins[0].instances[0].mask_source == "box"
    assert "filled boxes in place of masks: [1]" in result.trace.events[-1].text


def test_result_of_a_segmenter_has_no_boxed_part(picture: Frame) -> None:
    def drawn(frame: Frame, twin: Twin) -> Twin:
        twin = perceive(frame, twin)
        return twin.replace([row.model_copy(update={"mask_source": "segmenter"}) for row in twin.instances])

    result = segment(picture, "the mug", "rules", perceivers=[drawn])
    assert (result.mask_sources, result.boxed) == ({1: "segmenter"}, {})
    assert "filled" not in result.trace.events[-1].text


def test_boxed_part_leaves_out_what_another_instance_of_the_answer_has_drawn(picture: Frame) -> None:
    def both(frame: Frame, twin: Twin) -> Twin:
        twin = add_boxes(twin, [Detection("mug", 0.9, BOX), Detection("red mug", 0.8, (8, 10, 18, 26))])
        first, second = twin.instances
        return twin.replace([first, second.model_copy(update={"mask_source": "segmenter"})])

    result = segment(picture, "the mugs", "rules", perceivers=[both])
    assert result.mask_sources == {1: "box", 2: "segmenter"}
    assert (result.mask.sum(), result.boxed[0].sum()) == (320, 160)


def test_answer_picture_hatches_the_boxed_part_and_names_it() -> None:
    frame = Frame(np.full((600, 1000, 3), 100, np.uint8))
    mask, boxed = np.zeros((600, 1000), bool), np.zeros((600, 1000), bool)
    mask[50:250] = True
    boxed[150:250] = True
    drawn, plain = draw_answer(frame, mask, boxed=boxed), draw_answer(frame, mask)
    tinted = np.abs(drawn.astype(int) - (55 + 0.45 * ANSWER)).max(axis=2) <= 1
    assert tinted[60:140].mean() > 0.99
    assert 0.4 < tinted[160:240].mean() < 0.6
    line = (drawn[249] == 255).all(axis=1)
    assert 0.4 < line.mean() < 0.6
    assert (plain[249] == 255).all()
    assert not np.array_equal(drawn[540:], plain[540:])  # the legend
    assert np.array_equal(draw_answer(frame, mask, boxed=np.zeros_like(mask)), plain)
    with pytest.raises(InputError, match="frame's size"):
        draw_answer(frame, mask, boxed=boxed[:9])


def test_twin_picture_hatches_boxes_only() -> None:
    frame = Frame(np.full((600, 1000, 3), 100, np.uint8))
    twin = add_boxes(Twin(size=frame.size), [Detection("mug", 0.9, (100, 100, 500, 500))])
    solid = twin.replace([row.model_copy(update={"mask_source": "segmenter"}) for row in twin.instances])
    inside = (slice(200, 490), slice(110, 490))
    shares = [(draw_twin(frame, each)[inside] != 100).any(axis=2).mean() for each in (twin, solid)]
    assert 0.4 < shares[0] < 0.6
    assert shares[1] == 1


def test_outputs_of_a_boxed_clip_are_hatched(picture: Frame, tmp_path: Path) -> None:
    clip = [picture.rgb, picture.rgb, picture.rgb]
    write_outputs(segment(clip, "the mug", "rules", perceivers=[perceive]), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} >= {"answer.png", "answer.webp"}


def test_command_prints_the_source_of_each_mask(
    picture: Frame, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "boxed_eyes", sys.modules[__name__])
    (tmp_path / "own.toml").write_text('perception = ["boxed_eyes:perceive"]\n')
    path = save_png(tmp_path / "picture.png", picture.rgb)
    assert main(["segment", str(path), "the mug", "--config", str(tmp_path / "own.toml"), "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["answer"] == [{"id": 1, "label": "mug", "box": [8, 10, 28, 26], "mask_source": "box"}]
    assert "the masks of [1] are filled boxes" in err


def test_tool_answers_and_artifacts_mark_boxes(picture: Frame) -> None:
    tools = {
        tool.name: tool for tool in AgentSegToolkit(Context.open(picture, "rules", perceivers=[perceive])).get_tools()
    }
    for name, arguments in (
        ("segment", {"query": "the mug"}),
        ("build_twin", {}),
        ("segment_object", {"twin": "t0", "id": 1}),
    ):
        message = tools[name].invoke({"type": "tool_call", "id": "1", "name": name, "args": arguments})
        assert json.loads(message.content)["instances"][0]["mask_source"] == "box", name
        assert message.artifact["masks"][0]["mask_source"] == "box", name


def test_prediction_and_report_say_box(picture: Frame) -> None:
    context = GraphContext.open(picture, "rules", perceivers=[perceive])
    sample = Sample(id="a", dataset="d", split="s", query="the mug", media=("a.png",), size=picture.size, targets={})
    said = predict(run_query("the mug", context), sample, context.reasoner)
    assert said.boxed
    assert "box" in said_of(said)
    assert not Prediction(status="ok").boxed
    mask = Twin(size=picture.size, instances=(Instance(id=1, label="x", box=BOX),)).mask(1)
    mask[10:26, 8:28] = True
    shown = [case_picture(picture.rgb, picture.size, mask, None, hatched=flag) for flag in (True, False)]
    assert shown[0] != shown[1]
