"""Protocols by name: how a benchmark scores answers, and which figures it reports.

    scores = protocol("lisa").score(sample, prediction)
    summary = protocol("lisa").summarise(read_rows("runs/a/rows.jsonl"))

Figures of two protocols are not comparable, even where they have one name: a report prints the protocol's statement.
"""

from __future__ import annotations

from agentseg.errors import InputError
from agentseg.evaluation.protocols.answers import COUNT, DETECT
from agentseg.evaluation.protocols.base import Protocol
from agentseg.evaluation.protocols.clips import DAVIS, MEVIS, REVOS
from agentseg.evaluation.protocols.images import GREFCOCO, LISA, SEGZERO
from agentseg.evaluation.protocols.kitchenbench import KITCHENBENCH

__all__ = ["DEFAULTS", "PROTOCOLS", "Protocol", "default_protocol", "protocol"]

PROTOCOLS: dict[str, Protocol] = {
    one.name: one for one in (KITCHENBENCH, LISA, SEGZERO, DAVIS, REVOS, MEVIS, GREFCOCO, COUNT, DETECT)
}
"""Protocols by name."""

DEFAULTS: dict[str, str] = {
    "kitchenbench": "kitchenbench",
    "reasonseg": "lisa",
    "parquet": "segzero",
    "llmseg40k": "lisa",
    "refcoco": "lisa",
    "refcoco+": "lisa",
    "refcocog": "lisa",
    "grefcoco": "grefcoco",
    "revos": "revos",
    "mevis": "mevis",
    "jitbench": "mevis",
    "rvtbench": "mevis",
    "sav": "davis",
}
"""The protocol that a dataset's own papers report, by dataset."""


def protocol(name: str) -> Protocol:
    """A protocol by name.

    Raises:
        InputError: There is none of this name; the message lists those that there are.
    """
    if name not in PROTOCOLS:
        raise InputError(f"no protocol {name!r}; there are {', '.join(PROTOCOLS)}")
    return PROTOCOLS[name]


def default_protocol(dataset: str) -> Protocol:
    """The protocol of a dataset, where the user names none.

    Raises:
        InputError: The dataset has none: one has to be named.
    """
    if dataset not in DEFAULTS:
        raise InputError(f"no default protocol for dataset {dataset!r}: name one of {', '.join(PROTOCOLS)}")
    return PROTOCOLS[DEFAULTS[dataset]]
