"""What a model reads of a stream's twin is short."""

import pytest

from agentseg.prompt import twin_text
from agentseg.timeline import Timeline
from agentseg.twin import Instance, Twin

LABELS = ("mug", "cutting board", "robot gripper", "kettle", "soap dispenser", "banana", "plate")


def test_the_view_of_twenty_things_in_a_long_stream_has_at_most_forty_tokens_a_thing(shared) -> None:
    folder = shared / "qwen_bpe"
    if not (folder / "vocab.json").exists():
        pytest.skip("the Qwen BPE is not at hand")
    tokenizers = pytest.importorskip("tokenizers")
    model = tokenizers.models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt"))
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)

    twins = []
    for frame in range(4000, 4064):
        rows = [
            Instance(
                id=1000 + key,
                label=LABELS[key % 7],
                box=(10.0 * key, 5.0 * key, 10.0 * key + 40, 5.0 * key + 60 + frame % 3),
                depth_mean=0.5 + key / 20,
                attributes={"colour": ("red", "white", "grey", "blue")[key % 4]},
                first_seen=3500 + key,
                last_seen=frame,
            )
            for key in range(20)
        ]
        twins.append(Twin(frame=frame, size=(240, 320), instances=tuple(rows)))
    tokens = len(tokenizer.encode(twin_text(Timeline(twins))).ids)
    assert 20 * 20 < tokens <= 40 * 20, tokens / 20
