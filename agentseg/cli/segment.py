"""``agentseg segment PICTURE QUERY``: the main job on a picture, a folder of frames, or an animated file."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from agentseg.cli.progress import show
from agentseg.errors import InputError


def add_parser(verbs: Any) -> None:
    """Add the verb to the command."""
    parser = verbs.add_parser(
        "segment",
        help="segment what a query asks for",
        description="Segment what a query asks for. The answer goes to stdout as JSON: "
        "status, ids, labels, boxes, plan.",
        epilog='example: agentseg segment photo.jpg "something to cut bread with" --out answer',
    )
    parser.add_argument("source", help="a picture, an animated picture, or a folder of frames")
    parser.add_argument("query", help="what to look for, in plain words")
    parser.add_argument(
        "--config", default="local", help="profile (local, rules, ollama, openai) or TOML file (default: local)"
    )
    parser.add_argument(
        "--reasoner", help="reasoner in place of the configured one, e.g. ollama:qwen3:0.6b or gguf:student.gguf"
    )
    parser.add_argument("--out", type=Path, help="folder for the pictures of answer and twin, the mask and the trace")
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry the verb out."""
    from agentseg.api import segment

    folder = arguments.out
    if folder is not None and folder.exists() and not folder.is_dir():
        raise InputError(f"--out {str(folder)!r} is a file: name a folder")
    result = segment(
        Path(arguments.source),
        arguments.query,
        arguments.config,
        reasoner=arguments.reasoner,
        on_progress=None if arguments.quiet else show,
    )
    files = _write(result, folder) if folder is not None else []
    known = {row.id: row for row in result.timeline.summary().instances}
    rows = [known[key] for key in result.answer if key in known]
    print(
        json.dumps(
            {
                "status": result.status,
                "answer": [{"id": row.id, "label": row.name, "box": [round(side) for side in row.box]} for row in rows],
                "number": result.number,
                "analysis": result.analysis,
                "plan": result.plan.text if result.plan else None,
                "files": [str(path) for path in files],
            }
        )
    )
    if result.status not in ("ok", "no_target"):
        print(f"agentseg segment: {result.status}: {_why(result)}", file=sys.stderr)
        return 1
    return 0


def _why(result: Any) -> str:
    errors = [event.error for event in result.trace.events if event.error]
    return errors[-1] if errors else "the budget of plans was spent without an answer (raise limits.refine)"


def _write(result: Any, folder: Path) -> list[Path]:
    from agentseg.outputs import write_outputs

    return write_outputs(result, folder)
