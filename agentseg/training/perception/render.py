"""Render shards for training: ``python -m agentseg.training.perception.render --out DIR --count 5000 --start 0``."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import numpy as np

from agentseg.sim.render import render_kitchen
from agentseg.training.perception.net import HEIGHT, WIDTH
from agentseg.training.perception.shards import FIELDS, Example

SHARD = 50
"""Frames of a shard."""


def render(seed: int, supersample: int = 2) -> Example:
    """Render one still of the kitchen with its truth.

    Args:
        seed: Seed of the scene; below 900,000 for training, up to 999,999 for validation, above for evaluation.
        supersample: Samples a pixel along each axis.

    Returns:
        The frame at the network's input size.
    """
    frames, truth = render_kitchen(seed, width=WIDTH, height=HEIGHT, supersample=supersample)
    return Example(frames[0].rgb, truth.ids[0], truth.semantic[0], truth.depth[0])


def write_shard(out: Path, first: int, count: int = SHARD, supersample: int = 2) -> Path:
    """Render one shard, whole or not at all: it is written beside and renamed; one that exists is left as it is.

    Args:
        out: Folder of the shards.
        first: Seed of the first frame.
        count: Frames.
        supersample: Samples a pixel along each axis.

    Returns:
        The shard's folder.
    """
    done = out / f"shard_{first:06d}"
    if done.exists():
        return done
    examples = [render(seed, supersample) for seed in range(first, first + count)]
    part = out / f".part_{first:06d}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for field in FIELDS:
        array = np.stack([getattr(example, field) for example in examples])
        np.save(part / f"{field}.npy", array.astype(np.float16) if field == "depth" else array)
    part.rename(done)
    return done


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and render."""
    parser = argparse.ArgumentParser(
        prog="python -m agentseg.training.perception.render",
        description="Render kitchen frames with their truth as raw arrays. Shards that are there already are kept.",
        epilog="Seeds below 900000 are for training, 900000-999999 for validation, from 1000000 on for evaluation.",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the shards")
    parser.add_argument("--count", type=int, required=True, help=f"frames, rounded up to shards of {SHARD}")
    parser.add_argument("--start", type=int, default=0, help="first seed (default %(default)s)")
    parser.add_argument("--supersample", type=int, default=2, help="samples a pixel and axis (default %(default)s)")
    parser.add_argument("--part", default="0/1", help="k/n: every n-th shard from the k-th on (default 0/1)")
    given = parser.parse_args(arguments)
    place, of = (int(value) for value in given.part.split("/"))
    given.out.mkdir(parents=True, exist_ok=True)
    firsts = list(range(given.start, given.start + given.count, SHARD))[place::of]
    for done, first in enumerate(firsts, 1):
        write_shard(given.out, first, supersample=given.supersample)
        sys.stderr.write(f"\r{done}/{len(firsts)} shards in {given.out}   ")
        sys.stderr.flush()
    sys.stderr.write("\n")


if __name__ == "__main__":
    main()
