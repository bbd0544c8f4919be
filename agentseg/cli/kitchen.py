"""``agentseg kitchen``: render scenes of the offline kitchen, to look at and to try queries on."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from agentseg.errors import InputError


def add_parser(verbs: Any) -> None:
    """Add the verb to the command."""
    parser = verbs.add_parser(
        "kitchen",
        help="render a scene of the offline kitchen",
        description="Render a kitchen scene or clip: frame_0000.png, ... (what a camera sees) and truth.json "
        "(what is there, for evaluation only).",
        epilog="example: agentseg kitchen --seed 1000003 --frames 12 --out kitchen",
    )
    parser.add_argument(
        "--seed", type=int, default=1_000_000, help="scene; from 1000000 on none was trained on (default: 1000000)"
    )
    parser.add_argument("--frames", type=int, default=1, help="frames; more than 1 makes a moving clip (default: 1)")
    parser.add_argument("--width", type=int, default=320, help="pixels across (default: 320)")
    parser.add_argument("--height", type=int, default=240, help="pixels down (default: 240)")
    parser.add_argument("--out", type=Path, required=True, help="folder, made where it is missing")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry the verb out."""
    from agentseg.overlay import save_png
    from agentseg.sim import render_kitchen

    _check(arguments)
    frames, truth = render_kitchen(
        arguments.seed, frames=arguments.frames, width=arguments.width, height=arguments.height, supersample=2
    )
    folder = arguments.out
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the folder {str(folder)!r} cannot be made: {error.strerror or error}") from None
    files = [save_png(folder / f"frame_{frame.index:04d}.png", frame.rgb) for frame in frames]
    twins = [truth.twin(place).model_dump(mode="json") for place in range(len(frames))]
    (folder / "truth.json").write_text(json.dumps({"seed": arguments.seed, "twins": twins}), encoding="utf8")
    print(json.dumps({"files": [str(path) for path in files], "truth": str(folder / "truth.json")}))
    print(
        f"seed {arguments.seed}: {len(files)} frames, {len(twins[0]['instances'])} things in the first", file=sys.stderr
    )
    return 0


def _check(arguments: argparse.Namespace) -> None:
    bounds = {"seed": (0, 2**31 - 1), "frames": (1, 500), "width": (32, 1920), "height": (24, 1440)}
    for name, (least, most) in bounds.items():
        value = getattr(arguments, name)
        if not least <= value <= most:
            raise InputError(f"--{name} goes from {least} to {most}; found {value}")
    if arguments.out.exists() and not arguments.out.is_dir():
        raise InputError(f"--out {str(arguments.out)!r} is a file: name a folder")
