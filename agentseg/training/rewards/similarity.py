"""How alike two texts are, without a model: for tests and for runs that have no sentence encoder at hand."""

from __future__ import annotations

import math
import re
from collections import Counter

LONGEST = 2
"""Words of the longest n-gram."""


def ngram_cosine(first: str, second: str) -> float:
    """Cosine of the counts of words and pairs of words of two texts, in [0, 1]; 0 where one of them has no word."""
    one, other = _counts(first), _counts(second)
    norm = math.sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return min(1.0, sum(n * other[gram] for gram, n in one.items()) / norm) if norm else 0.0


def _counts(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return Counter(tuple(words[at : at + n]) for n in range(1, LONGEST + 1) for at in range(len(words) - n + 1))
