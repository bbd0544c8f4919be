"""Train the kitchen network: ``python -m agentseg.training.perception.train --data DIR --out DIR --minutes 70``.

The schedule follows the clock: whatever the machine does, the learning rate is annealed when the minutes are used.
A run can be killed at any time; the same command goes on from the last checkpoint (written beside and renamed).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from agentseg.training.perception.batches import Batches, stream
from agentseg.training.perception.losses import Batch, losses
from agentseg.training.perception.memory import keep_memory
from agentseg.training.perception.net import KitchenNet, NetConfig, normalise
from agentseg.training.perception.optim import Average, optimisers, schedule
from agentseg.training.perception.shards import Shards


@dataclass
class Settings:
    """What a run is asked to do.

    Attributes:
        data: Folder of shards.
        out: Folder of the checkpoint and the log.
        minutes: Time budget, pauses between resumed runs not counted.
        batch: Frames a step.
        rate: Peak learning rate of AdamW.
        optimiser: "muon" or "adamw".
        threads: Threads of torch.
        save: Seconds between checkpoints.
        seed: Seed of weights and data order.
    """

    data: Path
    out: Path
    minutes: float
    batch: int = 12
    rate: float = 0.003
    optimiser: str = "muon"
    threads: int = 1
    save: float = 120.0
    seed: int = 0


class Run:
    """A training run with everything that a checkpoint holds."""

    def __init__(self, settings: Settings) -> None:
        torch.manual_seed(settings.seed)
        self.settings = settings
        self.net: torch.nn.Module = KitchenNet(NetConfig()).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = Average(self.net)
        self.optimisers = optimisers(self.net, settings.optimiser, settings.rate)
        self.step, self.elapsed, self.seen = 0, 0.0, 0
        self.path = settings.out / "last.pt"
        if self.path.is_file():
            self.load()

    def load(self) -> None:
        """Go on from the last checkpoint."""
        state = torch.load(self.path, map_location="cpu", weights_only=True)
        self.net.load_state_dict(state["net"])
        self.average.values, self.average.count = state["average"], state["count"]
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        self.step, self.elapsed, self.seen = state["step"], state["elapsed"], state["seen"]

    def save(self, frames: int, digest: str) -> None:
        """Write the checkpoint beside the old one, then rename."""
        state: dict[str, Any] = {
            "net": self.net.state_dict(),
            "average": self.average.values,
            "count": self.average.count,
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "step": self.step,
            "elapsed": self.elapsed,
            "seen": self.seen,
            "frames": frames,
            "data": digest,
            "config": NetConfig().to_dict(),
            "minutes": self.settings.minutes,
        }
        part = self.path.with_suffix(".part")
        torch.save(state, part)
        part.replace(self.path)

    def learn(self, batch: Batch) -> dict[str, float]:
        """Make one step and return the parts of the loss."""
        factor = schedule(self.elapsed / (60 * self.settings.minutes), self.step)
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = group["peak"] * factor
        with torch.autocast("cpu", torch.bfloat16):
            maps = self.net(normalise(batch.pictures))
        parts = losses(maps, batch)
        for optimiser in self.optimisers:
            optimiser.zero_grad(set_to_none=True)
        parts["total"].backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 10.0)
        for optimiser in self.optimisers:
            optimiser.step()
        self.average.update(self.net)
        self.step += 1
        self.seen += len(batch.pictures)
        return {name: float(value.detach()) for name, value in parts.items()} | {"factor": factor}


def train(settings: Settings) -> Path:
    """Train until the minutes are used.

    Args:
        settings: What to do.

    Returns:
        Path of the checkpoint.
    """
    torch.set_num_threads(settings.threads)
    settings.out.mkdir(parents=True, exist_ok=True)
    shards = _wait_for(settings)
    run = Run(settings)
    run.net.train()
    feed = stream(Batches(shards, settings.batch, seed=settings.seed * 1_000_003 + run.step))
    saved = clock = time.monotonic()
    budget = 60 * settings.minutes
    for parts in _steps(run, feed, budget):
        now = time.monotonic()
        run.elapsed, clock = run.elapsed + now - clock, now
        if run.step % 10 == 0:
            _report(run, parts, settings, budget)
        if now - saved > settings.save:
            run.save(shards.refresh(), "")
            saved = now
    run.save(shards.refresh(), shards.digest())
    return run.path


def _steps(run: Run, feed: Iterator[Batch], budget: float) -> Iterator[dict[str, float]]:
    while run.elapsed < budget:
        yield run.learn(next(feed))


def _wait_for(settings: Settings) -> Shards:
    """Open the shards; where there are fewer than 8 batches' worth, wait for the renderer."""
    shards = Shards(settings.data)
    while len(shards) < 8 * settings.batch:
        sys.stderr.write(f"waiting for frames in {settings.data}: {len(shards)} of {8 * settings.batch}\n")
        time.sleep(10)
        shards.refresh()
    return shards


def _report(run: Run, parts: dict[str, float], settings: Settings, budget: float) -> None:
    line = {"step": run.step, "seen": run.seen, "s": round(run.elapsed, 1)} | {k: round(v, 4) for k, v in parts.items()}
    with (settings.out / "log.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")
    share = run.elapsed / budget
    sys.stderr.write(
        f"\r{share:6.1%} step {run.step} {run.elapsed / 60:.1f}/{settings.minutes:g} min "
        f"{run.seen / max(run.elapsed, 1e-9):.1f} frames/s loss {parts['total']:.3f}   "
    )
    sys.stderr.flush()


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(
        prog="python -m agentseg.training.perception.train",
        description="Train the kitchen network on rendered shards. Kill it at any time: the same command resumes.",
        epilog="First render: python -m agentseg.training.perception.render --out DIR --count 8000 --start 0",
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of shards; new ones are picked up")
    parser.add_argument("--out", type=Path, required=True, help="folder for last.pt and log.jsonl")
    parser.add_argument("--minutes", type=float, required=True, help="time budget; the rate is annealed to its end")
    parser.add_argument("--batch", type=int, default=12, help="frames a step (default %(default)s)")
    parser.add_argument("--rate", type=float, default=0.003, help="peak learning rate of AdamW (default %(default)s)")
    parser.add_argument("--optimiser", choices=("muon", "adamw"), default="muon")
    parser.add_argument("--threads", type=int, default=1, help="torch threads (default %(default)s)")
    parser.add_argument("--save", type=float, default=120.0, help="seconds between checkpoints (default %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--nice", type=int, default=5, help="give way to other programs (default %(default)s)")
    given = vars(parser.parse_args(arguments))
    os.nice(given.pop("nice"))
    keep_memory()
    settings = Settings(**given)
    path = train(settings)
    sys.stderr.write(f"\nwritten: {path}\n")


if __name__ == "__main__":
    main()
