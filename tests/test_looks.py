from dataclasses import dataclass, replace

import numpy as np
import pytest
from makers import thing

from agentseg.errors import PerceptionError
from agentseg.frames import Frame, FrameStore
from agentseg.masks import box_of, encode
from agentseg.plan import parse_plan
from agentseg.testing import FakePerceiver, check_perceiver
from agentseg.timeline import Timeline
from agentseg.tools.run import Execution, execute
from agentseg.tools.scene import Outcome, Scene
from agentseg.twin import Instance, Twin

RED, BLUE, WHITE = (200, 0, 0), (0, 0, 200), (255, 255, 255)


@dataclass
class ColourSeer:
    """Finds the pixels of a colour, in a frame or a crop of one: a perceiver without weights."""

    labels: dict[str, tuple[int, int, int]]

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        rows, masks = list(twin.instances), dict(twin.masks)
        for key, (label, colour) in enumerate(self.labels.items(), max(twin.ids, default=0) + 1):
            mask = (frame.rgb == colour).all(axis=2)
            if mask.any():
                rows.append(Instance(id=key, label=label, box=box_of(mask), score=0.9))
                masks[key] = encode(mask)
        return twin.replace(rows, masks)


def look(picture: Frame, *perceivers: object, frames: bool = True) -> Scene:
    """A scene whose twin knows the red mug; it was seen without the perceivers."""
    twin = ColourSeer({"mug": RED})(picture, Twin(size=picture.size, frame=picture.index))
    return Scene.of(Timeline([twin]), FrameStore([picture]) if frames else None, perceivers)  # type: ignore[arg-type]


def run(plan: str, scene: Scene) -> Execution:
    return execute(parse_plan(plan), scene)


def test_detect_joins_what_is_new_under_a_new_id(picture: Frame) -> None:
    done = run("detect knife; answer", look(picture, ColourSeer({"mug": RED, "knife": BLUE})))
    assert done.selection == (2,)
    assert done.records[0].note == "1 new"
    (knife,) = done.changed
    assert (knife.label, knife.box) == ("knife", (40, 30, 60, 44))
    assert done.scene.timeline.last.mask(2).sum() == 20 * 14
    assert "knife" in done.results()


def test_detect_of_a_known_thing_selects_it_and_adds_nothing(picture: Frame) -> None:
    done = run("detect mug", look(picture, ColourSeer({"mug": RED})))
    assert (done.selection, done.records[0].note, done.changed) == ((1,), "0 new", ())


def test_detect_asks_a_perceiver_that_can_look_for_a_phrase(picture: Frame) -> None:
    class Open(ColourSeer):
        def detect(self, frame: Frame, twin: Twin, phrase: str) -> Twin:
            return ColourSeer({phrase: BLUE})(frame, twin)

    assert run("detect bread knife", look(picture, Open({}))).changed[0].label == "bread knife"


def test_same_thing_seen_twice_joins_once(picture: Frame) -> None:
    seer = ColourSeer({"knife": BLUE})
    assert run("detect knife", look(picture, seer, seer)).records[0].note == "1 new"


def test_zoom_finds_a_part_on_the_crop_and_puts_it_in_the_frame(picture: Frame) -> None:
    done = run("find mug; zoom handle; answer", look(picture, ColourSeer({"mug": RED, "handle": WHITE})))
    (part,) = done.changed
    assert done.selection == (2,)
    assert (part.label, part.parent, part.box) == ("handle", 1, (22, 14, 28, 20))
    assert done.scene.timeline.last.mask(2).sum() == 36


def test_zoom_again_selects_the_known_part(picture: Frame) -> None:
    scene = look(picture, ColourSeer({"mug": RED, "handle": WHITE}))
    done = run("find mug; zoom handle; a = count; find mug; zoom handle", scene)
    assert done.selection == (2,)
    assert done.scene.twin.ids == (1, 2)


def test_instance_is_no_part_of_itself(picture: Frame) -> None:
    done = run("find mug; zoom mug", look(picture, ColourSeer({"mug": RED})))
    assert (done.selection, done.changed) == ((), ())


def test_zoom_on_a_box_that_leaves_the_frame_still_looks(picture: Frame) -> None:
    scene = look(picture, ColourSeer({"handle": WHITE}))
    for box in ((60, 40, 90, 90), (500, 500, 600, 600), (-90, -90, -50, -50)):
        odd = replace(scene, twin=scene.twin.replace([thing(1, "mug", box)], {}))
        assert run("zoom handle", odd).error == ""


def test_relabel_corrects_a_wrong_label(picture: Frame) -> None:
    scene = look(picture, ColourSeer({"kettle": RED, "sink": BLUE}))
    done = run("find mug; relabel kettle, sink; answer", scene)
    assert done.selection == (1,)
    assert done.records[1].note == "1 is kettle"
    assert [row.label for row in done.changed] == ["kettle"]
    assert done.scene.timeline.last.get(1).label == "kettle"  # type: ignore[union-attr]
    assert scene.twin.get(1).label == "mug"  # type: ignore[union-attr]


def test_relabel_keeps_a_label_that_the_crop_does_not_contradict(picture: Frame) -> None:
    done = run("relabel kettle", look(picture, ColourSeer({"mug": RED})))
    assert (done.records[0].note, done.changed) == ("no label changed", ())


@pytest.mark.parametrize("plan", ["detect knife", "zoom knife", "relabel knife"])
def test_raising_perceiver_becomes_a_record(picture: Frame, plan: str) -> None:
    def broken(frame: Frame, twin: Twin) -> Twin:
        raise PerceptionError("lens cap\nis on")

    done = run(f"find mug; {plan}; answer", look(picture, broken))
    assert done.error == "PerceptionError: lens cap is on"
    assert done.selection == (1,)
    assert len(done.records) == 2


@pytest.mark.parametrize(("plan", "left"), [("detect mug", (1,)), ("zoom knife", ()), ("relabel knife", (1,))])
def test_without_pixels_there_is_a_note(picture: Frame, plan: str, left: tuple[int, ...]) -> None:
    for scene in (look(picture, ColourSeer({}), frames=False), look(picture)):
        done = run(plan, scene)
        assert (done.selection, done.records[0].note) == (left, "no pixels of this frame at hand")


def test_new_id_at_an_early_frame_is_not_that_of_a_later_instance(picture: Frame) -> None:
    later = Frame(picture.rgb, 1)
    seer = ColourSeer({"mug": RED, "knife": BLUE})
    twins = Timeline([look(picture).twin, ColourSeer({"mug": RED, "fork": WHITE})(later, Twin(frame=1, size=(48, 64)))])
    done = run("at first; detect knife", Scene.of(twins, FrameStore([picture, later]), (seer,)))
    assert done.selection == (3,)
    assert [(twin.frame, twin.ids) for twin in done.scene.timeline] == [(0, (1, 3)), (1, (1, 2))]


def test_instance_that_has_left_is_not_looked_for_in_a_frame_without_it(picture: Frame) -> None:
    empty = Frame(np.full_like(picture.rgb, 90), 1)
    twins = Timeline([look(picture).twin, Twin(frame=1, size=(48, 64))])
    seer = FakePerceiver([thing(1, "kettle", (0, 0, 40, 30))])
    done = run("find mug; relabel kettle", Scene.of(twins, FrameStore([picture, empty]), (seer,)))
    assert (done.changed, seer.frames) == ((), [])


def test_user_step_that_returns_nonsense_becomes_a_record(picture: Frame) -> None:
    odd = {
        "find": lambda scene, selection, labels: Outcome((1,), twin=Twin(size=(2, 2)), refined=True),
        "count": lambda scene, selection: Outcome(("one",)),
        "answer": lambda scene, selection: None,
    }
    for plan in ("find mug", "count", "answer", "detect mug"):
        done = execute(parse_plan(plan), look(picture), odd)
        assert done.error
        assert done.selection == (1,)


def test_user_step_may_drop_and_redraw_instances(picture: Frame) -> None:
    mask = encode(np.eye(48, 64, dtype=bool))
    odd = {
        "zoom": lambda scene, selection, phrase: Outcome((1, 99), twin=scene.twin.replace([]), refined=True),
        "detect": lambda scene, selection, phrase: Outcome(
            (1,), twin=scene.twin.replace(scene.twin.instances, {1: mask}), refined=True
        ),
    }
    assert execute(parse_plan("zoom mug"), look(picture), odd).selection == ()
    done = execute(parse_plan("detect mug"), look(picture), odd)
    assert (done.selection, done.scene.timeline.last.mask(1).sum()) == ((1,), 48)


def test_our_fakes_keep_the_contract_and_the_check_finds_breaches() -> None:
    check_perceiver(ColourSeer({"mug": (200, 30, 30)}))
    check_perceiver(lambda frame, twin: twin)
    with pytest.raises(AssertionError, match="leaves the frame"):
        check_perceiver(FakePerceiver([thing(1, "mug", (0, 0, 500, 9))]))
    with pytest.raises(AssertionError, match="returns a Twin; found NoneType"):
        check_perceiver(lambda frame, twin: None)  # type: ignore[arg-type,return-value]
