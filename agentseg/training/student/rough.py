"""Careless speech: lower case, no full stop, lost articles, slips of the finger. What is meant stays."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

_BEFORE = ("please", "hey", "ok", "robot,", "um,", "can you", "could you find", "show me", "I need", "segment", "find")
_AFTER = ("please", "thanks", "for me", "in this picture", "right now", "if you can", "ok?")
_SHORT = {"what is": "what's", "where is": "where's", "that is": "that's", "it is": "it's", "I am": "I'm"}
_SPELLED = {"colour": "color", "grey": "gray", "favourite": "favorite"}


def rough(text: str, rng: np.random.Generator) -> str:
    """A query as somebody in a hurry says or types it.

    Args:
        text: The query.
        rng: Decides what happens to it.
    """
    for change, share in _CHANGES:
        if rng.random() < share:
            text = change(text, rng)
    return text


def _lower(text: str, rng: np.random.Generator) -> str:
    return text.lower()


def _bare(text: str, rng: np.random.Generator) -> str:
    return text.rstrip(".?! ")


def _telegraph(text: str, rng: np.random.Generator) -> str:
    shorter = re.sub(r"\b(?:the|a|an) ", "", text, flags=re.IGNORECASE)
    return shorter if len(shorter.split()) > 1 else text


def _short(text: str, rng: np.random.Generator) -> str:
    for long, short in _SHORT.items():
        text = re.sub(rf"\b{long}\b", short, text)
    return text


def _american(text: str, rng: np.random.Generator) -> str:
    for british, other in _SPELLED.items():
        text = re.sub(rf"\b{british}", other, text)
    return text


def _wrapped(text: str, rng: np.random.Generator) -> str:
    if text.split()[0].lower() in ("the", "any", "all", "every", "everything", "whatever", "something", "anything"):
        text = f"{_BEFORE[int(rng.integers(len(_BEFORE)))]} {text[0].lower()}{text[1:]}"
    return f"{text.rstrip('.')} {_AFTER[int(rng.integers(len(_AFTER)))]}" if rng.random() < 0.4 else text


def _slip(text: str, rng: np.random.Generator) -> str:
    """Two letters of a long word swapped, or one lost."""
    words = text.split(" ")
    long = [place for place, word in enumerate(words) if word.isalpha() and len(word) > 5]
    if not long:
        return text
    place = long[int(rng.integers(len(long)))]
    word = words[place]
    at = int(rng.integers(1, len(word) - 2))
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    words[place] = swapped if rng.random() < 0.5 else word[:at] + word[at + 1 :]
    return " ".join(words)


Change = Callable[[str, np.random.Generator], str]

_CHANGES: tuple[tuple[Change, float], ...] = (
    (_short, 0.3),
    (_american, 0.3),
    (_wrapped, 0.3),
    (_telegraph, 0.15),
    (_slip, 0.1),
    (_lower, 0.5),
    (_bare, 0.5),
)
