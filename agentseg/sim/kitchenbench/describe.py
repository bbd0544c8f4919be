"""From a description tree to a noun phrase."""

from __future__ import annotations

import re
from dataclasses import replace

from agentseg.sim.kitchenbench import words_kinds as kinds
from agentseg.sim.kitchenbench.description import (
    Anything,
    At,
    Both,
    But,
    Description,
    Extreme,
    Group,
    Kind,
    MovedMost,
    Nearest,
    Nth,
    OrElse,
    Use,
)
from agentseg.sim.kitchenbench.phrases import Fixed, Mod, Noun, Phrase, attach, noun_phrase
from agentseg.sim.kitchenbench.predicates import Modifier, modifier
from agentseg.sim.kitchenbench.word_forms import UseWords
from agentseg.sim.kitchenbench.words import Rows, Speaker, gerund, owned, plural, rows
from agentseg.sim.kitchenbench.words_aims import AIMED, AIMS
from agentseg.sim.kitchenbench.words_needs import NEEDS
from agentseg.sim.kitchenbench.words_uses_cleaning import CLEANING
from agentseg.sim.kitchenbench.words_uses_drinks import DRINKS
from agentseg.sim.kitchenbench.words_uses_elsewhere import ELSEWHERE
from agentseg.sim.kitchenbench.words_uses_food import FOOD
from agentseg.sim.kitchenbench.words_uses_tools import TOOLS

USES: dict[str, UseWords] = {
    use: replace(words, need=words.need + NEEDS.get(use, ()))
    for use, words in {**DRINKS, **FOOD, **TOOLS, **CLEANING, **ELSEWHERE}.items()
}
"""Wordings of every use."""
SELECTIVE = (Extreme, Nth, Nearest, MovedMost)
_CORES = tuple(f"[is|are] {word}" for word in ("for", "good", "used", "made", "suitable", "needed"))
_CAN = rows(
    "to {g} / to {g} / one can {g} / you can {g} / I can {g} / that one could {g} / that people {g} / I could {g}"
)


def phrase(tree: Description, speaker: Speaker, many: bool = False) -> Phrase:
    """The noun phrase of a tree.

    Args:
        tree: A description, without ``At``.
        speaker: Draws.
        many: Whether it means more than one thing, where that matters.
    """
    match tree:
        case Kind(label=label):
            return _kind(label, speaker)
        case Group(name=name):
            one, more = speaker.pick(kinds.GROUPS[name]).split("|")
            return Noun(one, more, mass=kinds.MASS[name])
        case Anything():
            one, more = speaker.pick(kinds.THINGS, plain=0.4).split("|")
            return Noun(one, more, vague=True)
        case Use(use=use):
            return served(use, speaker)
        case Both(first=first, second=second):
            return _both(first, second, speaker, many)
        case OrElse(first=first, second=second):
            return _or_else(first, second, speaker, many)
        case But(base=base, others=others):
            return _but(base, others, speaker)
        case At(base=base):
            return phrase(base, speaker, many)
        case _:
            return attach(phrase(tree.base, speaker, many), said_of(tree, speaker), speaker)


def _kind(label: str, speaker: Speaker) -> Noun:
    name = speaker.pick(kinds.KINDS.get(label) or rows(label), plain=0.5)
    return Noun(name, plural(name), pose=kinds.POSES.get(label, "sitting"))


def aimed(frame: str, aim: str) -> str:
    """A frame with an aim in its blank ``{v}`` or, as a noun, ``{ving}``."""
    if "{ving}" in frame:
        return owned(frame, "{ving}", gerund(aim))
    return owned(frame, "{v}", aim)


def served(use: str, speaker: Speaker) -> Noun:
    """Something for a use: "thing to drink from", "snack"."""
    table = USES.get(use) or UseWords(verb=rows(f"[is|are] for {use}"))
    if speaker.plain_use and table.gap:
        one, more = kinds.THINGS[0].text.split("|")
        return Noun(one, more, core=f"to {table.gap[0].text}", vague=True)
    if table.noun and speaker.chance(0.25) and speaker.usable(table.noun):
        one, more = speaker.pick(table.noun).split("|")
        return Noun(one, more)
    one, more = speaker.pick(kinds.THINGS, plain=0.4).split("|")
    noun = Noun(one, more, vague=True)
    aims = AIMS.get(use, ())
    if aims and speaker.chance(0.3):
        return replace(noun, core=aimed(speaker.pick(AIMED), speaker.pick(aims)))
    if table.gap and speaker.chance(0.65):
        return replace(noun, core=owned(speaker.pick(_CAN), "{g}", speaker.pick(table.gap)))
    verb = speaker.pick(table.verb)
    if verb.startswith(_CORES) and speaker.chance(0.6):
        return replace(noun, core=verb.removeprefix("[is|are] "))
    return replace(noun, said=(Mod(verb),))


def anchor(tree: Description, speaker: Speaker, roles: bool = True) -> str:
    """The one thing that a tree means: "the toaster", or by its role "what toasts bread"."""
    if isinstance(tree, Kind) and roles:
        table: Rows = kinds.ROLES.get(tree.label, ())
        if table and speaker.usable(table) and speaker.chance(0.12):
            return speaker.pick(table)
    return noun_phrase(phrase(tree, speaker), "the", False, speaker)[0]


def content(tree: Description, speaker: Speaker) -> str:
    """What is in or on something: "an apple", "something to eat"."""
    return noun_phrase(phrase(tree, speaker), "a", False, speaker)[0]


def said_of(tree: Modifier, speaker: Speaker) -> Mod:
    """What the root of a tree says about its base."""
    return modifier(tree, speaker, anchor, content)


def _part(tree: Description, speaker: Speaker, many: bool | None) -> str:
    """One of several descriptions side by side; ``many`` None where their numbers are not known."""
    made = phrase(tree, speaker, bool(many))
    if many is not None or (isinstance(made, Noun) and made.unique) or isinstance(made, Fixed):
        return noun_phrase(made, "the", bool(many), speaker)[0]
    roll = speaker.rng.random()
    if roll < 0.35:
        text = noun_phrase(made, "", False, speaker)[0]
        words = f"{speaker.one(('every', 'any', 'each'))} {text}"
        return re.sub(r"^(any|every) thing\b", r"\1thing", words)
    return noun_phrase(made, "all" if roll < 0.7 else "the", True, speaker)[0]


_AND = rows(
    """
    {x} and {y} / both {x} and {y} / {x} and also {y} / {x} as well as {y} / {x} plus {y} / {x} along with {y}
    {x} together with {y} / {x} and, besides, {y} / {x}, and {y} too / {x} and {y} as well
    """
)


def _both(first: Description, second: Description, speaker: Speaker, many: bool) -> Fixed:
    # Two things: one of each, if neither part is empty.
    known = None if many else False
    parts = {"x": _part(first, speaker, known), "y": _part(second, speaker, known)}
    words = speaker.pick(_AND, plain=0.3).format(**parts)
    return Fixed(words, words, plural=True)


_OR_ONE = rows(
    """
    {x}, or else {y} / {x} or, if there is none, {y} / {x} if there is one, otherwise {y} / {x}, failing that {y}
    {x}, or {y} if you can't find one / {x}, or if that's missing {y} / {x}, or alternatively {y} if there is none
    {x} (if there is none, {y}) / {x} if possible, if not {y} / {x}, and only if there is none, {y}
    {x}, or in its absence {y} / {x} or, should there be none, {y} / {x}, otherwise {y} / {x} or, failing that, {y}
    """
)
_OR_MANY = rows(
    """
    {x}, or else {y} / {x} or, if there are none, {y} / {x} if there are any, otherwise {y} / {x}, failing that {y}
    {x}, or {y} if you can't find any / {x} (if there are none, {y}) / {x} if possible, if not {y}
    {x}, and only if there are none, {y} / {x}, or in their absence {y} / {x}, otherwise {y}
    {x} or, failing that, {y}
    """
)


def _or_else(first: Description, second: Description, speaker: Speaker, many: bool) -> Fixed:
    both: list[str] = []
    for article in ("the", "a"):
        one, two = (noun_phrase(phrase(part, speaker, many), article, many, speaker)[0] for part in (first, second))
        both.append(speaker.pick(_OR_MANY if many else _OR_ONE).format(x=one, y=two))
    return Fixed(both[0], both[1], plural=many)


_EXCEPT = rows(
    """
    except {o} / but not {o} / apart from {o} / other than {o} / except for {o} / besides {o} / without {o}
    excluding {o} / leaving out {o} / bar {o} / with the exception of {o} / ignoring {o} / minus {o} / aside from {o}
    with {o} excluded / leaving {o} aside / save for {o} / not counting {o}
    """
)


def _but(base: Description, others: Description, speaker: Speaker) -> Phrase:
    made = phrase(base, speaker, True)
    if isinstance(others, Modifier) and others.base == base:
        left_out = attach(Noun("one", "ones"), said_of(others, speaker), speaker)
    else:
        left_out = phrase(others, speaker, True)
    if isinstance(others, Kind) and isinstance(made, Noun) and not made.tail and speaker.chance(0.35):
        assert isinstance(left_out, Noun)
        one = noun_phrase(left_out, "a", False, speaker)[0]
        not_it = speaker.one((f"[is|are] not [{one}|{left_out.pl}]", f"[isn't|aren't] [{one}|{left_out.pl}]"))
        return replace(made, said=(*made.said, Mod(not_it)))
    out = noun_phrase(left_out, "the", True, speaker)[0]
    if isinstance(left_out, Noun) and not left_out.unique and left_out.sg != "one" and speaker.chance(0.3):
        out = f"any {noun_phrase(left_out, '', True, speaker)[0]}"
    short = isinstance(others, Kind)
    tail = speaker.pick(_EXCEPT if short else tuple(row for row in _EXCEPT if row.text.endswith("{o}"))).format(o=out)
    if isinstance(made, Noun) and made.core.endswith(" with") and tail.startswith("with"):
        tail = f"except {out}"
    if isinstance(made, Noun) and not made.tail:
        return replace(made, tail=tail)
    text = f"{noun_phrase(made, 'the', True, speaker)[0]}, {tail}"
    return Fixed(text, text, plural=isinstance(made, Fixed) and made.plural)
