"""Names for masks that nobody has named: the labels of a detector's boxes move onto them (the perceiver label_masks).

Source: FastReasonSeg, section "Digital twin": masks come from SAM 2 without a prompt and labels from OWLv2. The paper
does not say how the two are matched.

Departures:
    * A mask that is a part of a box's thing (it lies in the box and fills enough of it) is named too, because
      automatic masks often stop at a thing's parts.
    * A mask that no box fits is called ``unknown`` and stays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agentseg.frames import Frame
from agentseg.masks import Mask
from agentseg.twin import Instance, Twin

UNKNOWN = "unknown"


class LabelMasks:
    """Give each unnamed mask the label of the box that fits it best; the boxes go.

    Args:
        least_iou: Least IoU of the mask's own box with a detection's.
        least_inside: Least share of the mask that lies in the detection's box, where the IoU is below that.
        least_filled: Least share of the detection's box that such a mask's own box fills.
        keep_boxes: Keep detections that named no mask, as filled boxes, instead of dropping them.
    """

    provides = frozenset({"instances"})

    def __init__(
        self,
        least_iou: float = 0.5,
        least_inside: float = 0.9,
        least_filled: float = 0.3,
        keep_boxes: bool = False,
    ) -> None:
        self.least_iou, self.least_inside, self.least_filled = least_iou, least_inside, least_filled
        self.keep_boxes = keep_boxes

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        """Move labels and scores.

        Args:
            frame: Not read; a perceiver has it.
            twin: Masks called ``unknown`` with ``mask_source="segmenter"``, and detections with ``mask_source="box"``.
                Other instances stay as they are.

        Returns:
            The masks with the label and score of their best box; ``unknown`` where none fits.
        """
        boxes = [row for row in twin.instances if row.mask_source == "box" and row.name != UNKNOWN]
        used: set[int] = set()
        rows: list[Instance] = []
        for row in twin.instances:
            if row.mask_source == "box":
                continue
            best = self._best(row, boxes, twin) if row.name == UNKNOWN else None
            if best is None:
                rows.append(row)
                continue
            used.add(best.id)
            rows.append(row.model_copy(update={"label": best.label, "score": best.score}))
        if self.keep_boxes:
            rows += [row for row in twin.instances if row.mask_source == "box" and row.id not in used]
        return twin.replace(rows)

    def _best(self, row: Instance, boxes: list[Instance], twin: Twin) -> Instance | None:
        """The detection of the highest fit times score; a fit is the IoU, or the filled share of a part."""
        if not boxes:
            return None
        given = np.array([box.box for box in boxes], dtype=np.float64)
        overlap, filled = _overlaps(np.array(row.box, dtype=np.float64), given)
        fit = np.where(overlap >= self.least_iou, overlap, 0.0)
        mask = twin.mask(row.id)
        for place in np.flatnonzero((fit == 0) & (filled >= self.least_filled)):
            if _inside(mask, boxes[place]) >= self.least_inside:
                fit[place] = 0.5 * filled[place]  # a part: it yields to a box that fits the whole mask
        value = fit * np.array([max(box.score, 1e-6) for box in boxes])
        return boxes[int(value.argmax())] if value.max() > 0 else None


def _overlaps(box: NDArray[np.float64], others: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """IoU of a box with each other one, and the share of each other one that it covers."""
    width = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    height = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    joint = width.clip(0) * height.clip(0)
    own = (box[2] - box[0]) * (box[3] - box[1])
    areas = (others[:, 2] - others[:, 0]) * (others[:, 3] - others[:, 1])
    return joint / np.maximum(own + areas - joint, 1e-9), joint / np.maximum(areas, 1e-9)


def _inside(mask: Mask, row: Instance) -> float:
    """Share of a mask's pixels that lie in a box."""
    x1, y1, x2, y2 = (max(0, round(side)) for side in row.box)
    return float(np.count_nonzero(mask[y1:y2, x1:x2])) / max(1, int(np.count_nonzero(mask)))
