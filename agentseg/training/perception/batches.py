"""Batches: shards through augmentation and targets to tensors, in a background process, for ever."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.random import Generator
from torch.utils.data import DataLoader, IterableDataset

from agentseg.training.perception.augment import augment
from agentseg.training.perception.losses import Batch
from agentseg.training.perception.shards import Shards
from agentseg.training.perception.targets import draw_phase, make_targets


class Batches(IterableDataset[Batch]):
    """An endless stream of random batches.

    Args:
        shards: Frames; looked through for new ones every 50 batches.
        size: Frames a batch.
        seed: Seed of the order and of the augmentation.
        strength: Of the augmentation, 0 to 1.
    """

    def __init__(self, shards: Shards, size: int, seed: int, strength: float = 1.0) -> None:
        self.shards, self.size, self.seed, self.strength = shards, size, seed, strength

    def __iter__(self) -> Iterator[Batch]:
        """Yield batches without end."""
        torch.set_num_threads(1)
        rng = np.random.default_rng(self.seed)
        order: list[int] = []
        count = 0
        while True:
            if count % 50 == 0 and self.shards.refresh() > len(self.shards.known):
                order = order if len(order) > self.size else []
            if len(order) < self.size:
                order = rng.permutation(len(self.shards)).tolist()
            yield self.make([order.pop() for _ in range(min(self.size, len(order)))], rng)
            count += 1

    def make(self, places: list[int], rng: Generator) -> Batch:
        """Make one batch of the frames at these places."""
        phase, cell = draw_phase(rng)
        examples = [augment(self.shards[place], rng, self.strength) for place in places]
        targets = [make_targets(example, phase, cell) for example in examples]

        def stack(name: str) -> torch.Tensor:
            return torch.from_numpy(np.stack([getattr(target, name) for target in targets]))

        return Batch(
            pictures=torch.from_numpy(np.stack([example.rgb for example in examples])),
            semantic=stack("semantic").long(),
            weight=stack("weight"),
            heat=stack("heat"),
            offset=stack("offset"),
            thing=stack("thing"),
            log_depth=stack("log_depth"),
            phase=phase,
        )


def stream(batches: Batches, workers: int = 1) -> Iterator[Batch]:
    """Run ``batches`` in a background process (``workers`` 1) or here (0)."""
    loader = DataLoader(batches, batch_size=None, num_workers=workers, prefetch_factor=4 if workers else None)
    return iter(loader)
