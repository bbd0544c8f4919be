"""What an episode is like: the prompt, the form of a turn, and what tools may give back."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from agentseg.config import Config, Limits, ReasonerConfig
from agentseg.prompt import Style
from agentseg.protocol import Codec

POLICY = "policy"
"""Reasoner of a trace that was made in training."""


class Rules(BaseModel):
    """What an episode is like.

    Attributes:
        prompt: View of the twin, as in ``config.ReasonerConfig``.
        codec: Form of a turn.
        refine: Plans whose results go back.
        corrections: Correcting messages after a turn that cannot be read.
        plans: False: only answers count, and a plan is a failure, as over a static twin (``static_rules``).
        max_tokens: Tokens of one turn.
        instances: Instances that the view shows.
        brevity: Words that are added to the query in brackets, such as WISE-S's ``one sentence``.
        suffix: Words that are added to the system text, such as WISE's call for a detailed explanation.
        known: Labels that the policy knows, as in ``config.ReasonerConfig``: it reads stand-ins for all others.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: Style = "brief"
    codec: Codec = "json"
    refine: int = Field(default=2, ge=0, le=16)
    corrections: int = Field(default=1, ge=0, le=8)
    plans: bool = True
    max_tokens: int = Field(default=128, ge=16, le=32768)
    instances: int = Field(default=60, ge=1, le=1000)
    brevity: str = ""
    suffix: str = ""
    known: tuple[str, ...] = ()

    @property
    def config(self) -> Config:
        """The graph's configuration."""
        return Config(
            reasoner=ReasonerConfig(
                model=POLICY,
                codec=self.codec,
                prompt=self.prompt,
                max_tokens=self.max_tokens,
                temperature=1.0,
                known=self.known,
            ),
            limits=Limits(refine=self.refine, corrections=self.corrections, prompt_instances=self.instances),
        )


def static_rules(rules: Rules) -> Rules:
    """The same episodes over a static twin: no tool runs, so that a plan is a failure and ids are read off the table.

    A brief view leaves positions to the tools, so it becomes the whole table: boxes, ranks, first and last frames.
    """
    view: Style = "table" if rules.prompt == "brief" else rules.prompt
    return rules.model_copy(update={"refine": 0, "plans": False, "prompt": view})
