"""The plan language: the tiny programs that a reasoner writes and tools execute.

``a = find toaster; find mug; relate behind a; answer`` is a pipeline over a *selection*, an ordered list of instance
ids. The flow starts with all instances; each step takes the selection and yields the next; ``a = step`` stores the
result under a name and starts again from all; ``from a`` starts from a stored one. docs/plan_language.md is the
reference. This module holds the values and the parser; ``agentseg.tools`` executes.

The language is total: every text that parses runs on every twin. A label that nothing carries, a name that nothing
was stored under and a measure that was not taken are empty selections with a note, never errors.

Departures (FastReasonSeg, "Dynamic tool refinement"): the paper's plan is a set of (tool, arguments) whose results
always go back to the model. Ours is ordered, computes with named results, and may end with ``answer``: the selection
is then the answer, without a second call of the model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from agentseg.errors import PlanError
from agentseg.plan_syntax import CLIP_MEASURES, PERCEIVING, SYNTAX, By, Params, parse_custom, render_args

PLAN_VERSION = 1
"""Version of the language; traces, benches and models carry it, and another version is refused."""

MAX_STEPS = 16
MAX_LENGTH = 2000
"""Characters of a plan's text at most."""

_STORED = re.compile(r"([a-f])\s*=\s*(.+)", re.DOTALL)


class Step(BaseModel):
    """One step of a plan.

    Attributes:
        name: Name of the step, which is the name of its tool.
        args: Its arguments as plain JSON, as the tool takes them.
        store: Name (``a`` to ``f``) under which the result is kept; the flow then starts again from all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    args: dict[str, Any]
    store: str | None = None

    @property
    def text(self) -> str:
        """The step in the language, in its canonical form."""
        body = f"{self.name} {render_args(self.name, self.args)}".strip()
        return f"{self.store} = {body}" if self.store else body


class Plan(BaseModel):
    """A parsed plan.

    Attributes:
        steps: The steps in order, at least one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: tuple[Step, ...] = Field(min_length=1)

    @property
    def text(self) -> str:
        """The plan in the language, in its canonical form: ``parse_plan(plan.text) == plan``."""
        return "; ".join(step.text for step in self.steps)

    @property
    def answers(self) -> bool:
        """Whether the plan ends with ``answer``: its selection is the answer, without another call of the model."""
        return self.steps[-1].name == "answer"

    @property
    def counts(self) -> bool:
        """Whether the answer is a number, the size of the selection."""
        return any(step.name == "count" for step in self.steps)

    @property
    def perceives(self) -> bool:
        """Whether a step looks at pixels again."""
        return any(step.name in PERCEIVING for step in self.steps)

    @property
    def computes(self) -> bool:
        """Whether it can answer on any twin by itself: no pixels, no past, no step of the user's own, no model."""
        own = any(step.name not in SYNTAX for step in self.steps)
        return self.answers and self.scope == "now" and not self.perceives and not own

    @property
    def scope(self) -> Literal["now", "clip"]:
        """``now``: the plan can run on every frame's twin by itself; ``clip``: it needs the past, so its ids latch."""
        own = (step for step in self.steps if step.name in SYNTAX and "by" in step.args)
        measures = {By.parse(str(step.args["by"])).measure for step in own}
        return "clip" if measures & CLIP_MEASURES or any(step.name == "at" for step in self.steps) else "now"


def parse_plan(text: str, custom: Mapping[str, Params] | None = None) -> Plan:
    """Parse the text of a plan.

    Args:
        text: Steps joined by ``;``. Case and extra blanks do not matter; a trailing ``;`` is allowed.
        custom: Parameters of the user's own steps by name, as ``agentseg.tools.as_tool`` reads them off a signature.

    Returns:
        The plan; ``answer`` may only be its last step.

    Raises:
        PlanError: The text is empty, too long, or a step is not of the language; the message names the step.
    """
    if len(text) > MAX_LENGTH:
        raise PlanError(f"a plan has at most {MAX_LENGTH} characters; found {len(text)}")
    parts = [" ".join(part.lower().split()) for part in text.split(";")]
    while parts and not parts[-1]:
        parts.pop()
    if not parts:
        raise PlanError("the plan is empty: write at least one step, such as 'find mug; answer'")
    if len(parts) > MAX_STEPS:
        raise PlanError(f"a plan has at most {MAX_STEPS} steps; found {len(parts)}")
    steps = tuple(_parse_step(part, custom or {}) for part in parts)
    for step in steps[:-1]:
        if step.name == "answer":
            raise PlanError("'answer' ends a plan; found steps after it")
    if steps[-1].name == "answer" and steps[-1].store:
        raise PlanError("'answer' is the plan's result; it cannot be stored under a name")
    return Plan(steps=steps)


def _parse_step(text: str, custom: Mapping[str, Params]) -> Step:
    match = _STORED.fullmatch(text)
    store, body = (match[1], match[2]) if match else (None, text)
    name, _, rest = body.partition(" ")
    try:
        if name in SYNTAX:
            args = SYNTAX[name].parse(rest)
        elif name in custom:
            args = parse_custom(rest, custom[name])
        else:
            known = ", ".join((*SYNTAX, *custom))
            raise PlanError(f"no step {name[:40]!r}; the steps are {known}")
    except PlanError as error:
        raise PlanError(f"step {text[:80]!r}: {error}") from None
    return Step(name=name, args=args, store=store)
