"""The assignment of largest total gain (Kuhn 1955; Jonker and Volgenant's shortest augmenting paths, 1987)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def assign(gain: Floats) -> list[tuple[int, int]]:
    """Match rows with columns one to one so that the sum of gains is largest.

    Args:
        gain: Gain of each pair, finite, (M, N).

    Returns:
        min(M, N) pairs (row, column), by row.
    """
    if min(gain.shape) == 0:
        return []
    if gain.shape[0] > gain.shape[1]:
        return sorted((row, column) for column, row in assign(gain.T))
    cost = float(gain.max()) - gain
    rows, columns = cost.shape
    # entry 0 of every column array is a place outside: the row that is being added starts there
    row_price, price = np.zeros(rows + 1), np.zeros(columns + 1)
    taker, came = np.zeros(columns + 1, dtype=int), np.zeros(columns + 1, dtype=int)
    for row in range(1, rows + 1):
        taker[0], at = row, 0
        least = np.full(columns + 1, np.inf)
        used = np.zeros(columns + 1, dtype=bool)
        while True:
            used[at] = True
            reach = cost[taker[at] - 1] - row_price[taker[at]] - price[1:]
            better = ~used[1:] & (reach < least[1:])
            least[1:][better] = reach[better]
            came[1:][better] = at
            following = int(np.argmin(np.where(used, np.inf, least)))
            step = least[following]
            row_price[taker[used]] += step
            price[used] -= step
            least[~used] -= step
            at = following
            if taker[at] == 0:
                break
        while at:
            taker[at], at = taker[came[at]], int(came[at])
    return sorted((int(taker[column]) - 1, column - 1) for column in range(1, columns + 1) if taker[column])
