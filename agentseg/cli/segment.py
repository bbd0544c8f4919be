"""``agentseg segment PICTURE QUERY``: the main job on a picture, a folder of frames, or an animated file."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from agentseg.cli.progress import say, show
from agentseg.errors import InputError


def add_parser(verbs: Any) -> None:
    """Add the verb to the command."""
    parser = verbs.add_parser(
        "segment",
        help="segment what a query asks for",
        description="Segment what a query asks for. The answer goes to stdout as JSON: "
        "status, ids, labels, boxes, who drew the masks, plan.",
        epilog='example: agentseg segment photo.jpg "something to cut bread with" --config vision --out answer',
    )
    parser.add_argument("source", help="a picture, an animated picture, or a folder of frames")
    parser.add_argument("query", help="what to look for, in plain words")
    parser.add_argument(
        "--config",
        default="local",
        help="profile (local, rules, ollama, openai, vision, fastreasonseg) or TOML file (default: local)",
    )
    parser.add_argument(
        "--reasoner", help="reasoner in place of the configured one, e.g. ollama:qwen3:0.6b or gguf:student.gguf"
    )
    parser.add_argument("--out", help="another folder than the source, for pictures of answer and twin, mask and trace")
    parser.add_argument("--quiet", action="store_true", help="no progress on stderr")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry the verb out."""
    from agentseg.api import segment

    folder = None if arguments.out is None else _folder(arguments.out, arguments.source)
    result = segment(
        arguments.source,
        arguments.query,
        arguments.config,
        reasoner=arguments.reasoner,
        on_progress=None if arguments.quiet else show,
    )
    files, failure = _write(result, folder) if folder is not None else ([], None)
    known = {row.id: row for row in result.timeline.summary().instances}
    rows = [known[key] for key in result.answer if key in known]
    print(
        json.dumps(
            {
                "status": result.status,
                "answer": [_shown(row) for row in rows],
                "number": result.number,
                "analysis": result.analysis,
                "plan": result.plan.text if result.plan else None,
                "files": [str(path) for path in files],
            }
        )
    )
    boxed = [row.id for row in rows if row.mask_source == "box"]
    if boxed:
        say(f"agentseg segment: the masks of {boxed} are filled boxes (mask_source box): no perceiver drew outlines")
    if failure is not None:
        raise failure
    if result.status not in ("ok", "no_target"):
        say(f"agentseg segment: {result.status}: {_why(result)}")
        return 1
    return 0


def _shown(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "label": row.name,
        "box": [round(side) for side in row.box],
        "mask_source": row.mask_source,
    }


def _why(result: Any) -> str:
    errors = [event.error for event in result.trace.events if event.error]
    return errors[-1] if errors else "the budget of plans was spent without an answer (raise limits.refine)"


def _folder(out: str, source: str) -> Path:
    """The folder of the outputs, found fit before any work is done."""
    from agentseg.outputs import NAMES, check_folder

    if not out:
        raise InputError("--out is empty: name a folder")
    folder, path = Path(out), Path(source)
    check_folder(folder, NAMES)
    if source and folder.is_dir():
        same = os.path.realpath(folder)
        if os.path.realpath(path) == same:
            raise InputError(f"--out {out!r} is the source folder, whose pictures are the frames: name another")
        if path.name in NAMES and os.path.realpath(path.parent) == same:
            raise InputError(f"--out {out!r} would replace the source {path.name!r}: name another folder")
    return folder


def _write(result: Any, folder: Path) -> tuple[list[Path], InputError | None]:
    """The files, or why they could not be written: the answer is printed either way."""
    from agentseg.outputs import write_outputs

    try:
        return write_outputs(result, folder), None
    except InputError as error:
        return [], error
