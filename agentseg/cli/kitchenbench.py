"""``agentseg kitchenbench``: write KitchenBench as files for other systems, or as pictures to look at."""

from __future__ import annotations

import argparse
import json
import textwrap
import time
from pathlib import Path
from typing import Any

from agentseg.cli.bar import Bar
from agentseg.cli.progress import say
from agentseg.errors import InputError

WRAP = 84
"""Signs in a line of a caption."""


def add_parser(verbs: Any) -> None:
    """Add the verb to the command."""
    parser = verbs.add_parser(
        "kitchenbench",
        help="export the synthetic benchmark, or look at it",
        description="KitchenBench is rendered as it is needed, so that `agentseg eval kitchenbench` reads no files.",
    )
    jobs = parser.add_subparsers(dest="job", required=True, metavar="JOB")
    export = jobs.add_parser(
        "export",
        help="write a split in the layout of ReVOS",
        description="Write a split in the layout of ReVOS: expressions with level and category, masks and JPEGs.",
        epilog="example: agentseg kitchenbench export --split test --limit 200 --out kitchenbench",
    )
    export.add_argument(
        "--all", action="store_true", help="also write queries for numbers and boxes, as if they asked for masks"
    )
    show = jobs.add_parser(
        "show",
        help="draw samples, to look at",
        description="Draw samples with query and answer: 4000000_0.png, and an animated .webp of a clip.",
        epilog="example: agentseg kitchenbench show --split test --limit 20 --out pictures",
    )
    for job, limit, run in ((export, None, _export), (show, 20, _show)):
        job.add_argument("--split", default="test", help="split (default: test)")
        job.add_argument("--limit", type=int, default=limit, help=f"only the first so many (default: {limit or 'all'})")
        job.add_argument("--out", required=True, help="folder, made where it is missing")
        job.add_argument("--quiet", action="store_true", help="no progress on stderr")
        job.set_defaults(run=run)


def _export(arguments: argparse.Namespace) -> int:
    """Carry ``export`` out."""
    from agentseg.sim.kitchenbench.export import EXPORT_LIMIT, MASKS, export

    folder = _folder(arguments, [MASKS], EXPORT_LIMIT)
    bar, start = Bar(_total(arguments), quiet=arguments.quiet), time.monotonic()
    try:
        wrote = export(
            arguments.split,
            folder,
            limit=arguments.limit,
            everything=arguments.all,
            on_progress=lambda done: bar.show(done, time.monotonic() - start),
        )
    finally:
        bar.close()
    left_out = ", ".join(f"{number} for {task}" for task, number in sorted(wrote.left_out.items()))
    if left_out and not arguments.quiet:
        say(f"the layout has no place for numbers and boxes: left out {left_out} (--all writes their masks)")
    print(
        json.dumps(
            {
                "folder": str(folder),
                "split": arguments.split,
                "clips": wrote.clips,
                "expressions": wrote.expressions,
                "left_out": wrote.left_out,
            }
        )
    )
    return 0


def _show(arguments: argparse.Namespace) -> int:
    """Carry ``show`` out."""
    from agentseg.evaluation.datasets import open_dataset

    folder = _folder(arguments, [], 1000)
    bar, start = Bar(_total(arguments), quiet=arguments.quiet), time.monotonic()
    files: list[str] = []
    try:
        for done, sample in enumerate(open_dataset("kitchenbench", folder, arguments.split, arguments.limit), start=1):
            files += [str(path) for path in _draw(sample, folder)]
            bar.show(done, time.monotonic() - start)
    finally:
        bar.close()
    print(json.dumps({"files": files}))
    return 0


def _draw(sample: Any, folder: Path) -> list[Path]:
    """The pictures of one sample: its first frame, and of a clip all of them."""
    from agentseg.evaluation.datasets import open_frames
    from agentseg.masks import decode
    from agentseg.overlay import draw_answer, save_png, save_webp

    number = f" ({sample.number})" if sample.number is not None else ""
    lines = [
        *textwrap.wrap(sample.query, WRAP),
        f"{sample.category} {sample.level}, {sample.task}{number}; {sample.extra['program']}",
        *textwrap.wrap(str(sample.extra["plan"]), WRAP),
    ]
    frames = list(open_frames(sample))
    pictures = [_captioned(draw_answer(frame, decode(sample.targets[frame.index])), lines) for frame in frames]
    name = sample.id.replace("/", "_")
    files = [save_png(folder / f"{name}.png", pictures[0])]
    return [*files, save_webp(folder / f"{name}.webp", pictures)] if len(frames) > 1 else files


def _captioned(rgb: Any, lines: list[str]) -> Any:
    """The picture with lines of text above it."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    font, step = ImageFont.load_default(size=15), 19
    canvas = Image.new("RGB", (rgb.shape[1], rgb.shape[0] + step * len(lines) + 6), (20, 20, 24))
    canvas.paste(Image.fromarray(rgb), (0, step * len(lines) + 6))
    for row, line in enumerate(lines):
        ImageDraw.Draw(canvas).text((5, 3 + step * row), line, fill=(245, 245, 245), font=font)
    return np.asarray(canvas)


def _folder(arguments: argparse.Namespace, names: list[str], most: int) -> Path:
    from agentseg.outputs import make_folder
    from agentseg.sim.kitchenbench.export import check_split

    if not arguments.out:
        raise InputError("--out is empty: name a folder")
    if arguments.limit is not None and not 1 <= arguments.limit <= most:
        raise InputError(f"--limit goes from 1 to {most}; found {arguments.limit}")
    check_split(arguments.split, arguments.limit)
    make_folder(Path(arguments.out), names)
    return Path(arguments.out)


def _total(arguments: argparse.Namespace) -> int | None:
    from agentseg.sim.kitchenbench.splits import SPLITS

    split = SPLITS.get(arguments.split)
    bounds: list[int | None] = [arguments.limit, split.size if split else None]
    return min((bound for bound in bounds if bound is not None), default=None)
