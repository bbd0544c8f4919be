"""How people say what happens in a clip, and when."""

from __future__ import annotations

from agentseg.sim.kitchenbench.word_forms import Said, said
from agentseg.sim.kitchenbench.words import Rows, rows

MOVED: Said = said(
    """
    in motion during the clip / that moved during the clip / that [changes|change] [its|their] place / that got moved
    that somebody moved / on the move during the clip
    """,
    """
    moved / [moves|move] / changed [its|their] place / changed location / changed [its|their] spot
    [is|are] in a different place at the end / ended up in a new place / changed [its|their] location
    [changes|change] place / [gets|get] moved / [has|have] been moved / [doesn't|don't] stay where [it was|they were]
    [ends|end] up somewhere else / [was|were] shifted / changed position / [is|are] not where [it|they] started
    didn't stay put / went somewhere else / [was|were] displaced
    [changes|change] [its|their] position during the clip / [moves|move] about in the clip
    [is|are] somewhere else at the end than at the beginning / [was|were] moved from [its|their] spot
    """,
)
STAYED: Said = said(
    "that never moved / that nobody moved / left where [it was|they were]",
    """
    [does|do] not move / stayed put / [stays|stay] where [it is|they are] / never [moves|move] / didn't move
    [keeps|keep] [its|their] place / [remains|remain] in place / stayed where [it was|they were] / [stays|stay] still
    [was|were] not moved / [is|are] still in the same place at the end / didn't budge
    didn't change [its|their] position
    """,
)
MOVED_MOST: Said = said(
    "with the longest way travelled / that got moved the farthest",
    """
    moved the farthest / moved the most / travelled farthest / travelled the longest way / [moves|move] the furthest
    ended up farthest from where [it|they] started / covered the greatest distance
    changed [its|their] place the most / traveled the farthest / went the furthest / [is|are] moved the furthest
    was displaced the most
    """,
)
APPEARED: Said = said(
    "that came later / new to the scene / that [was|were] not there at the beginning / newly arrived",
    """
    came into view / popped up / [was|were] added to the scene / [is|are] new in the last frame
    [has|have] been added / [appears|appear] during the clip / appeared / [shows|show] up later
    came into the picture / [was|were] not there at the start / [was|were] missing at first / entered the scene
    turned up during the clip / [was|were] not in view when the clip began / [is|are] only visible later
    showed up after the start / [comes|come] into frame / [wasn't|weren't] there at the beginning
    joined the scene later
    """,
)
VANISHED: Said = said(
    "no longer in view at the end / gone at the end / missing at the end",
    """
    disappeared / got taken away / [was|were] removed from the scene / [is|are] no longer visible at the end
    [is|are] missing in the last frame / [is|are] gone by the end / left the picture
    [is|are] no longer there at the end / left the scene / [disappears|disappear] during the clip / vanished
    [goes|go] out of view / went out of sight / [isn't|aren't] in view any longer at the end
    [leaves|leave] the frame / can no longer be seen at the end / [isn't|aren't] there any more at the end
    [was|were] there at first but not at the end / dropped out of view
    """,
)
TOWARD: Said = said(
    "moving towards {a} / on [its|their] way to {a} / heading for {a} / that [was|were] brought towards {a}",
    """
    came closer to {a} / got closer to {a} / [has|have] come nearer to {a} / [was|were] moved closer to {a}
    moved towards {a} / [comes|come] nearer to {a} / approached {a} / [approaches|approach] {a} / got nearer to {a}
    moved toward {a} / [was|were] brought closer to {a} / went towards {a} / [ends|end] up closer to {a}
    [moves|move] in the direction of {a} / [is|are] closer to {a} at the end than at the start / drew nearer to {a}
    """,
)
CARRIED: Said = said(
    "carried by the robot / moved by the robot / that the robot carried / that the robot moved / handled by the robot",
    """
    [was|were] carried by the robot / [was|were] relocated by the robot / [was|were] lifted and carried by the arm
    [was|were] taken somewhere else by the gripper / [was|were] moved by the robot
    [gets|get] carried around by the gripper / [was|were] picked up and moved by the robot
    [was|were] transported by the robot arm / [is|are] carried by the gripper
    [was|were] held and moved by the gripper / [was|were] handled by the robot
    [is|are] moved in the grip of the robot
    """,
)
SLID: Said = said(
    "that slid without the robot's help / moving without the robot / moved by nobody's hand",
    """
    moved without being held / moved on [its|their] own / moved by [itself|themselves] / moved without any help
    slid over the counter without the robot / [moves|move] although the robot is not holding [it|them]
    moved without the robot's help / [slides|slide] over the counter by [itself|themselves]
    changed place without being carried by the robot / moved without the gripper holding [it|them]
    [was|were] not carried by the robot but still moved
    """,
)
FIRST: Rows = rows(
    """
    at the beginning / at the start / when the clip starts / in the first frame / at first / at the start of the clip
    at the beginning of the clip / when the clip begins / in the very first frame / when the video starts / initially
    right at the start / in the opening frame / in frame one / at the start of the recording / before anything happens
    at the start of the video / to begin with
    """
)
LAST: Rows = rows(
    """
    at the end / in the end / when the clip ends / in the last frame / at the end of the clip / when the clip stops
    in the final frame / at the very end / when it is over / once the clip is over / when the video ends
    in the last moment / in the very last frame / when the video is over / by the end of the clip
    at the end of the video / in the closing frame / after everything happened
    """
)
