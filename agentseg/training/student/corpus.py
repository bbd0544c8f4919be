"""Conversations of a programmatic teacher, who knows what each query means and writes its rationale and its plan.

Scenes are those of KitchenBench's training split, seen by ``render_truth`` alone. Conversations come in sets about one
table, so that training computes the table once (``stages.packing``). In a share of the sets kinds have stand-ins
(``stand_ins``), in a share the table lacks rows, as a perceiver's does: what is meant, and so the plan, does not change
with what is seen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count

import numpy as np

from agentseg.plan import parse_plan
from agentseg.prompt import query_text, system_text, twin_text
from agentseg.reasoners.linking import OTHER, STAND_INS, Links
from agentseg.sim.kitchenbench.description import Description
from agentseg.sim.kitchenbench.maker import BenchQuery
from agentseg.sim.kitchenbench.plans import plan_of
from agentseg.sim.kitchenbench.rationale import detail, gist
from agentseg.sim.kitchenbench.samples import queries
from agentseg.sim.kitchenbench.splits import HELD_LABELS, frames_of
from agentseg.sim.kitchenbench.wording import say
from agentseg.sim.render import render_truth
from agentseg.timeline import Timeline
from agentseg.tools import Scene as Surveyed
from agentseg.tools import execute
from agentseg.training.rows import Message, Row
from agentseg.training.stages.episode import Episode, opened
from agentseg.training.stages.rules import Rules, static_rules
from agentseg.training.stages.wise import asking_for_detail, briefly
from agentseg.training.student.beyond import beyond, elsewhere
from agentseg.training.student.manner import Manner
from agentseg.training.student.phrasebook import Phrase, phrases, said_of
from agentseg.training.student.questions import Scene, ask_of
from agentseg.training.student.rough import rough
from agentseg.training.student.stand_ins import FIXED, KNOWN, Said, renamed_view, with_stand_ins
from agentseg.training.student.thinned import thinned

PER_SCENE = 32
"""Descriptions of a scene."""
WORDINGS = {1: 8, 2: 4, 3: 3}
"""Ways in which each is asked for, by its level: what people ask most is said in most ways."""
SET = 6
"""Conversations about one table."""
RENAMED = 0.45
"""Share of the sets whose table has stand-ins."""
MOST_RENAMED = 4
"""Kinds that have one then."""
BEYOND = 0.35
"""Share of the wordings about places that are about one which KitchenBench leaves out."""
ELSEWHERE = 0.35
"""Share of the wordings whose use, or for want of one a kind, is turned into one that no kitchen here serves."""
COUNTS = 2
"""How many times as many wordings a query has that asks for a number: its one step is passed over easily."""
PHRASES = 150
"""Lines of the phrasebook that are said about a scene."""
ROUGH = 0.25
"""Share of the queries that are said carelessly."""
SOUGHT = 4
"""Wordings that are tried for one that can be said with stand-ins."""
THINNED = 0.3
"""Share of the sets whose table lacks rows."""
RULES = (Rules(refine=1), Rules(refine=2))
"""Episodes as the student has them: the results of a plan that found nothing come back, and there may be one more."""


@dataclass(frozen=True)
class Asked:
    """What is asked about one scene of the training split.

    Attributes:
        seed: Of the scene.
        frames: 1 for a still, more for a clip.
        queries: Descriptions, each with a first wording.
        view: The table, in brief with the labels that the scene has.
    """

    seed: int
    frames: int
    queries: Sequence[BenchQuery]
    view: str


def asked_of(scene: int, static: bool = False) -> Asked:
    """The queries and the table of one training scene.

    Args:
        scene: Its seed.
        static: Whether ids will be read off the table: all of its columns, and "other" for what is held from training.
    """
    frames = frames_of(scene)
    truth = render_truth(scene, frames=frames)
    rules = static_rules(RULES[0]) if static else RULES[0]
    held = Links("", dict.fromkeys(HELD_LABELS, OTHER) if static else {})  # of a brief table later, by ``renamed_view``
    twins = Timeline(held.twin(truth.twin(frame)) for frame in range(frames))
    view = twin_text(twins, rules.instances, rules.prompt)
    return Asked(scene, frames, queries(scene, frames, "train", PER_SCENE, truth=truth), view)


def conversations(first: int, seed: int, manner: Manner) -> Iterator[Row]:
    """Conversations over the scenes from a seed on, without an end.

    Args:
        first: Seed of the first scene.
        seed: Of words, stand-ins and lost rows.
        manner: How the teacher writes.
    """
    scenes = (scene for scene in count(first) if frames_of(scene) == 1 or not manner.stills)
    return (row for scene in scenes for row in conversations_of(asked_of(scene, manner.static), seed, manner))


def conversations_of(asked: Asked, seed: int, manner: Manner) -> Iterator[Row]:
    """Conversations over one scene, in sets about one table each.

    Args:
        asked: What is asked about the scene.
        seed: Of words, stand-ins and lost rows.
        manner: How the teacher writes.
    """
    teacher = _Teacher(asked, manner, np.random.default_rng([seed, asked.seed]))
    wanted = [query for query in asked.queries if query.level in manner.levels for _ in range(_wordings(query, manner))]
    there = [query for query in wanted if query.answer]
    absent = [query for query in wanted if not query.answer]
    made = 0
    talk = [] if manner.bare else teacher.phrases()
    for group, odd in ((there, True), (absent, False), (talk, True)):
        order: list[BenchQuery | Phrase] = [group[place] for place in teacher.rng.permutation(len(group))]
        for start in range(0, len(order), SET):
            for messages in teacher.set_of(order[start : start + SET], odd and not manner.bare):
                yield Row(messages=messages, trace_id=f"kitchen:{asked.seed}/{made}", group=f"kitchen:{asked.seed}")
                made += 1


def _wordings(query: BenchQuery, manner: Manner) -> int:
    return WORDINGS[query.level] * (COUNTS if query.task == "count" and not manner.bare else 1)


class _Teacher:
    """Writes the conversations of one scene."""

    def __init__(self, asked: Asked, manner: Manner, rng: np.random.Generator) -> None:
        self.asked, self.manner, self.rng = asked, manner, rng
        self.kinds = sorted({*re.findall(r"(?m)^\d+: ([^,\n]+)", asked.view)} & {*KNOWN} - FIXED)
        self.colours = sorted({*re.findall(r"(?m)^\d+: [^,\n]+, (\w+)$", asked.view)})
        self.scene = lru_cache(maxsize=1)(lambda: _scene(asked))

    def phrases(self) -> list[Phrase]:
        """Lines of the phrasebook that suit the scene: those about time want a clip."""
        fit = [phrase for phrase in phrases() if self.asked.frames > 1 or not phrase.of_clip]
        return [fit[int(self.rng.integers(len(fit)))] for _ in range(PHRASES)]

    def set_of(self, asked: Sequence[BenchQuery | Phrase], odd: bool) -> Iterator[list[Message]]:
        """Conversations about one table; ``odd`` ones may have stand-ins and lack rows."""
        renamed, thin = self.rng.random(2) < (RENAMED, THINNED)
        names = self._names() if odd and renamed else {}
        view = renamed_view(self.asked.view, names)
        view = thinned(view, self.rng) if odd and thin else view
        for query in asked:
            if isinstance(query, Phrase):
                said = said_of(query, self.kinds, self.colours, names, self.rng)
            else:
                said = self._said(query, names)
            if said is not None:
                careless = self.rng.random() < ROUGH and not self.manner.bare
                text = rough(said.query, self.rng) if careless else said.query
                yield self._messages(query, replace(said, view=view, query=text))

    def _names(self) -> dict[str, str]:
        most = min(MOST_RENAMED, len(self.kinds))
        number = int(self.rng.integers(1, most + 1)) if most else 0
        kinds = self.rng.choice(self.kinds, number, replace=False) if number else ()
        words = self.rng.permutation(STAND_INS)
        return {str(kind): str(word) for kind, word in zip(kinds, words, strict=False)}

    def _said(self, query: BenchQuery, names: Mapping[str, str]) -> Said | None:
        """One of the ways to ask; None where none of a few goes with the stand-ins."""
        tree, plan = query.tree, query.plan
        assert tree is not None
        other = self._beyond(tree) if query.answer and not self.manner.bare else None
        if other is not None:
            tree, plan = other, plan_of(other, self.asked.frames, query.task == "count")
        for _ in range(SOUGHT):
            text = say(tree, answer=len(query.answer), task=query.task, rng=self.rng)
            heard = self._heard(tree)
            if heard is not tree:
                plan = plan_of(heard, self.asked.frames, query.task == "count")
            said = Said("", text, gist(heard), plan, detail(heard))
            found = with_stand_ins(said, tree, names)
            if found is not None:
                return found
        return None

    def _beyond(self, tree: Description) -> Description | None:
        """A query that KitchenBench leaves out, in a share of the wordings."""
        place, use = self.rng.random(2) < (BEYOND, ELSEWHERE)
        placed = beyond(tree, self.rng) if place else None
        return (elsewhere(placed or tree, self.rng) if use else None) or placed

    def _heard(self, tree: Description) -> Description:
        """What a careless turn takes a query for."""
        if not self._happens(self.manner.careless):
            return tree
        first: Description = getattr(tree, "base", getattr(tree, "first", tree))
        return first

    def _happens(self, share: float) -> bool:
        return share > 0 and bool(self.rng.random() < share)  # nothing is drawn for what never happens

    def _messages(self, query: BenchQuery | Phrase, said: Said) -> list[Message]:
        """One conversation; what found nothing has a second turn, which says so."""
        manner = self.manner
        explain = self.rng.random() < manner.why
        turn: dict[str, object] = {"plan": said.plan}
        if manner.static and isinstance(query, BenchQuery):
            careless = query.tree is not None and said.gist != gist(query.tree)
            turn = {"answer": self._selected(said.plan) if careless else list(query.answer)}
        brief = self._happens(manner.briefly)
        thought = said.why if not brief and self._happens(manner.lengthy) else said.gist
        written = _turn(thought, turn, said.why if explain else "", manner.order)
        asked = query_text(briefly(said.query) if brief else said.query)
        system = system_text(RULES[0].codec, style=RULES[0].prompt)
        messages = [
            Message(role="system", content=f"{system}\n{asking_for_detail(manner.order)}" if explain else system),
            Message(role="user", content=f"{said.view}\n{asked}"),
            Message(role="assistant", content=written),
        ]
        if self._happens(manner.prose):
            return [*messages[:2], Message(role="assistant", content=f"That is the {said.gist}.")]
        if isinstance(query, BenchQuery) and not query.answer and not manner.static:
            rules = RULES[int(self.rng.integers(len(RULES)))]
            messages += _closed(query, self.scene(), written, said, rules, manner if explain else None)
        return messages

    def _selected(self, plan: str) -> list[int]:
        """Ids that a plan selects on the scene, as they are read off a whole table."""
        return list(execute(parse_plan(plan), Surveyed.of(Timeline(self.scene()[1]))).selection)


def _scene(asked: Asked) -> Scene:
    truth = render_truth(asked.seed, frames=asked.frames)
    return truth, tuple(truth.twin(frame) for frame in range(asked.frames))


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
