"""Progress for people, on stderr: one line that moves while frames are perceived, then a line for each step."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any, TextIO


def say(words: str, end: str = "\n") -> None:
    """Print words for people on stderr; where it is closed or full they are dropped, and the answer goes on."""
    if sys.stderr is not None:  # print(file=None) would write them among the answers on stdout
        try:
            print(words, end=end, file=sys.stderr, flush=True)
        except OSError:
            silence(sys.stderr)


def silence(stream: TextIO) -> None:
    """Let a stream that fails end in nothing, so that Python does not complain about it once more at exit."""
    with contextlib.suppress(OSError, ValueError):  # a stream of a test has no file
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)


def show(event: dict[str, Any]) -> None:
    """Print one event of ``segment(on_progress=...)``."""
    stage = event["stage"]
    if "of" in event:
        moving = event["of"] > 1 and sys.stderr is not None and sys.stderr.isatty()
        if moving or event["frame"] == event["of"]:
            end = "\r" if moving and event["frame"] < event["of"] else "\n"
            bar = "#" * (20 * event["frame"] // event["of"])
            say(f"  perceive    [{bar:<20}] frame {event['frame']}/{event['of']}, {event['instances']} instances", end)
        return
    say(f"  {stage:<11} {event.get('ms', 0):7.1f} ms  {_words(event)}")


def _words(event: dict[str, Any]) -> str:
    if event.get("error"):
        return f"! {event['error']}"
    if event.get("plan"):
        last = event["steps"][-1] if event.get("steps") else {}
        return f"{event['plan']}  ->  {list(last.get('selection', []))}"
    return str(event.get("text", ""))
