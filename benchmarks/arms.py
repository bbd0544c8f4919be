"""Runs of a recipe that are compared with each other: made where they lack, and read query by query."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agentseg.evaluation import metrics
from agentseg.evaluation.metrics.bootstrap import Interval
from agentseg.trace import read_traces
from agentseg.training.recipes.recipe import Recipe
from agentseg.training.recipes.reuse import RECIPE
from agentseg.training.recipes.spent import spent
from agentseg.training.rewards import succeeded
from agentseg.training.stages.asks import Asks

SPLIT = "test"


def train(recipe: str | Path, out: Path, *given: str) -> None:
    """Run a recipe in a process of its own, or go on with it; its progress goes to ``OUT.log``.

    Args:
        recipe: Its name or file.
        out: Folder of the run.
        *given: Further arguments of ``agentseg train``.

    Raises:
        CalledProcessError: It failed; the log says why.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "agentseg", "train", "--recipe", str(recipe), "--out", str(out), *given]
    with out.with_name(f"{out.name}.log").open("a", encoding="utf8") as log:
        subprocess.run(command, stdout=log, stderr=log, check=True, env={"OMP_NUM_THREADS": "1", **os.environ})


@dataclass(frozen=True)
class Rights:
    """Which queries a model answered right.

    Attributes:
        values: 1 or 0 of each query, or their means over seeds.
        scenes: The scene of each query: queries about one are not independent.
    """

    values: tuple[float, ...]
    scenes: tuple[str, ...]

    @property
    def mean(self) -> Interval:
        """The share of right answers; scenes are drawn."""
        return metrics.mean_interval(self.values, groups=self.scenes)

    def over(self, other: Rights) -> Interval:
        """How much more is right than of another, query by query."""
        return metrics.paired_interval(self.values, other.values, groups=self.scenes)


def rights_of(traces: Path, asks: Path) -> Rights:
    """What a table's traces got right.

    Args:
        traces: ``MODEL-FILE.jsonl`` of ``stages.table``.
        asks: The file of asks.
    """
    samples = [ask.sample for ask in map(Asks([asks]).__getitem__, range(len(Asks([asks]))))]
    values = [float(succeeded(trace, sample)) for trace, sample in zip(read_traces(traces), samples, strict=True)]
    return Rights(tuple(values), tuple(sample.media[0] for sample in samples))


def over_seeds(found: Sequence[Rights]) -> Rights:
    """The mean of several seeds, query by query; the queries have to be the same."""
    values = zip(*(one.values for one in found), strict=True)
    return Rights(tuple(sum(group) / len(found) for group in values), found[0].scenes)


def minutes(run: Path) -> tuple[float, float]:
    """CPU-minutes that all stages of a run have cost, and those of the stages that no other run shares."""
    stages = Recipe.model_validate_json((run / RECIPE).read_bytes()).stages
    costs = {stage.name: spent(run / stage.name) / 60 for stage in stages}
    own = sum(cost for name, cost in costs.items() if not (run / name).is_symlink())
    return sum(costs.values()), own


def shown(interval: Interval, sign: bool = False) -> str:
    """A figure with its interval, in points."""
    form = "+.1f" if sign else ".1f"
    return f"{100 * interval.value:{form}} [{100 * interval.low:{form}}, {100 * interval.high:{form}}]"
