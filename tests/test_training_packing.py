"""Conversations that share their opening as one row: the same losses, fewer tokens."""

import numpy as np
import pytest

from agentseg.training.stages.packing import IGNORED, Batch, packs

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")


def conversation(table, query, plan):
    ids = [*table, *query, *plan]
    return ids, [IGNORED] * (len(table) + len(query)) + list(plan)


def some(seed=0, count=5, table=20):
    rng = np.random.default_rng(seed)
    opening = rng.integers(5, 90, table).tolist()
    return [
        conversation(opening, rng.integers(5, 90, rng.integers(2, 8)).tolist(), rng.integers(5, 90, 6).tolist())
        for _ in range(count)
    ]


def test_what_is_shared_stands_once():
    rows = some()
    (packed,) = packs(rows, 8, 500)
    assert len(packed["input_ids"]) == 20 + sum(len(ids) - 20 for ids, _ in rows)
    assert packed["parts"][:20] == [0] * 20
    assert set(packed["parts"][20:]) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize(("most", "longest", "lengths"), [(2, 500, [2, 2, 1]), (8, 45, None), (8, 500, [5])])
def test_rows_are_bounded(most, longest, lengths):
    found = [*packs(some(), most, longest)]
    assert lengths is None or [max(row["parts"]) for row in found] == lengths
    assert all(len(row["input_ids"]) <= longest for row in found)
    assert sum(max(row["parts"]) for row in found) == 5


def test_another_table_begins_another_row_and_equal_queries_keep_their_answers():
    first = some(1, 2)
    same = [first[0], first[0]]
    found = [*packs([*same, *some(2, 2)], 8, 500)]
    assert [max(row["parts"]) for row in found] == [2, 2]
    learned = [label for label in found[0]["labels"] if label != IGNORED]
    assert learned == 2 * [label for label in first[0][1] if label != IGNORED]


def test_losses_and_gradients_are_those_of_separate_rows():
    from transformers import Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(0)
    model = Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=96,
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=16,
            max_position_embeddings=256,
        )
    ).double()

    def loss(batch):
        logits = model(**{name: value for name, value in batch.items() if name != "labels"}).logits
        return torch.nn.functional.cross_entropy(
            logits[:, :-1].flatten(0, 1), batch["labels"][:, 1:].flatten(), reduction="sum", ignore_index=IGNORED
        )

    rows = [*some(3, 4), *some(4, 3, 17)]
    alone = 0.0
    for ids, labels in rows:
        one = loss({"input_ids": torch.tensor([ids]), "labels": torch.tensor([labels])})
        one.backward()
        alone += one.item()
    gradients = [weight.grad.clone() for weight in model.parameters()]
    model.zero_grad()
    together = loss(Batch(0)([*packs(rows, 8, 500)]))
    together.backward()
    assert together.item() == pytest.approx(alone, rel=1e-7)
    for weight, gradient in zip(model.parameters(), gradients, strict=True):
        torch.testing.assert_close(weight.grad, gradient, rtol=1e-3, atol=1e-6)
