"""An optional judge of reasoning: a chat model grades a group of chains beside the teacher's (R_reasoning).

FastReasonSeg, "Two-stage Distillation": an LLM (GPT-4o) compares the student's chain with the teacher's for logic,
completeness and accuracy; RULER (ART) grades a whole group in one call.

Departures:
    - Any chat model; a few yes/no questions in place of one mark, and the score is the share of yes.
    - Candidates are shown in a seeded, shuffled order, equal ones once; a share of the groups is graded a second time
      in reverse order, and the agreement of the two is logged.
    - A chain that is malformed has 0 without a call. A call that failed gives None, never 0: the reward is left out.
    - Answers are kept, keyed by all that went into them, so that a run which is repeated costs nothing.

What candidates wrote is data: quoted, cut, and never an instruction. A model small enough to run beside training can be
talked to all the same; ``rewards.faithful`` cannot.
"""

from __future__ import annotations

import hashlib
import json
import logging
import random
import string
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentseg.errors import InputError, ReasonerError
from agentseg.reasoners import call, was_cut
from agentseg.sample import Sample
from agentseg.trace import Trace
from agentseg.training.judge_cache import JudgeCache
from agentseg.training.judge_text import (
    CRITERIA,
    JUDGE_VERSION,
    MOST,
    TOKENS_EACH,
    chain_text,
    checked_criteria,
    cut,
    judge_messages,
    judge_schema,
    read_verdicts,
)
from agentseg.training.rewards.chain import wrote
from agentseg.training.rewards.reward import answered

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

logger = logging.getLogger(__name__)

Verdicts = list[dict[str, bool]]


class Judge:
    """Grades groups of chains; see the module.

    Args:
        model: Any chat model; it is asked at temperature 0 where it has one.
        criteria: Yes/no questions by name.
        cache: SQLite file of earlier answers, shared by processes; None keeps none.
        seed: Decides the orders and which groups are graded twice.
        swap: Share of the groups graded twice, 0 to 1.
        limit: Characters of one chain that are shown; of the scene four times as many.
        name: The model's name in the cache's keys; by default its class and its configured name. Give another one
            where a model was changed under its old name.

    Attributes:
        agreed: Verdicts that were the same in both orders.
        compared: Verdicts that were asked for in both orders.

    Raises:
        InputError: There is no criterion, the share or the limit is out of range, or the cache cannot be opened.
    """

    def __init__(
        self,
        model: BaseChatModel,
        criteria: Mapping[str, str] | None = None,
        *,
        cache: str | Path | None = None,
        seed: int = 0,
        swap: float = 0.05,
        limit: int = 1200,
        name: str = "",
    ) -> None:
        if not 0 <= swap <= 1 or limit < 40:
            raise InputError(f"swap is a share from 0 to 1 and limit at least 40 characters; found {swap}, {limit}")
        self.criteria = checked_criteria(CRITERIA if criteria is None else criteria)
        self.name = name or _name_of(model)
        self.agreed = self.compared = 0
        self._model = _cold(model)
        self._cache = None if cache is None else JudgeCache(cache)
        self._seed, self._swap, self._limit = seed, swap, limit

    def __call__(self, group: Sequence[Trace], teacher: Trace, sample: Sample) -> tuple[float | None, ...]:
        """Grade the chains of one sample.

        Args:
            group: The candidates' traces.
            teacher: The chain to compare them with; it should be right.
            sample: What was asked.

        Returns:
            One score a trace, in [0, 1]: the share of yes; 0 for a malformed chain or a failed query; None where the
            judge gave no answer that can be read.
        """
        texts = [chain_text(trace, self._limit) if _is_readable(trace) else None for trace in group]
        different = sorted({text for text in texts if text is not None})
        reference, scene = chain_text(teacher, self._limit), cut(_scene(group, teacher), 4 * self._limit)
        scores: dict[str, float | None] = {}
        for start in range(0, len(different), MOST):
            scores.update(self._grade(different[start : start + MOST], reference, scene, sample.query))
        return tuple(0.0 if text is None else scores[text] for text in texts)

    @property
    def agreement(self) -> float | None:
        """Share of the verdicts that did not depend on the order, or None where none was tested."""
        return self.agreed / self.compared if self.compared else None

    def _grade(self, chains: list[str], reference: str, scene: str, query: str) -> dict[str, float | None]:
        chance = random.Random(_key(self._seed, query, reference, chains))
        order = chance.sample(chains, len(chains))
        again = len(order) > 1 and chance.random() < self._swap
        verdicts = self._ask(order, reference, scene, query)
        if verdicts is None:
            return dict.fromkeys(chains)
        if again:
            self._compare(verdicts, self._ask(order[::-1], reference, scene, query))
        return {text: sum(verdict.values()) / len(self.criteria) for text, verdict in zip(order, verdicts, strict=True)}

    def _ask(self, chains: list[str], reference: str, scene: str, query: str) -> Verdicts | None:
        """Verdicts on chains in the order given, from the cache or from the model; None for a failed call."""
        system, user = judge_messages(query, scene, reference, chains, self.criteria)
        key = _key(JUDGE_VERSION, self.name, _address_of(self._model), system, user)
        kept = self._cache.get(key) if self._cache else None
        verdicts = None if kept is None else read_verdicts(kept, len(chains), self.criteria)
        if verdicts is not None:
            return verdicts
        text = self._call(system, user, len(chains))
        verdicts = None if text is None else read_verdicts(text, len(chains), self.criteria)
        if text is not None and verdicts is None:
            logger.warning("the judge's answer is no list of verdicts, so there is no score: %r", text[:200])
        if self._cache and verdicts is not None:
            said = [{name: "yes" if yes else "no" for name, yes in verdict.items()} for verdict in verdicts]
            self._cache.put(key, json.dumps(dict(zip(string.ascii_uppercase, said, strict=False))))
        return verdicts

    def _call(self, system: str, user: str, count: int) -> str | None:
        from langchain_core.messages import HumanMessage, SystemMessage

        most = 64 + TOKENS_EACH * count * (1 + len(self.criteria))
        try:
            message = call(
                self._model, [SystemMessage(system), HumanMessage(user)], judge_schema(count, self.criteria), most
            )
        except ReasonerError as error:
            logger.warning("the judge could not be asked, so there is no score: %s", error)
            return None
        if was_cut(message):
            logger.warning("the judge's answer was cut at %d tokens, so there is no score", most)
            return None
        return str(message.text)

    def _compare(self, first: Verdicts, swapped: Verdicts | None) -> None:
        if swapped is None:
            return
        pairs = [
            (one[name], other[name]) for one, other in zip(first, swapped[::-1], strict=True) for name in self.criteria
        ]
        self.agreed += sum(one == other for one, other in pairs)
        self.compared += len(pairs)
        logger.info("judge: %d of %d verdicts are the same in both orders", self.agreed, self.compared)


def _is_readable(trace: Trace) -> bool:
    turns = wrote(trace)
    return answered(trace) and bool(turns) and all(one.turn is not None for one in turns)


def _scene(group: Sequence[Trace], teacher: Trace) -> str:
    """What was shown of the scene before the first turn, without the query: of the teacher, who may have seen more."""
    for trace in (teacher, *group):
        opening = next((text for role, text in trace.dialogue if role == "human"), "")
        if opening:
            return opening.rpartition("\nquery:")[0] or opening
    return "\n".join(twin.to_prompt() for twin in teacher.twins)


def _cold(model: BaseChatModel) -> BaseChatModel:
    """The model at temperature 0, where it has a temperature."""
    if getattr(model, "temperature", 0.0) in (0, 0.0):
        return model
    return model.model_copy(update={"temperature": 0.0})


def _name_of(model: BaseChatModel) -> str:
    names = (getattr(model, key, None) for key in ("model_name", "model", "path"))
    return f"{type(model).__module__}.{type(model).__qualname__}:{next(filter(None, names), '')}"


def _address_of(model: BaseChatModel) -> str:
    """The server's address; it goes into a hash only, for it may hold a password."""
    return str(getattr(model, "openai_api_base", None) or getattr(model, "base_url", None) or "")


def _key(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
