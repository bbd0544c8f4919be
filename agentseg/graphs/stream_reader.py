"""A source read by a thread of its own, so that a camera that hangs does not hang the stream."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator

from agentseg.frames import Frame
from agentseg.graphs.stream_source import Fault, stalled

_End = Exception | None


def read_ahead(items: Iterator[Frame | Fault], stall_s: float | None, latest: bool) -> Iterator[Frame | Fault]:
    """Yield what a source yields, and a fault whenever it has not for too long.

    The thread ends with the source or, after this generator is closed, with the source's next item: one that hangs for
    ever keeps its (daemon) thread, because nothing can end a call into a camera's driver from outside.

    Args:
        items: The source's items.
        stall_s: Longest wait, in seconds; None waits for ever.
        latest: Keep only the newest item while the reader is busy; without it at most two wait.

    Raises:
        Exception: As the source raises it.
    """
    ready: queue.Queue[Frame | Fault | tuple[_End]] = queue.Queue(maxsize=1 if latest else 2)
    stop = threading.Event()
    thread = threading.Thread(target=_feed, args=(items, ready, stop, latest), name="agentseg-source", daemon=True)
    thread.start()
    try:
        while True:
            try:
                item = ready.get(timeout=stall_s)
            except queue.Empty:
                yield stalled(stall_s)
                continue
            if isinstance(item, tuple):
                if item[0] is not None:
                    raise item[0]
                return
            yield item
    finally:
        stop.set()


def _feed(
    items: Iterator[Frame | Fault],
    ready: queue.Queue[Frame | Fault | tuple[_End]],
    stop: threading.Event,
    latest: bool,
) -> None:
    end: _End = None
    try:
        for item in items:
            if stop.is_set():
                break
            _put(ready, item, stop, latest and isinstance(item, Frame))
    except Exception as error:  # it belongs to who reads, as without a thread
        end = error
    finally:
        _put(ready, (end,), stop, False)


def _put(
    ready: queue.Queue[Frame | Fault | tuple[_End]], item: Frame | Fault | tuple[_End], stop: threading.Event, new: bool
) -> None:
    while not stop.is_set():
        try:
            ready.put(item, timeout=0.001 if new else 0.05)
            return
        except queue.Full:
            if new:
                with contextlib.suppress(queue.Empty):
                    ready.get_nowait()  # the older frame gives way
