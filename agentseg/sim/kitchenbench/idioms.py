"""Questions that turn the sentence round: "what is the robot holding?", "what did somebody put on the plate?"."""

from __future__ import annotations

from agentseg.sim.kitchenbench.description import (
    Anything,
    Appeared,
    Carried,
    Coloured,
    Description,
    Empty,
    Group,
    Holding,
    Kind,
    Moved,
    MovedMost,
    Nearest,
    Related,
    Toward,
    Use,
    Vanished,
)
from agentseg.sim.kitchenbench.words import Rows, rows

_SEEN = """
    {s} can you see {place}? / {s} do you see {place}? / {s} did somebody leave {place}? / {s} can be found {place}?
    {s} could I find {place}? / {s} can you spot {place}? / {s} do we have {place}? / {s} have we got {place}?
"""
_PUT = """
    {s} did somebody put {place}? / {s} has somebody put {place}? / {s} did someone leave {place}?
    {s} do you see {place}? / {s} can I take {place}? / {s} did they leave {place}? / {s} have we got {place}?
    {s} [is|are] to be found {place}?
"""

ASKED: dict[str, Rows] = {
    "held_by": rows(
        """
        {s} is {a} holding? / {s} does {a} hold? / {s} has {a} got hold of? / {s} is {a} gripping?
        {s} has {a} grabbed? / {s} does {a} have in its grip? / {s} is {a} clutching?
        {s} would fall if {a} opened now? / {s} has {a} taken hold of?
        """
    ),
    "held_by past": rows(
        """
        {s} was {a} holding? / {s} did {a} hold? / {s} had {a} got hold of? / {s} was {a} gripping?
        {s} did {a} have in its grip? / {s} was {a} clutching? / {s} would have fallen if {a} had opened?
        """
    ),
    "side": rows(_SEEN),
    "on": rows(_PUT),
    "inside": rows(_PUT),
    "holding on": rows(
        "{s} did somebody put {b} on? / on which {base} is there {b}? / {s} is {b} on? / {s} does {b} rest on?"
    ),
    "holding inside": rows(
        """
        {s} did somebody put {b} in? / in which {base} is there {b}? / {s} is {b} in?
        in which {base} would I find {b}?
        """
    ),
    "moved": rows(
        """
        {s} got moved? / {s} did somebody move? / {s} [has|have] been moved?
        {s} did not stay where [it was|they were]?
        """
    ),
    "moved most": rows(
        "{s} did somebody move the most? / {s} went the longest way? / {s} [was|were] moved by the greatest distance?"
    ),
    "came": rows(
        """
        {s} [is|are] new in the picture? / {s} came in later? / {s} [has|have] been added to the scene?
        {s} joined later?
        """
    ),
    "went": rows(
        """
        {s} did we lose sight of? / {s} got lost on the way? / {s} [is|are] missing in the end?
        {s} [has|have] gone from the picture by the end?
        """
    ),
    "carried": rows(
        """
        {s} did the robot carry? / {s} did the robot move? / {s} did the robot carry around?
        {s} has the robot moved? / {s} did the gripper move? / {s} did the robot arm transport?
        {s} did the robot take somewhere else?
        """
    ),
    "slid": rows(
        """
        {s} moved although the robot wasn't holding [it|them]? / {s} slid by [itself|themselves]?
        {s} moved, but not in the gripper? / {s} moved with no help from the robot?
        """
    ),
    "toward": rows(
        """
        {s} did somebody bring closer to {a}? / {s} [has|have] been moved towards {a}?
        {s} [is|are] on [its|their] way to {a}? / {s} got closer to {a}?
        """
    ),
    "empty": rows(
        """
        {s} could I still fill? / {s} has nobody filled? / {s} [has|have] been left empty?
        {s} did nobody put anything in?
        """
    ),
    "near": rows(
        """
        {s} would I reach first, starting from {a}? / {s} [has|have] {a} as [its|their] closest neighbour?
        {s} can be found nearest to {a}?
        """
    ),
    "colour": rows("{s} did somebody paint {c}? / {s} would you call {c}? / {s} [comes|come] in {c}?"),
}
"""Questions by what the root says; ``{s}`` is "what" or "which mug"."""

WHOLE: dict[tuple[str, str], Rows] = {
    ("on", "stove"): rows(
        """
        what gets hot when I turn all the burners on? / what has been put on the burners?
        what's on the stove right now?
        """
    ),
    ("inside", "sink"): rows("what still has to be washed up in the sink? / what's waiting in the sink to be washed?"),
    ("on", "cutting board"): rows(
        "clear the cutting board: what is on it? / what is waiting on the cutting board to be chopped?"
    ),
    ("inside", "bowl"): rows("what is the content of the bowl? / what has the bowl been filled with?"),
    ("inside", "pot"): rows("what is the content of the pot? / what is in there, in the pot?"),
    ("inside", "pan"): rows("what is the content of the pan? / what is in there, in the pan?"),
    ("held_by", "robot gripper"): rows(
        """
        what's in the robot's hand? / what would fall if the gripper opened now? / what has the robot got in its hand?
        what's stuck between the robot's fingers? / what has the robot picked up?
        the thing between the fingers of the gripper
        """
    ),
}
"""Whole questions for anything in a relation to a thing of a class."""


def key_of(tree: Description, past: bool) -> str:
    """The row of ``ASKED`` for a tree; "" if there is none."""
    match tree:
        case Related(relation="held_by", no=False):
            return "held_by past" if past else "held_by"
        case Related(relation=relation, no=False):
            return relation if relation in ("on", "inside") else "side"
        case Holding(how=how, base=Kind() | Group()):
            return f"holding {how}"
        case Moved(no=False):
            return "moved"
        case Carried(no=no):
            return "slid" if no else "carried"
        case Nearest(far=False):
            return "near"
        case Coloured(no=False, base=Kind() | Group()):
            return "colour"
        case MovedMost() | Appeared() | Vanished() | Toward() | Empty():
            return {MovedMost: "moved most", Appeared: "came", Vanished: "went", Toward: "toward", Empty: "empty"}[
                type(tree)
            ]
    return ""


def whole(tree: Description) -> Rows:
    """Whole questions for a tree; none for most."""
    match tree:
        case Related(relation=relation, anchor=Kind(label=label), base=Anything(), no=False):
            return WHOLE.get((relation, label), ())
    return ()


def subject_fits(tree: Description) -> bool:
    """Whether "which ..." can be the object of a question about it."""
    return isinstance(tree, Kind | Group | Anything | Coloured | Use)
