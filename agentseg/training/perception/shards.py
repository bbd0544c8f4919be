"""Shards: rendered frames on disk as raw arrays, fifty to a folder, mapped into memory instead of decoded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FIELDS = ("rgb", "ids", "semantic", "depth")
"""Arrays of a shard, each ``<field>.npy``: uint8 (N, H, W, 3), uint8, uint8 and float16 metres (N, H, W)."""

VOID = 255
"""Semantic id of pixels that belong to nothing."""


@dataclass(frozen=True)
class Example:
    """One rendered frame with its truth.

    Attributes:
        rgb: uint8 (H, W, 3).
        ids: uint8 (H, W), 0 = no instance.
        semantic: uint8 (H, W), 255 = void.
        depth: float16 or float32 (H, W), metres, 0 = void.
    """

    rgb: NDArray[np.uint8]
    ids: NDArray[np.uint8]
    semantic: NDArray[np.uint8]
    depth: NDArray[Any]


class Shards:
    """All finished shards of a folder, memory-mapped; ``refresh`` picks up those that came since.

    Args:
        folder: Where ``shard_<first seed>`` folders lie; a shard appears by rename, so it is whole or absent.
        below: Only shards whose first seed is below this.
        start: Only shards whose first seed is at least this.
    """

    def __init__(self, folder: Path, below: int = 900_000, start: int = 0) -> None:
        self.folder, self.start, self.below = folder, start, below
        self.known: dict[str, tuple[NDArray[Any], ...]] = {}
        self.index: list[tuple[str, int]] = []
        self.refresh()

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, place: int) -> Example:
        name, row = self.index[place]
        return Example(*(array[row] for array in self.known[name]))

    def refresh(self) -> int:
        """Look for new shards.

        Returns:
            Frames there are now.
        """
        for path in sorted(self.folder.glob("shard_*")):
            first = int(path.name.split("_")[1])
            if path.name in self.known or not self.start <= first < self.below:
                continue
            if not all((path / f"{field}.npy").is_file() for field in FIELDS):
                continue
            arrays = tuple(np.load(path / f"{field}.npy", mmap_mode="r") for field in FIELDS)
            self.known[path.name] = arrays
            self.index.extend((path.name, row) for row in range(len(arrays[0])))
        return len(self.index)

    def digest(self) -> str:
        """SHA-256 over the names and pictures of the shards, 16 hex digits: says on which data a model was trained."""
        total = hashlib.sha256()
        for name in sorted(self.known):
            total.update(name.encode())
            total.update(np.ascontiguousarray(self.known[name][0][:, ::16, ::16]).tobytes())
        return total.hexdigest()[:16]
