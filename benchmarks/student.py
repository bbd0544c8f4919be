"""How well a reasoner writes plans for KitchenBench: ``python -m benchmarks.student [--config C] [--reasoner R]``.

Queries come over true twins, so that perception has no part in it (``agentseg eval kitchenbench`` measures the two
together). Two shares are printed for each split:

    right   the answer is the one that the 3-D state of the scene gives, ids and number exactly
    plan    the first plan selects what the query's own plan selects, on the query's scene and on three others

The other scenes tell whether a plan means the query or only hits the answer: each split's queries share a pool of
scenes, and those where the own plan finds something are taken first. Queries of ``human`` have no own plan.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

from agentseg.config import Config, load_config
from agentseg.errors import PlanError
from agentseg.evaluation.metrics.bootstrap import mean_interval
from agentseg.frames import FrameStore
from agentseg.graphs import Context, SegState, run_query
from agentseg.plan import parse_plan
from agentseg.reasoners import load_reasoner
from agentseg.sim.render import render_truth
from agentseg.timeline import Timeline
from agentseg.tools import Scene, execute
from agentseg.training.stages.asks import Ask
from agentseg.training.student.kitchen import TESTS
from agentseg.training.student.questions import asks

SPLITS = ("val", *TESTS)
OTHERS = 3
"""Scenes on which a plan is run beside its own."""
POOL, FIRST = 12, 9_500_000
"""Scenes of the pool, of stills and of clips each, and the seed of the first."""


@dataclass
class Shares:
    """What was counted over one split."""

    right: list[float] = field(default_factory=list)
    plan: list[float] = field(default_factory=list)
    tokens: list[float] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)

    def line(self, split: str) -> str:
        """A row of the table."""
        middle = sorted(self.ms)[len(self.ms) // 2]
        tokens = f"{sum(self.tokens) / len(self.tokens):.1f}" if self.tokens else "-"
        return f"| {split} | {len(self.right)} | {share(self.right)} | {share(self.plan)} | {tokens} | {middle:.0f} |"


def share(found: Sequence[float]) -> str:
    """A mean with its 95 % interval, or a dash."""
    if not found:
        return "-"
    interval = mean_interval(found)
    return f"{interval.value:.3f} ({interval.low:.3f}-{interval.high:.3f})"


@cache
def pool(frames: int) -> tuple[Scene, ...]:
    """Scenes with true twins."""
    return tuple(_scene(FIRST + number, frames) for number in range(POOL))


def _scene(seed: int, frames: int) -> Scene:
    truth = render_truth(seed, frames=frames)
    return Scene.of(Timeline(truth.twin(frame) for frame in range(frames)))


def same(plan: str, own: str, ask: Ask) -> bool:
    """Whether two plans select the same on the ask's scene and on three of the pool.

    Args:
        plan: What a reasoner wrote; empty where it wrote none.
        own: The query's own plan.
        ask: The query.
    """
    try:
        written, wanted = parse_plan(plan), parse_plan(own)
    except PlanError:
        return False
    others = [(execute(wanted, scene), scene) for scene in pool(len(ask.twins))]
    others.sort(key=lambda pair: not pair[0].selection)
    first = Scene.of(Timeline(ask.twins))
    for expected, scene in ((execute(wanted, first), first), *others[:OTHERS]):
        found = execute(written, scene)
        if {*found.selection} != {*expected.selection} or found.number != expected.number:
            return False
    return True


def first_plan(state: SegState) -> str:
    """The first plan that ran; empty where none did."""
    return next((event.plan for event in state.events if event.plan), "")


def measured(config: Config, split: str, limit: int) -> Shares:
    """Answer the first queries of a split.

    Args:
        config: With the reasoner.
        split: Name of the split.
        limit: Queries at most.
    """
    context = Context(FrameStore(()), (), load_reasoner(config.reasoner.model, config.reasoner), config)
    shares = Shares()
    for ask in _told(islice(asks(split), limit), split, limit):
        sample = ask.sample
        started = time.perf_counter()
        state = run_query(sample.query, context, twins=ask.twins, media=sample.id)
        shares.ms.append((time.perf_counter() - started) * 1000)
        wanted = {*sample.extra["answer"]}
        shares.right.append({*state.answer} == wanted and sample.number in (None, state.number))
        shares.tokens += [event.output_tokens for event in state.events if event.output_tokens is not None]
        if sample.extra["plan"]:
            shares.plan.append(same(first_plan(state), sample.extra["plan"], ask))
    return shares


def _told(found: Iterator[Ask], split: str, limit: int) -> Iterator[Ask]:
    for number, ask in enumerate(found, 1):
        if sys.stderr.isatty() and number % 10 == 0:
            print(f"\r{split} {number}/{limit}", end="", file=sys.stderr)
        yield ask


def main(given: Sequence[str] | None = None) -> int:
    """Print the table; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.student", description=__doc__)
    parser.add_argument("--config", default="local", help="profile or TOML file (default: local)")
    parser.add_argument("--reasoner", help="reasoner in place of the configured one, such as rules or gguf:PATH")
    parser.add_argument("--limit", type=int, default=200, help="queries of a split at most (default: 200)")
    parser.add_argument("--splits", nargs="+", default=SPLITS, choices=SPLITS, help="splits (default: all)")
    asked = parser.parse_args(given)
    config = load_config(asked.config, **({"reasoner": asked.reasoner} if asked.reasoner else {}))
    print(f"reasoner {config.reasoner.model}, partner {config.reasoner.partner or 'none'}, true twins\n")
    print("| split | queries | right | plan | tokens a turn | ms a query, median |\n|---|---|---|---|---|---|")
    for split in asked.splits:
        print(measured(config, split, asked.limit).line(split), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
