"""The cases of a report, ready for the page: query, pictures, and what each system answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agentseg.evaluation.prediction import Prediction, Row
from agentseg.evaluation.report.case_words import blame_of, said_of, wanted_of
from agentseg.evaluation.report.choose import apart, best, worst
from agentseg.evaluation.report.data import Run, Side
from agentseg.evaluation.report.numbers import per_cent, plural
from agentseg.evaluation.report.pictures import picture
from agentseg.evaluation.report.plain import clipped
from agentseg.evaluation.report.samples import Samples, find_samples
from agentseg.masks import RLE, area, decode
from agentseg.sample import Sample

SHOWN = ("j", "f", "iou")
"""Scores of a row that say more than right or wrong."""


@dataclass(frozen=True)
class Answer:
    """What one system answered to a sample: who, the picture with its alt text, and the words."""

    place: int
    name: str
    twin: str
    status: str
    failed: bool
    right: bool
    scores: list[tuple[str, str]]
    image: str
    alt: str
    height: int
    said: str
    analysis: str
    plan: str
    error: str
    blame: str


@dataclass(frozen=True)
class Case:
    """A sample with one answer, or with several side by side."""

    id: str
    query: str
    facts: list[str]
    wanted: str
    reference: str
    answers: list[Answer]


@dataclass(frozen=True)
class Cases:
    """Cases under headings ({heading: cases}), and why pictures are missing (empty where none is)."""

    groups: dict[str, list[Case]]
    missing: str


def cases(runs: Sequence[Run], number: int, root: Path | None = None) -> Cases:
    """Choose the cases and draw them.

    Args:
        runs: The systems.
        number: Worst cases of each run, at least 0, half as many best ones, and two thirds as many that differ.
        root: Where the dataset is now; None for where the runs found it.
    """
    rivals = [(place, run.first) for place, run in enumerate(runs)][:4]
    between = len(runs) > 1
    if not between:
        rivals = [(0, side) for side in runs[0].sides]
    plan: dict[str, list[tuple[str, list[tuple[int, Side]]]]] = {
        "Where systems differ most" if between else "Where the true twin changes the answer": [
            (key, rivals) for key in apart([side for _, side in rivals], -(-2 * number // 3))
        ]
    }
    for heading, chosen, many in (("Worst cases", worst, number), ("Best cases", best, -(-number // 2))):
        for place, run in enumerate(runs):
            name = f"{heading} of {run.name}" if between else heading
            plan[name] = [(key, [(place, run.first)]) for key in chosen(run, many)]
    rows: dict[str, dict[int, Row]] = {}
    for group in plan.values():
        for key, sides in group:
            rows.setdefault(key, {}).update({id(side): runs[place].row(side.points[key]) for place, side in sides})
    asked = {key: next(iter(found.values())).query for key, found in rows.items()}
    said = {key: [row.prediction for row in found.values()] for key, found in rows.items()}
    samples = find_samples([run.asked for run in runs], asked, lambda one: position_of(one, said[one.id]), root)
    groups = {
        name: [_case(runs, key, [(place, side, rows[key][id(side)]) for place, side in sides], samples, said[key])
               for key, sides in group]
        for name, group in plan.items()
    }  # fmt: skip
    return Cases({name: group for name, group in groups.items() if group}, clipped(samples.missing))


def _case(
    runs: Sequence[Run], key: str, rows: list[tuple[int, Side, Row]], samples: Samples, shown: list[Prediction]
) -> Case:
    sample, frame = samples.found.get(key), samples.frames.get(key)
    _, _, row = rows[0]
    position = position_of(sample, shown)
    frames = len(sample.indices) if sample else 1
    facts = [row.category, f"level {row.level}" if row.level else "", row.task if row.task != "segment" else ""]
    facts.append(f"frame {position + 1} of {frames}" if frames > 1 else "")
    answers = []
    for place, side, found in rows:
        said, point = found.prediction, side.points[key]
        image, height, covered = _picture(sample, said, position, frame)
        alt = f"Answer of {runs[place].name}: {covered}." if image else ""
        answers.append(
            Answer(
                place=place,
                name=runs[place].name,
                twin=side.twin,
                status=said.status,
                failed=said.failed,
                right=point.right,
                scores=[(name.upper(), per_cent(point.scores[name])) for name in SHOWN if name in point.scores],
                image=image,
                alt=alt,
                height=height,
                said=said_of(said),
                analysis=clipped(said.analysis),
                plan=clipped(said.plan),
                error=clipped(said.error),
                blame=blame_of(runs[place], point) if len(rows) == 1 else "",
            )
        )
    reference = clipped(str(sample.extra.get("plan") or "")) if sample else ""
    if all(answer.plan == reference for answer in answers):
        reference = ""
    shown_facts = [clipped(fact) for fact in facts if fact]
    return Case(clipped(key), clipped(row.query), shown_facts, wanted_of(sample), reference, answers)


def position_of(sample: Sample | None, answers: Sequence[Prediction]) -> int:
    """The frame of a clip that shows most of truth and answers."""
    everything: list[dict[int, RLE]] = [answer.masks for answer in answers]
    if sample is not None:
        everything.append(sample.targets)
    sums: dict[int, int] = {}
    for masks in everything:
        for position, rle in masks.items():
            sums[position] = sums.get(position, 0) + area(rle)
    return max(sums, key=lambda position: (sums[position], -position), default=0)


def _picture(sample: Sample | None, said: Prediction, position: int, frame: object) -> tuple[str, int, str]:
    """The picture, its height at the page's width, and what it shows in words."""
    import numpy as np

    rgb = frame if isinstance(frame, np.ndarray) else None
    mask = said.masks.get(position)
    truth = sample.targets.get(position) if sample else None
    size = rgb.shape[:2] if rgb is not None else tuple(mask["size"]) if mask else None
    if size is None:
        return "", 0, ""
    answered = decode(mask) if mask is not None and tuple(mask["size"]) == size else None
    wanted = decode(truth) if truth is not None and tuple(truth["size"]) == size else None
    boxes = tuple(sample.boxes.get(position, ())) if sample else ()
    image = picture(rgb, (size[0], size[1]), answered, wanted, said.boxes or (), boxes, hatched=said.boxed)
    words = f"the answer covers {per_cent(0 if answered is None else answered.mean())}% of the frame"
    if said.boxed:
        words += " with filled boxes in place of masks"
    if wanted is not None:
        words += f", the truth {per_cent(wanted.mean())}%"
    if said.boxes or boxes:
        words = f"{plural(len(said.boxes or ()), 'box', 'boxes')} answered, {len(boxes)} true"
    return image, round(480 * size[0] / size[1]), words
