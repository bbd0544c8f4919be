"""The sentences that ask for a number or for boxes; blanks as in ``sentences``."""

from __future__ import annotations

from agentseg.sim.kitchenbench.words import Rows, rows

COUNT: dict[str, Rows] = {
    "how many": rows(
        """
        how many {bare} are there? / how many {bare} do you see? / how many {bare} can you see? / how many {bare}?
        how many {bare} are there in the picture? / how many {bare} can you count? / how many {bare} are here?
        how many {bare} have we got? / how many {bare} in all? / exactly how many {bare} are there?
        how many {bare} are visible? / how many {bare} do we have?
        """
    ),
    "how many clause": rows(
        """
        how many {bases} {pred}? / of the {bases}, how many {pred}? / tell me how many {bases} {pred}
        how many of the {bases} {pred}? / I wonder how many {bases} {pred} / can you tell how many {bases} {pred}?
        the {bases}: how many {pred}?
        """
    ),
    "count": rows(
        """
        count {the} / count {all} / count the number of {bare} / please count {the} / number of {bare}
        give me the number of {bare} / what is the number of {bare}? / the number of {bare}, please / count up {the}
        can you count {the}? / could you count {the} for me? / count how many {bare} there are
        what's the count of {bare}? / the total number of {bare} / tally {the} / add up {the}
        """
    ),
    "tell": rows(
        """
        tell me how many {bare} there are / I wonder how many {bare} there are
        I need to know how many {bare} there are / do you know how many {bare} there are?
        can you tell how many {bare} there are? / {bare}: how many? / {bare} - how many are there?
        I'd like to know the number of {bare} / find out how many {bare} there are
        if you count {the}, how many do you get?
        """
    ),
}
"""Sentences whose answer is a number."""

COUNT_FIXED: Rows = rows(
    """
    count {the} / how many is that in total: {the}? / count {the}: how many in total?
    how many are there in all, counting {the}? / {the}: how many altogether? / what do you get if you count {the}?
    count up {the} / tell me how many in total: {the}
    """
)
"""Numbers of several things together."""

DETECT: dict[str, Rows] = {
    "one box": rows(
        """
        put a box around {the} / draw a bounding box around {the} / bounding box of {the}
        give me the bounding box of {the} / draw a box around {the} / detect {the} / box {the}
        {the}: bounding box, please / frame {the} with a box / box in {the} / where [is|are] {the}? Answer with a box.
        I need the bounding box of {the} / return the box of {the} / a box around {the}, please
        could you put a box around {the}? / can you draw a box around {the}? / mark {the} with a rectangle
        draw a rectangle around {the} / the box of {the} / find {the} and draw a box / bounding box for {the}
        localise {the} with a box / put {the} in a box outline
        """
    ),
    "boxes": rows(
        """
        put boxes around {the} / draw bounding boxes around {the} / bounding boxes of {the}
        put a box around each of {that} / detect {all} / draw a box around every one of {that} / box {all}
        boxes for {all} / give me the boxes of {the} / where are {that}? Answer with boxes. / mark {all} with boxes
        detect {the} / I need bounding boxes for {the} / return the boxes of {the} / draw rectangles around {the}
        could you put boxes around {the}? / bounding boxes for {all}
        """
    ),
}
"""Sentences whose answer is a box or boxes."""
