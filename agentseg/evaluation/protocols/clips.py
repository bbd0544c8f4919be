"""Protocols of clips: ``davis``, ``revos`` and ``mevis`` (``metrics.sequences``, ``metrics.clips``)."""

from __future__ import annotations

from itertools import repeat

from pydantic import JsonValue

from agentseg.evaluation.figures import Figure, Macro, Ratio
from agentseg.evaluation.metrics import clip, sequence_score
from agentseg.evaluation.metrics.clips import SUBSETS
from agentseg.evaluation.prediction import Prediction
from agentseg.evaluation.protocols.base import Protocol, answers, fits, frames, targets, voids
from agentseg.sample import Sample

_MEASURES = (("JF", "jf"), ("J", "j"), ("F", "f"))


def _sequence(sample: Sample, prediction: Prediction) -> dict[str, JsonValue]:
    read = fits(sample, prediction)
    found = answers(sample, prediction) if read else repeat(None, len(frames(sample)))
    score = sequence_score(found, targets(sample), void=voids(sample) if sample.ignore else None)
    return {
        "j": score.j.mean,
        "f": score.f.mean,
        "jf": score.jf,
        "j_recall": score.j.recall,
        "f_recall": score.f.recall,
        "j_decay": score.j.decay,
        "f_decay": score.f.decay,
        "failed": int(not read),
    }


def _expression(sample: Sample, prediction: Prediction) -> dict[str, JsonValue]:
    row = clip(answers(sample, prediction) if fits(sample, prediction) else None, targets(sample))
    return {"j": row.j, "f": row.f, "jf": (row.j + row.f) / 2, "failed": int(row.failed)}


def _revos(sample: Sample, prediction: Prediction) -> dict[str, JsonValue]:
    return {"subset": sample.category, **_expression(sample, prediction)}


def _subsets(name: str, score: str) -> tuple[Figure, ...]:
    parts = tuple(Ratio(f"{name} {subset}", score, where=("subset", subset)) for subset in SUBSETS)
    return (Macro(f"{name} overall", parts), *parts)


_NOTHING = {"j": 0.0, "f": 0.0, "jf": 0.0}

DAVIS = Protocol(
    "davis",
    "J is the overlap of the masks and F that of their boundaries, means over the frames of a clip without its first "
    "and last one, then over the objects, as in DAVIS's semi-supervised track; recall is the fraction of frames above "
    ".5, decay the first quarter minus the last. A failure has J = F = 0.",
    _sequence,
    (
        *(Ratio(name, score) for name, score in _MEASURES),
        Ratio("J recall", "j_recall"),
        Ratio("F recall", "f_recall"),
        Ratio("J decay", "j_decay"),
        Ratio("F decay", "f_decay"),
    ),
    {**_NOTHING, "j_recall": 0.0, "f_recall": 0.0, "j_decay": 0.0, "f_decay": 0.0},
)

REVOS = Protocol(
    "revos",
    "J and F are means over all frames of an expression, then over the referring and over the reasoning expressions; "
    "overall is the mean of these two, as in ReVOS. A failure has J = F = 0.",
    _revos,
    tuple(figure for name, score in _MEASURES for figure in _subsets(name, score)),
)

MEVIS = Protocol(
    "mevis",
    "J and F are means over all frames of an expression, then over all expressions, as in MeViS; frames in which "
    "neither side has a mask count 1. A failure has J = F = 0.",
    _expression,
    tuple(Ratio(name, score) for name, score in _MEASURES),
    _NOTHING,
)
