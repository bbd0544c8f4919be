"""Samples: the same everywhere, right on the true twin, and open like those of any dataset.

A change of queries, answers or pixels is a new version of the benchmark, one of plans alone is not;
``python tests/test_kitchenbench_samples.py`` writes the digests.
"""

import hashlib
import json
import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from agentseg.errors import InputError
from agentseg.evaluation.datasets import open_dataset, open_frames
from agentseg.evaluation.datasets.kitchenbench import true_twins
from agentseg.masks import area, box_of, decode
from agentseg.sim.kitchenbench.maker import MOST
from agentseg.sim.kitchenbench.samples import all_queries, queries, rendered, sample_of
from agentseg.sim.kitchenbench.splits import SPLITS, frames_of
from agentseg.sim.render import render_kitchen

DIGESTS = Path(__file__).with_name("kitchenbench_digests.json")
FIRST = 5


def digest(split: str) -> str:
    """Hash of the first queries of a split."""
    rows = [
        [query.id, query.text, query.plan, query.answer, query.number, query.task, query.level]
        for query in islice(all_queries(split), FIRST)
    ]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]


@pytest.fixture(scope="module")
def samples():
    return list(open_dataset("kitchenbench", ".", split="test", limit=8))


def test_queries_are_those_of_the_committed_digest():
    assert {split: digest(split) for split in SPLITS} == json.loads(DIGESTS.read_text("utf8"))


def test_a_fresh_process_draws_the_same_queries():
    code = "import sys; sys.path.insert(0, 'tests'); import test_kitchenbench_samples as t; print(t.digest('test'))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert told == digest("test")


def test_a_scenes_queries_do_not_hang_on_those_before_it():
    seed = SPLITS["test"].first + 1
    alone = queries(seed, frames_of(seed), "test")
    queries(seed + 1, frames_of(seed + 1), "test")
    assert queries(seed, frames_of(seed), "test") == alone


def test_samples_have_masks_of_their_answer_in_every_frame(samples):
    assert {len(sample.indices) for sample in samples} == {1, 12}
    for sample in samples:
        _, truth = rendered(*map(int, (sample.id.split("/")[0], len(sample.indices))))
        assert sorted(sample.targets) == list(range(len(sample.indices)))
        for frame, rle in sample.targets.items():
            assert np.array_equal(decode(rle), np.isin(truth.ids[frame], sample.extra["answer"]))


def test_answers_hold_up_to_five_things_that_can_be_seen(samples):
    for sample in samples:
        answer = sample.extra["answer"]
        assert len(answer) <= MOST
        assert bool(answer) == (sum(area(rle) for rle in sample.targets.values()) > 0)
        assert sample.number == (len(answer) if sample.task == "count" else None)


def test_boxes_of_detect_are_those_of_the_things():
    query = next(q for seed in range(4_000_000, 4_000_090, 3) for q in queries(seed, 1, "test") if q.task == "detect")
    sample = sample_of(query)
    truth = rendered(query.seed, 1)[1]
    assert sample.boxes == {0: tuple(box_of(truth.ids[0] == id) for id in query.answer)}


def test_pixels_are_those_of_the_scene(samples):
    frames, _ = render_kitchen(SPLITS["test"].first, supersample=2)
    opened = list(open_frames(samples[0]))
    assert np.array_equal(opened[0].rgb, frames[0].rgb)
    clip = next(sample for sample in samples if len(sample.indices) > 1)
    assert [frame.index for frame in open_frames(clip)] == list(range(12))


def test_true_twins_show_the_answer(samples):
    for sample in samples:
        twins = true_twins(sample)
        assert len(twins) == len(sample.indices)
        for frame, twin in enumerate(twins):
            there = {row.id for row in twin.instances} & set(sample.extra["answer"])
            assert np.array_equal(twin.union(tuple(there)), decode(sample.targets[frame]))


def test_a_handle_that_names_no_scene_is_refused(samples):
    for media in ("kitchen:x?frames=1", "kitchen:1?frames=0", "kitchen:1", "kitchen:1?frames=999"):
        with pytest.raises(InputError, match="SEED\\?frames=T"):
            list(open_frames(samples[0].model_copy(update={"media": (media,)})))


def test_people_wrote_the_split_human():
    sample = next(iter(open_dataset("kitchenbench", ".", split="human", limit=1)))
    assert sample.extra["plan"] == ""
    assert sample.extra["program"] == "human"
    assert sample.query
    assert int(sample.id.split("/")[0]) >= 9_000_000


def test_an_unknown_split_is_an_error_before_anything_is_rendered():
    with pytest.raises(InputError, match="no split 'tests'"):
        next(open_dataset("kitchenbench", ".", split="tests"))


if __name__ == "__main__":
    DIGESTS.write_text(json.dumps({split: digest(split) for split in SPLITS}, indent=1) + "\n", "utf8")
