"""``agentseg kitchen``: render scenes of the offline kitchen, to look at and to try queries on."""

from __future__ import annotations

import argparse
import contextlib
import json
from pathlib import Path
from typing import Any

from agentseg.cli.progress import say
from agentseg.errors import InputError

TRUTH = "truth.json"


def add_parser(verbs: Any) -> None:
    """Add the verb to the command."""
    parser = verbs.add_parser(
        "kitchen",
        help="render a scene of the offline kitchen",
        description="Render a kitchen scene or clip: frame_0000.png, ... (what a camera sees) and truth.json "
        "(what is there, for evaluation only). A run replaces the run before it in the same folder, with all its "
        "frames; a folder that holds frame_*.png of anyone else is refused.",
        epilog="example: agentseg kitchen --seed 1000003 --frames 12 --out kitchen",
    )
    parser.add_argument(
        "--seed", type=int, default=1_000_000, help="scene; from 1000000 on none was trained on (default: 1000000)"
    )
    parser.add_argument("--frames", type=int, default=1, help="frames; more than 1 makes a moving clip (default: 1)")
    parser.add_argument("--width", type=int, default=320, help="pixels across (default: 320)")
    parser.add_argument("--height", type=int, default=240, help="pixels down (default: 240)")
    parser.add_argument("--out", required=True, help="folder, made where it is missing")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry the verb out."""
    from agentseg.outputs import check_folder, make_folder
    from agentseg.overlay import save_png
    from agentseg.sim import render_kitchen

    _check(arguments)
    folder, names = Path(arguments.out), [TRUTH, *map(_name, range(arguments.frames))]
    check_folder(folder, names)
    stale = _stale(folder, names)
    frames, truth = render_kitchen(
        arguments.seed, frames=arguments.frames, width=arguments.width, height=arguments.height, supersample=2
    )
    make_folder(folder, names)
    partial = folder / f".{TRUTH}.part"
    twins = [truth.twin(place).model_dump(mode="json") for place in range(len(frames))]
    try:
        for path in stale:
            path.unlink(missing_ok=True)
        partial.write_text(json.dumps({"seed": arguments.seed, "twins": twins}), encoding="utf8")
        partial.replace(folder / TRUTH)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise InputError(f"{str(folder / TRUTH)!r} cannot be written: {error.strerror or error}") from None
    files = [save_png(folder / name, frame.rgb) for name, frame in zip(names[1:], frames, strict=True)]
    print(json.dumps({"files": [str(path) for path in files], "truth": str(folder / TRUTH)}))
    say(f"seed {arguments.seed}: {len(files)} frames, {len(twins[0]['instances'])} things in the first")
    return 0


def _stale(folder: Path, names: list[str]) -> list[Path]:
    """Frames of the run before, as its truth counts them, that this run does not replace.

    Raises:
        InputError: There are frames that no run before wrote: they are not ours to remove.
    """
    try:
        before = range(len(json.loads((folder / TRUTH).read_text("utf8"))["twins"]))
    except (OSError, ValueError, TypeError, LookupError):
        before = range(0)
    ours = {_name(index) for index in before}
    if folder.is_dir():
        others = sorted({path.name for path in folder.glob("frame_*.png")} - ours)
        if others:
            raise InputError(f"--out {str(folder)!r} holds {others[0]!r} of another scene: name another folder")
    return [folder / name for name in ours - set(names)]


def _name(index: int) -> str:
    return f"frame_{index:04d}.png"


def _check(arguments: argparse.Namespace) -> None:
    bounds = {"seed": (0, 2**31 - 1), "frames": (1, 500), "width": (32, 1920), "height": (24, 1440)}
    for name, (least, most) in bounds.items():
        value = getattr(arguments, name)
        if not least <= value <= most:
            raise InputError(f"--{name} goes from {least} to {most}; found {value}")
    if not arguments.out:
        raise InputError("--out is empty: name a folder")
