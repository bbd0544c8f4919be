"""Noun phrases under construction: a noun, what stands before it, and what is said about it after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from agentseg.sim.kitchenbench.words import Speaker, agree, article

Article = Literal["the", "a", "", "all", "that"]


@dataclass(frozen=True)
class Mod:
    """One thing said about a noun, in the forms that it has.

    Attributes:
        pred: As a predicate: "[is|are] behind the toaster".
        post: After the noun: "behind the toaster"; "" if it has no such form.
        pre: Before the noun: "red".
        core: With ``pre``, what follows the noun at once: "second ... from the left".
        unique: Whether it singles out one thing.
    """

    pred: str
    post: str = ""
    pre: str = ""
    core: str = ""
    unique: bool = False


@dataclass(frozen=True)
class Noun:
    """A noun phrase that can take more.

    Attributes:
        sg: Head in the singular.
        pl: Head in the plural.
        pre: Adjectives, the outermost first.
        core: What follows the head at once.
        said: What is said after it.
        tail: What closes it: "except the forks", "at the end".
        unique: Whether it is one thing.
        vague: Whether the head is just "thing", so that "everything" and "something" do as well.
        mass: The plural as a mass: "cutlery".
        pose: How such a thing rests: "standing", "lying", "sitting".
    """

    sg: str
    pl: str
    pre: tuple[str, ...] = ()
    core: str = ""
    said: tuple[Mod, ...] = ()
    tail: str = ""
    unique: bool = False
    vague: bool = False
    mass: str = ""
    pose: str = "sitting"


@dataclass(frozen=True)
class Fixed:
    """A finished noun phrase: "the kettle and whatever is on the plate".

    Attributes:
        definite: With "the".
        indefinite: With "a".
        plural: Whether verbs take the plural.
    """

    definite: str
    indefinite: str
    plural: bool = False
    unique: bool = False
    pose: str = "sitting"


Phrase = Noun | Fixed


_STRANDED = (" from", " with", " on", " in", " at", " out of", " off")


def told(noun: Noun, mods: tuple[Mod, ...], speaker: Speaker, many: bool) -> str:
    """What is said after a noun: one post-modifier, or a relative clause."""
    if not mods:
        return ""
    close = noun.core and (noun.core.endswith(_STRANDED) or speaker.chance(0.8))
    if len(mods) == 1 and mods[0].post and not close and not noun.sg.endswith(_STRANDED):
        return posed(agree(mods[0].post, many, speaker.past), noun.pose, many, speaker.past)
    preds = [posed(agree(mod.pred, many, speaker.past), noun.pose, many, speaker.past) for mod in mods]
    that = "that" if speaker.chance(0.8) else "which"
    if that == "that" and preds[0].startswith("is ") and speaker.chance(0.25):
        that, preds[0] = "that's", preds[0][3:]
    return f"{that} {' and '.join(preds)}"


_POSES = {"standing": ("stands", "stand", "stood"), "lying": ("lies", "lie", "lay"), "sitting": ("sits", "sit", "sat")}


def posed(text: str, pose: str, many: bool, past: bool) -> str:
    """Fills ``{posed}`` ("standing") and ``{poses}`` ("stands")."""
    if "{pose" not in text:
        return text
    one, more, before = _POSES[pose]
    return text.replace("{posed}", pose).replace("{poses}", before if past else more if many else one)


def noun_phrase(phrase: Phrase, art: Article, many: bool, speaker: Speaker) -> tuple[str, bool]:
    """The words of a phrase, and whether they take a plural verb.

    Args:
        phrase: The phrase.
        art: "the", "a" (none in the plural), "" (never one) or "all" ("all the mugs", in the singular "the"),
            "that" (as "the", but never "everything" or "what").
        many: Whether more than one thing is meant.
        speaker: Draws.
    """
    if isinstance(phrase, Fixed):
        return (phrase.indefinite if art == "a" else phrase.definite), phrase.plural
    many = many and not phrase.unique
    if phrase.vague and not phrase.unique and art not in ("", "that") and speaker.chance(0.55):
        return _vague(phrase, art, many, speaker), many and art == "a"
    mass = bool(phrase.mass) and many and art in ("the", "all", "that") and speaker.chance(0.35)
    many = many and not mass
    art = "the" if art == "that" else art
    head = " ".join([*phrase.pre, phrase.mass if mass else phrase.pl if many else phrase.sg])
    before = {"the": f"the {head}", "all": f"all the {head}" if speaker.chance(0.5) else f"all {head}", "": head}
    if not many and not mass:
        before["all"] = before["the"]
    before["a"] = head if many else before["the"] if phrase.unique else article(head)
    rest = told(phrase, phrase.said, speaker, many)
    core = agree(phrase.core, many, speaker.past)
    return " ".join(part for part in (before[art], core, rest, phrase.tail) if part), many


def _vague(phrase: Noun, art: Article, many: bool, speaker: Speaker) -> str:
    """With a word for anything: "everything red on the plate", "what is behind the toaster"."""
    pre, said, core = " ".join(phrase.pre), phrase.said, agree(phrase.core, False, speaker.past)
    if art != "a" and not pre and speaker.chance(0.6):
        opener = speaker.one(("whatever", "everything", "anything") if many else ("whatever", "what"))
        link = "that " if many and opener != "whatever" else ""
        if len(said) == 1 and not core:
            pred = posed(agree(said[0].pred, False, speaker.past), phrase.pose, False, speaker.past)
            return " ".join(part for part in (opener, link + pred, phrase.tail) if part)
        if core.startswith(_PEOPLE) and not said:
            if core.endswith((" in", " on", " at")) and " or " not in core and not many and speaker.chance(0.4):
                opener, core = "where", core[:-3]
            return " ".join(part for part in (opener, core.removeprefix("that "), phrase.tail) if part)
    word = "something" if art == "a" else "everything"
    if many:
        word = "things" if art == "a" else speaker.one(("everything", "everything", "anything"))
    head = [pre, word] if word == "things" else [word, pre]
    if art != "a" and not many:
        head = ["the", pre, phrase.sg]
    rest = told(phrase, said, speaker, word == "things")
    core = agree(phrase.core, word == "things", speaker.past)
    return " ".join(part for part in (*head, core, rest, phrase.tail) if part)


_PEOPLE = ("one ", "you ", "I ", "people ", "that one ", "that people ", "that you ", "that I ")


def attach(phrase: Phrase, mod: Mod, speaker: Speaker) -> Phrase:
    """The phrase with one more thing said about it.

    Args:
        phrase: What it is said of.
        mod: What is said.
        speaker: Draws.
    """
    if isinstance(phrase, Fixed) or phrase.tail or (phrase.unique and not mod.unique):
        return _wrapped(phrase, mod, speaker)
    if mod.pre and (not mod.core or not (phrase.said or phrase.core or phrase.sg.endswith(_STRANDED))):
        core = " ".join(part for part in (phrase.core, mod.core) if part)
        return replace(phrase, pre=(mod.pre, *phrase.pre), core=core, unique=phrase.unique or mod.unique)
    if mod.unique and phrase.said:
        return _ranked(phrase, mod, speaker)
    return replace(phrase, said=(*phrase.said, mod), unique=phrase.unique or mod.unique)


def _wrapped(phrase: Phrase, mod: Mod, speaker: Speaker) -> Phrase:
    text = noun_phrase(phrase, "the", True, speaker)[0]
    if phrase.unique:
        pred = posed(agree(mod.pred, False, speaker.past), phrase.pose, False, speaker.past)
        words = f"{text}, provided it {pred}"
        return Fixed(words, words, unique=True)
    if mod.unique and mod.pre and not mod.core:
        top = mod.pre.endswith("est") or mod.pre.startswith(("most", "least"))
        one = speaker.one(("", " one", " of all")) if top else " one"
        words = f"the {mod.pre}{one} among {text}"
        return Fixed(words, words, unique=True, pose=phrase.pose)
    return attach(Noun("one", "ones", core=f"among {text}", pose=phrase.pose), mod, speaker)


def _ranked(phrase: Noun, mod: Mod, speaker: Speaker) -> Phrase:
    """One of several: "the one nearest to the sink among the mugs on the stove"."""
    if speaker.chance(0.4):
        return replace(phrase, said=phrase.said[:-1] + (phrase.said[-1], mod), unique=True)
    them = noun_phrase(replace(phrase, vague=False), "the", True, speaker)[0]
    after = mod.post or f"that {mod.pred}"
    after = posed(agree(after, False, speaker.past), phrase.pose, False, speaker.past)
    one = f"the {mod.pre} one{mod.core and ' ' + mod.core}" if mod.pre else f"the one {after}"
    words = speaker.one((f"{one} among {them}", f"{one} of {them}", f"{one} out of {them}"))
    return Fixed(words, words, unique=True, pose=phrase.pose)
