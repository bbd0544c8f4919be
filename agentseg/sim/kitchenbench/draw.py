"""Fills the slots of a program with what a scene shows, so that few draws are wasted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import TypeVar

import numpy as np

from agentseg.sim.classes import FIXTURES
from agentseg.sim.ground_truth import GRIPPER, States, Unclear
from agentseg.sim.kitchenbench.description import GROUPS, Anything, At, Description, Group, Kind, Use, When
from agentseg.sim.kitchenbench.meaning import KitchenScene, meaning
from agentseg.sim.kitchenbench.sightings import KITCHEN_USES, Changes, Head, Sightings

T = TypeVar("T")
H = TypeVar("H", Kind, Group, Use)

Program = Callable[["Draw"], Description]
"""Fills the slots of a shape; raises Unclear where the scene has nothing for one."""

ABSENT = 0.7
"""Share of the slots of an empty draw that name what is not there."""

FEW = 6
"""Tries for a part that is more than a word."""


class Draw:
    """Draws labels, uses and anchors from what is clearly visible.

    Args:
        rng: Source of every choice.
        scene: The picture or clip.
        seen: What can be asked about; in clips, what the first and the last frame show together.
        banned: Labels that are never named.
        wanted: Labels that are named more often where they are there.
        empty: Draw what is not there, for questions without a target.
        changes: What happens in a clip.
        ends: First and last frame of a clip.

    Attributes:
        moved: Ids of what moves in a clip.
        came: Ids of what comes into view.
        gone: Ids of what leaves it.
        carried: Ids of what the robot moves.
        slid: Ids of what moves by itself.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        scene: KitchenScene,
        seen: Sightings,
        *,
        banned: Collection[str] = (),
        wanted: Collection[str] = (),
        empty: bool = False,
        changes: Changes | None = None,
        ends: tuple[Sightings, Sightings] | None = None,
    ) -> None:
        self.rng, self.scene, self.seen, self.empty = rng, scene, seen, empty
        self.banned, self.wanted = frozenset(banned), frozenset(wanted)
        self.changes = changes = changes or Changes()
        self.moved, self.came, self.gone, self.carried = changes.moved, changes.came, changes.gone, changes.carried
        self.slid = self.moved - self.carried
        self.ends = ends or (seen, seen)

    def _like(self, seen: Sightings, *, empty: bool) -> Draw:
        return Draw(
            self.rng, self.scene, seen, banned=self.banned, wanted=self.wanted, empty=empty, changes=self.changes,
            ends=self.ends,
        )  # fmt: skip

    @property
    def last(self) -> Draw:
        """As of the last frame, where places without a time hold."""
        return self._like(self.ends[1], empty=self.empty)

    @property
    def there(self) -> Draw:
        """The same, but of what is there in any case."""
        return self._like(self.seen, empty=False)

    def at(self, shape: Callable[[Draw], Description]) -> At:
        """A description as of the first or the last frame."""
        when: When = "first" if self.chance(0.5) else "last"
        draw = self._like(self.ends[when == "last"], empty=self.empty)
        draw.scene = self.scene.at(0 if when == "first" else self.scene.last)
        return At(shape(draw), when)

    def chance(self, share: float) -> bool:
        """True in that share of the draws."""
        return bool(self.rng.random() < share)

    def pick(self, options: Sequence[T]) -> T:
        """One of the options.

        Raises:
            Unclear: There are none.
        """
        if not options:
            raise Unclear("nothing here fills the slot")
        return options[int(self.rng.integers(len(options)))]

    def members(self, head: Head) -> States:
        """The clearly visible things that a head means."""
        return self.seen.members(head)

    def first(self, heads: Sequence[T]) -> T:
        """The first of some heads in random order.

        Raises:
            Unclear: There are none.
        """
        if not heads:
            raise Unclear("nothing here fills the slot")
        return heads[0]

    def kinds(self, least: int = 1, among: Collection[int] | None = None) -> list[Kind]:
        """Labels that at least so many things carry, one of them ``among`` the ids; absent ones in empty draws."""
        if self.empty and self.chance(ABSENT):
            return self._shuffled([Kind(label) for label in self.seen.hidden if label not in self.banned])
        wanted = [kind for kind in self.named() if kind.label in self.wanted]
        return self._fitting(wanted if wanted and self.chance(0.6) else self.named(), least, among)

    def groups(self, least: int = 2, among: Collection[int] | None = None) -> list[Group]:
        """Families of classes; as ``kinds``."""
        clear = [Group(name) for name in self.seen.groups if not self.banned & {*GROUPS[name]}]
        return self._present(clear, least, among)

    def uses(self, least: int = 1, among: Collection[int] | None = None) -> list[Use]:
        """Uses that at least so many things serve; as ``kinds``."""
        return self._present(self.served(), least, among)

    def pools(self, least: int = 2, among: Collection[int] | None = None) -> list[Head]:
        """Several things in words without a hop: of a kind or a family, or all there are."""
        roll = self.rng.random()
        if roll < 0.2 and self.seen.calm:
            return [Anything()]
        groups = self.groups(least, among) if roll < 0.45 else []
        return [*groups, *self.kinds(least, among)]

    def kind(self, least: int = 1, among: Collection[int] | None = None) -> Kind:
        """One of ``kinds``."""
        return self.first(self.kinds(least, among))

    def group(self, least: int = 2, among: Collection[int] | None = None) -> Group:
        """One of ``groups``."""
        return self.first(self.groups(least, among))

    def use(self, least: int = 1, among: Collection[int] | None = None) -> Use:
        """One of ``uses``."""
        return self.first(self.uses(least, among))

    def pool(self, least: int = 2, among: Collection[int] | None = None) -> Head:
        """One of ``pools``."""
        return self.first(self.pools(least, among))

    def named(self) -> list[Kind]:
        """All kinds of things that may be named, in a fixed order."""
        return [Kind(label) for label in self.seen.by_label if label not in {*FIXTURES, GRIPPER, *self.banned}]

    def served(self) -> list[Use]:
        """All uses that the labels which are barely visible, or banned, do not decide, in a fixed order."""
        return [Use(use) for use in self.seen.uses if not self.banned >= {*KITCHEN_USES[use]}]

    def one(self) -> Kind:
        """An anchor: the label of the one thing or fixture that carries it."""
        single = self.anchors([label for label in self.seen.by_label if label != GRIPPER])
        wanted = [kind for kind in single if isinstance(kind, Kind) and kind.label in self.wanted]
        found = self.pick(wanted if wanted and self.chance(0.4) else single)
        assert isinstance(found, Kind)
        return found

    def one_use(self) -> Use:
        """An anchor: a use that exactly one thing or fixture serves."""
        return self.pick([use for use in self.served() if len(self.members(use)) == 1])

    def anchors(self, labels: Collection[str], *, use: bool = False) -> Sequence[Kind | Use]:
        """Anchors that mean the one thing of one of the labels, by its label or by a use."""
        if use:
            found = [one for one in self.served() if len(self.members(one)) == 1]
            return [one for one in found if self.members(one)[0].label in labels]
        return [Kind(label) for label in labels if label not in self.banned and len(self.seen.by_label[label]) == 1]

    def thing(self, build: Callable[[], Description]) -> Description:
        """An anchor of more than a word: the first of a few that means exactly one thing.

        Raises:
            Unclear: None of them does.
        """
        return self._of_few(build, most=1)

    def things(self, build: Callable[[], Description]) -> Description:
        """The first of a few descriptions that means something; any in empty draws."""
        return build() if self.empty else self._of_few(build, most=5)

    def _of_few(self, build: Callable[[], Description], most: int) -> Description:
        for _ in range(FEW):
            with suppress(Unclear):
                tree = build()
                if 1 <= len(meaning(tree, self.scene)) <= most:
                    return tree
        raise Unclear("none of a few will do")

    def gripper(self) -> Kind:
        """The robot's gripper, where it is in view."""
        if len(self.seen.by_label.get(GRIPPER, [])) != 1:
            raise Unclear("no gripper in view")
        return Kind(GRIPPER)

    def _present(self, heads: list[H], least: int, among: Collection[int] | None) -> list[H]:
        if self.empty and self.chance(ABSENT):
            return self._shuffled([head for head in heads if not self.members(head)])
        return self._fitting(heads, least, among)

    def _fitting(self, heads: list[H], least: int, among: Collection[int] | None) -> list[H]:
        return self._shuffled([head for head in heads if self._fits(head, least, among)])

    def _fits(self, head: Head, least: int, among: Collection[int] | None) -> bool:
        found = self.members(head)
        return len(found) >= least and (among is None or any(state.id in among for state in found))

    def _shuffled(self, heads: list[H]) -> list[H]:
        return [heads[place] for place in self.rng.permutation(len(heads))]
