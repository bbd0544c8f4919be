"""``agentseg stream [SOURCE] QUERY``: a query answered on every frame of a camera, video, folder or kitchen stream."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from agentseg.cli.progress import say
from agentseg.errors import InputError

if TYPE_CHECKING:
    from agentseg.graphs.stream import SegmentationStream
    from agentseg.graphs.stream_step import StreamStep

LINES = "stream.jsonl"
MOST = 1_000_000_000
"""Largest number of frames."""
KITCHEN_FRAMES = 200
"""Frames of a kitchen stream where ``--frames`` does not say."""


def add_parser(verbs: Any) -> None:
    """Add the verb to the command."""
    parser = verbs.add_parser(
        "stream",
        help="segment what a query asks for, frame after frame",
        description="Answer a query on every frame of a source that need not end. The model writes a plan once; the "
        "plan runs on each frame. One JSON line a frame goes to stdout. Ctrl-C ends the stream.",
        epilog='example: agentseg stream --kitchen --seed 1000018 "the mug nearest to the kettle" --out stream',
    )
    parser.add_argument("source", nargs="?", help="folder of pictures, video file, camera number or address (PyAV)")
    parser.add_argument("query", help="what to look for, in plain words")
    parser.add_argument("--kitchen", action="store_true", help="a rendered kitchen in which things move, as the source")
    parser.add_argument("--seed", type=int, default=1_000_018, help="seed of the kitchen (default: 1000018)")
    parser.add_argument("--config", default="local", help="profile or TOML file (default: local)")
    parser.add_argument("--reasoner", help="reasoner in place of the configured one")
    parser.add_argument("--every", type=int, help="frames from one keyframe (perception) to the next")
    parser.add_argument("--frames", type=int, help=f"end after so many frames (kitchen: {KITCHEN_FRAMES})")
    parser.add_argument("--stall", type=float, help="seconds without a frame after which the source counts as stalled")
    parser.add_argument("--latest", action="store_true", help="skip frames that come while one is worked on (cameras)")
    parser.add_argument("--masks", action="store_true", help="add the mask (COCO RLE) to each line")
    parser.add_argument("--out", help=f"folder for a picture of each answer and {LINES}, with masks")
    parser.add_argument("--quiet", action="store_true", help="no words on stderr")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry the verb out."""
    from agentseg.graphs.stream import SegmentationStream

    options = _options(arguments)
    folder = None if arguments.out is None else _folder(arguments.out)
    stream = SegmentationStream(arguments.query, arguments.config, reasoner=arguments.reasoner, options=options)
    statuses: Counter[str] = Counter()
    started = time.perf_counter()
    lines: TextIO | None = None
    try:
        with closing(stream.run(_source(arguments))) as steps:  # type: ignore[type-var]
            for step in islice(steps, arguments.frames):
                statuses[step.status] += 1
                print(json.dumps(step.to_json(arguments.masks)), flush=True)
                if not arguments.quiet:
                    _tell(step)
                if folder is not None:  # opened here: a source that cannot be opened leaves no file behind
                    lines = lines or (folder / LINES).open("a", encoding="utf8")
                    _keep(step, stream, folder, lines)
    except KeyboardInterrupt:
        pass  # the way in which a stream ends
    finally:
        if lines is not None:
            lines.close()
    if not arguments.quiet:
        seconds = time.perf_counter() - started
        counts = ", ".join(f"{name} {count}" for name, count in statuses.most_common()) or "no frame"
        say(
            f"{statuses.total()} frames in {seconds:.1f} s ({counts}); {stream.calls} calls of the model: {stream.plan}"
        )
    return 0 if statuses["ok"] + statuses["no_target"] or not statuses else 1


def _options(arguments: argparse.Namespace) -> Any:
    from agentseg.graphs.stream_options import StreamOptions

    for name in ("every", "frames"):
        value = getattr(arguments, name)
        if value is not None and not 1 <= value <= MOST:
            raise InputError(f"--{name} is at least 1{f' and at most {MOST}' if value > MOST else ''}; found {value}")
    if arguments.stall is not None and not 0 < arguments.stall < 86_400:
        raise InputError(f"--stall is a number of seconds above 0, at most a day; found {arguments.stall}")
    if arguments.kitchen == bool(arguments.source):
        found = f"both --kitchen and {arguments.source!r}" if arguments.kitchen else "neither"
        raise InputError(
            f'name a source and a query, or --kitchen and a query, as in: stream FOLDER "the mug"; {found}'
        )
    return StreamOptions(every=arguments.every, stall_s=arguments.stall, latest=arguments.latest)


def _source(arguments: argparse.Namespace) -> Any:
    if not arguments.kitchen:
        return arguments.source
    from agentseg.sim.stream import kitchen_stream

    return (frame for frame, _ in kitchen_stream(arguments.seed, arguments.frames or KITCHEN_FRAMES))


def _folder(out: str) -> Path:
    from agentseg.outputs import make_folder

    if not out:
        raise InputError("--out is empty: name a folder")
    folder = Path(out)
    if (folder / LINES).exists():
        raise InputError(f"--out {out!r} holds the {LINES} of another stream: name another folder")
    make_folder(folder, [LINES])
    return folder


def _keep(step: StreamStep, stream: SegmentationStream, folder: Path, lines: TextIO) -> None:
    """Add the step's line, and the picture of its answer."""
    from agentseg.overlay import draw_answer, save_png

    lines.write(json.dumps(step.to_json(masks=True)) + "\n")
    lines.flush()
    mask, frame = step.pixels, stream.frame
    if mask is not None and frame is not None:
        title = f'"{stream.query}"  {step.status} {list(step.answer)}  frame {step.frame}'
        save_png(folder / f"frame_{step.frame:06d}.png", draw_answer(frame, mask, title, step.boxed))


def _tell(step: StreamStep) -> None:
    """A line that moves on a terminal; lasting ones for what is worth knowing, and every 25th frame elsewhere."""
    known = {} if step.twin is None else {row.id: row.name for row in step.twin.instances}
    names = ", ".join(f"{known.get(key, '?')} {key}" for key in step.answer[:6]) or "-"
    words = f"  frame {step.frame:>5}  {step.status:<10} {names}  {step.ms.get('total', 0.0):.0f} ms"
    lasting = bool(step.asked or step.error)
    moving = sys.stderr is not None and sys.stderr.isatty()
    if step.asked:
        words += f"  asked the model ({step.asked}): {step.plan}"
    if step.error:
        words += f"  ! {step.error}"
    if lasting or moving or step.frame % 25 == 0:
        say(words, "\n" if lasting or not moving else "\x1b[K\r")
