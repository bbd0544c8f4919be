"""GRPO for real over twins: two turns with results in between, which are masked; rewards that do not apply left out."""

import json

import pytest
from stage_makers import LABELS, ask, asks_file, plan_turn, tiny_base

for package in ("torch", "transformers", "trl", "peft", "datasets"):
    pytest.importorskip(package)

import torch  # noqa: E402
from transformers import Qwen3Config, Qwen3ForCausalLM  # noqa: E402

from agentseg.trace import read_traces  # noqa: E402
from agentseg.training.stages import rollouts  # noqa: E402
from agentseg.training.stages.asks import Asks, write_asks  # noqa: E402
from agentseg.training.stages.chains import chains  # noqa: E402
from agentseg.training.stages.distill import distill  # noqa: E402
from agentseg.training.stages.episode import Episode, opened  # noqa: E402
from agentseg.training.stages.models import load_chat_tokenizer  # noqa: E402
from agentseg.training.stages.options import (  # noqa: E402
    DistillOptions,
    GrpoOptions,
    Lora,
    Reward,
    TeacherOptions,
    WiseOptions,
)
from agentseg.training.stages.rules import Rules  # noqa: E402
from agentseg.training.stages.table import table  # noqa: E402
from agentseg.training.stages.teacher import teacher  # noqa: E402
from agentseg.training.stages.wise import wise  # noqa: E402

QUICK = {"steps": 1, "batch": 8, "micro": 8, "generations": 4, "log_every": 1, "rules": Rules(max_tokens=48)}
FIRST = json.dumps({"analysis": "look", "plan": "find plate"})
SECOND = json.dumps({"analysis": "there", "answer": [2]})


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny_base(tmp_path_factory.mktemp("grpo") / "base")


@pytest.fixture(scope="module")
def tokenizer(base):
    return load_chat_tokenizer(str(base))


class Script:
    """Writes given turns in place of a policy: each rollout's own list, by what it has read."""

    def __init__(self, tokenizer, *turns, cut=False):
        self.tokenizer, self.turns, self.cut, self.asked = tokenizer, turns, cut, []

    def __call__(self, trainer, ids):
        self.asked.append(len(ids))
        out = []
        for place, row in enumerate(ids):
            wrote = self.tokenizer.decode(row).count("<|im_start|>assistant") - 1
            turns = self.turns[place % len(self.turns)] if isinstance(self.turns[0], list) else self.turns
            out.append(self.tokenizer.encode(turns[wrote]) + ([] if self.cut else [self.tokenizer.eos_token_id]))
        return out, None


class Stub:
    """As much of a trainer as rollouts read."""

    class accelerator:  # noqa: N801
        num_processes = 1

    class model:  # noqa: N801
        class config:  # noqa: N801
            max_position_embeddings = 1024


def played(tmp_path, tokenizer, script, count=2, room=1024, **options):
    asks = Asks([asks_file(tmp_path / "asks.jsonl", count)])
    made = rollouts.Rollouts(asks, tokenizer, GrpoOptions(**{**QUICK, **options}), script)
    Stub.model.config.max_position_embeddings = room
    return made([str(number) for number in range(count)], Stub)


def test_results_come_back_in_the_loop_and_are_masked(tmp_path, tokenizer):
    script = Script(tokenizer, FIRST, SECOND)
    made = played(tmp_path, tokenizer, script)
    assert script.asked == [2, 2]
    for number in range(2):
        ids, mask = made["completion_ids"][number], made["env_mask"][number]
        assert len(ids) == len(mask)
        own = tokenizer.decode([token for token, wrote in zip(ids, mask, strict=True) if wrote])
        told = tokenizer.decode([token for token, wrote in zip(ids, mask, strict=True) if not wrote])
        assert own == f"{FIRST}<|im_end|>{SECOND}<|im_end|>"
        assert told.startswith("\n<|im_start|>user\nresults:\nfind plate:")
        assert told.endswith("<|im_end|>\n<|im_start|>assistant\n")
        trace = made["trace"][number]
        assert (trace.status, trace.answer) == ("ok", (2,))
        assert trace.nodes == ("build_twin", "reason", "refine", "reason", "answer")
        # what was sampled from is what a server would send: the dialogue in plain ChatML
        messages = [{"role": rollouts_role(role), "content": text} for role, text in trace.dialogue]
        whole = tokenizer.apply_chat_template(messages, tokenize=False)
        assert tokenizer.decode(made["prompt_ids"][number] + ids) + "\n" == whole
    assert [sample.id for sample in made["sample"]] == ["s0", "s1"]


def rollouts_role(role):
    return {"human": "user", "ai": "assistant"}.get(role, role)


def test_episodes_end_by_themselves_and_the_others_go_on(tmp_path, tokenizer):
    script = Script(tokenizer, [plan_turn(LABELS[1]), SECOND], [FIRST, SECOND])
    made = played(tmp_path, tokenizer, script, count=2)
    assert script.asked == [2, 1]
    assert [trace.status for trace in made["trace"]] == ["ok", "ok"]
    assert sum(mask == 0 for mask in made["env_mask"][0]) == 0


def test_cut_turn_is_ended_for_it_and_masked(tmp_path, tokenizer):
    made = played(tmp_path, tokenizer, Script(tokenizer, FIRST, SECOND, cut=True), count=1)
    ids, mask = made["completion_ids"][0], made["env_mask"][0]
    end = ids.index(tokenizer.eos_token_id)
    assert mask[end] == 0
    assert "cut at 48 tokens" in tokenizer.decode(ids)
    assert made["trace"][0].status == "format_error"


def test_prompt_beyond_the_context_is_left_out(tmp_path, tokenizer):
    script = Script(tokenizer, FIRST)
    made = played(tmp_path, tokenizer, script, count=1, room=60)
    assert script.asked == []
    assert made["trace"] == [None]
    assert made["env_mask"] == [[0]]


def test_step_masks_results_from_the_loss_and_leaves_out_what_does_not_apply(tmp_path, base, tokenizer, monkeypatch):
    from trl import GRPOTrainer

    seen = []
    loss = GRPOTrainer.compute_loss

    def watched(self, model, inputs, *args, **kwargs):
        seen.append({key: value.clone() for key, value in inputs.items() if isinstance(value, torch.Tensor)})
        return loss(self, model, inputs, *args, **kwargs)

    monkeypatch.setattr(GRPOTrainer, "compute_loss", watched)
    right = json.dumps({"analysis": "there", "answer": [2]})
    wrong = json.dumps({"analysis": "there", "answer": [1]})
    monkeypatch.setattr(rollouts, "sample", Script(tokenizer, [FIRST, right], [FIRST, wrong]))
    options = TeacherOptions(**QUICK, rewards=(Reward(name="accuracy"), Reward(name="counting")))
    card = teacher(base, asks_file(tmp_path / "asks.jsonl", 2), tmp_path / "out", options)
    (step,) = seen
    learned = (step["completion_mask"] * step["tool_mask"]).bool()
    for ids, kept in zip(step["completion_ids"], learned, strict=True):
        text = tokenizer.decode(ids[kept])
        assert "results" not in text
        assert text.count("analysis") == 2
    assert sorted(set(step["advantages"].sign().tolist())) == [-1, 1]  # right above wrong, in every group
    assert card.metrics["reward at last"] == pytest.approx(0.5)
    assert card.metrics["rewards/accuracy/mean at last"] == pytest.approx(0.5)
    assert "rewards/counting/mean at last" not in card.metrics  # None everywhere
    assert (tmp_path / "out" / "final" / "model.safetensors").is_file()


def test_own_policy_is_distilled_with_an_adapter_that_is_then_trained_on(tmp_path, base):
    rules = QUICK["rules"]
    episode = Episode(opened(ask(0), rules), rules)
    episode.take(plan_turn(LABELS[1]), cut=False)
    asks = tmp_path / "asks.jsonl"
    write_asks(asks, [ask(0, teacher=episode.trace(0, 0)), ask(1)])
    options = DistillOptions(**{**QUICK, "steps": 2, "lora": Lora(r=4, alpha=8), "beta": 0.01})
    card = distill(base, asks, tmp_path / "out", options)
    assert card.metrics["steps"] == 2
    assert card.metrics["completions/mean_length at last"] > 0
    assert {"rewards/format/mean at last", "rewards/chain/mean at last"} <= set(card.metrics)
    final = tmp_path / "out" / "final"
    assert (final / "adapter_model.safetensors").is_file()
    again = distill(final, asks, tmp_path / "more", options.model_copy(update={"steps": 1}))
    assert again.base == str(final)
    assert not (tmp_path / "more" / "final" / "ref").exists()


def test_reinforcement_goes_on_from_its_last_checkpoint(tmp_path, base):
    asks = asks_file(tmp_path / "asks.jsonl", 4)
    options = TeacherOptions(**{**QUICK, "steps": 4, "save_every": 2})

    def stop(point):
        if point["step"] == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        teacher(base, asks, tmp_path / "out", options, on_progress=stop)
    points = []
    card = teacher(base, asks, tmp_path / "out", options, on_progress=points.append)
    assert card.resumed == (2,)
    assert [point["step"] for point in points] == [3, 4]


def test_step_of_the_teacher_in_the_architecture_of_qwen3_06b(tmp_path, base, tokenizer):
    """Its widths and vocabulary with random weights and one of its 28 layers; on a GPU, all of them."""
    layers = 28 if torch.cuda.is_available() else 1
    config = Qwen3Config(
        vocab_size=151_936, hidden_size=1024, intermediate_size=3072, num_hidden_layers=layers, num_attention_heads=16,
        num_key_value_heads=8, head_dim=128, max_position_embeddings=40_960, tie_word_embeddings=True,
    )  # fmt: skip
    big = tmp_path / "qwen"
    torch.manual_seed(0)
    Qwen3ForCausalLM(config).to(torch.bfloat16).save_pretrained(big)
    tokenizer.save_pretrained(big)
    rules = Rules(max_tokens=16, corrections=0)
    options = TeacherOptions(**{**QUICK, "batch": 4, "generations": 2, "rules": rules}, lora=Lora())
    card = teacher(big, asks_file(tmp_path / "asks.jsonl", 2), tmp_path / "out", options)
    assert card.metrics["steps"] == 1
    settings = json.loads((tmp_path / "out" / "final" / "adapter_config.json").read_text())
    assert (settings["r"], settings["lora_alpha"]) == (64, 128)


def test_chains_of_a_model_go_on_after_a_kill(tmp_path, base, monkeypatch):
    asks = asks_file(tmp_path / "asks.jsonl", 2)
    folder = tmp_path / "chains"
    folder.mkdir()
    given = {"model": str(base), "asks": str(asks), "attempts": 2, "rules": {"max_tokens": 32}}
    found = chains(folder, **given)
    assert (found["asks"], found["traces"], found["right"]) == (2, 4, 0)  # random weights are never right
    lines = (folder / "traces.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "traces.jsonl").write_bytes(b"".join(lines[:3]) + lines[3][:50])  # as a kill leaves it
    monkeypatch.setattr("agentseg.training.stages.talker.write_turns", by_heart)
    found = chains(folder, **given)
    traces = list(read_traces(folder / "traces.jsonl"))
    assert [trace.trace_id for trace in traces] == ["0-0", "0-1", "1-0", "1-1"]
    assert [trace.status == "ok" for trace in traces] == [False, False, True, True]
    assert (found["rows"], found["right"]) == (1, 0.5)  # the two chains of the second ask are one
    (row,) = map(json.loads, (folder / "chains.jsonl").read_text().splitlines())
    assert row["messages"][-1] == {"role": "assistant", "content": plan_turn("fork")}
    kept = Asks([folder / "asks.jsonl"])
    assert kept[0].teacher is None
    assert kept[1].teacher.answer == (2,)


def by_heart(model, tokenizer, config, ids):
    """Names what is asked for: the fork, in the second ask."""
    return [[*tokenizer.encode(plan_turn("fork")), tokenizer.eos_token_id] for _ in ids]


def test_wise_asks_for_the_detail_and_rewards_it(tmp_path, base, tokenizer, monkeypatch):
    whole = json.dumps({"analysis": "plate", "answer": [2], "why": "it is the plate that the query asks for"})
    script = Script(tokenizer, whole)
    prompts = []

    def watched(trainer, ids):
        prompts.extend(tokenizer.decode(row) for row in ids)
        return script(trainer, ids)

    monkeypatch.setattr(rollouts, "sample", watched)
    card = wise(base, asks_file(tmp_path / "asks.jsonl", 2), tmp_path / "out", WiseOptions(**{**QUICK, "beta": 0.0}))
    assert 'then the detailed explanation as "analysis", "answer", "why"' in prompts[0]
    assert card.metrics["rewards/format/mean at last"] == 1
    assert 0 < card.metrics["rewards/wise/mean at last"] < 1


def test_table_counts_right_answers_of_each_model(tmp_path, base):
    folder = tmp_path / "table"
    folder.mkdir()
    asks = asks_file(tmp_path / "test.jsonl", 3)
    found = table(folder, models=[str(base)], asks=[str(asks)], rules={"max_tokens": 16})
    assert found["base"]["test"]["asks"] == 3
    assert 0 <= found["base"]["test"]["right"] <= 1
    assert json.loads((folder / "table.json").read_text()) == found
    said = []
    again = table(folder, models=[str(base)], asks=[str(asks)], rules={"max_tokens": 16}, on_progress=said.append)
    assert again == found
    assert [point["say"].split() for point in said] == [["test"], ["base", f"{found['base']['test']['right']:.3f}"]]
