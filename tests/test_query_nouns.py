"""Perceivers that can look for words look for those of the query too."""

import numpy as np

from agentseg import segment
from agentseg.perception.boxes import Detection, add_boxes


class Words:
    """Finds what it is told to find, in the middle of the picture."""

    def __init__(self, *words):
        self.words = words

    def for_query(self, query):
        return Words(*self.words, *query.split()[-1:])

    def __call__(self, frame, twin):
        return add_boxes(twin, [Detection(word, 0.9, (10, 10, 30, 30)) for word in self.words], overlap=1.0)


def test_the_querys_nouns_are_looked_for():
    picture = np.zeros((40, 40, 3), np.uint8)
    found = segment(picture, "the wrench", "rules", perceivers=[Words("mug")])
    assert [row.name for row in found.timeline.last.instances] == ["mug", "wrench"]
    assert found.answer == (2,)
