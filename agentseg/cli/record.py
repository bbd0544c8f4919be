"""``agentseg record DATASET``: the graph over a dataset, or over a folder of pictures with queries, into traces."""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentseg.cli.bar import Bar
from agentseg.cli.eval import count_of, show_step
from agentseg.cli.progress import say
from agentseg.errors import InputError

if TYPE_CHECKING:
    from agentseg.training.record import RecordAsked


def add_parser(verbs: Any) -> None:
    """Add the verb to the command."""
    parser = verbs.add_parser(
        "record",
        help="record traces to train on",
        description="Answer a dataset's queries and keep everything that happened. --out holds run.json, traces.jsonl, "
        "scores.jsonl (a line for each trace: its sample and how right it was) and errors.jsonl; counts go to stdout "
        "as JSON. A recording that was stopped goes on with --resume, which may ask for more samples or attempts.",
        epilog='A folder of pictures is recorded as "agentseg record folder --root DIR": DIR/queries.jsonl has lines '
        '{"picture": "a.jpg", "query": "the mug"} or {"frames": ["0.png", "1.png"], "query": "what fell"}. '
        "example: agentseg record kitchenbench --split train --twin true --reasoner oracle --limit 1000 --out traces",
    )
    parser.add_argument("dataset", help="name of the dataset, e.g. kitchenbench, revos; or folder")
    parser.add_argument("--root", help="folder that holds the dataset (kitchenbench needs none)")
    parser.add_argument("--split", default="train", help="split, as the dataset calls it (default: train)")
    parser.add_argument("--config", default="local", help="profile or TOML file (default: local)")
    parser.add_argument(
        "--reasoner",
        help="reasoner in place of the configured one; oracle knows the samples' own plans (kitchenbench), "
        "oracle:detail explains them as well",
    )
    parser.add_argument(
        "--twin",
        choices=("perceived", "true"),
        default="perceived",
        help="what to reason over; true twins are those of the simulator (kitchenbench; default: perceived)",
    )
    parser.add_argument("--out", required=True, help="folder of the recording; new or empty, unless --resume")
    parser.add_argument(
        "--attempts", type=int, default=1, help="attempts at each query, with seeds seed, seed + 1, ... (default: 1)"
    )
    parser.add_argument("--workers", type=int, default=1, help="processes, each with its own model (default: 1)")
    parser.add_argument("--engine", default="local", help="local, or ray: a Ray cluster (default: local)")
    parser.add_argument("--limit", type=int, help="only the first so many samples")
    parser.add_argument("--resume", action="store_true", help="go on with the recording in --out")
    parser.add_argument("--parquet", action="store_true", help="write traces.parquet as well, at the end")
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry the verb out."""
    from agentseg.config import load_config
    from agentseg.training.record import build_recorder, compact, entries_of, record

    _check(arguments)
    config = load_config(arguments.config, reasoner=arguments.reasoner)
    asked = _asked(arguments, config)
    root = Path(arguments.root or ".").expanduser().absolute()  # workers may stand elsewhere
    entries = entries_of(arguments.dataset, str(root), arguments.split)
    total = _total(arguments, entries)
    bar = Bar(None if total is None else total * arguments.attempts, "traces", arguments.quiet)
    if arguments.attempts > 1 and config.reasoner.temperature == 0 and not arguments.quiet:
        say("agentseg record: the temperature is 0: attempts will hardly differ; set reasoner.temperature in --config")
    try:
        counts = record(
            entries,
            partial(build_recorder, config, arguments.twin),
            asked,
            Path(arguments.out),
            resume=arguments.resume,
            workers=arguments.workers,
            engine=arguments.engine,
            on_progress=partial(show_step, bar),
        )
    except KeyboardInterrupt:
        bar.close()
        say(f"agentseg record: stopped; --resume goes on with {arguments.out}")
        return 130
    finally:
        bar.close()
    if arguments.parquet:
        counts["table"] = str(compact(Path(arguments.out)))
    print(json.dumps({"out": arguments.out, **counts}))
    return 0


def _total(arguments: argparse.Namespace, entries: Any) -> int | None:
    """Samples that there are, where they are shown; the lines of a folder's queries are all read first."""
    from agentseg.training.record import FOLDER

    if arguments.dataset == FOLDER:
        lines = sum(1 for _ in entries)  # a broken one is told before the work, not in the middle of it
        return min(lines, arguments.limit or lines)
    return None if arguments.quiet else count_of(entries, arguments.limit)


def _check(arguments: argparse.Namespace) -> None:
    """Refuse what cannot be, before anything is opened."""
    from agentseg.evaluation.systems import RENDERED
    from agentseg.training.record import FOLDER

    if not arguments.out:
        raise InputError("--out is empty: name a folder")
    for name in ("limit", "attempts"):
        value = getattr(arguments, name)
        if value is not None and value < 1:
            raise InputError(f"--{name} is a number from 1; found {value}")
    if arguments.root is None and arguments.dataset not in RENDERED:
        what = "the pictures and queries.jsonl" if arguments.dataset == FOLDER else arguments.dataset
        raise InputError(f"--root is missing: name the folder that holds {what}")
    if arguments.twin == "true" and arguments.dataset not in RENDERED:
        raise InputError(f"nobody knows the true twins of {arguments.dataset}: use --twin perceived")


def _asked(arguments: argparse.Namespace, config: Any) -> RecordAsked:
    from agentseg.evaluation.asked import versions
    from agentseg.training.record.asked import RecordAsked, revision_of

    return RecordAsked.of(
        config,
        dataset=arguments.dataset,
        split=arguments.split,
        root=arguments.root or "",
        limit=arguments.limit,
        twins=(arguments.twin,),
        attempts=arguments.attempts,
        revision=revision_of(config.reasoner.model),
        versions=versions(arguments.dataset),
    )
