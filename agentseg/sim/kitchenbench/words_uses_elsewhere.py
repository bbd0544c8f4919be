"""How people ask for tools that no kitchen of the benchmark has: what it is to name a use by its verb.

No query of the benchmark means one of these. Students read them, so that they write a use which they never met by the
verb that is said ("hammer nails with" -> ``find for hammering``). Many of the verbs are none at all: so many cannot be
learned by heart, they have to be copied. A student of four million parameters does not learn that from them all the
same; some stand for verbs that it does not know (``reasoners.linking_uses``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

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


def _words(said: str, name: str = "") -> tuple[str, UseWords]:
    """A use and its wordings, from what is done; ``name`` where the verb's form in -ing is not that of a known one."""
    first, _, rest = said.partition(" ")
    name = name or gerund(first)
    tail = rest.split()[-1] if rest.split()[-1:] in (["with"], ["on"], ["in"]) else ""
    plain = " ".join(part for part in (first, tail) if part)
    what = rest.removesuffix(tail).strip()
    doing = f"{name} {what}".strip()
    gap = (plain, said, f"use to {said.removesuffix(' with')}") if tail == "with" else (said, plain)
    verb = [f"for {name}", f"for {doing}", f"good for {name}", f"used for {doing}"]
    verb = [f"[is|are] {end}" for end in verb]
    noun = [f"{name} tool|{name} tools", f"thing for {name}|things for {name}"]
    if tail == "with" and what:
        verb += [f"[{_third(first)}|{first}] {what}", f"[is|are] used to {first} {what}"]
        noun += [f"{what.split()[-1]}-{name} tool|{what.split()[-1]}-{name} tools"]
    need = (sentence.replace("{g}", said) for sentence in _SITUATIONS)
    return name, UseWords(gap=_open(*gap), verb=_open(*verb), noun=_open(*noun), need=_open(*need))


def _third(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "z")) else f"{verb}s"


def _open(*texts: str) -> Rows:
    """Rows none of which is held back."""
    return tuple(map(Row, texts))


def _ing(verb: str) -> str:
    """A verb's form in -ing, by its spelling."""
    doubled = verb[-1] if re.fullmatch(r"[^aeiou]*[aeiou][bdgmnprt]", verb) else ""
    return f"{verb.removesuffix('e')}{doubled}ing"


def _nonce() -> list[str]:
    """Verbs that nobody knows."""
    common = [stem for a in _ONSETS for b in "aeiou" for c in _CODAS if (stem := a + b + c) not in _REAL]
    rng = np.random.default_rng(0)
    chosen = [common[place] for place in sorted(rng.permutation(len(common))[:_MADE_UP])]
    return [*chosen, *(odd + rime for odd in _ODD for rime in _RIMES)]


def _of_verbs(verbs: Sequence[str]) -> Iterator[tuple[str, UseWords]]:
    """Uses of verbs, each said of one of a few things."""
    for place, verb in enumerate(verbs):
        yield _words(f"{verb} {_OBJECTS[place % len(_OBJECTS)]} with", _ing(verb))


_VERBS = """
nail bolt clamp clip pin knot lash hitch bandage stitch hem darn quilt knit weave braid button buckle pleat bleach
stain varnish plaster tile grout pave chisel whittle engrave etch stencil trace doodle sketch shade scribble underline
emboss laminate plane lathe file buff rivet wedge lever pry wrench hoist winch haul ferry sail steer moor anchor fence
joust duel vault hunt trap snare bait dive snorkel massage pedicure tweeze wax perm floss gargle inject vaccinate scan
probe survey level gauge calibrate buzz hoot whistle strum fiddle toot amplify zoom project broadcast tune fax staple
catalogue index shelve dig plough till sow weed graft hedge lop torch fumigate swat groom saddle bridle leash brand
shear pollinate belay abseil flag semaphore rescue ribbon decorate inflate deflate lubricate refuel tow hum snip clog
skid ply spy rig tan wed jot plot jog stun cram grin shun sob snub bury envy marry levy fortify
"""
_OBJECTS = (
    "a plate", "the fish", "eggs", "wet things", "my hands", "the soup", "dough", "a lid", "things", "bread",
    "pancakes", "the dishes", "something", "a fillet", "onions", "the table", "a wet bowl", "my lunch", "a few crumbs",
)  # fmt: skip
_ONSETS = ("b", "bl", "br", "d", "dr", "f", "fl", "g", "gl", "gr", "h", "j", "k", "kl", "l", "m", "n", "p", "pl", "pr",
           "r", "s", "sk", "sl", "sn", "sp", "st", "t", "tr", "v", "z")  # fmt: skip
_CODAS = ("ck", "ft", "lk", "lm", "mp", "nd", "nk", "rb", "rl", "rp", "sk", "zz")
_REAL = ("drink", "black", "blend", "drift", "film", "flank", "gift", "heck", "jump", "lift",
         "mack", "milk", "sand", "stand", "stick", "stock", "tuck", "trick")  # fmt: skip
_MADE_UP = 500
_ODD = ("dw", "gw", "kw", "shr", "spl", "thw", "vl", "vr", "zl", "zw")
_RIMES = ("ab", "eg", "im", "op", "un", "ip", "ig", "ot", "y", "oy", "ave", "oke", "ine", "ume", "ade", "esh", "iss")

ELSEWHERE: dict[str, UseWords] = {
    **dict(_words(said.strip()) for line in _DONE.strip().splitlines() for said in line.split(";") if said.strip()),
    **dict(_of_verbs((*_nonce(), *_VERBS.split()))),
}
