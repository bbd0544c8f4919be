"""``agentseg record`` as a person runs it, folders of pictures, the programmatic teacher, and ``segment(record=)``."""

import json
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import pytest
import record_parts as parts

from agentseg.api import segment
from agentseg.cli import main
from agentseg.errors import InputError
from agentseg.evaluation.datasets import open_dataset
from agentseg.evaluation.oracle import oracle_for
from agentseg.protocol import parse
from agentseg.sample import Sample
from agentseg.testing import FakePerceiver, ScriptedChat
from agentseg.trace import read_traces
from agentseg.training.record import Pictures, read_recorded, rows_of
from agentseg.training.record.asked import revision_of


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """Records a folder of pictures with a perceiver of the tests."""
    (tmp_path / "data").mkdir()
    parts.folder(tmp_path / "data")
    config = tmp_path / "config.toml"
    config.write_text('perception = ["record_parts:see"]\n[reasoner]\nmodel = "rules"\n')
    return [
        "record",
        "folder",
        "--root",
        str(tmp_path / "data"),
        "--config",
        str(config),
        "--out",
        str(tmp_path / "out"),
    ]


def test_folder_of_pictures_with_queries_is_recorded(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--parquet"]) == 0
    printed = capsys.readouterr()
    counts = json.loads(printed.out)
    assert (counts["traces"], counts["errors"], counts["accuracy"]) == (3, 0, None)
    assert counts["by_status"] == {"no_target": 1, "ok": 2}
    assert "[########################] 3/3 traces" in printed.err
    found = {trace.query: (trace, score) for trace, score in read_recorded(tmp_path / "out") if len(trace.twins) == 1}
    assert found["the mug"][0].answer == (1, 2, 3)
    assert found["the kettle"][0].status == "no_target"
    assert found["the mug"][1].id.startswith("a.png/")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "errors.jsonl", "run.json", "scores.jsonl", "traces.jsonl", "traces.parquet",
    ]  # fmt: skip
    asked = json.loads((tmp_path / "out" / "run.json").read_text())
    assert (asked["dataset"], asked["attempts"], asked["revision"][:9]) == ("folder", 1, "agentseg ")
    with pytest.raises(InputError, match="no trace has an accuracy"):
        rows_of(tmp_path / "out")
    assert len(rows_of(tmp_path / "out", least=-1).read_text().splitlines()) == 3


def test_lines_can_be_moved_and_added_between_runs(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--quiet"]) == 0
    before = (tmp_path / "out" / "traces.jsonl").read_bytes()
    path = tmp_path / "data" / "queries.jsonl"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(json.dumps({"picture": "a.png", "query": "red things"}) + "\n" + "".join(lines[::-1]))
    assert main([*command, "--quiet", "--resume"]) == 0
    after = (tmp_path / "out" / "traces.jsonl").read_bytes()
    assert after.startswith(before)
    assert json.loads(after[len(before) :])["query"] == "red things"


def test_interrupted_recording_says_how_to_go_on_and_does(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command[:-1], str(tmp_path / "whole"), "--quiet"]) == 0
    config = tmp_path / "config.toml"
    whole = config.read_text()
    config.write_text(whole.replace("record_parts:see", "eval_parts:interrupted"))
    assert main(command) == 130
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last == f"agentseg record: stopped; --resume goes on with {tmp_path / 'out'}"
    assert len(parts.lines(tmp_path / "out")) == 2
    config.write_text(whole)
    assert main([*command, "--resume"]) == 2
    assert "config.perception" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "line 1: not JSON"),
        ('{"query": "a"}', "either picture .* found neither"),
        ('{"picture": "a.png", "frames": ["a.png"], "query": "a"}', "found both"),
        ('{"picture": "../a.png", "query": "a"}', "below the folder"),
        ('{"picture": "a.png", "query": " "}', "'queries.jsonl', line 1: the query is empty"),
        (json.dumps({"picture": "a.png", "query": "a" * 501}), "'queries.jsonl', line 1: a query has at most 500"),
        ('{"picture": "a.png", "query": "a"}\n' * 2, "'queries.jsonl', line 2: .* of line 1 again"),
        ('{"picture": "a.png", "query": 3}', "query is text; found int"),
        ('{"frames": [], "query": "a"}', "frames a list of names"),
        ('{"picture": "a.png", "query": "a", "answer": [1]}', "a line has picture or frames"),
        ('{"picture": "a.png", "query": "a", "id": "../b"}', "an id is a plain relative name"),
    ],
)
def test_line_that_is_no_query_stops_and_is_named(tmp_path: Path, line: str, words: str) -> None:
    (tmp_path / "queries.jsonl").write_text(line + "\n")
    with pytest.raises(InputError, match=words):
        list(Pictures(str(tmp_path)))


@pytest.mark.parametrize("more", [["--quiet"], [], ["--quiet", "--limit", "1"]])
def test_broken_line_is_told_before_the_work_begins(
    command: list[str], more: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "data" / "queries.jsonl").open("a") as file:
        file.write('{"picture": "a.png", "query": ""}\n')
    assert main([*command, *more]) == 2
    assert capsys.readouterr().err.startswith("agentseg record: 'queries.jsonl', line 4: the query is empty")
    assert not (tmp_path / "out").exists()


def test_picture_that_is_missing_is_an_error_of_its_line_alone(command: list[str], tmp_path: Path) -> None:
    with (tmp_path / "data" / "queries.jsonl").open("a") as file:
        file.write('{"picture": "gone.png", "query": "the mug"}\n')
    assert main([*command, "--quiet"]) == 0
    (error,) = parts.lines(tmp_path / "out", "errors.jsonl")
    assert "no file 'gone.png'" in error["error"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere", "--root", "."], "no dataset 'nowhere'"),
        (["folder"], "--root is missing: name the folder that holds the pictures and queries.jsonl"),
        (["folder", "--root", "."], "queries.jsonl cannot be read"),
        (["revos", "--root", ".", "--twin", "true"], "nobody knows the true twins of revos"),
        (["kitchenbench", "--attempts", "0"], "--attempts is a number from 1; found 0"),
        (["kitchenbench", "--workers", "0"], "at least 1 worker"),
        (["kitchenbench", "--reasoner", "gguf:none.gguf"], "none.gguf"),
    ],
)
def test_bad_input_is_one_clear_line_and_exit_code_2(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["record", *arguments, "--quiet", "--out", str(tmp_path / "out")]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("agentseg record: ")
    assert words in line


def test_attempts_without_a_temperature_are_warned_about(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--attempts", "2"]) == 0
    assert "the temperature is 0: attempts will hardly differ" in capsys.readouterr().err


@pytest.fixture(scope="module")
def kitchen() -> list[Sample]:
    return list(open_dataset("kitchenbench", ".", split="train", limit=8))


def test_programmatic_teacher_is_recorded_on_true_twins(
    kitchen: list[Sample], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["record", "kitchenbench", "--twin", "true", "--reasoner", "oracle", "--limit", "8", "--quiet"]
    assert main([*command, "--out", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["accuracy"] == 1.0
    known = {sample.id: sample for sample in kitchen}
    medias: dict[str, set[str]] = {}
    for trace, score in read_recorded(tmp_path):
        sample = known[score.id]
        turn = parse(trace.dialogue[2][1])
        assert (turn.analysis, turn.why) == (sample.extra["gist"], None)
        assert turn.plan is not None
        assert turn.plan.text == sample.extra["plan"]
        assert score.truth == tuple(sample.extra["answer"])  # type: ignore[arg-type]
        medias.setdefault(score.id.partition("/")[0], set()).add(trace.media)
    assert all(len(found) == 1 for found in medias.values())
    rows = [json.loads(line) for line in rows_of(tmp_path, style="brief").read_text().splitlines()]
    assert len(rows) == 8
    assert all(row["messages"][0]["content"] == "plan or answer" for row in rows)


def test_teacher_explains_itself_after_its_plan_where_that_is_asked_for(kitchen: list[Sample]) -> None:
    text = oracle_for(kitchen[0], "oracle:detail").invoke("plan").text
    turn = parse(text)
    assert turn.why == kitchen[0].extra["detail"]
    assert list(json.loads(text)) == ["analysis", "plan", "why"]
    assert text == json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":"))


def test_teacher_says_once_that_there_is_none(kitchen: list[Sample]) -> None:
    none = kitchen[0].model_copy(update={"extra": {"plan": "find kettle; answer", "gist": "kettle", "answer": []}})
    reasoner = oracle_for(none)
    seen = [FakePerceiver(parts.ROWS)]
    trace = segment(
        parts.np.zeros((24, 32, 3), "uint8"), "the kettle", "rules", reasoner=reasoner, perceivers=seen
    ).trace
    assert trace.status == "no_target"
    assert [text for role, text in trace.dialogue if role == "ai"] == [
        '{"analysis":"kettle","plan":"find kettle; answer"}',
        '{"analysis":"there is none","answer":[]}',
    ]


def test_programs_that_record_into_one_file_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "traces.jsonl"
    spawn = get_context("spawn")
    crew = [spawn.Process(target=parts.ask, args=(path, who, 15)) for who in ("a", "b")]
    for process in crew:
        process.start()
    for process in crew:
        process.join(60)
    assert sorted(trace.query for trace in read_traces(path)) == sorted(f"{w} {n}" for w in "ab" for n in range(15))


def test_query_is_recorded_whatever_its_status(tmp_path: Path) -> None:
    chat, seen = ScriptedChat(["not a turn"] * 2), [FakePerceiver(parts.ROWS)]
    dark = parts.np.zeros((24, 32, 3), "uint8")
    result = segment(dark, "mug", "rules", reasoner=chat, perceivers=seen, record=tmp_path / "traces.jsonl")
    assert list(read_traces(tmp_path / "traces.jsonl")) == [result.trace]
    assert result.status == "format_error"
    with pytest.raises(InputError, match="cannot be written"):
        segment(dark, "mug", "rules", perceivers=seen, record=tmp_path / "no" / "traces.jsonl")


def weights(root: Path) -> Iterator[str]:
    (root / "model.gguf").write_bytes(b"GGUF1")
    yield revision_of(f"gguf:{root / 'model.gguf'}")
    (root / "model.gguf").write_bytes(b"GGUF2")
    yield revision_of(f"gguf:{root / 'model.gguf'}")
    (root / "model.safetensors").write_bytes(b"a")
    yield revision_of(f"hf:{root}")


def test_revision_follows_the_weights(tmp_path: Path) -> None:
    found = list(weights(tmp_path))
    assert len(set(found)) == 3
    assert all(revision.startswith("sha256:") for revision in found)
    assert revision_of("rules") == revision_of("oracle:detail") != ""
    assert revision_of("ollama:qwen3:0.6b") == ""
