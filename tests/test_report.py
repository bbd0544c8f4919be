"""The report: what stands on the page is what the runs say, whatever their words are."""

import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser

import pytest
import report_runs

from agentseg.cli import main
from agentseg.errors import InputError
from agentseg.evaluation.report import write_report
from agentseg.evaluation.report.choose import apart, best, worst
from agentseg.evaluation.report.compare import difference, lead, splits
from agentseg.evaluation.report.data import Point, Run, Side, read_runs


class Page(HTMLParser):
    """Tags with their attributes, and the text of each kind of element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "link", "path", "use", "br"):
            self._open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        for tag in set(self._open):
            self.texts[tag][-1] += data


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return report_runs.runs(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def text(runs, tmp_path_factory):
    return write_report(runs, tmp_path_factory.mktemp("page") / "report.html").read_text("utf8")


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_page_needs_no_network_and_no_script(text, page):
    kept = re.sub(r'xmlns(:\w+)?="[^"]*"', "", text)
    assert "http:" not in kept
    assert "https:" not in kept
    assert not {"script", "link", "iframe", "object", "base"} & {tag for tag, _ in page.tags}
    assert all(attrs["src"].startswith("data:image/jpeg;base64,") for tag, attrs in page.tags if tag == "img")
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    assert len(text.encode()) < 3_000_000


def test_words_of_the_data_stand_on_the_page_as_text(page):
    queries = page.texts["h4"]
    assert any(query.startswith(f"“{report_runs.SCRIPT} the ") for query in queries)
    assert f"“{report_runs.QUOTED}”" in queries
    assert any(said == f"I look for it {report_runs.SCRIPT}" for said in page.texts["dd"])
    assert any(report_runs.SCRIPT in config for config in page.texts["pre"])
    assert any("teacher <7B> $x^$" in name for name in page.texts["strong"])
    assert any(label == "teacher <7B> $x^$" for label in page.texts["text"])  # in a plot


def test_same_runs_give_the_same_bytes(runs, text, tmp_path):
    assert write_report(runs, tmp_path / "again.html").read_text("utf8") == text


def test_tables_say_what_the_summaries_say(runs, page):
    summary = json.loads((runs[1] / "summary.json").read_text())["twins"]
    cells = " ".join(page.texts["td"])
    for twin in ("perceived", "true"):
        for name in ("right", "J", "F", "N-acc"):
            assert f"{100 * summary[twin]['figures'][name]['value']:.1f}" in cells
        found = summary[twin]["by"]["category x level"]["spatial x 2"]["figures"]["J"]
        assert f"{100 * found['low']:.1f}–{100 * found['high']:.1f}" in cells


def test_tables_and_pictures_can_be_read_without_eyes(page):
    tables = sum(tag == "table" for tag, _ in page.tags)
    assert tables == sum(tag == "caption" for tag, _ in page.tags) >= 5
    assert all("scope" in attrs for tag, attrs in page.tags if tag == "th")
    images = [attrs for tag, attrs in page.tags if tag == "img"]
    assert len(images) > 20
    assert all(len(attrs["alt"]) > 20 for attrs in images)
    plots = [attrs for tag, attrs in page.tags if attrs.get("role") == "img"]
    assert len(plots) == 6
    assert all("student" in attrs["aria-label"] for attrs in plots)


def test_ids_are_unique_and_plots_have_the_colours_of_the_page(text, page):
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    svg = "".join(re.findall(r"<svg.*?</svg>", text, re.DOTALL))
    assert not re.search(r"#[0-9a-f]{6}", svg)
    assert "var(--s1)" in svg
    assert all(name in ids for name in re.findall(r'href="#([^"]+)"', text))


def test_points_lost_to_perception_and_reasoning_add_up(runs):
    read = read_runs(runs)
    for split, run in zip(splits(read, "right"), read, strict=True):
        perceived, true = (run.side(twin).figure("right")["value"] for twin in ("perceived", "true"))
        assert split.right + split.perception + split.reasoning == pytest.approx(100)
        assert split.perception == pytest.approx(100 * (true - perceived))
        lost = difference(run, "right")
        assert lost["value"] == pytest.approx(true - perceived)
        assert lost["low"] <= lost["value"] <= lost["high"]


def test_lead_claims_no_more_than_the_paired_interval_allows(runs):
    student, teacher = read_runs(runs)
    assert "ahead of student" in lead([student, teacher], "right")[1]
    twin = replace(student, name="twin")
    assert "too close to call" in lead([student, twin], "right")[1]


def test_without_the_dataset_pictures_show_masks_alone_and_the_page_says_so(runs, tmp_path):
    copy = shutil.copytree(runs[0], tmp_path / "moved")
    gone = write_report([copy], tmp_path / "gone.html", number=2, root=tmp_path).read_text("utf8")
    assert "Some pictures or truths are missing" in gone
    assert "data:image/jpeg" in gone


def test_a_dataset_that_asks_something_else_now_lends_no_truth(runs, tmp_path):
    copy = shutil.copytree(runs[0], tmp_path / "old")
    rows = [{**json.loads(line), "query": "in other words"} for line in (copy / "rows.jsonl").read_text().splitlines()]
    (copy / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    old = write_report([copy], tmp_path / "old.html", number=2).read_text("utf8")
    assert "cases asked in other words by the dataset as it is now" in old
    assert "the truth " not in " ".join(attrs.get("alt", "") for _, attrs in Page(old).tags)


def test_samples_beyond_the_first_run_s_limit_are_found(runs, tmp_path):
    copy = shutil.copytree(runs[0], tmp_path / "short")
    asked = json.loads((copy / "run.json").read_text())
    (copy / "run.json").write_text(json.dumps({**asked, "limit": 1}))
    assert "are missing" not in write_report([copy, runs[1]], tmp_path / "both.html", number=2).read_text("utf8")


def test_one_run_on_one_kind_of_twin_has_no_difference(runs, tmp_path):
    copy = shutil.copytree(runs[0], tmp_path / "alone")
    rows = [line for line in (copy / "rows.jsonl").read_text().splitlines() if '"twin":"perceived"' in line]
    (copy / "rows.jsonl").write_text("\n".join(rows) + "\n")
    summary = json.loads((copy / "summary.json").read_text())
    del summary["twins"]["true"]
    (copy / "summary.json").write_text(json.dumps(summary))
    alone = write_report([copy], tmp_path / "alone.html", number=2).read_text("utf8")
    assert "difference" not in Page(alone).texts["th"]
    assert "lost to perception" not in alone
    assert "<h3>Worst cases</h3>" in alone


def test_a_sample_that_could_not_be_read_is_a_failure_without_a_picture(runs, tmp_path):
    copy = shutil.copytree(runs[0], tmp_path / "broken")
    rows = (copy / "rows.jsonl").read_text().splitlines()
    broken = json.loads(rows[0])
    lost = {"status": "error", "error": "InputError: 'k0' cannot be read"}
    rows[0] = json.dumps({**broken, "query": "", "level": None, "category": "", "scores": {}, "prediction": lost})
    (copy / "rows.jsonl").write_text("\n".join(rows) + "\n")
    made = Page(write_report([copy], tmp_path / "broken.html", number=4).read_text("utf8"))
    assert broken["id"] in made.texts["h4"]
    assert "InputError: 'k0' cannot be read" in made.texts["dd"]


def point(key, grade, kind="a", status="ok", level=1):
    return Point(key, status, status == "format_error", key, (kind, level, "segment"), {"j": grade}, None, 0)


def run_of(points):
    return Run("a", None, {}, (Side("perceived", {}, {one.id: one for one in points}),), (), {})


def test_kinds_of_worst_cases_take_turns():
    many = [point(f"many/{number}", 0.01 * number) for number in range(9)]
    run = run_of([*many, point("other", 0.4, kind="b"), point("failed", 0.9, status="format_error"), point("ok", 0.9)])
    assert worst(run, 2) == ["many/0", "failed"]
    assert set(worst(run, 99)) == {one.id for one in run.first.points.values()} - {"ok"}
    assert worst(run, 4)[:3] in (["many/0", "failed", "other"], ["many/0", "other", "failed"])


def test_best_cases_found_something_and_are_deep():
    nothing = point("nothing", 1.0, status="no_target", level=3)
    run = run_of([point("easy", 1.0), point("deep", 0.95, level=3), nothing])
    assert best(run, 2) == ["deep", "easy"]


def test_systems_differ_most_where_one_misses_what_the_other_finds():
    first = run_of([point("same", 0.9), point("near", 0.5), point("mine", 1.0), point("yours", 0.0)]).first
    second = run_of([point("same", 0.9), point("near", 0.4), point("mine", 0.0), point("yours", 0.9)]).first
    assert apart([first, second], 9) == ["mine", "yours"]
    assert apart([first], 9) == []


def test_unfit_runs_are_refused_with_what_to_do(runs, tmp_path):
    with pytest.raises(InputError, match="named twice"):
        write_report([runs[0], runs[0]], tmp_path / "a.html")
    with pytest.raises(InputError, match="at least 1 run"):
        write_report([], tmp_path / "a.html")
    with pytest.raises(InputError, match="name the folder that eval wrote"):
        write_report([tmp_path], tmp_path / "a.html")
    copy = shutil.copytree(runs[0], tmp_path / "copy")
    asked = json.loads((copy / "run.json").read_text())
    (copy / "run.json").write_text(json.dumps({**asked, "split": "val"}))
    with pytest.raises(InputError, match="about one split; found test, val"):
        write_report([runs[0], copy], tmp_path / "a.html")
    with (copy / "rows.jsonl").open("a") as rows:
        rows.write("{}\n")
    with pytest.raises(InputError, match="line 101: id: Field required"):
        write_report([copy], tmp_path / "a.html")
    (copy / "summary.json").unlink()
    with pytest.raises(InputError, match="finish it with --resume"):
        write_report([copy], tmp_path / "a.html")
    assert not (tmp_path / "a.html").exists()


def test_verb_writes_the_page_and_says_where(runs, tmp_path, capsys):
    out = tmp_path / "report.html"
    assert main(["report", *map(str, runs), "--out", str(out), "--cases", "1"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"file": str(out), "bytes": out.stat().st_size}
    assert "2 runs" in printed.err
    assert main(["report", str(runs[0]), "--out", str(tmp_path)]) == 2
    assert main(["report", str(runs[0]), "--out", str(tmp_path / "no" / "a.html")]) == 2
    assert "--out names a file in a folder that exists" in capsys.readouterr().err
    assert main(["report", str(runs[0]), "--out", str(out), "--cases", "51"]) == 2
