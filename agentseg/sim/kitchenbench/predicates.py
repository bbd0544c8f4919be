"""What the nodes of a description say about their base, as modifiers in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from agentseg.sim.kitchenbench import words_changes as changes
from agentseg.sim.kitchenbench import words_kinds as kinds
from agentseg.sim.kitchenbench import words_ranks as ranks
from agentseg.sim.kitchenbench import words_relations as relations
from agentseg.sim.kitchenbench.description import (
    Alike,
    Appeared,
    Between,
    Carried,
    Coloured,
    Empty,
    Extreme,
    Holding,
    Kind,
    Moved,
    MovedMost,
    Nearest,
    Nth,
    Related,
    Toward,
    Vanished,
)
from agentseg.sim.kitchenbench.phrases import Mod
from agentseg.sim.kitchenbench.word_forms import Said
from agentseg.sim.kitchenbench.words import Speaker

Modifier = (
    Coloured | Alike | Related | Between | Nearest | Extreme | Nth | Holding | Empty | Moved | MovedMost | Appeared
    | Vanished | Toward | Carried
)  # fmt: skip
Render = Callable[..., str]


def modifier(node: Modifier, speaker: Speaker, anchor: Render, content: Render) -> Mod:
    """What a node says about its base.

    Args:
        node: The node; its base is not looked at.
        speaker: Draws.
        anchor: Renders an anchor: "the toaster".
        content: Renders what a vessel holds: "an apple".
    """
    match node:
        case Coloured(colour=colour, no=no):
            return _coloured(colour, no, speaker)
        case Related(relation=relation, anchor=other, no=no):
            blanks = {"a": anchor(other, speaker, relation not in ("on", "inside"))}
            return _negated(relation, blanks, speaker) if no else _drawn(relations.SIDES[relation], speaker, blanks)
        case Nth(side=side, n=n):
            return _nth(side, n, speaker)
        case Extreme(measure=measure, most=most):
            return _drawn(ranks.EXTREMES[measure, most], speaker, {}, unique=True)
        case Nearest(anchor=other, far=far):
            table = relations.FAR if far else relations.NEAR
            long = not isinstance(other, Kind)
            return _drawn(_short(table) if long else table, speaker, {"a": anchor(other, speaker)}, unique=True)
        case Between(first=first, second=second):
            return _drawn(relations.BETWEEN, speaker, {"a": anchor(first, speaker), "b": anchor(second, speaker)})
        case Holding(content=inner, how=how):
            return _drawn(relations.HOLDING[how], speaker, {"b": content(inner, speaker)})
        case _:
            return _changed(node, speaker, anchor)


def _changed(node: Modifier, speaker: Speaker, anchor: Render) -> Mod:
    match node:
        case Alike(anchor=other):
            table = relations.ALIKE if isinstance(other, Kind) else _short(relations.ALIKE)
            return _drawn(table, speaker, {"a": anchor(other, speaker)})
        case Toward(anchor=other):
            return _drawn(changes.TOWARD, speaker, {"a": anchor(other, speaker)})
        case Moved(no=no):
            return _drawn(changes.STAYED if no else changes.MOVED, speaker, {})
        case Carried(no=no):
            return _drawn(changes.SLID if no else changes.CARRIED, speaker, {})
        case MovedMost():
            return _drawn(changes.MOVED_MOST, speaker, {}, unique=True)
        case Appeared():
            return _drawn(changes.APPEARED, speaker, {})
        case Vanished():
            return _drawn(changes.VANISHED, speaker, {})
        case Empty():
            return _drawn(relations.EMPTY, speaker, {})
    raise TypeError(f"no words for {type(node).__name__}; give predicates.modifier a case for it")


@cache
def _short(table: Said) -> Said:
    """The forms in which nothing follows the anchor, for anchors of many words."""
    ends = [tuple(row for row in part if row.text.endswith("{a}")) for part in (table.post, table.pred)]
    return Said(*ends)


def _drawn(table: Said, speaker: Speaker, blanks: dict[str, str], unique: bool = False) -> Mod:
    """One wording of a table, with a predicate for where only that fits."""
    fill = blanks.items()

    def filled(text: str) -> str:
        for name, words in fill:
            text = text.replace("{" + name + "}", words)
        return text

    pred = filled(_predicate(table, speaker))
    if table.pre and speaker.chance(0.6 if table.pre and unique else 0.4):
        pre, _, core = filled(speaker.pick(table.pre)).partition(" ... ")
        return Mod(pred, "", pre, core, unique)
    share = len(table.post) / (len(table.post) + len(table.pred))
    if table.post and speaker.chance(max(share, 0.5)):
        return Mod(pred, filled(speaker.pick(table.post)), unique=unique)
    return Mod(pred, unique=unique)


def _predicate(table: Said, speaker: Speaker) -> str:
    if speaker.chance(0.5) or not table.post:
        return speaker.pick(table.pred) if table.pred else "[is|are] " + table.post[0].text
    opening = ("that ", "in which", "on which", "sharing")
    if all(row.text.startswith(opening) for row in speaker.usable(table.post)):
        return speaker.pick(table.pred)
    post = speaker.pick_but(table.post, opening)
    if post.startswith("with "):
        return "[has|have] " + post.removeprefix("with ")
    return "[is|are] " + post


def _coloured(colour: str, no: bool, speaker: Speaker) -> Mod:
    name = colour if no else speaker.pick(kinds.COLOURS[colour], plain=0.8)
    pred = speaker.pick(kinds.NOT_COLOUR_PRED if no else kinds.COLOUR_PRED).replace("{c}", name)
    if no:
        if speaker.chance(0.15):
            return Mod(pred, pre=f"non-{name}")
        post = speaker.pick(kinds.NOT_COLOUR_POST).replace("{c}", name)
        return Mod(pred, post if speaker.chance(0.4) else "")
    if speaker.chance(0.04):
        like = speaker.pick(kinds.COLOUR_LIKE[colour])
        return Mod("[is|are] " + like, like)
    if speaker.chance(0.75):
        return Mod(pred, pre=name)
    return Mod(pred, speaker.pick(kinds.COLOUR_POST).replace("{c}", name) if speaker.chance(0.5) else "")


def _negated(relation: str, blanks: dict[str, str], speaker: Speaker) -> Mod:
    table = relations.NOT.get(relation)
    if table is not None and speaker.chance(0.5):
        post = speaker.pick(table.post).replace("{a}", blanks["a"])
        return Mod(f"[is|are] not {_plain(relation, blanks, speaker)}", post)
    where = _plain(relation, blanks, speaker)
    pred = speaker.one((f"[is|are] not {where}", f"[isn't|aren't] {where}"))
    return Mod(pred, speaker.one((f"not {where}", "", "")))


def _plain(relation: str, blanks: dict[str, str], speaker: Speaker) -> str:
    """A place in words that "not" can precede."""
    return speaker.pick_but(relations.SIDES[relation].post, ("that ", "with ")).replace("{a}", blanks["a"])


def _nth(side: str, n: int, speaker: Speaker) -> Mod:
    blanks = {
        "o": speaker.one((*ranks.ORDINALS[n][:1] * 4, ranks.ORDINALS[n][1])) if n in ranks.ORDINALS else f"{n}th",
        "n": ranks.NUMBERS.get(n, str(n)),
        "s": side,
        "w": "right" if side == "left" else "left",
    }
    return _drawn(ranks.NTH, speaker, blanks, unique=True)
