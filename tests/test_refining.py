"""Steps that look again: labels corrected by scores, outlines, depths and colours of the rows asked about alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from agentseg import segment
from agentseg.frames import Frame, FrameStore
from agentseg.masks import Box, Mask, box_mask, encode
from agentseg.perception.boxes import Detection, add_boxes
from agentseg.plan import parse_plan
from agentseg.testing import ScriptedChat
from agentseg.timeline import Timeline
from agentseg.tools.as_tool import as_tool
from agentseg.tools.refining import describe_colours, measure_depth, segment_again
from agentseg.tools.run import STEPS, Execution, execute
from agentseg.tools.scene import Scene
from agentseg.tools.workspace import Workspace
from agentseg.twin import Instance, Twin

RED, BLUE = (8.0, 10.0, 28.0, 26.0), (40.0, 30.0, 60.0, 44.0)
TOOLS = (segment_again, measure_depth, describe_colours)


def boxes(frame: Frame, twin: Twin) -> Twin:
    """A detector that takes the red kettle for a mug, and the blue knife for what it is."""
    return add_boxes(twin, [Detection("mug", 0.9, RED), Detection("knife", 0.8, BLUE)])


@dataclass
class Scorer:
    """Knows by colour what a crop shows."""

    crops: list[tuple[tuple[int, int], Box, list[str]]] = field(default_factory=list)

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        return twin

    def score_labels(self, frame: Frame, box: Box, labels: Sequence[str]) -> dict[str, float]:
        self.crops.append((frame.size, box, list(labels)))
        x1, y1, x2, y2 = (round(side) for side in box)
        red = frame.rgb[y1:y2, x1:x2, 0].mean() > 150
        return {label: {"kettle": 0.8, "mug": 0.2}.get(label, 0.1) if red else 0.0 for label in labels}


@dataclass
class Outliner:
    """Draws the coloured pixels inside boxes that have no outline."""

    provides = frozenset({"masks"})
    asked: list[tuple[int, ...]] = field(default_factory=list)

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        rows = [row for row in twin.instances if row.mask_source == "box"]
        self.asked.append(tuple(row.id for row in rows))
        drawn = {row.id: encode(self.segment(frame, box=row.box)) for row in rows}
        done = [
            row.model_copy(update={"mask_source": "segmenter"}) if row.id in drawn else row for row in twin.instances
        ]
        return twin.replace(done, {**twin.masks, **drawn})

    def segment(self, frame: Frame, *, box: Box) -> Mask:
        return box_mask(box, frame.size) & (np.ptp(frame.rgb, axis=2) > 50)


@dataclass
class Ruler:
    """Measures 2 m for whatever it is given."""

    provides = frozenset({"depth"})
    asked: list[tuple[int, ...]] = field(default_factory=list)

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        self.asked.append(twin.ids)
        return twin.replace(row.model_copy(update={"depth_mean": 2.0, "depth_var": 0.1}) for row in twin.instances)


def scene(picture: Frame, *perceivers: object) -> Scene:
    twin = boxes(picture, Twin(size=picture.size))
    return Scene.of(Timeline([twin]), FrameStore([picture]), perceivers)  # type: ignore[arg-type]


def run(plan: str, where: Scene) -> Execution:
    own = {tool.__name__: as_tool(tool) for tool in TOOLS}
    steps = {**STEPS, **{name: tool.run for name, tool in own.items()}}
    return execute(parse_plan(plan, {name: tool.params for name, tool in own.items()}), where, steps)


def test_wrong_label_of_a_detector_is_corrected_by_scores_on_the_crop(picture: Frame) -> None:
    scorer = Scorer()
    done = run("find mug; relabel kettle, pan; find kettle; answer", scene(picture, boxes, scorer))
    assert (done.selection, done.error) == ((1,), "")
    assert done.records[1].note == "1 is kettle (kettle 0.80, mug 0.20)"
    assert [(row.id, row.label) for row in done.changed] == [(1, "kettle")]
    (size, box, labels) = scorer.crops[0]
    assert labels == ["kettle", "pan", "mug"]
    assert size[0] < picture.size[0]
    assert box == (6, 5, 26, 21)  # the instance's own place on its crop


def test_right_label_stays_where_it_scores_best_and_where_nothing_does(picture: Frame) -> None:
    done = run("relabel pan", scene(picture, boxes, Scorer()))
    assert (done.records[0].note, done.changed) == ("no label changed", ())


def test_label_stays_where_another_leads_by_noise_only(picture: Frame) -> None:
    class Unsure(Scorer):
        def score_labels(self, frame: Frame, box: Box, labels: Sequence[str]) -> dict[str, float]:
            return {label: 0.34 if label == "kettle" else 0.31 for label in labels}

    done = run("find mug; relabel kettle", scene(picture, boxes, Unsure()))
    assert (done.records[1].note, done.changed) == ("no label changed", ())


def test_a_score_that_is_no_number_corrects_nothing(picture: Frame) -> None:
    class Broken(Scorer):
        def score_labels(self, frame: Frame, box: Box, labels: Sequence[str]) -> dict[str, float]:
            return dict.fromkeys(labels, 0.2) | {"kettle": float("nan")}

    done = run("find mug; relabel kettle, bowl", scene(picture, boxes, Broken()))
    assert done.records[-1].note == "no label changed"


def test_label_is_corrected_in_a_whole_run(picture: Frame) -> None:
    model = ScriptedChat(['{"analysis": "", "plan": "find mug; relabel kettle; find kettle; answer"}'])
    result = segment(picture, "the kettle", "rules", reasoner=model, perceivers=[boxes, Scorer()])
    assert (result.status, result.answer) == ("ok", (1,))
    assert result.timeline.last.instances[0].label == "kettle"


def test_outline_is_drawn_again_for_the_selected_row_alone(picture: Frame) -> None:
    outliner = Outliner()
    done = run("find mug; segment_again; answer", scene(picture, boxes, outliner))
    assert (done.selection, done.error, outliner.asked) == ((1,), "", [(1,)])
    mug, knife = done.scene.twin.instances
    assert (mug.mask_source, knife.mask_source) == ("segmenter", "box")
    assert done.scene.twin.mask(1).sum() == 20 * 16 - 36  # without the white handle
    assert done.records[1].note == "1 redrawn: 320 to 284 px"
    assert [row.id for row in done.changed] == [1]
    again = run("find mug; segment_again", done.scene)
    assert (again.records[1].note, again.changed) == ("no outline changed", ())


def test_perceiver_with_segment_alone_draws_outlines_too(picture: Frame) -> None:
    class Single:
        def __call__(self, frame: Frame, twin: Twin) -> Twin:
            return twin

        def segment(self, frame: Frame, *, box: Box) -> Mask:
            return Outliner().segment(frame, box=box)

    done = run("find mug; segment_again", scene(picture, Single()))
    assert done.records[1].note == "1 redrawn: 320 to 284 px"


def test_an_outline_of_nothing_changes_nothing(picture: Frame) -> None:
    def empty(frame: Frame, twin: Twin) -> Twin:
        nothing = encode(np.zeros(frame.size, dtype=bool))
        rows = [row.model_copy(update={"mask_source": "segmenter"}) for row in twin.instances]
        return twin.replace(rows, {row.id: nothing for row in rows})

    empty.provides = frozenset({"masks"})  # type: ignore[attr-defined]
    before = scene(picture, boxes, empty)
    done = run("find mug; segment_again", before)
    assert done.scene.twin == before.twin
    assert done.records[-1].note == "no outline changed"


def test_depth_is_measured_where_it_is_missing_after_the_outline(picture: Frame) -> None:
    outliner, ruler = Outliner(), Ruler()
    done = run("find mug; measure_depth", scene(picture, boxes, outliner, ruler))
    assert (outliner.asked, ruler.asked) == ([(1,)], [(1,)])
    assert (done.records[1].note, done.records[1].values) == ("depth of [1] measured", {1: 2.0})
    assert [(row.depth_mean, row.mask_source) for row in done.scene.twin.instances] == [
        (2.0, "segmenter"),
        (None, "box"),
    ]
    again = run("measure_depth", done.scene)
    assert ruler.asked == [(1,), (2,)]
    assert again.records[0].note == "depth of [2] measured"


def test_colours_are_named_without_a_perceiver_for_them(picture: Frame) -> None:
    done = run("describe_colours", scene(picture, boxes))
    assert done.records[0].values.keys() == {1, 2}
    assert done.records[0].values[1] == done.changed[0].attributes["colour"] == "red"


@pytest.mark.parametrize(
    ("step", "note"),
    [
        ("segment_again", "no perceiver draws outlines here"),
        ("measure_depth", "no depth measured; not known of [1, 2]"),
    ],
)
def test_without_a_provider_nothing_changes_and_the_result_says_so(picture: Frame, step: str, note: str) -> None:
    done = run(step, scene(picture, boxes))
    assert (done.records[0].note, done.changed) == (note, ())


@pytest.mark.parametrize("step", [tool.__name__ for tool in TOOLS])
def test_without_pixels_the_steps_say_so(picture: Frame, step: str) -> None:
    where = Scene.of(Timeline([boxes(picture, Twin(size=picture.size))]))
    done = run(step, where)
    assert (done.records[0].note, done.selection) == ("no pixels of this frame at hand", (1, 2))


def test_steps_join_a_run_as_tools(picture: Frame) -> None:
    model = ScriptedChat(['{"analysis": "", "plan": "measure_depth; rank depth min; segment_again; answer"}'])
    perceivers = [boxes, lambda frame, twin: twin, Ruler()]
    result = segment(picture, "the nearest", "rules", reasoner=model, perceivers=perceivers, tools=TOOLS)
    assert (result.status, result.answer) == ("ok", (1,))
    assert "measure_depth (Measure how far" in model.calls[0][0].text


def test_depth_is_not_measured_on_crops(picture: Frame) -> None:
    ruler = Ruler()
    run("find mug; zoom knife", scene(picture, boxes, ruler))
    assert ruler.asked == []


def test_workspace_keeps_what_a_perceiver_can_do(picture: Frame) -> None:
    outliner, scorer, plain = Workspace([picture], [Outliner(), Scorer(), boxes]).perceivers
    assert outliner.provides == {"masks"}  # type: ignore[attr-defined]
    assert outliner.segment(picture, box=RED).sum() == 284  # type: ignore[attr-defined]
    assert scorer.score_labels(picture, RED, ["mug"]) == {"mug": 0.2}  # type: ignore[attr-defined]
    assert not hasattr(plain, "detect")
    row = Instance(id=1, label="mug", box=RED)
    assert plain(picture, Twin(size=picture.size, instances=(row,))).ids == (1, 2, 3)


def test_zoom_finds_at_full_resolution_what_the_whole_frame_is_too_coarse_for(picture: Frame) -> None:
    seen: list[tuple[int, int]] = []

    class Coarse:
        """Sees a frame at 24 pixels across, so that the handle of 6 pixels is 2 there and 3 are needed."""

        provides = frozenset({"instances"})

        def __call__(self, frame: Frame, twin: Twin) -> Twin:
            return twin

        def detect(self, frame: Frame, twin: Twin, phrase: str) -> Twin:
            seen.append(frame.size)
            white = np.argwhere((frame.rgb == 255).all(axis=2))
            (top, left), (bottom, right) = white.min(0), white.max(0) + 1
            if (right - left) * 24 / frame.size[1] < 3:
                return twin
            return add_boxes(twin, [Detection(phrase, 0.7, (left, top, right, bottom))])

    assert run("detect handle", scene(picture, Coarse())).selection == ()
    done = run("find mug; zoom handle", scene(picture, Coarse()))
    (handle,) = done.changed
    assert (handle.label, handle.parent, handle.box, handle.mask_source) == ("handle", 1, (22, 14, 28, 20), "box")
    assert seen[1][1] < picture.size[1]
