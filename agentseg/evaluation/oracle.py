"""``oracle``: a reasoner that is told the sample's own plan, for what perception alone can reach.

It answers over whatever twin the graph built: over perceived twins it is the ceiling of perception, over true twins it
shows how far the plan language agrees with the truth.
"""

from __future__ import annotations

import json
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from agentseg.errors import ConfigError
from agentseg.sample import Sample

ORACLE = "oracle"
"""Its name, as ``--reasoner`` takes it."""


class OracleReasoner(BaseChatModel):
    """Writes one plan, whatever it is asked; results that come back change nothing.

    Attributes:
        plan: The plan's text.
    """

    plan: str

    @property
    def _llm_type(self) -> str:
        return "agentseg-oracle"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text = json.dumps({"analysis": "the plan that the question was made from", "plan": self.plan})
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text))])


def oracle_for(sample: Sample) -> OracleReasoner:
    """The oracle of a sample.

    Raises:
        ConfigError: The sample has no plan: its dataset is not made from plans.
    """
    plan = sample.extra.get("plan")
    if not isinstance(plan, str) or not plan:
        raise ConfigError(
            f"the oracle answers with a sample's own plan, and {sample.dataset} {sample.split} has none "
            f"({sample.id!r}): evaluate kitchenbench, or name another reasoner"
        )
    return OracleReasoner(plan=plan)
