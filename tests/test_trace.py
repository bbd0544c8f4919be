import json
import multiprocessing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import run, scenes, thing, twin_of

from agentseg.errors import InputError
from agentseg.frames import Frame
from agentseg.masks import encode
from agentseg.tools.scene import Scene
from agentseg.trace import Event, StepRecord, Trace, append_trace, media_hash, read_traces, trace_id


def make(**fields: Any) -> Trace:
    mask = encode(np.eye(4, dtype=bool))
    record = StepRecord(step="rank depth min", selection=(1,), values={1: 0.5, 2: "red"}, ms=0.1)
    events = (Event(node="reason", text="so"), Event(node="refine", plan="rank depth min", steps=(record,)))
    base: dict[str, Any] = {"trace_id": "0", "query": "the mug", "media": "ff", "reasoner": "rules", "status": "ok"}
    base |= {"answer": (1,), "masks": {0: mask}, "twins": (twin_of(thing(1, "mug", (0, 0, 9, 9))),), "events": events}
    return Trace(**{**base, "dialogue": (("human", "the mug"), ("ai", "{}")), **fields})


def written(path: Path, *traces: Trace) -> bytes:
    for trace in traces:
        append_trace(path, trace)
    return path.read_bytes()


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        list(read_traces(path))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_traces_round_trip_and_are_stable_to_the_byte(tmp_path: Path) -> None:
    traces = [make(), make(query="käse 🧀\u2028\\", number=3, status="no_target", answer=())]
    first = written(tmp_path / "a.jsonl", *traces)
    assert list(read_traces(tmp_path / "a.jsonl")) == traces
    assert written(tmp_path / "b.jsonl", *read_traces(tmp_path / "a.jsonl")) == first
    assert first.count(b"\n") == 2


@settings(max_examples=30)
@given(scenes(), st.text())
def test_any_trace_survives_its_line(scene: Scene, text: str) -> None:
    done = run("describe depth; describe colour; rank speed max 3; filter real_size ge 0", scene)
    event = Event(node="refine", text=text, steps=done.records)
    trace = make(twins=tuple(scene.timeline), events=(event,), query=text)
    line = json.dumps(trace.model_dump(mode="json"), ensure_ascii=False, allow_nan=False)
    assert Trace.model_validate(json.loads(line)) == trace


def test_lone_surrogate_of_a_model_is_replaced_and_not_raised(tmp_path: Path) -> None:
    written(tmp_path / "a.jsonl", make(events=(Event(node="reason", text="a\ud800b"),)))
    (trace,) = read_traces(tmp_path / "a.jsonl")
    assert trace.events[0].text == "a?b"


def test_every_cut_of_the_last_line_leaves_the_lines_before_it(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    whole = written(path, make(), make(query="käse"))
    start = whole.index(b"\n") + 1
    for end in range(start, len(whole)):
        path.write_bytes(whole[:end])
        assert len(list(read_traces(path))) == (2 if end == len(whole) - 1 else 1)


@pytest.mark.parametrize("left", [0, 1, 5, 18, 400, -30, -1])
def test_append_after_a_crash_spoils_neither_line(tmp_path: Path, left: int) -> None:
    path = tmp_path / "a.jsonl"
    whole = written(path, make())
    path.write_bytes(whole + whole[:left])
    append_trace(path, make(query="next"))
    queries = [trace.query for trace in read_traces(path)]
    assert queries == (["the mug", "the mug", "next"] if left == -1 else ["the mug", "next"])


def test_append_mends_a_cut_line_of_any_length_and_leaves_other_text_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    long = make(query="x" * 200_000)
    whole = written(path, long)
    path.write_bytes(whole[:150_000])
    append_trace(path, make())
    assert [trace.query for trace in read_traces(path)] == ["the mug"]
    path.write_text("notes without an end")
    append_trace(path, make())
    assert path.read_text().startswith("notes without an end\n{")


@pytest.mark.parametrize("key", ["trace_version", "plan_version", "prompt_version"])
def test_other_version_is_refused_and_not_guessed(tmp_path: Path, key: str) -> None:
    path = tmp_path / "a.jsonl"
    data = json.loads(written(path, make()))
    path.write_text(json.dumps({**data, key: 99}) + "\n")
    message = refused(path)
    assert f"line 1: {key} '99' was written, " in message
    assert message.endswith("is read: record the traces again")
    del data[key]
    path.write_text(json.dumps(data) + "\n")
    assert f"no {key} was written" in refused(path)


@pytest.mark.parametrize("line", ["[]", "3", "null", '"trace"', "true", "NaN"])
def test_line_that_is_no_object_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"\n{line}\n")
    assert "line 2: a trace is a JSON object; found " in refused(path)


@pytest.mark.parametrize("line", [b"{", b"hello", b"\xff\xfe", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"])
def test_line_that_is_not_json_is_refused(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(line + b"\n")
    assert "line 1: not JSON" in refused(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "fine"),
        ("answer", "1"),
        ("answer", [1.5]),
        ("twins", [{"size": [0, 0]}]),
        ("twins", 3),
        ("events", [{"node": "x"}]),
        ("masks", {"a": {}}),
        ("masks", {"0": {"size": [4, 4], "counts": [16]}}),
        ("dialogue", [["human"]]),
        ("query", None),
        ("extra", 1),
    ],
)
def test_field_of_another_type_is_named(tmp_path: Path, field: str, value: Any) -> None:
    path = tmp_path / "a.jsonl"
    data = json.loads(written(path, make()))
    path.write_text(json.dumps({**data, field: value}) + "\n")
    assert f"line 1: {field}" in refused(path)


def test_missing_file_and_folder_say_so(tmp_path: Path) -> None:
    assert "no traces at" in refused(tmp_path / "none.jsonl")
    assert "no traces at" in refused(tmp_path)
    with pytest.raises(InputError, match="cannot be written to"):
        append_trace(tmp_path / "no" / "a.jsonl", make())
    with pytest.raises(InputError, match="cannot be written to"):
        append_trace(tmp_path, make())


def test_id_and_hash_depend_on_what_was_asked_and_seen() -> None:
    black, white = Frame(np.zeros((2, 3, 3), np.uint8)), Frame(np.full((2, 3, 3), 255, np.uint8))
    turned = Frame(np.zeros((3, 2, 3), np.uint8))
    assert len({media_hash([black]), media_hash([white]), media_hash([turned]), media_hash([black, white])}) == 4
    assert media_hash([black]) == media_hash([Frame(black.rgb.copy(), 5)])
    ids = {trace_id("q", "m", "r"), trace_id("p", "m", "r"), trace_id("q", "m", "r", 1), trace_id("q", "m", "r", 0, 1)}
    assert len(ids) == 4
    assert trace_id("q", "m", "r") == trace_id("q", "m", "r")


def test_trace_tells_the_nodes_and_plans_that_ran() -> None:
    assert make().nodes == ("reason", "refine")
    assert make().executed_plans == ("rank depth min",)


def append_many(path: Path, writer: int, size: int) -> None:
    for number in range(15):
        append_trace(path, make(query=f"{writer}.{number}", dialogue=(("ai", "y" * size),)))


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="locks are POSIX")
@pytest.mark.parametrize("size", [10, 300_000])
def test_processes_that_append_to_one_file_lose_no_trace(tmp_path: Path, size: int) -> None:
    context = multiprocessing.get_context("fork")
    path = tmp_path / "a.jsonl"
    writers = [context.Process(target=append_many, args=(path, writer, size)) for writer in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 4
    queries = [trace.query for trace in read_traces(path)]
    assert sorted(queries) == sorted(f"{writer}.{number}" for writer in range(4) for number in range(15))
