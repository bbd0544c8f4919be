"""Programs about what things are and where they are: one row a program, by level.

A pool is several things in one word (a kind, a family, everything); a use, a relation and a comparison are a hop each.
"""

from __future__ import annotations

from agentseg.sim.kitchenbench.description import Alike, Anything, Between, Both, But, OrElse, Related
from agentseg.sim.kitchenbench.draw import Program
from agentseg.sim.kitchenbench.slots import (
    alike,
    apart_kind,
    apart_kinds,
    apart_use,
    apart_uses,
    beside,
    but_itself,
    but_kind,
    but_use,
    coloured,
    empty_vessel,
    holder,
    kinds_in,
    nearest,
    nth,
    or_else,
    place,
    size,
    supported,
)

SEMANTIC: dict[int, dict[str, Program]] = {
    1: {
        "kind": lambda d: d.kind(),
        "family": lambda d: d.group(),
        "use": lambda d: d.use(),
        "coloured kind": lambda d: coloured(d, d.kinds()),
        "coloured family": lambda d: coloured(d, d.groups()),
        "colour alone": lambda d: coloured(d, [Anything()]),
        "kind not of a colour": lambda d: coloured(d, d.there.kinds(2), no=True),
        "family but a kind": lambda d: but_kind(d, d.group()),
        "two kinds": lambda d: Both(first := d.kind(), apart_kind(d, first)),
        "kind or else kind": lambda d: or_else(d),
        "extreme size": lambda d: size(d, d.pools()),
        "use but a kind": lambda d: but_kind(d, d.use(2)),
        "in the colour of a kind": lambda d: alike(d, d.pools(1)),
    },
    2: {
        "extreme size of a use": lambda d: size(d, d.uses(2)),
        "extreme size of a coloured use": lambda d: size(d, coloured(d, d.uses(2), least=2)),
        "extreme size in the colour of a kind": lambda d: size(d, alike(d, d.pools(), least=2)),
        "use in the colour of a kind": lambda d: alike(d, d.uses()),
        "in the colour of a use": lambda d: alike(d, d.pools(1), use=True),
        "two uses": lambda d: Both(first := d.use(), apart_use(d, first)),
        "use or else use": lambda d: or_else(d, use=True),
        "use but a use": lambda d: but_use(d, d.use(2)),
        "use and extreme size": lambda d: Both(first := d.use(), size(d, apart_kinds(d, first, 2))),
        "use but the extreme size of a kind": lambda d: But(base := d.use(2), size(d, kinds_in(d, base))),
        "family but the extreme size of a use": lambda d: But(d.group(3), size(d, d.uses(2))),
    },
    3: {
        "use in the colour of a use": lambda d: alike(d, d.uses(), use=True),
        "extreme size in the colour of a use": lambda d: size(d, alike(d, d.pools(), least=2, use=True)),
        "in the colour of an extreme use": lambda d: Alike(d.pool(1), d.thing(lambda: size(d, d.there.uses(2)))),
        "use but its extreme size": lambda d: but_itself(size(d, d.uses(2))),
        "use and extreme size of a use": lambda d: Both(first := d.use(), size(d, apart_uses(d, first, 2))),
        "extreme size of a use but a use": lambda d: size(d, but_use(d, d.use(3))),
        "extreme sizes of a use and a kind": lambda d: Both(
            first := size(d, d.uses(2)), size(d, apart_kinds(d, first.base, 2))
        ),
        "use, and in the colour of a use": lambda d: Both(first := d.use(), alike(d, apart_kinds(d, first), use=True)),
        "use but those in the colour of a use": lambda d: But(base := d.use(2), alike(d, [base], use=True)),
        "extreme size of a use or else use": lambda d: OrElse(first := size(d, d.uses(2)), apart_use(d, first.base)),
    },
}

SPATIAL: dict[int, dict[str, Program]] = {
    1: {
        "beside a kind": lambda d: beside(d, d.pool(), d.one()),
        "not beside a kind": lambda d: beside(d, d.there.kind(2), d.one(), no=True),
        "on a kind": lambda d: supported(d, ("on",)),
        "in a kind": lambda d: supported(d, ("inside",)),
        "held": lambda d: Related(Anything(), "held_by", d.gripper()),
        "between kinds": lambda d: d.things(lambda: Between(d.pool(1), d.one(), d.one())),
        "nearest to a kind": lambda d: nearest(d, d.pool(), d.one()),
        "extreme place": lambda d: place(d, d.pools()),
        "n-th": lambda d: nth(d, d.there.kind(2)),
        "holder of a kind": lambda d: holder(d),
        "empty vessel": lambda d: empty_vessel(d),
        "coloured, beside a kind": lambda d: beside(d, coloured(d, d.kinds()), d.one()),
        "kind, and the extreme place": lambda d: Both(first := d.kind(), place(d, apart_kinds(d, first, 2))),
    },
    2: {
        "beside a use": lambda d: beside(d, d.pool(), d.one_use()),
        "use beside a kind": lambda d: beside(d, d.use(2), d.one()),
        "on or in a use": lambda d: supported(d, use=True),
        "between a kind and a use": lambda d: d.things(lambda: Between(d.pool(1), d.one(), d.one_use())),
        "nearest to a use": lambda d: nearest(d, d.pool(), d.one_use()),
        "use nearest to a kind": lambda d: nearest(d, d.use(2), d.one()),
        "extreme place of a use": lambda d: place(d, d.uses(2)),
        "n-th of a use": lambda d: nth(d, d.use(2)),
        "holder of a use": lambda d: holder(d, content_use=True),
        "use that holds": lambda d: holder(d, use=True),
        "extreme place beside a kind": lambda d: place(d, beside(d, d.pool(3), d.one())),
        "extreme size beside a kind": lambda d: size(d, beside(d, d.pool(3), d.one())),
        "nearest to the extreme": lambda d: nearest(d, d.pool(), d.thing(lambda: place(d, d.there.kinds(2)))),
        "beside the extreme": lambda d: beside(d, d.pool(), d.thing(lambda: place(d, d.there.kinds(2)))),
        "kind, and the nearest to a use": lambda d: Both(
            first := d.kind(), nearest(d, d.first(apart_kinds(d, first, 2)), d.one_use())
        ),
        "all but the nearest": lambda d: But(base := d.there.kind(3), nearest(d, base, d.one_use())),
        "all but those beside": lambda d: But(base := d.use(2), beside(d, d.first(kinds_in(d, base)), d.one())),
    },
    3: {
        "use beside a use": lambda d: beside(d, d.use(2), d.one_use()),
        "use nearest to a use": lambda d: nearest(d, d.use(2), d.one_use()),
        "between uses": lambda d: d.things(lambda: Between(d.pool(1), d.one_use(), d.one_use())),
        "use that holds a use": lambda d: holder(d, use=True, content_use=True),
        "nearest to the nearest": lambda d: nearest(
            d, d.pool(), d.thing(lambda: nearest(d, d.there.kind(2), d.one_use()))
        ),
        "use nearest to the extreme": lambda d: nearest(d, d.use(2), d.thing(lambda: place(d, d.there.kinds(2)))),
        "nearest to the extreme use": lambda d: nearest(d, d.pool(), d.thing(lambda: place(d, d.there.uses(2)))),
        "beside the extreme use": lambda d: beside(d, d.pool(), d.thing(lambda: size(d, d.there.uses(2)))),
        "beside the nearest": lambda d: beside(d, d.pool(), d.thing(lambda: nearest(d, d.there.kind(2), d.one_use()))),
        "use nearest to a holder": lambda d: nearest(d, d.use(2), d.thing(lambda: holder(d))),
        "extreme place of a use beside": lambda d: place(d, beside(d, d.use(3), d.one())),
        "extreme place beside a use": lambda d: place(d, beside(d, d.pool(3), d.one_use())),
        "extreme size of a use beside": lambda d: size(d, beside(d, d.use(3), d.one())),
        "use in the colour of the nearest": lambda d: Alike(
            d.use(), d.thing(lambda: nearest(d, d.there.kind(2), d.one()))
        ),
        "use but those beside": lambda d: But(base := d.use(2), beside(d, base, d.one())),
        "use, and the nearest to a use": lambda d: Both(
            first := d.use(), nearest(d, d.first(apart_kinds(d, first, 2)), d.one_use())
        ),
        "use, and on or in a use": lambda d: Both(d.use(), supported(d, use=True)),
    },
}
