"""``rules``: a deterministic reasoner without a model: a baseline, and the partner of the student that ships.

It is a LangChain chat model like any other and sees only the messages: the table, the query, and the results of its
plans. A plan whose results came back empty is answered with "no such thing"; it does not guess.
"""

from __future__ import annotations

import json
import re
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from agentseg.reasoners.grammar import write_plan


class RulesReasoner(BaseChatModel):
    """Writes a plan from the words of the query (affordances, colours, relations, superlatives, time)."""

    @property
    def _llm_type(self) -> str:
        return "agentseg-rules"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text = reply([message.text for message in messages if isinstance(message, HumanMessage)])
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=text))])


def reply(human: list[str]) -> str:
    """The turn that answers the human messages so far: a plan to the query, then whatever its results say.

    Args:
        human: Texts of the human messages in order; the first holds the table and the query.
    """
    if not human:
        return json.dumps({"analysis": "nothing was asked", "answer": []})
    if len(human) > 1:
        return json.dumps({"analysis": "no such thing is there", "answer": _last_selection(human[-1])})
    query = human[0].rpartition("query:")[2].strip() or human[0].strip()
    if not re.search(r"[a-z]{2}", query.lower()):
        return json.dumps({"analysis": "the query has no words that are understood", "answer": []})
    labels, clip, frames = _table(human[0])
    plan = write_plan(query, labels, clip, frames)
    if '"x1"' in human[0] and '"rank"' not in human[0]:  # no depth was measured, so size is size in the picture
        plan = plan.replace("rank real_size", "rank area")
    return json.dumps({"analysis": f"plan from the words {query[:60]!r}".replace('"', ""), "plan": plan})


def _table(text: str) -> tuple[list[str], bool, tuple[int, int]]:
    """Labels of the table, whether it shows a clip, and the clip's first and last frame."""
    labels: list[str] = []
    for line in text.splitlines():
        if line.startswith('{"cols"'):
            try:
                table = json.loads(line)
                place = table["cols"].index("label")
                labels = sorted({str(row[place]) for row in table["rows"]})
            except (ValueError, KeyError, IndexError, TypeError):
                continue
        elif row := re.fullmatch(r"\d+: ([a-z0-9 ]+)(?:, [a-z]+)?", line):
            labels = sorted({*labels, row[1]})
    clip = re.search(r"^clip, frames (\d+)-(\d+)", text, re.MULTILINE)
    return labels, bool(clip), (int(clip[1]), int(clip[2])) if clip else (0, 0)


def _last_selection(results: str) -> list[int]:
    """Ids of the last step of the results; none where it is empty."""
    found = re.findall(r"^[^|\n]*: \[([\d, ]*)\]", results, re.MULTILINE)
    return [int(key) for key in found[-1].split(",")] if found and found[-1].strip() else []
