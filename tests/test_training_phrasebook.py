"""The phrasebook: every line of it is a query whose plan can run, and none gives away what evaluation holds back."""

import re

import numpy as np
import pytest

from agentseg.plan import parse_plan
from agentseg.sim.kitchenbench.splits import HELD_LABELS
from agentseg.training.student.phrasebook import COLOURS, Phrase, phrases, said_of

SLOT = re.compile(r"\{(thing|things|colour):(\d)\}")


@pytest.fixture(scope="module")
def lines():
    return phrases()


def test_every_line_has_a_plan_that_can_run_whatever_fills_its_slots(lines):
    for line in lines:
        slots = {number: "red" if form == "colour" else "mug" for form, number in SLOT.findall(line.text)}
        plan = re.sub(r"\{(\d)\}", lambda slot, slots=slots: slots[slot[1]], line.plan)
        assert len(parse_plan(plan).steps) > 1, line
        assert not {*re.findall(r"\{(\d)\}", line.gist)} - {*slots}, line


def test_no_line_is_there_twice_and_none_names_a_held_label(lines):
    assert len({line.text.lower() for line in lines}) == len(lines)
    held = re.compile(rf"\b(?:{'|'.join(map(re.escape, HELD_LABELS))})s?\b", re.IGNORECASE)
    named = [line for line in lines if held.search(f"{line.gist} {line.plan}")]
    assert not named
    assert not [line for line in lines if re.search(r"find for (?:drying|flipping)\b", line.plan)]


def test_slots_are_filled_alike_in_text_gist_and_plan():
    line = Phrase("an {thing:1} or {colour:2} {things:3}", "{1}, also {2} {3}", "find {1}; answer")
    for seed in range(20):
        said = said_of(line, ["apple", "mug"], ["red"], {}, np.random.default_rng(seed))
        first, colour, second = re.fullmatch(r"(.+), also (\w+) (.+)", said.gist).groups()
        assert said.plan == f"find {first}; answer"
        assert colour in COLOURS
        assert first != second
        assert re.match(r"an [aeiou]|a [^aeiou]", said.query)
