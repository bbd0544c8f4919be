"""FastReasonSeg's ablation at micro scale: every row and seed of ``kitchen-micro``, made where it lacks, as one table.

``python -m benchmarks.ablation --out runs/ablation --seeds 0 1 2`` can be stopped and given again at any time; runs are
made seed by seed, and the rows of a seed share the stages that are the same. ``--show`` prints what is there.

The measure is the share of right answers (an IoU above .5, a count or boxes that are right) over true twins of the
split ``test``. Intervals are those of 2,000 resamples of its scenes, of means over the seeds; differences are paired.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from subprocess import CalledProcessError

from agentseg.cli.progress import say
from agentseg.evaluation.metrics.bootstrap import Interval
from agentseg.training.recipes.ablations import PAPER
from benchmarks.arms import SPLIT, Rights, minutes, over_seeds, rights_of, shown, train

TABLE = "table/final"
TEACHERS = "teacher-table/final"
STATIC = "static-twin"
SAID = {
    "full": "full",
    STATIC: "static twin (ids read off the whole table)",
    "no-sft": "RL only",
    "no-rl": "SFT only",
    "no-reasoning": "no reasoning reward",
    "no-format": "no format reward",
    "no-guidance": "no teacher guidance (neither)",
    "weaker-teacher": "weaker teacher",
    "teacher-no-rl": "teacher without RL",
}


LAST = ("weaker-teacher", STATIC)
"""Rows that share least, and so take longest."""


def run(recipe: str, out: Path, rows: list[str], seeds: list[int]) -> list[str]:
    """Make what lacks; returns the runs that failed, in words."""
    failed = []
    for seed in seeds:
        whole = out / f"seed-{seed}" / "full"
        for row in ["full", *sorted((row for row in rows if row != "full"), key=lambda row: row in LAST)]:
            place = out / f"seed-{seed}" / row
            if student_of(place, seed_asks(whole)) is not None:
                continue
            say(f"seed {seed}, {row}")
            given = [] if row == "full" else ["--ablate", row]
            if (other := _shared(out, row, seed, seeds)) is not None:
                given += ["--share", str(other)]
            try:
                train(recipe, place, "--seed", str(seed), *given)
            except CalledProcessError as error:
                failed.append(f"seed {seed}, {row}: exit code {error.returncode}, see {place}.log")
                say(failed[-1])
                if row == "full":
                    break  # the others share its stages
    return failed


def _shared(out: Path, row: str, seed: int, seeds: list[int]) -> Path | None:
    """The run that a row links equal stages of: those of its seed, or of the first for what no seed changes."""
    if row not in ("full", STATIC):
        return out / f"seed-{seed}" / "full"
    if seed != seeds[0]:
        return out / f"seed-{seeds[0]}" / row
    return None if row == "full" else out / f"seed-{seed}" / "full"


def seed_asks(whole: Path) -> Path:
    """The asks of a seed's full run: the same queries for all rows, and for all seeds."""
    return whole / "corpus" / "final" / f"{SPLIT}.jsonl"


def student_of(place: Path, asks: Path) -> Rights | None:
    """What a run's student got right, the last that it trained; None where the run has not finished."""
    for name in ("distill", "sft"):
        traces = place / TABLE / f"{name}-{SPLIT}.jsonl"
        if traces.is_file():
            return rights_of(traces, asks)
    return None


def lines(out: Path, rows: list[str], seeds: list[int]) -> list[str]:
    """The table in Markdown, the order that was found, and what the teacher's reinforcement gained."""
    found: dict[str, dict[int, Rights]] = {}
    for row in rows:
        places = {seed: (out / f"seed-{seed}" / row, seed_asks(out / f"seed-{seed}" / "full")) for seed in seeds}
        done = {seed: student_of(*place) for seed, place in places.items()}
        found[row] = {seed: one for seed, one in done.items() if one is not None}
    told = [
        "| row | seeds | right, % | over full, points | CPU-minutes (own) | paper, mean J | over full |",
        "|---|---|---|---|---|---|---|",
    ]
    told += [_line(row, by_seed, found.get("full", {}), out) for row, by_seed in found.items() if by_seed]
    means = {row: over_seeds([*by_seed.values()]).mean.value for row, by_seed in found.items() if by_seed}
    told += ["", f"order found: {', '.join(sorted(means, key=lambda row: -means[row]))}"]
    told += [f"the paper's: {', '.join(sorted(means, key=lambda row: -PAPER[row]))}"]
    return told + teacher_lines(out, seeds)


def _line(row: str, by_seed: dict[int, Rights], full: dict[int, Rights], out: Path) -> str:
    both = [seed for seed in by_seed if seed in full]
    over = "" if row == "full" or not both else shown(_over([by_seed[s] for s in both], [full[s] for s in both]), True)
    costs = [minutes(out / f"seed-{seed}" / row) for seed in by_seed]
    whole, own = (sum(column) / len(costs) for column in zip(*costs, strict=True))
    each = ", ".join(f"{100 * one.mean.value:.0f}" for one in by_seed.values())
    mean = shown(over_seeds([*by_seed.values()]).mean)
    paper = "" if row == "full" else f"{100 * (PAPER[row] - PAPER['full']):+.1f}"
    return (
        f"| {SAID[row]} | {len(by_seed)} ({each}) | {mean} | {over} | {whole:.1f} ({own:.1f}) "
        f"| {100 * PAPER[row]:.1f} | {paper} |"
    )


def teacher_lines(out: Path, seeds: list[int]) -> list[str]:
    """The teacher after reinforcement, paired with its start, seed by seed and over all."""
    pairs: dict[int, tuple[Rights, Rights]] = {}
    for seed in seeds:
        whole = out / f"seed-{seed}" / "full"
        files = [whole / TEACHERS / f"{name}-{SPLIT}.jsonl" for name in ("teacher", "base-large")]
        if all(path.is_file() for path in files) and (whole / TEACHERS).is_dir():
            after, before = (rights_of(path, seed_asks(whole)) for path in files)
            pairs[seed] = after, before
    told = [
        f"teacher, seed {seed}: {shown(before.mean)} -> {shown(after.mean)}, {shown(after.over(before), True)}"
        for seed, (after, before) in pairs.items()
    ]
    if len(pairs) > 1:
        gain = _over([after for after, _ in pairs.values()], [before for _, before in pairs.values()])
        told.append(f"teacher, over {len(pairs)} seeds: {shown(gain, True)}")
    return ["", *told] if told else []


def _over(ours: Sequence[Rights], theirs: Sequence[Rights]) -> Interval:
    return over_seeds(ours).over(over_seeds(theirs))


def main() -> int:
    """Make the runs and print the table; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ablation", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/ablation"), help="folder of the runs")
    parser.add_argument("--recipe", default="kitchen-micro", help="a recipe with the same stages")
    parser.add_argument("--rows", nargs="+", choices=[*PAPER], default=[*PAPER], metavar="ROW")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--show", action="store_true", help="only print what is there")
    given = parser.parse_args()
    failed = [] if given.show else run(given.recipe, given.out, given.rows, given.seeds)
    print("\n".join([*lines(given.out, given.rows, given.seeds), *failed]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
