"""Where weights come from, and what is told where they do not."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

import tiny_vision as tiny  # noqa: E402

from agentseg.errors import ConfigError, PerceptionError  # noqa: E402
from agentseg.perception.vision import weights  # noqa: E402
from agentseg.perception.vision.fetching import fetch  # noqa: E402
from agentseg.perception.vision.settings import VisionOptions, device_of, dtype_of, side_of  # noqa: E402

KIND = "DepthAnythingForDepthEstimation"


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
    weights.release_models()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.depth_anything(tmp_path_factory.mktemp("depth"))


def refused(source: object, kind: str = KIND, **fields: object) -> str:
    with pytest.raises(ConfigError) as caught:
        weights.load_model("Depth Anything", kind, str(source), tiny.options(**fields))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["/nowhere", "nowhere", "./a", "~/nothing", "a/b/c"])
def test_folder_that_is_not_there_is_named(name: str) -> None:
    assert refused(name) == (
        f"no weights of Depth Anything at {name!r}: name a folder that holds a config.json, or a hub id"
    )


def test_a_folder_with_an_at_sign_in_its_path_is_no_revision(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "me@home").symlink_to(folder)
    source = str(tmp_path / "me@home")
    assert weights.load_model("Depth Anything", KIND, source, tiny.options()).source == source


def test_pickles_are_not_opened(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text((folder / "config.json").read_text())
    torch.save({}, tmp_path / "pytorch_model.bin")
    message = refused(tmp_path)
    assert "only as pytorch_model.bin, a pickle, which is not opened" in message
    assert "safetensors" in message


def test_folder_without_weights_gives_the_command(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text((folder / "config.json").read_text())
    assert f"hf download ID --local-dir {tmp_path}" in refused(tmp_path)


def test_file_that_is_cut_off_is_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text((folder / "config.json").read_text())
    (tmp_path / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:100])
    assert "cannot be read: SafetensorError" in refused(tmp_path)


def test_weights_of_another_model_are_refused(folder: Path, tmp_path: Path) -> None:
    message = refused(folder, kind="Owlv2ForObjectDetection")
    assert "holds no Depth Anything" in message
    assert "weights of Owlv2ForObjectDetection are missing" in message


def test_model_that_transformers_lacks_asks_for_a_newer_one(folder: Path) -> None:
    assert "needs a newer transformers" in refused(folder, kind="OwlV99ForObjectDetection")


def test_id_that_is_not_in_the_cache_gives_the_command_that_fetches_it(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from agentseg.perception import load_perceivers\n"
        "from agentseg.config_vision import VisionOptions\n"
        "from agentseg.errors import ConfigError\n"
        "try:\n    load_perceivers([sys.argv[1]], VisionOptions(device='cpu'))\n"
        "except ConfigError as error:\n    print(error)\n"
    )
    given = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code, "depth_anything"], env=given, capture_output=True, text=True, check=True
    )
    assert done.stdout == (
        "no weights of Depth Anything: depth-anything/Depth-Anything-V2-Metric-Indoor-Small-hf is no folder and not in "
        "the hub's cache; to fetch it run: hf download depth-anything/Depth-Anything-V2-Metric-Indoor-Small-hf\n"
    )


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (OSError("You are trying to access a gated repo."), "is gated: accept its licence"),
        (ValueError("a/b is not a valid model identifier"), "the hub has no 'a/b'"),
        (OSError("a/b does not appear to have a file named model.safetensors"), "pickles are not opened"),
        (OSError("no route"), "run: hf download a/b --revision r"),
        (KeyError("model_type"), "the files of X (a/b) cannot be read: KeyError"),
        (RuntimeError("CUDA out of memory"), "not enough memory to load X"),
    ],
)
def test_every_failure_of_the_hub_is_one_line(failure: Exception, told: str) -> None:
    def read(name: str, **given: object) -> None:
        raise failure

    with pytest.raises(ConfigError) as caught:
        fetch("X", "a/b@r", VisionOptions(download=False), read)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_only_safetensors_and_no_remote_code_are_asked_for() -> None:
    asked: dict[str, object] = {}

    def read(name: str, **given: object) -> str:
        asked.update(given, name=name)
        return "model"

    fetch("X", "a/b@v1", VisionOptions(), read, use_safetensors=True)
    assert asked == {
        "name": "a/b", "revision": "v1", "trust_remote_code": False, "local_files_only": True, "use_safetensors": True,
    }  # fmt: skip


def test_model_is_loaded_once_and_released(folder: Path) -> None:
    first = weights.load_model("D", KIND, str(folder), tiny.options())
    assert weights.load_model("D", KIND, str(folder), tiny.options()) is first
    assert weights.load_model("D", KIND, str(folder), tiny.options(dtype="bfloat16")) is not first
    assert weights.load_model("D", KIND, str(folder), tiny.options(), variant="wide") is not first
    weights.release_models()
    assert weights.load_model("D", KIND, str(folder), tiny.options()) is not first
    assert not any(part.requires_grad for part in first.model.parameters())
    assert not first.model.training


def test_configuration_can_be_changed_before_the_weights_are_read(folder: Path) -> None:
    def longer(config: object) -> None:
        config.max_depth = 80  # type: ignore[attr-defined]

    changed = weights.load_model("D", KIND, str(folder), tiny.options(), configure=longer, variant="80 m")
    assert changed.model.config.max_depth == 80


def test_one_thread_runs_a_model_at_a_time(folder: Path) -> None:
    loaded = weights.load_model("D", KIND, str(folder), tiny.options())
    inside: list[int] = []
    most = 0

    def work() -> None:
        nonlocal most
        for _ in range(50):
            with loaded.running():
                inside.append(1)
                most = max(most, len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


@pytest.mark.parametrize(
    "error",
    [torch.OutOfMemoryError("CUDA out of memory."), RuntimeError("can't allocate memory: 9 GB"), MemoryError()],
    ids=["cuda", "cpu", "python"],
)
def test_memory_that_runs_out_is_told_and_the_lock_is_free_again(folder: Path, error: Exception) -> None:
    loaded = weights.load_model("Depth", KIND, str(folder), tiny.options())
    with pytest.raises(PerceptionError, match="Depth ran out of memory on cpu: use a smaller size"), loaded.running():
        raise error
    with loaded.running() as model:
        assert model is loaded.model


def test_another_error_is_not_taken_for_lack_of_memory(folder: Path) -> None:
    loaded = weights.load_model("Depth", KIND, str(folder), tiny.options())
    with pytest.raises(RuntimeError, match="shapes"), loaded.running():
        raise RuntimeError("shapes differ")


def test_device_and_number_format_follow_the_options() -> None:
    cpu = device_of(VisionOptions(device="cpu"))
    assert dtype_of(VisionOptions(), cpu) == torch.float32
    assert dtype_of(VisionOptions(dtype="bfloat16"), cpu) == torch.bfloat16
    if not torch.cuda.is_available():
        with pytest.raises(ConfigError, match=r"no device 'cuda:3' for OWLv2; torch finds 0 cuda"):
            device_of(VisionOptions(device="cuda:3"), "OWLv2")


def test_sizes_are_reduced_on_a_cpu_and_whole_patches() -> None:
    cpu = torch.device("cpu")
    assert side_of(VisionOptions(), cpu, "owlv2", 960, 480, 16) == 480
    assert side_of(VisionOptions(), torch.device("cuda"), "owlv2", 960, 480, 16) == 960
    assert side_of(VisionOptions(size="full"), cpu, "owlv2", 960, 480, 16) == 960
    asked = VisionOptions.model_validate({"sizes": {"owlv2": 650}})
    assert side_of(asked, cpu, "owlv2", 960, 480, 16) == 656
