"""Our rewards as TRL calls them: a batch of traces in, a number or None for each out; picklable and named.

TRL passes every column of a batch by name; ours are ``trace``, ``sample`` and ``teacher``, which the rollouts add. A
query that could not be asked (a prompt beyond the context) has no trace, and no reward.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agentseg.config import ReasonerConfig
from agentseg.reasoners import load_reasoner
from agentseg.sample import Sample
from agentseg.trace import Trace
from agentseg.training.rewards import Reward, ngram_cosine, rationale
from agentseg.training.rewards.reward import answered
from agentseg.training.stages.options import JudgeOptions

Values = list[float | None]


class Scored:
    """One reward, trace by trace.

    Args:
        name: As it stands in logs.
        reward: A function of a trace and a sample.
    """

    def __init__(self, name: str, reward: Reward) -> None:
        self.__name__ = name
        self._reward = reward

    def __call__(self, trace: Sequence[Trace | None], sample: Sequence[Sample], **columns: Any) -> Values:
        """A value a trace."""
        return [None if one is None else self._reward(one, truth) for one, truth in zip(trace, sample, strict=True)]


class LikeTeacher:
    """How alike a chain is to the teacher's, without a model: half the steps that ran, half the words of the rationale.

    Steps are compared as sets (Jaccard), so that their order in a pipeline of independent parts does not matter; words
    by the cosine of n-grams. 0 for a failure; None where there is no teacher's trace.
    """

    __name__ = "chain"

    def __call__(self, trace: Sequence[Trace | None], teacher: Sequence[Trace | None], **columns: Any) -> Values:
        """A value a trace."""
        return [
            None if one is None or model is None else likeness(one, model)
            for one, model in zip(trace, teacher, strict=True)
        ]


class Judged:
    """The judge's marks, group by group; groups are the rollouts of one query.

    Args:
        options: Which chat model judges; it is opened at the first call, in the process that calls.
    """

    __name__ = "judge"

    def __init__(self, options: JudgeOptions) -> None:
        self._options = options
        self._judge: Any = None

    def __getstate__(self) -> dict[str, Any]:
        return {"_options": self._options, "_judge": None}

    def __call__(
        self,
        prompts: Sequence[str],
        trace: Sequence[Trace | None],
        sample: Sequence[Sample],
        teacher: Sequence[Trace | None],
        **columns: Any,
    ) -> Values:
        """A mark a trace; equal prompts are one group."""
        values: Values = [None] * len(trace)
        groups: dict[str, list[int]] = {}
        for place, prompt in enumerate(prompts):
            if trace[place] is not None and teacher[place] is not None:
                groups.setdefault(prompt, []).append(place)
        for places in groups.values():
            first = places[0]
            marks = self._opened()([trace[place] for place in places], teacher[first], sample[first])
            for place, mark in zip(places, marks, strict=True):
                values[place] = mark
        return values

    def _opened(self) -> Any:
        if self._judge is None:
            from agentseg.training.judge import Judge

            asked = self._options
            model = load_reasoner(asked.model, ReasonerConfig(model=asked.model, base_url=asked.base_url))
            self._judge = Judge(model, cache=asked.cache, seed=asked.seed, swap=asked.swap)
        return self._judge


def likeness(trace: Trace, teacher: Trace) -> float:
    """Likeness of two chains in [0, 1]; see ``LikeTeacher``."""
    if not answered(trace):
        return 0.0
    ours, its = _steps(trace), _steps(teacher)
    steps = len(ours & its) / len(ours | its) if ours | its else float(trace.answer == teacher.answer)
    return 0.5 * steps + 0.5 * max(0.0, min(1.0, ngram_cosine(rationale(trace), rationale(teacher))))


def _steps(trace: Trace) -> set[str]:
    return {step.strip() for plan in trace.executed_plans for step in plan.split(";")}
