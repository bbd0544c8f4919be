"""What a description means in a scene: the things, from the 3-D state alone.

Nothing here knows of the plan language, and nothing looks at boxes or masks: pixels only decide whether a thing is seen
well enough to be asked about. A description about which people could disagree raises ``Unclear`` and is not asked.
"""

from __future__ import annotations

from typing import assert_never

from agentseg.sim.ground_truth import States, Unclear
from agentseg.sim.kitchenbench import description as d
from agentseg.sim.kitchenbench import meaning_time as time
from agentseg.sim.kitchenbench import verdicts
from agentseg.sim.kitchenbench.heads import labels
from agentseg.sim.kitchenbench.order import best_of, extreme, nearest, nth
from agentseg.sim.kitchenbench.scene import KitchenScene, Some, Verdict
from agentseg.sim.truth import ObjectState

__all__ = ["KitchenScene", "Unclear", "meaning"]


def meaning(tree: d.Description, scene: KitchenScene) -> States:
    """The things that a description stands for.

    Args:
        tree: The description.
        scene: The scene. Of a clip, places are those of the last frame unless the description says ``At``.

    Returns:
        Their states by rising id, in the frame whose places count; empty where there clearly is no such thing.

    Raises:
        Unclear: People could disagree: near ties, borderline cases, things that are barely visible, an anchor that is
            not exactly one thing, a colour that is no single one, time in a still picture.
    """
    if isinstance(tree, d.At):
        if scene.story is None:
            raise Unclear("a time, but no clip")
        return meaning(tree.base, scene.at(0 if tree.when == "first" else scene.last))
    return sorted(find(tree, scene).certain(), key=lambda state: state.id)


def find(tree: d.Description, scene: KitchenScene) -> Some:
    """The things that a description stands for, with those that may or may not belong."""
    if isinstance(tree, (d.Kind, d.Group, d.Use, d.Anything)):
        return scene.find(labels(tree))
    if isinstance(tree, (d.But, d.Both, d.OrElse)):
        return _combined(tree, scene)
    if isinstance(tree, (d.Moved, d.MovedMost, d.Appeared, d.Vanished, d.Toward, d.Carried)):
        return _timed(tree, scene)
    if isinstance(tree, d.At):
        raise Unclear("a time inside a description")
    if isinstance(tree, (d.Nearest, d.Extreme, d.Nth)):
        return _ranked(tree, scene)
    return _filtered(tree, scene)


def _anchor(tree: d.Description, scene: KitchenScene, places: bool = True) -> ObjectState:
    anchor = find(tree, scene).one()
    if places:
        scene.need_placed([anchor])
    return anchor


def _combined(tree: d.But | d.Both | d.OrElse, scene: KitchenScene) -> Some:
    match tree:
        case d.But(base, others):
            return find(base, scene).without(find(others, scene))
        case d.Both(first, second):
            return find(first, scene).joined(find(second, scene))
        case d.OrElse(first, second):
            found = find(first, scene)
            return found if found.certain() else find(second, scene)
        case _:
            assert_never(tree)


def _filtered(tree: d.Coloured | d.Alike | d.Related | d.Between | d.Holding | d.Empty, scene: KitchenScene) -> Some:
    pool = find(tree.base, scene)
    match tree:
        case d.Coloured(_, colour, no):
            return pool.keep(_turned(verdicts.has_colour(colour), no))
        case d.Alike(_, anchor):
            one = _anchor(anchor, scene, places=False)
            return pool.without(Some((one,))).keep(verdicts.has_colour(verdicts.plain_colour(one)))
        case d.Related(_, relation, anchor, no):
            one = _anchor(anchor, scene)
            return pool.without(Some((one,))).keep(_turned(verdicts.related(scene, relation, one), no))
        case d.Between(_, first, second):
            ends = _anchor(first, scene), _anchor(second, scene)
            return pool.without(Some(ends)).keep(verdicts.is_between(scene, *ends))
        case d.Holding(_, content, how):
            return pool.keep(verdicts.holding(scene, find(content, scene), how))
        case d.Empty():
            return pool.keep(verdicts.is_empty(scene))
        case _:
            assert_never(tree)


def _turned(verdict: Verdict, no: bool) -> Verdict:
    """The verdict, or its negation."""

    def turned(state: ObjectState) -> bool | None:
        told = verdict(state)
        return told if told is None else told != no

    return turned


def _ranked(tree: d.Nearest | d.Extreme | d.Nth, scene: KitchenScene) -> Some:
    pool = find(tree.base, scene)
    match tree:
        case d.Nearest(_, anchor, far):
            one = _anchor(anchor, scene)
            return best_of(pool.without(Some((one,))), scene, lambda states: nearest(states, one, far))
        case d.Extreme(_, measure, most):
            return best_of(pool, scene, lambda states: extreme(states, scene.view, measure, most))
        case d.Nth(_, side, n):
            return nth(pool, scene, side, n)
        case _:
            assert_never(tree)


def _timed(tree: d.Moved | d.MovedMost | d.Appeared | d.Vanished | d.Toward | d.Carried, scene: KitchenScene) -> Some:
    story = scene.story
    if story is None:
        raise Unclear("a change, but no clip")
    pool = find(tree.base, scene)
    match tree:
        case d.Moved(_, no):
            return pool.keep(_turned(story.moved, no))
        case d.MovedMost():
            return time.moved_most(pool, story)
        case d.Appeared():
            return pool.keep(lambda state: time.absent(story, 0, state))
        case d.Vanished():
            return pool.keep(lambda state: time.absent(story, story.last, state))
        case d.Toward(_, anchor):
            one = _anchor(anchor, scene)
            return pool.without(Some((one,))).keep(time.toward(story, one))
        case d.Carried(_, no):
            return pool.keep(time.carried(story, no))
        case _:
            assert_never(tree)
