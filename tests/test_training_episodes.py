"""Episodes, asks and scored rewards, without torch: what a policy learns in is the graph it is served in."""

import json
import pickle

import numpy as np
import pytest
from stage_makers import ask, asks_file, conversation, plan_turn

from agentseg.config import Config, Limits, ReasonerConfig
from agentseg.errors import InputError
from agentseg.evaluation.datasets.entry import Entry
from agentseg.frames import FrameStore
from agentseg.graphs import Context, run_query
from agentseg.testing import ScriptedChat
from agentseg.trace import append_trace
from agentseg.training.record.score import score_of
from agentseg.training.rewards import load_reward
from agentseg.training.stages import recorded
from agentseg.training.stages.asks import Asks
from agentseg.training.stages.checkpoints import last_checkpoint
from agentseg.training.stages.distill import reasoning
from agentseg.training.stages.episode import Episode, opened
from agentseg.training.stages.options import DistillOptions, JudgeOptions, Lora, Reward, SftOptions, WiseOptions
from agentseg.training.stages.rules import Rules
from agentseg.training.stages.scored import Judged, LikeTeacher, Scored, likeness
from agentseg.training.stages.teacher import weighed
from agentseg.training.stages.wise import asking_for_detail, briefly, hierarchical

GARBAGE = "I would say the plate"
DIALOGUES = {
    "answered by the plan": [plan_turn("plate")],
    "results come back": [
        json.dumps({"analysis": "", "plan": "find plate"}),
        json.dumps({"analysis": "so", "answer": [2]}),
    ],
    "nothing there": [plan_turn("spoon"), plan_turn("spoon"), plan_turn("spoon")],
    "corrected once": [GARBAGE, plan_turn("plate")],
    "never readable": [GARBAGE, GARBAGE],
    "unknown id": [json.dumps({"analysis": "", "answer": [77]}), json.dumps({"analysis": "", "answer": []})],
    "budget spent": [json.dumps({"analysis": "", "plan": "find mug"})] * 3,
}


def played(texts, rules=None, number=0):
    rules = rules or Rules()
    episode = Episode(opened(ask(number), rules), rules)
    for text in texts:
        assert not episode.done
        episode.take(text, cut=False, read=9, wrote=3)
    assert episode.done
    return episode.trace(0, 0)


@pytest.mark.parametrize("texts", DIALOGUES.values(), ids=DIALOGUES)
def test_episode_is_what_the_graph_makes_of_the_same_texts(texts):
    asked = ask(0)
    config = Config(reasoner=ReasonerConfig(prompt="brief"), limits=Limits(refine=2, corrections=1))
    context = Context(FrameStore(()), (), ScriptedChat(replies=list(texts)), config)
    state = run_query(asked.sample.query, context, twins=asked.twins)
    trace = played(texts)
    assert (trace.status, trace.answer, trace.number, trace.masks) == (
        state.status, state.answer, state.number, state.masks,
    )  # fmt: skip
    assert trace.dialogue == state.dialogue
    assert trace.nodes == tuple(event.node for event in state.events)
    assert trace.executed_plans == tuple(event.plan for event in state.events if event.plan)
    assert trace.media == asked.media


def test_tokens_are_recorded_and_a_cut_turn_is_corrected():
    episode = Episode(opened(ask(0), Rules(max_tokens=16)), Rules(max_tokens=16))
    (said,) = episode.take(plan_turn("plate"), cut=True, read=40, wrote=16)
    assert "cut at 16 tokens" in said[1]
    assert (episode.state.events[-1].prompt_tokens, episode.state.events[-1].output_tokens) == (40, 16)


def test_static_twin_gets_no_results_back():
    trace = played([json.dumps({"analysis": "", "plan": "find plate"})], Rules(refine=0))
    assert trace.status == "budget_exhausted"
    assert played([plan_turn("plate")], Rules(refine=0)).answer == (2,)
    assert played([plan_turn("plate")], Rules(plans=False)).status == "format_error"
    assert played([json.dumps({"analysis": "", "answer": [2]})], Rules(plans=False)).status == "ok"


def test_suffix_joins_the_system_text_only():
    state = opened(ask(0), Rules(suffix=asking_for_detail()))
    plain = opened(ask(0), Rules())
    assert state.dialogue[1:] == plain.dialogue[1:]
    assert state.dialogue[0][1].startswith(plain.dialogue[0][1])
    assert state.dialogue[0][1].index('"analysis"') < state.dialogue[0][1].index('"why"')
    assert briefly("the mug") == "the mug (one sentence)"
    short = opened(ask(0), Rules(brevity="one sentence"))
    assert short.dialogue[1][1].endswith(f"query: {briefly(ask(0).sample.query)}")


def test_recorded_conversation_is_the_prompt_of_an_episode():
    said = [text for _, text in opened(ask(3), Rules()).dialogue]
    assert said == [message["content"] for message in conversation(3)["messages"][:2]]


def test_asks_are_read_by_number_from_several_files(tmp_path):
    files = [asks_file(tmp_path / "a.jsonl", 2), asks_file(tmp_path / "b.jsonl", 3)]
    table = Asks(files)
    assert len(table) == 5
    assert table[2].sample.id == "s0"
    assert table[4] == ask(2)
    (tmp_path / "empty.jsonl").write_text("")
    with pytest.raises(InputError, match="is empty"):
        Asks([tmp_path / "empty.jsonl"])
    (tmp_path / "odd.jsonl").write_text('{"twins": []}\n')
    with pytest.raises(InputError, match="twins"):
        Asks([tmp_path / "odd.jsonl"])
    with pytest.raises(InputError, match="no asks at"):
        Asks([tmp_path / "gone.jsonl"])


def test_recording_becomes_chains_and_asks_with_the_best_trace(tmp_path, monkeypatch):
    source, folder = tmp_path / "recording", tmp_path / "data"
    source.mkdir()
    folder.mkdir()
    (source / "run.json").write_text(json.dumps({"dataset": "made", "root": "", "split": "train"}))
    said = {0: [[GARBAGE, GARBAGE], [plan_turn("plate")]], 1: [[plan_turn("mug"), plan_turn("mug"), plan_turn("mug")]]}
    with (source / "scores.jsonl").open("wb") as scores:
        for number, attempts in said.items():
            for attempt, texts in enumerate(attempts):
                trace = played(texts, number=number).model_copy(update={"trace_id": f"{number}-{attempt}"})
                append_trace(source / "traces.jsonl", trace)
                scores.write(score_of(trace, ask(number).sample, attempt, "true", "").line)
    made = [Entry(f"s{number}", lambda number=number: ask(number).sample) for number in said]
    monkeypatch.setattr(recorded, "entries_of", lambda dataset, root, split: made)
    found = recorded.from_recording(folder, recording=str(source))
    assert found == {"asks": 2, "taught": 1}
    first, second = Asks([folder / "asks.jsonl"])[0], Asks([folder / "asks.jsonl"])[1]
    assert (first.twins, first.sample) == (ask(0).twins, ask(0).sample)
    assert (first.teacher.trace_id, second.teacher) == ("0-1", None)
    (row,) = map(json.loads, (folder / "chains.jsonl").read_text().splitlines())
    assert row["messages"] == conversation(0)["messages"]
    with pytest.raises(InputError, match="is not in the dataset"):
        list(recorded.asks_of(recorded.read_recorded(source), made[:1]))
    with pytest.raises(InputError, match=r"run\.json cannot be read"):
        recorded.from_recording(folder, recording=str(tmp_path / "gone"))


def test_rewards_are_pickled_named_and_none_where_nothing_was_asked():
    scored = weighed([Reward(name="accuracy"), Reward(name="format", weight=0.0), Reward(name="iou", weight=2.0)])
    assert [(function.__name__, weight) for function, weight in scored] == [("accuracy", 1.0), ("iou", 2.0)]
    accuracy = pickle.loads(pickle.dumps(scored[0][0]))
    right, wrong = played([plan_turn("plate")]), played([plan_turn("mug")])
    truth = ask(0).sample
    assert accuracy(trace=[right, None, wrong], sample=[truth] * 3, prompts=["0"] * 3) == [1.0, None, 0.0]
    count = Scored("count", load_reward("counting"))
    assert count(trace=[right], sample=[truth]) == [None]


def test_likeness_to_the_teacher_by_hand():
    teacher = played([plan_turn("plate")])
    assert likeness(teacher, teacher) == pytest.approx(1.0)
    other = played([json.dumps({"analysis": "zzz", "plan": "find plate; rank depth min; answer"})])
    assert likeness(other, teacher) == pytest.approx(0.5 * 2 / 3)  # two of three steps, no word in common
    assert likeness(played([GARBAGE, GARBAGE]), teacher) == 0
    assert LikeTeacher()(trace=[teacher, None], teacher=[None, teacher]) == [None, None]


def test_reasoning_shares_gamma_and_a_judge_is_opened_late():
    parts = reasoning(DistillOptions())
    assert [(function.__name__, weight) for function, weight in parts] == [("faithfulness", 0.25), ("chain", 0.25)]
    assert reasoning(DistillOptions(gamma=0)) == []
    judged = DistillOptions(reasoning=("judge",), judge=JudgeOptions(model="ollama:none"))
    ((judge, weight),) = reasoning(judged)
    assert (judge.__name__, weight) == ("judge", 0.5)
    judge = pickle.loads(pickle.dumps(judge))
    trace = played([plan_turn("plate")])
    assert judge(prompts=["0"], trace=[trace], sample=[ask(0).sample], teacher=[None]) == [None]
    with pytest.raises(ValueError, match="judge"):
        DistillOptions(reasoning=("judge",))


def test_judge_sees_the_rollouts_of_one_query_as_one_group(monkeypatch):
    seen = []

    class Fake:
        def __call__(self, group, teacher, sample):
            seen.append((len(group), sample.id))
            return [0.5] * len(group)

    judge = Judged(JudgeOptions(model="x"))
    judge._judge = Fake()
    first, second = played([plan_turn("plate")]), played([plan_turn("fork")], number=1)
    marks = judge(
        prompts=["0", "1", "0", "1"],
        trace=[first, second, first, None],
        sample=[ask(0).sample, ask(1).sample] * 2,
        teacher=[first, second] * 2,
    )
    assert marks == [0.5, 0.5, 0.5, None]
    assert seen == [(2, "s0"), (1, "s1")]


def test_wise_adds_its_three_rewards_in_the_order_asked():
    names = [one.name for one in hierarchical(WiseOptions())]
    assert names == ["format", "wise_accuracy", "wise"]
    other = hierarchical(WiseOptions(order=("why", "analysis", "answer"), condition="always"))
    assert other[0].options["order"] == ["why", "analysis", "answer"]
    assert other[2].options["condition"] == "always"
    assert len(weighed(other)) == 3
    own = (Reward(name="format"), Reward(name="l1_exact", options={"target": 20}))
    assert hierarchical(WiseOptions(rewards=own)) == own


def half_written(folder, step, cut=0, state=True):
    path = folder / f"checkpoint-{step}"
    path.mkdir(parents=True)
    header = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
    data = len(header).to_bytes(8, "little") + header + np.zeros(2, np.float32).tobytes()
    (path / "model.safetensors").write_bytes(data[: len(data) - cut])
    if state:
        (path / "trainer_state.json").write_text(json.dumps({"global_step": step}))
    return path


def test_half_written_checkpoints_are_passed_over(tmp_path):
    assert last_checkpoint(tmp_path) is None
    whole = half_written(tmp_path, 5)
    half_written(tmp_path, 10, cut=3)
    half_written(tmp_path, 15, state=False)
    (half_written(tmp_path, 20) / "optimizer.pt").write_bytes(b"PK\x03\x04 cut")
    (half_written(tmp_path, 25) / "trainer_state.json").write_text('{"global_st')
    (half_written(tmp_path, 30) / "model.safetensors").unlink()
    assert last_checkpoint(tmp_path) == whole


def test_options_of_the_papers_are_the_defaults():
    assert (SftOptions().rate, SftOptions().epochs) == (5e-5, 3)
    assert (Lora().r, Lora().alpha) == (64, 128)
    assert (DistillOptions().rate, DistillOptions().schedule, DistillOptions().batch) == (4e-5, "cosine", 512)
