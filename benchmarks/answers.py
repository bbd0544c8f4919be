"""Right answers on the kitchen's queries: reasoner and ceiling, on the true and on the perceived twin.

Right means: the same things as the truth, no more and no less (and the same number, for a counting query). On the true
twin ids are compared. On the perceived twin a predicted instance stands for the true thing whose mask it overlaps with
IoU >= 0.5, in the frame where that overlap is best. ``own plans`` executes each query's own plan: the ceiling of the
plan language on true twins, and of perception on perceived ones.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from agentseg import Frame, Result, Timeline, load_config, segment
from agentseg.masks import Mask, decode, iou
from agentseg.plan import parse_plan
from agentseg.sim import load_queries, render_kitchen
from agentseg.sim.queries import KitchenQuery
from agentseg.tools import Scene, execute


@dataclass(frozen=True)
class Scored:
    """One query's outcome: right or not, by each of four ways to answer it; None where it was not run."""

    query: KitchenQuery
    rules_true: bool
    plan_true: bool
    rules_seen: bool | None
    plan_seen: bool | None
    status: str
    plan: str


def scored(queries: Iterable[KitchenQuery], perceived: bool = True, reasoner: str = "rules") -> Iterator[Scored]:
    """Run queries scene by scene; a scene is perceived once, by the graph."""
    ordered = sorted(queries, key=lambda query: (query.frames, query.seed))
    for (frame_count, seed), group in groupby(ordered, key=lambda query: (query.frames, query.seed)):
        frames, truth = render_kitchen(seed, frames=frame_count, supersample=2 if perceived else 1)
        true = Timeline(truth.twin(place) for place in range(frame_count))
        seen = segment(frames, "everything", "rules").timeline if perceived else None
        for query in group:
            yield _score(query, frames, true, seen, reasoner)


def _score(query: KitchenQuery, frames: list[Frame], true: Timeline, seen: Timeline | None, reasoner: str) -> Scored:
    result = _ask(query, frames, true, reasoner)
    exact = set(result.answer) == set(query.answer) and _counted(query, result.number)
    own = execute(parse_plan(query.plan), Scene.of(true))
    plan_true = set(own.selection) == set(query.answer) and _counted(query, own.number)
    rules_seen = plan_seen = None
    if seen is not None:
        other = _ask(query, frames, seen, reasoner)
        rules_seen = _same_things(other.answer, seen, query.answer, true) and _counted(query, other.number)
        ceiling = execute(parse_plan(query.plan), Scene.of(seen))
        plan_seen = _same_things(ceiling.selection, seen, query.answer, true) and _counted(query, ceiling.number)
    plan = result.trace.executed_plans[0] if result.trace.executed_plans else ""
    return Scored(query, exact, plan_true, rules_seen, plan_seen, result.status, plan)


def _ask(query: KitchenQuery, frames: list[Frame], twins: Timeline, reasoner: str) -> Result:
    """Answer a query over ready twins."""
    known = {twin.frame: twin for twin in twins}
    config = load_config("rules", track=False)
    return segment(frames, query.text, config, reasoner=reasoner, perceivers=[lambda frame, twin: known[frame.index]])


def _counted(query: KitchenQuery, number: int | None) -> bool:
    return query.number is None or number == query.number


def _same_things(predicted: Iterable[int], seen: Timeline, answer: Iterable[int], true: Timeline) -> bool:
    wanted = set(answer)
    stands_for = [_best_match(key, seen, true) for key in predicted]
    return None not in stands_for and set(stands_for) == wanted and len(stands_for) == len(wanted)


def _best_match(key: int, seen: Timeline, true: Timeline) -> int | None:
    best: tuple[float, int | None] = (0.0, None)
    for mine, theirs in zip(seen, true, strict=True):
        if key not in mine.masks:
            continue
        mask: Mask = decode(mine.masks[key])
        for other, rle in theirs.masks.items():
            best = max(best, (iou(mask, decode(rle)), other), key=lambda pair: pair[0])
    return best[1] if best[0] >= 0.5 else None


def table(rows: Iterable[Scored], progress: bool = True) -> list[Scored]:
    """Print shares of right answers by category, and return the rows."""
    done: list[Scored] = []
    total = len(load_queries())
    for row in rows:
        done.append(row)
        if progress and sys.stderr.isatty():
            print(f"\r  {len(done)}/{total} queries", end="", file=sys.stderr)
    by_category: dict[str, list[Scored]] = defaultdict(list)
    for row in done:
        by_category[row.query.category].append(row)
    print(f"{'category':<12}{'n':>5}{'rules true':>12}{'plans true':>12}{'rules seen':>12}{'plans seen':>12}")
    for name, group in [*sorted(by_category.items()), ("all", done)]:
        shares = "".join(f"{_share(group, key):>12}" for key in ("rules_true", "plan_true", "rules_seen", "plan_seen"))
        print(f"{name:<12}{len(group):>5}{shares}")
    return done


def _share(group: list[Scored], key: str) -> str:
    values = [getattr(row, key) for row in group]
    return "-" if any(value is None for value in values) else f"{sum(values) / len(values):.3f}"


def main(arguments: list[str], run: Callable[..., Iterator[Scored]] = scored) -> None:
    """Print the table: ``python -m benchmarks.answers [--true-only] [--wrong]``."""
    rows = table(run(load_queries(), perceived="--true-only" not in arguments))
    if "--wrong" in arguments:
        for row in rows:
            if not row.rules_true:
                print(f"{row.query.id}: {row.query.text!r}\n    wrote  {row.plan}\n    wanted {row.query.plan}")


if __name__ == "__main__":
    main(sys.argv[1:])
