"""Two real photos with COCO's annotated masks as the twin: queries written by hand while looking at the pictures.

A query's ``answer`` lists segments by their place in the annotation file, from 1. Crowd regions and stuff are no
instances. The annotations have no depth, so nothing here asks for near and far.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from agentseg import segment
from agentseg.frames import Frame, as_frames
from agentseg.perception.truth import truth_perceiver
from agentseg.testing import ScriptedChat
from agentseg.twin import Perceiver


class Query(NamedTuple):
    text: str
    plan: str
    answer: tuple[int, ...]
    number: int | None = None
    fails: str = ""  # why the plan cannot answer it today


COLOUR = "the colour word is wrong: shade, dust and a bright sky turn the grey horse black and a pale shirt blue"

RUGBY = [
    Query("the ball", "find sports ball; answer", (15,)),
    Query("what are they all jumping for?", "find sports ball; answer", (15,)),
    Query("the thing you need to play rugby with", "find sports ball; answer", (15,)),
    Query("how many balls are there?", "find sports ball; count; answer", (15,), 1),
    Query("everything that is not a person", "a = find person; except a; answer", (15,)),
    Query("the person on the far right", "find person; rank x max; answer", (8,)),
    Query("the leftmost person", "find person; rank x min; answer", (10,)),
    Query("second person from the left", "find person; rank x nth 2; answer", (5,)),
    Query("the person farthest from the ball", "find person; rank distance sports ball max; answer", (10,)),
    Query(
        "the people at both ends of the picture",
        "find person; a = rank x min; find person; rank x max; union a; answer",
        (8, 10),
    ),
    Query("the players who are lifted into the air", "find person; filter y lt 50; answer", (3, 6, 13)),
    Query("of those up in the air, the one on the right", "find person; filter y lt 50; rank x max; answer", (6,)),
    Query("is there a dog?", "find dog; answer", ()),
    Query("the referee's car", "find car; answer", ()),
]
RIDERS = [
    Query("the trucks", "find truck; answer", (15, 16)),
    Query("how many trucks are there?", "find truck; count; answer", (15, 16), 2),
    Query("the truck on the left", "find truck; rank x min; answer", (16,)),
    Query("the bigger truck", "find truck; rank area max; answer", (16,)),
    Query("vehicles that could take the horses home", "find truck; answer", (15, 16)),
    Query("the grey horse", "find horse; filter colour eq grey; answer", (21,), fails=COLOUR),
    Query(
        "the person on the grey horse",
        "find horse; a = filter colour eq grey; find person; relate on a; answer",
        (6,),
        fails=COLOUR,
    ),
    Query("the horse in front of everybody on the left", "find horse; rank x min; answer", (26,)),
    Query("the leftmost horse", "find horse; rank x min; answer", (26,)),
    Query("who sits on the leftmost horse?", "find horse; a = rank x min; find person; relate on a; answer", (11,)),
    Query("the second horse from the left", "find horse; rank x nth 2; answer", (20,)),
    Query("third horse from the left", "find horse; rank x nth 3; answer", (17,)),
    Query("the rightmost horse", "find horse; rank x max; answer", (27,)),
    Query("the rider of the rightmost horse", "find horse; a = rank x max; find person; relate on a; answer", (7,)),
    Query("the biggest horse", "find horse; rank area max; answer", (24,)),
    Query("the three biggest horses", "find horse; rank area max 3; answer", (17, 24, 26)),
    Query(
        "the horses to the left of the grey one",
        "find horse; a = filter colour eq grey; find horse; relate left_of a; answer",
        (17, 19, 20, 26),
        fails=COLOUR,
    ),
    Query(
        "the horse to the right of the grey horse that is closest to it",
        "find horse; a = filter colour eq grey; find horse; relate right_of a; rank distance a min; answer",
        (25,),
        fails=COLOUR,
    ),
    Query("the person in the blue cape", "find person; filter colour eq blue; answer", (10,), fails=COLOUR),
    Query(
        "the horse under the person in blue",
        "find person; a = filter colour eq blue; find horse; relate under a; answer",
        (23,),
        fails=COLOUR,
    ),
    Query("the two people standing at the far left", "find person; rank x min 2; answer", (3, 13)),
    Query("the person at the left edge", "find person; rank x min; answer", (3,)),
    Query("everything except people and horses", "a = find person, horse; except a; answer", (15, 16)),
    Query("a car, or else a truck", "a = find truck; find car; else a; answer", (15, 16)),
    Query("something to ride on that has no engine", "find horse; answer", tuple(range(17, 28))),
    Query("all the cows", "find cow; answer", ()),
    Query("a bicycle", "find bicycle; answer", ()),
]
PHOTOS = {"000000142238": RUGBY, "000000439180": RIDERS}
CASES = [
    pytest.param(
        photo, query, id=query.text, marks=pytest.mark.xfail(reason=query.fails, strict=True) if query.fails else ()
    )
    for photo, found in PHOTOS.items()
    for query in found
]


def _photo(folder: Path, name: str) -> tuple[Frame, Perceiver]:
    if not folder.is_dir():
        pytest.skip("the annotated photos are not here")
    categories = {row["id"]: row for row in json.loads((folder / "panoptic_coco_categories.json").read_text())}
    notes = json.loads((folder / "panoptic_examples.json").read_text())["annotations"]
    record = next(row for row in notes if row["file_name"] == f"{name}.png")
    with Image.open(folder / "panoptic_examples" / record["file_name"]) as image:
        colours = np.asarray(image.convert("RGB"), dtype=np.int64)
    ids = colours @ np.array([1, 256, 65536])
    things = {
        place: part
        for place, part in enumerate(record["segments_info"], 1)
        if categories[part["category_id"]]["isthing"] and not part["iscrowd"]
    }
    masks = {place: ids == part["id"] for place, part in things.items()}
    labels = {place: categories[part["category_id"]]["name"] for place, part in things.items()}
    return next(iter(as_frames(folder / f"{name}.jpg"))), truth_perceiver(masks, labels)


def test_there_are_at_least_thirty_queries() -> None:
    assert len({query.text for found in PHOTOS.values() for query in found}) == len(CASES) >= 30


@pytest.mark.parametrize(("photo", "query"), CASES)
def test_plan_answers_the_query_on_a_real_photo(shared: Path, photo: str, query: Query) -> None:
    frame, perceive = _photo(shared / "coco_panoptic", photo)
    reply = f'{{"analysis": "", "plan": "{query.plan}"}}'
    result = segment(frame, query.text, reasoner=ScriptedChat(replies=[reply] * 3), perceivers=[perceive])
    assert (set(result.answer), result.number) == (set(query.answer), query.number)
    assert result.mask.any() == bool(query.answer)


def test_rules_answer_most_queries_on_real_photos(shared: Path) -> None:
    right = []
    for name, found in PHOTOS.items():
        frame, perceive = _photo(shared / "coco_panoptic", name)
        for query in found:
            result = segment(frame, query.text, "rules", perceivers=[perceive])
            right.append(set(result.answer) == set(query.answer) and result.number == query.number)
    assert sum(right) / len(right) >= 0.6, f"{sum(right)} of {len(right)}"
