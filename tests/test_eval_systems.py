"""agentseg as a system under evaluation, and the oracle."""

from collections.abc import Sequence
from typing import Any

import eval_parts as parts
import numpy as np
import pytest
from PIL import Image

from agentseg.config import load_config
from agentseg.errors import ConfigError, InputError, PerceptionError
from agentseg.evaluation.oracle import oracle_for
from agentseg.evaluation.prediction import Prediction
from agentseg.evaluation.systems import Answered, GraphSystem, build_systems
from agentseg.frames import Frame
from agentseg.masks import box_mask, decode
from agentseg.sample import Sample
from agentseg.sim import render_kitchen
from agentseg.testing import FakePerceiver, ScriptedChat
from agentseg.twin import Instance, Twin

MUG = Instance(id=3, label="mug", box=(2, 4, 10, 12), score=0.8)
OTHER = Instance(id=5, label="mug", box=(14, 4, 22, 12), score=0.6)
FIND = '{"analysis": "two mugs", "plan": "find mug; answer"}'


@pytest.fixture
def asked(tmp_path: Any) -> Sample:
    """A picture on the disk, and a question about it."""
    Image.fromarray(np.full((*parts.SIZE, 3), 90, np.uint8)).save(tmp_path / "000.png")
    return parts.sample(0, root=str(tmp_path), query="the mugs")


def answer(sample: Sample, *replies: str, rows: Sequence[Instance] = (MUG, OTHER), **options: Any) -> Prediction:
    perceivers = [FakePerceiver(rows)]
    return said(GraphSystem("rules", ScriptedChat(replies), perceivers=perceivers, **options)(sample)).prediction


def said(answered: Answered | Prediction) -> Answered:
    assert isinstance(answered, Answered)
    return answered


def test_answer_is_a_mask_by_position_with_its_plan_and_rationale(asked: Sample) -> None:
    found = answer(asked, FIND)
    assert (found.status, found.answer, found.plan, found.analysis) == ("ok", (3, 5), "find mug; answer", "two mugs")
    assert np.array_equal(decode(found.masks[0]), box_mask(MUG.box, parts.SIZE) | box_mask(OTHER.box, parts.SIZE))
    assert (found.number, found.boxes, found.reasoning_tokens) == (None, None, None)


def test_number_is_the_plans_or_the_ids_that_were_named(asked: Sample) -> None:
    question = asked.model_copy(update={"task": "count", "number": 2})
    assert answer(question, '{"analysis": "", "plan": "find mug; count; answer"}').number == 2
    assert answer(question, '{"analysis": "", "answer": [5]}').number == 1
    assert answer(question, '{"analysis": "", "answer": []}').number == 0


def test_boxes_are_those_of_the_answer_with_their_scores(asked: Sample) -> None:
    found = answer(asked.model_copy(update={"task": "detect"}), FIND)
    assert found.boxes == (MUG.box, OTHER.box)
    assert found.scores == (0.8, 0.6)


def test_failure_keeps_its_status_and_says_why(asked: Sample) -> None:
    found = answer(asked.model_copy(update={"task": "count", "number": 2}), "no plan", "again none")
    assert found.status == "format_error"
    assert found.failed
    assert (found.number, found.boxes, found.masks) == (None, None, {})
    assert found.error


def test_samples_on_the_same_pixels_share_one_perception_and_its_time(asked: Sample, tmp_path: Any) -> None:
    Image.fromarray(np.full((*parts.SIZE, 3), 10, np.uint8)).save(tmp_path / "001.png")
    seer = FakePerceiver((MUG,))
    system = GraphSystem("rules", ScriptedChat([FIND] * 4), perceivers=[seer])
    first, second = said(system(asked)), said(system(asked.model_copy(update={"id": "b", "query": "a mug"})))
    assert len(seer.frames) == 1
    assert first.timing["perceive_ms"] == second.timing["perceive_ms"] > 0
    assert second.timing["total_ms"] >= second.timing["perceive_ms"]
    system(asked.model_copy(update={"media": ("001.png",)}))
    assert len(seer.frames) == 2
    assert seer.frames[1].rgb.max() == 10


def test_what_a_plan_changes_in_the_twin_is_gone_for_the_next_sample(asked: Sample) -> None:
    """Answers do not depend on the samples before, or a resumed run would differ."""

    def see(frame: Frame, twin: Twin) -> Twin:
        return FakePerceiver((MUG,) if frame.size == parts.SIZE else (MUG.model_copy(update={"label": "bowl"}),))(
            Frame(np.zeros((*parts.SIZE, 3), np.uint8), frame.index), Twin(frame=frame.index, size=parts.SIZE)
        )

    change = '{"analysis": "", "plan": "detect mug; answer"}'
    system = GraphSystem("rules", ScriptedChat([FIND, change, FIND]), perceivers=[see])
    assert [said(system(asked)).prediction.answer for _ in range(3)] == [(3,), (3,), (3,)]


def test_perceiver_that_fails_raises_for_the_runner_to_note(asked: Sample) -> None:
    def blind(frame: Frame, twin: Twin) -> Twin:
        raise RuntimeError("out of memory")

    system = GraphSystem("rules", ScriptedChat([FIND]), perceivers=[blind])
    with pytest.raises(PerceptionError, match="out of memory"):
        system(asked)


def test_missing_picture_raises_and_names_it(asked: Sample) -> None:
    with pytest.raises(InputError, match="no file '009.png'"):
        answer(asked.model_copy(update={"media": ("009.png",)}), FIND)


def test_true_twins_stand_for_the_pixels(asked: Sample) -> None:
    frames, truth = render_kitchen(1_000_003, frames=3)
    clip = Sample(
        id="a", dataset="kitchen", split="test", query="q", media=("kitchen:1000003?frames=3",), indices=(0, 1, 2)
    )
    twins = [truth.twin(place) for place in range(len(frames))]
    label = twins[0].instances[0].label
    plan = f'{{"analysis": "", "plan": "find {label}; answer"}}'
    system = GraphSystem("rules", ScriptedChat([plan]), "true", true_twins=lambda sample: twins)
    found = said(system(clip))
    wanted = [
        key for key, name in truth.labels.items() if name == label and any((ids == key).any() for ids in truth.ids)
    ]
    assert sorted(found.prediction.answer) == wanted
    for place in range(3):
        assert np.array_equal(decode(found.prediction.masks[place]), np.isin(truth.ids[place], wanted))
    assert (found.timing["frames"], found.timing["perceive_ms"]) == (3, 0.0)


def test_dataset_without_true_twins_says_so(asked: Sample) -> None:
    with pytest.raises(ConfigError, match="nobody knows the true twins of synthetic"):
        GraphSystem("rules", twin="true")(asked)


def test_oracle_answers_with_the_samples_plan(asked: Sample) -> None:
    known = asked.model_copy(update={"extra": {"plan": "find mug; rank x max; answer"}})
    system = GraphSystem("rules", "oracle", perceivers=[FakePerceiver((MUG, OTHER))])
    found = said(system(known)).prediction
    assert (found.answer, found.plan) == ((5,), "find mug; rank x max; answer")


def test_oracle_that_finds_nothing_says_so_whatever_comes_back(asked: Sample) -> None:
    known = asked.model_copy(update={"extra": {"plan": "find kettle; answer"}})
    system = GraphSystem("rules", "oracle", perceivers=[FakePerceiver((MUG,))])
    assert said(system(known)).prediction.status == "no_target"


def test_oracle_without_a_plan_says_what_it_is_for(asked: Sample) -> None:
    with pytest.raises(ConfigError, match="synthetic test has none .*: evaluate kitchenbench"):
        oracle_for(asked)
    with pytest.raises(ConfigError, match="own plan"):
        GraphSystem("rules", "oracle")(asked)


def test_kinds_of_twins_share_one_model() -> None:
    config = load_config("rules")
    model = ScriptedChat()
    systems = build_systems(config, model, ("perceived", "true"))
    assert [system._model is model for system in systems.values() if isinstance(system, GraphSystem)] == [True, True]


class Counting(ScriptedChat):
    """A model with a tokenizer of its own: a token a word."""

    def get_num_tokens(self, text: str) -> int:
        return len(text.split())


def test_rationale_is_counted_by_the_models_own_tokenizer(asked: Sample) -> None:
    model = Counting(["not a turn", FIND])
    found = said(GraphSystem("rules", model, perceivers=[FakePerceiver((MUG,))])(asked)).prediction
    assert found.reasoning_tokens == 3 + 2
