import re
from collections.abc import Iterator

import numpy as np
import pytest

from agentseg.affordances import USES
from agentseg.sim.classes import CLASSES, FIXTURES
from agentseg.sim.kitchenbench import describe, sentences, words_changes, words_ranks
from agentseg.sim.kitchenbench import description as d
from agentseg.sim.kitchenbench.description import Anything, At, Both, But, Group, Kind, Nearest, Related, Use
from agentseg.sim.kitchenbench.wording import HELD_STRUCTURES, STRUCTURES, say
from agentseg.sim.kitchenbench.words import article, gerund, plural, rows

MUG, TOASTER, SINK = Kind("mug"), Kind("toaster"), Kind("sink")
DRINK, TOAST = Use("drinking"), Use("toasting")
TREES: tuple[d.Description, ...] = (
    MUG, Group("fruit"), DRINK, Anything(), d.Coloured(MUG, "red"), d.Coloured(DRINK, "orange", no=True),
    d.Alike(MUG, TOAST), Related(MUG, "behind", TOASTER), Related(MUG, "left_of", TOAST, no=True),
    Related(Anything(), "on", Kind("stove")), Related(Anything(), "held_by", Kind("robot gripper")),
    d.Between(Anything(), TOASTER, Use("boiling water")), Nearest(Kind("fork"), TOAST), Nearest(DRINK, SINK, far=True),
    Nearest(Kind("apple"), Nearest(MUG, SINK)), d.Extreme(MUG, "x", most=True), d.Extreme(DRINK, "size", most=False),
    d.Extreme(Related(MUG, "left_of", TOASTER), "height", most=True), d.Nth(Kind("glass"), "left", 2),
    d.Holding(Kind("bowl"), Kind("apple"), "inside"), d.Empty(Kind("bowl")), But(Group("cutlery"), Kind("fork")),
    But(DRINK, d.Extreme(DRINK, "size", most=True)), Both(Kind("kettle"), Related(Anything(), "on", Kind("plate"))),
    d.OrElse(Kind("glass"), MUG), d.Moved(MUG), d.Moved(DRINK, no=True), d.MovedMost(Group("fruit")),
    d.Appeared(Kind("can")), d.Vanished(Anything()), d.Toward(MUG, SINK), d.Carried(Kind("apple")),
    d.Carried(Anything(), no=True), At(Nearest(MUG, SINK), "first"), At(Related(MUG, "on", Kind("stove")), "last"),
    d.Extreme(Both(DRINK, Use("cutting")), "size", most=True), Related(d.Moved(MUG), "behind", TOASTER),
)  # fmt: skip
"""Every node, and the ways in which they nest."""


def told(tree: d.Description, count: int, answer: int = 1, task: str = "segment", held: bool = False) -> Iterator[str]:
    rng = np.random.default_rng(7)
    for _ in range(count):
        yield say(tree, answer=answer, task=task, rng=rng, held=held)  # type: ignore[arg-type]


@pytest.mark.parametrize("tree", TREES, ids=repr)
def test_every_tree_has_thirty_wordings_of_clean_english(tree):
    texts = [text for answer in (0, 1, 3) for text in told(tree, 25, answer)]
    texts += list(told(tree, 12, 1, held=True))
    assert len({text.lower().rstrip(".?") for text in texts}) >= 30
    for text in texts:
        assert not re.search(r"[{}\[\]|]|  | [,.?]|\b(the the|a the|a an|is are|that that)\b", text), text
        assert not re.search(r"\ba (?!one\b|un|us|ut|eu)[aeiou]", text), text
        assert not re.search(r"\ban [^aeiou8h]", text), text


@pytest.mark.parametrize("tree", TREES, ids=repr)
def test_counts_ask_for_a_number_and_detections_for_boxes(tree):
    for text in told(tree, 12, 2, "count"):
        assert re.search(r"how many|count|number|tally|total|add up", text.lower()), text
    for text in told(tree, 12, 1, "detect"):
        assert re.search(r"box|rectangle|detect|frame", text.lower()), text


def test_wording_follows_from_the_seed():
    assert list(told(TREES[7], 20)) == list(told(TREES[7], 20))


def test_one_thing_is_singular_and_several_are_plural():
    assert not any(re.search(r"knives", text) for text in told(Kind("knife"), 200, 1))
    assert all(re.search(r"knives", text.lower()) for text in told(Kind("knife"), 200, 3))


def test_held_wordings_are_not_among_those_of_training():
    for tree in (MUG, DRINK, Related(MUG, "behind", TOASTER), d.Moved(MUG)):
        train = {text.lower().strip(".?") for text in told(tree, 2500)}
        held = {text.lower().strip(".?") for text in told(tree, 60, held=True)}
        assert len(held & train) <= 1, held & train


def test_training_never_uses_a_held_structure_or_row():
    texts = " ".join(told(MUG, 1500)).lower()
    for row in (*sentences.SEGMENT["imperative"], *sentences.SEGMENT["need"]):
        if row.held:
            opening, _, rest = row.text.lower().partition("{")
            named = "a " if rest.startswith("a}") else "the "
            assert not re.search(rf"(^|[.?] ){re.escape(opening)}{named}(mug|cup)", texts), row


def test_about_a_fifth_of_rows_and_structures_is_held():
    found = [row for table in sentences.SEGMENT.values() for row in table]
    assert 0.15 < sum(row.held for row in found) / len(found) < 0.25
    assert len(STRUCTURES) >= 12
    assert 0.1 < len(HELD_STRUCTURES) / len(STRUCTURES) < 0.25


def test_held_rows_do_not_depend_on_the_order_of_a_table():
    one = rows("plain / a / b / c / d / e / f / g / h / i")
    two = rows("plain / i / h / g / f / e / d / c / b / a")
    assert {row.text for row in one if row.held} == {row.text for row in two if row.held}
    assert not one[0].held


@pytest.mark.parametrize("use", [use for use, labels in USES.items() if {*labels} & {*CLASSES, *FIXTURES}])
def test_every_use_of_the_kitchen_has_twelve_phrasings(use):
    table = describe.USES[use]
    found = [*table.gap, *table.verb, *table.noun, *table.need]
    assert len({row.text for row in found}) >= 12
    assert any(row.held for row in found)
    assert len(set(told(Use(use), 60))) >= 30


def test_left_is_never_said_as_right_nor_front_as_back():
    opposite = {("x", False): "right", ("x", True): "left", ("depth", False): "back", ("depth", True): "front"}
    for key, wrong in opposite.items():
        said = words_ranks.EXTREMES[key]
        assert not any(re.search(rf"\b{wrong}", row.text) for row in (*said.pre, *said.post, *said.pred))


def test_a_time_is_named_and_never_the_other_one():
    for when, other in (("first", words_changes.LAST), ("last", words_changes.FIRST)):
        for text in told(At(Nearest(MUG, SINK), when), 80):  # type: ignore[arg-type]
            assert not any(re.search(rf"\b{row.text}\b", text.lower()) for row in other), text


def test_anchors_are_definite_and_carry_their_relation():
    for text in told(Related(MUG, "on", Kind("stove")), 150):
        assert re.search(r"\b(on|atop|supported by|top of)\b", text.lower()), text


def test_forms_of_nouns_and_verbs():
    assert [plural(x) for x in ("knife", "glass", "roll of paper", "cutting board")] == [
        "knives", "glasses", "rolls of paper", "cutting boards",
    ]  # fmt: skip
    assert [article(x) for x in ("apple", "mug", "one", "orange", "utensil")] == [
        "an apple", "a mug", "a one", "an orange", "a utensil",
    ]  # fmt: skip
    assert [gerund(x) for x in ("make toast", "cut bread", "dice a carrot")] == [
        "making toast", "cutting bread", "dicing a carrot",
    ]  # fmt: skip
