"""The plan decides which perceivers run, and on which instances; nobody asked, nothing computed."""

import random
from dataclasses import dataclass, field

import numpy as np
import pytest
from makers import sample

from agentseg import Context, Frame, Result, Twin, load_config, segment
from agentseg.errors import PerceptionError
from agentseg.frames import FrameStore, as_frames
from agentseg.graphs.just_in_time import lookers, measuring_steps
from agentseg.graphs.needs import MEASURE_PARTS, RELATION_PARTS
from agentseg.graphs.stream import SegmentationStream
from agentseg.masks import box_mask, encode
from agentseg.pattern import plan_pattern
from agentseg.perception import perceive
from agentseg.perception.boxes import Detection, add_boxes
from agentseg.perception.capabilities import provides
from agentseg.perception.colours import Colours
from agentseg.plan import parse_plan
from agentseg.plan_syntax import MEASURES, RELATIONS
from agentseg.testing import ScriptedChat
from agentseg.timeline import Timeline
from agentseg.tools.run import STEPS, execute
from agentseg.tools.scene import Outcome, Scene

THINGS = {  # colour: (label, box, metres)
    (200, 0, 0): ("mug", (10, 20, 30, 40), 1.0),
    (250, 200, 0): ("mug", (50, 20, 70, 40), 2.0),
    (0, 160, 0): ("plate", (8, 38, 34, 46), 1.1),
    (120, 60, 20): ("robot gripper", (66, 4, 80, 30), 2.1),
    (250, 250, 250): ("kettle", (90, 50, 118, 78), 0.6),
}
JIT = load_config("rules", perception_mode="just_in_time")


def painted(shift: int = 0) -> Frame:
    rgb = np.full((80, 120, 3), 70, np.uint8)
    for colour, (_, (x1, y1, x2, y2), _) in THINGS.items():
        rgb[y1 + 1 : y2 - 1, x1 + 1 + shift : x2 - 1 + shift] = colour
    return Frame(rgb)


@dataclass
class Detector:
    provides = frozenset({"instances"})
    calls: int = 0

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        self.calls += 1
        found = []
        for place, (colour, (label, (x1, y1, x2, y2), _)) in enumerate(THINGS.items()):
            columns = np.flatnonzero((frame.rgb == colour).all(axis=2).any(axis=0))
            shift = int(columns[0]) - x1 - 1
            found.append(Detection(label, 0.9 - place / 20, (x1 + shift, y1, x2 + shift, y2)))
        return add_boxes(twin, found)


@dataclass
class Segmenter:
    provides = frozenset({"masks"})
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        rows = [row for row in twin.instances if row.mask_source == "box"]
        self.asked.append(tuple(row.label for row in rows))
        inside = (np.asarray(frame.rgb) != 70).any(axis=2)
        drawn = {row.id: encode(box_mask(row.box, frame.size) & inside) for row in rows}
        done = [
            row.model_copy(update={"mask_source": "segmenter"}) if row.id in drawn else row for row in twin.instances
        ]
        return twin.replace(done, {**twin.masks, **drawn})


@dataclass
class Depth:
    provides = frozenset({"depth"})
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        self.asked.append(tuple(row.label for row in twin.instances))
        metres = np.full(frame.size, 3.0)
        for colour, (_, _, far) in THINGS.items():
            metres[(frame.rgb == colour).all(axis=2)] = far
        rows = []
        for row in twin.instances:
            mask = twin.mask(row.id)
            if row.depth_mean is None and mask.any():
                found = {"depth_mean": float(metres[mask].mean()), "depth_var": float(metres[mask].var())}
                row = row.model_copy(update=found)
            rows.append(row)
        return twin.replace(rows)


@dataclass
class Eyes:
    detector: Detector = field(default_factory=Detector)
    segmenter: Segmenter = field(default_factory=Segmenter)
    depth: Depth = field(default_factory=Depth)

    colours: Colours = field(default_factory=Colours)

    @property
    def all(self) -> tuple[object, ...]:
        return (self.detector, self.segmenter, self.depth, self.colours)


def ask(plan: str, eyes: Eyes, source: object = None) -> Result:
    model = ScriptedChat([f'{{"analysis": "", "plan": "{plan}"}}'])
    return segment(
        painted() if source is None else source,
        "it",
        JIT,
        reasoner=model,
        perceivers=eyes.all,  # type: ignore[arg-type]
    )


def test_plan_over_boxes_runs_the_detector_and_draws_the_answer_alone() -> None:
    eyes = Eyes()
    result = ask("find mug; rank x min; answer", eyes)
    assert (result.answer, eyes.detector.calls, eyes.segmenter.asked, eyes.depth.asked) == ((1,), 1, [("mug",)], [])
    assert result.mask_sources == {1: "segmenter"}
    assert 18 * 18 <= result.mask.sum() < 20 * 20
    assert [row.mask_source for row in result.timeline.last.instances][1:] == ["box"] * 4
    assert all(row.depth_mean is None and not row.attributes for row in result.timeline.last.instances)


def test_depth_is_measured_of_the_instances_concerned() -> None:
    eyes = Eyes()
    result = ask("find mug; rank depth max; answer", eyes)
    assert (result.answer, eyes.segmenter.asked, eyes.depth.asked) == ((2,), [("mug", "mug")], [("mug", "mug")])
    rank = result.trace.events[-2].steps[1]
    assert rank.note == "[1, 2] outlined; [1, 2] measured in depth"
    assert rank.values == {2: 100.0}


@pytest.mark.parametrize(
    ("plan", "answer", "outlined", "deep"),
    [
        ("find mug; relate behind kettle; answer", (1, 2), {"mug", "kettle"}, {"mug", "kettle"}),
        ("find mug; relate on plate; answer", (1,), {"mug", "plate"}, {"mug", "plate"}),
        ("find mug; filter colour eq yellow; answer", (2,), {"mug"}, set()),
        ("find mug; relate left_of kettle; rank area max; answer", (1,), {"mug"}, set()),
        ("find mug; count; answer", (1, 2), {"mug"}, set()),
        ("find plate; answer", (3,), {"plate"}, set()),
        ("find spoon; rank depth min; answer", (), set(), set()),
        ("filter depth lt 40; answer", (1, 3, 5), {"mug", "plate", "robot gripper", "kettle"},
         {"mug", "plate", "robot gripper", "kettle"}),
    ],
)  # fmt: skip
def test_each_measure_asks_for_what_it_reads(
    plan: str, answer: tuple[int, ...], outlined: set[str], deep: set[str]
) -> None:
    eyes = Eyes()
    config = load_config(JIT, limits={"refine": 0})
    model = ScriptedChat([f'{{"analysis": "", "plan": "{plan}"}}'])
    result = segment(painted(), "it", config, reasoner=model, perceivers=eyes.all)  # type: ignore[arg-type]
    assert result.answer == answer
    assert {label for asked in eyes.segmenter.asked for label in asked} == outlined
    assert {label for asked in eyes.depth.asked for label in asked} == deep
    assert eyes.detector.calls == 1


def test_nothing_is_measured_twice() -> None:
    eyes = Eyes()
    ask("find mug; relate behind kettle; rank depth min; relate next_to plate; rank area min; answer", eyes)
    flat = [label for asked in eyes.segmenter.asked for label in asked]
    assert sorted(flat) == ["kettle", "mug", "mug", "plate"]
    assert sorted(label for asked in eyes.depth.asked for label in asked) == ["kettle", "mug", "mug", "plate"]


def test_ids_that_the_model_names_itself_are_outlined_at_the_end() -> None:
    eyes = Eyes()
    model = ScriptedChat(['{"analysis": "", "answer": [5]}'])
    result = segment(painted(), "the kettle", JIT, reasoner=model, perceivers=eyes.all)  # type: ignore[arg-type]
    assert (result.answer, eyes.segmenter.asked, result.mask.sum()) == ((5,), [("kettle",)], 26 * 26)


def test_clip_has_its_answer_outlined_in_every_frame_and_nothing_else() -> None:
    eyes = Eyes()
    clip = [painted(step).rgb for step in range(4)]
    result = ask("find kettle; answer", eyes, clip)
    assert eyes.detector.calls == 4
    assert sorted(eyes.segmenter.asked) == [("kettle",)] * 4
    assert eyes.depth.asked == []
    assert result.boxed == {}
    assert all(20 * 26 < mask.sum() < 28 * 28 for mask in result.masks.values())


def test_approach_measures_depth_in_its_two_frames() -> None:
    eyes = Eyes()
    ask("find mug; rank approach kettle max; answer", eyes, [painted(step).rgb for step in range(4)])
    assert len(eyes.depth.asked) == 2


def test_stream_measures_what_its_plan_reads_on_each_frame() -> None:
    eyes = Eyes()
    model = ScriptedChat(['{"analysis": "", "plan": "find mug; rank depth max; answer"}'])
    stream = SegmentationStream("the far mug", JIT, reasoner=model, perceivers=eyes.all)  # type: ignore[arg-type]
    steps = [stream.push(painted(place)) for place in range(4)]
    found = [[row.box[0] for row in step.twin.instances if row.id in step.answer] for step in steps if step.twin]
    assert found == [[50], [51], [52], [53]]
    assert {label for asked in (*eyes.depth.asked, *eyes.segmenter.asked) for label in asked} == {"mug"}


def test_full_mode_runs_everything_once() -> None:
    eyes = Eyes()
    model = ScriptedChat(['{"analysis": "", "plan": "find mug; rank x min; answer"}'])
    segment(painted(), "it", "rules", reasoner=model, perceivers=eyes.all)  # type: ignore[arg-type]
    assert [len(asked) for asked in (*eyes.segmenter.asked, *eyes.depth.asked)] == [5, 5]


def test_second_plan_finds_what_the_first_one_measured() -> None:
    eyes = Eyes()
    model = ScriptedChat(
        [
            '{"analysis": "", "plan": "find mug; rank depth min"}',
            '{"analysis": "", "plan": "find mug; rank depth max; answer"}',
        ]
    )
    result = segment(painted(), "it", JIT, reasoner=model, perceivers=eyes.all)  # type: ignore[arg-type]
    assert (result.answer, eyes.depth.asked) == ((2,), [("mug", "mug")])


def test_step_of_a_users_own_finds_everything_measured() -> None:
    def near(scene: Scene, selection: tuple[int, ...]) -> Outcome:
        """Keep what is within 1.5 m."""
        return Outcome(tuple(row.id for row in scene.rows(selection) if (row.depth_mean or 9) < 1.5))

    eyes = Eyes()
    model = ScriptedChat(['{"analysis": "", "plan": "find mug; near; answer"}'])
    result = segment(painted(), "it", JIT, reasoner=model, perceivers=eyes.all, tools=[near])  # type: ignore[arg-type]
    assert (result.answer, eyes.depth.asked) == ((1,), [("mug", "mug")])


def test_detect_looks_with_the_detector_alone() -> None:
    eyes = Eyes()
    ask("detect kettle; answer", eyes)
    assert (eyes.detector.calls, eyes.depth.asked, eyes.segmenter.asked) == (2, [], [("kettle",)])


def test_failing_perceiver_is_a_failed_step_or_an_error_at_the_end() -> None:
    class Broken(Segmenter):
        def __call__(self, frame: Frame, twin: Twin) -> Twin:
            raise RuntimeError("out of order")

    eyes = Eyes(segmenter=Broken())
    model = ScriptedChat(['{"analysis": "", "plan": "find mug; rank area min; answer"}'] * 3)
    result = segment(painted(), "it", JIT, reasoner=model, perceivers=eyes.all)  # type: ignore[arg-type]
    assert (result.status, "out of order" in result.trace.events[-2].error) == ("tool_error", True)
    named = ScriptedChat(['{"analysis": "", "answer": [5]}'])
    with pytest.raises(PerceptionError, match="out of order"):
        segment(painted(), "it", JIT, reasoner=named, perceivers=eyes.all)  # type: ignore[arg-type]


def test_a_single_part_may_be_said_as_a_word() -> None:
    def measure(frame: Frame, twin: Twin) -> Twin:
        return twin

    measure.provides = "depth"  # type: ignore[attr-defined]
    assert provides(measure) == {"depth"}


def test_perceiver_that_does_not_say_what_it_provides_looks_at_first() -> None:
    eyes = Eyes()

    def silent(frame: Frame, twin: Twin) -> Twin:
        return twin

    assert lookers((silent, *eyes.all)) == (silent, eyes.detector)  # type: ignore[arg-type]
    assert lookers((eyes.depth,)) == (eyes.depth,)


def test_every_measure_and_relation_is_accounted_for() -> None:
    plain = {"x", "y", "width", "height", "score", "label", "first_seen", "last_seen", "speed", "displacement"}
    assert {*MEASURES} - {*MEASURE_PARTS} - plain == {"depth"}
    boxes_alone = {"left_of", "right_of", "above", "below", "between", "overlapping"}
    assert {*RELATIONS} - {*RELATION_PARTS} == boxes_alone


def test_any_plan_gives_the_answer_that_full_perception_gives() -> None:
    chance = random.Random(0)
    for frames in (1, 3):
        clip = [painted(step) for step in range(frames)]
        clip = list(as_frames(clip))
        eyes = Eyes()
        full = Timeline(perceive(eyes.all, frame) for frame in clip)  # type: ignore[arg-type]
        cheap = Timeline(perceive([eyes.detector], frame) for frame in clip)
        store = FrameStore(clip)
        steps = measuring_steps(STEPS, eyes.all)  # type: ignore[arg-type]
        pattern = plan_pattern(full.summary(), "a mug")
        tried = 0
        while tried < 150:
            plan = parse_plan(sample(pattern, chance))
            if plan.perceives:
                continue
            tried += 1
            wanted = execute(plan, Scene.of(full, store))
            found = execute(plan, Scene.of(cheap, store), steps)
            assert (found.selection, found.number, found.error) == (wanted.selection, wanted.number, ""), plan.text


def test_context_opens_in_the_configured_mode() -> None:
    eyes = Eyes()
    context = Context.open(painted(), JIT, perceivers=eyes.all)  # type: ignore[arg-type]
    assert (context.waits, context.lookers) == (True, (eyes.detector,))
    assert Context.open(painted(), "rules", perceivers=eyes.all).lookers == eyes.all  # type: ignore[arg-type]
