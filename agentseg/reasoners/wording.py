"""Before a query is read: contractions opened, idioms dropped, fronted parts put where the grammar expects them."""

from __future__ import annotations

import re

from agentseg.reasoners.lexicon import IDIOMS

_CONTRACTIONS = (
    ("n't", " not"),
    ("what's", "what is"),
    ("that's", "that is"),
    ("'s", " s"),
    ("i'd", "i would"),
    ("i'm", "i am"),
)

LAST = re.compile(
    r"(?:,? ?\b(?:in|at|by|near|towards?) the (?:very )?(?:end|last (?:frame|moment|image|picture)|final (?:frame|moment))(?: of the (?:clip|video))?|\b(?:when|as|once|after) the (?:clip|video|recording) (?:stops|ends|is over)|\bfinally\b),?"
)
FIRST = re.compile(
    r"(?:,? ?\b(?:in|at|from) the (?:very )?(?:start|beginning|first (?:frame|moment|image|picture)|opening frame)(?: of the (?:clip|video))?|\b(?:when|as|before) the (?:clip|video|recording) (?:starts|begins)|\binitially\b),?"
)
_CHANGE = re.compile(
    r"\b(?:not|gone|appear\w*|disappear\w*|vanish\w*|leav\w*|left (?:the view|us|during)|lost|come|came|enter\w*|mov\w*|travel\w*|since|ended up|than)\b"
)
_AMONG = re.compile(
    r"^(?:out of|from among|among|amongst|between|of|from|considering|for) (?:all )?(?:of )?(?:the|these|those|my|our)? ?(?:\w+ )?(?P<kind>\w+(?: (?:board|towel|maker|dispenser|gripper|cup|pan|bottle|glass)\w*)?), (?P<rest>.+)$"
)
_FRONTED = re.compile(
    r"^(?P<place>(?:(?:to|on) the )?(?:left|right)(?: hand)?(?: side)? of [^,]+|(?:behind|beside|near|next to|inside|on top of|in front of|under|above|below|on|in) (?:the|a|my) [^,]+), (?P<rest>.+)$"
)


def normalise(query: str) -> str:
    """Lower-case words and commas; contractions are opened, colons and dashes are commas."""
    text = query.lower().replace("’", "'")
    for short, long in _CONTRACTIONS:
        text = text.replace(short, long)
    text = re.sub(r"[:;]| - |—|–|\.(?= )", " , ", text)
    text = re.sub(r"[^a-z0-9, ]+", " ", text).replace(",", " , ")
    return " ".join(text.split()).replace(" ,", ",").strip(", ")


def rewrite(text: str, clip: bool) -> tuple[str, str]:
    """Put a normalised query into the order that the grammar reads.

    Args:
        text: Normalised words.
        clip: Whether the query is about a clip; only then do words of time move the plan to a frame.

    Returns:
        The words without idioms and fronting ("of the mugs, the red one" becomes "the red mugs"), and the time that
        the query speaks of: ``first``, ``last`` or empty.
    """
    time = ""
    for pattern, when in ((LAST, "last"), (FIRST, "first")):
        match = pattern.search(text)
        if match and not _CHANGE.search(text[: match.start()] + text[match.end() :]):
            text, time = text[: match.start()] + " " + text[match.end() :], when
    text = " ".join(IDIOMS.sub(" ", text).split()).strip(", ")
    if match := _FRONTED.match(text):
        text = f"{match['rest']} {match['place']}"
    if match := _AMONG.match(text):
        text = _with_kind(match["rest"], match["kind"])
    return " ".join(text.split()), time if clip else ""


def _with_kind(rest: str, kind: str) -> str:
    """Say what "the one" is; where nothing stands for it, the kind comes first."""
    for word in (r"the (?:\w+ )?ones?\b", r"\bones?\b", r"\bwhich\b", r"\bwhat\b"):
        match = re.search(word, rest)
        if match:
            inner = re.sub(r"\bones?\b", kind, match[0])
            said = inner if inner != match[0] else f"{match[0]} {kind}"
            return rest[: match.start()] + said + rest[match.end() :]
    return f"{kind} {rest}"
