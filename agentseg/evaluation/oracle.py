"""``oracle``: a reasoner that is told the sample's own plan, for what perception alone can reach, and as a teacher.

It answers over whatever twin the graph built: over perceived twins it is the ceiling of perception, over true twins it
shows how far the plan language agrees with the truth. Its rationale is the sample's own where it has one (``gist`` of
``extra``); ``oracle:detail`` adds the long explanation (``detail``) as ``why``. Where nothing is the right answer, it
says so once its plan has found nothing.
"""

from __future__ import annotations

import json
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from agentseg.errors import ConfigError
from agentseg.prompt import RESULTS
from agentseg.sample import Sample

ORACLE, ORACLE_DETAIL = "oracle", "oracle:detail"
"""Its names, as ``--reasoner`` takes them: concise, and with an explanation after the plan."""

_UNTOLD = "the plan that the question was made from"
_NONE = "there is none"


class OracleReasoner(BaseChatModel):
    """Writes one plan, whatever it is asked.

    Attributes:
        plan: The plan's text.
        gist: The rationale.
        why: The explanation after the plan, or None.
        empty: Whether nothing is the right answer. Results that come back change nothing else.
    """

    plan: str
    gist: str = _UNTOLD
    why: str | None = None
    empty: bool = False

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
        turn: dict[str, Any] = {"analysis": self.gist, "plan": self.plan}
        last = str(messages[-1].text) if messages else ""
        if self.empty and last.startswith(RESULTS) and "failed: " not in last:
            turn = {"analysis": _NONE, "answer": []}
        elif self.why is not None:
            turn["why"] = self.why
        text = json.dumps(turn, ensure_ascii=False, separators=(",", ":"))  # as bound decoders write it
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text))])


def is_oracle(reasoner: object) -> bool:
    """Whether a reasoner is named as the oracle."""
    return reasoner in (ORACLE, ORACLE_DETAIL)


def oracle_for(sample: Sample, name: str = ORACLE) -> OracleReasoner:
    """The oracle of a sample.

    Args:
        sample: With its plan, and its rationales where it has any.
        name: ``oracle`` or ``oracle:detail``.

    Raises:
        ConfigError: The sample has no plan: its dataset is not made from plans.
    """
    plan = _text(sample, "plan")
    if not plan:
        raise ConfigError(
            f"the oracle answers with a sample's own plan, and {sample.dataset} {sample.split} has none "
            f"({sample.id!r}): evaluate kitchenbench, or name another reasoner"
        )
    why = _text(sample, "detail") if name == ORACLE_DETAIL else None
    empty = sample.extra.get("answer") == []
    return OracleReasoner(plan=plan, gist=_text(sample, "gist") or _UNTOLD, why=why or None, empty=empty)


def _text(sample: Sample, key: str) -> str:
    value = sample.extra.get(key)
    return value if isinstance(value, str) else ""
