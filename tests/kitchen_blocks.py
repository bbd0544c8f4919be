"""Kitchens of blocks, for tests of meaning: squares in the picture with the 3-D state that one gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from agentseg.sim.truth import FrameTruth, ObjectState, Truth

SIDE = 20
"""Width of a block, px."""


def block(
    id, label="mug", x=0.0, y=0.0, z=0.0, *, colour="red", size=0.1, on=None, inside=None, held_by=None, seen=SIDE
):
    """A block; ``x``, ``y``, ``z`` in metres (y away from the camera), ``seen`` rows of it visible."""
    extent = (size, size, size) if isinstance(size, float) else size
    at = (160 + 200 * x, 120 - 150 * y - 150 * z)
    state = ObjectState(id, label, colour, (x, y, z), extent, on, inside, held_by, 1.0 + y, at)
    return state, seen


def kitchen(*frames):
    """The truth of frames, each a list of blocks."""
    labels = {state.id: state.label for blocks in frames for state, _ in blocks}
    return Truth.of(labels, [_frame(blocks) for blocks in frames])


def _frame(blocks):
    ids = np.zeros((240, 320), np.uint8)
    for state, seen in blocks:
        column, row = (int(value) - SIDE // 2 for value in state.screen)
        ids[max(row, 1) : row + seen, max(column, 1) : column + SIDE] = state.id
    metres = np.zeros(ids.shape, np.float32)
    for state, _ in blocks:
        metres[ids == state.id] = state.distance
    states = tuple(sorted((state for state, _ in blocks), key=lambda state: state.id))
    return FrameTruth(ids, ids * 0, metres, states, {state.id: float(SIDE * SIDE) for state, _ in blocks})


def hidden(given):
    """The block out of sight."""
    state, _ = given
    return state, 0


def moved(given, **where):
    """The block with some of its state changed, such as ``x=0.3`` or ``held_by=4``."""
    state, seen = given
    x, y, z = (where.pop(axis, value) for axis, value in zip("xyz", state.centre, strict=True))
    fresh, _ = block(state.id, state.label, x, y, z)
    where = {"centre": fresh.centre, "screen": fresh.screen, "distance": fresh.distance, **where}
    return replace(state, **where), seen
