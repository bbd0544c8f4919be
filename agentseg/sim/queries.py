"""Queries over kitchen scenes and clips, with their true answers: a small committed set, older than KitchenBench.

It was written by hand-made recipes before there was a reasoner, and stays as it was so that figures can be compared.
"""

from __future__ import annotations

import functools
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict

QUERY_FILE = "queries.jsonl"

Category = Literal["semantic", "spatial", "temporal", "attribute", "ordinal", "negation", "count", "no_target"]


class KitchenQuery(BaseModel):
    """One question about ``render_kitchen(seed, frames=frames)``.

    Attributes:
        id: Unique name, such as "spatial-007".
        seed: Seed of the scene, at least 1,000,000.
        frames: 1 for an image, more for a clip.
        text: What a person says.
        category: Kind of question.
        plan: A plan of the plan language that answers it on a true twin (the set's own ceiling, not its truth).
        answer: Ids of the things asked for, ascending; for clips, ids over the whole clip.
        number: For questions of the category count, the number asked for; else None.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    seed: int
    frames: int
    text: str
    category: Category
    plan: str
    answer: tuple[int, ...]
    number: int | None = None


@functools.cache
def load_queries() -> tuple[KitchenQuery, ...]:
    """Loads the queries that ship with the package.

    Returns:
        All queries, in the file's order.

    Raises:
        pydantic.ValidationError: The file is damaged.
    """
    text = resources.files("agentseg.sim").joinpath(QUERY_FILE).read_text(encoding="utf-8")
    return tuple(KitchenQuery.model_validate_json(line) for line in text.splitlines() if line)
