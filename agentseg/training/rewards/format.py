"""R_format: did the model keep to the form, turn by turn.

FastReasonSeg, "Teacher LLM": ``R(Y) = R_format(Y) + R_accuracy(Y)``, where the format is the sequence of tags
``<reason> <plan> <results> <answer>``; Seg-Zero and WISE: 1 for the tags in their order and 1 for the JSON inside.

Departures:
    - A turn has the right form or not; the value is the fraction of turns that have it, so that a chain which was
      corrected once earns less than one that was right at first.
    - The form is that of ``protocol``: compact JSON with its keys in order, or the papers' tags. A plan or an answer
      that cannot be read is no form at all, so Seg-Zero's two parts are one.
    - Results are a message of their own; where a rollout has them inside of one text (``<plan> <results> <answer>``),
      that is the answer's place too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import partial

from agentseg.errors import InputError
from agentseg.protocol import Codec
from agentseg.sample import Sample
from agentseg.trace import Trace
from agentseg.training.rewards.chain import Custom, Wrote, wrote
from agentseg.training.rewards.reward import Reward, answered

FIELDS = ("analysis", "answer", "why")
"""Parts of a turn; ``answer`` stands for a plan or an answer, ``why`` for WISE's detailed explanation."""

_NAMES = {"reason": "analysis", "think": "analysis", "plan": "answer", "detail": "why"}
_EMPTY_THOUGHT = re.compile(r"\A\s*<think>\s*</think>")  # a template's, not the model's
_TAG = re.compile(r"\s*<(reason|think|plan|results|answer|why)>(.*?)</\1>\s*", re.DOTALL)


def well_formed(
    *, order: Sequence[str] = ("analysis", "answer"), codec: Codec | None = None, custom: Custom = None
) -> Reward:
    """Make R_format.

    Args:
        order: Parts of a turn in the order wanted, out of ``FIELDS``. WISE: ``("analysis", "answer", "why")``; turns
            before the last may leave ``why`` out.
        codec: The form wanted; None takes either.
        custom: Parameters of the user's own steps.

    Returns:
        A reward in [0, 1]: the fraction of turns that are nothing but a turn with its parts in order, an answer only at
        the end; 0 where the query did not end with an answer, or nothing was written.

    Raises:
        InputError: The order is none of these parts, each at most once, with the answer among them.
    """
    parts = tuple(order)
    if "answer" not in parts or len(set(parts)) < len(parts) or not set(parts) <= set(FIELDS):
        raise InputError(f"the order of a turn's parts is out of {', '.join(FIELDS)}, with answer; found {parts}")
    if codec not in (None, "json", "tags"):
        raise InputError(f"codecs are 'json' and 'tags'; found {codec!r}")
    return partial(_well_formed, order=parts, codec=codec, custom=custom)


def _well_formed(
    trace: Trace, sample: Sample, *, order: tuple[str, ...], codec: Codec | None, custom: Custom
) -> float | None:
    turns = wrote(trace, custom)
    if not answered(trace) or not turns:
        return 0.0
    brief = tuple(part for part in order if part != "why")
    before = [_fields(one, codec) in (order, brief) and one.turn.answer is None for one in turns[:-1] if one.turn]
    return (sum(before) + (_fields(turns[-1], codec) == order)) / len(turns)


def _fields(one: Wrote, codec: Codec | None) -> tuple[str, ...] | None:
    """The parts of a text in their order, or None where it is no turn or holds anything else."""
    if one.turn is None:
        return None
    text = _EMPTY_THOUGHT.sub("", one.text).strip()
    names = _json_keys(text) if text.startswith("{") else _tag_names(text)
    if names is None or codec not in (None, "json" if text.startswith("{") else "tags"):
        return None
    return tuple(_NAMES.get(name, name) for name in names)


def _json_keys(text: str) -> tuple[str, ...] | None:
    try:
        pairs = json.loads(text, object_pairs_hook=lambda pairs: pairs)
    except (ValueError, RecursionError):
        return None
    return tuple(key for key, _ in pairs)


def _tag_names(text: str) -> tuple[str, ...] | None:
    names: list[str] = []
    place = 0
    while place < len(text):
        match = _TAG.match(text, place)
        if match is None:
            return None
        names.append(match[1])
        place = match.end()
    joined = ",".join(names).replace("plan,results,answer", "answer")
    return tuple(joined.split(","))
