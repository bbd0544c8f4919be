"""The split ``human``: queries written freely over pictures of rendered scenes, in the file ``human.jsonl``.

The annotators were language-model agents that had seen neither grammar nor code; docs/kitchenbench.md says how.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from importlib import resources

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agentseg.errors import InputError
from agentseg.sim.kitchenbench.description import Category
from agentseg.sim.kitchenbench.maker import BenchQuery

HUMAN_FILE = "human.jsonl"


class HumanQuery(BaseModel):
    """One line of the file.

    Attributes:
        seed: Of the scene, from 9,000,000.
        frames: 1 for a still, more for a clip.
        text: What the annotator wrote.
        answer: Ids of the things meant.
        number: The number asked for, or None.
        category: Kind of reasoning.
        level: Depth of reasoning, 1 to 3.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(ge=9_000_000)
    frames: int = Field(ge=1, le=500)
    text: str = Field(min_length=1)
    answer: tuple[int, ...]
    number: int | None = None
    category: Category
    level: int = Field(ge=1, le=3)


def human_queries() -> Iterator[BenchQuery]:
    """The queries of the file, in its order; they have no plan.

    Raises:
        InputError: The file is missing, or a line is broken.
    """
    file = resources.files("agentseg.sim.kitchenbench").joinpath(HUMAN_FILE)
    if not file.is_file():
        raise InputError(f"the split 'human' has no {HUMAN_FILE} in this installation; name another split")
    places: Counter[int] = Counter()
    for number, line in enumerate(file.read_text(encoding="utf8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = HumanQuery.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise InputError(f"{HUMAN_FILE}, line {number}: {place}: {first['msg']}") from None
        yield BenchQuery(
            seed=row.seed, frames=row.frames, index=places[row.seed], split="human", program="human", text=row.text,
            plan="", answer=row.answer, number=row.number, task="segment" if row.number is None else "count",
            level=row.level, category=row.category,
        )  # fmt: skip
        places[row.seed] += 1
