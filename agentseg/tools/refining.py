"""Ready-made steps that refine a twin by looking again: ``segment(..., tools=[segment_again, measure_depth])``.

The plan language is frozen, so they join a run as custom steps. Each works on the selection, asks only perceivers that
provide what is wanted, changes that one part of the rows, and says what changed.

Source: FastReasonSeg's tools (segmentation, depth, attributes) that refine the twin on request.
"""

from __future__ import annotations

from collections.abc import Sequence

from agentseg.masks import area, box_of
from agentseg.measures import Value
from agentseg.perception.capabilities import outliners, providers
from agentseg.perception.colours import Colours
from agentseg.tools.crops import blind, near, pixels
from agentseg.tools.measuring import fill_in, lacks
from agentseg.tools.scene import Outcome, Scene, Selection
from agentseg.twin import Instance, Perceiver, Twin


def segment_again(scene: Scene, selection: Selection) -> Outcome:
    """Draw the outline of each selected instance anew from its box, for instance after a wrong or coarse mask."""
    frame = pixels(scene)
    if frame is None:
        return blind(selection)
    rows = near(scene, selection)
    before = scene.twin.masks
    boxed = scene.twin.replace(
        [row.model_copy(update={"mask_source": "box"}) for row in rows],
        {row.id: before[row.id] for row in rows if row.id in before},
    )
    drawn = fill_in(boxed, frame, boxed.ids, "masks", scene.perceivers)
    new = {row.id: drawn.masks[row.id] for row in drawn.instances if row.mask_source != "box"}
    changed = [key for key, mask in new.items() if before.get(key) != mask or _is_boxed(scene.twin, key)]
    if not changed:
        able = providers(scene.perceivers, "masks") or outliners(scene.perceivers)
        return Outcome(selection, note="no outline changed" if able else "no perceiver draws outlines here")
    twin = scene.twin.replace(
        [_drawn(row, drawn) if row.id in changed else row for row in scene.twin.instances],
        {**before, **{key: new[key] for key in changed}},
    )
    words = [f"{key} redrawn: {area(before[key]) if key in before else 0} to {area(new[key])} px" for key in changed]
    return Outcome(selection, twin=twin, refined=True, note="; ".join(words))


def measure_depth(scene: Scene, selection: Selection) -> Outcome:
    """Measure how far each selected instance is, where that is not known yet."""
    return _measured(scene, selection, "depth", scene.perceivers)


def describe_colours(scene: Scene, selection: Selection) -> Outcome:
    """Name the colour of each selected instance, where that is not known yet."""
    able = providers(scene.perceivers, "colour")
    return _measured(scene, selection, "colour", scene.perceivers if able else (*scene.perceivers, Colours()))


def _measured(scene: Scene, selection: Selection, part: str, perceivers: Sequence[Perceiver]) -> Outcome:
    """Fill in a part of the selected rows; the values of those that have it now are told."""
    frame = pixels(scene)
    if frame is None:
        return blind(selection)
    here = tuple(row.id for row in scene.rows(selection) if scene.shows(row.id))
    missing = [row.id for row in scene.rows(here) if lacks(row, scene.twin, part)]
    twin = fill_in(scene.twin, frame, here, part, perceivers)
    rows = {row.id: row for row in twin.instances}
    found = [key for key in missing if not lacks(rows[key], twin, part)]
    values: dict[int, Value] = {
        key: rows[key].depth_mean if part == "depth" else rows[key].attributes.get("colour")
        for key in here
        if not lacks(rows[key], twin, part)
    }
    note = f"{part} of {found} measured" if found else f"no {part} measured" if missing else f"{part} known already"
    left = [key for key in selection if key not in values]
    return Outcome(selection, twin, True, values, note + (f"; not known of {left}" if left else ""))


def _is_boxed(twin: Twin, key: int) -> bool:
    row = twin.get(key)
    return row is not None and row.mask_source == "box"


def _drawn(row: Instance, twin: Twin) -> Instance:
    """A row with its new outline, whose box fits it."""
    return row.model_copy(update={"mask_source": "segmenter", "box": box_of(twin.mask(row.id))})
