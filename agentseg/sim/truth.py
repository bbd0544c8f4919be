"""The truth about rendered frames: ids, classes, depth and the 3-D state. No perceiver gets to see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agentseg.sim.classes import FIXTURES

if TYPE_CHECKING:
    from agentseg.twin import Twin

Vec = tuple[float, float, float]


@dataclass(frozen=True)
class ObjectState:
    """The 3-D state of one object in one frame.

    Attributes:
        id: Positive id, the same in all frames.
        label: Class, or "stove" or "sink".
        colour: One of the eleven colour names.
        centre: Centre of the bounding box, world metres (x right, y away, z up; counter top z = 0).
        extent: Size of the bounding box, metres.
        on: Id of the thing or fixture it rests on; None on the counter top, inside something or in the air.
        inside: Id of the thing or fixture it is in, or None.
        held_by: Id of the gripper that holds it, or None.
        distance: From the camera to the centre, metres.
        screen: The centre projected into the frame, px (x, y).
    """

    id: int
    label: str
    colour: str
    centre: Vec
    extent: Vec
    on: int | None
    inside: int | None
    held_by: int | None
    distance: float
    screen: tuple[float, float]


@dataclass(frozen=True)
class FrameTruth:
    """What the renderer knows about one frame; the attributes are those of ``Truth``."""

    ids: NDArray[np.uint8]
    semantic: NDArray[np.uint8]
    depth: NDArray[np.float32]
    states: tuple[ObjectState, ...]
    full_area: dict[int, float]


@dataclass(frozen=True)
class Truth:
    """What the renderer knows about its frames.

    Attributes:
        labels: Label by id: things 1..N, then stove and sink where there are any.
        ids: Per frame uint8 (H, W): instance id, 0 = wall, counter or nothing.
        semantic: Per frame uint8 (H, W): 0..24 thing, 25..28 stuff, 255 void.
        depth: Per frame float32 (H, W): distance along the camera's axis in metres, 0 = void.
        states: Per frame, the state of every object and fixture.
        full_area: Per frame, pixels by id that the object would cover if nothing stood before it.
    """

    labels: dict[int, str]
    ids: list[NDArray[np.uint8]]
    semantic: list[NDArray[np.uint8]]
    depth: list[NDArray[np.float32]]
    states: tuple[tuple[ObjectState, ...], ...]
    full_area: tuple[dict[int, float], ...]

    @classmethod
    def of(cls, labels: dict[int, str], frames: list[FrameTruth]) -> Truth:
        """Puts the truth of a clip together from that of its frames."""
        return cls(
            labels,
            [frame.ids for frame in frames],
            [frame.semantic for frame in frames],
            [frame.depth for frame in frames],
            tuple(frame.states for frame in frames),
            tuple(frame.full_area for frame in frames),
        )

    def area(self, frame: int, id: int) -> int:
        """Visible pixels of an object in a frame."""
        return int(np.count_nonzero(self.ids[frame] == id))

    def visible_fraction(self, frame: int, id: int) -> float:
        """Share of the object's pixels within the frame that nothing hides, 0..1; 0 if it is out of view."""
        full = self.full_area[frame].get(id, 0.0)
        return min(1.0, self.area(frame, id) / full) if full > 0 else 0.0

    def state(self, frame: int, id: int) -> ObjectState:
        """The state of one object.

        Raises:
            KeyError: The id does not exist.
        """
        for state in self.states[frame]:
            if state.id == id:
                return state
        raise KeyError(f"no object {id}; this truth has {sorted(self.labels)}")

    def twin(self, frame: int = 0) -> Twin:
        """The twin that a perfect perceiver would build of a frame.

        Args:
            frame: Index of the frame.

        Returns:
            Instances of all visible things and fixtures, exact masks, score 1.
        """
        from agentseg import masks
        from agentseg.twin import Instance, Twin

        ids, depth = self.ids[frame], self.depth[frame]
        seen = [(np.bincount(m.ravel(), minlength=256) > 0) for m in self.ids]
        instances, rles = [], {}
        for id, label in self.labels.items():
            mask = ids == id
            if not mask.any():
                continue
            metres = depth[mask]
            frames = [k for k, row in enumerate(seen) if row[id]]
            colour = {} if label in FIXTURES else {"colour": self.state(frame, id).colour}
            instances.append(
                Instance(
                    id=id, label=label, score=1.0, box=masks.box_of(mask), depth_mean=float(metres.mean()),
                    depth_var=float(metres.var()), attributes=colour, mask_source="truth",
                    first_seen=frames[0], last_seen=max(k for k in frames if k <= frame),
                )
            )  # fmt: skip
            rles[id] = masks.encode(mask)
        height, width = ids.shape
        return Twin(frame=frame, size=(height, width), instances=tuple(instances), masks=rles)
