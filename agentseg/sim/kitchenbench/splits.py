"""The splits of KitchenBench: which seeds they take, and what the training splits hold back.

``train``, ``val`` and ``test`` never name a held label, never combine a held pair of a word and a node, never use a
held wording, and leave out crowded scenes. Each ``unseen_*`` split, and ``more_objects``, consists of samples that need
the held thing, with everything else as in ``test``. ``human`` has queries
that were written freely over pictures (by whom: docs/kitchenbench.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from hashlib import blake2b

import numpy as np

from agentseg.errors import InputError
from agentseg.sim.classes import FIXTURES
from agentseg.sim.ground_truth import GRIPPER
from agentseg.sim.kitchenbench.description import (
    Coloured,
    Description,
    Extreme,
    Group,
    Kind,
    Nearest,
    Nth,
    Related,
    Use,
    walk,
)
from agentseg.sim.kitchenbench.sightings import KITCHEN_USES
from agentseg.sim.truth import Truth

KITCHENBENCH_VERSION = 1
"""Rises with every change of queries, answers or pixels."""
FRAMES = 12
"""Frames of a clip; every third scene is one."""
HELD_LABELS = ("carton", "spatula", "soap dispenser", "can", "paper towel")
"""Labels that training neither says nor plans with; the things still stand in its scenes."""
HELD_SHARE = 0.08
"""Share of the pairs of a word and a node that training never combines."""
CROWD = 14
"""Visible things in the first frame above which a scene is crowded (about 15% of scenes)."""
TEST_SIZE = 1000
"""Samples of a split that is for testing."""


@dataclass(frozen=True)
class Split:
    """One split.

    Attributes:
        first: Seed of its first scene.
        size: Most samples, or None for no end but that of its seeds.
        needs: What every sample needs: "", "phrase", "pair", "label" or "crowd".
        per_scene: Most queries of a scene; dull scenes give fewer.
    """

    first: int
    size: int | None = TEST_SIZE
    needs: str = ""
    per_scene: int = 4

    @property
    def seeds(self) -> range:
        """Seeds of its scenes, a million."""
        return range(self.first, self.first + 1_000_000)


SPLITS: dict[str, Split] = {
    "train": Split(2_000_000, None, per_scene=10),
    "val": Split(3_000_000),
    "test": Split(4_000_000),
    "unseen_combination": Split(5_000_000, needs="pair"),
    "unseen_phrasing": Split(6_000_000, needs="phrase"),
    "unseen_label": Split(7_000_000, needs="label"),
    "more_objects": Split(8_000_000, needs="crowd"),
}
"""Splits by name, without ``human``, which is a file."""


def split_of(name: str) -> Split:
    """A split by its name.

    Raises:
        InputError: There is no such split.
    """
    if name not in SPLITS:
        raise InputError(f"KitchenBench has no split {name!r}; there are {', '.join((*SPLITS, 'human'))}")
    return SPLITS[name]


def frames_of(seed: int) -> int:
    """Frames of a scene: every third one is a clip."""
    return FRAMES if seed % 3 == 2 else 1


def crowd(truth: Truth) -> int:
    """Visible things of the first frame, without stove, sink and robot."""
    seen = np.unique(truth.ids[0]).tolist()
    return sum(id > 0 and truth.labels[id] not in (*FIXTURES, GRIPPER) for id in seen)


def held_labels(tree: Description) -> tuple[str, ...]:
    """Held labels that a description needs: named, or all that serve a use in the kitchen."""
    found: set[str] = set()
    for part in walk(tree):
        if isinstance(part, Kind) and part.label in HELD_LABELS:
            found.add(part.label)
        elif isinstance(part, Use) and {*KITCHEN_USES[part.use]} <= {*HELD_LABELS}:
            found.update(KITCHEN_USES[part.use])
    return tuple(sorted(found))


def pairs(tree: Description) -> tuple[str, ...]:
    """The pairs of a word and a node in a description: "toaster nearest", "red mug"."""
    return tuple(sorted({f"{word} {name}" for node, name in _nodes(tree) for word in _words(node)}))


def held_pairs(tree: Description) -> tuple[str, ...]:
    """Those of its pairs that training never combines."""
    return tuple(pair for pair in pairs(tree) if is_held(pair))


def is_held(pair: str) -> bool:
    """Whether a pair is held back: a hash of its words decides, the same everywhere."""
    digest = blake2b(f"kitchenbench {KITCHENBENCH_VERSION} {pair}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") < HELD_SHARE * 2**32


def _nodes(tree: Description) -> Iterator[tuple[Description, str]]:
    """Nodes that relate words, with the name that pairs have for them."""
    for node in walk(tree):
        match node:
            case Kind() | Group() | Use():
                continue
            case Coloured(_, colour, no):
                name = f"not {colour}" if no else colour
            case Related(_, relation, _, no):
                name = f"not {relation}" if no else relation
            case Extreme(_, measure, most):
                name = f"{'most' if most else 'least'} {measure}"
            case Nearest(_, _, far):
                name = "farthest" if far else "nearest"
            case Nth(_, side, n):
                name = f"{n} from the {side}"
            case _:
                name = type(node).__name__.lower()
        yield node, name


def _words(node: Description) -> Iterator[str]:
    """What a node's parts are called, as base or as anchor: a label, use, family or colour."""
    for part in fields(node):
        value = getattr(node, part.name)
        while isinstance(value, Coloured):
            if not isinstance(node, Coloured):
                yield f"{value.colour} {part.name}"
            value = value.base
        if isinstance(value, (Kind, Group, Use)):
            yield f"{getattr(value, fields(value)[0].name)} {part.name}"
