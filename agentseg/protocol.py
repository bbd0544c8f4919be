"""The wire format between the graph and the model: one turn, two codecs, a schema built from the live twin.

The ``json`` codec is compact JSON, ``{"analysis": "...", "plan": "find mug; answer"}`` or ``{"analysis": "...",
"answer": [3]}``; its keys stand in alphabetical order, which some servers impose. The ``tags`` codec is that of the
papers: ``<reason>...</reason><plan>...</plan>`` or ``<reason>...</reason><answer>[3]</answer>`` (FastReasonSeg), with
``<think>`` taken for ``<reason>`` and ``<why>`` for WISE's detailed explanation.

``parse`` reads both, whatever stands around them, and raises only ``FormatError``: bad text is data.

Departures (FastReasonSeg): the plan is one line of the plan language in place of JSON tool calls: a third of the
tokens.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from agentseg.errors import FormatError, PlanError
from agentseg.plan import Plan, parse_plan
from agentseg.plan_syntax import Params
from agentseg.twin import MAX_ID

Codec = Literal["json", "tags"]

ANALYSIS_PATTERN = "^[A-Za-z0-9 ,.'-]{0,200}$"
"""Rationales that a schema allows. A pattern, not ``maxLength``: with that alone llama.cpp lets a small model emit any
control character (35 of 40 calls valid at temperature 1; 40 of 40 with the pattern). A bound of latency too; ``parse``
accepts more."""
MAX_TEXT = 20_000
"""Characters of a model's text that are looked at."""
MAX_ANSWER = 32
"""Ids of one answer that a schema allows; a plan's selection may be longer."""

_THINK = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_TAGGED = re.compile(r"<(?:reason|plan|answer)>", re.IGNORECASE)
_CLOSED = {name: re.compile(rf"<{name}>(.*?)</{name}>", re.DOTALL | re.IGNORECASE) for name in ("reason", "think")}
_TAGS = {
    name: re.compile(
        rf"<{name}>(.*?)(?:</{name}>|(?=<(?:reason|plan|answer|why|results)>)|\Z)", re.DOTALL | re.IGNORECASE
    )
    for name in ("reason", "think", "plan", "answer", "why")
}


class Turn(BaseModel):
    """What a model says in one call.

    Attributes:
        analysis: The rationale.
        plan: A plan to run, or None.
        answer: Ids of the instances that are the answer, empty for "no such thing", or None.
        why: A detailed explanation after the answer (WISE), or None.

    Exactly one of ``plan`` and ``answer`` is given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    analysis: str = ""
    plan: Plan | None = None
    answer: tuple[int, ...] | None = None
    why: str | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.plan is None) == (self.answer is None):
            raise ValueError("a turn has either a plan or an answer")
        return self

    def to_text(self, codec: Codec = "json") -> str:
        """Write the turn as a model would; ``parse(turn.to_text(codec)) == turn`` for a stripped rationale."""
        return _to_tags(self) if codec == "tags" else _to_json(self)


def parse(text: str, custom: Mapping[str, Params] | None = None) -> Turn:
    """Read a model's text as a turn, in either codec.

    Args:
        text: The text as it came: a ``<think>`` block, code fences and words around the JSON object are passed over.
        custom: Parameters of the user's own steps, for plans that use them.

    Returns:
        The turn. Ids are integers from 0; whether they exist is the graph's to say.

    Raises:
        FormatError: No turn can be read; the message says what is wrong, so that it can go back to the model.
    """
    if not isinstance(text, str):
        raise FormatError(f"a turn is text; found {type(text).__name__}")
    if len(text) > MAX_TEXT:
        raise FormatError(f"a turn has at most {MAX_TEXT} characters; found {len(text)}")
    body = _THINK.sub("", text)
    tagged = _TAGGED.search(body)
    if tagged and "{" not in body[: tagged.start()]:  # JSON inside of a tag is somebody's words
        fields = _from_tags(body, text) or _from_json(body)
    else:
        fields = _from_json(body) or _from_tags(body, text) or _from_tags(text, text)
    if fields is None:
        forms = '{"analysis": "...", "plan": "..."} or {"analysis": "...", "answer": [ids]}'
        raise FormatError(f"no turn found: write {forms}")
    try:
        return _turn(fields, custom)
    except RecursionError:
        raise FormatError("a turn is flat; found values nested hundreds deep") from None


def turn_schema(pattern: str, ids: Iterable[int]) -> dict[str, Any]:
    """JSON schema of the next turn over a live twin.

    Args:
        pattern: Regular expression of the plans that are possible (``agentseg.pattern``).
        ids: Ids that exist; an answer can name no other.

    Returns:
        A schema of two forms, {analysis, plan} or {analysis, answer}, lengths bounded, nothing else allowed.
    """
    known = sorted(set(ids))
    analysis = {"type": "string", "pattern": ANALYSIS_PATTERN}
    answer = {"type": "array", "items": {"type": "integer", "enum": known}, "maxItems": min(len(known), MAX_ANSWER)}
    plan = {"type": "string", "pattern": pattern}
    return {"anyOf": [_form(analysis, "plan", plan), _form(analysis, "answer", answer)]}


def _form(analysis: dict[str, Any], key: str, value: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"analysis": analysis, key: value},
        "required": ["analysis", key],
        "additionalProperties": False,
    }


def _turn(fields: Mapping[str, Any], custom: Mapping[str, Params] | None) -> Turn:
    unknown = sorted(set(map(str, fields)) - {"analysis", "plan", "answer", "why", "detail"})
    if unknown:
        raise FormatError(f"a turn has the fields analysis, plan or answer, and why; found {unknown[0][:40]!r}")
    analysis, why = _words(fields, "analysis") or "", _words(fields, "why") or _words(fields, "detail")
    plan, answer = fields.get("plan"), fields.get("answer")
    if isinstance(plan, str) and not plan.strip():
        plan = None
    if (plan is None) == (answer is None):
        raise FormatError(f"a turn has either a plan or an answer; found {'neither' if plan is None else 'both'}")
    if answer is not None:
        return Turn(analysis=analysis, answer=_ids(answer), why=why)
    if not isinstance(plan, str):
        raise FormatError(f"a plan is text such as 'find mug; answer'; found {type(plan).__name__}")
    try:
        return Turn(analysis=analysis, plan=parse_plan(plan, custom), why=why)
    except PlanError as error:
        raise FormatError(str(error)) from None


def _words(fields: Mapping[str, Any], key: str) -> str | None:
    value = fields.get(key)
    if value is not None and not isinstance(value, str):
        raise FormatError(f"{key} is text; found {type(value).__name__}")
    # a lone surrogate, as JSON may spell one, cannot be written to any file
    return None if value is None else value.strip().encode("utf8", "replace").decode("utf8")


def _ids(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(type(part) is int and 0 <= part <= MAX_ID for part in value):
        raise FormatError(f"an answer is a list of instance ids such as [1, 4]; found {str(value)[:60]!r}")
    return tuple(dict.fromkeys(value))


def _from_json(text: str) -> dict[str, Any] | None:
    """The last object of the text that has a plan or an answer; None where there is none."""
    decoder = json.JSONDecoder()
    found: dict[str, Any] | None = None
    place = text.find("{")
    tries = 0
    while place >= 0 and tries < 64:
        tries += 1
        try:
            value, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            end = place + 1
        else:
            if isinstance(value, dict) and ("plan" in value or "answer" in value):
                found = value
        place = text.find("{", end)
    return found


def _from_tags(body: str, text: str) -> dict[str, Any] | None:
    """The tags of ``body``; a thought, which stands in the whole ``text``, is the rationale where no other is given."""
    parts: dict[str, str] = {}
    for name, tag in _TAGS.items():  # the rationale first: a tag that it quotes is no tag
        closed = _CLOSED[name].search(body) if name in _CLOSED else None
        if match := closed or tag.search(body):
            parts[name] = match[1].strip()
            body = body[: match.start()] + body[match.end() :]
    if "plan" not in parts and "answer" not in parts:
        return None
    thought = _TAGS["think"].search(text)
    fields: dict[str, Any] = {"analysis": parts.get("reason") or (thought[1].strip() if thought else "")}
    if parts.get("plan") and "answer" not in parts:
        fields["plan"] = parts["plan"]
    if "answer" in parts:  # as in the paper: an empty plan, or one whose results came back, stands before the answer
        try:
            fields["answer"] = json.loads(parts["answer"])
        except (ValueError, RecursionError):
            found = parts["answer"][:60]
            raise FormatError(f"an answer is a list of instance ids such as [1, 4]; found {found!r}") from None
    if "why" in parts:
        fields["why"] = parts["why"]
    return fields


def _to_json(turn: Turn) -> str:
    fields: dict[str, Any] = {"analysis": turn.analysis}
    if turn.plan is not None:
        fields["plan"] = turn.plan.text
    else:
        fields["answer"] = list(turn.answer or ())
    if turn.why is not None:
        fields["why"] = turn.why
    return json.dumps(fields, ensure_ascii=False)


def _to_tags(turn: Turn) -> str:
    text = f"<reason>{turn.analysis}</reason>"
    text += f"<plan>{turn.plan.text}</plan>" if turn.plan is not None else f"<answer>{list(turn.answer or ())}</answer>"
    return text + (f"<why>{turn.why}</why>" if turn.why is not None else "")
