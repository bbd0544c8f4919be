"""``agentseg report RUN... --out report.html``: the figures, plots and cases of runs on one page."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from agentseg.cli.progress import say
from agentseg.errors import InputError


def add_parser(verbs: Any) -> None:
    """Add the verb to the command."""
    parser = verbs.add_parser(
        "report",
        help="put the figures and cases of runs on one page",
        description="Write one HTML file about finished runs of one dataset, split and protocol: figures with "
        "intervals, plots, failures, and the worst and best cases with pictures. It opens from disk, without network "
        "or script.",
        epilog="example: agentseg report runs/rules runs/student --out report.html",
    )
    parser.add_argument("runs", nargs="+", metavar="RUN", help="folder that agentseg eval wrote")
    parser.add_argument("--out", required=True, help="the HTML file; one that is there is replaced")
    parser.add_argument(
        "--cases", type=int, help="worst cases of each run, 0 to 50, with half as many best ones (default: 6, or fewer)"
    )
    parser.add_argument("--root", help="the dataset's folder, where it is not where the runs found it")
    parser.add_argument("--quiet", action="store_true", help="no words on stderr")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry the verb out."""
    from agentseg.evaluation.report import write_report

    if arguments.cases is not None and not 0 <= arguments.cases <= 50:
        raise InputError(f"--cases goes from 0 to 50; found {arguments.cases}")
    out = Path(arguments.out)
    if not arguments.out or out.is_dir() or not out.parent.is_dir():
        raise InputError(f"--out names a file in a folder that exists; found {arguments.out!r}")
    if arguments.root == "":
        raise InputError("--root is empty: name the folder that holds the dataset")
    root = None if arguments.root is None else Path(arguments.root)
    path = write_report(arguments.runs, out, number=arguments.cases, root=root, tell=None if arguments.quiet else _tell)
    size = path.stat().st_size
    print(json.dumps({"file": str(path), "bytes": size}))
    if not arguments.quiet:
        say(f"{len(arguments.runs)} runs, {size / 1e6:.1f} MB: open {path}")
    return 0


def _tell(words: str) -> None:
    say(f"agentseg report: {words}")
