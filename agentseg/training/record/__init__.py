"""Recording: the graph over a dataset, into traces and what training needs to know of each; and reading them again.

    asked = RecordAsked.of(config, dataset="kitchenbench", split="train", twins=("true",), limit=1000, attempts=4)
    record(Entries("kitchenbench", ".", "train"), partial(build_recorder, config, "true"), asked, Path("traces"))
    rows = rows_of(Path("traces"), least=0.7, most=1, style="brief")

A folder holds ``run.json`` (what was asked), ``traces.jsonl``, ``scores.jsonl`` (a line for each trace, in the same
order), ``errors.jsonl``, and ``traces.parquet`` where it was compacted.
"""

from agentseg.training.record.asked import RecordAsked
from agentseg.training.record.compact import compact
from agentseg.training.record.pictures import FOLDER, Pictures, entries_of
from agentseg.training.record.read import read_recorded
from agentseg.training.record.recorder import Recorder, build_recorder
from agentseg.training.record.run import record
from agentseg.training.record.score import Score
from agentseg.training.record.select import held_out, restyled, rows_of
from agentseg.training.record.table import TABLE

__all__ = [
    "FOLDER",
    "TABLE",
    "Pictures",
    "RecordAsked",
    "Recorder",
    "Score",
    "build_recorder",
    "compact",
    "entries_of",
    "held_out",
    "read_recorded",
    "record",
    "restyled",
    "rows_of",
]
