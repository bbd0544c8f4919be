"""The video tracker of the online twin: SAM 2 carries the masks, a detector's keyframes say what is new.

Source: the continuous-id tracker of Grounded-SAM-2, whose parts (a detector on keyframes, SAM 2 between them) are ours.

Departures:
    * Nothing is wiped at a keyframe: an object that the detector misses there is still followed, and keeps its memory.
    * Labels are voted over the keyframes instead of taken from the newest.
    * A hidden object keeps its id, and a detection near its last place with its label takes it up again.
    * Frames come one at a time; none is kept.
"""

from __future__ import annotations

from agentseg.errors import PerceptionError
from agentseg.frames import Frame
from agentseg.perception.vision.sam2_video import Sam2VideoTracker
from agentseg.perception.vision.settings import VisionOptions
from agentseg.perception.vision.track_book import BookRules, Seen, TrackBook
from agentseg.twin import Instance, Twin


class Sam2Tracker:
    """Keeps masks and ids over the frames of one video.

    Args:
        options: The ``[vision]`` table; None takes its defaults.
        source: Hugging Face id or folder of a SAM 2 or 2.1 checkpoint; None takes ``options.weights.sam2``.
        rules: Numbers of the book.

    Raises:
        MissingExtra: torch or transformers is not installed.
        ConfigError: No such device or weights.
    """

    video = True

    def __init__(
        self, options: VisionOptions | None = None, source: str | None = None, rules: BookRules | None = None
    ) -> None:
        self._video = Sam2VideoTracker(options, source)
        self._rules = rules
        self.reset()

    def reset(self) -> None:
        """Forget everything: a new video begins, with ids from 1."""
        self._video.reset()
        self.book = TrackBook(self._rules)
        self._last = -1
        self._size: tuple[int, int] | None = None

    def update(self, frame: Frame, detections: Twin | None = None) -> Twin:
        """Go on to the next frame.

        Args:
            frame: The next frame; one whose index does not rise begins a new video. Its size may change.
            detections: On a keyframe what a detector found in it, with ids of its own; None elsewhere. Outlines
                (``mask_source="segmenter"``) are taken as the objects' masks, boxes as prompts.

        Returns:
            The objects that the frame shows, with ids over time, voted labels, ``first_seen`` and ``last_seen``. Depth
            and attributes are those of an object's last detection. The score is that of being seen.

        Raises:
            PerceptionError: The detections are of another frame size, or memory ran out; the next frame goes on.
        """
        if detections is not None and detections.size != frame.size:
            raise PerceptionError(
                f"detections and their frame have one size; found {detections.size}, frame {frame.size}"
            )
        if frame.index <= self._last:
            self.reset()
        if self._size is not None and self._size != frame.size:
            self.book.rescale(self._size, frame.size)
        self._last, self._size = frame.index, frame.size
        seen = self._video.step(frame)
        self.book.observe(frame.index, seen)
        if detections is not None:
            self._take_in(frame, detections, seen)
        for key in self.book.forget():
            self._video.remove(key)
        return self.book.twin(frame.index, frame.size, seen)

    def _take_in(self, frame: Frame, detections: Twin, seen: dict[int, Seen]) -> None:
        """Enter a keyframe's detections."""
        rows = {row.id: row for row in detections.instances}
        pairing = self.book.pair(detections, seen)
        for found, key in pairing.same.items():
            self.book.confirm(key, rows[found], frame.index)
        for found, key in pairing.back.items():
            seen[key] = self._prompt(key, rows[found], detections)
            self.book.confirm(key, rows[found], frame.index)
        begun: dict[int, int] = {}
        for found in pairing.new:
            key = self.book.next_id
            seen[key] = self._prompt(key, rows[found], detections)
            begun[found] = self.book.begin(rows[found], frame.index)
        self.book.relate(detections, {**pairing.same, **pairing.back, **begun})

    def _prompt(self, key: int, row: Instance, detections: Twin) -> Seen:
        if row.mask_source == "box":
            return self._video.add(key, box=row.box)
        return self._video.add(key, mask=detections.mask(row.id))
