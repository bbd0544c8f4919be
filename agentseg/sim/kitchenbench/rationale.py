"""What a programmatic teacher thinks before it writes a plan: the tree of a query in words, short or at length.

``gist`` is the concise rationale of a turn (``analysis``): what is meant, in the order in which the plan looks for it.
``detail`` is the explanation behind it (``why``), one sentence a hop. Both say what the query means, never its ids.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agentseg.sim.kitchenbench import description as d

_RELATIONS: dict[str, str] = {
    "left_of": "left of", "right_of": "right of", "in_front_of": "in front of", "behind": "behind", "on": "on",
    "inside": "in", "held_by": "held by", "next_to": "next to", "above": "above", "below": "below",
    "occluded_by": "hidden by",
}  # fmt: skip
_EXTREMES: dict[tuple[str, bool], str] = {
    ("x", False): "leftmost", ("x", True): "rightmost", ("depth", False): "closest", ("depth", True): "farthest",
    ("height", False): "shortest", ("height", True): "tallest", ("size", False): "smallest", ("size", True): "biggest",
}  # fmt: skip

Words = Callable[[Any], str]

_GISTS: dict[type, Words] = {
    d.Kind: lambda t: t.label,
    d.Group: lambda t: t.name,
    d.Use: lambda t: f"what is for {t.use}",
    d.Anything: lambda t: "thing",
    d.Coloured: lambda t: f"{'not ' if t.no else ''}{t.colour} {gist(t.base)}",
    d.Alike: lambda t: f"{gist(t.base)} of the colour of {gist(t.anchor)}",
    d.Related: lambda t: f"{gist(t.base)} {'not ' if t.no else ''}{_RELATIONS[t.relation]} {gist(t.anchor)}",
    d.Between: lambda t: f"{gist(t.base)} between {gist(t.first)} and {gist(t.second)}",
    d.Nearest: lambda t: f"{gist(t.base)} {'farthest from' if t.far else 'nearest to'} {gist(t.anchor)}",
    d.Extreme: lambda t: f"{_EXTREMES[t.measure, t.most]} {gist(t.base)}",
    d.Nth: lambda t: f"{gist(t.base)} {t.n} from the {t.side}",
    d.Holding: lambda t: f"{gist(t.base)} with {gist(t.content)} {'on' if t.how == 'on' else 'in'} it",
    d.Empty: lambda t: f"empty {gist(t.base)}",
    d.But: lambda t: f"{gist(t.base)} but {gist(t.others)}",
    d.Both: lambda t: f"{gist(t.first)}, also {gist(t.second)}",
    d.OrElse: lambda t: f"{gist(t.first)}, or else {gist(t.second)}",
    d.Moved: lambda t: f"{gist(t.base)} that {'stayed' if t.no else 'moved'}",
    d.MovedMost: lambda t: f"{gist(t.base)} that moved most",
    d.Appeared: lambda t: f"{gist(t.base)} that came into view",
    d.Vanished: lambda t: f"{gist(t.base)} that left the view",
    d.Toward: lambda t: f"{gist(t.base)} that came nearer to {gist(t.anchor)}",
    d.Carried: lambda t: f"{gist(t.base)} that {'moved unheld' if t.no else 'the robot carried'}",
    d.At: lambda t: f"at {t.when}, {gist(t.base)}",
}


def gist(tree: d.Description) -> str:
    """The concise rationale: a few words, no sentence.

    Args:
        tree: What the query means.
    """
    return _GISTS[type(tree)](tree)


def detail(tree: d.Description) -> str:
    """The long explanation: what is looked for first, then each hop, then the answer.

    Args:
        tree: What the query means.
    """
    parts = list(_thoughts(tree))
    first = f"The query means {gist(tree)}."
    return " ".join([first, *(f"Then {part}." for part in parts[:-1]), f"The answer is {parts[-1]}."])


def _thoughts(tree: d.Description) -> list[str]:
    """Parts from the innermost out, each once."""
    inner = [gist(part) for part in reversed(list(d.walk(tree)))]
    return [f"find {words}" if place == 0 else words for place, words in enumerate(dict.fromkeys(inner))]
