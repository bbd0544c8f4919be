"""How people ask for tools that no kitchen of the benchmark has: what it is to name a use by its verb.

No query of the benchmark means one of these. Students read them, so that they write a use which they never met by the
verb that is said ("hammer nails with" -> ``find for hammering``). Most of the verbs are none at all: so many cannot be
learned by heart, they have to be copied.
"""

from __future__ import annotations

import numpy as np

from agentseg.affordances import USES
from agentseg.sim.kitchenbench.word_forms import UseWords
from agentseg.sim.kitchenbench.words import Row, Rows, gerund

_DONE = """
hammer nails with; saw a plank with; drill a hole with; screw a hinge on with; sand the table with
paint a fence with; sew a button with; crochet a scarf with; iron a shirt with; fold napkins with
tack a note with; staple papers with; glue a broken handle with; tape a box with; bundle a parcel with
lock the door with; open a letter with; excavate a pit with; rake leaves with; mow the lawn with
water the plants with; prune the roses with; plant seeds with; sweep the floor with; vacuum the rug with
dust the shelf with; polish shoes with; shave my beard with; comb my hair with; curl my hair with
paddle a canoe with; row a boat with; fish for trout with; climb a wall with; measure a shelf with
weigh letters on; grate cheese with; whisk cream with; roll dough with; sift flour with; mash potatoes with
crush garlic with; crack nuts with; smoke a trout in; distil spirits in; ferment cabbage in; grind pepper with
blend a shake with; core a pear with; stone cherries with; uncork a bottle with; shuck oysters with
brush pastry with; decorate a tart with; portion dough with; play a tune on; record a song with
photograph a bird with; film a wedding with; draw a map with; erase a line with; calculate a sum with
print a ticket with; copy a form with; post a letter in; signal a ship with; navigate a trail with
ride to work on; skate on a lake with; juggle with; kick around; throw at a dartboard; camp in; shelter in
charge a battery with; jack a car up with; pump a tyre up with; tow a trailer with; weld a joint with
solder a wire with
"""

_SITUATIONS = ("what can I {g}?", "I want to {g}, what is there?", "is there anything to {g}?", "what would you {g}?")


def _words(said: str) -> tuple[str, UseWords]:
    name = gerund(said.split()[0])
    first, _, rest = said.partition(" ")
    tail = rest.split()[-1] if rest.split()[-1:] in (["with"], ["on"], ["in"]) else ""
    plain = " ".join(part for part in (first, tail) if part)
    doing = gerund(said).removesuffix(f" {tail}") if tail else gerund(said)
    gap = (plain, said, f"use to {said.removesuffix(' with')}") if tail == "with" else (said, plain)
    verb = (f"for {name}", f"for {doing}", f"good for {name}", f"used for {doing}")
    return name, UseWords(
        gap=_open(*gap),
        verb=_open(*(f"[is|are] {end}" for end in verb)),
        noun=_open(f"{name} tool|{name} tools", f"thing for {name}|things for {name}"),
        need=_open(*(sentence.replace("{g}", said) for sentence in _SITUATIONS)),
    )


def _open(*texts: str) -> Rows:
    """Rows none of which is held back."""
    return tuple(map(Row, texts))


def _nonce(count: int) -> list[str]:
    """Verbs that nobody knows, and what is done to what with them."""
    stems = [stem for a in _ONSETS for b in "aeiou" for c in _CODAS if gerund(stem := a + b + c) not in USES]
    objects = ("a plate", "the fish", "eggs", "wet things", "my hands", "the soup", "dough", "a lid", "things", "bread")
    rng = np.random.default_rng(0)
    verbs = [stems[place] for place in sorted(rng.permutation(len(stems))[:count])]
    return [f"{verb} {objects[place % len(objects)]} with" for place, verb in enumerate(verbs)]


_ONSETS = ("b", "bl", "br", "d", "dr", "f", "fl", "g", "gl", "gr", "h", "j", "k", "kl", "l", "m", "n", "p", "pl", "pr",
           "r", "s", "sk", "sl", "sn", "sp", "st", "t", "tr", "v", "z")  # fmt: skip
_CODAS = ("ck", "ft", "lk", "lm", "mp", "nd", "nk", "rb", "rl", "rp", "sk", "zz")
_MADE_UP = 500

ELSEWHERE: dict[str, UseWords] = dict(
    _words(said.strip())
    for line in (*_DONE.strip().splitlines(), *_nonce(_MADE_UP))
    for said in line.split(";")
    if said.strip()
)
