"""The last touches to a sentence: contractions, fillers, capitals, the full stop."""

from __future__ import annotations

import re

from agentseg.sim.kitchenbench import sentences
from agentseg.sim.kitchenbench.words import Speaker

_SHORT = (
    (r"\b(what|where|who|that|there) is\b(?!\?)", r"\1's"),
    (r"^it is\b", "it's"),
    (r"\bI am\b", "I'm"),
    (r"\bI would\b", "I'd"),
    (r"\bis not\b", "isn't"),
    (r"\bare not\b", "aren't"),
    (r"\bdoes not\b", "doesn't"),
    (r"\bdo not\b", "don't"),
)
_LONG = ((r"\bI'm\b", "I am"), (r"\bI'd like\b", "I would like"), (r"\bisn't\b", "is not"), (r"\baren't\b", "are not"))
_ENDS = r"(?<=[a-z])(what|where)'s$"


def finished(text: str, speaker: Speaker, plain: bool = False) -> str:
    """A sentence as somebody would type it.

    Args:
        text: In lower case, with a question mark where it is a question.
        speaker: Draws.
        plain: Without fillers.
    """
    text = re.sub(r"\s+", " ", text).strip()
    if speaker.chance(0.3):
        for pattern, short in _SHORT:
            text = re.sub(pattern, short, text)
    elif speaker.chance(0.15):
        for pattern, long in _LONG:
            text = re.sub(pattern, long, text)
    if not plain:
        text = _filled(text, speaker)
    return _written(text, speaker)


def _filled(text: str, speaker: Speaker) -> str:
    if speaker.chance(0.07):
        text = f"{speaker.pick(sentences.OPENERS)} {text}"
    if speaker.chance(0.04) and "please" not in text and not text.endswith("."):
        mark = "?" if text.endswith("?") else ""
        text = text.removesuffix("?") + speaker.pick(sentences.CLOSERS) + mark
    return text


def _written(text: str, speaker: Speaker) -> str:
    roll = speaker.rng.random()
    if roll < 0.45:
        return _capital(text if text[-1] in "?.!" else f"{text}.")
    if roll < 0.57:
        return _capital(text)
    if roll < 0.85:
        return text
    text = text.removesuffix("?").removesuffix(".")
    return text.lower() if roll > 0.96 else text


def _capital(text: str) -> str:
    """Every sentence with a capital."""
    return re.sub(r"(^|[.?!] )([a-z])", lambda match: match[1] + match[2].upper(), text)


def terse(text: str) -> str:
    """Without articles, as people type into a search box."""
    return re.sub(r"\s+", " ", re.sub(r"\b(the|a|an)\b ", "", text)).strip()
