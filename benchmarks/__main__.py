"""``python -m benchmarks``: the figures of machinery, perception, streams and plans in the README, measured now."""

from __future__ import annotations

import argparse
import sys

from agentseg.sim import load_queries
from benchmarks import answers, evaluation, kitchenbench, overhead, perception, record, stream


def main() -> int:
    """Print the figures; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="leave out the queries and most of KitchenBench (hundreds of scenes: minutes)",
    )
    quick = parser.parse_args().quick
    print("machinery")
    for name, value in overhead.report().items():
        print(f"  {name:<48} {'not measured (no Qwen BPE at hand)' if value is None else value}")
    print("kitchen perceiver")
    for name, figure in perception.report().items():
        print(f"  {name:<48} {figure}")
    print("online twin")
    for name, figure in (stream.report(stream.SEEDS[:1], 40, ()) if quick else stream.report()).items():
        print(f"  {name:<76} {figure}")
    print("scoring")
    for name, text in evaluation.report().items():
        print(f"  {name:<48} {text}")
    print("recording")
    for name, figure in record.report().items():
        print(f"  {name:<48} {figure}")
    print("KitchenBench")
    if quick:
        for name, text in kitchenbench.report().items():
            print(f"  {name:<48} {text}")
    else:
        kitchenbench.table()
        print("right answers on the kitchen's queries")
        answers.table(answers.scored(load_queries()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
