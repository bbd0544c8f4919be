"""A teacher's own dialogues over asks, kept where they are right: what a student learns from.

Source: FastReasonSeg, section on distillation: chains of the teacher, kept by rejection sampling at IoU > 0.7.

A folder that a kill left is gone on with.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from agentseg.trace import Trace, append_trace, read_traces
from agentseg.training.rewards import load_reward
from agentseg.training.rows import KEEP, kept
from agentseg.training.stages.asks import Ask, Asks, write_asks
from agentseg.training.stages.common import Progress
from agentseg.training.stages.talker import BATCH, Talker, asks_done, rules_of, tell

TRACES, CHAINS, ASKS = "traces.jsonl", "chains.jsonl", "asks.jsonl"


def chains(
    folder: Path,
    *,
    model: str,
    asks: str,
    attempts: int = 4,
    temperature: float = 1.0,
    least: float = KEEP,
    static: bool = False,
    rules: dict[str, Any] | None = None,
    seed: int = 0,
    on_progress: Progress | None = None,
) -> dict[str, Any]:
    """Let a teacher answer every ask, and keep what was right.

    Args:
        folder: Gets ``traces.jsonl`` (all), ``chains.jsonl`` (rows for ``sft``) and ``asks.jsonl`` (the asks with the
            teacher's best trace, for ``distill``; asks that it never got right have none).
        model: Folder of the teacher.
        asks: File of asks.
        attempts: Dialogues of each.
        temperature: Of sampling; 0 takes the likeliest token, and one attempt is enough.
        least: Accuracy that a kept trace exceeds.
        static: No tool runs (the paper's static twin): ids are read off the table.
        rules: Of episodes.
        seed: Of sampling.
        on_progress: Called after each batch.

    Returns:
        Asks, traces, rows kept, and the share of asks that were right at least once.
    """
    table = Asks([Path(asks)])
    right = load_reward("accuracy")
    made = rules_of(rules, static)
    talk = Talker(model, made, temperature, seed)
    done = asks_done(folder / TRACES, attempts)
    step = max(1, BATCH // attempts)
    for start in range(done, len(table), step):
        numbers = [number for number in range(start, min(start + step, len(table))) for _ in range(attempts)]
        for place, trace in enumerate(talk.answers([table[number] for number in numbers])):
            append_trace(folder / TRACES, trace.model_copy(update={"trace_id": f"{numbers[place]}-{place % attempts}"}))
        tell(on_progress, start + step, len(table))
    best: dict[int, Trace] = {}
    with (folder / CHAINS).open("w", encoding="utf8") as file:
        rows = 0
        for number, group in groupby(read_traces(folder / TRACES), key=_number):
            scored = [(trace, right(trace, table[number].sample)) for trace in group]
            for row in kept(scored, least, known=made.known):
                best[number] = next(trace for trace, _ in scored if trace.trace_id == row["trace_id"])
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                rows += 1
    write_asks(folder / ASKS, _with_teacher(table, best))
    return {"asks": len(table), "traces": len(table) * attempts, "rows": rows, "right": len(best) / len(table)}


def _number(trace: Trace) -> int:
    return int(trace.trace_id.partition("-")[0])


def _with_teacher(asks: Asks, best: dict[int, Trace]) -> Iterator[Ask]:
    for number in range(len(asks)):
        slim = best[number].model_copy(update={"twins": (), "masks": {}}) if number in best else None
        yield asks[number].model_copy(update={"teacher": slim})
