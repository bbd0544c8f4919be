"""The report of runs that are broken, half done, of other samples, or full of odd text."""

import json
import shutil

import pytest
import report_runs

from agentseg.cli import main
from agentseg.errors import InputError
from agentseg.evaluation.report import write_report
from agentseg.evaluation.report.data import read_runs
from agentseg.evaluation.report.plain import clipped, plain
from agentseg.evaluation.report.write import notes


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return report_runs.runs(tmp_path_factory.mktemp("report"))


@pytest.fixture
def copy(runs, tmp_path):
    return shutil.copytree(runs[0], tmp_path / "copy")


def change(copy, name, **fields):
    found = json.loads((copy / name).read_text())
    (copy / name).write_text(json.dumps({**found, **fields}))


def change_rows(copy, make):
    rows = [make(json.loads(line)) for line in (copy / "rows.jsonl").read_text().splitlines()]
    (copy / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.parametrize("kept", ["perceived", ""])
def test_summary_of_other_rows_is_no_finished_run(copy, kept, capsys, tmp_path):
    rows = [line for line in (copy / "rows.jsonl").read_text().splitlines() if f'"twin":"{kept}' in line]
    (copy / "rows.jsonl").write_text("\n".join(rows if kept else rows[:-1]) + "\n")
    assert main(["report", str(copy), "--out", str(tmp_path / "a.html")]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "is no finished run (summary.json is of 50 true rows" in line
    assert line.endswith("finish it with --resume")


def test_runs_on_other_samples_are_told_apart(runs, copy, tmp_path, capsys):
    change_rows(copy, lambda row: {**row, "id": f"x{row['id']}" if row["id"].startswith("k0") else row["id"]})
    note = "The runs share 40 of 60 samples: they are not comparable."
    assert notes(read_runs([copy, runs[1]])) == [note]
    assert notes(read_runs(runs)) == []
    out = tmp_path / "a.html"
    assert main(["report", str(copy), str(runs[1]), "--out", str(out), "--cases", "0"]) == 0
    assert f"agentseg report: {note}" in capsys.readouterr().err
    assert f'<p class="note">{note}</p>' in out.read_text("utf8")


@pytest.mark.parametrize(
    ("fields", "word"),
    [({"limit": "x"}, "limit"), ({"versions": []}, "versions"), ({"config": [1]}, "config"), ({"root": 5}, "root")],
)
def test_broken_run_json_is_named_with_its_field(copy, fields, word, tmp_path):
    change(copy, "run.json", **fields)
    with pytest.raises(InputError, match=rf"run.json' is of no run: .*{word}"):
        write_report([copy], tmp_path / "a.html")


def test_field_of_another_version_is_passed_over(copy):
    change(copy, "run.json", mood="good")
    assert read_runs([copy])


ODD = "a\x00b\x1bc\x85d\u202ee\u2066f\u200fg"


def test_odd_text_of_a_run_does_not_reach_the_page(copy, tmp_path):
    said = {"analysis": ODD + "y" * 1_000_000, "plan": ODD, "error": ODD, "status": "format_error"}
    change_rows(
        copy,
        lambda row: {
            **row,
            "query": ODD + "z" * 1_000_000,
            "category": ODD,
            "prediction": {**row["prediction"], **said},
        },
    )
    change(copy, "run.json", reasoner=ODD, config={"a": ODD + "\ud800" + "x" * 1_000_000}, versions={ODD: ODD * 1000})
    page = write_report([copy], tmp_path / "a.html", number=4).read_text("utf8")
    assert not [sign for sign in ODD if sign in page and not sign.isascii()]
    assert not {"\x00", "\x1b", "\ud800"} & set(page)
    assert "a\N{REPLACEMENT CHARACTER}b" in page
    assert len(page) < 1_000_000
    assert "yyy\N{HORIZONTAL ELLIPSIS}" in page


def test_text_without_anything_odd_stays_as_it_is():
    text = "find mug; answer\n\tné \N{FULLWIDTH LATIN SMALL LETTER A} שלום"
    assert plain(text) == clipped(text) == text
    assert len(clipped("x" * 601)) == 600


def test_long_statements_and_alternative_texts_are_whole(runs, tmp_path):
    """Only texts of runs are cut."""
    page = write_report(runs, tmp_path / "a.html", number=1).read_text("utf8")
    statement = json.loads((runs[0] / "summary.json").read_text())["statement"]
    assert statement.split(". ")[-1][:20] in page
    assert 'src="data:image/jpeg;base64,' in page


def test_empty_root_is_refused(copy, tmp_path, capsys):
    assert main(["report", str(copy), "--out", str(tmp_path / "a.html"), "--root", ""]) == 2
    assert "--root is empty" in capsys.readouterr().err
