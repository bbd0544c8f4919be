"""Conversations of a programmatic teacher, who knows what each query means and writes its rationale and its plan.

Scenes are those of KitchenBench's training split, seen by ``render_truth`` alone. Each description is asked for in
several ways; in a share of the conversations kinds have coined labels (``nonce``), in a share the table lacks rows, as
a perceiver's does: what is meant, and so the plan, does not change with what is seen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from agentseg.prompt import query_text, system_text, twin_text
from agentseg.sim.kitchenbench.maker import BenchQuery
from agentseg.sim.kitchenbench.rationale import detail, gist
from agentseg.sim.kitchenbench.samples import queries
from agentseg.sim.kitchenbench.splits import frames_of
from agentseg.sim.kitchenbench.wording import say
from agentseg.sim.render import render_truth
from agentseg.timeline import Timeline
from agentseg.training.rows import Message, Row
from agentseg.training.stages.episode import Episode, opened
from agentseg.training.stages.rules import Rules
from agentseg.training.stages.wise import asking_for_detail
from agentseg.training.student.nonce import Said, with_coined
from agentseg.training.student.questions import Scene, ask_of

PER_SCENE = 24
"""Descriptions of a scene."""
WORDINGS = 3
"""Ways in which each is asked for."""
COINED = 0.4
"""Share of conversations for which a wording is sought whose labels can be coined."""
SOUGHT = 6
"""Wordings that are tried for it."""
THINNED = 0.3
"""Share of conversations whose table lacks rows."""
LOST = 0.15
"""Share of the rows that such a table lacks."""
RULES = (Rules(refine=1), Rules(refine=2))
"""Episodes as the student has them: the results of a plan that found nothing come back, and there may be one more."""


@dataclass(frozen=True)
class Manner:
    """How the teacher writes.

    Attributes:
        static: Ids that are read off the table, in place of plans: nothing runs over the twin.
        why: Share of the conversations that ask for a detailed explanation (WISE), and have one.
        order: Parts of such a turn, as ``stages.options.WiseOptions`` has them.
    """

    static: bool = False
    why: float = 0.0
    order: Sequence[str] = ("analysis", "answer", "why")


def conversations(first: int, seed: int, manner: Manner) -> Iterator[Row]:
    """Conversations over the scenes from a seed on, without an end.

    Args:
        first: Seed of the first scene.
        seed: Of words, coined labels and lost rows.
        manner: How the teacher writes.
    """
    scene = first
    while True:
        yield from _of_scene(scene, np.random.default_rng([seed, scene]), manner)
        scene += 1


def _of_scene(scene: int, rng: np.random.Generator, manner: Manner) -> Iterator[Row]:
    frames = frames_of(scene)
    truth = render_truth(scene, frames=frames)
    found = queries(scene, frames, "train", PER_SCENE, truth=truth)
    if not found:
        return
    twins = tuple(truth.twin(frame) for frame in range(frames))
    view = twin_text(Timeline(twins), RULES[0].instances, RULES[0].prompt)
    for query in found:
        for place, text in enumerate(_wordings(query, rng)):
            messages = _messages(replace(query, text=text), view, (truth, twins), manner, rng)
            yield Row(messages=messages, trace_id=f"kitchen:{query.id}/{place}", group=f"kitchen:{scene}")


def _wordings(query: BenchQuery, rng: np.random.Generator) -> list[str]:
    return list(dict.fromkeys([query.text, *(_say(query, rng) for _ in range(WORDINGS - 1))]))


def _say(query: BenchQuery, rng: np.random.Generator) -> str:
    assert query.tree is not None
    return say(query.tree, answer=len(query.answer), task=query.task, rng=rng)


def _messages(query: BenchQuery, view: str, scene: Scene, manner: Manner, rng: np.random.Generator) -> list[Message]:
    """One conversation; what found nothing has a second turn, which says so."""
    tree = query.tree
    assert tree is not None
    said = Said(view, query.text, gist(tree), query.plan, detail(tree))
    coin, thin, explain = rng.random(3) < (COINED, THINNED, manner.why)
    if query.answer and coin:
        said = _coined(said, query, rng)
    if query.answer and thin and not manner.static:
        said = replace(said, view=thinned(said.view, rng))
    turn: dict[str, object] = {"answer": list(query.answer)} if manner.static else {"plan": said.plan}
    written = _turn(said.gist, turn, said.why if explain else "", manner.order)
    system = system_text(RULES[0].codec, style=RULES[0].prompt)
    messages = [
        Message(role="system", content=f"{system}\n{asking_for_detail(manner.order)}" if explain else system),
        Message(role="user", content=f"{said.view}\n{query_text(said.query)}"),
        Message(role="assistant", content=written),
    ]
    if not query.answer and not manner.static:
        rules = RULES[int(rng.integers(len(RULES)))]
        messages += _closed(query, scene, written, said, rules, manner if explain else None)
    return messages


def _coined(said: Said, query: BenchQuery, rng: np.random.Generator) -> Said:
    """It with coined labels, in a wording that says a label; as it was where none of a few does."""
    assert query.tree is not None
    for attempt in range(SOUGHT):
        text = _say(query, rng) if attempt else said.query
        found = with_coined(replace(said, query=text), query.tree, rng)
        if found.query != text:
            return found
    return said


def _closed(
    query: BenchQuery, scene: Scene, written: str, said: Said, rules: Rules, manner: Manner | None
) -> list[Message]:
    """The results that come back of a plan that found nothing, and the turn that says so."""
    back = Episode(opened(ask_of(query, scene), rules), rules).take(written, cut=False)
    if not back:
        return []
    end = _turn(f"no {said.gist}", {"answer": []}, said.why if manner else "", manner.order if manner else ())
    return [*(Message(role="user", content=text) for _, text in back), Message(role="assistant", content=end)]


def _turn(rationale: str, turn: dict[str, object], why: str, order: Sequence[str]) -> str:
    parts: dict[str, dict[str, object]] = {"analysis": {"analysis": rationale}, "answer": turn, "why": {"why": why}}
    fields: dict[str, object] = {}
    for part in order if why else ("analysis", "answer"):
        fields |= parts[part]
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def thinned(view: str, rng: np.random.Generator) -> str:
    """A table in brief without some of its rows; one that would keep fewer than two stays as it is."""
    head, *rows = view.split("\n")
    kept = [row for row, lost in zip(rows, rng.random(len(rows)) < LOST, strict=True) if not lost]
    if len(kept) < 2:
        return view
    return "\n".join([re.sub(r"\d+(?= instances)", str(len(kept)), head), *kept])
