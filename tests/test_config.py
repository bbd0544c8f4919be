from pathlib import Path
from typing import Any

import pytest

from agentseg.config import PROFILES, Config, load_config
from agentseg.errors import ConfigError


def refused(source: Any, **overrides: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(source, **overrides)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    return str(caught.value)


@pytest.fixture
def toml(tmp_path: Path) -> Any:
    def write(text: str | bytes) -> Path:
        path = tmp_path / "robot.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize("name", PROFILES)
def test_shipped_profile_loads(name: str) -> None:
    config = load_config(name)
    assert config.reasoner.model.partition(":")[0] in (name, "rules", "kitchen")
    assert config.perception == ("kitchen",) or name in ("vision", "fastreasonseg")


def test_no_source_is_the_local_profile() -> None:
    assert load_config() == load_config("local") == load_config(None)


def test_every_shipped_profile_is_listed() -> None:
    import agentseg

    folder = Path(agentseg.__file__).parent / "profiles"
    assert {file.stem for file in folder.glob("*.toml")} == set(PROFILES)


def test_file_fills_fields_and_defaults_stay(toml: Any) -> None:
    path = toml('track = false\n[reasoner]\nmodel = "ollama:qwen3"\ntemperature = 0.5\n[limits]\nhistory = 30\n')
    for config in (load_config(path), load_config(str(path))):
        assert (config.track, config.reasoner.temperature, config.limits.history) == (False, 0.5, 30)
        assert (config.limits.refine, config.reasoner.max_tokens) == (2, 256)


def test_empty_file_is_the_defaults(toml: Any) -> None:
    assert load_config(toml("")) == Config()


def test_overrides_replace_and_a_reasoner_string_is_its_model(toml: Any) -> None:
    config = load_config(load_config("ollama"), reasoner="gguf:/m.gguf", track=False)
    assert (config.reasoner.model, config.reasoner.num_ctx, config.track) == ("gguf:/m.gguf", 8192, False)
    assert load_config("rules", reasoner={"model": "hf:x", "seed": 3}).reasoner.seed == 3
    assert load_config(toml('reasoner = "short form"'), reasoner="rules").reasoner.model == "rules"
    assert load_config("rules") == load_config("rules", reasoner=None)


def test_config_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_config().track = False  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour = 1", "colour: Extra inputs are not permitted; found 1"),
        ("[reasoner]\ntemprature = 1", "reasoner.temprature: Extra inputs"),
        ("[reasoner]\ntemperature = 3.0", "reasoner.temperature: Input should be less than or equal to 2; found 3.0"),
        ("[reasoner]\ntemperature = nan", "reasoner.temperature"),
        ("[reasoner]\ntimeout_s = inf", "reasoner.timeout_s: Input should be a finite number"),
        ("[reasoner]\ntimeout_s = 0", "greater than 0"),
        ("[reasoner]\ntimeout_s = 1e10", "less than or equal to 86400"),
        ("[reasoner]\nseed = -1", "reasoner.seed: Input should be greater than or equal to 0"),
        ("[reasoner]\nseed = 2147483648", "reasoner.seed: Input should be less than or equal to 2147483647"),
        ("[reasoner]\nmax_tokens = 1", "greater than or equal to 16"),
        ("[reasoner]\nmax_tokens = 0.5", "valid integer"),
        ('[reasoner]\nmodel = ""', "reasoner.model"),
        ('[reasoner]\ncodec = "xml"', "'json' or 'tags'; found 'xml'"),
        ('reasoner = "rules"', "reasoner: Input should be a valid dictionary"),
        ("[limits]\nrefine = -1", "limits.refine"),
        ("[limits]\nrefine = 99\ncorrections = 99", "(and 1 more)"),
        ("perception = []", "perception"),
        ('perception = "kitchen"', "perception"),
        ("perception = [3]", "perception.0"),
        (f'track = "{"x" * 5000}"', "track"),
        ("track = ", "is not TOML"),
        ("[reasoner\n", "is not TOML"),
        ("a = 1\na = 2", "is not TOML"),
        (f"a = {'[' * 5000}", "nested too deeply"),
        (f"confirm = {'9' * 5000}", "a whole number of TOML has at most 64 bits"),
        (f"[reasoner]\nmodel = [1, 0x{'f' * 5000}]", "a whole number of TOML has at most 64 bits"),
        (b"\xff\xfe\x00", "is not UTF-8 text: invalid start byte at byte 0"),
    ],
    ids=lambda part: repr(part)[:40],
)
def test_malformed_file_gives_one_line(toml: Any, text: str | bytes, message: str) -> None:
    path = toml(text)
    found = refused(path)
    assert found.startswith(str(path))
    assert message in found


def test_missing_file_names_the_profiles(tmp_path: Path) -> None:
    assert refused("loacl") == (
        "no configuration 'loacl': give a TOML file or one of the profiles "
        "local, rules, ollama, openai, vision, fastreasonseg"
    )
    assert "no configuration" in refused(tmp_path)
    assert "cannot be read" in refused("x" * 5000)


def test_unknown_override_is_refused() -> None:
    assert "trak: Extra inputs" in refused("rules", trak=True)
    assert "reasoner.seed" in refused("rules", reasoner={"seed": "x"})


@pytest.mark.parametrize(
    "address",
    ["", "http://[::1", "http://", "127.0.0.1:11434", "ftp://here/v1", "http://a:99999", "http://a..b", "http://a b"],
)
def test_address_that_is_no_http_address_is_refused(address: str) -> None:
    assert "base_url: Value error, give an http:// or https:// address" in refused(
        "rules", reasoner={"base_url": address}
    )


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8080/v1", "https://me:pw@models.example.org", "http://[::1]:80/"]
)
def test_http_address_is_taken_as_it_is(address: str) -> None:
    assert load_config("rules", reasoner={"base_url": address}).reasoner.base_url == address


def test_password_in_a_mistyped_address_is_not_shown() -> None:
    with pytest.raises(ConfigError) as caught:
        load_config("openai", reasoner={"model": "openai:x", "base_url": "htp://me:secret@host"})
    assert "secret" not in str(caught.value)
