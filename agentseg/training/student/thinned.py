"""Tables that lack rows, as a perceiver's do: what is meant does not change with what is seen."""

from __future__ import annotations

import re

import numpy as np

LOST = 0.15
"""Share of the rows that such a table lacks."""


def thinned(view: str, rng: np.random.Generator) -> str:
    """A table in brief without some of its rows; one that would keep fewer than two stays as it is."""
    head, *rows = view.split("\n")
    kept = [row for row, lost in zip(rows, rng.random(len(rows)) < LOST, strict=True) if not lost]
    if len(kept) < 2:
        return view
    return "\n".join([re.sub(r"\d+(?= instances)", str(len(kept)), head), *kept])
