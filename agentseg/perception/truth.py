"""A perceiver that sees what somebody has annotated: exact masks and labels, colours from the picture, no depth."""

from __future__ import annotations

from collections.abc import Mapping

from agentseg.errors import InputError
from agentseg.frames import Frame
from agentseg.masks import Mask, box_of, encode
from agentseg.perception.colour import brightness, dominant_colour
from agentseg.twin import Instance, Perceiver, Twin


def truth_perceiver(masks: Mapping[int, Mask], labels: Mapping[int, str]) -> Perceiver:
    """Make a perceiver of one annotated picture, to tell errors of perception from errors of reasoning.

    Args:
        masks: Mask by id (ids from 1), bool (H, W), the picture's size; an empty one is no instance.
        labels: Label by id, for every mask.

    Returns:
        A perceiver whose instances have ``mask_source="truth"``, score 1 and no depth.

    Raises:
        InputError: An id has no label; from the perceiver: the frame has another size than a mask.
    """
    missing = sorted(set(masks) - set(labels))
    if missing:
        raise InputError(f"every mask has a label; found none for {missing[:5]}")

    def perceive(frame: Frame, twin: Twin) -> Twin:
        bright = brightness(frame.rgb)
        rows = tuple(
            Instance(
                id=key,
                label=labels[key],
                score=1.0,
                box=box_of(mask),
                attributes={"colour": dominant_colour(frame.rgb, mask, bright)},
                mask_source="truth",
                first_seen=frame.index,
                last_seen=frame.index,
            )
            for key, mask in sorted(masks.items())
            if mask.any()
        )
        return Twin(
            frame=frame.index, size=frame.size, instances=rows, masks={row.id: encode(masks[row.id]) for row in rows}
        )

    return perceive
