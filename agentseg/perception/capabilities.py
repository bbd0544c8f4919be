"""What a perceiver can do beside reading a frame, each said by a method or an attribute that it may have.

A perceiver is any ``(frame, twin) -> twin``. What more it can do is found out by asking it, so nothing is registered
and no base class is needed:

* ``detect(frame, twin, phrase) -> Twin``: look for a free phrase;
* ``score_labels(frame, box, labels) -> dict[str, float]``: how well each label fits what a box shows;
* ``segment(frame, box=box) -> Mask``: the outline of what a box shows;
* ``for_query(query) -> perceiver``: itself, looking also for what a query names;
* ``provides: frozenset[str]``: which parts of a twin it fills, out of ``PARTS``. One that does not say may fill all.

A provider of ``instances`` adds rows. A provider of other parts only fills them in for the rows that it is given, so it
can be given a few of them: a provider of ``masks`` draws those with ``mask_source="box"``, a provider of ``depth``
those without ``depth_mean``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

from agentseg.frames import Frame
from agentseg.masks import Box, Mask
from agentseg.twin import Perceiver, Twin

PARTS = frozenset({"instances", "masks", "depth", "colour"})
"""What a twin is made of: rows (label, score, box), outlines, ``depth_mean``/``depth_var``, the attribute colour."""

METHODS = ("detect", "score_labels", "segment")
"""What a perceiver may have beside being called."""


@runtime_checkable
class Detects(Protocol):
    """A perceiver that can look for a free phrase."""

    def detect(self, frame: Frame, twin: Twin, phrase: str) -> Twin:
        """Return the twin with what goes by the phrase added to it."""
        ...


@runtime_checkable
class ScoresLabels(Protocol):
    """A perceiver that can say which of several labels fits a thing."""

    def score_labels(self, frame: Frame, box: Box, labels: Sequence[str]) -> dict[str, float]:
        """Score each label for what a box shows.

        Args:
            frame: The whole frame, or a crop of it at full resolution.
            box: (x1, y1, x2, y2) in pixels of ``frame``.
            labels: Candidates, at least one.

        Returns:
            Label -> score, 0-1, comparable among themselves; greater fits better. A label may be left out.
        """
        ...


@runtime_checkable
class SegmentsBoxes(Protocol):
    """A perceiver that can draw the outline of one thing."""

    def segment(self, frame: Frame, *, box: Box) -> Mask:
        """Return the mask of what a box (x1, y1, x2, y2 in pixels of ``frame``) shows, bool (H, W) of ``frame``."""
        ...


def scorers(perceivers: Iterable[object]) -> list[ScoresLabels]:
    """The perceivers that can compare labels."""
    return [one for one in perceivers if isinstance(one, ScoresLabels)]


def outliners(perceivers: Iterable[object]) -> list[SegmentsBoxes]:
    """The perceivers that can draw single outlines."""
    return [one for one in perceivers if isinstance(one, SegmentsBoxes)]


def provides(perceiver: object) -> frozenset[str]:
    """The parts of a twin that a perceiver fills; one that does not say may fill all."""
    said = getattr(perceiver, "provides", None)
    return PARTS if said is None else frozenset((said,) if isinstance(said, str) else said) & PARTS


def providers(perceivers: Iterable[Perceiver], part: str) -> tuple[Perceiver, ...]:
    """The perceivers that fill a part, and add no rows of their own while they do."""
    return tuple(one for one in perceivers if part in provides(one) and "instances" not in provides(one))


def looking_for(perceivers: Iterable[Perceiver], query: str) -> tuple[Perceiver, ...]:
    """The perceivers, those that can looking also for what a query names."""
    return tuple(one if (turned := getattr(one, "for_query", None)) is None else turned(query) for one in perceivers)
