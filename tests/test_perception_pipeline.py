"""Perceivers by name: what cannot be one is told as one line with its reason."""

from pathlib import Path

import pytest

from agentseg.errors import ConfigError, MissingExtra
from agentseg.perception import load_perceivers

MODULES = {
    "seg_bad_import": "raise RuntimeError('no\\ncamera')",
    "seg_bad_syntax": "def (",
    "seg_bad_init": "class Eyes:\n    def __init__(self):\n        raise OSError('lens cap on')",
    "seg_needs_more": (
        "from agentseg.errors import MissingExtra\nclass Eyes:\n    def __init__(self):\n"
        "        raise MissingExtra('Eyes', 'lens', 'vision')"
    ),
}


@pytest.fixture(autouse=True)
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in MODULES.items():
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("seg_bad_import:Eyes", "cannot be imported: RuntimeError: no camera"),
        ("seg_bad_syntax:Eyes", "cannot be imported: SyntaxError"),
        ("seg_bad_init:Eyes", "cannot be made without arguments: OSError: lens cap on"),
    ],
)
def test_module_that_raises_is_told_with_its_reason(spec: str, reason: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_perceivers([spec])
    assert str(caught.value).startswith(f"perceiver {spec!r} {reason}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("spec", [".x:y", "..:y", "a.:b", "a:b.", "a:b:c", "a b:c", "a:", ":", "", "../eyes.py:Eyes"])
def test_name_of_another_form_is_refused(spec: str) -> None:
    with pytest.raises(ConfigError, match='use "kitchen" or "package.module:name"'):
        load_perceivers([spec])


def test_package_that_a_perceiver_needs_is_named_by_it() -> None:
    with pytest.raises(MissingExtra, match="vision"):
        load_perceivers(["seg_needs_more:Eyes"])
