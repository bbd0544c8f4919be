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
        refine: Plans whose results go back. 0 is the paper's static twin: what tools found never comes back.
        corrections: Correcting messages after a turn that cannot be read.
        plans: False: only answers count, and a plan is a failure; the twin is static in the strictest sense.
        max_tokens: Tokens of one turn.
        instances: Instances that the view shows.
        brevity: Words that are added to the query in brackets, such as WISE-S's ``one sentence``.
        suffix: Words that are added to the system text, such as WISE's call for a detailed explanation.
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

    @property
    def config(self) -> Config:
        """The graph's configuration."""
        return Config(
            reasoner=ReasonerConfig(
                model=POLICY, codec=self.codec, prompt=self.prompt, max_tokens=self.max_tokens, temperature=1.0
            ),
            limits=Limits(refine=self.refine, corrections=self.corrections, prompt_instances=self.instances),
        )
