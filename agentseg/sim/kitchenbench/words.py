"""Tables of wordings: rows of text, each for training or held back, and the draw among them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from zlib import crc32

from numpy.random import Generator

HELD_SHARE = 0.2
"""Share of a table's rows that only held-back phrasings may use."""


@dataclass(frozen=True)
class Row:
    """One wording.

    Attributes:
        text: Words with blanks ``{a}`` and choices of number and tense ``[is|are|was]``.
        held: Whether only held-back phrasings may use it.
    """

    text: str
    held: bool = False


Rows = tuple[Row, ...]


def rows(block: str) -> Rows:
    """The rows of a table, separated by line breaks or `` / ``.

    About a fifth is held, those whose text hashes lowest; never the first row, which is the plain wording, and none in
    a table of fewer than three rows.
    """
    texts = [part.strip() for line in block.splitlines() for part in line.split(" / ") if part.strip()]
    quota = max(1, round(HELD_SHARE * len({*texts}))) if len({*texts}) > 2 else 0
    held = set(sorted({*texts} - {*texts[:1]}, key=lambda text: crc32(text.encode()))[:quota])
    return tuple(Row(text, text in held) for text in texts)


@cache
def _trace(text: str) -> re.Pattern[str]:
    """What a row leaves in a sentence: its words, with anything for blanks and choices."""
    forms = re.sub(r"\{\w+\}|\[[^\]]*\]", "\n", text).split("|")
    found = [".*".join(re.escape(part.strip()) for part in form.split("\n") if part.strip(" .?")) for form in forms]
    return re.compile("|".join(form for form in found if form) or r"(?!)", re.I)


class Speaker:
    """Draws wordings.

    Args:
        rng: Decides.
        held: Whether held rows may be used.
        only: Whether held rows are taken wherever a table has some.
        past: Whether relations are told in the past tense.

    Attributes:
        drawn_held: Held rows that were drawn, said in the end or not.
        plain_use: Whether uses are named by their plainest row, because a situation in front names them too.
    """

    def __init__(self, rng: Generator, held: bool = False, only: bool = False, past: bool = False) -> None:
        self.rng, self.held, self.only, self.past = rng, held, only, past
        self.drawn_held: list[str] = []
        self.plain_use = False

    def chance(self, share: float) -> bool:
        """True in that share of the calls."""
        return bool(self.rng.random() < share)

    def one(self, texts: Sequence[str]) -> str:
        """One of some texts that are not part of a table."""
        return texts[int(self.rng.integers(len(texts)))]

    def usable(self, table: Rows) -> Rows:
        """The rows that may be drawn now."""
        if self.only and any(row.held for row in table):
            return tuple(row for row in table if row.held)
        return table if self.held else tuple(row for row in table if not row.held)

    def pick(self, table: Rows, plain: float = 0.0) -> str:
        """The text of a row; the first one in a share ``plain`` of the draws, else any."""
        if plain and not self.only and self.chance(plain):
            return table[0].text
        choice = self.usable(table)
        row = choice[int(self.rng.integers(len(choice)))]
        if row.held:
            self.drawn_held.append(row.text)
        return row.text

    def said_held(self, text: str) -> bool:
        """Whether a held row that was drawn can be read in a text."""
        return any(_trace(row).search(text) for row in self.drawn_held)

    def pick_but(self, table: Rows, openings: tuple[str, ...]) -> str:
        """As ``pick``, without rows that begin so; the first row where that leaves none."""
        fit = tuple(row for row in table if not row.text.startswith(openings))
        return self.pick(fit) if fit and self.usable(fit) else table[0].text


_PAST = {
    "is": "was", "are": "were", "isn't": "wasn't", "aren't": "weren't", "has": "had", "have": "had",
    "does": "did", "do": "did", "doesn't": "didn't", "don't": "didn't",
}  # fmt: skip
_CHOICE = re.compile(r"\[([^\]]*)\]")


def agree(text: str, plural: bool, past: bool = False) -> str:
    """Resolves choices: ``[is|are]``, ``[stands|stand|stood]``.

    Args:
        text: Words with choices of singular, plural and, if it is not regular, past.
        plural: Whether the subject is.
        past: Whether it is told in the past tense.
    """

    def chosen(match: re.Match[str]) -> str:
        forms = match[1].split("|")
        form = forms[1] if plural else forms[0]
        if past and len(forms) > 2:
            return forms[2]
        return {"is": "was", "are": "were"}.get(form, _PAST.get(form, form)) if past else form

    return _CHOICE.sub(chosen, text)


_OWNERS = {
    "one": ("one's", "oneself"), "you": ("your", "yourself"), "people": ("their", "themselves"),
    "somebody": ("their", "themselves"),
}  # fmt: skip


def owned(frame: str, blank: str, deed: str) -> str:
    """A frame with a deed in its blank; "my" in the deed follows who does it: "you can drink your coffee from"."""
    before = frame.split(blank)[0].rpartition(".")[2].split(" ")
    who = next((who for who in _OWNERS if who in before and "I" not in before), None)
    if who is not None:
        mine, self = _OWNERS[who]
        deed = re.sub(r"\bmyself\b", self, re.sub(r"\bmy\b", mine, deed))
    return frame.replace(blank, deed)


_DOUBLED = (
    "cut",
    "get",
    "put",
    "stir",
    "flip",
    "sip",
    "mop",
    "chop",
    "grab",
    "grip",
    "pat",
    "dab",
    "top",
    "scrub",
    "set",
)


def gerund(deed: str) -> str:
    """A deed as a noun: "make toast" gives "making toast"."""
    verb, _, rest = deed.partition(" ")
    if verb in _DOUBLED:
        verb += verb[-1]
    elif verb.endswith("e") and not verb.endswith("ee"):
        verb = verb[:-1]
    return f"{verb}ing {rest}".strip()


_SOUND_VOWEL = re.compile(r"(?!(one|once|us|ut|uni|eu))[aeiou]|hour|8|11", re.I)


def article(noun: str) -> str:
    """The noun with "a" or "an"."""
    return f"an {noun}" if _SOUND_VOWEL.match(noun) else f"a {noun}"


_IRREGULAR = {"knife": "knives", "glass": "glasses", "loaf": "loaves", "dish": "dishes", "box": "boxes"}


def plural(noun: str) -> str:
    """The plural of a noun, by its last word or the one before "of", "for", "with" or "to"."""
    head, *rest = re.split(r"(?= (?:of|for|with|to|from|in|on|that|you|I|we) )", noun, maxsplit=1)
    *before, last = head.split(" ")
    ending = "es" if last.endswith(("s", "sh", "ch", "x")) else "s"
    if last.endswith("y") and last[-2] not in "aeiou":
        last, ending = last[:-1], "ies"
    return " ".join([*before, _IRREGULAR.get(last, last + ending)]) + "".join(rest)
