"""The README is true: its Python runs, its files exist, its commands parse."""

import re
import tomllib
from pathlib import Path

import pytest

from agentseg import Context, Frame, Twin, load_config, segment
from agentseg.cli import build_parser
from agentseg.overlay import save_png
from agentseg.plan import parse_plan
from agentseg.sim import render_kitchen
from agentseg.testing import ScriptedChat

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def kitchen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    frames, _ = render_kitchen(1_000_003)
    monkeypatch.chdir(tmp_path)
    return save_png(tmp_path / "kitchen.png", frames[0].rgb)


@pytest.mark.parametrize("place", range(len(blocks("python"))))
def test_python_of_the_readme_runs(place: int, kitchen: Path) -> None:
    names: dict[str, object] = {}
    exec(compile(blocks("python")[place], "README.md", "exec"), names)  # noqa: S102
    if "result" in names:
        assert names["result"].mask.dtype == bool  # type: ignore[attr-defined]
    if "tools" in names:
        assert {tool.name for tool in names["tools"]} >= {"segment", "build_twin"}  # type: ignore[attr-defined]


def test_own_perceiver_and_step_of_the_readme_work_together(kitchen: Path) -> None:
    names: dict[str, object] = {}
    exec(next(block for block in blocks("python") if "def perceive" in block), names)  # noqa: S102
    model = ScriptedChat(replies=['{"analysis": "", "plan": "relabelled 1, cup; find cup; answer"}'])
    result = segment(
        str(kitchen),
        "the cup",
        reasoner=model,
        perceivers=[names["perceive"]],
        tools=[names["relabelled"]],  # type: ignore[list-item]
    )
    assert (result.status, result.answer) == ("ok", (1,))


def test_toml_of_the_readme_is_a_configuration(tmp_path: Path) -> None:
    for block in blocks("toml"):
        tomllib.loads(block)
        (tmp_path / "own.toml").write_text(block)
        assert load_config(tmp_path / "own.toml").reasoner.max_tokens == 256


def test_commands_of_the_readme_parse() -> None:
    found = re.findall(r"^    agentseg ((?:kitchen|segment|doctor).*?)(?:\s+#.*)?$", README, re.MULTILINE)
    assert len(found) >= 4
    for line in found:
        words = [part.strip('"') for part in re.findall(r'"[^"]*"|\S+', line)]
        build_parser().parse_args(words)


def test_files_that_the_documents_link_to_exist() -> None:
    for document in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", document.read_text(encoding="utf8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_plans_of_the_language_reference_parse() -> None:
    text = (ROOT / "docs" / "plan_language.md").read_text(encoding="utf8")
    plans = re.findall(r"\| `([^`|]+; answer)` \|", text)
    assert len(plans) >= 8
    for plan in plans:
        assert parse_plan(plan).answers


def test_context_opens_without_a_perceiver_of_ours() -> None:
    context = Context.open(Frame(render_kitchen(1_000_003, width=32, height=24)[0][0].rgb), perceivers=[lambda f, t: t])
    assert isinstance(context.perceivers[0](next(iter(context.frames)), Twin(size=(24, 32))), Twin)
