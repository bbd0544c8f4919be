"""English for a description tree: the many ways in which people ask for the same thing."""

from __future__ import annotations

import re

import numpy as np

from agentseg.sample import Task
from agentseg.sim.kitchenbench import sentences, sentences_tasks, words_changes
from agentseg.sim.kitchenbench.clauses import SPLIT, Asked, blanks, for_number
from agentseg.sim.kitchenbench.describe import SELECTIVE, USES, phrase
from agentseg.sim.kitchenbench.description import At, Both, Coloured, Description, Group, Kind, OrElse, Use
from agentseg.sim.kitchenbench.finish import finished, terse
from agentseg.sim.kitchenbench.idioms import ASKED, key_of, subject_fits, whole
from agentseg.sim.kitchenbench.phrases import Fixed, noun_phrase
from agentseg.sim.kitchenbench.predicates import Modifier
from agentseg.sim.kitchenbench.words import Rows, Speaker, agree

_TRIES = 24
STRUCTURES: dict[str, float] = {
    "noun phrase": 16, "imperative": 14, "command": 7, "question": 10, "clause": 18, "indirect": 7, "need": 8,
    "polite": 7, "cleft": 4, "yes or no": 5, "two sentences": 4, "topic": 3, "correction": 2, "relative": 6,
    "fronted place": 4, "robot": 2, "keyword": 4, "use": 16, "use question": 40, "asked": 10,
    "whole": 12, "or else": 30,
}  # fmt: skip
"""Sentence structures of masks and how often each is drawn where it fits."""
HELD_STRUCTURES = ("topic", "correction", "robot")
"""Structures that only held-back phrasings may use."""
_FOR_CHOICES = ("noun phrase", "imperative", "command", "need", "polite", "keyword", "or else")
_FRONTED = ("asked", "noun phrase", "imperative", "question", "clause", "yes or no", "keyword")
_AFTER_WHY = ("imperative", "command", "question", "clause", "polite", "yes or no", "need", "indirect")
_FIXED_IN_PLACE = ("sink", "stove")
_PLACED_USES = ("cooking", "heating food", "getting water", "washing hands", "washing dishes", "grasping")


def say(tree: Description, *, answer: int, task: Task = "segment", rng: np.random.Generator, held: bool = False) -> str:
    """One query in English.

    Args:
        tree: What is meant.
        answer: Number of things that it means; 0 where there are none, 1 takes the singular.
        task: "segment", "count" or "detect".
        rng: Decides among the wordings.
        held: False uses training rows and structures only; True uses at least one held-back row or structure.
    """
    for attempt in range(_TRIES if held else 1):
        past = isinstance(tree, At) and bool(rng.random() < (0.85 if tree.when == "first" else 0.4))
        speaker = Speaker(rng, held, only=held and attempt >= _TRIES // 2, past=past)
        text = finished(_sentence(tree, answer, task, speaker), speaker)
        if not held or speaker.said_held(text):
            return text
    raise AssertionError(f"no held row for {tree}; a table of sentences has none")


def _sentence(tree: Description, answer: int, task: Task, speaker: Speaker) -> str:
    when = ""
    if isinstance(tree, At):
        when = speaker.pick(words_changes.FIRST if tree.when == "first" else words_changes.LAST)
        tree = tree.base
    many = answer > 1 or (answer == 0 and speaker.chance(0.2)) or task == "count"
    many = many and not isinstance(tree, SELECTIVE)
    front = bool(when) and speaker.chance(0.5)
    asked = Asked(tree, many, "" if front else when, speaker)
    if task == "segment":
        why = "" if when else _situation(asked)
        speaker.plain_use = bool(why)
        names = _FRONTED if front else _AFTER_WHY if why else tuple(STRUCTURES)
        text = _segment(asked, _structure(asked, names, bool(when)))
        if why:
            text = speaker.pick(sentences.WHY_JOIN).format(w=why, s=text, S=text[0].upper() + text[1:])
    else:
        text = _count(asked) if task == "count" else _detect(asked)
    return f"{when}, {text}" if front else text


def _structure(asked: Asked, names: tuple[str, ...], timed: bool) -> str:
    fits = [name for name in names if _fits(asked, name, timed)]
    weights = np.array([STRUCTURES[name] for name in fits])
    return fits[int(asked.speaker.rng.choice(len(fits), p=weights / weights.sum()))]


def _fits(asked: Asked, name: str, timed: bool) -> bool:
    if name in HELD_STRUCTURES and not asked.speaker.held:
        return False
    if name in ("command", "robot"):
        base = asked.tree.base if isinstance(asked.tree, Modifier) else asked.tree
        fixed = isinstance(base, Kind) and base.label in _FIXED_IN_PLACE
        return not fixed and not timed and not (isinstance(base, Use) and base.use in _PLACED_USES)
    if name == "fronted place":
        return asked.place()
    if name in ("clause", "relative"):
        return asked.splits()
    if name == "use":
        return isinstance(asked.tree, Use) and asked.tree.use in USES
    if name == "use question":
        return asked.asks_use() and not timed
    if name == "asked":
        return bool(key_of(asked.tree, False)) and isinstance(asked.tree, Modifier) and subject_fits(asked.tree.base)
    if name == "whole":
        return bool(whole(asked.tree)) and not timed
    if isinstance(asked.tree, OrElse):
        return name in _FOR_CHOICES
    return name != "or else"


_INDEFINITE = re.compile(r"\{a\}|^any")
_AFTER = re.compile(r"\{(?:the|a|all|that|bare)\}[^.?!,:;]*[a-z\]]")


def _row(asked: Asked, table: Rows) -> str:
    """A row that fits the number and the tree."""
    long = not isinstance(asked.tree, Kind | Group | Coloured) and not asked.speaker.chance(0.05)
    single = isinstance(asked.tree, SELECTIVE)
    rows = tuple(row for row in for_number(table, asked.many) if asked.splits() or not blanks(row.text) & SPLIT)
    if isinstance(asked.tree, Both):
        rows = tuple(row for row in rows if not re.match(r"which|what \[is|.*\{all", row.text))
    clumsy = [_AFTER] * long + [_INDEFINITE] * single
    fit = tuple(row for row in rows if not any(pattern.search(row.text) for pattern in clumsy))
    return asked.speaker.pick(fit if asked.speaker.usable(fit) else rows)


def _segment(asked: Asked, name: str) -> str:
    speaker = asked.speaker
    if name in HELD_STRUCTURES:
        row = _row(asked, sentences.SEGMENT[name])
        speaker.drawn_held.append(row)
        return asked.fill(row)
    if name == "keyword":
        return terse(asked.fill(_row(asked, sentences.KEYWORD)))
    if name == "asked":
        return asked.asked(ASKED[key_of(asked.tree, speaker.past)])
    if name == "whole":
        return speaker.pick(whole(asked.tree))
    if name == "or else":
        return _choice(asked)
    if name == "use":
        assert isinstance(asked.tree, Use)
        return speaker.pick(USES[asked.tree.use].need)
    if name == "use question":
        return asked.ask_use()
    return asked.fill(_row(asked, sentences.SEGMENT[name]))


def _choice(asked: Asked) -> str:
    """One thing or else another: "Is there a glass? If not, a mug will do."."""
    assert isinstance(asked.tree, OrElse)
    parts = zip("xy", (asked.tree.first, asked.tree.second), strict=True)
    words = {
        key: noun_phrase(phrase(part, asked.speaker, asked.many), "a", asked.many, asked.speaker)[0]
        for key, part in parts
    }
    return agree(_row(asked, sentences.OR_ELSE), asked.many).format(**words)


def _situation(asked: Asked) -> str:
    """Sometimes the situation in which one asks for the use: "I'm thirsty"."""
    tree = asked.tree
    while isinstance(tree, Modifier):
        tree = tree.base
    if not isinstance(tree, Use) or not asked.speaker.chance(0.12):
        return ""
    why = USES[tree.use].why if tree.use in USES else ()
    return asked.speaker.pick(why) if why else ""


def _count(asked: Asked) -> str:
    made = phrase(asked.tree, Speaker(np.random.default_rng(0)))
    if isinstance(made, Fixed) or made.unique:
        return asked.fill(_row(asked, sentences_tasks.COUNT_FIXED))
    names = [name for name in sentences_tasks.COUNT if name != "how many clause" or asked.splits()]
    return asked.fill(_row(asked, sentences_tasks.COUNT[asked.speaker.one(names)]))


def _detect(asked: Asked) -> str:
    return asked.fill(_row(asked, sentences_tasks.DETECT["boxes" if asked.many else "one box"]))
