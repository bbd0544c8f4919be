"""Frames of a stream, whatever comes: a part that cannot be read is a fault with one line, and reading goes on."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from agentseg.errors import AgentSegError, InputError, MissingExtra
from agentseg.frames import PICTURES, Frame, as_frames, picture_files


@dataclass(frozen=True)
class Fault:
    """A part of a source that is no frame.

    Attributes:
        error: Why, in one line.
        stalled: Whether it is no part at all, but the want of one for too long.
    """

    error: str
    stalled: bool = False


def read_source(source: Any) -> Iterator[Frame | Fault]:
    """Yield the frames of a source, lazily.

    Args:
        source: A folder of pictures, a picture, a video file, the number or address of a camera (0, ``rtsp://...``),
            an array or a stack of them, a ``Frame``, or any iterable of these, which may be endless. Videos and
            cameras are read by PyAV.

    Yields:
        Frames as the source has them, each with an index of its own, and a ``Fault`` for each part that is broken.

    Raises:
        InputError: There is no such file or camera, or it cannot be opened at all.
        MissingExtra: PyAV is not installed, and the source needs it.
    """
    if isinstance(source, int) and not isinstance(source, bool):
        yield from _video(*_camera(source))
    elif isinstance(source, str) and source.isdecimal() and len(source) < 4 and not Path(source).exists():
        yield from _video(*_camera(int(source)))
    elif isinstance(source, str) and ("://" in source or source.startswith("/dev/video")):
        yield from _video(source, None)
    elif isinstance(source, str | Path) and source != "":
        path = Path(source)
        still = path.suffix.lower() in (*PICTURES, ".gif")
        yield from _parts(picture_files(path)) if still or _is_folder(path) else _video_file(path)
    elif isinstance(source, np.ndarray) and source.ndim == 4:
        yield from _parts(source)
    elif isinstance(source, Frame | np.ndarray) or hasattr(source, "convert") or not isinstance(source, Iterable):
        yield from as_frames(source)
    else:
        yield from _parts(source)


async def read_async(source: AsyncIterable[Any], stall_s: float | None = None) -> AsyncGenerator[Any, None]:
    """Yield what an asynchronous source yields, and a ``Fault`` where it breaks off or, meanwhile, stalls.

    Args:
        source: Its parts are not looked at.
        stall_s: Longest wait for a part, in seconds; None waits for ever.

    Raises:
        AgentSegError: As the source raises it.
    """
    each = aiter(source)
    coming: asyncio.Future[Any] | None = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(anext(each))
            await asyncio.wait([coming], timeout=stall_s)
            if not coming.done():
                yield stalled(stall_s)
                continue
            part, coming = coming.result(), None
            yield part
    except StopAsyncIteration:
        return
    except AgentSegError:
        raise
    except Exception as error:  # a camera's own code may raise anything
        yield Fault(f"the source broke off: {_line(error)}")
    finally:
        if coming is not None:
            coming.cancel()


def stalled(seconds: float | None) -> Fault:
    """The want of a frame for so many seconds."""
    return Fault(f"no frame for {seconds:g} s: the source has stalled", stalled=True)


def _parts(parts: Iterable[Any]) -> Iterator[Frame | Fault]:
    """The frames of each part; what an iterator itself raises ends it, and is a fault too."""
    each = iter(parts)
    while True:
        try:
            part = next(each)
        except StopIteration:
            return
        except AgentSegError:
            raise
        except Exception as error:  # a camera's own code may raise anything
            yield Fault(f"the source broke off: {_line(error)}")
            return
        if isinstance(part, Fault):
            yield part
            continue
        try:
            yield from as_frames(part)
        except InputError as error:
            yield Fault(str(error))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:  # a name that is too long
        raise InputError(f"{str(path)[:200]!r} cannot be read: {error.strerror or error}") from None


def _video_file(path: Path) -> Iterator[Frame | Fault]:
    if not path.is_file():
        raise InputError(f"no file {str(path)[:200]!r}: check the path")
    yield from _video(str(path), None)


def _camera(number: int) -> tuple[str, str | None]:
    if sys.platform.startswith("linux"):
        return f"/dev/video{number}", "v4l2"
    if sys.platform == "darwin":
        return str(number), "avfoundation"
    raise InputError(f"a camera is opened by its number on Linux and macOS; found {sys.platform}: pass an iterator")


def _video(name: str, kind: str | None) -> Iterator[Frame | Fault]:
    try:
        import av
    except ImportError:
        raise MissingExtra("a video or camera", "av", "video") from None
    shown = repr(name.split("@")[-1][:200])  # an address may hold a password before the @
    try:
        container = av.open(name, format=kind)
    except (av.error.FFmpegError, OSError) as error:
        raise InputError(f"{shown} cannot be opened as a video or camera: {_line(error)}") from None
    with container:
        if not container.streams.video:
            raise InputError(f"{shown} has no video")
        index, start = 0, None
        packets = container.demux(container.streams.video[0])
        while True:
            try:
                pictures = next(packets).decode()
            except StopIteration:
                return
            except av.error.InvalidDataError as error:  # a damaged packet: the next may be whole
                yield Fault(f"{shown}: a damaged frame: {_line(error)}")
                continue
            except (av.error.FFmpegError, OSError) as error:
                yield Fault(f"{shown} broke off: {_line(error)}")
                return
            for picture in pictures:
                rgb = np.asarray(picture.to_ndarray(format="rgb24"), dtype=np.uint8)
                start = picture.time if start is None else start  # a camera's clock ran before
                yield Frame(rgb, index, None if picture.time is None else picture.time - start)
                index += 1


def _line(error: BaseException) -> str:
    told = getattr(error, "strerror", None) or error  # PyAV adds the address, which may hold a password
    return " ".join(f"{type(error).__name__}: {told}".split())[:200]
