"""From a recording to rows to train on: rejection sampling, the style of the student's prompt, and what is held out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from agentseg.errors import InputError
from agentseg.evaluation.lines import replacing, told
from agentseg.prompt import Style, query_text, system_text, twin_text
from agentseg.protocol import Codec
from agentseg.timeline import Timeline
from agentseg.trace import Trace
from agentseg.training.record.read import read_recorded
from agentseg.training.record.score import Score
from agentseg.training.rows import KEEP, kept

ROWS = "rows.jsonl"
STYLES: tuple[Style, ...] = ("full", "brief")

Where = Callable[[Trace, Score], bool]


def rows_of(
    folder: Path,
    least: float = KEEP,
    most: int = 1,
    style: Style | None = None,
    *,
    known: Sequence[str] = (),
    where: Where | None = None,
    out: Path | None = None,
) -> Path:
    """Write the conversations of a recording that were right: JSON lines of ``training.rows.Row``.

    Args:
        folder: Of a recording.
        least: Accuracy that a trace must exceed; below 0, traces of samples without truth are kept as well.
        most: Conversations of one query, the most accurate first, the shorter of two equals.
        style: How the student is prompted; None leaves every prompt as it was recorded. Traces whose prompt cannot be
            written again (``restyled``) are left out.
        known: Labels that the student knows; it reads and writes stand-ins for all others. Empty leaves all as it is.
        where: Further conditions, such as ``lambda trace, score: not held_out(score.media)``.
        out: The file; by default ``rows.jsonl`` in the folder.

    Returns:
        The file, the same bytes for the same traces, whatever order they were recorded in.

    Raises:
        InputError: There is no recording, nothing is kept, or the file cannot be written.
    """
    path = Path(folder) / ROWS if out is None else Path(out)
    count = 0
    with told(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            for row in kept(_scored(Path(folder), least, style, where), least, most, known):
                file.write((json.dumps(row, separators=(",", ":")) + "\n").encode("ascii"))
                count += 1
            if not count:
                raise InputError(f"{str(folder)!r}: no trace has an accuracy above {least}: nothing to learn from")
    return path


def _scored(
    folder: Path, least: float, style: Style | None, where: Where | None
) -> Iterator[tuple[Trace, float | None]]:
    for trace, score in read_recorded(folder):
        accuracy = 0.0 if score.accuracy is None and least < 0 else score.accuracy
        if accuracy is None or accuracy <= least or (where is not None and not where(trace, score)):
            continue
        shown = trace if style is None else restyled(trace, style)
        if shown is not None:
            yield shown, accuracy


def restyled(trace: Trace, style: Style) -> Trace | None:
    """A trace with its prompt written in another style; the model's turns and the results stay.

    Args:
        trace: With its dialogue.
        style: Of the prompt that is wanted.

    Returns:
        The trace; itself where it has that style. None where its prompt is not one of ours, as with a user's own steps,
        or where a plan changed the twin, so that what the model read is not known any more.
    """
    if len(trace.dialogue) < 2:
        return None
    (opens, system), (asks, view), *rest = trace.dialogue
    codec: Codec = "tags" if any(role == "ai" and text.lstrip().startswith("<") for role, text in rest) else "json"
    before = next((known for known in STYLES if system == system_text(codec, style=known)), None)
    count = re.search(r"([0-9]+) instances", view)
    if before is None or count is None:
        return None
    if before == style:
        return trace
    twins, query, shown = Timeline(trace.twins), query_text(trace.query), int(count[1])
    if view != f"{twin_text(twins, shown, before)}\n{query}":
        return None
    opening = (opens, system_text(codec, style=style)), (asks, f"{twin_text(twins, shown, style)}\n{query}")
    return trace.model_copy(update={"dialogue": (*opening, *rest)})


def held_out(media: str, share: float = 0.1) -> bool:
    """Whether a picture or clip is among those that training does not see.

    Args:
        media: Hash of its pixels (``Trace.media``): all its queries are on the same side, in every recording.
        share: Of all media, in [0, 1].
    """
    return int(hashlib.sha256(media.encode("utf8", "replace")).hexdigest()[:8], 16) < share * 2**32
