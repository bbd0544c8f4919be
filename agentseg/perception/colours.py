"""A perceiver that names the colour of every thing that has a mask; for pipelines whose models say none."""

from __future__ import annotations

from agentseg.frames import Frame
from agentseg.perception.colour import brightness, dominant_colour
from agentseg.twin import Twin


class Colours:
    """Give each instance with a mask its attribute ``colour``, one of ``colour.COLOURS``; one that has it keeps it."""

    provides = frozenset({"colour"})

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        """Name the colours.

        Args:
            frame: The frame, RGB.
            twin: Its twin so far.

        Returns:
            The twin with colours.

        Raises:
            InputError: The twin's masks have another size than the frame.
        """
        if all(row.id not in twin.masks or "colour" in row.attributes for row in twin.instances):
            return twin
        bright = brightness(frame.rgb)
        rows = []
        for row in twin.instances:
            if row.id in twin.masks and "colour" not in row.attributes:
                colour = dominant_colour(frame.rgb, twin.mask(row.id), bright)
                row = row.model_copy(update={"attributes": {**row.attributes, "colour": colour}})
            rows.append(row)
        return twin.replace(rows)
