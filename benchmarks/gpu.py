"""Milliseconds and memory of the paper's 0.8B stack on a GPU: ``python -m benchmarks.gpu``.

Real architectures at real sizes with random weights (``gpu_models``), batch 1, eager PyTorch: each stage by itself,
then what follows for a keyframe and for the frame rate of a stream that reasons once and runs its plan on every frame.
``--device cpu`` measures without a GPU, which takes minutes a stage; ``--tiny`` only shows that it runs.

Source: the paper gives 0.8B parameters, 2.1 GB and 7.79 frames a second (128 ms a frame); its reasoning of 33 tokens
takes the place of one of 122.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agentseg.perception import Tracker
from agentseg.plan import parse_plan
from agentseg.tools.run import follow
from benchmarks.gpu_models import STACK, TINY, Sizes, build, follower, parameters, stages
from benchmarks.overhead import kitchen_twin

TOKENS = (33, 122)
"""Generated tokens of a turn: FastReasonSeg's distilled student, and its teacher's style."""
REASON_EVERY, KEYFRAME_EVERY = 200, 10
"""Frames of a stream for one turn of the model, and for one run of the perceivers beside a video tracker."""
PLAN = "a = find kettle; find mug; relate next_to a; rank distance a min; answer"


@dataclass(frozen=True)
class Measured:
    """One stage: median milliseconds, and its peak of memory above the weights in MB (None where not measured)."""

    ms: float
    peak_mb: float | None


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__.split("\n\n")[0])
    parser.add_argument("--device", default="cuda", help="cuda (default), cuda:1 or cpu")
    parser.add_argument("--dtype", choices=("bfloat16", "float32"), help="default: bfloat16 on cuda, float32 on cpu")
    parser.add_argument("--runs", type=int, default=20, help="timed runs of each stage (default: 20)")
    parser.add_argument("--prompt", type=int, default=1500, help="tokens that the model reads (default: 1500)")
    parser.add_argument("--tiny", action="store_true", help="shrunken networks: shows that it runs, measures nothing")
    given = parser.parse_args(arguments)
    try:
        import torch
    except ImportError:
        print('benchmarks.gpu needs torch and transformers: pip install "agentseg[vision]"', file=sys.stderr)
        return 2
    if given.device.startswith("cuda") and not torch.cuda.is_available():
        print("no GPU here: nothing was measured. --device cpu measures on the CPU (minutes a stage).")
        return 1
    print("\n".join(report(given.device, given.dtype, given.runs, given.prompt, given.tiny)))
    return 0


def report(device: str, dtype_name: str | None, runs: int, prompt: int, tiny: bool) -> list[str]:
    """Measure everything; returns the lines of a markdown table with its conditions."""
    import torch

    sizes = TINY if tiny else Sizes()
    dtype = getattr(torch, dtype_name or ("bfloat16" if device.startswith("cuda") else "float32"))
    found: dict[str, Measured] = {}
    with torch.inference_mode():
        models = {name: build(name, tiny, sizes, device, dtype) for name in STACK}
        qwen = models["Qwen3-0.6B"]
        count = sum(map(parameters, models.values()))
        weights = sum(weight.nbytes for model in models.values() for weight in model.parameters())
        work = stages(models, sizes, device, dtype)
        work["read the prompt"] = writer(qwen, prompt, 0, device)
        work |= {f"write {tokens} tokens": writer(qwen, prompt, tokens, device) for tokens in TOKENS}
        work["follow objects"] = follower(build("SAM2.1-tiny video", tiny, sizes, device, dtype), sizes, device, dtype)
        for name, run in work.items():
            found[name] = measured(run, device, max(1, runs // 5) if name.startswith("write") else runs)
            print(f"{name}: {found[name].ms:.2f} ms", file=sys.stderr, flush=True)
    return [*_conditions(device, dtype, runs, prompt, tiny, sizes, count, weights), *_table(found, on_cpu(), weights)]


def on_cpu() -> dict[str, float]:
    """Milliseconds a frame of what runs on the CPU: the light tracker, and the plan on a twin of 20 instances."""
    twin, plan, tracker = kitchen_twin(20), parse_plan(PLAN), Tracker()
    before = tracker.update(twin.model_copy(update={"frame": 0}), twin.model_copy(update={"frame": 1}))
    frames = iter(range(2, 1_000_000))
    track = measured(lambda: tracker.update(before, twin.model_copy(update={"frame": next(frames)})), "cpu", 50)
    return {"track": track.ms, "plan": measured(lambda: follow(plan, twin), "cpu", 50).ms}


def measured(run: Callable[[], Any], device: str, runs: int) -> Measured:
    """Median time of a function, after three runs that do not count, and its peak of memory on the GPU."""
    import torch

    cuda = device.startswith("cuda")
    wait: Callable[[], None] = torch.cuda.synchronize if cuda else (lambda: None)
    for _ in range(3 if cuda else 1):
        run()
    wait()
    before = torch.cuda.memory_allocated() if cuda else 0
    if cuda:
        torch.cuda.reset_peak_memory_stats()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        run()
        wait()
        times.append(1000 * (time.perf_counter() - started))
    peak = (torch.cuda.max_memory_allocated() - before) / 1e6 if cuda else None
    return Measured(statistics.median(times), peak)


def writer(model: Any, prompt: int, tokens: int, device: str) -> Callable[[], Any]:
    """Reading a prompt of so many tokens and writing so many, greedily, one at a time, with a key-value cache."""
    import torch

    words = torch.randint(0, model.config.vocab_size, (1, prompt), device=device)

    def run() -> Any:
        out = model(input_ids=words, use_cache=True, logits_to_keep=1)
        for _ in range(tokens):
            next_word = out.logits[:, -1:].argmax(-1)
            out = model(input_ids=next_word, past_key_values=out.past_key_values, use_cache=True)
        return out.logits

    return run


def _conditions(
    device: str, dtype: Any, runs: int, prompt: int, tiny: bool, sizes: Sizes, count: int, weights: int
) -> list[str]:
    import torch
    import transformers

    where = torch.cuda.get_device_name(device) if device.startswith("cuda") else platform.processor() or "CPU"
    lines = ["NO MEASUREMENT: shrunken networks (--tiny), only to show that it runs.", ""] if tiny else []
    return [
        *lines,
        f"Conditions: {where} ({device}), {str(dtype).removeprefix('torch.')}, torch {torch.__version__}, transformers "
        f"{transformers.__version__}, {torch.get_num_threads()} CPU threads; batch 1, eager, no torch.compile; medians "
        f"of {runs} runs (writing: {max(1, runs // 5)}); random weights: times and memory are real, answers are not.",
        f"Stack: {', '.join(STACK)}: {count / 1e6:.1f}M parameters, weights {weights / 1e9:.2f} GB. "
        f"OWLv2 {sizes.owl} px with {sizes.labels} cached labels, SAM 2 {sizes.sam} px with {sizes.boxes} boxes, depth "
        f"{sizes.depth[0]}x{sizes.depth[1]}, {sizes.followed} objects followed, prompt {prompt} tokens.",
        "",
    ]


def _table(found: dict[str, Measured], cpu: dict[str, float], weights: int) -> list[str]:
    perceive = sum(found[name].ms for name in ("detect", "encode for masks", "draw masks", "depth"))
    lines = ["| stage | ms | peak above weights, MB |", "|---|---|---|"]
    for name, one in found.items():
        text = "not measured" if one.peak_mb is None else f"{one.peak_mb:.0f}"
        lines.append(f"| {name}{_read(name)} | {one.ms:.2f} | {text} |")
    peaks = [one.peak_mb for one in found.values() if one.peak_mb is not None]
    if peaks:
        lines.append(f"| weights and the largest peak | | {weights / 1e6 + max(peaks):.0f} |")
    lines += [f"| {name} (CPU, 20 instances) | {ms:.2f} | |" for name, ms in cpu.items()]
    lines += ["", "| what follows | " + " | ".join(f"{count} tokens" for count in TOKENS) + " |", "|---|---|---|"]
    turns = [found[f"write {count} tokens"].ms for count in TOKENS]
    own = cpu["track"] + cpu["plan"]
    key = [perceive + turn + own for turn in turns]
    every = [perceive + own + turn / REASON_EVERY for turn in turns]
    video = [perceive / KEYFRAME_EVERY + found["follow objects"].ms + own + turn / REASON_EVERY for turn in turns]
    for name, values, form in (
        ("perceive a frame, ms", [perceive] * len(turns), "{:.1f}"),
        ("keyframe: perceive, reason, run the plan, ms", key, "{:.1f}"),
        ("frames a second, reasoning on every frame", [1000 / value for value in key], "{:.2f}"),
        (
            f"frames a second, reasoning every {REASON_EVERY}, perceiving on each",
            [1000 / value for value in every],
            "{:.2f}",
        ),
        (
            f"frames a second, reasoning every {REASON_EVERY}, perceiving every {KEYFRAME_EVERY}, following between",
            [1000 / value for value in video],
            "{:.2f}",
        ),
    ):
        lines.append(f"| {name} | " + " | ".join(form.format(value) for value in values) + " |")
    return lines


def _read(name: str) -> str:
    return ", prompt read first" if name.startswith("write") else ""


if __name__ == "__main__":
    sys.exit(main())
