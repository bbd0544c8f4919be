"""How good trained models are on files of asks, as a table of models and files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from agentseg.trace import append_trace, read_traces
from agentseg.training.rewards import load_reward, rationale, succeeded, words
from agentseg.training.stages.asks import Asks
from agentseg.training.stages.common import Progress
from agentseg.training.stages.talker import BATCH, Talker, asks_done, rules_of, tell


def table(
    folder: Path,
    *,
    models: list[str],
    asks: list[str],
    earlier: list[str] | None = None,
    static: bool = False,
    rules: dict[str, Any] | None = None,
    on_progress: Progress | None = None,
) -> dict[str, Any]:
    """How good models are on files of asks, greedily: accuracy, right answers (above .5), words of the rationale.

    Args:
        folder: Gets ``table.json``, and the traces by model and file.
        models: Folders of models.
        asks: Files of asks, a column each by the file's name.
        earlier: Files ``table.json`` whose rows are told first.
        static: As in ``chains``.
        rules: As in ``chains``.
        on_progress: Called after each batch.

    Returns:
        Figures by model, then by file; without those of ``earlier``.
    """
    right = load_reward("accuracy")
    found: dict[str, dict[str, dict[str, float]]] = {}
    for model in models:
        talk: Talker | None = None
        name = Path(model).parent.name if Path(model).name == "final" else Path(model).name
        for path in map(Path, asks):
            samples = Asks([path])
            traces = folder / f"{name}-{path.stem}.jsonl"
            for start in range(asks_done(traces, 1), len(samples), BATCH):
                talk = talk or Talker(model, rules_of(rules, static), 0.0, 0)
                batch = [samples[number] for number in range(start, min(start + BATCH, len(samples)))]
                for trace in talk.answers(batch):
                    append_trace(traces, trace)
                tell(on_progress, start + BATCH, len(samples), f"{name} on {path.stem}")
            sums = [0.0, 0.0, 0.0]
            for number, trace in enumerate(read_traces(traces)):
                truth = samples[number].sample
                sums[0] += right(trace, truth) or 0.0
                sums[1] += succeeded(trace, truth)
                sums[2] += words(rationale(trace))
            names = ("accuracy", "right", "words")
            found.setdefault(name, {})[path.stem] = {
                key: value / len(samples) for key, value in zip(names, sums, strict=True)
            } | {"asks": len(samples)}
    (folder / "table.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf8")
    if on_progress is not None:
        before = [json.loads(Path(path).read_text(encoding="utf8")) for path in earlier or ()]
        for line in lines_of({name: row for rows in (*before, found) for name, row in rows.items()}):
            on_progress({"stage": "table", "say": line})
    return found


def lines_of(found: dict[str, dict[str, dict[str, float]]]) -> list[str]:
    """A table of right answers for people: a line a model, a column a file."""
    columns = list(next(iter(found.values()), {}))
    wide = max((len(name) for name in found), default=0)
    head = " " * wide + "".join(f"  {name}" for name in columns)
    return [head] + [
        f"{name:<{wide}}" + "".join(f"  {by[column]['right']:>{len(column)}.3f}" for column in columns if column in by)
        for name, by in found.items()
    ]
