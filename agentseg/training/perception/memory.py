"""The allocator of a training process."""

from __future__ import annotations

import ctypes


def keep_memory() -> None:
    """Tell glibc to keep freed memory: activations of the same size come every step (a tenth of the time, measured)."""
    try:
        libc = ctypes.CDLL("libc.so.6")
        for option, value in ((-4, 0), (-1, 2**31 - 1), (-2, 2**28)):  # M_MMAP_MAX, M_TRIM_THRESHOLD, M_TOP_PAD
            libc.mallopt(option, value)
    except (OSError, AttributeError):
        return  # another libc: only slower
