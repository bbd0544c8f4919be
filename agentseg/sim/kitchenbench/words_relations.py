"""How people say where a thing is, what is in it and what it looks like."""

from __future__ import annotations

from agentseg.sim.kitchenbench.word_forms import Said, said

SIDES: dict[str, Said] = {
    "left_of": said(
        """
        to the left of {a} / left of {a} / on the left of {a} / on the left side of {a} / on the left-hand side of {a}
        further left than {a} / located left of {a} / located to the left of {a} / farther left than {a}
        more to the left than {a} / to the left-hand side of {a} / {posed} left of {a} / {posed} to the left of {a}
        placed to the left of {a} / with {a} to the right of [it|them] / with {a} on [its|their] right
        over to the left of {a} / leftward of {a} / that {a} is to the right of
        """,
        """
        {poses} to the left of {a} / {poses} left of {a} / {poses} further left than {a}
        """,
    ),
    "right_of": said(
        """
        to the right of {a} / right of {a} / on the right of {a} / on the right side of {a}
        on the right-hand side of {a} / further right than {a} / located right of {a} / located to the right of {a}
        farther right than {a} / more to the right than {a} / to the right-hand side of {a} / {posed} right of {a}
        {posed} to the right of {a} / placed to the right of {a} / with {a} to the left of [it|them]
        with {a} on [its|their] left / over to the right of {a} / rightward of {a} / that {a} is to the left of
        """,
        """
        {poses} to the right of {a} / {poses} right of {a} / {poses} further right than {a}
        """,
    ),
    "behind": said(
        """
        behind {a} / located behind {a} / in back of {a} / further back than {a} / farther back than {a} / beyond {a}
        {posed} behind {a} / farther away than {a} / further away from us than {a} / farther from the camera than {a}
        placed behind {a} / deeper in the scene than {a} / to the rear of {a} / with {a} in front of [it|them]
        """,
        """
        {poses} behind {a} / {poses} further back than {a} / {poses} beyond {a}
        """,
    ),
    "in_front_of": said(
        """
        in front of {a} / located in front of {a} / closer to us than {a} / nearer to the camera than {a}
        closer to the camera than {a} / {posed} in front of {a} / further forward than {a} / nearer to me than {a}
        farther to the front than {a} / placed in front of {a} / with {a} behind [it|them] / on this side of {a}
        closer to the viewer than {a}
        """,
        """
        {poses} in front of {a} / {poses} closer to us than {a} / {poses} nearer to me than {a}
        """,
    ),
    "on": said(
        """
        on {a} / on top of {a} / {posed} on {a} / resting on {a} / placed on {a} / {posed} on top of {a} / atop {a}
        that somebody put on {a} / that [was|were] put on {a} / left on {a} / that someone left on top of {a}
        up on {a}
        """,
        """
        {poses} on {a} / {poses} on top of {a} / [rests|rest|rested] on {a} / [has|have] been put on {a}
        [is|are] supported by {a}
        """,
    ),
    "inside": said(
        """
        in {a} / inside {a} / {posed} in {a} / inside of {a} / {posed} inside {a} / within {a}
        that somebody put in {a} / that someone put into {a} / left in {a} / placed inside {a} / contained in {a}
        that [was|were] put in {a}
        """,
        "{poses} in {a} / {poses} inside {a} / [has|have] been put into {a}",
    ),
    "held_by": said(
        """
        held by {a} / in {a} / in the grip of {a} / in the grasp of {a} / gripped by {a} / grasped by {a}
        that {a} is holding / that {a} has got hold of / caught in {a} / that {a} holds / being held by {a}
        """,
        "[hangs|hang|hung] in {a}",
    ),
    "next_to": said(
        """
        next to {a} / beside {a} / by {a} / right next to {a} / close to {a} / near {a} / alongside {a}
        at the side of {a} / adjacent to {a} / {posed} next to {a} / {posed} beside {a} / {posed} by {a}
        right beside {a} / close by {a}
        side by side with {a} / right by {a} / in the neighbourhood of {a} / not far from {a} / touching {a}
        """,
        "{poses} next to {a} / {poses} beside {a} / {poses} by {a} / {poses} close to {a} / [neighbours|neighbour] {a}",
    ),
    "above": said(
        """
        above {a} / higher up than {a} / further up than {a} / over {a} / located above {a} / higher than {a}
        higher in the picture than {a} / with {a} below [it|them] / {posed} above {a} / farther up in the image than {a}
        """,
        "{poses} above {a} / {poses} higher up than {a}",
    ),
    "below": said(
        """
        below {a} / lower down than {a} / further down than {a} / located below {a} / lower than {a}
        lower in the picture than {a} / with {a} above [it|them] / {posed} below {a}
        farther down in the image than {a}
        """,
        "{poses} below {a} / {poses} lower down than {a}",
    ),
    "occluded_by": said(
        """
        hidden by {a} / partly hidden by {a} / occluded by {a} / half hidden behind {a} / covered by {a}
        partly covered by {a} / that {a} hides / that {a} is blocking / blocked from view by {a} / hidden behind {a}
        """,
    ),
}
"""The relations. The last four are said to students in training only: scenes leave them to opinion."""

NOT: dict[str, Said] = {
    "on": said(
        "off {a} / elsewhere than on {a} / that nobody put on {a} / anywhere but on {a} / that [isn't|aren't] on {a}"
    ),
    "inside": said(
        "outside {a} / outside of {a} / that nobody put in {a} / anywhere but in {a} / that [isn't|aren't] in {a}"
    ),
    "held_by": said("that {a} is not holding / out of the grip of {a} / not held by {a}"),
}
"""Negations of their own; the others negate the relation."""

BETWEEN: Said = said(
    """
    between {a} and {b} / sandwiched between {a} and {b} / in between {a} and {b} / {posed} between {a} and {b}
    in the gap between {a} and {b} / in the space between {a} and {b} / placed between {a} and {b}
    somewhere between {a} and {b} / on the way from {a} to {b} / with {a} on one side and {b} on the other
    flanked by {a} and {b}
    """,
    "{poses} between {a} and {b}",
)

NEAR: Said = said(
    """
    nearest to {a} / closest to {a} / in closest proximity to {a} / located nearest to {a} / located closest to {a}
    nearest {a} / that [is|are] nearest to {a} / at the shortest distance from {a} / the least far from {a}
    with the shortest way to {a} / with the smallest distance to {a} / nearer to {a} than the rest
    closer to {a} than any other / with the least distance to {a} / next to {a}, closer than the others
    least far away from {a} / as close as possible to {a} / by {a}, nearer than the rest
    """,
    """
    [is|are] the nearest to {a} / [is|are] the closest to {a} / {poses} closest to {a} / {poses} nearest to {a}
    [comes|come|came] closest to {a}
    """,
    "nearest ... to {a} / closest ... to {a}",
)
FAR: Said = said(
    """
    farthest from {a} / furthest from {a} / located farthest from {a} / farthest away from {a}
    furthest away from {a} / most distant from {a} / at the greatest distance from {a} / with the longest way to {a}
    with the greatest distance to {a} / that [is|are] furthest from {a} / farther from {a} than any other
    the least close to {a} / as far as possible from {a}
    """,
    """
    [is|are] the farthest from {a} / [is|are] the furthest away from {a} / {poses} farthest from {a}
    {poses} furthest from {a}
    """,
    "farthest ... from {a} / furthest ... from {a} / most distant ... from {a}",
)

HOLDING: dict[str, Said] = {
    "on": said(
        """
        with {b} on [it|them] / with {b} on top / underneath {b} / that [carries|carry] {b} / under {b}
        topped with {b} / below {b} / that someone put {b} on / on which there is {b} / that {b} rests on
        """,
        """
        [carries|carry|carried] {b} / [supports|support|supported] {b}
        """,
    ),
    "inside": said(
        """
        with {b} in [it|them] / with {b} inside / containing {b} / that [holds|hold] {b} / filled with {b}
        with {b} inside [it|them] / that someone put {b} into / in which there is {b} / that [contains|contain] {b}
        """,
        """
        [contains|contain|contained] {b} / [holds|hold|held] {b}
        """,
    ),
}
EMPTY: Said = said(
    """
    with nothing in [it|them] / without anything in [it|them] / with no contents / that nobody has filled
    that nobody put anything in / that [has|have] not been filled / with nothing inside / without content
    """,
    """
    [is|are] empty / [contains|contain|contained] nothing / [doesn't|don't] hold anything
    [isn't|aren't] filled with anything
    """,
    "empty / unfilled",
)
ALIKE: Said = said(
    """
    of the same colour as {a} / in the same colour as {a} / the same colour as {a} / with the same colour as {a}
    in the colour of {a} / coloured like {a} / the same color as {a} / sharing [its|their] colour with {a}
    painted like {a} / with a colour that matches {a} / of the colour that {a} has / colour-matched to {a}
    """,
    """
    [matches|match|matched] {a} in colour / [shares|share|shared] the colour of {a}
    [would match|would match] {a} colour-wise / [looks|look|looked] the same colour as {a}
    """,
)
