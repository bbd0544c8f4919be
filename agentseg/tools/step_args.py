"""The typed arguments of every step of the plan language as a tool: one row of ``FIELDS`` a step.

A plan names a second selection (``union a``); a tool call lists its ids. Texts go through the language's own parser,
so a step takes the same from a tool call as from a plan.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Literal

from pydantic import Field, create_model

from agentseg.errors import InputError, PlanError
from agentseg.plan_syntax import (
    ANCHORED_MEASURES,
    MATCHES,
    MEASURES,
    NAMES,
    OPERATORS,
    RELATIONS,
    SYNTAX,
    Args,
    parse_custom,
    render_args,
)
from agentseg.tools.agent_tool import ToolArgs
from agentseg.tools.as_tool import StepTool

_LITERAL: Any = Literal
ORDERS = ("min", "max", "nth")
OWN = ("twin", "selection")
"""Arguments that every step's tool has."""
*OTHERS, SELECTION = NAMES
"""Names under which a tool call's lists of ids are stored: the others', and the last for what the step works on."""

_BY = Field(
    description=f"A measure: {', '.join(MEASURES)}, {', '.join(f'{name} ANCHOR' for name in ANCHORED_MEASURES)}, "
    "count RELATION ANCHOR; ANCHOR is a label, an id or 'all', such as 'distance kettle'."
)
_PHRASE = Field(description="What to look for: 1 to 4 words.")
_LABELS = Field(description="Labels, such as ['mug', 'cup'].")
_IDS = (list[int], Field(description="Ids of the other selection, in order."))

FIELDS: dict[str, dict[str, tuple[Any, Any]]] = {
    "find": {
        "labels": (list[str] | None, Field(default=None, description="Labels to keep, such as ['mug', 'cup'].")),
        "use": (str | None, Field(default=None, description="In place of labels: a use, such as 'drinking'.")),
    },
    "filter": {
        "by": (str, _BY),
        "op": (_LITERAL[OPERATORS], Field(description="How the measure compares with the value.")),
        "value": (
            float | str | list[int],
            Field(description="A number, a word, or ids: the measures of those instances."),
        ),
    },
    "rank": {
        "by": (str, _BY),
        "order": (
            _LITERAL[ORDERS],
            Field(default="min", description="Keep the k least, the k greatest, or the k-th least."),
        ),
        "k": (int, Field(default=1, ge=1, le=999, description="How many, or which one; from 1.")),
    },
    "relate": {
        "relation": (_LITERAL[RELATIONS], Field(description="The relation that the kept ones have to the anchor.")),
        "anchors": (
            list[str | list[int]],
            Field(
                description="One anchor, two for 'between'; each a label, an id, 'all' or a list of ids.", min_length=1
            ),
        ),
        "match": (
            _LITERAL[MATCHES],
            Field(default="any", description="To any, all or none of what an anchor stands for."),
        ),
    },
    "union": {"other": _IDS},
    "intersect": {"other": _IDS},
    "except": {"other": _IDS},
    "else": {"other": _IDS},
    "from": {"other": _IDS},
    "count": {},
    "detect": {"phrase": (str, _PHRASE)},
    "zoom": {"phrase": (str, _PHRASE)},
    "relabel": {"labels": (list[str], _LABELS)},
    "describe": {"by": (str, _BY)},
    "at": {"time": (str, Field(description="first, last, peak (shows most of the selection) or a frame, 'f3'."))},
    "answer": {},
}
"""Arguments of each step's tool beside ``OWN``: name -> (type, field)."""

Named = dict[str, tuple[int, ...]]


@lru_cache(maxsize=64)
def args_model(name: str, custom: StepTool | None = None) -> type[ToolArgs]:
    """The argument schema of a step's tool.

    Args:
        name: The step.
        custom: The user's own step of that name, whose signature gives the arguments.

    Raises:
        InputError: The user's step has an argument named as one of ``OWN``.
    """
    fields = FIELDS[name] if custom is None else {key: (kind, Field(description=key)) for key, kind in custom.params}
    taken = [key for key in OWN if key in fields]
    if taken:
        raise InputError(f"argument {taken[0]!r} of step {name!r} is one that every step's tool has: rename it")
    own: dict[str, Any] = {
        "twin": (str, Field(description="Handle of a twin, such as 't0'.")),
        "selection": (
            list[int] | None,
            Field(default=None, description="Ids of that twin to work on, in order; null for all."),
        ),
    }
    return create_model(f"{name.title()}Args", __base__=ToolArgs, __doc__=f"Arguments of {name}.", **own, **fields)


def step_args(name: str, given: Args, custom: StepTool | None = None) -> tuple[Args, Named]:
    """Turn the arguments of a tool call into those of the step.

    Args:
        name: The step.
        given: Arguments as ``args_model`` has them, without ``OWN``.
        custom: The user's own step of that name.

    Returns:
        The step's arguments, and the selections that they name.

    Raises:
        PlanError: A text is not of the plan language.
    """
    if custom is not None:
        return parse_custom(_flat(render_args(name, given)), custom.params), {}
    named: Named = {}
    args = {key: value for key, value in given.items() if value is not None}
    if name == "find" and ("labels" in args) == ("use" in args):
        raise PlanError("find takes either labels or a use")
    if name == "filter":
        args["value"] = _number(args["value"]) if isinstance(args["value"], float) else _named(args["value"], named)
    elif name == "relate":
        args["anchors"] = [_named(anchor, named) for anchor in args["anchors"]]
    elif "other" in args:
        args["name"] = _named(args.pop("other"), named)
    elif name == "at":
        args["time"] = re.sub(r"^f(?=\d)", "", args["time"])  # a frame's handle is its number
    return SYNTAX[name].parse(_flat(SYNTAX[name].render(args))), named


def _named(value: str | list[int], named: Named) -> str:
    """Keep a list of ids under the next free name."""
    if isinstance(value, str):
        return value
    if len(named) == len(OTHERS):
        raise PlanError(f"a step takes at most {len(OTHERS)} lists of ids")
    name = OTHERS[len(named)]
    named[name] = tuple(value)
    return name


def _number(value: float) -> str:
    """A number as plans write it: three decimals at most."""
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _flat(text: str) -> str:
    return " ".join(text.lower().split())
