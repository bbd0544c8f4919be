"""Progress for people, on stderr: one line that moves while frames are perceived, then a line for each step."""

from __future__ import annotations

import sys
from typing import Any


def show(event: dict[str, Any]) -> None:
    """Print one event of ``segment(on_progress=...)``."""
    stage = event["stage"]
    if "of" in event:
        moving = event["of"] > 1 and sys.stderr.isatty()
        if moving or event["frame"] == event["of"]:
            end = "\r" if moving and event["frame"] < event["of"] else "\n"
            bar = "#" * (20 * event["frame"] // event["of"])
            print(
                f"  perceive    [{bar:<20}] frame {event['frame']}/{event['of']}, {event['instances']} instances",
                end=end,
                file=sys.stderr,
            )
        return
    print(f"  {stage:<11} {event.get('ms', 0):7.1f} ms  {_words(event)}", file=sys.stderr, flush=True)


def _words(event: dict[str, Any]) -> str:
    if event.get("error"):
        return f"! {event['error']}"
    if event.get("plan"):
        last = event["steps"][-1] if event.get("steps") else {}
        return f"{event['plan']}  ->  {list(last.get('selection', []))}"
    return str(event.get("text", ""))
