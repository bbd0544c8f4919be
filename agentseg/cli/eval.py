"""``agentseg eval DATASET``: a dataset through agentseg, or another system's outputs, into rows and a summary."""

from __future__ import annotations

import argparse
import json
import textwrap
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentseg.cli.bar import Bar
from agentseg.cli.progress import say
from agentseg.errors import InputError

if TYPE_CHECKING:
    from agentseg.evaluation.asked import Asked
    from agentseg.evaluation.runner import Step


def add_parser(verbs: Any) -> None:
    """Add the verb to the command."""
    parser = verbs.add_parser(
        "eval",
        help="evaluate on a benchmark",
        description="Answer and score a dataset. The summary goes to stdout as JSON; --out holds run.json, rows.jsonl "
        "(one line for each sample and kind of twin, on the disk as it is made), summary.json and timing.json. "
        "A run that was stopped goes on with --resume. Exit code 1: the model was never reached.",
        epilog="example: agentseg eval reasonseg --root data/ReasonSeg --split val --out runs/val",
    )
    parser.add_argument("dataset", help="name of the dataset, e.g. kitchenbench, reasonseg, refcoco, revos")
    parser.add_argument("--root", help="folder that holds the dataset (kitchenbench needs none)")
    parser.add_argument("--split", default="test", help="split, as the dataset calls it (default: test)")
    parser.add_argument("--out", required=True, help="folder of the run; new or empty, unless --resume")
    parser.add_argument("--config", default="local", help="profile or TOML file (default: local)")
    parser.add_argument(
        "--reasoner", help="reasoner in place of the configured one; oracle knows the samples' own plans (kitchenbench)"
    )
    parser.add_argument(
        "--twin",
        choices=("perceived", "true", "both"),
        help="what to reason over (default: both where true twins exist, else perceived)",
    )
    parser.add_argument("--protocol", help="how to score (default: that of the dataset's papers)")
    parser.add_argument("--predictions", help="folder of another system's outputs, scored in place of agentseg")
    parser.add_argument("--limit", type=int, help="only the first so many samples")
    parser.add_argument("--resume", action="store_true", help="go on with the run in --out")
    parser.add_argument("--workers", type=int, default=1, help="processes, each with its own model (default: 1)")
    parser.add_argument("--engine", default="local", help="local, or ray: a Ray cluster (default: local)")
    parser.add_argument("--quiet", action="store_true", help="no progress and no table on stderr")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry the verb out."""
    from agentseg.config import load_config
    from agentseg.evaluation.datasets import DATASETS
    from agentseg.evaluation.rows import unreached
    from agentseg.evaluation.runner import evaluate
    from agentseg.evaluation.systems import RENDERED, build_files, build_systems
    from agentseg.evaluation.work import Entries

    for name in ("out", "root", "predictions"):
        if getattr(arguments, name) == "":
            raise InputError(f"--{name} is empty: name a folder")
    if arguments.dataset not in DATASETS:
        raise InputError(f"no dataset {arguments.dataset!r}; there are {', '.join(DATASETS)}")
    if arguments.limit is not None and arguments.limit < 1:
        raise InputError(f"--limit is a number from 1; found {arguments.limit}")
    if arguments.root is None and arguments.dataset not in RENDERED:
        raise InputError(f"--root is missing: name the folder that holds {arguments.dataset}")
    config = load_config(arguments.config, reasoner=arguments.reasoner)
    asked = _asked(arguments, config)
    build = (
        partial(build_files, str(Path(arguments.predictions).expanduser().absolute()))
        if arguments.predictions is not None
        else partial(build_systems, config, None, asked.twins)
    )
    root = Path(arguments.root or ".").expanduser().absolute()  # workers may stand elsewhere
    entries = Entries(arguments.dataset, str(root), arguments.split)
    total = None if arguments.quiet else count_of(entries, arguments.limit)
    bar = Bar(None if total is None else total * len(asked.twins), "rows", arguments.quiet)
    try:
        summary = evaluate(
            entries,
            build,
            asked,
            Path(arguments.out),
            resume=arguments.resume,
            workers=arguments.workers,
            engine=arguments.engine,
            on_progress=partial(show_step, bar),
        )
    except KeyboardInterrupt:
        bar.close()
        say(f"agentseg eval: stopped; --resume goes on with {arguments.out}")
        return 130
    finally:
        bar.close()
    print(json.dumps(summary))
    if not arguments.quiet:
        for line in table(summary):
            say(line)
    reason = unreached(Path(arguments.out))
    if reason:
        say(f"agentseg eval: the model was never reached ({reason[:300]}); --resume asks again")
    return 1 if reason else 0


def table(summary: dict[str, Any]) -> list[str]:
    """The figures with their intervals, one column for each kind of twin, and what did not answer."""
    twins: dict[str, dict[str, Any]] = summary["twins"]
    first = next(iter(twins.values()))
    names = first.get("order") or list(first["figures"])
    head = f"{summary['dataset']} {summary['split']}, protocol {summary['protocol']}: {summary['statement']}"
    lines = textwrap.wrap(head, 100)
    lines.append(f"  {'':<14}" + "".join(f"{twin:>24}" for twin in twins))
    for name in names:
        lines.append(
            f"  {name:<14}" + "".join(f"{_figure(found['figures'].get(name)):>24}" for found in twins.values())
        )
    for name in ("count", "failures"):
        lines.append(f"  {name:<14}" + "".join(f"{found[name]:>24}" for found in twins.values()))
    for twin, found in twins.items():
        failed = {name: number for name, number in found["by_status"].items() if name not in ("ok", "no_target")}
        if failed:
            lines.append(f"  {twin}: " + ", ".join(f"{number} {name}" for name, number in failed.items()))
    return lines


def _figure(found: dict[str, Any] | None) -> str:
    if not found or found["value"] is None:
        return "-"
    return f"{found['value']:.3f} [{found['low']:.3f}, {found['high']:.3f}]"


def _asked(arguments: argparse.Namespace, config: Any) -> Asked:
    """What the run is asked for, with its defaults filled in."""
    from agentseg.evaluation.asked import Asked, versions
    from agentseg.evaluation.protocols import default_protocol, protocol
    from agentseg.evaluation.systems import RENDERED

    true = arguments.dataset in RENDERED
    if arguments.twin in ("true", "both") and not true:
        raise InputError(f"nobody knows the true twins of {arguments.dataset}: use --twin perceived")
    scores = protocol(arguments.protocol) if arguments.protocol else default_protocol(arguments.dataset)
    shared: dict[str, Any] = {
        "dataset": arguments.dataset,
        "split": arguments.split,
        "root": arguments.root or "",
        "limit": arguments.limit,
        "protocol": scores.name,
        "versions": versions(arguments.dataset),
    }
    if arguments.predictions is not None:
        if arguments.twin is not None or arguments.reasoner is not None:
            raise InputError("--predictions are of another system: leave out --twin and --reasoner")
        return Asked(**shared, twins=("files",), reasoner="files", predictions=arguments.predictions)
    twin = arguments.twin or ("both" if true else "perceived")
    return Asked.of(config, **shared, twins=("perceived", "true") if twin == "both" else (twin,))


def count_of(entries: Any, limit: int | None) -> int | None:
    """Samples that there are, as far as that costs little to find out."""
    from agentseg.evaluation.systems import RENDERED

    if getattr(entries, "dataset", "") not in RENDERED:
        return sum(1 for _ in islice(entries, limit))
    from agentseg.sim.kitchenbench.splits import SPLITS

    split = SPLITS.get(entries.split)
    bounds: list[int | None] = [limit, split.size if split else None]
    return min((bound for bound in bounds if bound is not None), default=None)


def show_step(bar: Bar, step: Step) -> None:
    """Show how far a run is."""
    bar.show(step.done, step.seconds, f"{step.failures} failed" if step.failures else "")
