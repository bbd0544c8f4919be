"""The GPU benchmark: the stack has the published size, and a shrunken one goes through every stage on the CPU."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from benchmarks import gpu  # noqa: E402
from benchmarks.gpu_models import Sizes, build, parameters  # noqa: E402


def test_stack_has_the_published_number_of_parameters() -> None:

    published = {"Qwen3-0.6B": 596.0, "Depth-Anything-V2-S": 24.8, "OWLv2-b16": 155.0, "SAM2.1-tiny video": 39.0}
    counts = {name: parameters(build(name, False, Sizes(), "meta", torch.bfloat16)) for name in published}
    for name, millions in published.items():
        assert counts[name] / 1e6 == pytest.approx(millions, abs=0.06), name
    assert sum(counts[name] for name in published) / 1e6 == pytest.approx(814.8, abs=0.1)


def test_every_stage_runs_on_a_cpu_and_is_told_with_its_conditions(capsys: pytest.CaptureFixture[str]) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        assert gpu.main(["--device", "cpu", "--tiny", "--runs", "1", "--prompt", "8"]) == 0
    finally:
        torch.set_num_threads(threads)
    out = capsys.readouterr().out
    assert out.startswith("NO MEASUREMENT")
    assert "float32" in out
    assert "random weights" in out
    for stage in (
        "detect",
        "encode for masks",
        "draw masks",
        "depth",
        "write 33 tokens",
        "write 122",
        "follow objects",
    ):
        assert f"| {stage}" in out
    assert out.count("frames a second") == 3


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert gpu.main([]) == 1
    assert "no GPU here: nothing was measured" in capsys.readouterr().out
