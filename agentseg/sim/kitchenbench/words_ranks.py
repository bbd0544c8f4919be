"""How people say which one of several it is: the leftmost, the tallest, the second from the left."""

from __future__ import annotations

from agentseg.sim.kitchenbench.word_forms import Said, said

EXTREMES: dict[tuple[str, bool], Said] = {
    ("x", False): said(
        """
        farthest to the left / furthest to the left / on the far left / furthest left / farthest left
        at the far left / that [is|are] the furthest left / at the left end / the most to the left
        closest to the left edge of the picture / at the very left / all the way to the left / on the extreme left
        nearest to the left border of the image
        """,
        "{poses} farthest to the left / {poses} furthest left / [is|are] the leftmost / [is|are] leftmost",
        """
        leftmost / leftmost / left-hand / left-most / most leftward / furthest left / farthest left
        first ... from the left
        """,
    ),
    ("x", True): said(
        """
        farthest to the right / furthest to the right / on the far right / furthest right / farthest right
        at the far right / that [is|are] the furthest right / at the right end / the most to the right
        closest to the right edge of the picture / at the very right / all the way to the right / on the extreme right
        nearest to the right border of the image
        """,
        "{poses} farthest to the right / {poses} furthest right / [is|are] the rightmost / [is|are] rightmost",
        """
        rightmost / rightmost / right-hand / right-most / most rightward / furthest right / farthest right
        first ... from the right
        """,
    ),
    ("depth", False): said(
        """
        closest to the camera / nearest to the camera / closest to me / nearest to me / closest to us / nearest to us
        at the very front / at the front / closest to the viewer / furthest to the front / right at the front
        nearest the front / that [is|are] the closest to where I stand / with the shortest distance to the camera
        that I could reach first
        """,
        "{poses} closest to the camera / {poses} nearest to us / [is|are] the closest to me",
        """
        frontmost / front / closest / nearest / foremost / front-most / nearest ... to the camera / closest ... to us
        closest ... to me
        """,
    ),
    ("depth", True): said(
        """
        farthest from the camera / furthest from the camera / farthest away from us / furthest away from me
        farthest from me / at the very back / at the back / farthest from the viewer / furthest back / farthest back
        right at the back / most distant from us / that [is|are] the furthest away
        with the greatest distance to the camera / deepest in the scene
        """,
        "{poses} farthest from the camera / {poses} furthest back / [is|are] the farthest away",
        """
        rearmost / back / farthest / furthest / hindmost / most distant / farthest ... from the camera
        furthest ... from us / backmost
        """,
    ),
    ("height", True): said(
        """
        that [rises|rise] the highest / with the greatest height / of the greatest height
        that [reaches|reach] up the highest
        """,
        "[is|are] the tallest / [is|are] tallest / [is|are] taller than the rest"
        " / [towers|tower|towered] over the rest",
        "tallest / tallest / tallest / tallest / tallest / taller",
    ),
    ("height", False): said(
        "with the least height / that [rises|rise] the least / of the smallest height",
        "[is|are] the shortest / [is|are] the lowest / [is|are] the least tall",
        "shortest / shortest / shorter / lowest / least tall",
    ),
    ("size", True): said(
        "of the greatest size / that [takes|take] up the most room / bigger than the rest / with the largest size",
        "[is|are] the biggest / [is|are] the largest / [is|are] biggest / [takes|take|took] up the most space"
        " / [is|are] the largest in size / [is|are] bigger than the others",
        "biggest / largest / biggest / largest / bigger / larger / bulkiest / most sizeable",
    ),
    ("size", False): said(
        "of the smallest size / that [takes|take] up the least room / smaller than the rest / with the least size",
        "[is|are] the smallest / [is|are] smallest / [takes|take|took] up the least space / [is|are] the tiniest"
        " / [is|are] smaller than the others",
        "smallest / smallest / smaller / tiniest / littlest / most compact",
    ),
}
"""The comparisons, by measure and whether the most."""

ORDINALS = {1: ("first", "1st"), 2: ("second", "2nd"), 3: ("third", "3rd"), 4: ("fourth", "4th"), 5: ("fifth", "5th")}
NUMBERS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight"}
NTH: Said = said(
    """
    in {o} place from the {s} / number {n} from the {s} / at place {n}, counted from the {s}
    that [comes|come|came] {o} when you count from the {s} / {o} in the row from the {s}
    in position {n} from the {s}
    """,
    "[is|are] {o} from the {s} / [comes|come|came] {o} from the {s}",
    "{o} ... from the {s} / {o} ... counting from the {s} / {o} ... counted from the {s} / {o} ... starting on the {s}"
    " / {o} ... if you start at the {s} / {o} ... from the {s}-hand side",
)
