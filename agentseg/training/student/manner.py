"""How the programmatic teacher writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Manner:
    """How the teacher writes.

    Attributes:
        static: Ids that are read off the table, in place of plans: nothing runs over the twin.
        why: Share of the conversations that ask for a detailed explanation (WISE), and have one.
        order: Parts of such a turn, as ``stages.options.WiseOptions`` has them.
        lengthy: Share of the rationales that are the detailed explanation: the teacher thinks at length.
        briefly: Share of the queries with the brevity prompt of WISE-S, which always have a concise rationale.
        levels: Levels of the queries.
        careless: Share of the turns that pass over the last thing that a query says ("the mug" for "the red mug"): what
            reinforcement has to weed out.
        prose: Share of the turns that are a plain sentence, as of a model that was never told the protocol.
        stills: Leave out clips.
        simple: KitchenBench's own wordings over whole tables alone, without stand-ins, lost rows, relations that it
            leaves out, the phrasebook and careless speech: what models of a million parameters can learn in minutes.
    """

    static: bool = False
    why: float = 0.0
    lengthy: float = 0.0
    briefly: float = 0.0
    order: Sequence[str] = ("analysis", "answer", "why")
    levels: Sequence[int] = (1, 2, 3)
    careless: float = 0.0
    prose: float = 0.0
    stills: bool = False
    simple: bool = False

    @property
    def bare(self) -> bool:
        """Whether nothing is done to tables, words and relations."""
        return self.static or self.simple
