"""Reading recordings: from lines or from a table, exactly; and as rows to train on."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import record_parts as parts
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import thing, twin_of

from agentseg.api import segment
from agentseg.errors import InputError
from agentseg.prompt import system_text
from agentseg.testing import FakePerceiver, ScriptedChat
from agentseg.trace import Event, StepRecord, Trace, trace_line
from agentseg.training.record import compact, held_out, read_recorded, restyled, rows_of
from agentseg.training.record.folder import SCORES, TRACES
from agentseg.training.record.score import Score
from agentseg.training.record.table import TABLE, read_table, write_table

pytest.importorskip("pyarrow")

SCORE = Score(
    trace_id="a", id="s/1", attempt=0, dataset="d", split="train", twin="true", task="segment", media="ff", status="ok"
)
TEXT = st.text(max_size=12) | st.sampled_from(["\ud800", "a\udfffb", "é\u2028🥄", "\x00", '"\\'])
NUMBER = st.floats(allow_nan=False) | st.sampled_from([0.1 + 0.2, 1e-320, -0.0, 1e308])


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    parts.recorded(tmp_path, tmp_path / "whole", attempts=3)
    return tmp_path / "whole"


@st.composite
def traces(draw: st.DrawFn) -> Trace:
    """A trace with anything that its fields can hold."""
    ids = st.integers(0, 2**40)
    record = StepRecord(
        step=draw(TEXT), selection=(), values=draw(st.dictionaries(ids, NUMBER | TEXT, max_size=3)), note=draw(TEXT)
    )
    rows = (thing(3, "mug", (0.1, 0, 9.7, 9), draw(st.floats(0, 1e9))), thing(11, "mug", (1, 1, 5, 5)))
    twins = tuple(twin_of(*rows, frame=frame) for frame in (2, 10))
    return Trace(
        trace_id="a",
        query=draw(TEXT),
        media=draw(TEXT),
        reasoner=draw(TEXT),
        seed=draw(st.integers(0, 2**62)),
        status=draw(st.sampled_from(["ok", "no_target", "tool_error"])),
        answer=tuple(draw(st.lists(ids, max_size=3))),
        number=draw(st.none() | st.integers(0, 2**62)),
        masks={twin.frame: twin.masks[3] for twin in twins},
        twins=twins,
        dialogue=(("human", draw(TEXT)), ("ai", draw(TEXT))),
        events=(
            Event(node="refine", ms=draw(st.floats(0, 1e9)), steps=(record,), output_tokens=draw(st.none() | ids)),
        ),
    )


def exactly(trace: Trace) -> str:
    """Every value with its type and place, which ``==`` passes over."""
    return repr(trace.model_dump())


@given(trace=traces(), accuracy=st.none() | st.floats(0, 1), truth=st.none() | st.just((1, 2)), category=TEXT)
@settings(max_examples=40, deadline=None)
def test_table_brings_every_value_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, trace: Trace, accuracy: float, truth: tuple[int, ...], category: str
) -> None:
    path = tmp_path_factory.mktemp("table") / TABLE
    score = SCORE.model_copy(
        update={
            "media": trace.media,
            "accuracy": accuracy,
            "truth": truth,
            "category": category,
            "status": trace.status,
        }
    )
    write_table(path, [(trace, score)])
    ((found, its),) = read_table(path)
    assert exactly(found) == exactly(trace)
    assert its == score


def test_lone_surrogate_of_a_file_survives_lines_and_table(tmp_path: Path) -> None:
    """JSON can spell one, UTF-8 cannot."""
    parts.recorded(tmp_path, tmp_path / "out", count=1, attempts=1)
    path = tmp_path / "out" / TRACES
    path.write_bytes(path.read_bytes().replace(b'"query":"mug 0"', b'"query":"mug \\ud83d"'))
    ((lines, _),) = read_recorded(tmp_path / "out")
    assert lines.query == "mug \ud83d"
    ((table, _),) = read_table(compact(tmp_path / "out"))
    assert exactly(table) == exactly(lines)


def test_recording_is_read_in_the_order_of_samples_and_attempts_from_either(whole: Path) -> None:
    for name in (TRACES, SCORES):  # as workers would have written them
        lines = (whole / name).read_bytes().splitlines(keepends=True)
        (whole / name).write_bytes(b"".join(lines[::-1]))
    from_lines = list(read_recorded(whole))
    assert [(score.id, score.attempt) for _, score in from_lines] == sorted(
        (score.id, score.attempt) for _, score in from_lines
    )
    compact(whole)
    for name in (TRACES, SCORES):
        (whole / name).unlink()
    from_table = list(read_recorded(whole))
    assert from_table == from_lines
    assert [trace_line(trace) for trace, _ in from_table] == [trace_line(trace) for trace, _ in from_lines]


def test_recording_that_is_being_written_is_read_as_far_as_it_is(whole: Path) -> None:
    scores, traces = (whole / SCORES).read_bytes(), (whole / TRACES).read_bytes()
    (whole / SCORES).write_bytes(scores[:-9])
    assert len(list(read_recorded(whole))) == 17
    (whole / SCORES).write_bytes(scores)
    (whole / TRACES).write_bytes(traces[:-9])
    assert len(list(read_recorded(whole))) == 17


def test_table_is_whole_or_not_there(whole: Path) -> None:
    before = compact(whole).read_bytes()
    lines = (whole / TRACES).read_bytes()
    (whole / TRACES).write_bytes(lines.replace(b'"plan_version":1', b'"plan_version":9'))
    with pytest.raises(InputError, match="plan_version '9' was written"):
        compact(whole)
    assert (whole / TABLE).read_bytes() == before
    assert not [path for path in whole.iterdir() if path.suffix == ".part"]


def test_columns_can_be_filtered_without_reading_twins(whole: Path) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(compact(whole), columns=["accuracy", "id", "twins"], filters=[("accuracy", ">", 0.7)])
    right = [score for _, score in read_recorded(whole) if score.accuracy == 1.0]
    assert table.column("id").to_pylist() == [score.id for score in right]
    assert json.loads(table.column("twins")[0].as_py())[0]["instances"][0]["label"] == "mug"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: (folder / TRACES).write_text("{}\n" * 18), "no trace_version was written"),
        (lambda folder: (folder / SCORES).write_text("{}\n"), "scores.jsonl', line 1: trace_id"),
        (lambda folder: shutil.rmtree(folder), "no recording in"),
        (
            lambda folder: (folder / TRACES).write_bytes(
                b"".join((folder / TRACES).read_bytes().splitlines(True)[::-1])
            ),
            "the score of its line is that of",
        ),
    ],
)
def test_what_is_no_recording_is_one_clear_error(whole: Path, spoil: Any, words: str) -> None:
    spoil(whole)
    with pytest.raises(InputError, match=words):
        list(read_recorded(whole))


def test_file_that_is_no_table_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / TABLE).write_bytes(b"PAR1nothing")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        list(read_recorded(tmp_path))


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf8").splitlines()]


def test_rows_are_the_right_traces_one_a_query(whole: Path) -> None:
    found = rows(rows_of(whole))
    scores = [score for _, score in read_recorded(whole)]
    right = {score.id for score in scores if score.accuracy == 1.0}
    assert 0 < len(found) == len(right) < 6
    assert {row["trace_id"] for row in found} <= {score.trace_id for score in scores if score.accuracy == 1.0}
    assert [message["role"] for message in found[0]["messages"]] == ["system", "user", "assistant"]


def test_rows_have_the_same_bytes_whatever_the_order_and_the_source(whole: Path, tmp_path: Path) -> None:
    wanted = rows_of(whole, most=3).read_bytes()
    parts.recorded(tmp_path, tmp_path / "other", attempts=1)
    parts.recorded(tmp_path, tmp_path / "other", attempts=3, resume=True)
    assert (tmp_path / "other" / TRACES).read_text() != (whole / TRACES).read_text()
    assert rows_of(tmp_path / "other", most=3).read_bytes() == wanted
    compact(whole)
    (whole / SCORES).unlink()
    assert rows_of(whole, most=3, out=tmp_path / "new" / "rows.jsonl").read_bytes() == wanted


def test_rows_can_be_held_out_by_picture(tmp_path: Path) -> None:
    parts.recorded(tmp_path, tmp_path / "out", count=80, attempts=1, build=lambda: parts.Recorder(
        "rules", ScriptedChat(['{"analysis": "", "answer": [2]}'] * 80), perceivers=[FakePerceiver(parts.ROWS)]
    ))  # fmt: skip
    groups = {}
    for name, side in (("train", False), ("held", True)):
        path = rows_of(
            tmp_path / "out", where=lambda _, score, side=side: held_out(score.media, 0.3) == side,
            out=tmp_path / name,
        )  # fmt: skip
        groups[name] = [row["group"] for row in rows(path)]
    assert len(groups["train"]) + len(groups["held"]) == 80
    assert not {group.partition(":")[0] for group in groups["train"]} & {
        group.partition(":")[0] for group in groups["held"]
    }
    assert 4 < len(groups["held"]) < 44


def test_nothing_kept_is_an_error_not_an_empty_file(whole: Path) -> None:
    with pytest.raises(InputError, match=r"no trace has an accuracy above 1.0: nothing to learn from"):
        rows_of(whole, least=1.0)
    assert not (whole / "rows.jsonl").exists()


def asked(*replies: str, config: Any = "rules", **options: Any) -> Trace:
    chat, seer = ScriptedChat(replies), FakePerceiver(parts.ROWS)
    return segment(
        parts.np.zeros((24, 32, 3), "uint8"), "the mugs", config, reasoner=chat, perceivers=[seer], **options
    ).trace


def test_prompt_can_be_written_in_the_students_style() -> None:
    from agentseg.config import load_config

    said = ('{"analysis":"","plan":"find kettle"}', '{"analysis":"","plan":"find mug; answer"}')
    full = asked(*said)
    brief = asked(*said, config=load_config("rules", reasoner={"model": "rules", "prompt": "brief"}))
    found = restyled(full, "brief")
    assert found is not None
    assert found.dialogue == brief.dialogue != full.dialogue
    back = restyled(brief, "full")
    assert back is not None
    assert back.dialogue == full.dialogue
    assert restyled(full, "full") is full


def test_prompt_that_is_not_known_any_more_is_left_out() -> None:
    def glow(scene: Any) -> Any:
        """Make everything glow."""
        return scene.twin

    assert restyled(asked('{"analysis":"","answer":[1]}', tools=[glow]), "brief") is None
    changed = asked('{"analysis":"","plan":"relabel pot, mug"}', '{"analysis":"","answer":[1]}')
    seen = changed.model_copy(update={"twins": (twin_of(thing(1, "pot", (2, 4, 10, 12)), size=(24, 32)),)})
    assert restyled(seen, "brief") is None


def test_style_reaches_the_rows(whole: Path) -> None:
    for row in rows(rows_of(whole, style="brief")):
        assert row["messages"][0]["content"] == system_text(style="brief")
        assert row["messages"][1]["content"].startswith("picture, 3 instances\n1: mug\n2: mug\n3: mug\nquery: mug ")
