"""The ``agentseg`` command: verbs with JSON on stdout, and words for people on stderr.

Exit codes: 0 an answer (also "there is no such thing"), 1 the query failed (its status says how), 2 bad input.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from agentseg import __version__
from agentseg.cli import doctor, eval, export, kitchen, kitchenbench, record, report, segment, stream, train
from agentseg.cli.progress import say, silence
from agentseg.errors import AgentSegError

EPILOG = """examples:
  agentseg kitchen --seed 7 --out kitchen                   render a scene to try things on
  agentseg segment kitchen/frame_0000.png "the thing I could drink coffee from" --out answer
  agentseg segment kitchen/frame_0000.png "the mug nearest to the sink" --reasoner ollama:qwen3:0.6b
  agentseg stream --kitchen --seed 1000018 "the mug nearest to the kettle"      frame after frame, one call of the model
  agentseg eval reasonseg --root data/ReasonSeg --split val --out runs/val
  agentseg doctor                                           what is installed, reachable and broken
"""


def build_parser() -> argparse.ArgumentParser:
    """The parser of all verbs."""
    parser = argparse.ArgumentParser(
        prog="agentseg",
        description="Reasoning segmentation: ask for things in pictures and clips, get masks.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"agentseg {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb in (segment, stream, kitchen, kitchenbench, eval, report, record, train, export, doctor):
        verb.add_parser(verbs)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    _open_closed()
    name = "agentseg"
    try:
        try:
            arguments = build_parser().parse_args(argv)
            name = f"agentseg {arguments.verb}"
            return int(arguments.run(arguments))
        finally:
            sys.stdout.flush()  # here, where a full disk or a closed pipe can still be told
    except AgentSegError as error:
        say(f"{name}: {error}")
        return 2
    except KeyboardInterrupt:
        say(f"{name}: stopped")
        return 130
    except BrokenPipeError:
        silence(sys.stdout)
        return 0
    except OSError as error:
        silence(sys.stdout)
        say(f"{name}: {str(error.filename or 'standard output')[:200]}: {error.strerror or str(error)[:200]}")
        return 2


def _open_closed() -> None:
    """Give a closed stdout or stderr (``2>&-``) a place to write to, and its number to no other file."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf8"))
