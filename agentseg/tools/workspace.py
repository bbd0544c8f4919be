"""What the tools of one agent share: frames and twins by handle, and one pair of eyes.

An agent's messages carry handles (``"f0"`` a frame, ``"t0"`` a twin); pixels and masks stay here. Both kinds are
bounded, the oldest leave first. LangGraph runs the tool calls of one message in threads, so every method may be called
from any thread, and a perceiver works for one thread at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from agentseg.errors import InputError
from agentseg.frames import PICTURES, Frame, FrameStore, as_frames
from agentseg.perception.capabilities import METHODS, provides
from agentseg.tools.scene import Scene
from agentseg.twin import Perceiver, Twin


class Workspace:
    """Frames and twins by handle.

    Args:
        frames: Frames to begin with; they become ``f0``, ``f1``, ...
        perceivers: Perceivers in order.
        root: Folder whose pictures may be opened by name; None opens none.
        keep_frames: Frames kept, at least those to begin with.
        keep_twins: Twins kept.

    Raises:
        InputError: The folder is missing, or a bound is below 1.
    """

    def __init__(
        self,
        frames: Iterable[Frame] = (),
        perceivers: Sequence[Perceiver] = (),
        *,
        root: str | Path | None = None,
        keep_frames: int = 64,
        keep_twins: int = 64,
    ) -> None:
        if min(keep_frames, keep_twins) < 1:
            raise InputError(f"a workspace keeps at least 1 frame and 1 twin; found {keep_frames} and {keep_twins}")
        if root is not None and not Path(root).is_dir():
            raise InputError(f"no folder {str(root)!r}: give the folder of the pictures that the tools may open")
        first = tuple(frames)
        self.root = None if root is None else Path(root).resolve()
        self._lock = threading.Lock()
        seeing = threading.RLock()
        self.perceivers: tuple[Perceiver, ...] = tuple(OneAtATime(perceiver, seeing) for perceiver in perceivers)
        self._store = FrameStore(capacity=max(keep_frames, len(first)))
        self._added = 0
        self._by_name: set[int] = set()
        self._scenes: dict[str, Scene] = {}
        self._kept = 0
        self._keep_twins = keep_twins
        for frame in first:
            self.add(frame)

    def add(self, frame: Frame) -> str:
        """Keep a frame, such as a camera's newest, and return its handle; its index becomes the handle's number."""
        return self._add(frame)

    def _add(self, frame: Frame, by_name: bool = False) -> str:
        with self._lock:
            index = self._added
            handle = self._store.add(replace(frame, index=index))
            self._added += 1
            if by_name:
                self._by_name.add(index)
            return handle

    def frame(self, handle: str | None = None) -> Frame:
        """Return the frame of a handle, or the newest frame.

        Raises:
            InputError: No such frame, or none at all.
        """
        frames = self.frames()
        if not frames:
            raise InputError("there is no frame yet: the application adds its frames by workspace.add(frame)")
        if handle is None:
            return frames[-1]
        found = next((frame for frame in frames if handle == f"f{frame.index}"), None)
        if found is None:
            kept = f"'f{frames[0].index}' to 'f{frames[-1].index}'"
            raise InputError(f"no frame {handle[:40]!r}; the frames are {kept}")
        return found

    def frames(self) -> tuple[Frame, ...]:
        """The frames kept, oldest first."""
        with self._lock:
            return tuple(self._store)

    def clip(self) -> tuple[Frame, ...]:
        """The newest picture alone where it was opened by name, else the frames that the application added.

        Pictures of a folder are of different moments and cameras, so they are never read as frames of one clip.

        Raises:
            InputError: There is no frame, or the frames differ in size.
        """
        newest = self.frame()
        with self._lock:
            if newest.index in self._by_name:
                return (newest,)
            frames = tuple(frame for frame in self._store if frame.index not in self._by_name)
        check_sizes(frames, "give frame=")
        return frames

    def open(self, name: str) -> str:
        """Open a picture of the folder ``root`` by its name and return the frame's handle (an animated one: the first).

        Raises:
            InputError: There is no such folder or picture, or the name leads out of the folder.
        """
        if self.root is None:
            raise InputError("no folder of pictures is open to the tools: use the handle of a frame")
        try:
            path = (self.root / name).resolve()  # follows links, so what a link points to is checked too
            inside, there = path.is_relative_to(self.root), path.is_file()
        except (OSError, ValueError, RuntimeError):  # an absurd name: too long, a NUL, a ring of links
            inside, there = True, False
        if not inside:
            raise InputError(f"picture {name[:80]!r} is not inside the tools' folder: name a picture inside it")
        if not there:
            raise InputError(f"no picture {name[:80]!r}; the folder has {self._pictures()}")
        try:
            return self._add(next(as_frames(path)), by_name=True)
        except InputError as error:  # an agent is not told where the folder lies
            raise InputError(str(error).replace(str(path), name)) from None

    def _pictures(self, most: int = 8) -> list[str]:
        children = self.root.iterdir() if self.root else ()
        found = sorted(child.name for child in children if child.suffix.lower() in PICTURES)
        return [*found[:most], "..."] if len(found) > most else found

    def keep(self, scene: Scene) -> str:
        """Keep a twin with its timeline and return its handle."""
        bare = replace(scene, names={}, frames=None, perceivers=())
        with self._lock:
            handle = f"t{self._kept}"
            self._kept += 1
            self._scenes[handle] = bare
            if len(self._scenes) > self._keep_twins:
                del self._scenes[next(iter(self._scenes))]
            return handle

    def scene(self, handle: str) -> Scene:
        """Return the twin of a handle, with the pixels that are still kept and the perceivers.

        Raises:
            InputError: No such twin, or it has left.
        """
        with self._lock:
            bare, kept, frames = self._scenes.get(handle), list(self._scenes), tuple(self._store)
        if bare is None:
            raise InputError(f"no twin {handle[:40]!r}; the twins are {kept[-8:]}: build_twin makes one of a frame")
        seen = {twin.frame for twin in bare.timeline}
        pixels = FrameStore(frame for frame in frames if frame.index in seen)
        return replace(bare, frames=pixels, perceivers=self.perceivers)

    def twin(self, handle: str) -> Twin:
        """Return the twin of a handle; of a clip, everything as it was last seen."""
        return self.scene(handle).twin


def check_sizes(frames: Sequence[Frame], fix: str) -> None:
    """Check that frames can be of one clip.

    Args:
        frames: The frames.
        fix: What the caller can do otherwise, as the message ends.

    Raises:
        InputError: Two of them differ in size (H, W).
    """
    for frame in frames:
        if frame.size != frames[0].size:
            raise InputError(
                f"frames of one clip have one size (H, W); f{frames[0].index} has {frames[0].size} and "
                f"f{frame.index} has {frame.size}: {fix}"
            )


class OneAtATime:
    """A perceiver behind a lock: models are not made for several threads.

    Args:
        perceiver: The perceiver; what more it can do (``perception.capabilities``) is kept.
        lock: Shared by the perceivers of one workspace.
    """

    def __init__(self, perceiver: Perceiver, lock: threading.RLock) -> None:
        self._perceiver = perceiver
        self._lock = lock
        self.provides = provides(perceiver)
        for name in METHODS:
            method = getattr(perceiver, name, None)
            if method is not None:
                setattr(self, name, self._guarded(method))

    def __call__(self, frame: Frame, twin: Twin) -> Twin:
        """Read a frame when no other thread does."""
        with self._lock:
            return self._perceiver(frame, twin)

    def _guarded(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            with self._lock:
                return method(*args, **options)

        return call
