"""A protocol: how one sample is scored, and which figures a run reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pydantic import JsonValue

from agentseg.errors import InputError
from agentseg.evaluation.figures import Figure, Scores
from agentseg.evaluation.prediction import Prediction, Row
from agentseg.evaluation.protocols.needs import misfit
from agentseg.evaluation.summary import interval_note, summarise
from agentseg.masks import Mask, decode
from agentseg.sample import Sample

Measure = Callable[[Sample, Prediction], dict[str, JsonValue]]
"""Scores of one answer, as plain JSON; the prediction may be a failure."""


@dataclass(frozen=True)
class Protocol:
    """A named way of scoring, under which figures can be compared.

    Attributes:
        name: As ``--protocol`` takes it.
        statement: What its figures mean, for every report.
        measure: Scores of one answer.
        figures: What is reported, the most telling one first.
        unscored: Scores of a sample that could not be read: it failed, and nothing is known of its truth.
    """

    name: str
    statement: str
    measure: Measure
    figures: tuple[Figure, ...]
    unscored: Scores = field(default_factory=dict)

    def check(self, sample: Sample) -> None:
        """Refuse a sample that the protocol is not made for.

        Raises:
            InputError: It has another task, no truth, or is a clip where pictures are scored, or the reverse; the
                message names the protocols that do fit.
        """
        reason = misfit(self.name, sample)
        if reason:
            raise InputError(reason)

    def score(self, sample: Sample, prediction: Prediction) -> dict[str, JsonValue]:
        """Score one answer: all that a summary needs of it, as plain JSON.

        A failure, and an answer of the wrong kind or size, counts as wrong: its ``failed`` is 1.

        Raises:
            InputError: As ``check``, or a mask is no RLE.
        """
        self.check(sample)
        return {"media": sample.media[0], **self.measure(sample, prediction)}

    def summarise(self, rows: Iterable[Row]) -> dict[str, Any]:
        """Fold the rows of a run: see ``agentseg.evaluation.summary.summarise``.

        Returns:
            Its summary, with ``protocol``, ``statement``, ``order`` (names of the figures, the most telling first) and
            ``interval`` (how intervals were made).

        Raises:
            InputError: A row (id, twin) comes twice.
        """
        head = {"protocol": self.name, "statement": self.statement, "order": [figure.name for figure in self.figures]}
        return {**head, "interval": interval_note(), **summarise(rows, self.figures, self.unscored)}


def frames(sample: Sample) -> list[int]:
    """Positions that have truth, in order."""
    return sorted(sample.targets)


def fits(sample: Sample, prediction: Prediction) -> bool:
    """Whether there is an answer, and its masks are of the sample's frames and size."""
    places = range(len(sample.indices))
    return not prediction.failed and all(
        position in places and tuple(rle["size"]) == sample.size for position, rle in prediction.masks.items()
    )


def answers(sample: Sample, prediction: Prediction) -> Iterator[Mask]:
    """The answered mask of each position that has truth, one at a time; a missing one is empty."""
    for position in frames(sample):
        rle = prediction.masks.get(position)
        yield np.zeros(sample.size or (0, 0), dtype=bool) if rle is None else decode(rle)


def targets(sample: Sample) -> Iterator[Mask]:
    """The true mask of each position that has truth, one at a time."""
    return (decode(sample.targets[position]) for position in frames(sample))


def voids(sample: Sample) -> Iterator[Mask]:
    """The pixels that do not count, for each position that has truth, one at a time."""
    for position in frames(sample):
        rle = sample.ignore.get(position)
        yield np.zeros(sample.size or (0, 0), dtype=bool) if rle is None else decode(rle)
