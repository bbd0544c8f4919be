"""Programs about clips: what moves, comes, goes and is carried, and what was where at a time; by level.

``d`` draws from what the first and the last frame show, ``d.last`` from the last one, whose places count where no time
is named.
"""

from __future__ import annotations

from agentseg.sim.kitchenbench.description import (
    Alike,
    Anything,
    Appeared,
    Between,
    Both,
    Carried,
    Moved,
    MovedMost,
    Related,
    Toward,
    Vanished,
)
from agentseg.sim.kitchenbench.draw import Program
from agentseg.sim.kitchenbench.slots import apart_kind, apart_use, beside, coloured, nearest, nth, place, size

TEMPORAL: dict[int, dict[str, Program]] = {
    1: {
        "moved": lambda d: Moved(d.pool(1, d.moved)),
        "stayed": lambda d: Moved(d.there.kind(2, d.moved), no=True),
        "moved most": lambda d: MovedMost(d.pool(2, d.moved)),
        "came": lambda d: Appeared(d.pool(1, d.came)),
        "went": lambda d: Vanished(d.pool(1, d.gone)),
        "carried": lambda d: Carried(d.pool(1, d.carried)),
        "slid": lambda d: Carried(d.pool(1, d.slid), no=True),
        "toward a kind": lambda d: Toward(d.pool(1, d.moved), d.last.one()),
        "held at a time": lambda d: d.at(lambda v: Related(Anything(), "held_by", v.gripper())),
        "beside at a time": lambda d: d.at(lambda v: beside(v, v.pool(), v.one())),
        "nearest at a time": lambda d: d.at(lambda v: nearest(v, v.pool(), v.one())),
        "extreme place at a time": lambda d: d.at(lambda v: place(v, v.pools())),
        "n-th at a time": lambda d: d.at(lambda v: nth(v, v.there.kind(2))),
        "coloured, moved": lambda d: Moved(coloured(d, d.kinds(1, d.moved))),
        "moved, and kind": lambda d: Both(Moved(first := d.pool(1, d.moved)), apart_kind(d.last, first)),
    },
    2: {
        "use moved": lambda d: Moved(d.use(1, d.moved)),
        "use stayed": lambda d: Moved(d.use(2, d.moved), no=True),
        "use moved most": lambda d: MovedMost(d.use(2, d.moved)),
        "use came": lambda d: Appeared(d.use(1, d.came)),
        "use went": lambda d: Vanished(d.use(1, d.gone)),
        "use carried": lambda d: Carried(d.use(1, d.carried)),
        "use slid": lambda d: Carried(d.use(1, d.slid), no=True),
        "use toward a kind": lambda d: Toward(d.use(1, d.moved), d.last.one()),
        "toward a use": lambda d: Toward(d.pool(1, d.moved), d.last.one_use()),
        "beside a use at a time": lambda d: d.at(lambda v: beside(v, v.pool(), v.one_use())),
        "nearest to a use at a time": lambda d: d.at(lambda v: nearest(v, v.pool(), v.one_use())),
        "use nearest at a time": lambda d: d.at(lambda v: nearest(v, v.use(2), v.one())),
        "extreme place beside at a time": lambda d: d.at(lambda v: place(v, beside(v, v.pool(3), v.one()))),
        "nearest to what moved most": lambda d: nearest(
            d, d.last.pool(), d.thing(lambda: MovedMost(d.there.pool(2, d.moved)))
        ),
        "nearest to what was carried": lambda d: nearest(
            d, d.last.pool(), d.thing(lambda: Carried(d.there.pool(1, d.carried)))
        ),
        "beside what moved": lambda d: beside(d, d.last.pool(), d.thing(lambda: Moved(d.there.pool(1, d.moved)))),
        "moved, beside a kind": lambda d: beside(d, Moved(d.pool(1, d.moved)), d.last.one()),
        "moved, of those beside a kind": lambda d: Moved(beside(d, d.pool(2, d.moved), d.last.one())),
        "extreme size of the moved": lambda d: size(d, Moved(d.pool(2, d.moved))),
        "in the colour of what moved": lambda d: Alike(
            d.last.pool(1), d.thing(lambda: Moved(d.there.pool(1, d.moved)))
        ),
    },
    3: {
        "use toward a use": lambda d: Toward(d.use(1, d.moved), d.last.one_use()),
        "use beside a use at a time": lambda d: d.at(lambda v: beside(v, v.use(2), v.one_use())),
        "use nearest to a use at a time": lambda d: d.at(lambda v: nearest(v, v.use(2), v.one_use())),
        "extreme place of a use beside at a time": lambda d: d.at(lambda v: place(v, beside(v, v.use(3), v.one()))),
        "nearest to the nearest at a time": lambda d: d.at(
            lambda v: nearest(v, v.pool(), v.thing(lambda: nearest(v, v.there.kind(2), v.one_use())))
        ),
        "between uses at a time": lambda d: d.at(
            lambda v: v.things(lambda: Between(v.pool(1), v.one_use(), v.one_use()))
        ),
        "use nearest to what moved most": lambda d: nearest(
            d, d.last.use(2), d.thing(lambda: MovedMost(d.there.pool(2, d.moved)))
        ),
        "use beside what moved": lambda d: beside(d, d.last.use(2), d.thing(lambda: Moved(d.there.pool(1, d.moved)))),
        "nearest to the use carried": lambda d: nearest(
            d, d.last.pool(), d.thing(lambda: Carried(d.there.use(1, d.carried)))
        ),
        "nearest to the use moved": lambda d: nearest(
            d, d.last.pool(), d.thing(lambda: Moved(d.there.use(1, d.moved)))
        ),
        "use moved, beside a kind": lambda d: beside(d, Moved(d.use(1, d.moved)), d.last.one()),
        "moved, beside a use": lambda d: beside(d, Moved(d.pool(1, d.moved)), d.last.one_use()),
        "use moved, of those beside": lambda d: Moved(beside(d, d.use(1, d.moved), d.last.one())),
        "use stayed, of those beside": lambda d: Moved(beside(d, d.use(2), d.last.one()), no=True),
        "use in the colour of what moved": lambda d: Alike(
            d.last.use(), d.thing(lambda: Moved(d.there.pool(1, d.moved)))
        ),
        "use moved, and use": lambda d: Both(Moved(first := d.use(1, d.moved)), apart_use(d.last, first)),
    },
}
