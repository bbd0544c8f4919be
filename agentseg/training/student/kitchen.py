"""The data of the kitchen student, as recipes call it: conversations to start from, asks to learn and to measure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from agentseg.errors import InputError
from agentseg.training.stages.asks import Ask, write_asks
from agentseg.training.stages.common import Progress
from agentseg.training.student.corpus import WORDINGS, conversations
from agentseg.training.student.manner import Manner
from agentseg.training.student.questions import asks as asks_of

TESTS = ("test", "unseen_phrasing", "unseen_combination", "unseen_label", "more_objects", "human")
"""Splits to be measured on, a file each."""
SCENES = {"warm": 2_000_000, "chains": 2_020_000, "asks": 2_080_000}
"""First training scene of each file; no two files share scenes."""
BLOCK = 100_000
"""Scenes of one seed; ten seeds have scenes of their own."""

T = TypeVar("T")


def kitchen_data(
    folder: Path,
    *,
    warm: int,
    rows: int,
    asks: int,
    test: int,
    others: int | None = None,
    static: bool = False,
    seed: int = 0,
    why: float = 0.0,
    order: Sequence[str] = ("analysis", "answer", "why"),
    lengthy: float = 0.0,
    briefly: float = 0.0,
    levels: Sequence[int] = (1, 2, 3),
    simple: bool = False,
    careless: float = 0.0,
    prose: float = 0.0,
    stills: bool = False,
    on_progress: Progress | None = None,
) -> dict[str, Any]:
    """Make conversations and asks over rendered kitchens; a file that is there already is kept.

    Args:
        folder: Gets ``warm.jsonl`` and ``chains.jsonl`` (conversations of a programmatic teacher, rows for ``sft``),
            ``asks.jsonl`` (training queries with their true twins and truth), and a file of asks for each of ``TESTS``.
        warm: Conversations of ``warm.jsonl``.
        rows: Conversations of ``chains.jsonl``.
        asks: Queries of ``asks.jsonl``.
        test: Queries of ``test.jsonl``.
        others: Queries of each further split to be measured on, or as many as it has; None: as many as of ``test``.
        static: Turns are ids that are read off the whole table, never plans (the paper's static twin).
        seed: Of the training scenes and words; the splits to be measured on do not change with it.
        why: Share of the conversations that ask for a detailed explanation, and have one (WISE).
        order: Parts of a turn that has one.
        lengthy: Share of the rationales that are the detailed explanation.
        briefly: Share of the queries with WISE-S's brevity prompt, whose rationales are concise.
        levels: Levels of all queries, those to be measured on too.
        simple: KitchenBench's own wordings alone (``manner.Manner``).
        stills: Leave out clips.
        careless: Share of the turns that pass over the last thing that a query says.
        prose: Share of them that are a plain sentence (``manner.Manner``).
        on_progress: Called about twenty times a file.

    Returns:
        Lines by file.

    Raises:
        InputError: A number is below 1, a share none, or the order is none of a turn's three parts.
    """
    counts = {"warm": warm, "chains": rows, "asks": asks}
    counts |= dict.fromkeys(TESTS, test if others is None else others) | {TESTS[0]: test}
    _check(counts, {"why": why, "lengthy": lengthy, "briefly": briefly, "careless": careless, "prose": prose}, order)
    if not levels or not {*levels} <= {*WORDINGS}:
        raise InputError(f"levels are out of {', '.join(map(str, WORDINGS))}; found {list(levels)}")
    manner = Manner(
        static, why, lengthy, briefly, tuple(order), tuple(levels), careless, prose, stills=stills, simple=simple
    )
    start = (seed % 10) * BLOCK
    made: dict[str, Any] = {}
    for name, count in counts.items():
        if name in TESTS:
            write = _asks(name, None, levels, stills)
        elif name == "asks":
            write = _asks("train", SCENES[name] + start, levels, stills)
        else:
            write = _rows(SCENES[name] + start, seed, manner)
        made[name] = _whole(folder / f"{name}.jsonl", count, write, on_progress)
    return made


Write = Callable[[Path, Callable[[Iterable[Any]], Iterator[Any]]], int]
"""Writes a file of what passes through a counter, and returns how many lines it has."""


def _rows(first: int, seed: int, manner: Manner) -> Write:
    def write(path: Path, counted: Callable[[Iterable[Any]], Iterator[Any]]) -> int:
        lines = 0
        with path.open("w", encoding="utf8") as file:
            for row in counted(conversations(first, seed, manner)):
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                lines += 1
        return lines

    return write


def _asks(split: str, first: int | None, levels: Sequence[int], stills: bool) -> Write:
    def write(path: Path, counted: Callable[[Iterable[Any]], Iterator[Any]]) -> int:
        found: Iterator[Ask] = counted(asks_of(split, first, levels, stills))
        return write_asks(path, found)

    return write


def _whole(path: Path, count: int, write: Write, on_progress: Progress | None) -> int:
    """Lines of a file, which is written beside its place unless it is there."""
    if path.is_file():
        with path.open("rb") as file:
            return sum(1 for _ in file)

    def counted(items: Iterable[T]) -> Iterator[T]:
        for number, item in enumerate(islice(items, count), 1):
            yield item
            if on_progress is not None and (number == count or number % max(1, count // 20) == 0):
                on_progress({"stage": "data", "say": f"{path.stem} {number}/{count}"})

    beside = path.with_suffix(".part")
    lines = write(beside, counted)
    beside.replace(path)
    return lines


def _check(counts: dict[str, int], shares: dict[str, float], order: Sequence[str]) -> None:
    for name, count in counts.items():
        if count < 1:
            raise InputError(f"{name} of kitchen data is at least 1; found {count}")
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise InputError(f"{name!r} is a share of the conversations, 0 to 1; found {share}")
    if sorted(order) != ["analysis", "answer", "why"]:
        raise InputError(f"'order' has analysis, answer and why, each once; found {list(order)}")
