"""Assignment of one frame's detections to known tracks: the Hungarian method in plain numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def assign(cost: Floats, most: float) -> list[tuple[int, int]]:
    """Pair rows with columns at the least total cost.

    Shortest augmenting paths with potentials (Jonker and Volgenant 1987), O(n^2 m); every row may also stay alone.

    Args:
        cost: (n, m), finite or inf (never paired).
        most: Cost of leaving a row alone: a pair that costs more is not made.

    Returns:
        (row, column) pairs, sorted by row.
    """
    rows, columns = cost.shape
    if rows == 0 or columns == 0:
        return []
    barred = np.where(np.isfinite(cost) & (cost <= most), cost, 1e6)
    table = np.concatenate([barred, np.full((rows, rows), most)], axis=1)  # a private column lets each row stay alone
    u, v = np.zeros(rows), np.zeros(columns + rows)
    owner = np.full(columns + rows, -1)
    for row in range(rows):
        _augment(row, table, u, v, owner)
    pairs = [(int(owner[column]), column) for column in range(columns) if owner[column] >= 0]
    return sorted((row, column) for row, column in pairs if barred[row, column] <= most)


def _augment(start: int, table: Floats, u: Floats, v: Floats, owner: NDArray[np.int64]) -> None:
    """Find the cheapest way to seat row ``start``, moving seated rows where that is cheaper."""
    width = table.shape[1]
    distance, parent = np.full(width, np.inf), np.full(width, -1)
    done = np.zeros(width, dtype=bool)
    row, column, base = start, -1, 0.0
    while True:
        reduced = base + table[row] - u[row] - v
        better = ~done & (reduced < distance)
        distance[better], parent[better] = reduced[better], column
        column = int(np.where(done, np.inf, distance).argmin())
        base = float(distance[column])
        if owner[column] < 0:
            break
        done[column] = True
        row = int(owner[column])
    u[start] += base
    for seen in np.flatnonzero(done):
        u[owner[seen]] += base - distance[seen]
        v[seen] -= base - distance[seen]
    while parent[column] >= 0:
        owner[column] = owner[parent[column]]
        column = int(parent[column])
    owner[column] = start
